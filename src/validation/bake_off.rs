//! The bake-off: would another way of dividing the same customers predict more?
//!
//! Every contender learns on training customers from an earlier period (cuts, centers, and the outcome
//! that each level leads to) and is judged on other customers and the later period. The difference to
//! the rule comes with a 95% interval from a paired bootstrap over the test customers. The continuous
//! model is the ceiling, order count alone the floor.

use super::contenders::{Placed, Sample, continuous, entrants, recency};
use super::cut::Window;
use super::findings::Contender;
use super::held_out::{groups, held_out};
use super::ols::Linear;
use super::outcomes::{Outcome, outcomes};
use super::prefix_features::{PrefixFeatures, prefix_features};
use super::timeline::Timeline;
use super::window_scores::window_scores;
use crate::extract::history::OrderHistory;
use crate::pace::{Cancelled, Pace};
use crate::segments::thresholds::TypedThresholds;
use crate::stats::auc::auc_of_counts;
use crate::stats::measured::Measured;
use crate::stats::quantile::{median, quantiles};
use crate::stats::rng::Rng;

/// Customers needed on each side.
pub const MIN_CUSTOMERS: usize = 100;
/// A rival beats the rule when the lower limit of its gain, in R² or in AUC, exceeds this.
pub const MARGIN: f64 = 0.01;

/// Outcomes that contenders are judged on: the first there is, and the reordered share.
const ALSO: &str = "reorder_share";

/// Judges all contenders.
pub async fn bake_off(
    history: &OrderHistory,
    timeline: &Timeline,
    min_orders: u32,
    typed: TypedThresholds,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<Vec<Contender>>, Cancelled> {
    let earlier = timeline.earlier(history);
    let held = held_out(history.customer_count(), seed);
    let (train, learned) = gather(history, &earlier, min_orders, |c| !held[c], &pace.part(0, 3, 10)).await?;
    let (test, later) = gather(history, timeline, min_orders, |c| held[c], &pace.part(3, 6, 10)).await?;
    if train.len() < MIN_CUSTOMERS || test.len() < MIN_CUSTOMERS {
        return Ok(Measured::absent(
            format!(
                "{} customers to learn on and {} to judge by have {min_orders} orders before the cut; {MIN_CUSTOMERS} of \
                 each are needed",
                train.len(),
                test.len()
            ),
            "more customers, or longer histories",
        ));
    }
    let entrants = entrants(&train, &test, typed, seed, &pace.part(6, 7, 10)).await?;
    let judged: Vec<(&Outcome, &Outcome)> = later
        .iter()
        .enumerate()
        .filter(|(i, outcome)| *i == 0 || outcome.id == ALSO)
        .filter_map(|(_, outcome)| Some((learned.iter().find(|other| other.id == outcome.id)?, outcome)))
        .collect();
    let mut out = Vec::new();
    let rounds = judged.len().max(1) as u64;
    for (i, (learned, later)) in judged.into_iter().enumerate() {
        let pace = pace.part(70 + 30 * i as u64 / rounds, 70 + 30 * (i as u64 + 1) / rounds, 100);
        let Some(ring) = Ring::new(learned, later) else { continue };
        let mut rows: Vec<Row> = entrants
            .iter()
            .map(|entrant| Row {
                id: entrant.id,
                levels: entrant.levels as u32,
                predicted: entrant
                    .placed
                    .as_ref()
                    .map_err(|why| *why)
                    .map(|placed| ring.by_level(placed, entrant.levels)),
            })
            .collect();
        rows.insert(rows.len() - 1, Row { id: "continuous", levels: 0, predicted: ring.continuous(&train, &test) });
        out.extend(compare(&ring, rows, seed, &pace).await?);
    }
    if out.is_empty() {
        return Ok(Measured::absent("no outcome after the cut varies between customers", "longer histories"));
    }
    Ok(Measured::Value(out))
}

/// What contenders may know of the chosen customers at this cut, and what happened to them after it.
async fn gather(
    history: &OrderHistory,
    timeline: &Timeline,
    min_orders: u32,
    chosen: impl Fn(usize) -> bool,
    pace: &Pace,
) -> Result<(Sample, Vec<Outcome>), Cancelled> {
    let before: &Window = &timeline.before;
    let scores = window_scores(history, before, min_orders, &pace.part(0, 1, 3)).await?.filter(|c| chosen(c as usize));
    let behaviour: PrefixFeatures = prefix_features(history, before, &scores.customers, &pace.part(1, 3, 3)).await?;
    let outcomes = outcomes(history, timeline, &scores.customers);
    let recency = recency(history, timeline, &scores.customers);
    Ok((Sample { scores, recency, behaviour }, outcomes))
}

/// One outcome, to be predicted for the test customers who have it.
struct Ring<'a> {
    outcome: &'a Outcome,
    /// Outcome of every training customer; NaN where there is none.
    learned: &'a [f64],
    /// Rows of the test sample with an outcome.
    rows: Vec<u32>,
    /// Their outcomes.
    y: Vec<f64>,
    /// Their outcomes as yes or no.
    yes: Vec<bool>,
    /// Mean outcome of the training customers.
    mean: f64,
}

struct Row {
    id: &'static str,
    levels: u32,
    predicted: Result<Vec<f64>, &'static str>,
}

impl<'a> Ring<'a> {
    fn new(learned: &'a Outcome, later: &'a Outcome) -> Option<Self> {
        let known: Vec<f64> = learned.values.iter().copied().filter(|value| value.is_finite()).collect();
        let middle = median(&known)?;
        let rows: Vec<u32> = (0..later.values.len() as u32).filter(|&i| later.values[i as usize].is_finite()).collect();
        let y: Vec<f64> = rows.iter().map(|&i| later.values[i as usize]).collect();
        let varies = y.iter().any(|value| (value - y[0]).abs() > 0.0);
        (known.len() >= MIN_CUSTOMERS && y.len() >= MIN_CUSTOMERS && varies).then(|| Self {
            outcome: later,
            learned: &learned.values,
            yes: y.iter().map(|&value| later.is_yes(value, middle)).collect(),
            mean: known.iter().sum::<f64>() / known.len() as f64,
            rows,
            y,
        })
    }

    /// The mean outcome that the training customers of the same level had; of all of them where a level had none.
    fn by_level(&self, placed: &Placed, levels: usize) -> Vec<f64> {
        let (mut sums, mut counts) = (vec![0.0; levels], vec![0.0; levels]);
        for (&level, &value) in placed.train.iter().zip(self.learned) {
            if value.is_finite() {
                sums[level as usize] += value;
                counts[level as usize] += 1.0;
            }
        }
        let expected: Vec<f64> =
            sums.iter().zip(&counts).map(|(sum, n)| if *n > 0.0 { sum / n } else { self.mean }).collect();
        self.rows.iter().map(|&row| expected[placed.test[row as usize] as usize]).collect()
    }

    /// Least squares on the scores, their curvature and the behavioural features.
    fn continuous(&self, train: &Sample, test: &Sample) -> Result<Vec<f64>, &'static str> {
        if train.behaviour.features != test.behaviour.features {
            return Err("a behavioural feature could be computed for one period only");
        }
        let known: Vec<usize> = (0..self.learned.len()).filter(|&i| self.learned[i].is_finite()).collect();
        let x: Vec<Vec<f64>> = continuous(&train.scores, &train.behaviour.columns)
            .iter()
            .map(|column| known.iter().map(|&i| column[i]).collect())
            .collect();
        let y: Vec<f64> = known.iter().map(|&i| self.learned[i]).collect();
        let model = Linear::fit(&slices(&x), &y).ok_or("the regression has no solution")?;
        let x: Vec<Vec<f64>> = continuous(&test.scores, &test.behaviour.columns)
            .iter()
            .map(|column| self.rows.iter().map(|&row| column[row as usize]).collect())
            .collect();
        Ok(model.predict(&slices(&x), self.rows.len()))
    }
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

/// A contender on the test customers, ready to be weighed by any resample of them.
struct Scored {
    squared_error: Vec<f64>,
    group: Vec<u32>,
    groups: usize,
}

impl Scored {
    fn new(ring: &Ring<'_>, predicted: &[f64]) -> Self {
        let squared_error = ring.y.iter().zip(predicted).map(|(y, p)| (y - p) * (y - p)).collect();
        let scores: Vec<f64> = predicted.iter().map(|p| p * ring.outcome.direction()).collect();
        let (group, groups) = groups(&scores);
        Self { squared_error, group, groups }
    }

    /// Held-out R² and AUC with every customer counted `weight` times.
    fn weigh(&self, ring: &Ring<'_>, weight: &[u16], spread: f64) -> (f64, f64) {
        let mut error = 0.0;
        let (mut yes, mut no) = (vec![0.0; self.groups], vec![0.0; self.groups]);
        for (i, &w) in weight.iter().enumerate() {
            let w = f64::from(w);
            error += w * self.squared_error[i];
            let side = if ring.yes[i] { &mut yes } else { &mut no };
            side[self.group[i] as usize] += w;
        }
        (1.0 - error / spread, auc_of_counts(&yes, &no).unwrap_or(f64::NAN))
    }
}

/// Sum of squares about the mean, every customer counted `weight` times.
fn spread(y: &[f64], weight: &[u16]) -> f64 {
    let n: f64 = weight.iter().map(|&w| f64::from(w)).sum();
    let mean = y.iter().zip(weight).map(|(y, &w)| y * f64::from(w)).sum::<f64>() / n;
    y.iter().zip(weight).map(|(y, &w)| (y - mean) * (y - mean) * f64::from(w)).sum()
}

/// Resamples: enough for a 95% interval, fewer where many customers make it narrow anyway.
fn draws(customers: usize) -> u64 {
    match customers {
        0..=5_000 => 1_000,
        5_001..=50_000 => 400,
        _ => 200,
    }
}

async fn compare(ring: &Ring<'_>, rows: Vec<Row>, seed: u64, pace: &Pace) -> Result<Vec<Contender>, Cancelled> {
    let n = ring.y.len();
    let scored: Vec<Result<Scored, &'static str>> =
        rows.iter().map(|row| row.predicted.as_ref().map_err(|why| *why).map(|p| Scored::new(ring, p))).collect();
    let once = vec![1; n];
    let whole = spread(&ring.y, &once);
    let observed: Vec<Option<(f64, f64)>> =
        scored.iter().map(|s| s.as_ref().ok().map(|s| s.weigh(ring, &once, whole))).collect();
    // gains[contender] = (ΔR², ΔAUC) per draw
    let mut gains: Vec<(Vec<f64>, Vec<f64>)> = vec![(Vec::new(), Vec::new()); rows.len()];
    let draws = draws(n);
    let mut rng = Rng::stream(seed, "bake_off_bootstrap");
    let mut weight = vec![0_u16; n];
    for draw in 0..draws {
        weight.fill(0);
        for _ in 0..n {
            let i = rng.index(n);
            weight[i] = weight[i].saturating_add(1);
        }
        let spread = spread(&ring.y, &weight);
        let mut rule = None;
        for (s, gain) in scored.iter().zip(&mut gains) {
            pace.tick(draw, draws).await?;
            let Ok(s) = s else { continue };
            let found = s.weigh(ring, &weight, spread);
            let rule = *rule.get_or_insert(found);
            gain.0.push(found.0 - rule.0);
            gain.1.push(found.1 - rule.1);
        }
    }
    let rule = observed.first().copied().flatten();
    let mut out = Vec::with_capacity(rows.len());
    for ((row, found), gain) in rows.iter().zip(&observed).zip(&gains) {
        out.push(contender(row, ring.outcome.id, n, found.zip(rule), gain));
    }
    Ok(out)
}

fn contender(
    row: &Row,
    outcome: &str,
    customers: usize,
    found: Option<((f64, f64), (f64, f64))>,
    gains: &(Vec<f64>, Vec<f64>),
) -> Contender {
    let why = row.predicted.as_ref().err().copied().unwrap_or("the outcome does not vary as it is read");
    let value = |value: Option<f64>| Measured::finite(value.unwrap_or(f64::NAN), why);
    let (r2_low, r2_high) = interval(&gains.0);
    let (auc_low, auc_high) = interval(&gains.1);
    let is_rule = row.id == "rule";
    Contender {
        id: row.id.to_owned(),
        levels: row.levels,
        outcome: outcome.to_owned(),
        customers: customers as u64,
        r2: value(found.map(|(own, _)| own.0)),
        auc: value(found.map(|(own, _)| own.1)),
        delta_r2: value(found.map(|(own, rule)| own.0 - rule.0)),
        delta_r2_low: value(r2_low),
        delta_r2_high: value(r2_high),
        delta_auc: value(found.map(|(own, rule)| own.1 - rule.1)),
        delta_auc_low: value(auc_low),
        delta_auc_high: value(auc_high),
        beats_rule: !is_rule && [r2_low, auc_low].into_iter().flatten().any(|low| low > MARGIN),
    }
}

/// Percentile interval, 95%; `None` where a draw is undefined.
fn interval(gains: &[f64]) -> (Option<f64>, Option<f64>) {
    match quantiles(gains, &[0.025, 0.975]).as_deref() {
        Some([low, high]) => (Some(*low), Some(*high)),
        _ => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;
    use crate::pace::block_on;

    fn found(history: &OrderHistory, seed: u64) -> Measured<Vec<Contender>> {
        let timeline = Timeline::of(history);
        block_on(bake_off(history, &timeline, 5, TypedThresholds::default(), seed, &Pace::unhurried())).unwrap()
    }

    fn of<'a>(found: &'a Measured<Vec<Contender>>, id: &str, outcome: &str) -> &'a Contender {
        found.value().unwrap().iter().find(|row| row.id == id && row.outcome == outcome).unwrap()
    }

    const IDS: [&str; 7] =
        ["rule", "kmeans_scores", "kmeans_behaviour", "terciles", "rfm_quintiles", "continuous", "order_count"];

    #[test]
    fn everyone_competes_on_both_outcomes() {
        let found = found(&simulate(3_000, 9, &Habits { orders: (12, 30), ..Habits::default() }), 1);
        let rows = found.value().unwrap();
        let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, [IDS, IDS].concat());
        assert!(rows.iter().take(7).all(|row| row.outcome == "next_gap_days"));
        assert!(rows.iter().skip(7).all(|row| row.outcome == "reorder_share"));
        for row in rows {
            let (low, delta, high) = (row.delta_r2_low.value(), row.delta_r2.value(), row.delta_r2_high.value());
            assert!(low <= delta && delta <= high, "{row:?}");
        }
        let rule = of(&found, "rule", "next_gap_days");
        assert_eq!(
            (rule.delta_r2.value(), rule.delta_auc_high.value(), rule.beats_rule),
            (Some(&0.0), Some(&0.0), false)
        );
    }

    #[test]
    fn a_lasting_continuous_trait_puts_the_ceiling_above_the_rule_and_the_floor_below() {
        let habits = Habits { orders: (20, 30), gap: 40.0, gap_between: 8.0, gap_within: 6.0, ..Habits::default() };
        let found = found(&simulate(4_000, 9, &habits), 1);
        let [rule, ceiling, floor] =
            ["rule", "continuous", "order_count"].map(|id| *of(&found, id, "next_gap_days").r2.value().unwrap());
        assert!(ceiling > rule + 0.1 && rule > floor + 0.2, "{ceiling} {rule} {floor}");
        assert!(of(&found, "continuous", "next_gap_days").beats_rule);
        assert!(of(&found, "terciles", "next_gap_days").beats_rule);
        assert!(!of(&found, "order_count", "next_gap_days").beats_rule);
        // A median split keeps 2/pi of what a normal predictor explains: the share of the trait in one gap, cut.
        let kept = rule / ceiling;
        assert!((kept - 2.0 / std::f64::consts::PI).abs() < 0.06, "{kept}");
    }

    #[test]
    fn where_nothing_lasts_nobody_beats_the_rule() {
        let habits = Habits { forgetful: true, orders: (12, 30), loyalty_between: 0.1, ..Habits::default() };
        let found = found(&simulate(3_000, 9, &habits), 1);
        let rows = found.value().unwrap().iter().filter(|row| row.outcome == "next_gap_days");
        for row in rows {
            // More levels learn more noise; none learns anything true.
            assert!(!row.beats_rule && *row.r2.value().unwrap() < 0.01, "{row:?}");
        }
    }

    #[test]
    fn dates_judge_by_orders_in_the_horizon() {
        let habits =
            Habits { dated: true, until: 364, orders: (200, 200), gap: 9.0, gap_between: 2.0, ..Habits::default() };
        let found = found(&simulate(1_500, 9, &habits), 1);
        assert_eq!(found.value().unwrap()[0].outcome, "orders_in_horizon");
    }

    #[test]
    fn thin_data_are_a_reason() {
        let missing = found(&simulate(150, 9, &Habits::default()), 1);
        assert!(missing.missing().unwrap().reason.contains("100 of each"));
        assert!(found(&simulate(500, 9, &Habits { orders: (5, 8), ..Habits::default() }), 1).missing().is_some());
        // Everyone the same: nothing to predict.
        let alike =
            Habits { gap_between: 0.0, gap_within: 0.0, loyalty: 0.0, loyalty_between: 0.0, ..Habits::default() };
        assert!(found(&simulate(800, 9, &alike), 1).missing().is_some());
    }
}
