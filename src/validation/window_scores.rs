//! The two scores of every customer over one stretch of orders, and the rule on them.

use std::ops::Range;

use super::cut::Window;
use crate::extract::history::OrderHistory;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::Segment;
use crate::segments::rule::labels;
use crate::segments::scores::{Scores, freq_score};
use crate::segments::thresholds::{TypedThresholds, thresholds};

/// Customers between two looks at the clock.
pub(super) const STRIDE: usize = 2_000;

/// Scores of the customers that qualify within a window; all columns have one element per customer kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowScores {
    /// Customer index in the history, ascending.
    pub customers: Vec<u32>,
    /// Orders in the window.
    pub orders: Vec<u32>,
    /// Mean of the known gaps that end in the window, days.
    pub mean_gap: Vec<f64>,
    /// Frequency score.
    pub freq: Vec<f64>,
    /// Loyalty score.
    pub loyalty: Vec<f64>,
}

impl WindowScores {
    /// Customers kept.
    pub fn len(&self) -> usize {
        self.customers.len()
    }

    /// Nobody qualifies?
    pub fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// Segments by thresholds derived from these very scores (or typed in), with the thresholds used;
    /// `None` when nobody qualifies.
    pub fn segment(&self, typed: TypedThresholds) -> Option<(Vec<Segment>, (f64, f64))> {
        let scores = Scores { freq: self.freq.as_slice().into(), loyalty: self.loyalty.as_slice().into() };
        let thresholds = thresholds(&scores, typed)?;
        let used = (thresholds.frequency.used, thresholds.loyalty.used);
        Some((self.segment_at(used), used))
    }

    /// Segments by thresholds from elsewhere (frozen ones): `(frequency, loyalty)`.
    pub fn segment_at(&self, (frequency, loyalty): (f64, f64)) -> Vec<Segment> {
        labels(&self.freq, &self.loyalty, frequency, loyalty)
    }

    /// The rows for which `keep` holds, by customer index.
    pub fn filter(&self, keep: impl Fn(u32) -> bool) -> Self {
        let mut out = Self::default();
        for i in 0..self.len() {
            if keep(self.customers[i]) {
                out.customers.push(self.customers[i]);
                out.orders.push(self.orders[i]);
                out.mean_gap.push(self.mean_gap[i]);
                out.freq.push(self.freq[i]);
                out.loyalty.push(self.loyalty[i]);
            }
        }
        out
    }
}

/// Mean of the known gaps of these orders, or `None` where no gap is known.
///
/// The first order of a history has none; the first order after a cut has one, which ends inside.
pub(super) fn mean_gap(history: &OrderHistory, orders: Range<usize>) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_u32);
    for &gap in history.days_since_prior.get(orders)?.iter().filter(|gap| gap.is_finite()) {
        sum += gap;
        n += 1;
    }
    (n > 0).then(|| sum / f64::from(n))
}

/// `(reordered lines, lines)` of these orders.
pub fn line_counts(history: &OrderHistory, orders: Range<usize>) -> (u32, u32) {
    let from = history.line_start.get(orders.start).map_or(0, |&at| at);
    let to = history.line_start.get(orders.end).map_or(from, |&at| at);
    (history.reorders.get(orders).unwrap_or(&[]).iter().sum(), to - from)
}

/// Scores of everyone with at least `min_orders` orders, a known gap and a line in the window.
///
/// The same arithmetic as `features::build` on a history that ends where the window ends.
pub async fn window_scores(
    history: &OrderHistory,
    window: &Window,
    min_orders: u32,
    pace: &Pace,
) -> Result<WindowScores, Cancelled> {
    let mut out = WindowScores::default();
    let total = window.customers();
    for c in 0..total {
        if c.is_multiple_of(STRIDE) {
            pace.tick(c as u64, total as u64).await?;
        }
        let orders = window.orders_of(c);
        if orders.len() < min_orders as usize {
            continue;
        }
        let Some(gap) = mean_gap(history, orders.clone()) else { continue };
        let (reordered, lines) = line_counts(history, orders.clone());
        if lines == 0 {
            continue;
        }
        out.customers.push(c as u32);
        out.orders.push(orders.len() as u32);
        out.mean_gap.push(gap);
        out.freq.push(freq_score(gap));
        out.loyalty.push(f64::from(reordered) / f64::from(lines));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;
    use crate::features::build::build;
    use crate::pace::block_on;
    use crate::segments::scores::scores;

    #[test]
    fn the_whole_history_scores_as_the_feature_table_does() {
        let history = simulate(300, 7, &Habits::default());
        let pace = Pace::unhurried();
        let table = block_on(build(&history, 5, &pace)).unwrap();
        let found = block_on(window_scores(&history, &Window::whole(&history), 5, &pace)).unwrap();
        let expected = scores(&table);
        assert_eq!(found.customers, table.customers());
        assert_eq!(found.freq.as_slice(), expected.freq.as_ref());
        assert_eq!(found.loyalty.as_slice(), expected.loyalty.as_ref());
        assert!(found.len() > 250);
    }

    #[test]
    fn nobody_qualifies_in_an_empty_window() {
        let history = simulate(20, 7, &Habits::default());
        let (none, _) = Window::whole(&history).split(|orders| orders.start);
        let found = block_on(window_scores(&history, &none, 2, &Pace::unhurried())).unwrap();
        assert!(found.is_empty());
        assert_eq!(found.segment(TypedThresholds::default()), None);
    }
}
