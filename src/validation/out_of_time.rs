//! Out of time: do segments drawn from the orders before a cut predict what comes after it?
//!
//! Scores and thresholds are re-derived from the orders before the cut; outcomes lie after it. Effects
//! are over all customers who qualify before the cut. What a level is expected to lead to is learned on
//! one half of the customers; AUC, lift and calibration are taken on the other.

use super::contenders::continuous;
use super::findings::{OutOfTime, OutcomeFindings};
use super::held_out::held_out;
use super::ols::Linear;
use super::outcomes::{Outcome, outcomes};
use super::reliability::MIN_CUSTOMERS;
use super::timeline::Timeline;
use super::window_scores::{WindowScores, window_scores};
use crate::extract::history::OrderHistory;
use crate::ordered::order_by;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::Segment;
use crate::segments::thresholds::TypedThresholds;
use crate::stats::anova::{effect_interval, one_way};
use crate::stats::auc::auc_of_counts;
use crate::stats::measured::Measured;
use crate::stats::quantile::median;

/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// Below this R² of the scores, the share that the cut keeps of it says nothing.
const TOO_LITTLE: f64 = 0.005;

/// Judges the rule on every outcome after the cut.
pub async fn out_of_time(
    history: &OrderHistory,
    timeline: &Timeline,
    min_orders: u32,
    typed: TypedThresholds,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<OutOfTime>, Cancelled> {
    let scores = window_scores(history, &timeline.before, min_orders, &pace.part(0, 1, 2)).await?;
    let n = scores.len() as u64;
    let (Some((labels, _)), true) = (scores.segment(typed), n >= MIN_CUSTOMERS) else {
        return Ok(Measured::absent(
            format!("{n} customers have {min_orders} orders, with lines, before the cut; {MIN_CUSTOMERS} are needed"),
            "longer histories",
        ));
    };
    let found = outcomes(history, timeline, &scores.customers);
    let held = held_out(history.customer_count(), seed);
    let held: Vec<bool> = scores.customers.iter().map(|&c| held.get(c as usize).copied().unwrap_or(false)).collect();
    let mut judged = Vec::with_capacity(found.len());
    for (i, outcome) in found.iter().enumerate() {
        pace.part(1, 2, 2).tick(i as u64, found.len() as u64).await?;
        judged.push(judge(outcome, &labels, &held));
    }
    if judged.is_empty() {
        return Ok(Measured::absent("no customer has an outcome after the cut", "longer histories"));
    }
    let rule_share_of_score_r2 = match found.first() {
        Some(outcome) => share_kept(outcome, &labels, &scores),
        None => Measured::absent("no outcome", ""),
    };
    Ok(Measured::Value(OutOfTime {
        cut: timeline.name().to_owned(),
        description: timeline.description(),
        customers: n,
        outcomes: judged,
        rule_share_of_score_r2,
    }))
}

/// The outcomes of each segment, contract order, missing ones left out.
fn by_segment(outcome: &Outcome, labels: &[Segment]) -> [Vec<f64>; 4] {
    let mut groups: [Vec<f64>; 4] = Default::default();
    for (&label, &value) in labels.iter().zip(&outcome.values) {
        if value.is_finite() {
            groups[label as usize].push(value);
        }
    }
    groups
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn judge(outcome: &Outcome, labels: &[Segment], held: &[bool]) -> OutcomeFindings {
    let groups = by_segment(outcome, labels);
    let means = groups.iter().map(|group| match mean(group) {
        Some(mean) => Measured::Value(mean),
        None => Measured::absent("nobody in this segment has the outcome", "more customers"),
    });
    let [omega, low, high] = omega(&groups);
    let learned = Levels::learn(outcome, labels, held);
    let tested = learned.map(|levels| levels.test(outcome, labels, held)).unwrap_or_default();
    OutcomeFindings {
        outcome: outcome.id.to_owned(),
        customers: groups.iter().map(Vec::len).sum::<usize>() as u64,
        means: means.collect(),
        omega_squared: omega,
        omega_squared_low: low,
        omega_squared_high: high,
        auc: Measured::finite(tested.auc, "the held-out customers are all alike in this outcome"),
        lift: Measured::finite(tested.lift, "nobody held out has this outcome"),
        calibration: tested.calibration,
        binary: outcome.binary(),
    }
}

/// Omega squared of the segments with its interval by the noncentral F distribution.
fn omega(groups: &[Vec<f64>; 4]) -> [Measured<f64>; 3] {
    let filled: Vec<&[f64]> = groups.iter().filter(|group| !group.is_empty()).map(Vec::as_slice).collect();
    match one_way(&filled) {
        Err(error) => {
            let reason = error.to_string();
            [0; 3].map(|_| Measured::absent(reason.clone(), "outcomes that vary, in two segments or more"))
        }
        Ok(anova) => {
            let value = anova.effect.omega_squared;
            match effect_interval(anova.f, anova.df1, anova.df2, LEVEL) {
                Some(interval) => [value, interval.omega_low, interval.omega_high]
                    .map(|value| Measured::finite(value, "the effect is too large for its interval")),
                None => [
                    Measured::finite(value, "the effect is undefined"),
                    Measured::absent("the outcome does not vary within or between segments", "more customers"),
                    Measured::absent("the outcome does not vary within or between segments", "more customers"),
                ],
            }
        }
    }
}

/// What each segment led to among the customers to learn on.
struct Levels {
    /// Mean outcome per segment; the overall mean where a segment was empty.
    expected: [f64; 4],
    /// Median outcome.
    median: f64,
}

/// What came of it among the held-out customers; NaN where undefined.
struct Tested {
    auc: f64,
    lift: f64,
    calibration: Vec<(f64, f64, u64)>,
}

impl Default for Tested {
    fn default() -> Self {
        Self { auc: f64::NAN, lift: f64::NAN, calibration: Vec::new() }
    }
}

impl Levels {
    fn learn(outcome: &Outcome, labels: &[Segment], held: &[bool]) -> Option<Self> {
        let mut sums = [(0.0, 0_u32); 4];
        let mut known = Vec::new();
        for ((&label, &value), &held) in labels.iter().zip(&outcome.values).zip(held) {
            if value.is_finite() && !held {
                sums[label as usize].0 += value;
                sums[label as usize].1 += 1;
                known.push(value);
            }
        }
        let overall = mean(&known)?;
        let median = median(&known)?;
        Some(Self { expected: sums.map(|(sum, n)| if n > 0 { sum / f64::from(n) } else { overall }), median })
    }

    fn test(&self, outcome: &Outcome, labels: &[Segment], held: &[bool]) -> Tested {
        let (mut sums, mut yes, mut all) = ([0.0; 4], [0.0; 4], [0_u64; 4]);
        for ((&label, &value), &held) in labels.iter().zip(&outcome.values).zip(held) {
            if value.is_finite() && held {
                let level = label as usize;
                sums[level] += value;
                all[level] += 1;
                yes[level] += f64::from(u8::from(outcome.is_yes(value, self.median)));
            }
        }
        // Segments by what they are expected to lead to, the most promising last; equals stay apart by contract order.
        let promise = |level: usize| self.expected[level] * outcome.direction();
        let mut order = [0, 1, 2, 3];
        order_by(&mut order, |&a, &b| promise(a).total_cmp(&promise(b)));
        let no = |level: usize| all[level] as f64 - yes[level];
        let auc = auc_of_counts(&order.map(|level| yes[level]), &order.map(no)).unwrap_or(f64::NAN);
        let rate = |yes: f64, all: u64| yes / all as f64;
        let overall = rate(yes.iter().sum(), all.iter().sum());
        let best = order.into_iter().rev().find(|&level| all[level] > 0);
        let lift = best.map_or(f64::NAN, |level| rate(yes[level], all[level]) / overall);
        let calibration = (0..4)
            .filter(|&level| all[level] > 0)
            .map(|level| (self.expected[level], sums[level] / all[level] as f64, all[level]))
            .collect();
        Tested { auc, lift, calibration }
    }
}

/// R² of the four segments over R² of the two scores (with their curvature), on the first outcome.
fn share_kept(outcome: &Outcome, labels: &[Segment], scores: &WindowScores) -> Measured<f64> {
    let known: Vec<usize> = (0..outcome.values.len()).filter(|&i| outcome.values[i].is_finite()).collect();
    let y: Vec<f64> = known.iter().map(|&i| outcome.values[i]).collect();
    let columns: Vec<Vec<f64>> =
        continuous(scores, &[]).iter().map(|column| known.iter().map(|&i| column[i]).collect()).collect();
    let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
    let total = mean(&y).map_or(0.0, |mean| y.iter().map(|y| (y - mean) * (y - mean)).sum());
    let model = Linear::fit(&columns, &y);
    let (Some(model), true) = (model, total > 0.0) else {
        return Measured::absent("the outcome does not vary", "outcomes that vary");
    };
    let residual = |predicted: &[f64]| y.iter().zip(predicted).map(|(y, p)| (y - p) * (y - p)).sum::<f64>();
    let of_scores = 1.0 - residual(&model.predict(&columns, y.len())) / total;
    let means = by_segment(outcome, labels).map(|group| mean(&group).unwrap_or(0.0));
    let by_rule: Vec<f64> = known.iter().map(|&i| means[labels[i] as usize]).collect();
    let of_rule = 1.0 - residual(&by_rule) / total;
    if of_scores < TOO_LITTLE {
        return Measured::absent("the scores themselves explain next to nothing of the outcome", "");
    }
    Measured::finite(of_rule / of_scores, "the outcome does not vary")
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;
    use crate::pace::block_on;

    fn found(history: &OrderHistory) -> Measured<OutOfTime> {
        let timeline = Timeline::of(history);
        block_on(out_of_time(history, &timeline, 5, TypedThresholds::default(), 1, &Pace::unhurried())).unwrap()
    }

    fn outcome<'a>(found: &'a Measured<OutOfTime>, id: &str) -> &'a OutcomeFindings {
        found.value().unwrap().outcomes.iter().find(|outcome| outcome.outcome == id).unwrap()
    }

    #[test]
    fn a_lasting_trait_is_predicted_as_well_as_theory_says() {
        // 28 to 48 gaps make the trait all but known; one later gap shares b²/(b² + w²) of its variance with it,
        // of which a median split keeps 2/pi.
        let habits = Habits { orders: (31, 51), gap: 60.0, gap_between: 6.0, gap_within: 6.0, ..Habits::default() };
        let found = found(&simulate(10_000, 12, &habits));
        let gap = outcome(&found, "next_gap_days");
        let omega = *gap.omega_squared.value().unwrap();
        let (low, high) = (*gap.omega_squared_low.value().unwrap(), *gap.omega_squared_high.value().unwrap());
        let truth = 0.5 * 2.0 / std::f64::consts::PI;
        assert!((omega - truth).abs() < 0.02 && low < omega && omega < high, "{low} {omega} {high} against {truth}");
        let kept = *found.value().unwrap().rule_share_of_score_r2.value().unwrap();
        assert!((kept - 2.0 / std::f64::consts::PI).abs() < 0.04, "{kept}");
        assert!(*gap.auc.value().unwrap() > 0.68);
        assert!(*gap.lift.value().unwrap() > 1.3);
        // Held-out means are those expected, within a day.
        assert_eq!(gap.calibration.len(), 4);
        assert!(gap.calibration.iter().all(|(expected, observed, n)| (expected - observed).abs() < 1.0 && *n > 500));
        // Champions come back sooner than the customers at risk.
        assert!(gap.means[0].value() < gap.means[3].value());
        assert!(*outcome(&found, "reorder_share").omega_squared_low.value().unwrap() > 0.06);
    }

    #[test]
    fn where_nothing_lasts_the_interval_covers_zero() {
        let habits = Habits { forgetful: true, orders: (12, 12), ..Habits::default() };
        let found = found(&simulate(5_000, 12, &habits));
        let gap = outcome(&found, "next_gap_days");
        assert!(*gap.omega_squared_low.value().unwrap() < 1e-3, "{gap:?}");
        assert!((gap.auc.value().unwrap() - 0.5).abs() < 0.03);
        assert!(found.value().unwrap().rule_share_of_score_r2.missing().is_some());
    }

    #[test]
    fn dates_are_cut_by_the_calendar() {
        let habits = Habits { dated: true, until: 364, orders: (200, 200), gap_between: 4.0, ..Habits::default() };
        let found = found(&simulate(2_000, 12, &habits));
        let value = found.value().unwrap();
        assert_eq!(value.cut, "calendar");
        assert!(value.description.contains("90 days"));
        let orders = &value.outcomes[0];
        assert_eq!(orders.outcome, "orders_in_horizon");
        assert!(orders.means[0].value() > orders.means[3].value());
        assert!(value.outcomes.iter().any(|outcome| outcome.outcome == "spend"));
    }

    #[test]
    fn constant_outcomes_and_thin_data_are_reasons() {
        let alike =
            Habits { gap_between: 0.0, gap_within: 0.0, loyalty: 0.0, loyalty_between: 0.0, ..Habits::default() };
        let same = found(&simulate(200, 12, &alike));
        let gap = outcome(&same, "next_gap_days");
        assert!(gap.omega_squared.missing().is_some() && gap.auc.missing().is_some(), "{gap:?}");
        assert!(found(&simulate(100, 12, &Habits { orders: (5, 6), ..Habits::default() })).missing().is_some());
        assert!(found(&simulate(1, 12, &Habits::default())).missing().is_some());
        assert!(found(&OrderHistory::default()).missing().is_some());
    }

    #[test]
    fn an_empty_segment_is_left_out() {
        // One axis without variation: everyone at or above its median, so that two segments are empty.
        let habits = Habits { loyalty: 0.0, loyalty_between: 0.0, ..Habits::default() };
        let found = found(&simulate(500, 12, &habits));
        let gap = outcome(&found, "next_gap_days");
        assert_eq!(gap.means.iter().filter(|mean| mean.value().is_some()).count(), 2);
        assert!(gap.omega_squared.value().is_some());
        assert_eq!(gap.calibration.len(), 2);
    }
}
