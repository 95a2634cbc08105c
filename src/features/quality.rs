//! A look at every feature before anything is built on it: holes, spread, shape, redundancy, modes.

use crate::pace::{Cancelled, Pace};
use crate::stats::correlation::pearson;
use crate::stats::dip::{LATTICE_SHARE, dip_test, jittered, tied_share};
use crate::stats::measured::Measured;
use crate::stats::rng::Rng;
use crate::stats::{describe, quantile, radix};

use super::catalogue::{Behavioural, Corrected};
use super::findings::{
    Correlations, DipFinding, FeatureFindings, FeatureSummary, Group, HighCorrelation, OutlierCount,
};
use super::table::{FeatureTable, ShareRuns, Shares};

/// Pairs above this |r| are listed (canonical).
const HIGH_CORRELATION: f64 = 0.85;
/// Features below this variance are listed (canonical).
const LOW_VARIANCE: f64 = 0.001;
/// Rows beyond an inner fence, this many interquartile ranges from the quartiles, are outliers (Tukey).
const FENCE: f64 = 1.5;
/// Larger extracts are sampled: the critical values of the dip are tabled up to here.
const DIP_ROWS: usize = 72_000;
/// Rows between two turns of the host.
const ROWS_PER_TICK: usize = 8192;
/// Noise on a lattice of days, in standard deviations.
const DAYS_JITTER: f64 = 0.10;
/// Noise on any other lattice.
const OTHER_JITTER: f64 = 0.05;
/// Noise on whole numbers is at least this much of their step of 1: less would leave each number a heap of
/// its own, and the dip would test the counting \[judgement\].
const WHOLE_JITTER: f64 = 0.5;

/// Reviews all features of a table; `scores` are further columns for the dip test, by name.
///
/// `seed` moves the dip's sample and noise and nothing else.
pub async fn review(
    table: &FeatureTable,
    scores: &[(&str, &[f64])],
    seed: u64,
    pace: &Pace,
) -> Result<FeatureFindings, Cancelled> {
    let behavioural: Vec<(Behavioural, &[f64])> =
        table.present().filter_map(|feature| Some((feature, table.behavioural(feature)?))).collect();
    let dips = behavioural.len() + scores.len();
    // Blocks of shares, behavioural features twice, dips; each a few milliseconds.
    let steps = (2 + 2 * behavioural.len() + dips) as u64;
    let mut done = 0;
    let mut step = || {
        done += 1;
        done - 1
    };

    pace.tick(step(), steps).await?;
    let mut summary = shares(table, pace).await?;
    let names = table.names();
    for (row, name) in summary.iter_mut().zip(&names) {
        row.name.clone_from(name);
    }
    for &(feature, column) in &behavioural {
        pace.tick(step(), steps).await?;
        let missing = table.missing(feature);
        summary.push(summarise(feature.name(), Group::Behavioural, column, missing, missing));
    }
    pace.tick(step(), steps).await?;
    let corrected = Corrected::ALL
        .into_iter()
        .filter_map(|feature| {
            let known: Vec<f64> = table.corrected(feature)?.iter().copied().filter(|v| !v.is_nan()).collect();
            let missing = (table.rows() - known.len()) as u64;
            Some(summarise(feature.name(), Group::Corrected, &known, missing, 0))
        })
        .collect();

    let (mut high_correlations, mut outliers) = (Vec::new(), Vec::new());
    let mut correlations = Correlations {
        features: behavioural.iter().map(|(feature, _)| feature.name().to_owned()).collect(),
        rows: vec![Vec::new(); behavioural.len()],
    };
    for (i, &(a, x)) in behavioural.iter().enumerate() {
        pace.tick(step(), steps).await?;
        outliers.extend(outlier_count(a.name(), x));
        for (&(b, y), row) in behavioural.iter().zip(&mut correlations.rows).skip(i + 1) {
            let r = pearson(x, y);
            if let Some(r) = r.filter(|r| r.abs() > HIGH_CORRELATION) {
                high_correlations.push(HighCorrelation { a: a.name().to_owned(), b: b.name().to_owned(), r });
            }
            row.push(r.map_or_else(|| Measured::absent("all customers have the same value", ""), Measured::Value));
        }
    }
    let sample = sample(table.rows(), seed);
    let mut dip = Vec::with_capacity(dips);
    let named = behavioural.iter().map(|(feature, column)| (feature.name(), *column));
    for (name, column) in named.chain(scores.iter().copied()) {
        pace.tick(step(), steps).await?;
        dip.push(dip_finding(name, column, sample.as_deref(), seed));
    }
    Ok(FeatureFindings {
        customers: table.rows() as u64,
        count: table.feature_count() as u64,
        low_variance: summary
            .iter()
            .filter(|row| row.variance.value().is_some_and(|&variance| variance < LOW_VARIANCE))
            .map(|row| row.name.clone())
            .collect(),
        summary,
        corrected,
        high_correlations,
        correlations,
        outliers,
        dip,
        dictionary: table.dictionary(),
    })
}

/// Moments of a column without NaN.
struct Shape {
    n: f64,
    mean: f64,
    /// Sum of squared deviations.
    squares: f64,
    /// Sum of cubed deviations.
    cubes: f64,
    range: Option<(f64, f64)>,
}

impl Shape {
    fn summary(&self, group: Group) -> FeatureSummary {
        let variance = self.squares / (self.n - 1.0);
        let measured = |value: f64, enough: bool| {
            if enough && value.is_finite() {
                Measured::Value(value)
            } else {
                Measured::absent("too few customers have a value, or all have the same", "more customers")
            }
        };
        // Adjusted Fisher-Pearson, on population moments; a constant column has none.
        let second = self.squares / self.n;
        let noise = f64::EPSILON * self.mean;
        let skewed = self.n > 2.0 && second > noise * noise;
        let skewness =
            self.cubes / self.n / (second * second.sqrt()) * (self.n * (self.n - 1.0)).sqrt() / (self.n - 2.0);
        FeatureSummary {
            name: String::new(),
            group,
            mean: measured(self.mean, self.n > 0.0),
            std: measured(variance.sqrt(), self.n > 1.0),
            min: measured(self.range.map_or(f64::NAN, |range| range.0), true),
            max: measured(self.range.map_or(f64::NAN, |range| range.1), true),
            skewness: measured(skewness, skewed),
            missing: 0,
            variance: measured(variance, self.n > 1.0),
            imputed: 0,
        }
    }
}

fn summarise(name: &str, group: Group, column: &[f64], missing: u64, imputed: u64) -> FeatureSummary {
    let mean = describe::mean(column).unwrap_or(f64::NAN);
    let shape = Shape {
        n: column.len() as f64,
        mean,
        squares: describe::sum_by(column, |v| (v - mean) * (v - mean)),
        cubes: describe::sum_by(column, |v| (v - mean) * (v - mean) * (v - mean)),
        range: describe::range(column),
    };
    FeatureSummary { name: name.to_owned(), missing, imputed, ..shape.summary(group) }
}

/// Summaries of the category block, nameless, in column order.
async fn shares(table: &FeatureTable, pace: &Pace) -> Result<Vec<FeatureSummary>, Cancelled> {
    Ok(match table.shares() {
        Shares::Absent(_) => Vec::new(),
        Shares::Columns(columns) => {
            columns.iter().map(|(_, column)| summarise("", Group::Category, column, 0, 0)).collect()
        }
        Shares::Runs(runs) => {
            share_shapes(runs, pace).await?.iter().map(|shape| shape.summary(Group::Category)).collect()
        }
    })
}

/// Moments of all shares in two passes over the runs; the zeros that are not stored enter in one term.
async fn share_shapes(runs: &ShareRuns, pace: &Pace) -> Result<Vec<Shape>, Cancelled> {
    let rows = runs.total.len();
    let n = rows as f64;
    let blank = || Shape { n, mean: 0.0, squares: 0.0, cubes: 0.0, range: None };
    let mut shapes: Vec<Shape> = (0..runs.categories.len()).map(|_| blank()).collect();
    let mut stored = vec![0_usize; shapes.len()];
    for r in 0..rows {
        if r % ROWS_PER_TICK == 0 {
            pace.tick(0, 1).await?;
        }
        for (c, share) in runs.row(r) {
            let shape = &mut shapes[c];
            shape.mean += share;
            let (low, high) = shape.range.unwrap_or((share, share));
            shape.range = Some((low.min(share), high.max(share)));
            stored[c] += 1;
        }
    }
    for (shape, &stored) in shapes.iter_mut().zip(&stored) {
        shape.mean /= n;
        if stored < rows {
            shape.range = Some((0.0, shape.range.map_or(0.0, |range| range.1)));
        }
    }
    for r in 0..rows {
        if r % ROWS_PER_TICK == 0 {
            pace.tick(0, 1).await?;
        }
        for (c, share) in runs.row(r) {
            let shape = &mut shapes[c];
            let deviation = share - shape.mean;
            shape.squares += deviation * deviation;
            shape.cubes += deviation * deviation * deviation;
        }
    }
    for (shape, stored) in shapes.iter_mut().zip(stored) {
        let zeros = (rows - stored) as f64;
        shape.squares += zeros * (shape.mean * shape.mean);
        shape.cubes -= zeros * (shape.mean * shape.mean * shape.mean);
    }
    Ok(shapes)
}

fn outlier_count(name: &str, column: &[f64]) -> Option<OutlierCount> {
    let mut scratch = column.to_vec();
    let (q25, q75) = (quantile::select(&mut scratch, 0.25)?, quantile::select(&mut scratch, 0.75)?);
    let (low, high) = (q25 - FENCE * (q75 - q25), q75 + FENCE * (q75 - q25));
    let count = column.iter().filter(|&&v| v < low || v > high).count() as u64;
    Some(OutlierCount { name: name.to_owned(), count })
}

/// The rows that stand for all in the dip test; `None` when all can.
fn sample(rows: usize, seed: u64) -> Option<Vec<usize>> {
    (rows > DIP_ROWS).then(|| {
        let mut sample = Rng::stream(seed, "dip_sample").sample(rows, DIP_ROWS);
        // Ascending rows are read faster, and the order of values does not matter to the dip.
        sample.sort_unstable();
        sample
    })
}

/// The dip test of one column: on the sample, with noise where the values form a lattice.
fn dip_finding(name: &str, column: &[f64], sample: Option<&[usize]>, seed: u64) -> DipFinding {
    let values: Vec<f64> = match sample {
        Some(sample) => sample.iter().filter_map(|&r| column.get(r).copied()).collect(),
        None => column.to_vec(),
    };
    let varies = describe::range(&values).is_some_and(|(low, high)| low < high);
    // Rounding of the mean gives even a constant column a spread to jitter by.
    let jitter_sd = if varies { jitter(name, &values) } else { 0.0 };
    let mut rng = Rng::stream(seed, &format!("dip_{name}"));
    let found = if jitter_sd > 0.0 {
        jittered(&values, jitter_sd, &mut rng).and_then(|spread| dip_test(&spread))
    } else {
        dip_test(&values).filter(|_| varies)
    };
    let part = |pick: fn(crate::stats::dip::Dip) -> f64| {
        found.map_or_else(
            || Measured::absent("all customers have the same value", "customers who differ"),
            |dip| Measured::Value(pick(dip)),
        )
    };
    DipFinding {
        name: name.to_owned(),
        d: part(|dip| dip.d),
        p: part(|dip| dip.p),
        jitter_sd,
        rows: values.len() as u64,
    }
}

/// Noise for this column in standard deviations; 0 for a continuous or constant one.
fn jitter(name: &str, values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    radix::sort(&mut sorted);
    let tied = tied_share(&sorted).is_some_and(|share| share > LATTICE_SHARE);
    let Some(spread) = describe::std(values, 1).filter(|&spread| tied && spread > 0.0) else { return 0.0 };
    if values.iter().all(|v| v.fract() == 0.0) {
        return (WHOLE_JITTER / spread).max(OTHER_JITTER);
    }
    let days = [Behavioural::MeanDaysBetweenOrders.name(), "freq_score"].contains(&name);
    if days { DAYS_JITTER } else { OTHER_JITTER }
}
