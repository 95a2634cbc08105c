//! How often a customer's segment survives a resampling of that customer's own history.
//!
//! Gaps and orders with lines are drawn anew with replacement, independently; the label is the
//! rule's on the resampled mean gap and reorder ratio. Whether a line is a reorder depends on the
//! orders before it, so this is conditional on the flags as they were.

use crate::extract::history::OrderHistory;
use crate::features::table::FeatureTable;
use crate::pace::{Cancelled, Pace};
use crate::stats::rng::Rng;

use super::findings::Segment;
use super::rule::{Segmentation, label};
use super::scores::freq_score;

/// Resamples per customer.
pub const DRAWS: u32 = 200;
/// Customers between two looks at the clock.
const STRIDE: usize = 64;

/// Share of [`DRAWS`] resamples that keep the label, per row.
pub async fn bootstrap(
    history: &OrderHistory,
    table: &FeatureTable,
    found: &Segmentation,
    seed: u64,
    pace: &Pace,
) -> Result<Vec<f64>, Cancelled> {
    let mut kept = Vec::with_capacity(table.rows());
    let mut scratch = Scratch::default();
    for (r, &c) in table.customers().iter().enumerate() {
        if r % STRIDE == 0 {
            pace.tick(r as u64, table.rows() as u64).await?;
        }
        kept.push(scratch.kept(history, c as usize, found, found.labels[r], seed));
    }
    Ok(kept)
}

/// The same for one row, with the same draws.
pub fn bootstrap_one(history: &OrderHistory, customer: usize, row: usize, found: &Segmentation, seed: u64) -> f64 {
    Scratch::default().kept(history, customer, found, found.labels[row], seed)
}

/// Indices from half words: a billion of them are drawn at full scale.
struct Draws {
    rng: Rng,
    spare: Option<u32>,
}

impl Draws {
    /// Uniform index below `n`, biased by less than n / 2^32, which no share of 200 draws can show.
    fn index(&mut self, n: usize) -> usize {
        let half = self.spare.take().unwrap_or_else(|| {
            let word = self.rng.next_u64();
            self.spare = Some((word >> 32) as u32);
            word as u32
        });
        ((u64::from(half) * n as u64) >> 32) as usize
    }
}

/// Reused arrays.
#[derive(Default)]
struct Scratch {
    gaps: Vec<f64>,
    /// (reordered, lines) per order with lines.
    baskets: Vec<(u32, u32)>,
}

impl Scratch {
    fn kept(&mut self, history: &OrderHistory, c: usize, found: &Segmentation, own: Segment, seed: u64) -> f64 {
        let orders = history.orders_of(c);
        self.gaps.clear();
        self.gaps.extend(history.days_since_prior[orders.clone()].iter().filter(|gap| gap.is_finite()));
        self.baskets.clear();
        self.baskets.extend(history.baskets(orders));
        let (frequency, loyalty) = (found.thresholds.frequency.used, found.thresholds.loyalty.used);
        // A stream of the customer's own: the card shows the same figure as the batch.
        let mut draws = Draws { rng: Rng::substream(seed, "segment_bootstrap", c as u64), spare: None };
        let mut kept = 0_u32;
        for _ in 0..DRAWS {
            let mut days = 0.0;
            for _ in 0..self.gaps.len() {
                days += self.gaps[draws.index(self.gaps.len())];
            }
            let (mut reordered, mut lines) = (0_u64, 0_u64);
            for _ in 0..self.baskets.len() {
                let (r, t) = self.baskets[draws.index(self.baskets.len())];
                reordered += u64::from(r);
                lines += u64::from(t);
            }
            let freq = freq_score(days / self.gaps.len() as f64);
            let loyal = reordered as f64 / lines as f64;
            kept += u32::from(label(freq, loyal, frequency, loyalty) == own);
        }
        f64::from(kept) / f64::from(DRAWS)
    }
}
