//! The behavioural features re-derived from a part of each history: `features::build` on the part.
//!
//! A few thousand customers are copied into a small history at a time, so that the full extract needs
//! no second copy of its lines.

use super::cut::Window;
use crate::extract::history::OrderHistory;
use crate::extract::ids::Ids;
use crate::features::build::build;
use crate::features::catalogue::{Behavioural, Imputation};
use crate::pace::{Cancelled, Pace};
use crate::stats::quantile::median;

/// Customers per copy.
const CHUNK: usize = 4_096;

/// Behavioural features of chosen customers over one window.
#[derive(Clone, Debug, PartialEq)]
pub struct PrefixFeatures {
    /// Which features, in matrix order.
    pub features: Vec<Behavioural>,
    /// One column per feature, one value per customer, missing ones imputed as `features` does.
    pub columns: Vec<Vec<f64>>,
}

/// Features of `customers` (ascending; each with a known gap and a line in the window) from their orders
/// in `window`.
pub async fn prefix_features(
    history: &OrderHistory,
    window: &Window,
    customers: &[u32],
    pace: &Pace,
) -> Result<PrefixFeatures, Cancelled> {
    let mut columns: [Vec<f64>; 15] = std::array::from_fn(|_| vec![f64::NAN; customers.len()]);
    let mut present = [false; 15];
    let mut part = empty_like(history);
    let chunks = customers.len().div_ceil(CHUNK) as u64;
    for (i, chunk) in customers.chunks(CHUNK).enumerate() {
        let pace = pace.part(i as u64, i as u64 + 1, chunks);
        fill(&mut part, history, window, chunk);
        let table = build(&part, 1, &pace).await?;
        for feature in Behavioural::ALL {
            let Some(found) = table.behavioural(feature) else { continue };
            present[feature.index()] = true;
            for ((&row, &value), mask) in table.customers().iter().zip(found).zip(table.imputed_masks()) {
                // What the chunk imputed from its own customers is imputed again from all of them.
                if mask >> feature.index() & 1 == 0 {
                    columns[feature.index()][i * CHUNK + row as usize] = value;
                }
            }
        }
    }
    let mut out = PrefixFeatures { features: Vec::new(), columns: Vec::new() };
    for (feature, mut column) in Behavioural::ALL.into_iter().zip(columns) {
        if present[feature.index()] && impute(&mut column, feature.imputation()) {
            out.features.push(feature);
            out.columns.push(column);
        }
    }
    Ok(out)
}

/// Fills the gaps of a column; false if there is nothing to fill them from.
fn impute(column: &mut [f64], how: Imputation) -> bool {
    let known: Vec<f64> = column.iter().copied().filter(|value| value.is_finite()).collect();
    let Some(middle) = median(&known) else { return false };
    let stand_in = match how {
        Imputation::Median => middle,
        Imputation::Zero => 0.0,
    };
    for value in column.iter_mut().filter(|value| !value.is_finite()) {
        *value = stand_in;
    }
    true
}

/// A history with the same catalogue and columns, and no customers.
fn empty_like(history: &OrderHistory) -> OrderHistory {
    OrderHistory {
        hour: history.hour.as_ref().map(|_| Vec::new()),
        weekday: history.weekday.as_ref().map(|_| Vec::new()),
        products: history.products,
        product_category: history.product_category.clone(),
        categories: history.categories.clone(),
        ..OrderHistory::default()
    }
}

/// Copies the orders of `customers` that lie in `window`.
fn fill(part: &mut OrderHistory, history: &OrderHistory, window: &Window, customers: &[u32]) {
    part.customers = Ids::from_i64((0..customers.len() as i64).collect());
    part.order_start.clear();
    part.order_start.push(0);
    part.line_start.clear();
    part.line_start.push(0);
    part.days_since_prior.clear();
    part.lines.clear();
    for column in [&mut part.hour, &mut part.weekday].into_iter().flatten() {
        column.clear();
    }
    for &c in customers {
        let orders = window.orders_of(c as usize);
        part.days_since_prior.extend_from_slice(&history.days_since_prior[orders.clone()]);
        if let (Some(to), Some(from)) = (&mut part.hour, &history.hour) {
            to.extend_from_slice(&from[orders.clone()]);
        }
        if let (Some(to), Some(from)) = (&mut part.weekday, &history.weekday) {
            to.extend_from_slice(&from[orders.clone()]);
        }
        for order in orders {
            part.lines.extend_from_slice(history.lines_of(order));
            part.line_start.push(part.lines.len() as u32);
        }
        part.order_start.push(part.days_since_prior.len() as u32);
    }
    part.count();
}

#[cfg(test)]
mod tests {
    use super::super::simulate::{Habits, simulate};
    use super::super::window_scores::window_scores;
    use super::*;
    use crate::pace::block_on;

    #[test]
    fn the_whole_history_gives_the_feature_table() {
        // More customers than one chunk holds; two orders leave a cv of gaps to be imputed.
        let history = simulate(9_000, 5, &Habits { orders: (2, 12), ..Habits::default() });
        let pace = Pace::unhurried();
        let table = block_on(build(&history, 2, &pace)).unwrap();
        assert!(table.missing(Behavioural::CvDaysBetweenOrders) > 0);
        let found = block_on(prefix_features(&history, &Window::whole(&history), table.customers(), &pace)).unwrap();
        assert_eq!(found.features, table.present().collect::<Vec<_>>());
        for (feature, column) in found.features.iter().zip(&found.columns) {
            assert_eq!(Some(column.as_slice()), table.behavioural(*feature), "{feature:?}");
        }
    }

    #[test]
    fn a_part_equals_a_history_that_ends_there() {
        let history = simulate(200, 5, &Habits::default());
        let pace = Pace::unhurried();
        let (before, _) = Window::whole(&history).split_last(3);
        let everyone: Vec<u32> = (0..200).collect();
        let mut shorter = empty_like(&history);
        fill(&mut shorter, &history, &before, &everyone);
        let table = block_on(build(&shorter, 5, &pace)).unwrap();
        let scores = block_on(window_scores(&history, &before, 5, &pace)).unwrap();
        assert_eq!(scores.customers, table.customers());
        let found = block_on(prefix_features(&history, &before, &scores.customers, &pace)).unwrap();
        for (feature, column) in found.features.iter().zip(&found.columns) {
            assert_eq!(Some(column.as_slice()), table.behavioural(*feature), "{feature:?}");
        }
        assert_eq!(Some(scores.loyalty.as_slice()), table.behavioural(Behavioural::ReorderRatio));
    }

    #[test]
    fn nobody_is_no_error() {
        let history = simulate(5, 5, &Habits::default());
        let found = block_on(prefix_features(&history, &Window::whole(&history), &[], &Pace::unhurried())).unwrap();
        assert!(found.features.is_empty());
    }
}
