//! One row of diagnostics per qualified customer, in one pass over the history.

use crate::extract::history::{NO_CLOCK, OrderHistory};
use crate::pace::{Cancelled, Pace};
use crate::stats::{describe, quantile};

use super::clock::{Circle, CircularSum};

/// Customers between two looks at the clock.
const STRIDE: usize = 1_000;

/// Columns over the qualified customers; NaN where a customer has no value.
#[derive(Debug, Default)]
pub(super) struct Diagnostics {
    /// Index of the customer in the history.
    pub(super) customer: Vec<u32>,
    pub(super) orders: Vec<f64>,
    pub(super) mean_days: Vec<f64>,
    pub(super) std_days: Vec<f64>,
    pub(super) cv_days: Vec<f64>,
    pub(super) median_days: Vec<f64>,
    pub(super) min_days: Vec<f64>,
    pub(super) max_days: Vec<f64>,
    pub(super) span_days: Vec<f64>,
    pub(super) mean_hour: Vec<f64>,
    pub(super) std_hour: Vec<f64>,
    pub(super) mean_weekday: Vec<f64>,
    pub(super) std_weekday: Vec<f64>,
    pub(super) lines: Vec<f64>,
    pub(super) unique_products: Vec<f64>,
    /// Products that anyone qualified bought.
    pub(super) catalogue: u64,
    /// Known gaps of the qualified customers.
    pub(super) gaps: u64,
    /// The largest of them.
    pub(super) largest_gap: f64,
    /// How many equal it.
    pub(super) gaps_at_largest: u64,
}

/// Looks at every customer with at least `min_orders` orders.
pub(super) async fn diagnose(history: &OrderHistory, min_orders: u32, pace: &Pace) -> Result<Diagnostics, Cancelled> {
    let mut out = Diagnostics { largest_gap: f64::NEG_INFINITY, ..Diagnostics::default() };
    let (hours, weekdays) = (Circle::hours(), Circle::weekdays());
    let mut gaps: Vec<f64> = Vec::new();
    let customers = history.customer_count();
    for c in 0..customers {
        if c % STRIDE == 0 {
            pace.tick(c as u64, customers as u64).await?;
        }
        let orders = history.orders_of(c);
        if orders.len() < min_orders as usize {
            continue;
        }
        out.customer.push(c as u32);
        out.orders.push(orders.len() as f64);
        gaps.clear();
        gaps.extend(history.days_since_prior[orders.clone()].iter().filter(|gap| gap.is_finite()));
        out.push_gaps(&mut gaps);
        let clock = |column: &Option<Vec<u8>>, circle: &Circle| {
            let mut sum = CircularSum::default();
            for &step in column.iter().flat_map(|steps| &steps[orders.clone()]).filter(|&&step| step != NO_CLOCK) {
                sum.add(circle, step);
            }
            sum.mean_and_std(circle)
        };
        let (mean, std) = clock(&history.hour, &hours);
        out.mean_hour.push(mean);
        out.std_hour.push(std);
        let (mean, std) = clock(&history.weekday, &weekdays);
        out.mean_weekday.push(mean);
        out.std_weekday.push(std);
        let lines = history.line_start[orders.end] - history.line_start[orders.start];
        let known = |value: u32| if lines > 0 { f64::from(value) } else { f64::NAN };
        out.lines.push(known(lines));
        out.unique_products.push(if history.products > 0 { known(history.bought[c].products) } else { f64::NAN });
    }
    out.catalogue = history.products_bought(min_orders) as u64;
    Ok(out)
}

impl Diagnostics {
    /// Takes the known gaps of one customer in order; reorders them.
    fn push_gaps(&mut self, gaps: &mut [f64]) {
        for &gap in gaps.iter() {
            if gap > self.largest_gap {
                self.largest_gap = gap;
                self.gaps_at_largest = 0;
            }
            self.gaps_at_largest += u64::from(gap >= self.largest_gap);
        }
        self.gaps += gaps.len() as u64;
        let missing = f64::NAN;
        let mean = describe::mean(gaps).unwrap_or(missing);
        let std = describe::std(gaps, 1).unwrap_or(missing);
        let (min, max) = describe::range(gaps).unwrap_or((missing, missing));
        self.mean_days.push(mean);
        self.std_days.push(std);
        self.cv_days.push(if mean == 0.0 { missing } else { std / mean });
        self.min_days.push(min);
        self.max_days.push(max);
        self.span_days.push(if gaps.is_empty() { missing } else { describe::sum(gaps) });
        self.median_days.push(quantile::select(gaps, 0.5).unwrap_or(missing));
    }

    /// Lines per order, all orders counted.
    pub(super) fn avg_basket(&self) -> Vec<f64> {
        self.lines.iter().zip(&self.orders).map(|(lines, orders)| lines / orders).collect()
    }

    /// Share of the bought catalogue per customer.
    pub(super) fn coverage(&self) -> Vec<f64> {
        let catalogue = self.catalogue as f64;
        self.unique_products.iter().map(|unique| unique / catalogue).collect()
    }
}
