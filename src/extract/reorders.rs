//! Was a product bought before? Derived from the history, or checked against it.

use std::ops::Range;

use super::bound::Reading;
use super::error::ExtractError;
use super::history::{Line, OrderHistory};
use crate::crew::{ranges, together, workers};
use crate::pace::{Cancelled, Pace};

/// Sets every line's reordered flag from the customer's earlier orders (`given == false`), or counts how many
/// given flags disagree with them.
pub(super) async fn settle_reorders(
    history: &mut OrderHistory,
    given: bool,
    reading: &mut Reading<'_>,
) -> Result<(), ExtractError> {
    let OrderHistory { order_start, line_start, lines, products, .. } = history;
    let first_line = |customer: usize| line_start[order_start[customer] as usize];
    let customers = order_start.len().saturating_sub(1);
    let mut rest = lines.as_mut_slice();
    let mut pieces = Vec::new();
    for range in ranges(customers, workers(), |customer| u64::from(first_line(customer))) {
        if let Some((from, to)) = (!range.is_empty()).then(|| (first_line(range.start), first_line(range.end))) {
            let (own, others) = rest.split_at_mut((to - from) as usize);
            rest = others;
            pieces.push((range, own));
        }
    }
    let (order_start, line_start, products) = (&*order_start, &*line_start, *products as usize);
    let settle = async |(customers, lines): (Range<usize>, &mut [Line]), pace: &Pace| {
        // `bought_by[p]` is the latest customer (from 1) seen with product p: no clearing between customers.
        let mut bought_by = vec![0u32; products];
        let mut disagreements = 0u64;
        let base = line_start[order_start[customers.start] as usize] as usize;
        let many = customers.len() as u64;
        for (at, customer) in customers.enumerate() {
            let mark = customer as u32 + 1;
            let orders = order_start[customer] as usize..order_start[customer + 1] as usize;
            for order in orders {
                let own = line_start[order] as usize - base..line_start[order + 1] as usize - base;
                // An order's lines are distinct products: marking while looking cannot fool a later line.
                for line in &mut lines[own] {
                    let product = line.product();
                    let mark_at = &mut bought_by[product as usize];
                    let before = *mark_at == mark;
                    *mark_at = mark;
                    if !given {
                        *line = Line::new(product, before);
                    } else if line.reordered() != before {
                        disagreements += 1;
                    }
                }
            }
            if at % 4096 == 0 {
                pace.tick(at as u64, many).await?;
            }
        }
        Ok::<_, Cancelled>(disagreements)
    };
    let disagreements: u64 = together(pieces, settle, &reading.progress()).await?.into_iter().sum();
    if given {
        reading.notes.say(
            "reordered_disagrees",
            disagreements,
            "Lines whose reordered flag disagrees with the customer's earlier orders in this extract; the flag was \
             used as given",
        );
    } else {
        reading.notes.say(
            "reordered_derived",
            history.lines.len() as u64,
            "Whether a line is a reorder was derived from the customer's earlier orders in this extract",
        );
    }
    Ok(())
}
