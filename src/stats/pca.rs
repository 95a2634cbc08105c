//! Principal component analysis.

use super::eigen::{EigenError, symmetric_eigen_paced};
use super::matrix::{Coordinate, Matrix};
use super::measured::Measured;
use crate::pace::{Cancelled, Pace, block_on};

/// Multiplications between two turns of the host.
const WORK_PER_TICK: usize = 1 << 22;

/// Principal components, the largest variance first.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// Mean of every feature, subtracted before projecting.
    pub mean: Vec<f64>,
    /// Variance along every component (eigenvalues of the covariance, ddof 1), descending, never negative.
    pub explained_variance: Vec<f64>,
    /// Each variance over their sum; all 0 if nothing varies.
    pub explained_variance_ratio: Vec<f64>,
    /// One component per row, of length 1; the loading of largest magnitude is positive.
    pub components: Matrix<f64>,
}

impl Pca {
    /// Projects one observation on the first `out.len()` components.
    pub fn project(&self, observation: &[f64], out: &mut [f64]) {
        for (score, component) in out.iter_mut().zip(self.components.iter_rows()) {
            let mut sum = 0.0;
            for ((x, mean), loading) in observation.iter().zip(&self.mean).zip(component) {
                sum += (x - mean) * loading;
            }
            *score = sum;
        }
    }

    /// Singular values of the centred n x p matrix: sqrt(variance * (n - 1)).
    pub fn singular_values(&self, rows: usize) -> Vec<f64> {
        self.explained_variance.iter().map(|v| (v * rows.saturating_sub(1) as f64).sqrt()).collect()
    }
}

/// Covariance of the columns (ddof 1), p x p, and their means; absent below 2 rows.
pub fn covariance<T: Coordinate>(x: &Matrix<T>) -> Measured<(Matrix<f64>, Vec<f64>)> {
    unhurried(covariance_paced(x, &Pace::unhurried()))
}

/// [`covariance`] for long work.
pub async fn covariance_paced<T: Coordinate>(
    x: &Matrix<T>,
    pace: &Pace,
) -> Result<Measured<(Matrix<f64>, Vec<f64>)>, Cancelled> {
    let (n, p) = (x.rows(), x.columns());
    if n < 2 {
        return Ok(Measured::absent("a covariance needs at least two rows", "more customers"));
    }
    let means = x.column_means();
    let mut sums = Matrix::<f64>::zeros(p, p);
    let mut centred = vec![0.0; p];
    for (done, row) in x.iter_rows().enumerate() {
        if done % (WORK_PER_TICK / (p * p).max(1) + 1) == 0 {
            pace.tick(done as u64, n as u64).await?;
        }
        for ((c, &value), mean) in centred.iter_mut().zip(row).zip(&means) {
            *c = value.into() - mean;
        }
        for i in 0..p {
            let ci = centred[i];
            for (sum, cj) in sums.row_mut(i)[..=i].iter_mut().zip(&centred) {
                *sum += ci * cj;
            }
        }
    }
    for i in 0..p {
        for j in 0..=i {
            let value = sums.row(i)[j] / (n - 1) as f64;
            sums.row_mut(i)[j] = value;
            sums.row_mut(j)[i] = value;
        }
    }
    Ok(Measured::Value((sums, means)))
}

/// Components of a covariance matrix (ddof 1 by convention) and its means.
///
/// Tiny negative eigenvalues of a singular matrix count as 0.
pub async fn pca_of_covariance(covariance: &Matrix<f64>, mean: Vec<f64>, pace: &Pace) -> Result<Pca, EigenError> {
    let eigen = symmetric_eigen_paced(covariance, pace).await?;
    let mut components = eigen.vectors;
    for i in 0..components.rows() {
        let row = components.row_mut(i);
        let largest = row.iter().fold(0.0, |best: f64, &value| if value.abs() > best.abs() { value } else { best });
        if largest < 0.0 {
            for value in row {
                *value = -*value;
            }
        }
    }
    let explained_variance: Vec<f64> = eigen.values.iter().map(|value| value.max(0.0)).collect();
    let total: f64 = explained_variance.iter().sum();
    let explained_variance_ratio =
        explained_variance.iter().map(|value| if total > 0.0 { value / total } else { 0.0 }).collect();
    Ok(Pca { mean, explained_variance, explained_variance_ratio, components })
}

/// Principal components of n x p observations (no scaling), all p of them.
///
/// sklearn's `PCA`, except that it keeps at most min(n, p) components: further ones have variance 0 here.
pub fn pca<T: Coordinate>(x: &Matrix<T>) -> Measured<Pca> {
    unhurried(pca_paced(x, &Pace::unhurried()))
}

/// [`pca`] for long work.
pub async fn pca_paced<T: Coordinate>(x: &Matrix<T>, pace: &Pace) -> Result<Measured<Pca>, Cancelled> {
    let (matrix, means) = match covariance_paced(x, &pace.part(0, 1, 2)).await? {
        Measured::Value(moments) => moments,
        Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
    };
    match pca_of_covariance(&matrix, means, &pace.part(1, 2, 2)).await {
        Ok(pca) => Ok(Measured::Value(pca)),
        Err(EigenError::Cancelled(cancelled)) => Err(cancelled),
        Err(error) => Ok(Measured::absent(error.to_string(), "finite features")),
    }
}

/// Drives work that nobody can cancel.
fn unhurried<T>(work: impl Future<Output = Result<Measured<T>, Cancelled>>) -> Measured<T> {
    block_on(work).unwrap_or_else(|cancelled| Measured::absent(cancelled.to_string(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_one_component() {
        let x = Matrix::from_rows(&[[0.0, 0.0], [1.0, -2.0], [2.0, -4.0], [3.0, -6.0]]).unwrap();
        let pca = pca(&x);
        let pca = pca.value().unwrap();
        let root5 = 5.0_f64.sqrt();
        assert!((pca.explained_variance[0] - 5.0 * 5.0 / 3.0).abs() < 1e-12);
        assert!(pca.explained_variance[1].abs() < 1e-12);
        assert!((pca.components.row(0)[0] + 1.0 / root5).abs() < 1e-12);
        assert!((pca.components.row(0)[1] - 2.0 / root5).abs() < 1e-12, "the largest loading is positive");
        let mut scores = [0.0; 2];
        pca.project(x.row(0), &mut scores);
        assert!((scores[0] - 1.5 * root5).abs() < 1e-12 && scores[1].abs() < 1e-12);
    }

    #[test]
    fn degenerate_input_has_an_answer() {
        assert!(pca(&Matrix::<f64>::zeros(1, 3)).value().is_none());
        assert!(pca(&Matrix::<f64>::zeros(0, 0)).value().is_none());
        let constant = pca(&Matrix::<f64>::zeros(5, 3));
        assert_eq!(constant.value().unwrap().explained_variance_ratio, vec![0.0; 3]);
        let nan = Matrix::from_rows(&[[1.0, f64::NAN], [2.0, 3.0]]).unwrap();
        assert!(pca(&nan).value().is_none());
    }
}
