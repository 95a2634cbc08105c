//! A feature table from a customer-level file: what is given is used, what is not is said.

use crate::extract::history::CustomerTable;
use crate::stats::measured::NotMeasured;

use super::catalogue::Behavioural;
use super::impute::impute;
use super::table::{Excluded, FeatureTable, Shares};

/// Takes the features of a customer-level file as they are.
///
/// A row needs a frequency (`freq_score` in (0, 1], or `mean_days_between_orders`, negative ones
/// counting as 0) and a loyalty (`loyalty_score` or `reorder_ratio` in 0..=1). Where only the score is given
/// the feature is its inverse: mean days = 1 / `freq_score` - 1, `reorder_ratio` = `loyalty_score`.
/// A given score is kept bit for bit beside the columns. Where the file says how many orders a
/// customer has, `min_orders` applies.
pub fn from_customers(table: &CustomerTable, min_orders: u32) -> FeatureTable {
    let given = |name: &str| table.behavioural.iter().find(|(other, _)| other == name).map(|(_, column)| &**column);
    let freq_score = given("freq_score");
    let loyalty_score = given("loyalty_score");
    let mean_days = given(Behavioural::MeanDaysBetweenOrders.name());
    let reorder_ratio = given(Behavioural::ReorderRatio.name());

    let mut excluded = Excluded::default();
    let mut customer = Vec::with_capacity(table.customers.len());
    for c in 0..table.customers.len() {
        if let Some(orders) = &table.orders
            && (at(orders, c).is_nan() || at(orders, c) < f64::from(min_orders))
        {
            excluded.too_few_orders += 1;
            continue;
        }
        let frequency_defined = match freq_score {
            Some(score) => at(score, c) > 0.0 && at(score, c) <= 1.0,
            None => mean_days.is_some_and(|days| at(days, c).is_finite()),
        };
        let loyalty_defined = loyalty_score.or(reorder_ratio).is_some_and(|score| (0.0..=1.0).contains(&at(score, c)));
        if frequency_defined && loyalty_defined {
            customer.push(c as u32);
        } else {
            excluded.invalid_score += 1;
        }
    }

    let pick = |column: &[f64]| -> Vec<f64> { customer.iter().map(|&c| at(column, c as usize)).collect() };
    let columns = Behavioural::ALL.map(|feature| {
        let column = given(feature.name()).map(pick);
        match (feature, column) {
            (_, Some(column)) => Ok(column.into_iter().map(finite_or_missing).collect()),
            (Behavioural::MeanDaysBetweenOrders, None) => freq_score
                .map(|score| pick(score).into_iter().map(mean_days_of).collect())
                .ok_or_else(|| absent(feature)),
            (Behavioural::ReorderRatio, None) => loyalty_score.map(pick).ok_or_else(|| absent(feature)),
            (_, None) => Err(absent(feature)),
        }
    });
    let imputed = impute(customer.len(), columns);
    let shares = if table.shares.is_empty() {
        Shares::Absent(NotMeasured::new(
            "the customer-level file brings no category shares",
            "category share columns, or order lines with a category",
        ))
    } else {
        let column = |values: &[f64]| pick(values).into_iter().map(|v| if v.is_finite() { v } else { 0.0 }).collect();
        Shares::Columns(table.shares.iter().map(|(name, values)| (name.clone(), column(values))).collect())
    };
    FeatureTable {
        orders: table.orders.as_ref().map(|orders| pick(orders).into_iter().map(|n| n as u32).collect()),
        behavioural: imputed.columns,
        absent: imputed.absent,
        imputed: imputed.masks,
        missing: imputed.missing,
        shares,
        corrected: Default::default(),
        given_freq_score: freq_score.map(pick),
        given_loyalty_score: loyalty_score.map(pick),
        excluded,
        customer,
    }
}

/// The value of row `c`; NaN past the end.
fn at(column: &[f64], c: usize) -> f64 {
    column.get(c).copied().unwrap_or(f64::NAN)
}

fn finite_or_missing(value: f64) -> f64 {
    if value.is_finite() { value } else { f64::NAN }
}

/// Inverse of the frequency score.
fn mean_days_of(freq_score: f64) -> f64 {
    1.0 / freq_score - 1.0
}

fn absent(feature: Behavioural) -> NotMeasured {
    NotMeasured::new(
        format!("the customer-level file has no {} column", feature.name()),
        format!("a column {}, or the orders and order lines", feature.name()),
    )
}
