//! Was a product bought before? Derived from the history, or checked against it.

use super::bought::{Bought, Counter};
use super::bound::Reading;
use super::error::ExtractError;
use super::history::{Line, OrderHistory};
use crate::crew::{ranges, together, workers};
use crate::pace::{Cancelled, Pace};

/// Sets every line's reordered flag from the customer's earlier orders (`given == false`), or counts how many
/// given flags disagree with them; and counts what [`OrderHistory::count`] counts.
pub(super) async fn settle_reorders(
    history: &mut OrderHistory,
    given: bool,
    reading: &mut Reading<'_>,
) -> Result<(), ExtractError> {
    history.reorders = vec![0; history.order_count()];
    history.bought = vec![Bought::default(); history.customer_count()];
    let OrderHistory { order_start, line_start, lines, reorders, bought, products, .. } = history;
    let first_line = |customer: usize| line_start[order_start[customer] as usize];
    let (mut rest, mut rest_counts, mut rest_bought) =
        (lines.as_mut_slice(), reorders.as_mut_slice(), bought.as_mut_slice());
    let mut pieces = Vec::new();
    for customers in ranges(rest_bought.len(), workers(), |customer| u64::from(first_line(customer))) {
        if customers.is_empty() {
            continue;
        }
        let own = rest.split_off_mut(..(first_line(customers.end) - first_line(customers.start)) as usize);
        let counts = rest_counts.split_off_mut(..(order_start[customers.end] - order_start[customers.start]) as usize);
        let bought = rest_bought.split_off_mut(..customers.len());
        if let (Some(lines), Some(reorders), Some(bought)) = (own, counts, bought) {
            pieces.push(Piece { first: customers.start, lines, reorders, bought });
        }
    }
    let (order_start, line_start, products) = (&*order_start, &*line_start, *products as usize);
    let settle = async |piece: Piece<'_>, pace: &Pace| {
        let mut counter = Counter::new(products);
        let disagreements = if given {
            piece.settle::<true>(order_start, line_start, &mut counter, pace).await?
        } else {
            piece.settle::<false>(order_start, line_start, &mut counter, pace).await?
        };
        Ok::<_, Cancelled>((disagreements, counter))
    };
    let settled = together(pieces, settle, &reading.progress()).await?;
    history.most_orders = vec![0; products];
    let mut disagreements = 0;
    for (more, counter) in settled {
        disagreements += more;
        for (most, orders) in history.most_orders.iter_mut().zip(counter.most_orders()) {
            *most = orders.max(*most);
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

/// Neighbouring customers with their orders and lines.
struct Piece<'a> {
    /// The first customer.
    first: usize,
    lines: &'a mut [Line],
    reorders: &'a mut [u32],
    bought: &'a mut [Bought],
}

impl Piece<'_> {
    /// Says how many flags disagree.
    async fn settle<const GIVEN: bool>(
        self,
        order_start: &[u32],
        line_start: &[u32],
        counter: &mut Counter,
        pace: &Pace,
    ) -> Result<u64, Cancelled> {
        let mut disagreements = 0;
        let first_order = order_start[self.first] as usize;
        let base = line_start[first_order] as usize;
        let many = self.bought.len() as u64;
        for (at, bought) in self.bought.iter_mut().enumerate() {
            let customer = self.first + at;
            let orders = order_start[customer] as usize..order_start[customer + 1] as usize;
            counter.customer(orders.len());
            for order in orders {
                let own = line_start[order] as usize - base..line_start[order + 1] as usize - base;
                let counted = counter.order::<GIVEN>(&mut self.lines[own], bought);
                self.reorders[order - first_order] = counted.reorders;
                disagreements += u64::from(counted.disagreements);
            }
            if at % 4096 == 0 {
                pace.tick(at as u64, many).await?;
            }
        }
        Ok(disagreements)
    }
}
