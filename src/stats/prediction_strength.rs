//! Prediction strength: do the clusters of one half of the rows tell how the other half clusters?
//!
//! Tibshirani and Walther 2005, as `fpc::prediction.strength`: both halves are clustered; the rows of each
//! are classified by the other half's centers; a cluster's strength is the share of its pairs that stay
//! together, and the solution's is its weakest cluster's. 0.8 or more counts as stable.

use super::indices::Grouping;
use super::kmeans::{KMeansError, KMeansParams, assign, kmeans};
use super::matrix::Matrix;
use super::measured::Measured;
use super::rng::Rng;
use crate::crew::each;
use crate::pace::{Cancelled, Pace};

/// Strength from which a number of clusters counts as supported (the authors' 0.8 to 0.9).
pub const SUPPORTED: f64 = 0.8;

/// Per cluster of `own`, in ascending order of its labels: the share of pairs that `other` keeps together.
///
/// A cluster of one row has no pair and counts 0: nothing shows that it would be found again. Empty if the
/// two differ in length.
pub fn co_membership(own: &[u32], other: &[u32]) -> Vec<f64> {
    if own.len() != other.len() {
        return Vec::new();
    }
    let (own, other) = (Grouping::of(own), Grouping::of(other));
    let mut counts = vec![0_u64; own.k() * other.k()];
    for (&a, &b) in own.codes.iter().zip(&other.codes) {
        counts[a as usize * other.k() + b as usize] += 1;
    }
    let pairs = |n: u64| n as f64 * (n as f64 - 1.0);
    own.sizes
        .iter()
        .zip(counts.chunks(other.k().max(1)))
        .map(|(&size, row)| {
            let kept: f64 = row.iter().filter(|&&n| n > 0).map(|&n| pairs(n)).sum();
            if size < 2 { 0.0 } else { kept / pairs(size as u64) }
        })
        .collect()
}

/// The weakest cluster's co-membership; absent if there is no row.
pub fn strength(own: &[u32], other: &[u32]) -> Measured<f64> {
    let clusters = co_membership(own, other);
    if clusters.is_empty() {
        return Measured::absent("there are no rows to compare", "");
    }
    Measured::Value(clusters.into_iter().fold(1.0, f64::min))
}

/// Prediction strength for k = 2..=`max_k`: mean over `splits` random halves, each way.
///
/// Absent where a half has too few distinct rows.
pub async fn prediction_strengths(
    x: &Matrix<f32>,
    max_k: usize,
    splits: usize,
    starts: usize,
    seed: u64,
    pace: &Pace,
) -> Result<Vec<Measured<f64>>, Cancelled> {
    let of_k = async |index: usize, pace: &Pace| {
        let k = index + 2;
        let mut sum = 0.0;
        let mut count = 0;
        let mut refusal = None;
        for split in 0..splits {
            let pace = pace.part(split as u64, split as u64 + 1, splits as u64);
            // The same halves for every k.
            let mut rng = Rng::substream(seed, "prediction strength", split as u64);
            let order: Vec<u32> = rng.sample(x.rows(), x.rows()).into_iter().map(|row| row as u32).collect();
            let (a, b) = order.split_at(order.len() / 2);
            match halves(&x.select_rows(a), &x.select_rows(b), k, starts, &mut rng, &pace).await {
                Ok(both) => {
                    for one in both.iter().filter_map(Measured::value) {
                        sum += one;
                        count += 1;
                    }
                }
                Err(KMeansError::Cancelled(cancelled)) => return Err(cancelled),
                Err(error) => {
                    refusal = Some(error);
                    break;
                }
            }
        }
        Ok(match refusal {
            Some(error) => Measured::absent(error.to_string(), "more distinct customers"),
            None if count == 0 => Measured::absent("there are no rows to compare", "more customers"),
            None => Measured::Value(sum / f64::from(count)),
        })
    };
    each(max_k.saturating_sub(1), of_k, pace).await
}

async fn halves(
    a: &Matrix<f32>,
    b: &Matrix<f32>,
    k: usize,
    starts: usize,
    rng: &mut Rng,
    pace: &Pace,
) -> Result<[Measured<f64>; 2], KMeansError> {
    let params = KMeansParams::new(k).starts(starts);
    let first = kmeans(a, params, rng, &pace.part(0, 1, 2)).await?;
    let second = kmeans(b, params, rng, &pace.part(1, 2, 2)).await?;
    Ok([strength(&first.labels, &assign(a, &second.centers)), strength(&second.labels, &assign(b, &first.centers))])
}

/// The largest k whose strength reaches [`SUPPORTED`]; 1 if none does. `strengths` begin at k = 2.
///
/// Absent if no strength was measured.
pub fn largest_supported(strengths: &[Measured<f64>]) -> Measured<u32> {
    if strengths.iter().all(|one| one.value().is_none()) {
        return Measured::absent("no prediction strength could be measured", "more distinct customers");
    }
    let best = strengths.iter().rposition(|one| one.value().is_some_and(|&s| s >= SUPPORTED));
    Measured::Value(best.map_or(1, |index| index as u32 + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;

    #[test]
    fn agrees_with_the_worked_case() {
        let (own, other) = ([0, 0, 0, 0, 1, 1, 1], [2, 2, 2, 3, 5, 5, 4]);
        assert_eq!(co_membership(&own, &other), vec![0.5, 1.0 / 3.0]);
        assert_eq!(strength(&own, &other), Measured::Value(1.0 / 3.0));
        assert_eq!(strength(&own, &own), Measured::Value(1.0));
        assert!(strength(&[], &[]).missing().is_some());
        assert_eq!(co_membership(&[0, 1], &[0, 0]), vec![0.0, 0.0]);
    }

    #[test]
    fn planted_groups_are_found_again() {
        let mut rng = Rng::new(5);
        let rows: Vec<[f32; 2]> =
            (0..300).map(|i| [(f64::from(i % 3) * 9.0 + rng.normal()) as f32, rng.normal() as f32]).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        let found = block_on(prediction_strengths(&x, 6, 4, 3, 1, &Pace::unhurried())).unwrap();
        assert_eq!(found.len(), 5);
        assert_eq!(largest_supported(&found), Measured::Value(3));
        let none = block_on(prediction_strengths(&Matrix::zeros(8, 2), 3, 2, 1, 1, &Pace::unhurried())).unwrap();
        assert!(largest_supported(&none).missing().is_some());
    }
}
