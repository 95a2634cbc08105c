//! What must not matter: the order of customers, the numbering of products, a longer history elsewhere.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;

use super::migration::migration;
use super::out_of_time::out_of_time;
use super::reliability::reliabilities;
use super::simulate::{Habits, simulate};
use super::timeline::Timeline;
use crate::extract::history::{Line, OrderHistory};
use crate::extract::ids::Ids;
use crate::pace::{Pace, block_on};
use crate::segments::thresholds::TypedThresholds;
use crate::stats::rng::Rng;

/// The same customers in another order.
fn rearranged(history: &OrderHistory, order: &[usize]) -> OrderHistory {
    let mut out = OrderHistory {
        customers: Ids::from_i64((0..order.len() as i64).collect()),
        order_start: vec![0],
        line_start: vec![0],
        days_since_prior: Vec::new(),
        hour: None,
        weekday: None,
        day: history.day.as_ref().map(|_| Vec::new()),
        amount: history.amount.as_ref().map(|_| Vec::new()),
        lines: Vec::new(),
        ..history.clone()
    };
    for &c in order {
        for o in history.orders_of(c) {
            out.days_since_prior.push(history.days_since_prior[o]);
            if let (Some(to), Some(from)) = (&mut out.day, &history.day) {
                to.push(from[o]);
            }
            if let (Some(to), Some(from)) = (&mut out.amount, &history.amount) {
                to.push(from[o]);
            }
            out.lines.extend_from_slice(history.lines_of(o));
            out.line_start.push(out.lines.len() as u32);
        }
        out.order_start.push(out.days_since_prior.len() as u32);
    }
    out.count();
    out
}

/// All figures that use every customer (the others depend on who is held out, which goes by id).
fn figures(history: &OrderHistory) -> Vec<f64> {
    let pace = Pace::unhurried();
    let typed = TypedThresholds::default();
    let all: Vec<u32> = (0..history.customer_count() as u32).collect();
    let mut out = Vec::new();
    let reliability = block_on(reliabilities(history, &all, &pace)).unwrap();
    for score in [&reliability.frequency, &reliability.loyalty] {
        out.push(score.value().map_or(-1.0, |score| score.value));
    }
    let found = block_on(out_of_time(history, &Timeline::of(history), 4, typed, 1, &pace)).unwrap();
    for outcome in found.value().map_or(&[][..], |found| &found.outcomes) {
        out.push(outcome.omega_squared.value().copied().unwrap_or(-1.0));
        out.extend(outcome.means.iter().map(|mean| mean.value().copied().unwrap_or(-1.0)));
    }
    if let Some(found) = block_on(migration(history, 4, typed, 1, &pace)).unwrap().value() {
        out.extend([&found.kappa, &found.ari, &found.agreement].map(|value| value.value().copied().unwrap_or(-1.0)));
        out.extend(found.matrix.iter().flatten().map(|&n| n as f64));
    }
    out
}

fn close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + a.abs()))
}

fn habits(dated: bool, between: f64, within: f64, short: u32) -> Habits {
    Habits {
        dated,
        until: if dated { 400 } else { i32::MAX },
        gap_between: between,
        gap_within: within,
        orders: (short, short + 25),
        ..Habits::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_customers(seed in 0_u64..1_000, dated: bool, between in 0.0..6.0, within in 0.1..9.0, short in 1_u32..12) {
        let history = simulate(120, seed, &habits(dated, between, within, short));
        let mut order: Vec<usize> = (0..120).collect();
        Rng::new(seed).shuffle(&mut order);
        let (before, after) = (figures(&history), figures(&rearranged(&history, &order)));
        prop_assert!(close(&before, &after), "{before:?}\n{after:?}");
    }

    #[test]
    fn the_numbering_of_products(seed in 0_u64..1_000, between in 0.0..6.0) {
        let history = simulate(120, seed, &habits(false, between, 5.0, 8));
        let mut names: Vec<u32> = (0..history.products).collect();
        Rng::new(seed).shuffle(&mut names);
        let mut renamed = history.clone();
        for line in &mut renamed.lines {
            *line = Line::new(names[line.product() as usize], line.reordered());
        }
        prop_assert_eq!(figures(&history), figures(&renamed));
    }

    #[test]
    fn never_nan_whatever_the_history(seed in 0_u64..1_000, dated: bool, customers in 0_usize..80, between in 0.0..2.0, short in 1_u32..6) {
        let history = simulate(customers, seed, &habits(dated, between, 0.0, short));
        prop_assert!(figures(&history).iter().all(|value| value.is_finite()));
    }
}
