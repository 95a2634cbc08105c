//! Cutting histories: a part of every customer's orders as index ranges, nothing copied.

use std::ops::Range;

use crate::extract::history::OrderHistory;

/// One stretch of consecutive orders per customer, possibly empty.
///
/// Indexed by customer of the history it was cut from; 8 bytes per customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    start: Vec<u32>,
    end: Vec<u32>,
}

impl Window {
    /// All orders of everyone.
    pub fn whole(history: &OrderHistory) -> Self {
        let customers = history.customer_count();
        Self {
            start: history.order_start.iter().take(customers).copied().collect(),
            end: history.order_start.iter().skip(1).copied().collect(),
        }
    }

    /// Number of customers.
    pub fn customers(&self) -> usize {
        self.start.len()
    }

    /// The order indices of customer `c`; empty for a customer who does not exist.
    pub fn orders_of(&self, c: usize) -> Range<usize> {
        match (self.start.get(c), self.end.get(c)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// Cuts every customer's stretch in two before the order index that `at` names (held to the stretch).
    pub fn split(&self, at: impl Fn(Range<usize>) -> usize) -> (Self, Self) {
        let middle: Vec<u32> = (0..self.customers())
            .map(|c| {
                let orders = self.orders_of(c);
                at(orders.clone()).clamp(orders.start, orders.end) as u32
            })
            .collect();
        (Self { start: self.start.clone(), end: middle.clone() }, Self { start: middle, end: self.end.clone() })
    }

    /// All but each customer's last `m` orders, and those last `m`.
    pub fn split_last(&self, m: usize) -> (Self, Self) {
        self.split(|orders| orders.end.saturating_sub(m))
    }

    /// The first ⌊n/2⌋ orders of each customer, and the rest.
    pub fn halves(&self) -> (Self, Self) {
        self.split(|orders| orders.start + orders.len() / 2)
    }

    /// Orders up to and including calendar day `last`, and those after it.
    ///
    /// Where a sequence column contradicts the dates, everything from the first later day on is after.
    pub fn split_after_day(&self, days: &[i32], last: i32) -> (Self, Self) {
        self.split(|orders| {
            let stretch = days.get(orders.clone()).unwrap_or(&[]);
            orders.start + stretch.iter().position(|&day| day > last).unwrap_or(stretch.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history() -> OrderHistory {
        OrderHistory {
            order_start: vec![0, 3, 3, 8],
            line_start: vec![0; 9],
            days_since_prior: vec![f64::NAN; 8],
            ..OrderHistory::default()
        }
    }

    #[test]
    fn parts_are_disjoint_and_complete() {
        let whole = Window::whole(&history());
        assert_eq!(whole.customers(), 3);
        assert_eq!(
            (whole.orders_of(0), whole.orders_of(1), whole.orders_of(2), whole.orders_of(9)),
            (0..3, 3..3, 3..8, 0..0)
        );
        let (before, after) = whole.split_last(2);
        assert_eq!((before.orders_of(0), after.orders_of(0)), (0..1, 1..3));
        assert_eq!((before.orders_of(1), after.orders_of(1)), (3..3, 3..3));
        let (first, second) = whole.halves();
        assert_eq!((first.orders_of(2), second.orders_of(2)), (3..5, 5..8));
    }

    #[test]
    fn fewer_orders_than_asked_for_leave_nothing_before() {
        let (before, after) = Window::whole(&history()).split_last(4);
        assert_eq!((before.orders_of(0), after.orders_of(0)), (0..0, 0..3));
    }

    #[test]
    fn a_calendar_cut_goes_by_day() {
        let days = [1, 5, 9, 2, 4, 4, 6, 8];
        let (before, after) = Window::whole(&history()).split_after_day(&days, 5);
        assert_eq!((before.orders_of(0), after.orders_of(0)), (0..2, 2..3));
        assert_eq!((before.orders_of(2), after.orders_of(2)), (3..6, 6..8));
        let (none, all) = Window::whole(&history()).split_after_day(&[], 5);
        assert_eq!((none.orders_of(0), all.orders_of(0)), (0..0, 0..3));
    }
}
