//! What goes into a basket: some of what the customer bought before, and something new.

use super::catalogue::Catalogue;
use super::customer::Habits;
use super::draw::Draw;
use super::population::LatentType;
use super::shelves::DEPARTMENTS;

/// Most lines of an order.
const LARGEST_BASKET: f64 = 120.0;
/// Spread between a customer's own products of the log propensity to be bought again: favourites.
const FAVOURITE_SPREAD: f64 = 1.8;

/// One line of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Product index.
    pub(super) product: u32,
    /// Bought by this customer in an earlier order?
    pub(super) reordered: bool,
}

/// The purchases of one customer so far; buffers are kept from one customer to the next.
pub(super) struct Purchases<'a> {
    catalogue: &'a Catalogue,
    /// Log propensity of each department to be bought again.
    habit: Vec<f64>,
    /// Which customer (`stamp`) last bought each product: clearing is one addition.
    bought_by: Vec<u32>,
    stamp: u32,
    /// Products bought, in order of first purchase.
    owned: Vec<u32>,
    /// Cumulative propensity of each to be bought again.
    cumulative: Vec<f64>,
    /// Order number in which each was last taken.
    taken_in: Vec<u32>,
    order: u32,
}

impl<'a> Purchases<'a> {
    /// Nothing bought yet.
    pub(super) fn new(catalogue: &'a Catalogue) -> Self {
        let habit = super::catalogue::aisles().map(|(index, _, _)| DEPARTMENTS[index].habit).collect();
        Self {
            catalogue,
            habit,
            bought_by: vec![0; catalogue.len()],
            stamp: 0,
            owned: Vec::new(),
            cumulative: Vec::new(),
            taken_in: Vec::new(),
            order: 0,
        }
    }

    /// The next customer.
    pub(super) fn begin(&mut self) {
        self.stamp += 1;
        self.owned.clear();
        self.cumulative.clear();
        self.taken_in.clear();
        self.order = 0;
    }

    /// Appends the lines of the customer's next order; at least one, each product once.
    pub(super) fn shop(&mut self, draw: &mut Draw, kind: &LatentType, habits: &Habits, lines: &mut Vec<Line>) {
        self.order += 1;
        let variation = habits.basket_variation;
        let drawn = habits.basket * draw.gamma(1.0 / (variation * variation));
        let size = drawn.round().clamp(1.0, LARGEST_BASKET.min(self.catalogue.len() as f64 / 2.0)) as usize;

        let before = self.owned.len();
        let grown = kind.repeat_growth * libm::log2(f64::from(self.order));
        let odds = libm::exp(-(habits.repeat + grown + kind.repeat_mood * draw.normal()));
        let wanted = (0..size).filter(|_| draw.chance(1.0 / (1.0 + odds))).count();
        // Nobody buys again more than they have, or anew what they had.
        let left = self.catalogue.len() - before;
        let again = wanted.max(size.saturating_sub(left)).min(before);
        let from = lines.len();
        for _ in 0..again {
            let slot = self.favourite(draw, before);
            self.taken_in[slot] = self.order;
            lines.push(Line { product: self.owned[slot], reordered: true });
        }
        for _ in 0..(size - again).min(left) {
            let product = self.discover(draw, &habits.tastes);
            lines.push(Line { product, reordered: false });
        }
        // The cart fills with old and new mixed.
        draw.shuffle(&mut lines[from..]);
    }

    /// A product among the first `before` owned that is not in this order yet, by propensity.
    fn favourite(&mut self, draw: &mut Draw, before: usize) -> usize {
        for _ in 0..24 {
            let slot = draw.pick(&self.cumulative[..before]);
            if self.taken_in[slot] != self.order {
                return slot;
            }
        }
        // Most of the weight is in the basket already: the next free one from a random start.
        let start = draw.below(before as u32) as usize;
        (0..before).map(|i| (start + i) % before).find(|&slot| self.taken_in[slot] != self.order).unwrap_or(start)
    }

    /// A product never bought before, by taste and popularity; from now on it is owned.
    fn discover(&mut self, draw: &mut Draw, tastes: &[f64]) -> u32 {
        let mut found = None;
        for attempt in 0..40 {
            let shelf = self.catalogue.aisle(draw.pick(tastes));
            // Whoever has the popular products already looks along the whole shelf.
            let product = if attempt < 12 {
                shelf.start + draw.pick(&self.catalogue.popularity[shelf.clone()])
            } else {
                shelf.start + draw.below(shelf.len() as u32) as usize
            };
            if self.bought_by[product] != self.stamp {
                found = Some(product);
                break;
            }
        }
        let product = found.unwrap_or_else(|| {
            let start = draw.below(self.catalogue.len() as u32) as usize;
            (0..self.catalogue.len())
                .map(|i| (start + i) % self.catalogue.len())
                .find(|&product| self.bought_by[product] != self.stamp)
                .unwrap_or(start)
        });
        self.bought_by[product] = self.stamp;
        let aisle = usize::from(self.catalogue.aisle_of[product]);
        let weight = libm::exp(1.2 * self.habit[aisle] + FAVOURITE_SPREAD * draw.normal());
        self.cumulative.push(self.cumulative.last().copied().unwrap_or(0.0) + weight);
        self.owned.push(product as u32);
        self.taken_in.push(self.order);
        product as u32
    }
}
