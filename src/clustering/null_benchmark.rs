//! What would data without clusters score? The same pipeline on draws from two structureless references.
//!
//! `gaussian`: one normal cloud with the sample's mean and covariance. `copula`: a Gaussian copula with the
//! correlation of the normal scores, each column then given the sample's own values in the draw's rank order,
//! so that skewed and lumpy features stay as they are. After `SigClust`, with the silhouette as index:
//! p = (1 + #{null >= observed}) / (draws + 1).

use super::findings::NullBenchmark;
use crate::crew::each;
use crate::pace::{Cancelled, Pace};
use crate::stats::eigen::{EigenError, symmetric_eigen_paced};
use crate::stats::kmeans::{KMeansError, KMeansParams, kmeans};
use crate::stats::matrix::Matrix;
use crate::stats::measured::Measured;
use crate::stats::pca::covariance_paced;
use crate::stats::ranks::normal_scores;
use crate::stats::rng::Rng;
use crate::stats::silhouette::silhouette_tiled;

/// A structureless reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// Same mean and covariance.
    Gaussian,
    /// Same margins and rank correlations.
    Copula,
}

impl Reference {
    /// Its name in the results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gaussian => "gaussian",
            Self::Copula => "copula",
        }
    }
}

/// A reference fitted to a sample, ready to draw from.
struct Generator {
    reference: Reference,
    mean: Vec<f64>,
    /// d x d: row f times a vector of standard normals gives feature f, centred.
    root: Matrix<f64>,
    /// Per column the sample's values, ascending; only for the copula.
    sorted: Vec<Vec<f32>>,
}

impl Generator {
    async fn fit(x: &Matrix<f32>, reference: Reference, pace: &Pace) -> Result<Measured<Self>, Cancelled> {
        let columns: Vec<Vec<f32>> = (0..x.columns()).map(|f| x.iter_rows().map(|row| row[f]).collect()).collect();
        let (moments, sorted) = match reference {
            Reference::Gaussian => (covariance_paced(x, pace).await?, Vec::new()),
            Reference::Copula => {
                let mut scores = Matrix::<f64>::zeros(x.rows(), x.columns());
                for (f, column) in columns.iter().enumerate() {
                    let wide: Vec<f64> = column.iter().copied().map(f64::from).collect();
                    for (i, score) in normal_scores(&wide).into_iter().enumerate() {
                        scores.row_mut(i)[f] = score;
                    }
                }
                let mut sorted = columns;
                for column in &mut sorted {
                    column.sort_unstable_by(f32::total_cmp);
                }
                (covariance_paced(&scores, pace).await?, sorted)
            }
        };
        let (matrix, mean) = match moments {
            Measured::Value(moments) => moments,
            Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
        };
        let eigen = match symmetric_eigen_paced(&matrix, pace).await {
            Ok(eigen) => eigen,
            Err(EigenError::Cancelled(cancelled)) => return Err(cancelled),
            Err(error) => return Ok(Measured::absent(error.to_string(), "finite features")),
        };
        // The eigen root works for singular covariances too (shares sum to 1).
        let d = x.columns();
        let mut root = Matrix::<f64>::zeros(d, d);
        for (c, (value, vector)) in eigen.values.iter().zip(eigen.vectors.iter_rows()).enumerate() {
            let spread = value.max(0.0).sqrt();
            for (f, loading) in vector.iter().enumerate() {
                root.row_mut(f)[c] = loading * spread;
            }
        }
        Ok(Measured::Value(Self { reference, mean, root, sorted }))
    }

    /// `rows` rows without structure.
    async fn draw(&self, rows: usize, rng: &mut Rng, pace: &Pace) -> Result<Matrix<f32>, Cancelled> {
        let d = self.mean.len();
        let mut drawn = Matrix::<f32>::zeros(rows, d);
        let mut normals = vec![0.0; d];
        for i in 0..rows {
            if i % 128 == 0 {
                pace.tick(0, 1).await?;
            }
            for z in &mut normals {
                *z = rng.normal();
            }
            for ((value, mean), root) in drawn.row_mut(i).iter_mut().zip(&self.mean).zip(self.root.iter_rows()) {
                let mut sum = *mean;
                for (factor, z) in root.iter().zip(&normals) {
                    sum += factor * z;
                }
                *value = sum as f32;
            }
        }
        if self.reference == Reference::Copula {
            let mut order: Vec<u32> = Vec::with_capacity(rows);
            for (f, values) in self.sorted.iter().enumerate() {
                order.clear();
                order.extend(0..rows as u32);
                let at = |row: u32| drawn.row(row as usize)[f];
                order.sort_unstable_by(|&a, &b| at(a).total_cmp(&at(b)).then(a.cmp(&b)));
                for (&row, &value) in order.iter().zip(values) {
                    drawn.row_mut(row as usize)[f] = value;
                }
                pace.tick(0, 1).await?;
            }
        }
        Ok(drawn)
    }
}

/// What is compared: the sample, the number of clusters, and how hard to look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trial<'a> {
    pub(super) set: &'a str,
    pub(super) x: &'a Matrix<f32>,
    pub(super) k: u32,
    pub(super) starts: usize,
    pub(super) draws: usize,
    pub(super) seed: u64,
}

/// The benchmark of one reference; absent if the sample or too many draws have no silhouette.
pub(super) async fn benchmark(
    trial: Trial<'_>,
    reference: Reference,
    pace: &Pace,
) -> Result<Measured<NullBenchmark>, Cancelled> {
    let total = trial.draws as u64 + 1;
    let mut rng = Rng::stream(trial.seed, "null observed");
    let observed = match silhouette_of(trial.x, trial, &mut rng, &pace.part(0, 1, total)).await? {
        Measured::Value(observed) => observed,
        Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
    };
    let generator = match Generator::fit(trial.x, reference, &pace.part(1, 1, total)).await? {
        Measured::Value(generator) => generator,
        Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
    };
    let draw = async |draw: usize, pace: &Pace| {
        let mut rng = Rng::substream(trial.seed, reference.name(), draw as u64);
        let x = generator.draw(trial.x.rows(), &mut rng, pace).await?;
        silhouette_of(&x, trial, &mut rng, pace).await
    };
    let drawn = each(trial.draws, draw, &pace.part(1, total, total)).await?;
    let scores: Vec<f64> = drawn.iter().filter_map(|score| score.value().copied()).collect();
    if scores.len() < 2 {
        return Ok(Measured::absent("structureless draws have no silhouette", "more distinct customers"));
    }
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    let squares: f64 = scores.iter().map(|score| (score - mean) * (score - mean)).sum();
    let sd = (squares / (n - 1.0)).sqrt();
    let reached = scores.iter().filter(|&&score| score >= observed).count();
    Ok(Measured::Value(NullBenchmark {
        set: trial.set.to_owned(),
        reference: reference.name().to_owned(),
        k: trial.k,
        observed,
        null_mean: mean,
        null_sd: sd,
        p: (1.0 + reached as f64) / (n + 1.0),
        draws: scores.len() as u32,
        rows: trial.x.rows() as u64,
        z: if sd > 0.0 {
            Measured::finite((observed - mean) / sd, "the draws do not vary")
        } else {
            Measured::absent("the draws do not vary", "")
        },
    }))
}

async fn silhouette_of(
    x: &Matrix<f32>,
    trial: Trial<'_>,
    rng: &mut Rng,
    pace: &Pace,
) -> Result<Measured<f64>, Cancelled> {
    match kmeans(x, KMeansParams::new(trial.k as usize).starts(trial.starts), rng, &pace.part(0, 1, 2)).await {
        Ok(found) => {
            let silhouette = silhouette_tiled(x, &found.labels, &pace.part(1, 2, 2)).await?;
            Ok(silhouette.map(|found| found.mean))
        }
        Err(KMeansError::Cancelled(cancelled)) => Err(cancelled),
        Err(error) => Ok(Measured::absent(error.to_string(), "more distinct customers")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;
    use crate::stats::pca::covariance;

    fn cloud(apart: f64, n: usize) -> Matrix<f32> {
        let mut rng = Rng::new(4);
        let rows: Vec<[f32; 3]> = (0..n)
            .map(|i| {
                let shared = rng.normal();
                let at = apart * (i % 2) as f64;
                [shared + at, 0.8 * shared + 0.6 * rng.normal() + at, rng.normal()].map(|value| value as f32)
            })
            .collect();
        Matrix::from_rows(&rows).unwrap()
    }

    fn run(x: &Matrix<f32>, reference: Reference) -> NullBenchmark {
        let trial = Trial { set: "test", x, k: 2, starts: 2, draws: 30, seed: 1 };
        block_on(benchmark(trial, reference, &Pace::unhurried())).unwrap().value().unwrap().clone()
    }

    #[test]
    fn draws_have_the_sample_s_moments_and_margins() {
        let x = cloud(3.0, 4_000);
        let pace = Pace::unhurried();
        let (sample, mean) = covariance(&x).value().unwrap().clone();
        for reference in [Reference::Gaussian, Reference::Copula] {
            let fitted = block_on(Generator::fit(&x, reference, &pace)).unwrap();
            let drawn = block_on(fitted.value().unwrap().draw(4_000, &mut Rng::new(2), &pace)).unwrap();
            let (matrix, drawn_mean) = covariance(&drawn).value().unwrap().clone();
            for (a, b) in mean.iter().zip(&drawn_mean) {
                assert!((a - b).abs() < 0.1);
            }
            for (a, b) in sample.values().iter().zip(matrix.values()) {
                assert!((a - b).abs() < 0.25, "{reference:?} {a} {b}");
            }
            if reference == Reference::Copula {
                let sorted = |x: &Matrix<f32>| {
                    let mut column: Vec<f32> = x.iter_rows().map(|row| row[0]).collect();
                    column.sort_unstable_by(f32::total_cmp);
                    column
                };
                assert_eq!(sorted(&x), sorted(&drawn));
            }
        }
    }

    #[test]
    fn one_cloud_does_not_beat_the_null_and_two_do() {
        for reference in [Reference::Gaussian, Reference::Copula] {
            let one = run(&cloud(0.0, 400), reference);
            assert!(one.p > 0.05, "{one:?}");
        }
        let two = run(&cloud(9.0, 400), Reference::Gaussian);
        assert!(two.p < 0.04 && two.z.value().is_some_and(|z| *z > 5.0), "{two:?}");
        assert_eq!((two.draws, two.rows), (30, 400));
    }

    #[test]
    fn degenerate_samples_say_why() {
        let pace = Pace::unhurried();
        for x in [Matrix::zeros(0, 2), Matrix::zeros(1, 2), Matrix::zeros(50, 2), Matrix::zeros(50, 0)] {
            let trial = Trial { set: "test", x: &x, k: 2, starts: 2, draws: 5, seed: 1 };
            assert!(block_on(benchmark(trial, Reference::Copula, &pace)).unwrap().missing().is_some());
        }
    }
}
