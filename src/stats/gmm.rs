//! Gaussian mixture with full covariances, by expectation-maximisation, and its BIC.
//!
//! sklearn's `GaussianMixture(covariance_type="full")`: started from k-means labels, 1e-6 added to the
//! variances, until the mean log-likelihood gains less than 1e-3 or 100 rounds have passed.

use super::cholesky::{cholesky, log_determinant};
use super::matrix::Matrix;
use super::measured::Measured;
use crate::pace::{Cancelled, Pace};

/// Added to every variance.
const RIDGE: f64 = 1e-6;
/// Gain of mean log-likelihood below which the iteration has converged.
const TOLERANCE: f64 = 1e-3;
const MAX_ROUNDS: usize = 100;
/// Rows whose densities are computed side by side.
const LANES: usize = 4;

/// A fitted mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// Share of every component.
    pub weights: Vec<f64>,
    /// k means.
    pub means: Matrix<f64>,
    /// k covariances.
    pub covariances: Vec<Matrix<f64>>,
    /// Log-likelihood of the rows, natural logarithm.
    pub log_likelihood: f64,
    /// -2 ln L + p ln n, with p = k d (d + 1) / 2 + k d + k - 1; lower is better.
    pub bic: f64,
    /// Rounds taken.
    pub rounds: usize,
    /// Did it converge within the allowed rounds?
    pub converged: bool,
}

/// Component densities ready to evaluate.
struct Density {
    mean: Vec<f64>,
    factor: Matrix<f64>,
    /// ln weight - (d ln 2 pi + ln det) / 2.
    constant: f64,
}

/// Fits k components, started from `labels` (0..k, every one present).
///
/// Absent if there are not more rows than columns, a component loses its rows or a covariance is singular.
pub async fn mixture(x: &Matrix<f32>, labels: &[u32], k: usize, pace: &Pace) -> Result<Measured<Mixture>, Cancelled> {
    let (n, d) = (x.rows(), x.columns());
    if n <= d || k == 0 || d == 0 || labels.len() != n || labels.iter().any(|&label| label as usize >= k) {
        return Ok(Measured::absent("a mixture needs more customers than features", "more customers"));
    }
    if !x.is_finite() {
        return Ok(Measured::absent("the features are not finite", "finite features"));
    }
    let mut shares = Matrix::<f64>::zeros(n, k);
    for (i, &label) in labels.iter().enumerate() {
        shares.row_mut(i)[label as usize] = 1.0;
    }
    let parameters = (k * d * (d + 1) / 2 + k * d + k - 1) as f64;
    let mut before = f64::NEG_INFINITY;
    for round in 1..=MAX_ROUNDS {
        let Some((weights, means, covariances)) = maximise(x, &shares, pace, round).await? else {
            return Ok(Measured::absent("a component of the mixture lost its customers", "more distinct customers"));
        };
        let Some(densities) = densities(&weights, &means, &covariances) else {
            return Ok(Measured::absent("a covariance of the mixture is singular", "features that are not redundant"));
        };
        let log_likelihood = expect(x, &densities, &mut shares, pace, round).await?;
        if !log_likelihood.is_finite() {
            return Ok(Measured::absent("the mixture's likelihood is not finite", "features of moderate size"));
        }
        let converged = (log_likelihood / n as f64 - before).abs() < TOLERANCE;
        before = log_likelihood / n as f64;
        if converged || round == MAX_ROUNDS {
            let bic = -2.0 * log_likelihood + parameters * libm::log(n as f64);
            return Ok(Measured::Value(Mixture {
                weights,
                means,
                covariances,
                log_likelihood,
                bic,
                rounds: round,
                converged,
            }));
        }
    }
    Ok(Measured::absent("the mixture was given no round", ""))
}

type Parameters = (Vec<f64>, Matrix<f64>, Vec<Matrix<f64>>);

/// Weights, means and covariances from the shares of responsibility.
async fn maximise(
    x: &Matrix<f32>,
    shares: &Matrix<f64>,
    pace: &Pace,
    round: usize,
) -> Result<Option<Parameters>, Cancelled> {
    let (n, d, k) = (x.rows(), x.columns(), shares.columns());
    let mut totals = vec![0.0; k];
    let mut means = Matrix::<f64>::zeros(k, d);
    for (row, shares) in x.iter_rows().zip(shares.iter_rows()) {
        for (c, &share) in shares.iter().enumerate() {
            totals[c] += share;
            for (mean, &value) in means.row_mut(c).iter_mut().zip(row) {
                *mean += share * f64::from(value);
            }
        }
    }
    if totals.iter().any(|&total| total < 1e-9) {
        return Ok(None);
    }
    for (c, &total) in totals.iter().enumerate() {
        for mean in means.row_mut(c) {
            *mean /= total;
        }
    }
    let mut covariances = Vec::with_capacity(k);
    let mut centred = vec![0.0; d];
    for (c, &total) in totals.iter().enumerate() {
        let mut covariance = Matrix::<f64>::zeros(d, d);
        for (row, shares) in x.iter_rows().zip(shares.iter_rows()) {
            let share = shares[c];
            if share < 1e-12 {
                continue;
            }
            for ((to, &value), mean) in centred.iter_mut().zip(row).zip(means.row(c)) {
                *to = f64::from(value) - mean;
            }
            for i in 0..d {
                let scaled = share * centred[i];
                for (sum, value) in covariance.row_mut(i)[..=i].iter_mut().zip(&centred) {
                    *sum += scaled * value;
                }
            }
        }
        for i in 0..d {
            for j in 0..=i {
                let value = covariance.row(i)[j] / total + if i == j { RIDGE } else { 0.0 };
                covariance.row_mut(i)[j] = value;
                covariance.row_mut(j)[i] = value;
            }
        }
        covariances.push(covariance);
        pace.tick(round as u64, MAX_ROUNDS as u64).await?;
    }
    Ok(Some((totals.iter().map(|total| total / n as f64).collect(), means, covariances)))
}

fn densities(weights: &[f64], means: &Matrix<f64>, covariances: &[Matrix<f64>]) -> Option<Vec<Density>> {
    let dimensions = means.columns() as f64 * libm::log(2.0 * std::f64::consts::PI);
    weights
        .iter()
        .zip(means.iter_rows())
        .zip(covariances)
        .map(|((&weight, mean), covariance)| {
            let factor = cholesky(covariance)?;
            let constant = libm::log(weight) - 0.5 * (dimensions + log_determinant(&factor));
            Some(Density { mean: mean.to_vec(), factor, constant })
        })
        .collect()
}

/// Shares of responsibility and the log-likelihood.
async fn expect(
    x: &Matrix<f32>,
    densities: &[Density],
    shares: &mut Matrix<f64>,
    pace: &Pace,
    round: usize,
) -> Result<f64, Cancelled> {
    let (n, d) = (x.rows(), x.columns());
    let mut total = 0.0;
    let mut logs = vec![[0.0_f64; LANES]; densities.len()];
    let mut solved = vec![[0.0_f64; LANES]; d];
    for start in (0..n).step_by(LANES) {
        let rows = [0, 1, 2, 3].map(|lane: usize| (start + lane).min(n - 1));
        for (density, log) in densities.iter().zip(&mut logs) {
            *log = log_densities(density, rows.map(|row| x.row(row)), &mut solved);
        }
        for lane in 0..LANES.min(n - start) {
            let largest = logs.iter().map(|log| log[lane]).fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for (share, log) in shares.row_mut(rows[lane]).iter_mut().zip(&logs) {
                *share = libm::exp(log[lane] - largest);
                sum += *share;
            }
            for share in shares.row_mut(rows[lane]) {
                *share /= sum;
            }
            total += largest + libm::log(sum);
        }
        if start % 4096 == 0 {
            pace.tick(round as u64, MAX_ROUNDS as u64).await?;
        }
    }
    Ok(total)
}

/// ln weight + ln N(x; mean, L L') of four rows, by forward substitution.
fn log_densities(density: &Density, rows: [&[f32]; LANES], solved: &mut [[f64; LANES]]) -> [f64; LANES] {
    let mut squares = [0.0_f64; LANES];
    for i in 0..solved.len() {
        let factor = density.factor.row(i);
        let mut sums = rows.map(|row| f64::from(row[i]) - density.mean[i]);
        for (l, earlier) in factor[..i].iter().zip(solved.iter()) {
            for lane in 0..LANES {
                sums[lane] -= l * earlier[lane];
            }
        }
        for lane in 0..LANES {
            let value = sums[lane] / factor[i];
            solved[i][lane] = value;
            squares[lane] += value * value;
        }
    }
    squares.map(|square| density.constant - 0.5 * square)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;
    use crate::stats::rng::Rng;

    fn fit(x: &Matrix<f32>, labels: &[u32], k: usize) -> Measured<Mixture> {
        block_on(mixture(x, labels, k, &Pace::unhurried())).unwrap()
    }

    fn two_clouds(apart: f64) -> (Matrix<f32>, Vec<u32>) {
        let mut rng = Rng::new(9);
        let rows: Vec<[f32; 2]> =
            (0..403).map(|i| [(apart * f64::from(i % 2) + rng.normal()) as f32, (0.5 * rng.normal()) as f32]).collect();
        (Matrix::from_rows(&rows).unwrap(), (0..403).map(|i| i % 2).collect())
    }

    #[test]
    fn one_component_is_the_sample_s_normal() {
        let (x, _) = two_clouds(0.0);
        let found = fit(&x, &[0; 403], 1);
        let found = found.value().unwrap();
        let covariance = crate::stats::pca::covariance(&x);
        let (covariance, mean) = covariance.value().unwrap();
        for (a, b) in found.means.values().iter().zip(mean) {
            assert!((a - b).abs() < 1e-12);
        }
        for (a, b) in found.covariances[0].values().iter().zip(covariance.values()) {
            assert!((a - b * 402.0 / 403.0).abs() < 2e-6);
        }
        // ln L of the normal at its own moments is -n/2 (d ln 2 pi + ln det + d), but for the ridge.
        let l = cholesky(&found.covariances[0]).unwrap();
        let expected = -0.5 * 403.0 * (2.0 * libm::log(2.0 * std::f64::consts::PI) + log_determinant(&l) + 2.0);
        assert!((found.log_likelihood - expected).abs() < 0.01, "{} {expected}", found.log_likelihood);
        assert!((found.bic - (-2.0 * found.log_likelihood + 5.0 * libm::log(403.0))).abs() < 1e-9);
    }

    #[test]
    fn bic_counts_the_clouds() {
        for (apart, best) in [(8.0, 2), (0.0, 1)] {
            let (x, labels) = two_clouds(apart);
            let one = fit(&x, &[0; 403], 1).value().unwrap().bic;
            let two = fit(&x, &labels, 2).value().unwrap().bic;
            assert_eq!(if two < one { 2 } else { 1 }, best, "{apart}: {one} {two}");
        }
        let (x, _) = two_clouds(8.0);
        let nonsense: Vec<u32> = (0..403).map(|i| u32::from(i % 7 < 3)).collect();
        let found = fit(&x, &nonsense, 2);
        assert!(found.value().unwrap().weights.iter().all(|w| (0.4..0.6).contains(w)), "it finds the clouds");
    }

    #[test]
    fn degenerate_input_says_why() {
        assert!(fit(&Matrix::zeros(2, 2), &[0, 0], 1).missing().is_some());
        assert!(fit(&Matrix::zeros(5, 2), &[0; 5], 2).missing().is_some(), "an empty component");
        assert!(fit(&Matrix::zeros(5, 0), &[0; 5], 1).missing().is_some());
        // Constant features: the ridge keeps the covariance regular.
        assert!(fit(&Matrix::zeros(5, 2), &[0; 5], 1).value().is_some());
    }
}
