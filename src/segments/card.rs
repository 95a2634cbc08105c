//! One customer explained: where he stands, how firmly, and what would move him.
//!
//! The moves are exact by the rule at the thresholds in force: applied to the history, they change the
//! label, and anything less does not (a property test applies them). Thresholds are frozen; one
//! customer's change would move a median of many by nothing worth showing.

use serde::{Deserialize, Serialize};

use crate::extract::history::OrderHistory;
use crate::extract::ids::Ids;
use crate::features::catalogue::Behavioural;
use crate::features::table::FeatureTable;
use crate::stats::measured::Measured;

use super::bootstrap::bootstrap_one;
use super::confidence::days_of;
use super::findings::Segment;
use super::rule::Segmentation;
use super::scores::freq_score;

/// More further orders than this are no advice.
const MAX_ORDERS: u32 = 1_000;
/// A longer silence than this (100 years of days) is no advice.
const MAX_DAYS: f64 = 36_500.0;
/// More further lines than this are no advice.
const MAX_LINES: f64 = 1e6;

/// A change to a customer's history. The other axis stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// So many further orders, each at most so many days after the one before: frequency becomes high.
    OrdersWithin {
        /// How many.
        orders: u32,
        /// The most days before each.
        days: u32,
    },
    /// The next order comes only after so many days or later: frequency becomes low.
    NextOrderAfter {
        /// The fewest days that are enough.
        days: u32,
    },
    /// So many more lines with products bought before: loyalty becomes high.
    MoreReorderedLines {
        /// How many.
        lines: u32,
    },
    /// So many more lines with products new to the customer: loyalty becomes low.
    MoreNewLines {
        /// How many.
        lines: u32,
    },
}

/// The smallest change along one axis, and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// The segment after it.
    pub to: Segment,
    /// The change.
    pub change: Change,
}

/// Everything about one customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerCard {
    /// The customer's id as text (untrusted).
    pub id: String,
    /// The segment.
    pub segment: Segment,
    /// Frequency score.
    pub freq_score: f64,
    /// Loyalty score.
    pub loyalty_score: f64,
    /// Mean days between orders.
    pub mean_days_between_orders: f64,
    /// Mid-rank of the frequency score, 0..=1.
    pub freq_percentile: f64,
    /// Mid-rank of the loyalty score, 0..=1.
    pub loyalty_percentile: f64,
    /// Orders.
    pub orders: Measured<u32>,
    /// Order lines.
    pub lines: Measured<u32>,
    /// Analytic confidence.
    pub confidence: Measured<f64>,
    /// Share of resampled histories that keep the segment.
    pub bootstrap_confidence: Measured<f64>,
    /// Names of features whose value was missing and filled in.
    pub imputed: Vec<String>,
    /// What would change the frequency side.
    pub frequency_move: Measured<Move>,
    /// What would change the loyalty side.
    pub loyalty_move: Measured<Move>,
}

/// The row of the customer whose id reads `text`; `ids` has one id per row of the feature table.
pub fn find(ids: &Ids, text: &str) -> Option<usize> {
    let text = text.trim();
    (0..ids.len()).find(|&row| ids.text(row) == text)
}

/// The card of one row, whose customer has the `id`; `None` if there is no such row. `history` is `None` for a
/// customer-level file.
pub fn card(
    id: String,
    history: Option<&OrderHistory>,
    table: &FeatureTable,
    found: &Segmentation,
    row: usize,
    seed: u64,
) -> Option<CustomerCard> {
    const NEEDS: &str = "the orders and order lines behind the customer-level file";
    let customer = *table.customers().get(row)? as usize;
    let (segment, freq, loyalty) = (*found.labels.get(row)?, *found.freq.get(row)?, *found.loyalty.get(row)?);
    let mask = *table.imputed_masks().get(row)?;
    let per_row = |column: Option<&[u32]>| {
        column
            .and_then(|column| column.get(row))
            .map_or_else(|| Measured::absent("the customer-level file does not say", NEEDS), |&n| Measured::Value(n))
    };
    let no_history = || Measured::absent("the history of single orders is not known", NEEDS);
    let (frequency_move, loyalty_move) = match history {
        Some(history) => moves(history, customer, found, row),
        None => (no_history(), no_history()),
    };
    Some(CustomerCard {
        id,
        segment,
        freq_score: freq,
        loyalty_score: loyalty,
        mean_days_between_orders: table
            .behavioural(Behavioural::MeanDaysBetweenOrders)
            .and_then(|column| column.get(row).copied())
            .unwrap_or_else(|| days_of(freq)),
        freq_percentile: *found.freq_percentile.get(row)?,
        loyalty_percentile: *found.loyalty_percentile.get(row)?,
        orders: per_row(table.orders()),
        lines: per_row(table.lines()),
        confidence: match found.confidence.as_ref().and_then(|column| column.get(row)) {
            Some(&confidence) => Measured::Value(confidence),
            None => Measured::absent("no spread of single gaps and orders is known", NEEDS),
        },
        bootstrap_confidence: match history {
            Some(history) => Measured::Value(bootstrap_one(history, customer, row, found, seed)),
            None => Measured::absent("the history of single orders is not known", NEEDS),
        },
        imputed: Behavioural::ALL
            .into_iter()
            .filter(|feature| mask & (1 << feature.index()) != 0)
            .map(|feature| feature.name().to_owned())
            .collect(),
        frequency_move,
        loyalty_move,
    })
}

/// The smallest change along each axis.
fn moves(
    history: &OrderHistory,
    customer: usize,
    found: &Segmentation,
    row: usize,
) -> (Measured<Move>, Measured<Move>) {
    let (frequency, loyalty) = (found.thresholds.frequency.used, found.thresholds.loyalty.used);
    let (often, loyal) = (found.freq[row] >= frequency, found.loyalty[row] >= loyalty);
    let orders = history.orders_of(customer);
    let gaps = Gaps::of(&history.days_since_prior[orders.clone()]);
    let change = if often { next_order_after(&gaps, frequency) } else { orders_within(&gaps, frequency) };
    let frequency_move = change.map_or_else(
        || Measured::absent("no number of further orders crosses the frequency threshold", "another threshold"),
        |change| Measured::Value(Move { to: Segment::of(!often, loyal), change }),
    );
    let lines = &history.lines[history.line_start[orders.start] as usize..history.line_start[orders.end] as usize];
    let reordered = lines.iter().filter(|line| line.reordered()).count() as f64;
    let total = lines.len() as f64;
    let change = if loyal { new_lines(reordered, total, loyalty) } else { reordered_lines(reordered, total, loyalty) };
    let loyalty_move = change.map_or_else(
        || Measured::absent("no number of further lines crosses the loyalty threshold", "another threshold"),
        |change| Measured::Value(Move { to: Segment::of(often, !loyal), change }),
    );
    (frequency_move, loyalty_move)
}

/// Sum and count of the known gaps, added in order as the features do.
struct Gaps {
    sum: f64,
    n: f64,
}

impl Gaps {
    fn of(days: &[f64]) -> Self {
        let mut gaps = Self { sum: 0.0, n: 0.0 };
        for &gap in days.iter().filter(|gap| gap.is_finite()) {
            gaps.sum += gap;
            gaps.n += 1.0;
        }
        gaps
    }

    /// Is the frequency high after `orders` further orders, `days` apart?
    fn high_after(&self, orders: u32, days: f64, threshold: f64) -> bool {
        let mut sum = self.sum;
        for _ in 0..orders {
            sum += days;
        }
        freq_score(sum / (self.n + f64::from(orders))) >= threshold
    }
}

/// The fewest further orders that make the frequency high at all, and the most days they may be apart.
///
/// Days are whole; orders on the same day (0 days) are advice only where one day is too much for any number.
fn orders_within(gaps: &Gaps, threshold: f64) -> Option<Change> {
    let fewest = |days: f64| (1..=MAX_ORDERS).find(|&orders| gaps.high_after(orders, days, threshold));
    let (orders, least) = fewest(1.0).map(|orders| (orders, 1.0)).or_else(|| Some((fewest(0.0)?, 0.0)))?;
    let target = days_of(threshold);
    let estimate = ((gaps.n + f64::from(orders)) * target - gaps.sum) / f64::from(orders);
    // The estimate is right up to rounding: walk down to the last day that still does.
    let mut days = (estimate.floor() + 1.0).clamp(least, MAX_DAYS);
    while days > least && !gaps.high_after(orders, days, threshold) {
        days -= 1.0;
    }
    Some(Change::OrdersWithin { orders, days: days as u32 })
}

/// The fewest whole days of silence after which the next order makes the frequency low.
fn next_order_after(gaps: &Gaps, threshold: f64) -> Option<Change> {
    let estimate = (gaps.n + 1.0) * days_of(threshold) - gaps.sum;
    let mut days = (estimate.floor() - 1.0).max(0.0);
    while days <= MAX_DAYS {
        if !gaps.high_after(1, days, threshold) {
            return Some(Change::NextOrderAfter { days: days as u32 });
        }
        days += 1.0;
    }
    None
}

/// The fewest reordered lines more that make the loyalty high: (a + r) / (n + r) >= threshold.
fn reordered_lines(reordered: f64, total: f64, threshold: f64) -> Option<Change> {
    let high = |r: f64| (reordered + r) / (total + r) >= threshold;
    let lines = first((threshold * total - reordered) / (1.0 - threshold), high)?;
    Some(Change::MoreReorderedLines { lines })
}

/// The fewest new lines more that make the loyalty low: a / (n + q) < threshold.
fn new_lines(reordered: f64, total: f64, threshold: f64) -> Option<Change> {
    let low = |q: f64| reordered / (total + q) < threshold;
    let lines = first(reordered / threshold - total, low)?;
    Some(Change::MoreNewLines { lines })
}

/// The smallest whole number, 1 or more, at which a monotone condition holds, near its real-valued estimate.
fn first(estimate: f64, holds: impl Fn(f64) -> bool) -> Option<u32> {
    if !estimate.is_finite() || estimate > MAX_LINES {
        return None;
    }
    let mut n = (estimate.floor() - 1.0).max(1.0);
    while !holds(n) {
        n += 1.0;
        if n > MAX_LINES + 2.0 {
            return None;
        }
    }
    Some(n as u32)
}
