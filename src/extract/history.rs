//! The order history: what every later room reads, whatever the files looked like.

use super::bought::{Bought, Counter};
use super::ids::Ids;

/// Hour or weekday of an order that has none.
pub const NO_CLOCK: u8 = u8::MAX;

/// Calendar day of an order that has none.
pub const NO_DAY: i32 = i32::MIN;

/// Days between two orders, at most: a century. What is longer was counted in other units.
pub const LONGEST_GAP: f64 = 36_525.0;

/// All orders of all customers, grouped by customer and in order of sequence within each.
///
/// Compressed rows twice over: `order_start[c]..order_start[c + 1]` are the orders of customer `c`,
/// `line_start[o]..line_start[o + 1]` the lines of order `o`. Columns indexed by order have
/// `orders()` elements. All derivation rules (merged lines, returns left out, sequence by
/// timestamp, days between dates, `(unknown)` and `(other)` categories) have been applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderHistory {
    /// The customers' ids exactly as they came; customers stand in ascending order of id.
    pub customers: Ids,
    /// Start of each customer's orders; `customers + 1` values.
    pub order_start: Vec<u32>,
    /// Days since the customer's prior order; NaN where unknown and, as a rule, for the first order (an extract that
    /// begins in mid-history may bring the gap to an order that is not in it: it counts, as the canonical mean does).
    pub days_since_prior: Vec<f64>,
    /// Hour of day 0..=23, [`NO_CLOCK`] where unknown; `None` when the extract has no clock.
    pub hour: Option<Vec<u8>>,
    /// Day of week 0 (Sunday) ..= 6, [`NO_CLOCK`] where unknown; `None` when the extract has none.
    pub weekday: Option<Vec<u8>>,
    /// Calendar day of the order, days since 1970-01-01 in the data's own zone, [`NO_DAY`] where unknown; `None`
    /// without dates.
    pub day: Option<Vec<i32>>,
    /// Money of the order's lines; `None` without an amount column.
    pub amount: Option<Vec<f64>>,
    /// Start of each order's lines; `orders + 1` values.
    pub line_start: Vec<u32>,
    /// The lines, distinct products within an order, in no order that counts for anything.
    pub lines: Vec<Line>,
    /// Reordered lines of each order: much is made of these counts alone, and the lines are too many to be walked for
    /// each. This and the next two are what [`OrderHistory::count`] counts.
    pub reorders: Vec<u32>,
    /// Distinct products of each customer.
    pub bought: Vec<Bought>,
    /// Per product, the most orders that a customer who bought it has; 0 where nobody did.
    pub most_orders: Vec<u32>,
    /// Number of distinct products in the extract's catalogue (bought or not).
    pub products: u32,
    /// Category of each product, an index into `categories`; empty without categories.
    pub product_category: Vec<u16>,
    /// The categories in order of id (numeric ids by value, else by name); empty without categories.
    pub categories: Vec<Category>,
}

/// One distinct (order, product): a product index below 2^31 - 1 and whether it is a reorder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line(u32);

impl Line {
    const REORDERED: u32 = 1 << 31;

    /// A line of `product` (below 2^31 - 1).
    pub fn new(product: u32, reordered: bool) -> Self {
        Self(product | if reordered { Self::REORDERED } else { 0 })
    }

    /// Index of the product.
    #[inline]
    pub fn product(self) -> u32 {
        self.0 & !Self::REORDERED
    }

    /// In place of a line: a row without a product. It comes after all lines.
    pub(super) const NONE: Self = Self(u32::MAX);

    /// The line's place in its order: by product, reorders last, so that merging can keep the last.
    #[inline]
    pub(super) fn place(self) -> u32 {
        self.0.rotate_left(1)
    }

    /// Did this customer buy this product in an earlier order?
    #[inline]
    pub fn reordered(self) -> bool {
        self.0 & Self::REORDERED != 0
    }
}

/// A product category (aisle, department, ...): one share feature each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The id in the category table, as text; `None` when the category is only a name.
    pub id: Option<String>,
    /// The name as it came (untrusted text).
    pub name: String,
}

impl Category {
    /// The feature's name: `aisle_<id>_<name>` for a category of a table with ids, else `category_<name>`.
    pub fn feature_name(&self) -> String {
        match &self.id {
            Some(id) => format!("aisle_{id}_{}", self.name),
            None => format!("category_{}", self.name),
        }
    }
}

impl OrderHistory {
    /// Number of customers.
    pub fn customer_count(&self) -> usize {
        self.order_start.len().saturating_sub(1)
    }

    /// Number of orders.
    pub fn order_count(&self) -> usize {
        self.line_start.len().saturating_sub(1)
    }

    /// The range of order indices of customer `c`.
    #[inline]
    pub fn orders_of(&self, c: usize) -> std::ops::Range<usize> {
        self.order_start[c] as usize..self.order_start[c + 1] as usize
    }

    /// The lines of order `o`.
    #[inline]
    pub fn lines_of(&self, o: usize) -> &[Line] {
        &self.lines[self.line_start[o] as usize..self.line_start[o + 1] as usize]
    }

    /// Reordered lines and lines of order `o`.
    #[inline]
    pub fn basket(&self, o: usize) -> (u32, u32) {
        (self.reorders[o], self.line_start[o + 1] - self.line_start[o])
    }

    /// The [`basket`](Self::basket)s of `orders` that have lines.
    pub fn baskets(&self, orders: std::ops::Range<usize>) -> impl Iterator<Item = (u32, u32)> + '_ {
        orders.map(|o| self.basket(o)).filter(|&(_, lines)| lines > 0)
    }

    /// Counts the reordered lines of each order, each customer's distinct products and each product's buyers: for whoever
    /// puts a history together line by line.
    pub fn count(&mut self) {
        let mut counter = Counter::new(self.products as usize);
        self.reorders.clear();
        self.bought.clear();
        for c in 0..self.customer_count() {
            let orders = self.orders_of(c);
            counter.customer(orders.len());
            let mut bought = Bought::default();
            for o in orders {
                let lines = self.line_start[o] as usize..self.line_start[o + 1] as usize;
                self.reorders.push(counter.order::<true>(&mut self.lines[lines], &mut bought).reorders);
            }
            self.bought.push(bought);
        }
        self.most_orders = counter.most_orders().collect();
    }

    /// Distinct products that customers with at least `min_orders` orders bought.
    pub fn products_bought(&self, min_orders: u32) -> usize {
        self.most_orders.iter().filter(|&&orders| orders > 0 && orders >= min_orders).count()
    }
}

/// The customer-level layout: one row per customer with features already computed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerTable {
    /// The customers' ids exactly as they came, in ascending order of id.
    pub customers: Ids,
    /// Behavioural features present, by canonical name (`mean_days_between_orders`, ...); NaN = null.
    /// `freq_score` and `loyalty_score` stand here under these names when the file brings them.
    pub behavioural: Vec<(String, Vec<f64>)>,
    /// Category shares present, by feature name.
    pub shares: Vec<(String, Vec<f64>)>,
    /// Number of orders, if the file says.
    pub orders: Option<Vec<f64>>,
    /// The segment a file brings along, for comparison with ours; `None` entries where null.
    pub segment: Option<Vec<Option<String>>>,
}

/// What the extract room hands on.
#[cfg_attr(not(target_arch = "wasm32"), expect(clippy::large_enum_variant, reason = "there is one of it in a run"))]
#[derive(Clone, Debug, PartialEq)]
pub enum Extract {
    /// Star and wide layouts.
    History(OrderHistory),
    /// Customer-level layout.
    Customers(CustomerTable),
}

impl Extract {
    /// The customers' ids, ascending.
    pub fn customers(&self) -> &Ids {
        match self {
            Self::History(history) => &history.customers,
            Self::Customers(table) => &table.customers,
        }
    }

    /// The order history; `None` at customer level.
    pub fn history(&self) -> Option<&OrderHistory> {
        match self {
            Self::History(history) => Some(history),
            Self::Customers(_) => None,
        }
    }
}
