//! The core drivers that monitoring follows, and what a baseline keeps of each: bins, never customers.

use serde::{Deserialize, Serialize};

use crate::features::catalogue::Behavioural;
use crate::features::table::FeatureTable;
use crate::segments::findings::Segment;
use crate::segments::parted::parted;
use crate::stats::{describe, psi, quantile, radix};

/// The drivers \[judgement\]: both axes of the rule (as days and as ratio), and three habits that the rule does not
/// read. Counts that grow with the history (orders, different products) are left out: a longer window alone moves
/// them.
pub const DRIVERS: [Behavioural; 5] = [
    Behavioural::MeanDaysBetweenOrders,
    Behavioural::ReorderRatio,
    Behavioural::CvDaysBetweenOrders,
    Behavioural::AvgBasketSize,
    Behavioural::MeanOrderHour,
];

/// Bins of the stability index (STATISTICS.md section 5).
const BINS: usize = 10;
/// Bins of the fine grid on which distribution functions are compared.
const GRID: usize = 200;
/// Steps of the frozen percentiles.
const PERCENTILES: usize = 100;
/// Customers that a bin holds at least, so that no edge tells one customer's value \[judgement\].
const PER_BIN: usize = 10;

/// One driver's measured values; imputed ones are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Feature name.
    pub name: String,
    /// Values.
    pub values: Vec<f64>,
    /// Segment of each value's customer.
    pub labels: Vec<Segment>,
}

impl Sample {
    /// The values of each segment's customers.
    pub fn parted(&self) -> [Vec<f64>; 4] {
        parted(self.values.iter().copied(), &self.labels)
    }
}

/// The drivers that the table has, over the given labels.
pub fn samples(table: &FeatureTable, labels: &[Segment]) -> Vec<Sample> {
    DRIVERS
        .into_iter()
        .filter_map(|feature| {
            let column = table.behavioural(feature)?;
            let bit = 1_u16 << feature.index();
            let mut sample = Sample { name: feature.name().to_owned(), ..Sample::default() };
            for ((&value, &mask), &label) in column.iter().zip(table.imputed_masks()).zip(labels) {
                if mask & bit == 0 {
                    sample.values.push(value);
                    sample.labels.push(label);
                }
            }
            (!sample.values.is_empty()).then_some(sample)
        })
        .collect()
}

/// A histogram over open-ended bins: `edges` are the inner ones, `counts` one more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    /// Inner edges, ascending; bin i holds values in `[edges[i - 1], edges[i])`.
    pub edges: Vec<f64>,
    /// Customers per bin.
    pub counts: Vec<u64>,
}

impl Bins {
    /// Quantile bins of values in ascending order: as many as wanted, fewer where a bin would hold too few customers.
    fn of_sorted(values: &[f64], wanted: usize) -> Self {
        let bins = wanted.min(values.len() / PER_BIN).max(2);
        let edges = psi::quantile_edges(values, bins).unwrap_or_default();
        let counts = psi::histogram_of_sorted(values, &edges);
        Self { edges, counts }
    }

    /// Are edges ascending, and is there one count more?
    pub fn is_sound(&self) -> bool {
        self.counts.len() == self.edges.len() + 1
            && self.edges.iter().all(|edge| edge.is_finite())
            && self.edges.windows(2).all(|pair| pair[0] < pair[1])
    }
}

/// One driver within one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentDriver {
    /// The segment.
    pub segment: Segment,
    /// Customers with a value.
    pub customers: u64,
    /// Their mean (0 without customers).
    pub mean: f64,
    /// Their standard deviation, ddof 1 (0 below two customers).
    pub std: f64,
    /// Customers per bin of the driver.
    pub counts: Vec<u64>,
}

/// One driver of a baseline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// Feature name.
    pub name: String,
    /// Customers with a measured value.
    pub customers: u64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation, ddof 1.
    pub std: f64,
    /// Ten quantile bins, for the stability index.
    pub bins: Bins,
    /// Up to 200 quantile bins, for the distance of the distribution functions.
    pub grid: Bins,
    /// The same by segment, in contract order.
    pub segments: Vec<SegmentDriver>,
}

impl Driver {
    /// Freezes a sample.
    pub fn of(sample: &Sample) -> Self {
        let mut sorted = sample.values.clone();
        radix::sort(&mut sorted);
        let bins = Bins::of_sorted(&sorted, BINS);
        let segments = Segment::ALL
            .into_iter()
            .zip(sample.parted())
            .map(|(segment, own)| SegmentDriver {
                segment,
                customers: own.len() as u64,
                mean: describe::mean(&own).unwrap_or(0.0),
                std: describe::std(&own, 1).unwrap_or(0.0),
                counts: psi::histogram(&own, &bins.edges),
            })
            .collect();
        Self {
            name: sample.name.clone(),
            customers: sample.values.len() as u64,
            mean: describe::mean(&sample.values).unwrap_or(0.0),
            std: describe::std(&sample.values, 1).unwrap_or(0.0),
            grid: Bins::of_sorted(&sorted, GRID),
            bins,
            segments,
        }
    }
}

/// Frozen percentile edges of a score: a score in `[edges[i - 1], edges[i])` has the percentile `values[i]`, the
/// centre of the reference's percentiles that this stretch covers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Ascending scores.
    pub edges: Vec<f64>,
    /// One more percentile, 0..1.
    pub values: Vec<f64>,
}

impl Percentiles {
    /// Percentile edges of the scores, in steps of one hundredth (wider where a step would hold few customers).
    pub fn of(scores: &[f64]) -> Self {
        let steps = PERCENTILES.min(scores.len() / PER_BIN).max(2);
        let at: Vec<f64> = (1..steps).map(|i| i as f64 / steps as f64).collect();
        let all = quantile::quantiles(scores, &at).unwrap_or_default();
        let (mut edges, mut values): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
        let centre = |from: usize, to: usize| (from + to) as f64 / (2 * steps) as f64;
        let mut from = 0;
        for (i, &edge) in all.iter().enumerate() {
            // Tied edges end one stretch together; the next begins at the first of them.
            if edges.last() != Some(&edge) {
                values.push(centre(from, i + 1));
                edges.push(edge);
                from = i + 1;
            }
        }
        values.push(centre(from, steps));
        Self { edges, values }
    }

    /// Percentile of a score against the frozen edges.
    pub fn of_score(&self, score: f64) -> f64 {
        self.values.get(self.edges.partition_point(|&edge| edge <= score)).copied().unwrap_or(0.5)
    }

    /// Are edges ascending, and is there one value more?
    pub fn is_sound(&self) -> bool {
        self.values.len() == self.edges.len() + 1
            && self.edges.windows(2).all(|pair| pair[0] < pair[1])
            && self.edges.iter().chain(&self.values).all(|value| value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rng::Rng;

    #[test]
    fn frozen_percentiles_lie_near_the_exact_ones() {
        let mut rng = Rng::new(4);
        let scores: Vec<f64> = (0..5_000).map(|_| rng.uniform()).collect();
        let frozen = Percentiles::of(&scores);
        assert!(frozen.is_sound());
        for (score, exact) in scores.iter().zip(crate::segments::scores::percentile_ranks(&scores)) {
            assert!((frozen.of_score(*score) - exact).abs() < 0.0075);
        }
        assert_eq!(frozen.of_score(-1.0), 0.005);
        assert_eq!(frozen.of_score(2.0), 0.995);
    }

    #[test]
    fn ties_share_a_percentile_and_few_customers_make_wide_steps() {
        let tied: Vec<f64> = [0.2; 500].into_iter().chain([0.8; 500]).collect();
        let frozen = Percentiles::of(&tied);
        assert!(frozen.is_sound());
        assert!(frozen.edges.len() <= 3, "{frozen:?}");
        assert!(Percentiles::of(&tied[480..520]).edges.len() <= 3);
        assert!(Percentiles::of(&[]).is_sound());
    }

    #[test]
    fn bins_hold_several_customers() {
        let values: Vec<f64> = (0..60).map(f64::from).collect();
        let sample =
            Sample { name: "x".into(), labels: values.iter().map(|v| Segment::ALL[*v as usize % 4]).collect(), values };
        let driver = Driver::of(&sample);
        assert!(driver.bins.is_sound() && driver.grid.is_sound());
        assert!(driver.grid.counts.iter().all(|&count| count >= 10), "{:?}", driver.grid);
        assert_eq!(driver.segments.iter().map(|s| s.customers).sum::<u64>(), 60);
        assert_eq!(driver.segments[1].counts.iter().sum::<u64>(), 15);
    }
}
