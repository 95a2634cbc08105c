//! Rank effects of labels that change with every movement of a threshold: what does not depend on them is kept.

use crate::features::catalogue::Behavioural;
use crate::features::table::FeatureTable;
use crate::segments::findings::Segment;
use crate::stats::kruskal;
use crate::stats::measured::Measured;
use crate::stats::ranks;

use super::effects::{CANONICAL, measured};

/// One metric by its ranks among all customers; four bytes per customer.
#[derive(Clone, Debug, PartialEq)]
pub struct RankedMetric {
    /// Published name of the feature.
    pub name: &'static str,
    /// Twice the mid-rank of every row, a whole number; 0 where the metric has no value.
    doubled: Vec<u32>,
    ties: f64,
}

impl RankedMetric {
    /// The free metrics of a table (those that the rule does not contain), in the order of [`super::effects`].
    pub fn free(table: &FeatureTable) -> Vec<Self> {
        let rest = Behavioural::ALL.into_iter().filter(|feature| !CANONICAL.contains(feature));
        CANONICAL
            .into_iter()
            .chain(rest)
            .filter(|feature| feature.entry().coupling.is_none())
            .filter_map(|feature| Some(Self::of(feature.name(), table.behavioural(feature)?)))
            .collect()
    }

    /// Of one column; values that are not finite have no rank.
    pub fn of(name: &'static str, values: &[f64]) -> Self {
        let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        let found = ranks::mid_ranks(&known);
        let mut next = found.ranks.iter();
        let doubled = values
            .iter()
            .map(|value| if value.is_finite() { next.next().map_or(0, |rank| (rank * 2.0) as u32) } else { 0 })
            .collect();
        Self { name, doubled, ties: found.ties }
    }

    /// Rank ε² of the segments, bit for bit that of [`super::effects::family`]: sums of half ranks are exact.
    pub fn epsilon_squared(&self, labels: &[Segment]) -> Measured<f64> {
        let (mut sums, mut counts) = ([0_u64; 4], [0_u64; 4]);
        for (&rank, &label) in self.doubled.iter().zip(labels) {
            sums[label as usize] += u64::from(rank);
            counts[label as usize] += u64::from(rank > 0);
        }
        let filled: Vec<(f64, u64)> =
            sums.into_iter().zip(counts).filter(|&(_, n)| n > 0).map(|(sum, n)| (sum as f64 / 2.0, n)).collect();
        measured(kruskal::from_rank_sums(&filled, self.ties).map(|found| found.epsilon_squared))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::pace::{Pace, block_on};
    use crate::validation::effects::{Metric, family};

    proptest! {
        #[test]
        fn the_same_bits_as_the_family(rows in prop::collection::vec((0..4_usize, 0..12_u8), 8..200)) {
            let labels: Vec<Segment> = rows.iter().map(|(label, _)| Segment::ALL[*label]).collect();
            let column = |(_, value): &(usize, u8)| if *value == 11 { f64::NAN } else { f64::from(*value) * 0.3 };
            let values: Vec<f64> = rows.iter().map(column).collect();
            let metric = Metric { name: "x", coupled: None, values: &values };
            let whole = block_on(family(&[metric], &labels, 1, &Pace::unhurried())).unwrap();
            let quick = RankedMetric::of("x", &values).epsilon_squared(&labels);
            prop_assert_eq!(&whole[0].rank_epsilon_squared, &quick);
        }
    }
}
