//! `truth.json`: what was planted, so that what an analysis finds can be held against it.

use serde::{Deserialize, Serialize};

use super::customer::Customer;
use super::population::Population;
use super::spec::Spec;

/// The planted truth of one extract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// What was asked for.
    pub spec: Spec,
    /// The distributions that customers were drawn from.
    pub population: Population,
    /// What was drawn, per type in the order of `population.types`.
    pub drawn: Vec<Drawn>,
    /// Customers.
    pub customers: u64,
    /// Orders.
    pub orders: u64,
    /// Lines of all orders, the last of each customer included (the star layout leaves those out).
    pub lines: u64,
}

/// The customers drawn from one type; means are over customers of their lasting habits, not of what was observed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// Name of the type.
    pub name: String,
    /// Customers.
    pub customers: u64,
    /// Their share of all customers.
    pub share: f64,
    /// Their orders.
    pub orders: u64,
    /// Their lines.
    pub lines: u64,
    /// Their lines that repeat an earlier purchase.
    pub reordered_lines: u64,
    /// Mean true gap, days.
    pub mean_gap_days: f64,
    /// Mean true log odds to buy again.
    pub mean_repeat: f64,
    /// Mean true lines per order.
    pub mean_basket: f64,
    /// Mean true hour.
    pub mean_hour: f64,
}

impl Truth {
    /// Nothing drawn yet.
    pub(super) fn new(spec: Spec, population: Population) -> Self {
        let drawn = population.types.iter().map(|kind| Drawn { name: kind.name.clone(), ..Drawn::default() }).collect();
        Self { spec, population, drawn, customers: 0, orders: 0, lines: 0 }
    }

    /// Counts a customer; means hold sums until [`Truth::finish`].
    pub(super) fn add(&mut self, customer: &Customer) {
        let (orders, lines) = (customer.orders.len() as u64, customer.lines.len() as u64);
        self.customers += 1;
        self.orders += orders;
        self.lines += lines;
        if let Some(drawn) = self.drawn.get_mut(customer.habits.kind) {
            drawn.customers += 1;
            drawn.orders += orders;
            drawn.lines += lines;
            drawn.reordered_lines += customer.lines.iter().filter(|line| line.reordered).count() as u64;
            drawn.mean_gap_days += customer.habits.gap_days;
            drawn.mean_repeat += customer.habits.repeat;
            drawn.mean_basket += customer.habits.basket;
            drawn.mean_hour += customer.habits.hour;
        }
    }

    /// Turns sums into means.
    pub(super) fn finish(mut self) -> Self {
        for drawn in &mut self.drawn {
            let customers = drawn.customers.max(1) as f64;
            drawn.share = drawn.customers as f64 / self.customers.max(1) as f64;
            for mean in [&mut drawn.mean_gap_days, &mut drawn.mean_repeat, &mut drawn.mean_basket, &mut drawn.mean_hour]
            {
                *mean /= customers;
            }
        }
        self
    }
}
