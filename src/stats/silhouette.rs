//! Silhouette widths: how much nearer a row is to its own cluster than to the next one.
//!
//! s = (b - a) / max(a, b), with a the mean distance to the other rows of the own cluster and b the
//! smallest mean distance to the rows of another cluster; 0 for a row alone in its cluster (Rousseeuw
//! 1987, as sklearn computes it). Two ways to the same number: [`silhouette_samples`] in `f64` for small
//! n, and [`silhouette_samples_tiled`] with an `f32` distance kernel for every customer there is.

use super::indices::Grouping;
use super::matrix::{Coordinate, Matrix, squared_distance};
use super::measured::Measured;
use super::silhouette_tiles::cluster_distance_sums;
use crate::pace::{Cancelled, Pace};

/// Two-sided 95% normal quantile, the 1.96 of STATISTICS.md section 2 in full.
const Z95: f64 = 1.959963984540054;

/// Mean silhouette with its sampling interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Silhouette {
    /// Mean over the rows.
    pub mean: f64,
    /// sd (ddof 1) / sqrt(rows).
    pub standard_error: f64,
    /// mean - 1.959... standard errors; ignores that the rows share their distances.
    pub low: f64,
    /// mean + 1.959... standard errors.
    pub high: f64,
    /// Rows averaged.
    pub rows: usize,
    /// Mean per cluster, in ascending order of the labels.
    pub cluster_means: Vec<f64>,
}

/// Exact silhouette widths in `f64`, every pair of rows: O(n^2 d). Absent unless 2 <= k <= n - 1.
pub fn silhouette_samples<T: Coordinate>(x: &Matrix<T>, labels: &[u32]) -> Measured<Vec<f64>> {
    let groups = Grouping::of(labels);
    if let Some(refusal) = groups.refusal(x.rows()) {
        return refusal;
    }
    let k = groups.k();
    let mut sums = vec![0.0; x.rows() * k];
    for i in 0..x.rows() {
        for j in 0..i {
            let distance = squared_distance(x.row(i), x.row(j)).sqrt();
            sums[i * k + groups.codes[j] as usize] += distance;
            sums[j * k + groups.codes[i] as usize] += distance;
        }
    }
    widths(&sums, &groups)
}

/// Silhouette widths of all rows with the `f32` tile kernel: n^2 / 2 distances, sums in `f64`.
///
/// Within 1e-5 of [`silhouette_samples`] (tested); the same bits on every platform.
pub async fn silhouette_samples_tiled(
    x: &Matrix<f32>,
    labels: &[u32],
    pace: &Pace,
) -> Result<Measured<Vec<f64>>, Cancelled> {
    let groups = Grouping::of(labels);
    if let Some(refusal) = groups.refusal(x.rows()) {
        return Ok(refusal);
    }
    let sums = cluster_distance_sums(x, &groups, pace).await?;
    Ok(widths(&sums, &groups))
}

/// Mean, interval and per-cluster means of silhouette widths. Absent below two rows.
pub fn summarise(samples: &[f64], labels: &[u32]) -> Measured<Silhouette> {
    let groups = Grouping::of(labels);
    let n = samples.len();
    if n < 2 || labels.len() != n {
        return Measured::absent("a silhouette needs two or more labelled rows", "");
    }
    let mean = samples.iter().sum::<f64>() / n as f64;
    let squares: f64 = samples.iter().map(|s| (s - mean) * (s - mean)).sum();
    let standard_error = (squares / (n - 1) as f64).sqrt() / (n as f64).sqrt();
    let mut cluster_means = vec![0.0; groups.k()];
    for (s, &code) in samples.iter().zip(&groups.codes) {
        cluster_means[code as usize] += s;
    }
    for (sum, &size) in cluster_means.iter_mut().zip(&groups.sizes) {
        *sum /= size as f64;
    }
    if !mean.is_finite() || !standard_error.is_finite() {
        return Measured::absent("the features are not finite", "finite features");
    }
    Measured::Value(Silhouette {
        mean,
        standard_error,
        low: mean - Z95 * standard_error,
        high: mean + Z95 * standard_error,
        rows: n,
        cluster_means,
    })
}

/// Exact silhouette of all rows in `f64`: [`silhouette_samples`] summarised.
pub fn silhouette<T: Coordinate>(x: &Matrix<T>, labels: &[u32]) -> Measured<Silhouette> {
    match silhouette_samples(x, labels) {
        Measured::Value(samples) => summarise(&samples, labels),
        Measured::NotMeasured(missing) => Measured::NotMeasured(missing),
    }
}

/// Silhouette of the `sample` rows among themselves (sklearn's `sample_size`), with the tile kernel.
pub async fn silhouette_sampled(
    x: &Matrix<f32>,
    labels: &[u32],
    sample: &[u32],
    pace: &Pace,
) -> Result<Measured<Silhouette>, Cancelled> {
    if labels.len() != x.rows() || sample.iter().any(|&row| row as usize >= x.rows()) {
        return Ok(Measured::absent("labels and rows differ in number", ""));
    }
    let chosen: Vec<u32> = sample.iter().map(|&row| labels[row as usize]).collect();
    silhouette_tiled(&x.select_rows(sample), &chosen, pace).await
}

/// Silhouette of all rows with the tile kernel.
pub async fn silhouette_tiled(x: &Matrix<f32>, labels: &[u32], pace: &Pace) -> Result<Measured<Silhouette>, Cancelled> {
    Ok(match silhouette_samples_tiled(x, labels, pace).await? {
        Measured::Value(samples) => summarise(&samples, labels),
        Measured::NotMeasured(missing) => Measured::NotMeasured(missing),
    })
}

/// Widths from `sums[i * k + c]`, the distances of row i to all rows of cluster c.
fn widths(sums: &[f64], groups: &Grouping) -> Measured<Vec<f64>> {
    let k = groups.k();
    let mut samples = Vec::with_capacity(groups.codes.len());
    for (row, &own) in sums.chunks_exact(k).zip(&groups.codes) {
        let own = own as usize;
        if groups.sizes[own] == 1 {
            samples.push(0.0);
            continue;
        }
        let inside = row[own] / (groups.sizes[own] - 1) as f64;
        let mut outside = f64::INFINITY;
        for (c, sum) in row.iter().enumerate() {
            if c != own {
                outside = outside.min(sum / groups.sizes[c] as f64);
            }
        }
        let larger = inside.max(outside);
        samples.push(if larger > 0.0 { (outside - inside) / larger } else { 0.0 });
    }
    if samples.iter().all(|s| s.is_finite()) {
        Measured::Value(samples)
    } else {
        Measured::absent("the features are not finite", "finite features")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;

    fn close(a: &[f64], b: &[f64], tolerance: f64) {
        assert_eq!(a.len(), b.len());
        for (x, y) in a.iter().zip(b) {
            assert!((x - y).abs() <= tolerance, "{x} {y}");
        }
    }

    fn tiled(x: &Matrix<f32>, labels: &[u32]) -> Measured<Vec<f64>> {
        block_on(silhouette_samples_tiled(x, labels, &Pace::unhurried())).unwrap()
    }

    #[test]
    fn agrees_with_sklearn() {
        let x = [[0., 0.], [0., 1.], [1., 0.], [5., 5.], [5., 6.], [6., 5.], [6., 6.], [10., 0.]];
        let labels = [0, 0, 0, 1, 1, 1, 1, 2];
        let expected = [
            0.8716996685814735,
            0.8305550131642743,
            0.8305550131642743,
            0.8282356876993396,
            0.8454576928923001,
            0.8222631413576983,
            0.8421779222497338,
            0.0,
        ];
        let x = Matrix::from_rows(&x).unwrap();
        close(silhouette_samples(&x, &labels).value().unwrap(), &expected, 1e-12);
        close(tiled(&x.cast(), &labels).value().unwrap(), &expected, 1e-6);
        let summary = silhouette(&x, &labels);
        let summary = summary.value().unwrap();
        assert!((summary.mean - 0.7338680173886367).abs() < 1e-12);
        assert_eq!(summary.cluster_means.len(), 3);
        assert!(summary.cluster_means[2].abs() < 1e-15);
    }

    #[test]
    fn identical_rows_within_clusters_are_perfect() {
        let x = Matrix::from_rows(&[[0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [1.0, 1.0]]).unwrap();
        assert_eq!(silhouette_samples(&x, &[0, 0, 1, 1]), Measured::Value(vec![1.0; 4]));
        assert_eq!(tiled(&x.cast(), &[0, 0, 1, 1]), Measured::Value(vec![1.0; 4]));
        let same = Matrix::<f32>::zeros(4, 2);
        assert_eq!(tiled(&same, &[0, 0, 1, 1]), Measured::Value(vec![0.0; 4]));
    }

    #[test]
    fn degenerate_input_says_why() {
        let x = Matrix::<f32>::zeros(3, 2);
        for labels in [vec![0, 0, 0], vec![0, 1, 2], vec![0], vec![]] {
            assert!(tiled(&x, &labels).missing().is_some());
            assert!(silhouette_samples(&x, &labels).missing().is_some());
        }
        let nan = Matrix::from_rows(&[[f32::NAN], [1.0], [2.0]]).unwrap();
        assert!(tiled(&nan, &[0, 0, 1]).missing().is_some());
        assert!(summarise(&[0.5], &[0]).missing().is_some());
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties {
    use super::*;
    use crate::pace::block_on;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        /// The tile kernel stays within 1e-5 of the f64 definition, whatever the shape.
        #[test]
        fn tiles_match_the_definition(n in 3_usize..620, d in 1_usize..6, k in 2_u32..7, seed in 0_u32..1000) {
            let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
            let mut next = || { state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223); state >> 8 };
            let values: Vec<f64> = (0..n * d).map(|_| f64::from(next() as f32 / 1e6)).collect();
            let labels: Vec<u32> = (0..n).map(|_| next() % k).collect();
            let x = Matrix::new(values, n, d).unwrap();
            let tiled = block_on(silhouette_samples_tiled(&x.cast(), &labels, &Pace::unhurried())).unwrap();
            match (silhouette_samples(&x, &labels), tiled) {
                (Measured::Value(exact), Measured::Value(fast)) => {
                    for (a, b) in exact.iter().zip(&fast) {
                        prop_assert!((a - b).abs() < 1e-5, "{} {}", a, b);
                    }
                }
                (Measured::NotMeasured(_), Measured::NotMeasured(_)) => {}
                (a, b) => prop_assert!(false, "{:?} {:?}", a, b),
            }
        }

        /// Neither the rows' order nor the labels' names nor scale nor origin matter (whole numbers: no rounding).
        #[test]
        fn only_distances_matter(values in proptest::collection::vec(-30_i8..30, 12..120), k in 2_u32..4) {
            let n = values.len() / 3;
            let x = Matrix::new(values[..n * 3].iter().map(|&v| f32::from(v)).collect(), n, 3).unwrap();
            let labels: Vec<u32> = (0..n as u32).map(|i| (i * 7 / 3) % k).collect();
            let mean = |x: &Matrix<f32>, labels: &[u32]| {
                block_on(silhouette_tiled(x, labels, &Pace::unhurried())).unwrap().map(|found| found.mean)
            };
            let map = |change: fn(f32) -> f32| {
                Matrix::new(x.values().iter().map(|&value| change(value)).collect(), n, 3).unwrap()
            };
            let backwards: Vec<u32> = (0..n as u32).rev().collect();
            let renamed: Vec<u32> = labels.iter().map(|label| 40 - 9 * label).collect();
            let others = [
                mean(&x.select_rows(&backwards), &labels.iter().rev().copied().collect::<Vec<u32>>()),
                mean(&x, &renamed),
                mean(&map(|value| value * 8.0), &labels),
                mean(&map(|value| value + 100.0), &labels),
            ];
            for other in others {
                match (mean(&x, &labels), other) {
                    (Measured::Value(a), Measured::Value(b)) => prop_assert!((a - b).abs() < 1e-6, "{} {}", a, b),
                    (a, b) => prop_assert!(a.value().is_none() && b.value().is_none()),
                }
            }
        }
    }
}
