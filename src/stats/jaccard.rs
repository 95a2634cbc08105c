//! Cluster-wise stability: how much of each cluster comes back when the rows are resampled.
//!
//! Hennig 2007, as `fpc::clusterboot`: per bootstrap resample, each original cluster (restricted to the rows
//! drawn) is matched with the new cluster of highest Jaccard similarity; the mean over the resamples is its
//! stability. 0.85 and more is highly stable, 0.75 valid, 0.6 a pattern, 0.5 and less dissolved.

use super::indices::Grouping;
use super::kmeans::{KMeansError, KMeansParams, kmeans};
use super::matrix::Matrix;
use super::measured::Measured;
use super::rng::Rng;
use crate::crew::each;
use crate::pace::{Cancelled, Pace};

/// Largest |A ∩ B| / |A ∪ B| over the sets B; absent if there is none or all are empty.
pub fn max_jaccard(a: &[u32], sets: &[Vec<u32>]) -> Measured<f64> {
    let distinct = |set: &[u32]| {
        let mut set = set.to_vec();
        set.sort_unstable();
        set.dedup();
        set
    };
    let a = distinct(a);
    let mut best: Option<f64> = None;
    for set in sets {
        let set = distinct(set);
        let shared = set.iter().filter(|member| a.binary_search(member).is_ok()).count();
        let union = a.len() + set.len() - shared;
        if union > 0 {
            let similarity = shared as f64 / union as f64;
            best = Some(best.map_or(similarity, |best| best.max(similarity)));
        }
    }
    best.map_or_else(|| Measured::absent("there is no set to compare with", ""), Measured::Value)
}

/// Per cluster of `original` (ascending labels): the highest Jaccard similarity with a cluster of `other`.
///
/// Labels of the same rows in the same order; empty if the lengths differ.
pub fn cluster_jaccards(original: &[u32], other: &[u32]) -> Vec<f64> {
    if original.len() != other.len() {
        return Vec::new();
    }
    let (a, b) = (Grouping::of(original), Grouping::of(other));
    let mut shared = vec![0_usize; a.k() * b.k()];
    for (&i, &j) in a.codes.iter().zip(&b.codes) {
        shared[i as usize * b.k() + j as usize] += 1;
    }
    a.sizes
        .iter()
        .zip(shared.chunks(b.k().max(1)))
        .map(|(&size, row)| {
            let similar = row.iter().zip(&b.sizes).map(|(&both, &other)| both as f64 / (size + other - both) as f64);
            similar.fold(0.0, f64::max)
        })
        .collect()
}

/// Mean Jaccard similarity of every cluster of `labels` (ascending) over `draws` bootstrap resamples that are
/// clustered anew into k groups with `starts` starts.
///
/// Rows drawn more than once count once in the comparison. A cluster of which no row was drawn skips that draw.
pub async fn bootstrap_jaccards(
    x: &Matrix<f32>,
    labels: &[u32],
    draws: usize,
    starts: usize,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<Vec<f64>>, Cancelled> {
    let groups = Grouping::of(labels);
    let (n, k) = (x.rows(), groups.k());
    if labels.len() != n || n == 0 || draws == 0 {
        return Ok(Measured::absent("there are no labelled rows to resample", ""));
    }
    // Per draw the clusters of which a row was drawn, with the similarity of each.
    let draw = async |draw: usize, pace: &Pace| {
        let mut rng = Rng::substream(seed, "clusterboot", draw as u64);
        let mut rows: Vec<u32> = rng.resample(n, n).into_iter().map(|row| row as u32).collect();
        rows.sort_unstable();
        let found = match kmeans(&x.select_rows(&rows), KMeansParams::new(k).starts(starts), &mut rng, pace).await {
            Ok(found) => found,
            Err(KMeansError::Cancelled(cancelled)) => return Err(cancelled),
            Err(error) => return Ok(Measured::absent(error.to_string(), "more distinct customers")),
        };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (position, &row) in rows.iter().enumerate() {
            if position == 0 || rows[position - 1] != row {
                before.push(groups.codes[row as usize]);
                after.push(found.labels[position]);
            }
        }
        let present = Grouping::of(&before);
        let mut names = before.clone();
        names.sort_unstable();
        names.dedup();
        let similar = cluster_jaccards(&present.codes, &after);
        Ok(Measured::Value(names.into_iter().zip(similar).collect::<Vec<_>>()))
    };
    let mut sums = vec![0.0; k];
    let mut counts = vec![0_u32; k];
    for drawn in each(draws, draw, pace).await? {
        let similar = match drawn {
            Measured::Value(similar) => similar,
            Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing)),
        };
        for (name, similarity) in similar {
            sums[name as usize] += similarity;
            counts[name as usize] += 1;
        }
    }
    let means = sums.iter().zip(&counts).map(|(sum, &count)| if count == 0 { 0.0 } else { sum / f64::from(count) });
    Ok(Measured::Value(means.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;

    #[test]
    fn agrees_with_the_worked_case() {
        let sets = [vec![0, 1, 2, 3], vec![4, 5, 6], vec![7, 8, 9]];
        assert_eq!(max_jaccard(&[0, 1, 2, 3, 4, 5], &sets), Measured::Value(2.0 / 3.0));
        assert!(max_jaccard(&[], &[]).missing().is_some());
        // The same sets as labels of ten rows.
        let original = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
        let other = [5, 5, 5, 5, 7, 7, 7, 9, 9, 9];
        assert_eq!(cluster_jaccards(&original, &other), vec![2.0 / 3.0, 0.75]);
        assert_eq!(cluster_jaccards(&original, &original), vec![1.0, 1.0]);
    }

    #[test]
    fn separated_groups_are_stable_and_split_clouds_are_not() {
        let mut rng = Rng::new(2);
        let rows: Vec<[f32; 2]> =
            (0..200).map(|i| [(f64::from(i % 2) * 12.0 + rng.normal()) as f32, rng.normal() as f32]).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        let run = |labels: &[u32]| block_on(bootstrap_jaccards(&x, labels, 10, 3, 1, &Pace::unhurried())).unwrap();
        let planted: Vec<u32> = (0..200).map(|i| i % 2).collect();
        assert!(run(&planted).value().unwrap().iter().all(|&j| j > 0.99));
        let nonsense: Vec<u32> = (0..200).map(|i| u32::from(i % 3 == 0)).collect();
        assert!(run(&nonsense).value().unwrap().iter().any(|&j| j < 0.6));
        assert!(block_on(bootstrap_jaccards(&x, &[0], 10, 3, 1, &Pace::unhurried())).unwrap().missing().is_some());
    }
}
