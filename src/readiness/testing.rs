//! Small order histories for tests of this room and the rooms below.

#![allow(clippy::unwrap_used, reason = "a test helper may unwrap")]

use crate::extract::history::{Category, Line, OrderHistory};
use crate::extract::ids::Ids;
use proptest::prelude::*;

/// One order: days since the prior one (ignored for the first), hour, weekday, (product, reordered) lines.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) gap: f64,
    pub(crate) hour: u8,
    pub(crate) weekday: u8,
    pub(crate) lines: Vec<(u32, bool)>,
}

/// An order with a gap and lines, at noon on a Sunday.
pub(crate) fn order(gap: f64, lines: &[(u32, bool)]) -> Order {
    Order { gap, hour: 12, weekday: 0, lines: lines.to_vec() }
}

/// A history of `products` products; product p is in category p mod `categories` (0: no categories).
pub(crate) fn history(customers: &[Vec<Order>], products: u32, categories: u16) -> OrderHistory {
    let mut out = OrderHistory {
        customers: Ids::from_i64((1..=customers.len() as i64).collect()),
        order_start: vec![0],
        line_start: vec![0],
        hour: Some(Vec::new()),
        weekday: Some(Vec::new()),
        products,
        product_category: if categories == 0 {
            Vec::new()
        } else {
            (0..products).map(|p| (p % u32::from(categories)) as u16).collect()
        },
        categories: (0..categories).map(|c| Category { id: Some(c.to_string()), name: format!("c{c}") }).collect(),
        ..OrderHistory::default()
    };
    for orders in customers {
        for (i, order) in orders.iter().enumerate() {
            out.days_since_prior.push(if i == 0 { f64::NAN } else { order.gap });
            out.hour.as_mut().unwrap().push(order.hour);
            out.weekday.as_mut().unwrap().push(order.weekday);
            out.lines.extend(order.lines.iter().map(|&(product, again)| Line::new(product, again)));
            out.line_start.push(out.lines.len() as u32);
        }
        out.order_start.push(out.days_since_prior.len() as u32);
    }
    out.count();
    out
}

/// Customers with 1 to 12 orders of 0 to 6 of 20 products each, flags true to the history.
pub(crate) fn customers(most: usize) -> impl Strategy<Value = Vec<Vec<Order>>> {
    let order = (0_u32..=30, 0_u8..24, 0_u8..7, proptest::collection::btree_set(0_u32..20, 0..6));
    let customer = proptest::collection::vec(order, 1..12).prop_map(|orders| {
        let mut known = std::collections::BTreeSet::new();
        orders
            .into_iter()
            .map(|(gap, hour, weekday, products)| {
                let lines = products.iter().map(|&p| (p, known.contains(&p))).collect();
                known.extend(products);
                Order { gap: f64::from(gap), hour, weekday, lines }
            })
            .collect()
    });
    proptest::collection::vec(customer, 0..most)
}
