//! From one row per customer to the diagnostics that people read.

use crate::pace::{Cancelled, Pace};
use crate::stats::measured::Measured;
use crate::stats::{describe, quantile};

use super::clock::Circle;
use super::correlations::correlations;
use super::diagnostics::Diagnostics;
use super::findings::{Band, EarlyLate, Spread, Summary};

/// All diagnostics but the early-late comparison, which comes ready.
pub(super) async fn summarise(found: &Diagnostics, early_late: EarlyLate, pace: &Pace) -> Result<Summary, Cancelled> {
    let (coverage, avg_basket) = (found.coverage(), found.avg_basket());
    let columns: [(&str, &[f64]); 16] = [
        ("num_orders", &found.orders),
        ("mean_days_between", &found.mean_days),
        ("std_days_between", &found.std_days),
        ("cv_days_between", &found.cv_days),
        ("median_days_between", &found.median_days),
        ("min_days_between", &found.min_days),
        ("max_days_between", &found.max_days),
        ("temporal_span_days", &found.span_days),
        ("mean_hour_circular", &found.mean_hour),
        ("std_hour_circular", &found.std_hour),
        ("mean_dow_circular", &found.mean_weekday),
        ("std_dow_circular", &found.std_weekday),
        ("total_items_purchased", &found.lines),
        ("unique_products", &found.unique_products),
        ("catalog_coverage", &coverage),
        ("avg_basket_size", &avg_basket),
    ];
    let steps = 2 * columns.len() as u64;
    let mut spreads: Vec<Spread> = Vec::with_capacity(columns.len());
    for (done, (name, column)) in columns.iter().enumerate() {
        pace.tick(done as u64, steps).await?;
        spreads.extend(spread(name, column));
    }
    let correlations = if found.customer.len() < 2 {
        Measured::absent("fewer than two customers qualify", "more customers with enough orders")
    } else {
        let metrics: [(&str, &[f64]); 8] = [
            ("num_orders", &found.orders),
            ("mean_days_between", &found.mean_days),
            ("cv_days_between", &found.cv_days),
            ("std_hour_circular", &found.std_hour),
            ("std_dow_circular", &found.std_weekday),
            ("unique_products", &found.unique_products),
            ("catalog_coverage", &coverage),
            ("avg_basket_size", &avg_basket),
        ];
        Measured::Value(correlations(&metrics, &pace.part(1, 2, 2)).await?)
    };
    let of = |name: &str, pick: fn(&Spread) -> Measured<f64>| {
        spreads.iter().find(|spread| spread.name == name).map_or_else(|| absent(name), pick)
    };
    let mean = |name: &str| of(name, |spread| Measured::Value(spread.mean));
    let median = |name: &str| of(name, |spread| Measured::Value(spread.median));
    Ok(Summary {
        customers: found.customer.len() as u64,
        orders: Measured::Value(describe::sum(&found.orders)),
        median_orders: median("num_orders"),
        mean_span_days: mean("temporal_span_days"),
        mean_days_between: mean("mean_days_between"),
        median_cv_days: median("cv_days_between"),
        share_cv_below_1: share_below_1(&found.cv_days),
        mean_hour_circular: mean("mean_hour_circular"),
        std_hour_circular: of("mean_hour_circular", |spread| spread.std.clone()),
        mean_std_hour_circular: mean("std_hour_circular"),
        pooled_mean_hour: pooled(&found.mean_hour, &Circle::hours()),
        mean_std_weekday_circular: mean("std_dow_circular"),
        catalog_size: if found.catalogue > 0 {
            Measured::Value(found.catalogue as f64)
        } else {
            absent("unique_products")
        },
        median_unique_products: median("unique_products"),
        median_catalog_coverage: median("catalog_coverage"),
        median_avg_basket_size: median("avg_basket_size"),
        early_late,
        cv_bands: bands(
            &found.cv_days,
            &[("regular", 0.5), ("moderate", 1.0), ("irregular", 2.0), ("erratic", f64::INFINITY)],
        ),
        hour_bands: bands(&found.std_hour, &[("consistent", 2.0), ("moderate", 4.0), ("variable", f64::INFINITY)]),
        weekday_bands: bands(
            &found.std_weekday,
            &[("consistent", 1.0), ("moderate", 2.0), ("variable", f64::INFINITY)],
        ),
        correlations,
        spreads,
    })
}

/// Share of the customers with a cv whose cv is below 1.
pub(super) fn share_below_1(cv: &[f64]) -> Measured<f64> {
    let known = cv.iter().filter(|cv| cv.is_finite()).count();
    let below = cv.iter().filter(|cv| **cv < 1.0).count();
    if known == 0 { absent("cv_days_between") } else { Measured::Value(below as f64 / known as f64) }
}

/// Mean, spread and range of the values that are not NaN; `None` if there are none.
pub(super) fn spread(name: &str, column: &[f64]) -> Option<Spread> {
    let mut values: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
    let (min, max) = describe::range(&values)?;
    Some(Spread {
        name: name.to_owned(),
        customers: values.len() as u64,
        mean: describe::mean(&values)?,
        std: describe::std(&values, 1)
            .map_or_else(|| Measured::absent("only one customer has a value", ""), Measured::Value),
        min,
        // Selection reorders the values: it comes after the sums, whose order is fixed.
        q25: quantile::select(&mut values, 0.25)?,
        median: quantile::select(&mut values, 0.5)?,
        q75: quantile::select(&mut values, 0.75)?,
        max,
    })
}

/// Customers up to each upper edge, the edge included; empty when nobody has a value.
pub(super) fn bands(column: &[f64], edges: &[(&str, f64)]) -> Vec<Band> {
    let known = column.iter().filter(|value| value.is_finite()).count();
    if known == 0 {
        return Vec::new();
    }
    let mut below = f64::NEG_INFINITY;
    edges
        .iter()
        .map(|&(name, edge)| {
            let customers = column.iter().filter(|value| **value > below && **value <= edge).count() as u64;
            below = edge;
            Band { name: name.to_owned(), customers, share: customers as f64 / known as f64 }
        })
        .collect()
}

/// Direction of the sum of the customers' mean directions, one unit vector each.
fn pooled(means: &[f64], circle: &Circle) -> Measured<f64> {
    let known: Vec<f64> = means.iter().copied().filter(|mean| mean.is_finite()).collect();
    crate::stats::circular::circular(&known, circle.period())
        .and_then(|found| found.mean)
        .map_or_else(|| absent("mean_hour_circular"), Measured::Value)
}

/// Why a diagnostic is missing.
pub(super) fn absent<T>(name: &str) -> Measured<T> {
    let (reason, needs) = match name {
        "mean_hour_circular" | "std_hour_circular" => {
            ("no qualified order has an hour", "an hour column or an order timestamp")
        }
        "std_dow_circular" | "mean_dow_circular" => {
            ("no qualified order has a weekday", "a weekday column or an order timestamp")
        }
        "unique_products" | "catalog_coverage" | "avg_basket_size" => {
            ("no qualified customer has an order line with a product", "order lines with a product")
        }
        "num_orders" => ("no customer has enough orders", "customers with more orders"),
        _ => (
            "no qualified customer has enough known days between orders",
            "order timestamps or days since the prior order",
        ),
    };
    Measured::absent(reason, needs)
}
