//! Reliability of the two scores: would the same customer score the same again?
//!
//! A customer's gaps, and orders with lines, are dealt alternately into two halves; the correlation of
//! the halves' scores over customers, stepped up by Spearman-Brown (`2r / (1 + r)`), is the reliability
//! of the whole. A negative correlation counts as 0. Halves are taken odd-even rather than early-late,
//! so that a drift does not pass for noise. At reliability rho a median split repeats with probability
//! `1/2 + asin(rho)/pi` (bivariate normal).
//!
//! The correlation is Pearson's of the scores themselves, `1 / (mean gap + 1)` and the reordered share: they are
//! what the rule cuts. Beside it stand that of the halves' normal scores, since a median split knows ranks only and
//! its formula asks for a bivariate normal (migration's ceiling too), and for frequency that of the mean gaps, which
//! measures the few customers who stay away for most of a year more than all others (Complete Journey: .66, where
//! scores and ranks reach .94 and .93).

use super::findings::{Reliabilities, Reliability, ReliabilityBand};
use super::window_scores::STRIDE;
use crate::extract::history::OrderHistory;
use crate::pace::{Cancelled, Pace};
use crate::segments::scores::freq_score;
use crate::stats::correlation::{median_split_agreement, pearson, spearman_brown};
use crate::stats::measured::Measured;
use crate::stats::ranks::normal_scores;

/// Below this many customers a correlation says too little to be shown.
pub const MIN_CUSTOMERS: u64 = 30;

/// Bands of history length, by orders: first, last and label.
const BANDS: [(usize, usize, &str); 5] =
    [(0, 4, "2-4"), (5, 9, "5-9"), (10, 19, "10-19"), (20, 49, "20-49"), (50, usize::MAX, "50+")];

/// Reliability of frequency (odd and even gaps) and loyalty (odd and even orders with lines), for the
/// given customers of the history.
pub async fn reliabilities(history: &OrderHistory, customers: &[u32], pace: &Pace) -> Result<Reliabilities, Cancelled> {
    let mut frequency: [Halves; BANDS.len()] = Default::default();
    let mut loyalty: [Halves; BANDS.len()] = Default::default();
    let mut mean_gaps = Halves::default();
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
            frequency[band].add(freq_score(odd), freq_score(even));
            mean_gaps.add(odd, even);
        }
        let mut lines = Dealt::default();
        for (reordered, basket) in history.baskets(orders) {
            lines.deal(f64::from(reordered), f64::from(basket));
        }
        if let Some((odd, even)) = lines.means() {
            loyalty[band].add(odd, even);
        }
    }
    let mut frequency = summarise(&frequency, "gaps", "two or more known gaps per customer", pace).await?;
    let loyalty = summarise(&loyalty, "orders with lines", "two or more orders with lines per customer", pace).await?;
    if let (Measured::Value(found), Some(value)) = (&mut frequency, mean_gaps.reliability()) {
        found.mean_gap = Measured::Value(value);
    }
    Ok(Reliabilities { frequency, loyalty })
}

fn band_of(orders: usize) -> usize {
    BANDS.iter().position(|&(_, last, _)| orders <= last).unwrap_or(BANDS.len() - 1)
}

async fn summarise(
    bands: &[Halves; BANDS.len()],
    what: &str,
    needs: &str,
    pace: &Pace,
) -> Result<Measured<Reliability>, Cancelled> {
    let mut all = Halves::default();
    for band in bands {
        all.odd.extend_from_slice(&band.odd);
        all.even.extend_from_slice(&band.even);
    }
    let Some(value) = all.reliability() else {
        let reason = if all.customers() < MIN_CUSTOMERS {
            format!("{} customers have {what} in both halves; at least {MIN_CUSTOMERS} are needed", all.customers())
        } else {
            format!("the halves of the {what} do not vary between customers")
        };
        return Ok(Measured::absent(reason, needs));
    };
    let mut by_history = Vec::new();
    for ((_, _, label), halves) in BANDS.iter().zip(bands).filter(|(_, halves)| halves.customers() > 0) {
        pace.tick(1, 1).await?;
        by_history.push(ReliabilityBand {
            orders: (*label).to_owned(),
            customers: halves.customers(),
            value: match halves.reliability() {
                Some(value) => Measured::Value(value),
                None => Measured::absent("too few customers, or no variation, in this band", "more customers"),
            },
        });
    }
    let by_ranks = all.reliability_of_ranks();
    Ok(Measured::Value(Reliability {
        value,
        by_ranks: by_ranks.map_or_else(|| Measured::absent("the ranks do not vary", ""), Measured::Value),
        mean_gap: Measured::absent("the score is not made of gaps", ""),
        customers: all.customers(),
        by_history,
        repeat_probability: median_split_agreement(by_ranks.unwrap_or(value)).agreement,
    }))
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

/// The two half scores of each customer.
#[derive(Clone, Debug, Default)]
struct Halves {
    odd: Vec<f64>,
    even: Vec<f64>,
}

impl Halves {
    fn add(&mut self, odd: f64, even: f64) {
        self.odd.push(odd);
        self.even.push(even);
    }

    fn customers(&self) -> u64 {
        self.odd.len() as u64
    }

    /// Spearman-Brown of the halves' correlation, floored at 0; `None` without variation or with too few customers.
    fn reliability(&self) -> Option<f64> {
        self.stepped_up(&self.odd, &self.even)
    }

    /// The same of their normal scores.
    fn reliability_of_ranks(&self) -> Option<f64> {
        self.stepped_up(&normal_scores(&self.odd), &normal_scores(&self.even))
    }

    fn stepped_up(&self, odd: &[f64], even: &[f64]) -> Option<f64> {
        if self.customers() < MIN_CUSTOMERS {
            return None;
        }
        spearman_brown(pearson(odd, even)?.max(0.0))
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
    fn to_the_ranks_only_the_order_of_customers_counts() {
        let habits = Habits { gap_between: 4.0, gap_within: 4.0, gap: 60.0, ..Habits::default() };
        let (mut halves, mut stretched) = (Halves::default(), Halves::default());
        let history = simulate(500, 11, &habits);
        for c in 0..500 {
            let gaps = &history.days_since_prior[history.orders_of(c)];
            halves.add(gaps[1], gaps[2]);
            stretched.add(freq_score(gaps[1]), freq_score(gaps[2]));
        }
        let (plain, score) = (halves.reliability_of_ranks().unwrap(), stretched.reliability_of_ranks().unwrap());
        assert!((plain - score).abs() < 1e-12, "{plain} {score}");
        assert!(halves.reliability() != stretched.reliability(), "Pearson's r sees the scale");
    }

    #[test]
    fn pearson_of_the_scores_stepped_up_by_hand() {
        // Six orders each: gaps g1..g5, halves (g1, g3, g5) and (g2, g4).
        let history = simulate(40, 3, &Habits { orders: (6, 6), gap_between: 6.0, ..Habits::default() });
        let (mut odd, mut even) = (Vec::new(), Vec::new());
        for c in 0..40 {
            let g = &history.days_since_prior[history.orders_of(c)];
            odd.push(1.0 / ((g[1] + g[3] + g[5]) / 3.0 + 1.0));
            even.push(1.0 / (f64::midpoint(g[2], g[4]) + 1.0));
        }
        let n = 40.0;
        let (a, b) = (odd.iter().sum::<f64>() / n, even.iter().sum::<f64>() / n);
        let sum = |f: &dyn Fn(f64, f64) -> f64| odd.iter().zip(&even).map(|(&x, &y)| f(x - a, y - b)).sum::<f64>();
        let r = sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt();
        let all: Vec<u32> = (0..40).collect();
        let found = block_on(reliabilities(&history, &all, &Pace::unhurried())).unwrap();
        let found = found.frequency.value().unwrap();
        assert!((found.value - 2.0 * r / (1.0 + r)).abs() < 1e-12, "{found:?} {r}");
        let ranks = *found.by_ranks.value().unwrap();
        assert!((found.repeat_probability - (0.5 + libm::asin(ranks) / std::f64::consts::PI)).abs() < 1e-12);
        assert!(found.mean_gap.value().is_some());
    }

    #[test]
    fn a_few_long_absences_move_the_mean_gaps_and_not_the_scores() {
        let habits = Habits { orders: (12, 12), gap: 10.0, gap_between: 3.0, gap_within: 2.0, ..Habits::default() };
        let mut history = simulate(1_000, 11, &habits);
        for c in 0..10 {
            let first = history.orders_of(c).start;
            history.days_since_prior[first + 1] = 400.0;
        }
        let all: Vec<u32> = (0..1_000).collect();
        let found = block_on(reliabilities(&history, &all, &Pace::unhurried())).unwrap();
        let found = found.frequency.value().unwrap();
        let (gaps, ranks) = (*found.mean_gap.value().unwrap(), *found.by_ranks.value().unwrap());
        assert!(gaps < 0.7 && found.value > 0.8 && ranks > 0.8, "{found:?}");
    }

    #[test]
    fn the_order_of_customers_in_the_file_does_not_count() {
        let history = simulate(300, 11, &Habits::default());
        let mut all: Vec<u32> = (0..300).collect();
        let forwards = block_on(reliabilities(&history, &all, &Pace::unhurried())).unwrap();
        all.reverse();
        let backwards = block_on(reliabilities(&history, &all, &Pace::unhurried())).unwrap();
        let value = |found: &Reliabilities| found.loyalty.value().unwrap().value;
        assert!((value(&forwards) - value(&backwards)).abs() < 1e-12);
    }
}
