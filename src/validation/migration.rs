//! Do customers keep their segment from the earlier to the later part of their history?
//!
//! Thresholds are re-derived in each part: the reordered share of *everyone* grows with the history
//! behind an order, and that is no migration. Frozen thresholds, which monitoring uses, are reported
//! beside it.

use super::cut::Window;
use super::findings::Migration;
use super::reliability::{MIN_CUSTOMERS, reliabilities};
use super::timeline::{iso_date, period};
use super::window_scores::{WindowScores, window_scores};
use crate::extract::history::OrderHistory;
use crate::pace::{Cancelled, Pace};
use crate::segments::findings::Segment;
use crate::segments::thresholds::TypedThresholds;
use crate::stats::ari::adjusted_rand_index;
use crate::stats::kappa::{Transition, transition};
use crate::stats::measured::Measured;
use crate::stats::rng::Rng;

/// Simulated customers behind the ceiling: its standard error is below .003.
const CEILING_DRAWS: u32 = 100_000;

/// Segments in two parts of the history: halves of the period given dates, halves of each customer's
/// orders otherwise. Customers need `min_orders` orders in both.
pub async fn migration(
    history: &OrderHistory,
    min_orders: u32,
    typed: TypedThresholds,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<Migration>, Cancelled> {
    let (early, late, description) = parts(history);
    let early = window_scores(history, &early, min_orders, &pace.part(0, 1, 4)).await?;
    let late = window_scores(history, &late, min_orders, &pace.part(1, 2, 4)).await?;
    let (early, late) = common(&early, &late);
    let n = early.len() as u64;
    let segments = early.segment(typed).zip(late.segment(typed));
    let (Some(((before, frozen), (after, _))), true) = (segments, n >= MIN_CUSTOMERS) else {
        return Ok(Measured::absent(
            format!("{n} customers have {min_orders} orders, with lines, in both parts; {MIN_CUSTOMERS} are needed"),
            "longer histories",
        ));
    };
    let Some(moved) = cross(&before, &after) else {
        return Ok(Measured::absent("no customer stands in both parts", "longer histories"));
    };
    let with_frozen = cross(&before, &late.segment_at(frozen));
    let reliability = reliabilities(history, &early.customers, &pace.part(2, 3, 4)).await?;
    // The simulation is one of normal scores, so it takes the reliability of ranks.
    let halves = reliability.frequency.value().zip(reliability.loyalty.value());
    let halves = halves.and_then(|(f, l)| f.by_ranks.value().copied().zip(l.by_ranks.value().copied()));
    let kappa_ceiling = match (halves, super::coupling::tetrachoric(&before)) {
        (Some((f, l)), Some(axes)) => kappa(ceiling(unstep(f), unstep(l), axes, seed).as_ref()),
        _ => Measured::absent("the reliability of both scores is not known for these customers", "longer histories"),
    };
    pace.tick(4, 4).await?;
    let share = |value: Option<f64>| Measured::finite(value.unwrap_or(f64::NAN), "no customer stands in both parts");
    Ok(Measured::Value(Migration {
        description,
        customers: n,
        kappa: kappa(Some(&moved)),
        ari: share(adjusted_rand_index(&before, &after)),
        agreement: share(Some(moved.agreement)),
        kappa_ceiling,
        kappa_frozen: kappa(with_frozen.as_ref()),
        agreement_frozen: share(with_frozen.map(|found| found.agreement)),
        matrix: moved.matrix,
    }))
}

fn parts(history: &OrderHistory) -> (Window, Window, String) {
    let whole = Window::whole(history);
    if let (Some((start, end)), Some(days)) = (period(history), &history.day) {
        let middle = start + (end - start) / 2;
        let (early, late) = whole.split_after_day(days, middle);
        let text =
            format!("Orders up to {} against the orders after it, thresholds re-derived in each.", iso_date(middle));
        (early, late, text)
    } else {
        let (early, late) = whole.halves();
        let text = "The first half of each customer's orders against the second half, thresholds re-derived in each.";
        (early, late, text.to_owned())
    }
}

/// The rows of the customers who stand in both, in the same order.
fn common(a: &WindowScores, b: &WindowScores) -> (WindowScores, WindowScores) {
    let is_in = |scores: &WindowScores, c: u32| scores.customers.binary_search(&c).is_ok();
    (a.filter(|c| is_in(b, c)), b.filter(|c| is_in(a, c)))
}

fn cross(before: &[Segment], after: &[Segment]) -> Option<Transition> {
    let number = |labels: &[Segment]| -> Vec<u8> { labels.iter().map(|&label| label as u8).collect() };
    transition(&number(before), &number(after), Segment::ALL.len())
}

fn kappa(transition: Option<&Transition>) -> Measured<f64> {
    let constant = "all customers are in one segment in both parts";
    Measured::finite(transition.and_then(|found| found.kappa).unwrap_or(f64::NAN), constant)
}

/// Correlation of two halves whose stepped-up reliability is `rho`: the inverse of Spearman-Brown.
fn unstep(rho: f64) -> f64 {
    rho / (2.0 - rho)
}

/// Where customers would stand if nobody changed and only the scores' noise moved them.
///
/// Bivariate normal traits; scores of one part have reliability `r_frequency`, `r_loyalty`, and the axes
/// correlate at `axes` within a part (held to what those reliabilities allow). Cuts at the medians.
fn ceiling(r_frequency: f64, r_loyalty: f64, axes: f64, seed: u64) -> Option<Transition> {
    let (rf, rl) = (r_frequency.clamp(0.0, 1.0), r_loyalty.clamp(0.0, 1.0));
    let (tf, tl) = (rf.sqrt(), rl.sqrt());
    // Errors of the two axes are taken as independent, so that the axes' correlation is one of the traits.
    let most = tf * tl;
    let rho = if most > 0.0 { (axes / most).clamp(-1.0, 1.0) } else { 0.0 };
    let (ef, el) = ((1.0 - rf).sqrt(), (1.0 - rl).sqrt());
    let rest = (1.0 - rho * rho).sqrt();
    let mut rng = Rng::stream(seed, "migration_ceiling");
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for _ in 0..CEILING_DRAWS {
        let (a, b) = (rng.normal(), rng.normal());
        let (f, l) = (tf * a, tl * (rho * a + rest * b));
        let mut part = || Segment::of(f + ef * rng.normal() >= 0.0, l + el * rng.normal() >= 0.0);
        before.push(part());
        after.push(part());
    }
    cross(&before, &after)
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::*;
    use crate::pace::block_on;

    fn found(history: &OrderHistory) -> Measured<Migration> {
        block_on(migration(history, 5, TypedThresholds::default(), 1, &Pace::unhurried())).unwrap()
    }

    #[test]
    fn the_ceiling_is_that_of_the_published_simulation() {
        // STATISTICS.md: both axes keep their side for .56/.64/.74 at reliability .7/.8/.9, true r .51.
        for (rho, kept) in [(0.7, 0.56), (0.8, 0.64), (0.9, 0.74)] {
            let share = ceiling(rho, rho, 0.51 * rho, 3).unwrap().agreement;
            assert!((share - kept).abs() < 0.011, "{share} against {kept}");
        }
        let kappa = |r, axes| ceiling(r, r, axes, 3).unwrap().kappa.unwrap();
        assert!((kappa(1.0, 0.3) - 1.0).abs() < 1e-12);
        assert!(kappa(0.0, 0.0).abs() < 0.01);
    }

    #[test]
    fn unchanging_customers_reach_the_ceiling_and_no_more() {
        let habits =
            Habits { orders: (20, 20), gap: 60.0, gap_within: 12.0, loyalty_between: 0.2, ..Habits::default() };
        let found = found(&simulate(12_000, 8, &habits));
        let found = found.value().unwrap();
        assert_eq!(found.customers, 12_000);
        let (kappa, ceiling) = (*found.kappa.value().unwrap(), *found.kappa_ceiling.value().unwrap());
        assert!((kappa - ceiling).abs() < 0.05, "{kappa} against {ceiling}");
        assert_eq!(found.matrix.iter().flatten().sum::<u64>(), 12_000);
    }

    #[test]
    fn forgetful_customers_migrate_at_random() {
        let habits = Habits { forgetful: true, orders: (12, 30), ..Habits::default() };
        let found = found(&simulate(5_000, 8, &habits));
        let kappa = *found.value().unwrap().kappa.value().unwrap();
        assert!(kappa.abs() < 0.04, "{kappa}");
    }

    #[test]
    fn a_drift_of_everyone_is_no_migration_but_shows_when_frozen() {
        let mut history = simulate(3_000, 8, &Habits { orders: (20, 20), gap_within: 2.0, ..Habits::default() });
        let steady = found(&history);
        for c in 0..3_000 {
            for order in history.orders_of(c).skip(10) {
                history.days_since_prior[order] *= 2.0;
            }
        }
        let slower = found(&history);
        let (steady, slower) = (steady.value().unwrap(), slower.value().unwrap());
        assert_eq!(steady.kappa, slower.kappa);
        assert!(slower.kappa_frozen.value() < steady.kappa_frozen.value());
    }

    #[test]
    fn dates_cut_at_the_middle_of_the_period() {
        let history = simulate(400, 8, &Habits { dated: true, orders: (30, 60), gap: 8.0, ..Habits::default() });
        let found = found(&history);
        assert!(found.value().unwrap().description.contains("Orders up to 19"), "{found:?}");
    }

    #[test]
    fn short_histories_are_a_reason() {
        let missing = found(&simulate(500, 8, &Habits { orders: (5, 9), ..Habits::default() }));
        assert!(missing.missing().unwrap().reason.contains("0 customers"));
        assert!(found(&OrderHistory::default()).missing().is_some());
    }
}
