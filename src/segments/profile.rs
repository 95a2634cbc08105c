//! What the customers of each segment are like.

use std::collections::BTreeMap;

use crate::features::table::FeatureTable;
use crate::stats::measured::Measured;

use super::confidence::medians;
use super::findings::{Segment, SegmentFindings};
use super::rule::{Segmentation, counts};

/// The four segments, in the order of the contracts, also those without a customer.
pub fn profiles(table: &FeatureTable, found: &Segmentation) -> Vec<SegmentFindings> {
    let counts = counts(&found.labels);
    let total = found.labels.len() as f64;
    let means = |column: &[f64]| means(column, &found.labels, &counts);
    let (freq, loyalty) = (means(&found.freq), means(&found.loyalty));
    let columns: Vec<(String, [Measured<f64>; 4])> = table
        .present()
        .filter_map(|feature| Some((feature.name().to_owned(), means(table.behavioural(feature)?))))
        .collect();
    Segment::ALL
        .into_iter()
        .zip(median_confidence(found))
        .map(|(segment, median_confidence)| {
            let at = segment as usize;
            let profile: BTreeMap<_, _> =
                columns.iter().map(|(name, means)| (name.clone(), means[at].clone())).collect();
            SegmentFindings {
                name: segment,
                count: counts[at],
                share: counts[at] as f64 / total,
                mean_freq_score: freq[at].clone(),
                mean_loyalty_score: loyalty[at].clone(),
                profile,
                median_confidence,
            }
        })
        .collect()
}

/// Mean per segment, summed in row order.
fn means(column: &[f64], labels: &[Segment], counts: &[u64; 4]) -> [Measured<f64>; 4] {
    let mut sums = [0.0; 4];
    for (&value, &label) in column.iter().zip(labels) {
        sums[label as usize] += value;
    }
    std::array::from_fn(|i| {
        if counts[i] == 0 {
            Measured::absent("the segment has no customer", "")
        } else {
            Measured::finite(sums[i] / counts[i] as f64, "the feature has values that are not finite")
        }
    })
}

fn median_confidence(found: &Segmentation) -> [Measured<f64>; 4] {
    let Some(confidence) = &found.confidence else {
        return Segment::ALL
            .map(|_| Measured::absent("no spread of single gaps and orders is known", "the order history"));
    };
    medians(confidence, &found.labels)
        .map(|median| median.map_or_else(|| Measured::absent("the segment has no customer", ""), Measured::Value))
}
