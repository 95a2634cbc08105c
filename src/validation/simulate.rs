//! Histories with planted truth, for the tests of this room.
//!
//! Gaps are the customer's mean plus independent noise; each line is a reorder with the customer's
//! propensity. Both traits are drawn once per customer, so that the reliability of `n` gaps is
//! `between² / (between² + within² / n)` by construction.

use crate::extract::history::{Category, Line, OrderHistory};
use crate::extract::ids::Ids;
use crate::stats::rng::Rng;

/// How the simulated customers behave.
#[derive(Clone, Debug)]
pub(super) struct Habits {
    /// Orders of a customer: uniform between these two, inclusive.
    pub(super) orders: (u32, u32),
    /// Mean gap over customers, days.
    pub(super) gap: f64,
    /// Standard deviation of the customers' mean gaps.
    pub(super) gap_between: f64,
    /// Standard deviation of a customer's gaps about their mean.
    pub(super) gap_within: f64,
    /// Mean propensity to reorder.
    pub(super) loyalty: f64,
    /// Standard deviation of the propensity over customers.
    pub(super) loyalty_between: f64,
    /// Lines per order.
    pub(super) lines: u32,
    /// Correlation of the two traits.
    pub(super) rho: f64,
    /// Draw both traits anew for every order: nothing about a customer lasts.
    pub(super) forgetful: bool,
    /// Orders bear dates.
    pub(super) dated: bool,
    /// Nothing is recorded after this day (the first orders lie in days 0..20).
    pub(super) until: i32,
    /// The last order of each customer has no lines.
    pub(super) last_without_lines: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            orders: (8, 30),
            gap: 15.0,
            gap_between: 5.0,
            gap_within: 5.0,
            loyalty: 0.5,
            loyalty_between: 0.15,
            lines: 8,
            rho: 0.0,
            forgetful: false,
            dated: false,
            until: i32::MAX,
            last_without_lines: false,
        }
    }
}

/// Products are numbered per customer: 1,000 in 10 categories.
const PRODUCTS: u32 = 1_000;

pub(super) fn simulate(customers: usize, seed: u64, habits: &Habits) -> OrderHistory {
    let mut rng = Rng::stream(seed, "simulate");
    let mut history = OrderHistory {
        customers: Ids::from_i64((0..customers as i64).collect()),
        order_start: vec![0],
        line_start: vec![0],
        hour: Some(Vec::new()),
        weekday: Some(Vec::new()),
        day: habits.dated.then(Vec::new),
        amount: habits.dated.then(Vec::new),
        products: PRODUCTS,
        product_category: (0..PRODUCTS).map(|product| (product % 10) as u16).collect(),
        categories: (0..10).map(|i| Category { id: None, name: format!("c{i}") }).collect(),
        ..OrderHistory::default()
    };
    for _ in 0..customers {
        customer(&mut history, &mut rng, habits);
    }
    history.count();
    history
}

fn traits(rng: &mut Rng, habits: &Habits) -> (f64, f64) {
    let (a, b) = (rng.normal(), rng.normal());
    let other = habits.rho * a + (1.0 - habits.rho * habits.rho).sqrt() * b;
    // A short gap goes with a high loyalty where rho > 0.
    (habits.gap - habits.gap_between * a, (habits.loyalty + habits.loyalty_between * other).clamp(0.0, 1.0))
}

fn customer(history: &mut OrderHistory, rng: &mut Rng, habits: &Habits) {
    let (low, high) = habits.orders;
    let orders = low + rng.below(u64::from(high - low) + 1) as u32;
    let (mut mean, mut propensity) = traits(rng, habits);
    let mut bought: Vec<u32> = Vec::new();
    let mut today = rng.below(20) as i32;
    for order in 0..orders {
        if habits.forgetful {
            (mean, propensity) = traits(rng, habits);
        }
        // Dated gaps are whole days; the others may be any number, so that closed forms hold exactly.
        let drawn = mean + habits.gap_within * rng.normal();
        let gap = if habits.dated { drawn.round().max(0.0) } else { drawn };
        if order > 0 {
            today += gap as i32;
        }
        if today > habits.until {
            break;
        }
        history.days_since_prior.push(if order == 0 { f64::NAN } else { gap });
        if let Some(hours) = &mut history.hour {
            hours.push(8 + rng.below(12) as u8);
        }
        if let Some(weekdays) = &mut history.weekday {
            weekdays.push(rng.below(7) as u8);
        }
        if let Some(days) = &mut history.day {
            days.push(today);
        }
        if let Some(amounts) = &mut history.amount {
            amounts.push(10.0 + rng.uniform());
        }
        if !(habits.last_without_lines && order + 1 == orders) {
            basket(history, rng, habits, propensity, &mut bought);
        }
        history.line_start.push(history.lines.len() as u32);
    }
    history.order_start.push(history.line_start.len() as u32 - 1);
}

fn basket(history: &mut OrderHistory, rng: &mut Rng, habits: &Habits, propensity: f64, bought: &mut Vec<u32>) {
    let known = bought.len();
    let mut lines: Vec<Line> = Vec::new();
    let mut again: Vec<u32> = rng.sample(known, habits.lines as usize).into_iter().map(|i| bought[i]).collect();
    for _ in 0..habits.lines {
        let reorder = rng.chance(propensity);
        match again.pop() {
            Some(product) if reorder => lines.push(Line::new(product, true)),
            _ => {
                let next = bought.len() as u32;
                if next < PRODUCTS {
                    bought.push(next);
                    lines.push(Line::new(next, false));
                }
            }
        }
    }
    history.lines.extend(lines);
}
