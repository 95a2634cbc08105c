//! The assessment: diagnostics, gates, and the canonical project's own logic beside ours.

use crate::extract::findings::ExtractFindings;
use crate::extract::history::{CustomerTable, OrderHistory};
use crate::pace::{Cancelled, Pace};
use crate::stats::measured::Measured;

use super::diagnostics::{Diagnostics, diagnose};
use super::findings::{CanonicalDecision, CanonicalGates, Gate, OrderCountThreshold, ReadinessFindings, Summary};
use super::gates::judge;
use super::stability::{b_prime, early_late, nobody};
use super::summary::{absent, bands, share_below_1, spread, summarise};

/// The order counts that are always shown.
const SHOWN_MINIMA: [u32; 4] = [3, 5, 7, 10];
/// Canonical limits: volume, depth, A, B.
const CANONICAL: (f64, f64, f64, f64) = (1_000.0, 0.70, 0.70, 0.50);

/// Assesses an order history. `seed` only moves the permutation reference of gate B'.
pub async fn assess(
    history: &OrderHistory,
    extract: &ExtractFindings,
    min_orders: u32,
    seed: u64,
    pace: &Pace,
) -> Result<ReadinessFindings, Cancelled> {
    let found = diagnose(history, min_orders, &pace.part(0, 6, 10)).await?;
    let halves = early_late(history, &found.customer, seed, &pace.part(6, 8, 10)).await?;
    let ratio = b_prime(&halves);
    let counts: Vec<u32> = history.order_start.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let customers = counts.len();
    let qualified = found.customer.len();
    let depth = if customers == 0 {
        Measured::absent("the extract has no customers", "orders with a customer")
    } else {
        Measured::Value(qualified as f64 / customers as f64)
    };
    let cap = cap_mass(&found);
    let largest = found.largest_gap;
    let summary = summarise(&found, halves, &pace.part(8, 10, 10)).await?;
    let gates = [
        integrity(extract),
        judge("volume", Measured::Value(qualified as f64), format!("Customers with at least {min_orders} orders.")),
        judge(
            "depth",
            depth.clone(),
            format!("Share of all {customers} customers who have at least {min_orders} orders."),
        ),
        judge(
            "stability_a",
            summary.share_cv_below_1.clone(),
            "cv = standard deviation / mean of a customer's days between orders.",
        ),
        judge(
            "stability_b",
            summary.early_late.share_within_25pct.clone(),
            format!("{} customers have at least 6 gaps.", summary.early_late.customers),
        ),
        judge(
            "stability_b_prime",
            ratio,
            "Median |ln(late mean / early mean)| over the same after permuting each customer's gaps; 1 means no trend.",
        ),
        judge(
            "cap_mass",
            cap,
            if largest.is_finite() { format!("The largest gap is {largest} days.") } else { String::new() },
        ),
        judge("sparsity", summary.median_catalog_coverage.clone(), "Share of the products bought by anyone qualified."),
    ];
    Ok(ReadinessFindings {
        canonical: canonical(&depth, qualified, &summary.share_cv_below_1, &summary.early_late.share_within_25pct),
        gates: gates.into_iter().flatten().collect(),
        order_count_thresholds: order_counts(&counts, min_orders),
        summary,
    })
}

/// Assesses a customer-level file: what needs the orders themselves is not measured.
pub fn assess_customers(table: &CustomerTable, extract: &ExtractFindings, min_orders: u32) -> ReadinessFindings {
    const NEEDS: &str = "the orders and order lines behind the customer-level file";
    let customers = table.customers.len();
    let counts: Option<Vec<u32>> = table
        .orders
        .as_ref()
        .map(|orders| orders.iter().map(|&n| if n.is_finite() { n.max(0.0) as u32 } else { 0 }).collect());
    let qualifies = |c: usize| counts.as_ref().is_none_or(|counts| counts.get(c).is_some_and(|&n| n >= min_orders));
    let qualified = (0..customers).filter(|&c| qualifies(c)).count();
    let given = |name: &str| -> Vec<f64> {
        let column = table.behavioural.iter().find(|(other, _)| other == name).map(|(_, column)| column);
        column.map_or_else(Vec::new, |column| {
            (0..customers).filter(|&c| qualifies(c)).filter_map(|c| column.get(c).copied()).collect()
        })
    };
    let not_here = |reason: &str| Measured::absent(reason, NEEDS);
    let depth = match &counts {
        Some(_) if customers > 0 => Measured::Value(qualified as f64 / customers as f64),
        _ => Measured::absent(
            "the customer-level file does not say how many orders a customer has",
            "an order count column",
        ),
    };
    let cv = given("cv_days_between_orders");
    let share_cv = if cv.iter().any(|cv| cv.is_finite()) {
        share_below_1(&cv)
    } else {
        not_here("a customer-level file has no single gaps")
    };
    let halves = nobody("a customer-level file has no early and late half", NEEDS);
    let figure = |name: &str, shown: &str| spread(shown, &given(name));
    let orders: Vec<f64> =
        counts.iter().flatten().map(|&n| f64::from(n)).filter(|&n| n >= f64::from(min_orders)).collect();
    let spreads: Vec<_> = [
        spread("num_orders", &orders),
        figure("mean_days_between_orders", "mean_days_between"),
        figure("cv_days_between_orders", "cv_days_between"),
        figure("unique_products", "unique_products"),
        figure("avg_basket_size", "avg_basket_size"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let of = |name: &str, mean: bool| {
        let found = spreads.iter().find(|spread| spread.name == name);
        found.map_or_else(
            || not_here("the customer-level file has no such column"),
            |spread| Measured::Value(if mean { spread.mean } else { spread.median }),
        )
    };
    let clock = || not_here("a customer-level file has no hours and weekdays of single orders");
    let catalogue = || not_here("a customer-level file has no products");
    let summary = Summary {
        customers: qualified as u64,
        orders: if orders.is_empty() { absent("num_orders") } else { Measured::Value(orders.iter().sum()) },
        median_orders: of("num_orders", false),
        mean_span_days: not_here("a customer-level file has no first and last order"),
        mean_days_between: of("mean_days_between", true),
        median_cv_days: of("cv_days_between", false),
        share_cv_below_1: share_cv.clone(),
        mean_hour_circular: clock(),
        std_hour_circular: clock(),
        mean_std_hour_circular: clock(),
        pooled_mean_hour: clock(),
        mean_std_weekday_circular: clock(),
        catalog_size: catalogue(),
        median_unique_products: of("unique_products", false),
        median_catalog_coverage: catalogue(),
        median_avg_basket_size: of("avg_basket_size", false),
        cv_bands: bands(&cv, &[("regular", 0.5), ("moderate", 1.0), ("irregular", 2.0), ("erratic", f64::INFINITY)]),
        hour_bands: Vec::new(),
        weekday_bands: Vec::new(),
        spreads,
        correlations: Measured::absent("a customer-level file lacks some of the eight metrics", NEEDS),
        early_late: halves,
    };
    let gates = [
        integrity(extract),
        judge(
            "volume",
            Measured::Value(qualified as f64),
            if counts.is_some() {
                format!("Customers with at least {min_orders} orders.")
            } else {
                "Rows of the customer-level file; it does not say how many orders each customer has.".to_owned()
            },
        ),
        judge("depth", depth.clone(), "Share of the file's customers; those left out before are not in it."),
        judge("stability_a", share_cv.clone(), ""),
        judge("stability_b", summary.early_late.share_within_25pct.clone(), ""),
        judge("stability_b_prime", summary.early_late.median_log_ratio.clone(), ""),
        judge("cap_mass", not_here("a customer-level file has no single gaps"), ""),
        judge("sparsity", summary.median_catalog_coverage.clone(), ""),
    ];
    ReadinessFindings {
        canonical: canonical(&depth, qualified, &share_cv, &summary.early_late.share_within_25pct),
        gates: gates.into_iter().flatten().collect(),
        order_count_thresholds: counts.map_or_else(Vec::new, |counts| order_counts(&counts, min_orders)),
        summary,
    }
}

/// The larger of two shares: rows with a broken key or join among all rows, and orders without a gap among the orders
/// that should have one (a damaged timing column must not drown in millions of sound order lines).
fn integrity(extract: &ExtractFindings) -> Option<Gate> {
    let found = &extract.integrity;
    let broken = found.null_keys + found.duplicate_keys + found.orphan_lines + found.unknown_products;
    let due = extract.orders.saturating_sub(extract.customers);
    let value = if found.rows == 0 {
        Measured::absent("no row was read", "a file with rows")
    } else {
        let rows = broken as f64 / found.rows as f64;
        let gaps = if due == 0 { 0.0 } else { found.missing_gaps as f64 / due as f64 };
        Measured::Value(rows.max(gaps))
    };
    judge(
        "integrity",
        value,
        format!(
            "{} rows without key, {} repeated keys, {} lines without order, {} lines with unknown product, \
             {} orders without gap.",
            found.null_keys, found.duplicate_keys, found.orphan_lines, found.unknown_products, found.missing_gaps
        ),
    )
}

/// Share of the known gaps that equal the largest one.
fn cap_mass(found: &Diagnostics) -> Measured<f64> {
    if found.gaps == 0 {
        return absent("mean_days_between");
    }
    Measured::Value(found.gaps_at_largest as f64 / found.gaps as f64)
}

/// What each minimum would keep: the four that are always shown and the one in use.
fn order_counts(counts: &[u32], min_orders: u32) -> Vec<OrderCountThreshold> {
    let all: u64 = counts.iter().map(|&n| u64::from(n)).sum();
    if all == 0 {
        return Vec::new();
    }
    let mut minima = SHOWN_MINIMA.to_vec();
    minima.push(min_orders);
    minima.sort_unstable();
    minima.dedup();
    minima
        .into_iter()
        .map(|min_orders| {
            let kept = || counts.iter().filter(|&&n| n >= min_orders);
            let customers = kept().count() as u64;
            let orders: u64 = kept().map(|&n| u64::from(n)).sum();
            OrderCountThreshold {
                min_orders,
                customers,
                customers_share: customers as f64 / counts.len() as f64,
                orders_share: orders as f64 / all as f64,
            }
        })
        .collect()
}

/// depth and volume and A and B, exactly as the original decided; not measured if one of them is not.
fn canonical(
    depth: &Measured<f64>,
    qualified: usize,
    share_cv: &Measured<f64>,
    share_steady: &Measured<f64>,
) -> CanonicalGates {
    let at_least = |value: &Measured<f64>, limit: f64| value.clone().map(|value| value >= limit);
    let gates = [
        at_least(depth, CANONICAL.1),
        Measured::Value(qualified as f64 >= CANONICAL.0),
        at_least(share_cv, CANONICAL.2),
        at_least(share_steady, CANONICAL.3),
    ];
    let decision = match gates.iter().find_map(Measured::missing) {
        Some(missing) => Measured::NotMeasured(missing.clone()),
        None if gates.iter().all(|gate| gate.value() == Some(&true)) => Measured::Value(CanonicalDecision::Go),
        None => Measured::Value(CanonicalDecision::NoGo),
    };
    let [depth, volume, stability_a, stability_b] = gates;
    CanonicalGates { depth, volume, stability_a, stability_b, decision }
}
