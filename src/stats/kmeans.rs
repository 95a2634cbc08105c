//! k-means: greedy k-means++ starts, Lloyd's iteration to convergence, the best of several starts.
//!
//! sklearn's `KMeans`: `n_init` starts, at most `max_iter` iterations, stop when no label changes or the
//! centers' squared shift falls to `tol` times the mean variance of the features. Own kernel: linfa goes
//! through run-time AVX and so gives other bits natively than in the browser; it serves as oracle in tests.

use super::center_lanes::CenterLanes;
use super::kmeans_lloyd::{Lloyd, iterate};
use super::kmeans_seeding::{Seeding, plus_plus};
use super::matrix::{Coordinate, Matrix, squared_distance};
use super::rng::Rng;
use crate::pace::{Cancelled, Pace};

/// Why k-means has no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum KMeansError {
    /// The host stopped the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// k is 0.
    #[error("k-means needs one cluster or more")]
    NoClusters,
    /// More clusters than distinct rows.
    #[error("{k} clusters cannot be made of {distinct} distinct rows")]
    TooFewDistinct {
        /// Clusters asked for.
        k: usize,
        /// Distinct rows there are.
        distinct: usize,
    },
    /// A coordinate is NaN or infinite.
    #[error("the features are not finite")]
    NotFinite,
    /// Initial centers of another width than the rows.
    #[error("the initial centers have {found} columns, the rows {expected}")]
    Shape {
        /// Columns of the rows.
        expected: usize,
        /// Columns of the centers.
        found: usize,
    },
}

/// How to run k-means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KMeansParams {
    /// Number of clusters.
    pub k: usize,
    /// Number of k-means++ starts, of which the lowest inertia wins (sklearn's `n_init`).
    pub starts: usize,
    /// Iterations per start at most.
    pub max_iterations: usize,
    /// Relative tolerance of the centers' shift.
    pub tolerance: f64,
}

impl KMeansParams {
    /// The canonical case's settings: 10 starts, 300 iterations, tolerance 1e-4.
    pub fn new(k: usize) -> Self {
        Self { k, starts: 10, max_iterations: 300, tolerance: 1e-4 }
    }

    /// The same with another number of starts.
    pub fn starts(self, starts: usize) -> Self {
        Self { starts, ..self }
    }
}

/// A k-means solution.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// Nearest center of every row (in `f64`; the lowest index among equals).
    pub labels: Vec<u32>,
    /// k centers.
    pub centers: Matrix<f64>,
    /// Sum of squared distances to the nearest center.
    pub inertia: f64,
    /// Iterations of the winning start.
    pub iterations: usize,
    /// Did it converge within the allowed iterations?
    pub converged: bool,
}

impl KMeans {
    /// Rows per cluster.
    pub fn sizes(&self) -> Vec<u64> {
        let mut sizes = vec![0; self.centers.rows()];
        for &label in &self.labels {
            sizes[label as usize] += 1;
        }
        sizes
    }

    /// Share of rows in the smallest cluster.
    pub fn smallest_share(&self) -> f64 {
        let smallest = self.sizes().into_iter().min().unwrap_or(0);
        smallest as f64 / self.labels.len().max(1) as f64
    }
}

/// The best of `params.starts` k-means++ starts.
///
/// Deterministic in the state of `rng`. O(n k d) per iteration, less by pruning.
pub async fn kmeans(x: &Matrix<f32>, params: KMeansParams, rng: &mut Rng, pace: &Pace) -> Result<KMeans, KMeansError> {
    if params.k == 0 {
        return Err(KMeansError::NoClusters);
    }
    check_finite(x)?;
    let tolerance = params.tolerance * mean_variance(x);
    let mut best: Option<Lloyd> = None;
    let starts = params.starts.max(1) as u64;
    for start in 0..starts {
        let pace = &pace.part(start, start + 1, starts);
        let init = match plus_plus(x, params.k, rng, pace).await? {
            Seeding::Centers(init) => init,
            Seeding::Exhausted { distinct } => return Err(KMeansError::TooFewDistinct { k: params.k, distinct }),
        };
        let run = iterate(x, init, params.max_iterations, tolerance, pace).await?;
        if best.as_ref().is_none_or(|best| run.inertia < best.inertia) {
            best = Some(run);
        }
    }
    match best {
        Some(run) => Ok(finish(x, run, pace).await?),
        None => Err(KMeansError::NoClusters),
    }
}

/// Lloyd's iteration from given centers; `params.k` and `params.starts` are not used.
pub async fn kmeans_from(
    x: &Matrix<f32>,
    init: &Matrix<f64>,
    params: KMeansParams,
    pace: &Pace,
) -> Result<KMeans, KMeansError> {
    if init.rows() == 0 {
        return Err(KMeansError::NoClusters);
    }
    if init.columns() != x.columns() {
        return Err(KMeansError::Shape { expected: x.columns(), found: init.columns() });
    }
    check_finite(x)?;
    check_finite(init)?;
    let tolerance = params.tolerance * mean_variance(x);
    let run = iterate(x, init.clone(), params.max_iterations, tolerance, pace).await?;
    Ok(finish(x, run, pace).await?)
}

/// Nearest center of every row, with the `f32` kernel.
pub fn assign(x: &Matrix<f32>, centers: &Matrix<f64>) -> Vec<u32> {
    let rows: Vec<u32> = (0..x.rows() as u32).collect();
    let mut labels = vec![0; x.rows()];
    CenterLanes::new(centers).nearest(x, &rows, |position, nearest| labels[position] = nearest.label);
    labels
}

/// Labels and inertia in `f64` against the final centers.
async fn finish(x: &Matrix<f32>, run: Lloyd, pace: &Pace) -> Result<KMeans, Cancelled> {
    let mut labels = Vec::with_capacity(x.rows());
    let mut inertia = 0.0;
    for i in 0..x.rows() {
        if i % 4096 == 0 {
            pace.tick(1, 1).await?;
        }
        let row = x.row(i);
        let mut label = 0;
        let mut nearest = f64::INFINITY;
        for (c, center) in run.centers.iter_rows().enumerate() {
            let distance = squared_distance(row, center);
            if distance < nearest {
                (label, nearest) = (c as u32, distance);
            }
        }
        labels.push(label);
        inertia += if nearest.is_finite() { nearest } else { 0.0 };
    }
    Ok(KMeans { labels, centers: run.centers, inertia, iterations: run.iterations, converged: run.converged })
}

fn check_finite<T: Coordinate>(x: &Matrix<T>) -> Result<(), KMeansError> {
    if x.is_finite() { Ok(()) } else { Err(KMeansError::NotFinite) }
}

/// Mean over the columns of their variance (ddof 0).
fn mean_variance(x: &Matrix<f32>) -> f64 {
    let means = x.column_means();
    let mut squares = vec![0.0; x.columns()];
    for row in x.iter_rows() {
        for ((square, &value), mean) in squares.iter_mut().zip(row).zip(&means) {
            let centred = f64::from(value) - mean;
            *square += centred * centred;
        }
    }
    squares.iter().sum::<f64>() / (x.rows() * x.columns()).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;

    fn run(x: &Matrix<f32>, k: usize, seed: u64) -> Result<KMeans, KMeansError> {
        block_on(kmeans(x, KMeansParams::new(k), &mut Rng::stream(seed, "kmeans"), &Pace::unhurried()))
    }

    fn blobs() -> Matrix<f32> {
        let mut rng = Rng::new(11);
        let rows: Vec<[f32; 3]> = (0..600)
            .map(|i| [f64::from(i % 3) * 8.0, 0.0, f64::from(i % 2)].map(|at| (at + 0.5 * rng.normal()) as f32))
            .collect();
        Matrix::from_rows(&rows).unwrap()
    }

    #[test]
    fn agrees_with_sklearn_from_fixed_centers() {
        let x = [[0., 0.], [0., 1.], [1., 0.], [5., 5.], [5., 6.], [6., 5.], [6., 6.], [10., 0.]];
        let x = Matrix::<f64>::from_rows(&x).unwrap().cast();
        let init = Matrix::from_rows(&[[0.0, 0.0], [1.0, 0.0]]).unwrap();
        let params = KMeansParams { tolerance: 0.0, ..KMeansParams::new(2) };
        let found = block_on(kmeans_from(&x, &init, params, &Pace::unhurried())).unwrap();
        assert_eq!(found.labels, [0, 0, 0, 1, 1, 1, 1, 1]);
        assert!((found.inertia - 43.73333333333334).abs() < 1e-9 && found.converged);
        for (value, expected) in found.centers.values().iter().zip([1.0 / 3.0, 1.0 / 3.0, 6.4, 4.4]) {
            assert!((value - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn finds_planted_groups_and_repeats_itself() {
        let x = blobs();
        let found = run(&x, 3, 1).unwrap();
        assert!((0..600).all(|i| found.labels[i] == found.labels[i % 3]));
        assert_eq!(found.sizes(), vec![200, 200, 200]);
        assert_eq!(found, run(&x, 3, 1).unwrap());
        assert_eq!(found.labels, assign(&x, &found.centers));
    }

    #[test]
    fn pruning_changes_nothing() {
        // Without bounds: the same iteration, every row against every center.
        let x = blobs();
        for k in [2, 5, 9, 17] {
            let init = x.select_rows(&(0..k).collect::<Vec<u32>>()).cast::<f64>();
            let params = KMeansParams { tolerance: 0.0, ..KMeansParams::new(k as usize) };
            let pruned = block_on(kmeans_from(&x, &init, params, &Pace::unhurried())).unwrap();
            let mut centers = init;
            let mut labels = Vec::new();
            loop {
                let next = assign(&x, &centers);
                if next == labels {
                    break;
                }
                labels = next;
                let mut sizes = vec![0.0; k as usize];
                let mut sums = Matrix::<f64>::zeros(k as usize, 3);
                for (row, &label) in x.iter_rows().zip(&labels) {
                    sizes[label as usize] += 1.0;
                    for (sum, value) in sums.row_mut(label as usize).iter_mut().zip(row) {
                        *sum += f64::from(*value);
                    }
                }
                for (c, size) in sizes.iter().enumerate() {
                    for (value, sum) in centers.row_mut(c).iter_mut().zip(sums.row(c)) {
                        *value = sum / size;
                    }
                }
            }
            assert_eq!(pruned.labels, labels, "k {k}");
        }
    }

    #[test]
    fn inertia_is_the_within_sum_of_squares() {
        let x = blobs();
        for k in 1..8 {
            let found = run(&x, k, 3).unwrap();
            let within = crate::stats::indices::within_sum_of_squares(&x, &found.labels);
            assert!((found.inertia - within).abs() < 1e-3 * within, "{k}: {} {within}", found.inertia);
        }
    }

    #[test]
    fn degenerate_input_says_why() {
        let twins = Matrix::from_rows(&[[1.0_f32], [1.0], [2.0]]).unwrap();
        assert_eq!(run(&twins, 3, 1), Err(KMeansError::TooFewDistinct { k: 3, distinct: 2 }));
        assert!(run(&twins, 2, 1).unwrap().inertia.abs() < 1e-12);
        assert_eq!(run(&Matrix::zeros(0, 2), 1, 1), Err(KMeansError::TooFewDistinct { k: 1, distinct: 0 }));
        assert_eq!(run(&twins, 0, 1), Err(KMeansError::NoClusters));
        assert_eq!(run(&Matrix::from_rows(&[[f32::NAN], [1.0]]).unwrap(), 1, 1), Err(KMeansError::NotFinite));
        assert!(run(&Matrix::zeros(5, 0), 1, 1).is_ok_and(|found| found.inertia.abs() < 1e-12));
    }

    #[test]
    fn an_empty_cluster_takes_the_farthest_row() {
        let x = Matrix::from_rows(&[[0.0_f32], [1.0], [2.0], [30.0]]).unwrap();
        let init = Matrix::from_rows(&[[1.0], [1000.0]]).unwrap();
        let found = block_on(kmeans_from(&x, &init, KMeansParams::new(2), &Pace::unhurried())).unwrap();
        assert_eq!(found.sizes(), vec![3, 1]);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod properties {
    use super::*;
    use crate::pace::block_on;
    use proptest::prelude::*;

    use crate::stats::rng::Rng;

    /// Small whole numbers: every sum of coordinates is exact, so that the invariances must hold to the bit.
    fn rows() -> impl Strategy<Value = Matrix<f32>> {
        (4_usize..60, 1_usize..5).prop_flat_map(|(n, d)| {
            proptest::collection::vec(-20_i8..20, n * d)
                .prop_map(move |values| Matrix::new(values.into_iter().map(f32::from).collect(), n, d).unwrap())
        })
    }

    fn from_first(x: &Matrix<f32>, k: u32) -> KMeans {
        let init = x.select_rows(&(0..k).collect::<Vec<u32>>()).cast::<f64>();
        let params = KMeansParams { tolerance: 0.0, ..KMeansParams::new(k as usize) };
        block_on(kmeans_from(x, &init, params, &Pace::unhurried())).unwrap()
    }

    fn map(x: &Matrix<f32>, change: impl Fn(f32) -> f32) -> Matrix<f32> {
        Matrix::new(x.values().iter().map(|&value| change(value)).collect(), x.rows(), x.columns()).unwrap()
    }

    proptest! {
        #[test]
        fn the_unit_does_not_matter(x in rows(), k in 2_u32..4) {
            let plain = from_first(&x, k);
            let scaled = from_first(&map(&x, |value| value * 4.0), k);
            prop_assert_eq!(&plain.labels, &scaled.labels);
            prop_assert_eq!((plain.inertia * 16.0).to_bits(), scaled.inertia.to_bits());
        }

        #[test]
        fn the_order_of_the_other_rows_does_not_matter(x in rows()) {
            // The first two rows stay in place as initial centers; of two clusters none can become empty.
            prop_assume!(x.row(0) != x.row(1));
            let order: Vec<u32> = (0..2).chain((2..x.rows() as u32).rev()).collect();
            let (plain, moved) = (from_first(&x, 2), from_first(&x.select_rows(&order), 2));
            let back: Vec<u32> = order.iter().map(|&row| plain.labels[row as usize]).collect();
            prop_assert_eq!(back, moved.labels);
        }

        #[test]
        fn every_row_is_with_its_nearest_center(x in rows(), k in 1_usize..6, seed in 0_u64..50) {
            let found = block_on(kmeans(&x, KMeansParams::new(k).starts(2), &mut Rng::new(seed), &Pace::unhurried()));
            match found {
                Ok(found) => {
                    let mut inertia = 0.0;
                    for (row, &label) in x.iter_rows().zip(&found.labels) {
                        let own = squared_distance(row, found.centers.row(label as usize));
                        prop_assert!(found.centers.iter_rows().all(|center| squared_distance(row, center) >= own));
                        inertia += own;
                    }
                    prop_assert!((found.inertia - inertia).abs() < 1e-9 * inertia.max(1.0));
                }
                Err(KMeansError::TooFewDistinct { distinct, .. }) => {
                    prop_assert_eq!(x.distinct_rows(k), distinct);
                    prop_assert!(distinct < k);
                }
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}
