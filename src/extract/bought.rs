//! What each customer bought: counted once, when a history is put together, for all rooms that ask.

use super::history::Line;

/// Distinct products of one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bought {
    /// Products bought at least once.
    pub products: u32,
    /// Those of them that at least one line calls a reorder.
    pub reordered: u32,
}

/// Who bought a product.
#[derive(Clone, Copy, Default)]
struct Buyers {
    /// Twice the number (from 1) of the latest customer, plus 1 if one of that customer's lines is a reorder.
    last: u32,
    /// Most orders that a customer who bought it has.
    most_orders: u32,
}

/// Counts customer by customer; nothing is cleared between them.
pub(super) struct Counter {
    products: Vec<Buyers>,
    customer: u32,
    orders: u32,
}

/// What an order's lines add up to.
#[derive(Clone, Copy, Default)]
pub(super) struct Counted {
    /// Lines that are reorders.
    pub(super) reorders: u32,
    /// Lines whose flag disagrees with the customer's earlier orders.
    pub(super) disagreements: u32,
}

impl Counter {
    /// Of a catalogue of so many products.
    pub(super) fn new(products: usize) -> Self {
        Self { products: vec![Buyers::default(); products], customer: 0, orders: 0 }
    }

    /// The next customer, who has so many orders.
    pub(super) fn customer(&mut self, orders: usize) {
        self.customer += 1;
        self.orders = orders as u32;
    }

    /// The next order of the customer: adds to what they `bought`. `GIVEN`: the lines' flags are taken as they are; else
    /// they are set from what the customer bought before. Lines of products beyond the catalogue count for nothing else.
    pub(super) fn order<const GIVEN: bool>(&mut self, lines: &mut [Line], bought: &mut Bought) -> Counted {
        let mut counted = Counted::default();
        let (customer, orders) = (self.customer, self.orders);
        for line in lines {
            let product = line.product();
            let Some(buyers) = self.products.get_mut(product as usize) else {
                counted.reorders += u32::from(line.reordered());
                continue;
            };
            // An order's lines are distinct products: marking while looking cannot fool a later line.
            let before = buyers.last >> 1 == customer;
            let again = if GIVEN { line.reordered() } else { before };
            if GIVEN {
                counted.disagreements += u32::from(again != before);
            } else {
                *line = Line::new(product, again);
            }
            counted.reorders += u32::from(again);
            let known = u32::from(before) & buyers.last;
            let now = known | u32::from(again);
            bought.products += u32::from(!before);
            bought.reordered += now ^ known;
            *buyers = Buyers { last: customer << 1 | now, most_orders: buyers.most_orders.max(orders) };
        }
        counted
    }

    /// Per product, the most orders that a customer who bought it has; 0 where nobody did.
    pub(super) fn most_orders(&self) -> impl Iterator<Item = u32> + '_ {
        self.products.iter().map(|buyers| buyers.most_orders)
    }
}
