//! The gap statistic: is the within-cluster dispersion lower than on data without clusters?
//!
//! Tibshirani, Walther and Hastie 2001 as R's `cluster::clusGap` computes it with `d.power = 2` (its default
//! of 1 is not the paper's) and `spaceH0 = "scaledPCA"`.

use super::indices::within_sum_of_squares;
use super::kmeans::{KMeansError, KMeansParams, kmeans};
use super::matrix::Matrix;
use super::measured::Measured;
use super::pca::pca_paced;
use super::rng::Rng;
use crate::crew::each;
use crate::pace::{Cancelled, Pace};

/// The statistic for k = 1, 2, ...
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// ln `W_k` of the data, k = 1..
    pub log_w: Vec<f64>,
    /// Mean over the references of ln `W*_k`, minus ln `W_k`.
    pub gap: Vec<f64>,
    /// sqrt((1 + 1/B) var(ln `W*_k`)), var with ddof 1 over the B references.
    pub s: Vec<f64>,
    /// Smallest k with `gap_k >= gap_{k+1} - s_{k+1}`; the largest k tried if there is none. 1 is allowed.
    pub k: usize,
}

/// The statistic from ln W of the data (k = 1..) and one such list per reference set.
///
/// Absent if there are fewer than two references, lists of unequal length or values that are not finite.
pub fn gap_from_references(log_w: &[f64], references: &[Vec<f64>]) -> Measured<Gap> {
    let b = references.len() as f64;
    if references.len() < 2 || log_w.is_empty() || references.iter().any(|one| one.len() != log_w.len()) {
        return Measured::absent("the gap statistic needs two or more reference sets", "");
    }
    if log_w.iter().chain(references.iter().flatten()).any(|value| !value.is_finite()) {
        return Measured::absent("some clustering leaves no spread within its clusters", "more distinct customers");
    }
    let (mut gap, mut s) = (Vec::new(), Vec::new());
    for (index, own) in log_w.iter().enumerate() {
        let mean = references.iter().map(|one| one[index]).sum::<f64>() / b;
        let squares: f64 = references.iter().map(|one| (one[index] - mean) * (one[index] - mean)).sum();
        gap.push(mean - own);
        s.push(((1.0 + 1.0 / b) * squares / (b - 1.0)).sqrt());
    }
    let last = log_w.len() - 1;
    let first = (0..last).find(|&i| gap[i] >= gap[i + 1] - s[i + 1]).unwrap_or(last);
    Measured::Value(Gap { log_w: log_w.to_vec(), gap, s, k: first + 1 })
}

/// The statistic for k = 1..=`max_k` with k-means (`starts` starts) and `draws` reference sets, each uniform
/// over the box of the data's principal components.
pub async fn gap_statistic(
    x: &Matrix<f32>,
    max_k: usize,
    draws: usize,
    starts: usize,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<Gap>, Cancelled> {
    let total = draws as u64 + 2;
    let components = match pca_paced(x, &pace.part(0, 1, total)).await? {
        Measured::Value(components) => components,
        Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
    };
    let (n, d) = (x.rows(), x.columns());
    let (mut low, mut high) = (vec![f64::INFINITY; d], vec![f64::NEG_INFINITY; d]);
    let mut observation = vec![0.0; d];
    let mut scores = vec![0.0; d];
    for (done, row) in x.iter_rows().enumerate() {
        if done % 64 == 0 {
            pace.tick(1, total).await?;
        }
        for (wide, &value) in observation.iter_mut().zip(row) {
            *wide = f64::from(value);
        }
        components.project(&observation, &mut scores);
        for ((low, high), &score) in low.iter_mut().zip(&mut high).zip(&scores) {
            *low = low.min(score);
            *high = high.max(score);
        }
    }
    let log_w = match dispersions(x, max_k, starts, &mut Rng::stream(seed, "gap"), &pace.part(1, 2, total)).await? {
        Ok(log_w) => log_w,
        Err(error) => return Ok(Measured::absent(error.to_string(), "more distinct customers")),
    };
    let draw = async |draw: usize, pace: &Pace| {
        let mut rng = Rng::substream(seed, "gap reference", draw as u64);
        // Rotating back would change no distance, so the reference stays in component space.
        let mut reference = Matrix::<f32>::zeros(n, d);
        for i in 0..n {
            for ((value, low), high) in reference.row_mut(i).iter_mut().zip(&low).zip(&high) {
                *value = (low + rng.uniform() * (high - low)) as f32;
            }
        }
        dispersions(&reference, max_k, starts, &mut rng, pace).await
    };
    let mut references = Vec::with_capacity(draws);
    for drawn in each(draws, draw, &pace.part(2, total, total)).await? {
        match drawn {
            Ok(one) => references.push(one),
            Err(error) => return Ok(Measured::absent(error.to_string(), "more distinct customers")),
        }
    }
    Ok(gap_from_references(&log_w, &references))
}

/// ln W for k = 1..=`max_k`.
async fn dispersions(
    x: &Matrix<f32>,
    max_k: usize,
    starts: usize,
    rng: &mut Rng,
    pace: &Pace,
) -> Result<Result<Vec<f64>, KMeansError>, Cancelled> {
    let mut logs = Vec::with_capacity(max_k);
    for k in 1..=max_k {
        let pace = pace.part(k as u64 - 1, k as u64, max_k as u64);
        match kmeans(x, KMeansParams::new(k).starts(starts), rng, &pace).await {
            Ok(found) => logs.push(libm::log(within_sum_of_squares(x, &found.labels))),
            Err(KMeansError::Cancelled(cancelled)) => return Err(cancelled),
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(logs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;

    #[test]
    fn agrees_with_the_formulas_of_clus_gap() {
        let references =
            [[5.2, 4.6, 4.1], [5.25, 4.7, 4.2], [5.15, 4.55, 4.15], [5.3, 4.65, 4.05]].map(|one| one.to_vec());
        let gap = gap_from_references(&[4.96807567967746, 3.778110587841879, 1.2039728043259361], &references);
        let gap = gap.value().unwrap();
        for (value, expected) in gap.gap.iter().zip([0.25692432032253976, 0.846889412158121, 2.921027195674064]) {
            assert!((value - expected).abs() < 1e-12);
        }
        assert!(gap.s.iter().all(|s| (s - 0.0721687836487).abs() < 1e-12));
        assert_eq!(gap.k, 3);
    }

    #[test]
    fn three_groups_are_three_and_one_cloud_is_one() {
        let mut rng = Rng::new(5);
        let mut make = |apart: f64| {
            // The corners of a triangle (in a row, two of three groups would look like one).
            let corners = [[0.0, 0.0], [1.0, 0.0], [0.5, 0.9]];
            let rows: Vec<[f32; 2]> =
                (0..240).map(|i| corners[i % 3].map(|at| (apart * at + rng.normal()) as f32)).collect();
            let x = Matrix::from_rows(&rows).unwrap();
            block_on(gap_statistic(&x, 5, 10, 3, 1, &Pace::unhurried())).unwrap().value().unwrap().k
        };
        assert_eq!(make(9.0), 3);
        assert_eq!(make(0.0), 1);
    }

    #[test]
    fn degenerate_input_says_why() {
        let pace = Pace::unhurried();
        for x in [Matrix::zeros(0, 2), Matrix::zeros(1, 2), Matrix::zeros(9, 2)] {
            assert!(block_on(gap_statistic(&x, 3, 3, 1, 1, &pace)).unwrap().missing().is_some());
        }
        assert!(gap_from_references(&[1.0], &[vec![1.0]]).missing().is_some());
    }
}
