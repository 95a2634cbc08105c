//! Before and after: where each customer's history is cut.
//!
//! With dates, one calendar day for everyone and a horizon after it: customers who stayed away count.
//! Without dates each customer's own timeline is cut before the last orders; every such history ends
//! in an order, so that nobody can be seen to leave.

use super::cut::Window;
use crate::extract::history::OrderHistory;

/// Orders of each customer that lie after the cut where there are no dates.
///
/// Two rather than one: in extracts like Instacart's the last order has no lines, and loyalty needs
/// lines after the cut to be judged by.
pub const LAST_ORDERS: usize = 2;

/// Horizons that are tried, days; the longest that leaves twice its length before the cut is taken.
const HORIZONS: [i32; 3] = [90, 60, 30];

/// Share of orders at either end that may bear stray dates.
const STRAY: f64 = 0.001;

/// How a history is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before: orders up to and including `last_day`; after: the `horizon` days that follow.
    Calendar {
        /// Days since 1970-01-01.
        last_day: i32,
        /// Days.
        horizon: i32,
    },
    /// After: each customer's last [`LAST_ORDERS`] orders, less the `skipped` last ones.
    PerCustomer {
        /// Orders at the end that belong to no part.
        skipped: usize,
    },
}

/// A history cut in two.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// How.
    pub cut: Cut,
    /// What the segments may know.
    pub before: Window,
    /// What they are to predict.
    pub after: Window,
}

impl Timeline {
    /// The calendar if there are dates over 90 days or more, else each customer's own timeline.
    pub fn of(history: &OrderHistory) -> Self {
        let cut = calendar(history).unwrap_or(Cut::PerCustomer { skipped: 0 });
        Self::at(history, cut)
    }

    /// One step back: its outcomes end where this one's begin, so that nothing learned there has seen
    /// what is judged here.
    pub fn earlier(&self, history: &OrderHistory) -> Self {
        let cut = match self.cut {
            Cut::Calendar { last_day, horizon } => Cut::Calendar { last_day: last_day - horizon, horizon },
            Cut::PerCustomer { skipped } => Cut::PerCustomer { skipped: skipped + LAST_ORDERS },
        };
        Self::at(history, cut)
    }

    /// The history cut so.
    pub fn at(history: &OrderHistory, cut: Cut) -> Self {
        let whole = Window::whole(history);
        let (before, after) = match cut {
            Cut::Calendar { last_day, horizon } => {
                let days = history.day.as_deref().unwrap_or(&[]);
                let (before, later) = whole.split_after_day(days, last_day);
                (before, later.split_after_day(days, last_day.saturating_add(horizon)).0)
            }
            Cut::PerCustomer { skipped } => whole.split_last(skipped).0.split_last(LAST_ORDERS),
        };
        Self { cut, before, after }
    }

    /// `calendar` or `per_customer`.
    pub fn name(&self) -> &'static str {
        match self.cut {
            Cut::Calendar { .. } => "calendar",
            Cut::PerCustomer { .. } => "per_customer",
        }
    }

    /// The cut in words.
    pub fn description(&self) -> String {
        match self.cut {
            Cut::Calendar { last_day, horizon } => format!(
                "Segments from the orders up to {}, outcomes in the {horizon} days after it.",
                iso_date(last_day)
            ),
            Cut::PerCustomer { .. } => format!(
                "The extract has no dates over a long enough period: segments from all but the last {LAST_ORDERS} orders of \
                 each customer, outcomes in those {LAST_ORDERS}. Every history ends in an order, so that leaving cannot be tested."
            ),
        }
    }
}

/// First and last day of the history, stray dates left out; `None` without dates or with fewer days than
/// three of the shortest horizon.
pub fn period(history: &OrderHistory) -> Option<(i32, i32)> {
    let mut days = history.day.clone()?;
    let stray = (days.len() as f64 * STRAY) as usize;
    let last = days.len().checked_sub(1 + stray)?;
    let end = *days.select_nth_unstable(last).1;
    let start = *days.select_nth_unstable(stray).1;
    let span = end.checked_sub(start)?.checked_add(1)?;
    HORIZONS.into_iter().any(|horizon| span >= 3 * horizon).then_some((start, end))
}

fn calendar(history: &OrderHistory) -> Option<Cut> {
    let (start, end) = period(history)?;
    let span = end - start + 1;
    let horizon = HORIZONS.into_iter().find(|horizon| span >= 3 * horizon)?;
    Some(Cut::Calendar { last_day: end - horizon, horizon })
}

/// `YYYY-MM-DD` of a day since 1970-01-01, proleptic Gregorian (Hinnant, "chrono-compatible low-level date
/// algorithms").
pub fn iso_date(day: i32) -> String {
    let z = i64::from(day) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe + era * 400 + i64::from(m <= 2);
    format!("{y:04}-{m:02}-{d:02}")
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;

    #[test]
    fn days_become_dates() {
        for (day, text) in [(0, "1970-01-01"), (11_017, "2000-03-01"), (-1, "1969-12-31"), (19_782, "2024-02-29")] {
            assert_eq!(iso_date(day), text);
        }
    }

    #[test]
    fn without_dates_the_last_two_orders_come_after() {
        let history = simulate(50, 2, &Habits::default());
        let timeline = Timeline::of(&history);
        assert_eq!(timeline.cut, Cut::PerCustomer { skipped: 0 });
        let earlier = timeline.earlier(&history);
        for c in 0..50 {
            let orders = history.orders_of(c);
            assert_eq!(timeline.after.orders_of(c), orders.end - 2..orders.end);
            assert_eq!(earlier.after.orders_of(c), orders.end - 4..orders.end - 2);
            assert_eq!(earlier.before.orders_of(c), orders.start..orders.end - 4);
        }
    }

    #[test]
    fn with_dates_everyone_is_cut_on_one_day() {
        let mut history = simulate(300, 2, &Habits { dated: true, orders: (10, 30), ..Habits::default() });
        let timeline = Timeline::of(&history);
        let Cut::Calendar { last_day, horizon } = timeline.cut else { panic!("dates are there") };
        assert_eq!(horizon, 90);
        let days = history.day.clone().unwrap();
        for c in 0..300 {
            assert!(timeline.before.orders_of(c).all(|o| days[o] <= last_day));
            assert!(timeline.after.orders_of(c).all(|o| days[o] > last_day && days[o] <= last_day + 90));
            let (before, earlier) = (timeline.before.orders_of(c), timeline.earlier(&history).after.orders_of(c));
            assert!(earlier.end <= before.end && earlier.start >= before.start);
        }
        // One date in the far future must not move the cut.
        let last = days.len() - 1;
        if let Some(days) = &mut history.day {
            days[last] = 50_000;
        }
        let Cut::Calendar { last_day: again, .. } = Timeline::of(&history).cut else { panic!("dates are there") };
        assert!((again - last_day).abs() < 60);
    }

    #[test]
    fn a_month_of_dates_is_too_short_for_the_calendar() {
        let mut history = simulate(50, 2, &Habits { dated: true, ..Habits::default() });
        if let Some(days) = &mut history.day {
            for day in days.iter_mut() {
                *day %= 60;
            }
        }
        assert_eq!(Timeline::of(&history).name(), "per_customer");
        if let Some(days) = &mut history.day {
            days.clear();
        }
        assert_eq!(Timeline::of(&history).name(), "per_customer");
    }
}
