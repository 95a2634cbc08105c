//! Does an order hold a product twice? Most do not, and need no sorting.

use super::history::Line;

/// Looks at order after order; nothing is cleared between them.
pub(super) struct Repeats {
    /// Per product, the latest order (from 1) that holds it.
    latest: Vec<u32>,
    order: u32,
}

impl Repeats {
    /// `latest`: a 0 for every product of the catalogue.
    pub(super) fn new(latest: Vec<u32>) -> Self {
        Self { latest, order: 0 }
    }

    /// Whether the next order's `lines` hold a product twice, or one that is not in the catalogue, as [`Line::NONE`].
    pub(super) fn any(&mut self, lines: &[Line]) -> bool {
        self.order += 1;
        let order = self.order;
        let mut any = false;
        for line in lines {
            match self.latest.get_mut(line.product() as usize) {
                Some(latest) => any |= std::mem::replace(latest, order) == order,
                None => any = true,
            }
        }
        any
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn orders_that_hold_a_product_twice_are_told(
            orders in prop::collection::vec(prop::collection::vec((0_u32..12, any::<bool>()), 0..6), 0..20),
        ) {
            let mut repeats = Repeats::new(vec![0; 12]);
            for order in orders {
                let lines: Vec<Line> = order.iter().map(|&(product, again)| Line::new(product, again)).collect();
                let distinct: HashSet<u32> = order.iter().map(|line| line.0).collect();
                prop_assert_eq!(repeats.any(&lines), distinct.len() < order.len());
            }
        }
    }

    #[test]
    fn what_is_no_line_counts_as_one() {
        let mut repeats = Repeats::new(vec![0; 3]);
        assert!(!repeats.any(&[]));
        assert!(repeats.any(&[Line::NONE]));
        assert!(repeats.any(&[Line::new(2, true), Line::NONE]));
        assert!(!repeats.any(&[Line::new(2, true), Line::new(1, false)]));
    }
}
