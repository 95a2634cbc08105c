//! The canonical split stability, and why it proves nothing: permuted labels pass it as well.

use std::collections::BTreeMap;

use super::findings::SplitStability;
use crate::features::catalogue::Behavioural;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::Segment;
use crate::stats::measured::Measured;
use crate::stats::quantile::median;
use crate::stats::rng::Rng;

/// Random halvings; the published check did one.
pub const SPLITS: u64 = 20;

/// Relative gap of segment means between random halves of the customers, per metric, as a share: the two scores
/// (`freq`, `loyalty`) and two features of `table`.
///
/// Per split: `|mean_a - mean_b| / |mean_a|` in each segment, then the median over segments; over
/// splits the median again. `permuted` is the same with the labels shuffled over the customers.
pub async fn split_stability(
    table: &FeatureTable,
    (freq, loyalty): (&[f64], &[f64]),
    labels: &[Segment],
    seed: u64,
    pace: &Pace,
) -> Result<Measured<SplitStability>, Cancelled> {
    let n = labels.len();
    if n < 8 {
        return Ok(Measured::absent(format!("{n} customers cannot be halved within four segments"), "more customers"));
    }
    let mut metrics: Vec<(&'static str, &[f64])> = vec![("freq_score", freq), ("loyalty_score", loyalty)];
    for feature in [Behavioural::AvgBasketSize, Behavioural::UniqueProducts] {
        if let Some(column) = table.behavioural(feature) {
            metrics.push((feature.name(), column));
        }
    }
    let mut rng = Rng::stream(seed, "split_stability");
    let mut order: Vec<u32> = (0..n as u32).collect();
    let mut permuted = labels.to_vec();
    // gaps[permuted?][metric] over splits
    let mut gaps = [vec![Vec::new(); metrics.len()], vec![Vec::new(); metrics.len()]];
    for split in 0..SPLITS {
        rng.shuffle(&mut order);
        rng.shuffle(&mut permuted);
        let mut in_a = vec![false; n];
        for &row in &order[..n / 2] {
            in_a[row as usize] = true;
        }
        for (which, labels) in [labels, &permuted].into_iter().enumerate() {
            // Segment and half in one number, looked up once for all metrics.
            let cells: Vec<u8> = labels.iter().zip(&in_a).map(|(&label, &a)| 2 * label as u8 + u8::from(!a)).collect();
            for (m, (_, column)) in metrics.iter().enumerate() {
                if let Some(gap) = median_gap(column, &cells) {
                    gaps[which][m].push(gap);
                }
                pace.tick(split, SPLITS).await?;
            }
        }
    }
    let collect = |gaps: &[Vec<f64>]| -> BTreeMap<String, Measured<f64>> {
        metrics.iter().zip(gaps).map(|((name, _), gaps)| ((*name).to_owned(), over_splits(gaps))).collect()
    };
    Ok(Measured::Value(SplitStability { observed: collect(&gaps[0]), permuted: collect(&gaps[1]) }))
}

fn over_splits(gaps: &[f64]) -> Measured<f64> {
    match median(gaps) {
        Some(gap) => Measured::Value(gap),
        None => Measured::absent("no segment has customers in both halves and a mean that is not 0", "more customers"),
    }
}

/// Median over segments of the relative gap of their means; segments missing from a half are left out. `cells`: twice
/// the segment, plus one in the second half.
fn median_gap(column: &[f64], cells: &[u8]) -> Option<f64> {
    let (mut sums, mut counts) = ([0.0_f64; 8], [0_u32; 8]);
    for (&value, &cell) in column.iter().zip(cells) {
        sums[usize::from(cell & 7)] += value;
        counts[usize::from(cell & 7)] += 1;
    }
    let mut gaps = Vec::with_capacity(4);
    for (sum, count) in sums.as_chunks::<2>().0.iter().zip(counts.as_chunks::<2>().0) {
        if count[0] > 0 && count[1] > 0 {
            let (a, b) = (sum[0] / f64::from(count[0]), sum[1] / f64::from(count[1]));
            let gap = (a - b).abs() / a.abs();
            if gap.is_finite() {
                gaps.push(gap);
            }
        }
    }
    median(&gaps)
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;
    use crate::features::build::build;
    use crate::pace::block_on;
    use crate::segments::rule::segment;
    use crate::segments::thresholds::TypedThresholds;

    fn found(customers: usize, habits: &Habits, seed: u64) -> Measured<SplitStability> {
        let pace = Pace::unhurried();
        let history = simulate(customers, 21, habits);
        let table = block_on(build(&history, 5, &pace)).unwrap();
        match block_on(segment(&table, TypedThresholds::default(), &pace)).unwrap() {
            Some(found) => {
                let scores = (found.freq.as_slice(), found.loyalty.as_slice());
                block_on(split_stability(&table, scores, &found.labels, seed, &pace)).unwrap()
            }
            None => Measured::absent("nobody", ""),
        }
    }

    #[test]
    fn permuted_labels_pass_as_well() {
        let found = found(20_000, &Habits::default(), 1);
        let found = found.value().unwrap();
        assert_eq!(found.observed.len(), 4);
        for gaps in [&found.observed, &found.permuted] {
            assert!(gaps.values().all(|gap| *gap.value().unwrap() < 0.02), "{gaps:?}");
        }
        // Real segments are narrower, so their halves agree better on the scores that define them.
        assert!(found.observed["freq_score"].value() < found.permuted["freq_score"].value());
    }

    #[test]
    fn the_gap_is_that_of_the_published_table() {
        // Published details: Champions, unique_products 103.2068448011484 against 102.94394342857474 is 0.2547%.
        let column = [103.2068448011484, 102.94394342857474];
        let gap = median_gap(&column, &[0, 1].map(|half| 2 * Segment::Champions as u8 + half)).unwrap();
        assert!((gap * 100.0 - 0.254_731_5).abs() < 1e-5, "{gap}");
    }

    #[test]
    fn too_few_or_all_zero_is_a_reason() {
        assert!(found(5, &Habits::default(), 1).missing().is_some());
        let none = median_gap(&[0.0; 4], &[0, 1, 0, 1].map(|half| 2 * Segment::AtRisk as u8 + half));
        assert_eq!(none, None);
        assert!(over_splits(&[]).missing().is_some());
    }

    #[test]
    fn the_seed_decides() {
        let habits = Habits::default();
        assert_eq!(found(500, &habits, 3), found(500, &habits, 3));
        assert_ne!(found(500, &habits, 3), found(500, &habits, 4));
    }
}
