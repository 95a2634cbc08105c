//! Was a product bought before? Derived from the history, or checked against it.

use std::ops::Range;

use super::bound::Reading;
use super::error::ExtractError;
use super::history::{Line, OrderHistory};
use crate::crew::{ranges, together, workers};
use crate::pace::{Cancelled, Pace};

/// Sets every line's reordered flag from the customer's earlier orders (`given == false`), or counts how many
/// given flags disagree with them; and counts the reordered lines of each order.
pub(super) async fn settle_reorders(
    history: &mut OrderHistory,
    given: bool,
    reading: &mut Reading<'_>,
) -> Result<(), ExtractError> {
    history.reorders = vec![0; history.order_count()];
    let OrderHistory { order_start, line_start, lines, reorders, products, .. } = history;
    let first_line = |customer: usize| line_start[order_start[customer] as usize];
    let customers = order_start.len().saturating_sub(1);
    let (mut rest, mut rest_counts) = (lines.as_mut_slice(), reorders.as_mut_slice());
    let mut pieces = Vec::new();
    for range in ranges(customers, workers(), |customer| u64::from(first_line(customer))) {
        if range.is_empty() {
            continue;
        }
        let (own, others) = rest.split_at_mut((first_line(range.end) - first_line(range.start)) as usize);
        rest = others;
        let orders = (order_start[range.end] - order_start[range.start]) as usize;
        let (counts, other_counts) = rest_counts.split_at_mut(orders);
        rest_counts = other_counts;
        pieces.push((range, own, counts));
    }
    let (order_start, line_start, products) = (&*order_start, &*line_start, *products as usize);
    let settle = async |(customers, lines, counts): (Range<usize>, &mut [Line], &mut [u32]), pace: &Pace| {
        // `bought_by[p]` is the latest customer (from 1) seen with product p: no clearing between customers.
        let mut bought_by = vec![0u32; products];
        let mut disagreements = 0u64;
        let first_order = order_start[customers.start] as usize;
        let base = line_start[first_order] as usize;
        let many = customers.len() as u64;
        for (at, customer) in customers.enumerate() {
            let mark = customer as u32 + 1;
            let orders = order_start[customer] as usize..order_start[customer + 1] as usize;
            for order in orders {
                let own = line_start[order] as usize - base..line_start[order + 1] as usize - base;
                // An order's lines are distinct products: marking while looking cannot fool a later line.
                let mut again = 0;
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
                    again += u32::from(line.reordered());
                }
                counts[order - first_order] = again;
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
