//! A customer's features as the canonical definitions give them, for the customer-level layout.
//!
//! Written apart from the features room on purpose: two roads to the same numbers check each other in the tests.

use super::basket::Line;
use super::catalogue::{AISLES, Catalogue};
use super::customer::{Customer, Order};

/// Names of the columns, in order.
pub(super) const COLUMNS: [&str; 15] = [
    "reorder_ratio",
    "reorder_consistency",
    "pct_reordered_products",
    "mean_days_between_orders",
    "cv_days_between_orders",
    "mean_order_hour",
    "std_order_hour",
    "avg_basket_size",
    "std_basket_size",
    "min_basket_size",
    "max_basket_size",
    "basket_size_cv",
    "unique_products",
    "unique_aisles",
    "aisle_entropy",
];

/// The columns of [`COLUMNS`] for one customer; the last order counts for timing only, as in the star layout.
pub(super) fn features(customer: &Customer, catalogue: &Catalogue) -> [f64; COLUMNS.len()] {
    let orders = &customer.orders;
    let shopped = &orders[..orders.len() - 1];
    let lines = &customer.lines[..shopped.last().map_or(0, |order| order.lines.end)];
    let total = lines.len() as f64;

    let gaps: Vec<f64> = orders.iter().filter_map(Order::capped_gap).collect();
    let hours: Vec<f64> = orders.iter().map(|order| f64::from(order.hour)).collect();
    let baskets: Vec<f64> = shopped.iter().map(|order| order.lines.len() as f64).collect();
    let ratios: Vec<f64> = shopped
        .iter()
        .map(|order| reordered(&customer.lines[order.lines.clone()]) / order.lines.len() as f64)
        .collect();

    let mut distinct: Vec<(u32, bool)> = lines.iter().map(|line| (line.product, line.reordered)).collect();
    distinct.sort_unstable();
    let reordered_products = distinct.chunk_by(|a, b| a.0 == b.0).filter(|run| run.iter().any(|p| p.1)).count();
    let products = distinct.chunk_by(|a, b| a.0 == b.0).count();
    let mut by_aisle = [0_u32; AISLES];
    for line in lines {
        by_aisle[usize::from(catalogue.aisle_of[line.product as usize])] += 1;
    }
    let entropy: f64 =
        by_aisle.iter().filter(|&&n| n > 0).map(|&n| f64::from(n) / total).map(|p| -p * libm::log2(p)).sum();

    let basket = total / orders.len() as f64;
    [
        reordered(lines) / total,
        deviation(&ratios),
        reordered_products as f64 / products as f64,
        mean(&gaps),
        deviation(&gaps) / mean(&gaps),
        mean(&hours),
        deviation(&hours),
        basket,
        deviation(&baskets),
        baskets.iter().copied().fold(f64::INFINITY, f64::min),
        baskets.iter().copied().fold(0.0, f64::max),
        deviation(&baskets) / basket,
        products as f64,
        by_aisle.iter().filter(|&&n| n > 0).count() as f64,
        entropy,
    ]
}

fn reordered(lines: &[Line]) -> f64 {
    lines.iter().filter(|line| line.reordered).count() as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Standard deviation with n - 1.
fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (values.len() as f64 - 1.0)).sqrt()
}
