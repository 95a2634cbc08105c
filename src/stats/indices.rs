//! Internal cluster indices from within and between sums of squares: Calinski-Harabasz, Davies-Bouldin.

use super::matrix::{Coordinate, Matrix, squared_distance};
use super::measured::Measured;

/// Rows grouped by their label; the labels' names and gaps do not matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouping {
    /// Cluster 0..k of every row, in ascending order of the given labels.
    pub codes: Vec<u32>,
    /// Rows per cluster; none is empty.
    pub sizes: Vec<usize>,
}

impl Grouping {
    /// Groups by arbitrary labels.
    pub fn of(labels: &[u32]) -> Self {
        let mut names = labels.to_vec();
        names.sort_unstable();
        names.dedup();
        let mut sizes = vec![0; names.len()];
        let codes = labels
            .iter()
            .map(|label| {
                let code = names.partition_point(|name| name < label);
                sizes[code] += 1;
                code as u32
            })
            .collect();
        Self { codes, sizes }
    }

    /// Number of clusters.
    pub fn k(&self) -> usize {
        self.sizes.len()
    }

    /// Why no index exists for this grouping of `rows` rows, if none does: 2 <= k <= n - 1 is needed.
    pub fn refusal<T>(&self, rows: usize) -> Option<Measured<T>> {
        let k = self.k();
        if self.codes.len() != rows {
            Some(Measured::absent("labels and rows differ in number", ""))
        } else if k < 2 {
            Some(Measured::absent("there is only one cluster", "two or more clusters"))
        } else if k >= rows {
            Some(Measured::absent("every row is its own cluster", "more rows than clusters"))
        } else {
            None
        }
    }
}

/// Mean of every cluster, k x d.
pub fn centroids<T: Coordinate>(x: &Matrix<T>, groups: &Grouping) -> Matrix<f64> {
    let mut centers = Matrix::<f64>::zeros(groups.k(), x.columns());
    for (row, &code) in x.iter_rows().zip(&groups.codes) {
        for (sum, &value) in centers.row_mut(code as usize).iter_mut().zip(row) {
            *sum += value.into();
        }
    }
    for (code, &size) in groups.sizes.iter().enumerate() {
        for sum in centers.row_mut(code) {
            *sum /= size as f64;
        }
    }
    centers
}

/// Sum of squared distances of the rows to the mean of their cluster (W, the k-means inertia).
pub fn within_sum_of_squares<T: Coordinate>(x: &Matrix<T>, labels: &[u32]) -> f64 {
    let groups = Grouping::of(labels);
    let centers = centroids(x, &groups);
    x.iter_rows().zip(&groups.codes).map(|(row, &code)| squared_distance(row, centers.row(code as usize))).sum()
}

/// Calinski-Harabasz: [B / (k - 1)] / [W / (n - k)]; 1 if W = 0 (sklearn).
pub fn calinski_harabasz<T: Coordinate>(x: &Matrix<T>, labels: &[u32]) -> Measured<f64> {
    let groups = Grouping::of(labels);
    if let Some(refusal) = groups.refusal(x.rows()) {
        return refusal;
    }
    let centers = centroids(x, &groups);
    let mean = x.column_means();
    let mut between = 0.0;
    for (code, &size) in groups.sizes.iter().enumerate() {
        between += size as f64 * squared_distance(centers.row(code), &mean);
    }
    let mut within = 0.0;
    for (row, &code) in x.iter_rows().zip(&groups.codes) {
        within += squared_distance(row, centers.row(code as usize));
    }
    let (n, k) = (x.rows() as f64, groups.k() as f64);
    if within <= 0.0 {
        return Measured::Value(1.0);
    }
    Measured::finite(between * (n - k) / (within * (k - 1.0)), "the features are not finite")
}

/// Davies-Bouldin: mean over clusters of the worst `(S_i + S_j) / d_ij`, with S the mean distance to the
/// centroid and d the distance between centroids; 0 if all S or all d are 0 (sklearn).
pub fn davies_bouldin<T: Coordinate>(x: &Matrix<T>, labels: &[u32]) -> Measured<f64> {
    // numpy's allclose against zero, as sklearn calls it.
    const ZERO: f64 = 1e-8;
    let groups = Grouping::of(labels);
    if let Some(refusal) = groups.refusal(x.rows()) {
        return refusal;
    }
    let centers = centroids(x, &groups);
    let k = groups.k();
    let mut spread = vec![0.0; k];
    for (row, &code) in x.iter_rows().zip(&groups.codes) {
        spread[code as usize] += squared_distance(row, centers.row(code as usize)).sqrt();
    }
    for (sum, &size) in spread.iter_mut().zip(&groups.sizes) {
        *sum /= size as f64;
    }
    let mut apart = Matrix::<f64>::zeros(k, k);
    for i in 0..k {
        for j in 0..k {
            apart.row_mut(i)[j] = squared_distance(centers.row(i), centers.row(j)).sqrt();
        }
    }
    if spread.iter().all(|s| *s <= ZERO) || apart.values().iter().all(|d| *d <= ZERO) {
        return Measured::Value(0.0);
    }
    let mut total = 0.0;
    for i in 0..k {
        let mut worst: f64 = 0.0;
        for j in 0..k {
            let distance = apart.row(i)[j];
            if distance > 0.0 {
                worst = worst.max((spread[i] + spread[j]) / distance);
            }
        }
        total += worst;
    }
    Measured::finite(total / k as f64, "the features are not finite")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> (Matrix<f64>, Vec<u32>) {
        let x = [[0., 0.], [0., 1.], [1., 0.], [5., 5.], [5., 6.], [6., 5.], [6., 6.], [10., 0.]];
        (Matrix::from_rows(&x).unwrap(), vec![0, 0, 0, 1, 1, 1, 1, 2])
    }

    #[test]
    fn agrees_with_sklearn() {
        let (x, labels) = case();
        let ch = *calinski_harabasz(&x, &labels).value().unwrap();
        let db = *davies_bouldin(&x, &labels).value().unwrap();
        assert!((ch - 105.312_499_999_999_99).abs() < 1e-9);
        assert!((db - 0.157_358_267_060_592_9).abs() < 1e-12);
    }

    #[test]
    fn names_of_labels_do_not_matter() {
        let (x, labels) = case();
        let renamed: Vec<u32> = labels.iter().map(|l| 900 - 7 * l).collect();
        let ch = |labels: &[u32]| *calinski_harabasz(&x, labels).value().unwrap();
        assert!((ch(&labels) - ch(&renamed)).abs() < 1e-9);
    }

    #[test]
    fn degenerate_groupings_say_why() {
        let x = Matrix::from_rows(&[[0.0], [1.0], [2.0]]).unwrap();
        for labels in [vec![0, 0, 0], vec![0, 1, 2], vec![0, 1]] {
            assert!(calinski_harabasz(&x, &labels).value().is_none());
            assert!(davies_bouldin(&x, &labels).value().is_none());
        }
        let twins = Matrix::from_rows(&[[0.0], [0.0], [1.0], [1.0]]).unwrap();
        assert_eq!(calinski_harabasz(&twins, &[0, 0, 1, 1]), Measured::Value(1.0));
        assert_eq!(davies_bouldin(&twins, &[0, 0, 1, 1]), Measured::Value(0.0));
        assert_eq!(davies_bouldin(&Matrix::<f64>::zeros(4, 2), &[0, 0, 1, 1]), Measured::Value(0.0));
        assert!(calinski_harabasz(&Matrix::<f64>::zeros(0, 0), &[]).value().is_none());
    }
}
