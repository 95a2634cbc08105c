//! Was a product bought before? Derived from the history, or checked against it.

use super::bound::Reading;
use super::error::ExtractError;
use super::history::{Line, OrderHistory};

/// Sets every line's reordered flag from the customer's earlier orders (`given == false`), or counts how many
/// given flags disagree with them.
pub(super) async fn settle_reorders(
    history: &mut OrderHistory,
    given: bool,
    reading: &mut Reading<'_>,
) -> Result<(), ExtractError> {
    // `bought_by[p]` is the latest customer (from 1) seen with product p: no clearing between customers.
    let mut bought_by = vec![0u32; history.products as usize];
    let mut disagreements = 0u64;
    for customer in 0..history.customer_count() {
        let mark = customer as u32 + 1;
        for order in history.orders_of(customer) {
            let lines = history.line_start[order] as usize..history.line_start[order + 1] as usize;
            // An order's lines are distinct products: marking while looking cannot fool a later line.
            for line in &mut history.lines[lines] {
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
        if customer % 4096 == 0 {
            reading.tick(0).await?;
        }
    }
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
