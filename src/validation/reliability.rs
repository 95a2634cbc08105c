//! Reliability of the two scores: would the same customer score the same again?
//!
//! A customer's gaps, and orders with lines, are dealt alternately into two halves; the correlation of
//! the halves' scores over customers, stepped up by Spearman-Brown (`2r / (1 + r)`), is the reliability
//! of the whole. A negative correlation counts as 0. Halves are taken odd-even rather than early-late,
//! so that a drift does not pass for noise. At reliability rho a median split repeats with probability
//! `1/2 + asin(rho)/pi` (bivariate normal).

use super::findings::{Reliabilities, Reliability, ReliabilityBand};
use super::window_scores::STRIDE;
use crate::extract::history::OrderHistory;
use crate::pace::{Cancelled, Pace};
use crate::stats::measured::Measured;

/// Below this many customers a correlation says too little to be shown.
pub const MIN_CUSTOMERS: u64 = 30;

/// Bands of history length, by orders: first, last and label.
const BANDS: [(usize, usize, &str); 5] =
    [(0, 4, "2-4"), (5, 9, "5-9"), (10, 19, "10-19"), (20, 49, "20-49"), (50, usize::MAX, "50+")];

/// Reliability of frequency (odd and even gaps) and loyalty (odd and even orders with lines), for the
/// given customers of the history.
pub async fn reliabilities(history: &OrderHistory, customers: &[u32], pace: &Pace) -> Result<Reliabilities, Cancelled> {
    let mut frequency = [Pairs::default(); BANDS.len()];
    let mut loyalty = [Pairs::default(); BANDS.len()];
    for (i, &c) in customers.iter().enumerate() {
        if i.is_multiple_of(STRIDE) {
            pace.tick(i as u64, customers.len() as u64).await?;
        }
        let orders = history.orders_of(c as usize);
        let band = band_of(orders.len());
        let mut gaps = Dealt::default();
        for &gap in history.days_since_prior[orders.clone()].iter().filter(|gap| gap.is_finite()) {
            gaps.deal(gap, 1.0);
        }
        if let Some((odd, even)) = gaps.means() {
            frequency[band].add(odd, even);
        }
        let mut lines = Dealt::default();
        for order in orders {
            let basket = history.lines_of(order);
            if !basket.is_empty() {
                let reordered: u32 = basket.iter().map(|line| u32::from(line.reordered())).sum();
                lines.deal(f64::from(reordered), basket.len() as f64);
            }
        }
        if let Some((odd, even)) = lines.means() {
            loyalty[band].add(odd, even);
        }
    }
    Ok(Reliabilities {
        frequency: summarise(&frequency, "gaps", "two or more known gaps per customer"),
        loyalty: summarise(&loyalty, "orders with lines", "two or more orders with lines per customer"),
    })
}

/// Probability that a median split of a score with reliability `rho` comes out the same again.
pub fn repeat_probability(rho: f64) -> f64 {
    0.5 + libm::asin(rho.clamp(-1.0, 1.0)) / std::f64::consts::PI
}

/// Spearman-Brown for two halves, `2r / (1 + r)`, floored at 0.
pub fn step_up(r: f64) -> f64 {
    if r <= 0.0 { 0.0 } else { 2.0 * r / (1.0 + r) }
}

fn band_of(orders: usize) -> usize {
    BANDS.iter().position(|&(_, last, _)| orders <= last).unwrap_or(BANDS.len() - 1)
}

fn summarise(bands: &[Pairs; BANDS.len()], what: &str, needs: &str) -> Measured<Reliability> {
    let all = bands.iter().fold(Pairs::default(), Pairs::merge);
    let Some(value) = all.reliability() else {
        let reason = if all.n < MIN_CUSTOMERS {
            format!("{} customers have {what} in both halves; at least {MIN_CUSTOMERS} are needed", all.n)
        } else {
            format!("the halves of the {what} do not vary between customers")
        };
        return Measured::absent(reason, needs);
    };
    let by_history = BANDS.iter().zip(bands).filter(|(_, pairs)| pairs.n > 0);
    Measured::Value(Reliability {
        value,
        customers: all.n,
        by_history: by_history
            .map(|((_, _, label), pairs)| ReliabilityBand {
                orders: (*label).to_owned(),
                customers: pairs.n,
                value: match pairs.reliability() {
                    Some(value) => Measured::Value(value),
                    None => Measured::absent("too few customers, or no variation, in this band", "more customers"),
                },
            })
            .collect(),
        repeat_probability: repeat_probability(value),
    })
}

/// Values dealt alternately into two halves, each a ratio of sums.
#[derive(Clone, Copy, Default)]
struct Dealt {
    above: [f64; 2],
    below: [f64; 2],
    next: usize,
}

impl Dealt {
    fn deal(&mut self, above: f64, below: f64) {
        self.above[self.next] += above;
        self.below[self.next] += below;
        self.next ^= 1;
    }

    /// The two ratios, if both halves received something.
    fn means(&self) -> Option<(f64, f64)> {
        (self.below[0] > 0.0 && self.below[1] > 0.0)
            .then(|| (self.above[0] / self.below[0], self.above[1] / self.below[1]))
    }
}

/// Moments of pairs in one pass (Welford), mergeable (Chan).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pairs {
    pub(super) n: u64,
    mean: [f64; 2],
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Pairs {
    pub(super) fn add(&mut self, x: f64, y: f64) {
        self.n += 1;
        let n = self.n as f64;
        let (dx, dy) = (x - self.mean[0], y - self.mean[1]);
        self.mean[0] += dx / n;
        self.mean[1] += dy / n;
        self.xx += dx * (x - self.mean[0]);
        self.yy += dy * (y - self.mean[1]);
        self.xy += dx * (y - self.mean[1]);
    }

    fn merge(self, other: &Self) -> Self {
        if other.n == 0 || self.n == 0 {
            return if self.n == 0 { *other } else { self };
        }
        let (a, b) = (self.n as f64, other.n as f64);
        let total = a + b;
        let (dx, dy) = (other.mean[0] - self.mean[0], other.mean[1] - self.mean[1]);
        let weight = a * b / total;
        Self {
            n: self.n + other.n,
            mean: [self.mean[0] + dx * b / total, self.mean[1] + dy * b / total],
            xx: self.xx + other.xx + dx * dx * weight,
            yy: self.yy + other.yy + dy * dy * weight,
            xy: self.xy + other.xy + dx * dy * weight,
        }
    }

    /// Pearson's r; `None` without variation or with too few pairs.
    pub(super) fn correlation(&self) -> Option<f64> {
        let scale = (self.xx * self.yy).sqrt();
        // Rounding leaves a trace of variance in constant columns; relative to the mean it is nothing.
        let constant = |sum: f64, mean: f64| sum <= 1e-20 * self.n as f64 * mean * mean;
        if self.n < MIN_CUSTOMERS || constant(self.xx, self.mean[0]) || constant(self.yy, self.mean[1]) {
            return None;
        }
        let r = self.xy / scale;
        r.is_finite().then(|| r.clamp(-1.0, 1.0))
    }

    fn reliability(&self) -> Option<f64> {
        self.correlation().map(step_up)
    }
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;
    use crate::pace::block_on;

    fn found(customers: usize, habits: &Habits) -> Reliabilities {
        let history = simulate(customers, 11, habits);
        let all: Vec<u32> = (0..customers as u32).collect();
        block_on(reliabilities(&history, &all, &Pace::unhurried())).unwrap()
    }

    #[test]
    fn planted_reliability_is_found() {
        // n gaps with between-sd b and within-sd w: b² / (b² + w²/n).
        for (gaps, between, within) in [(8.0, 5.0, 5.0), (4.0, 3.0, 6.0), (20.0, 2.0, 8.0)] {
            let orders = gaps as u32 + 1;
            let habits = Habits {
                orders: (orders, orders),
                gap_between: between,
                gap_within: within,
                gap: 60.0,
                ..Habits::default()
            };
            let truth = between * between / (between * between + within * within / gaps);
            let value = found(20_000, &habits).frequency.value().unwrap().value;
            assert!((value - truth).abs() < 0.012, "{value} against {truth}");
        }
    }

    #[test]
    fn a_score_without_a_lasting_trait_has_none() {
        let habits = Habits { forgetful: true, orders: (9, 9), ..Habits::default() };
        let found = found(20_000, &habits);
        assert!(found.frequency.value().unwrap().value < 0.03);
        assert!(found.loyalty.value().unwrap().value < 0.06);
    }

    #[test]
    fn longer_histories_are_more_reliable() {
        let habits = Habits { orders: (5, 60), gap_between: 3.0, gap_within: 8.0, ..Habits::default() };
        let found = found(8_000, &habits);
        let bands = &found.frequency.value().unwrap().by_history;
        let values: Vec<f64> = bands.iter().map(|band| *band.value.value().unwrap()).collect();
        assert_eq!(bands.iter().map(|band| band.orders.as_str()).collect::<Vec<_>>(), ["5-9", "10-19", "20-49", "50+"]);
        assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{values:?}");
    }

    #[test]
    fn too_few_or_too_alike_is_a_reason() {
        let few = found(10, &Habits::default());
        assert!(few.frequency.missing().unwrap().reason.contains("10 customers"));
        let alike = found(
            100,
            &Habits { gap_between: 0.0, gap_within: 0.0, loyalty: 0.0, loyalty_between: 0.0, ..Habits::default() },
        );
        assert!(alike.frequency.missing().unwrap().reason.contains("do not vary"));
        assert!(alike.loyalty.missing().unwrap().reason.contains("do not vary"));
        let nobody = found(0, &Habits::default());
        assert!(nobody.loyalty.missing().is_some());
    }

    #[test]
    fn reference_figures() {
        // stat_cases S082-S085.
        let odd = [2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 5.0, 9.0];
        let even = [3.0, 3.0, 7.0, 6.0, 12.0, 11.0, 4.0, 10.0];
        let mut pairs = Pairs::default();
        for _ in 0..4 {
            for (&x, &y) in odd.iter().zip(&even) {
                pairs.add(x, y);
            }
        }
        let r = pairs.correlation().unwrap();
        assert!((r - 0.920774721067277).abs() < 1e-12);
        assert!((step_up(r) - 0.9587534768842119).abs() < 1e-12);
        assert!((repeat_probability(0.7) - 0.7468166888933649).abs() < 1e-12);
        assert!((repeat_probability(1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn merging_equals_adding_one_by_one() {
        let mut whole = Pairs::default();
        let mut parts = [Pairs::default(); 3];
        for i in 0..300_u32 {
            let (x, y) = (f64::from(i % 17), f64::from((i * i) % 23));
            whole.add(x, y);
            parts[(i % 3) as usize].add(x, y);
        }
        let merged = parts.iter().fold(Pairs::default(), Pairs::merge);
        assert!((merged.correlation().unwrap() - whole.correlation().unwrap()).abs() < 1e-12);
    }
}
