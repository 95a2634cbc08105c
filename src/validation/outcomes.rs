//! What happened after the cut, per customer.

use super::timeline::{Cut, Timeline};
use super::window_scores::line_counts;
use crate::extract::history::OrderHistory;

/// Returns within these many days are looked at.
const RETURNS: [(i32, &str); 3] = [(30, "returned_30d"), (60, "returned_60d"), (90, "returned_90d")];

/// How an outcome is read as yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Yes where the value is at most the median of the training customers (short gaps are good).
    AtMostMedian,
    /// Yes where it is above that median.
    AboveMedian,
    /// The value is 1 or 0 already.
    YesOrNo,
}

/// One outcome of many customers.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Name as in results.json.
    pub id: &'static str,
    /// One value per customer asked for; NaN where there is none.
    pub values: Vec<f64>,
    /// Its reading as yes or no.
    pub reading: Reading,
}

impl Outcome {
    /// What the yes-or-no reading is, in words.
    pub fn binary(&self) -> String {
        match self.reading {
            Reading::AtMostMedian => format!("{} <= median of the training customers", self.id),
            Reading::AboveMedian => format!("{} > median of the training customers", self.id),
            Reading::YesOrNo => self.id.to_owned(),
        }
    }

    /// Is `value` a yes, given the median of the training customers?
    pub fn is_yes(&self, value: f64, median: f64) -> bool {
        match self.reading {
            Reading::AtMostMedian => value <= median,
            Reading::AboveMedian => value > median,
            Reading::YesOrNo => value > 0.5,
        }
    }

    /// +1 where larger values speak for a yes, else -1.
    pub fn direction(&self) -> f64 {
        if self.reading == Reading::AtMostMedian { -1.0 } else { 1.0 }
    }
}

/// All outcomes that can be told from these histories, the one that gates judge by first.
///
/// Calendar: orders in the horizon, returned within 30, 60, 90 days, reordered share, spend.
/// Per customer: days to the next order, reordered share, spend over the orders after the cut; returned
/// within 30, 60, 90 days only where gaps longer than that are on record.
pub fn outcomes(history: &OrderHistory, timeline: &Timeline, customers: &[u32]) -> Vec<Outcome> {
    let after = |c: u32| timeline.after.orders_of(c as usize);
    let column = |id, reading, value: &dyn Fn(u32) -> f64| Outcome {
        id,
        reading,
        values: customers.iter().map(|&c| value(c)).collect(),
    };
    let next_gap = |c: u32| {
        let orders = after(c);
        if orders.is_empty() { f64::NAN } else { history.days_since_prior[orders.start] }
    };
    let mut out = Vec::new();
    match timeline.cut {
        Cut::Calendar { last_day, horizon } => {
            out.push(column("orders_in_horizon", Reading::AboveMedian, &|c| after(c).len() as f64));
            if let Some(days) = &history.day {
                for (within, id) in RETURNS.into_iter().filter(|&(within, _)| within <= horizon) {
                    let returned = |c: u32| f64::from(u8::from(after(c).any(|o| days[o] <= last_day + within)));
                    out.push(column(id, Reading::YesOrNo, &returned));
                }
            }
        }
        Cut::PerCustomer { .. } => {
            let gaps = column("next_gap_days", Reading::AtMostMedian, &next_gap);
            let longest = gaps.values.iter().copied().filter(|gap| gap.is_finite()).fold(0.0, f64::max);
            out.push(gaps);
            for (within, id) in RETURNS.into_iter().filter(|&(within, _)| longest > f64::from(within)) {
                let returned = |c: u32| {
                    let gap = next_gap(c);
                    if gap.is_finite() { f64::from(u8::from(gap <= f64::from(within))) } else { f64::NAN }
                };
                out.push(column(id, Reading::YesOrNo, &returned));
            }
        }
    }
    // 0 / 0 is NaN: no line after the cut, no share.
    out.push(column("reorder_share", Reading::AboveMedian, &|c| {
        let (reordered, lines) = line_counts(history, after(c));
        f64::from(reordered) / f64::from(lines)
    }));
    if let Some(amounts) = &history.amount {
        out.push(column("spend", Reading::AboveMedian, &|c| amounts[after(c)].iter().sum()));
    }
    out.retain(|outcome| outcome.values.iter().any(|value| value.is_finite()));
    out
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;

    fn ids(outcomes: &[Outcome]) -> Vec<&str> {
        outcomes.iter().map(|outcome| outcome.id).collect()
    }

    #[test]
    fn own_timelines_tell_the_next_gap_and_what_was_reordered() {
        let mut history = simulate(40, 4, &Habits { last_without_lines: true, gap_within: 1.0, ..Habits::default() });
        let everyone: Vec<u32> = (0..40).collect();
        let found = outcomes(&history, &Timeline::of(&history), &everyone);
        assert_eq!(ids(&found), ["next_gap_days", "reorder_share"]);
        let orders = history.orders_of(7);
        assert_eq!(found[0].values[7], history.days_since_prior[orders.end - 2]);
        let basket = history.lines_of(orders.end - 2);
        let share = basket.iter().filter(|line| line.reordered()).count() as f64 / basket.len() as f64;
        assert_eq!(found[1].values[7], share);
        // One long gap on record makes returns visible.
        let at = history.orders_of(3).end - 2;
        history.days_since_prior[at] = 70.0;
        let found = outcomes(&history, &Timeline::of(&history), &everyone);
        assert_eq!(ids(&found), ["next_gap_days", "returned_30d", "returned_60d", "reorder_share"]);
        assert_eq!(found[2].values.iter().filter(|&&yes| yes == 0.0).count(), 1);
    }

    #[test]
    fn no_lines_after_the_cut_means_no_share() {
        let mut history = simulate(10, 4, &Habits::default());
        history.lines.clear();
        history.line_start.fill(0);
        let found = outcomes(&history, &Timeline::of(&history), &(0..10).collect::<Vec<_>>());
        assert_eq!(ids(&found), ["next_gap_days"]);
        assert!(outcomes(&history, &Timeline::of(&history), &[]).is_empty());
    }

    #[test]
    fn the_calendar_tells_returns_and_spend() {
        let history = simulate(200, 4, &Habits { dated: true, orders: (3, 60), ..Habits::default() });
        let timeline = Timeline::of(&history);
        let found = outcomes(&history, &timeline, &(0..200).collect::<Vec<_>>());
        assert_eq!(
            ids(&found),
            ["orders_in_horizon", "returned_30d", "returned_60d", "returned_90d", "reorder_share", "spend"]
        );
        for c in 0..200 {
            let orders = timeline.after.orders_of(c).len();
            assert_eq!(found[0].values[c], orders as f64);
            assert_eq!(found[3].values[c], f64::from(u8::from(orders > 0)));
            assert!(found[1].values[c] <= found[2].values[c]);
            assert_eq!(found[5].values[c] > 0.0, orders > 0);
        }
    }
}
