//! The products on the shelves: how many per aisle, how popular, what they are called and cost.

use super::draw::{Draw, Purpose};
use super::shelves::{Aisle, DEPARTMENTS, Department, KINDS, MAKERS};

/// Number of aisles.
pub(super) const AISLES: usize = 134;

/// Distinct (maker, kind) pairs: no aisle may hold more products, or names would repeat.
const NAMES_PER_AISLE: u32 = (MAKERS.len() * KINDS.len()) as u32;

/// All products, aisle by aisle, within an aisle from the most to the least popular.
///
/// Product and aisle indices start at 0; ids in files are the index + 1.
pub(super) struct Catalogue {
    /// First product of each aisle; `AISLES + 1` values.
    pub(super) start: Vec<u32>,
    /// Aisle of each product.
    pub(super) aisle_of: Vec<u16>,
    /// Cumulative popularity within its aisle of each product (Zipf: 1 / (rank + 1)).
    pub(super) popularity: Vec<f64>,
    /// The unit price of each product, cents.
    pub(super) cents: Vec<u32>,
    /// Name offset of each aisle, so that neighbouring aisles do not sell the same makers in the same order.
    name_offset: Vec<u32>,
}

/// Every aisle with the index of its department, in the order of their ids.
pub(super) fn aisles() -> impl Iterator<Item = (usize, &'static Department, &'static Aisle)> {
    DEPARTMENTS
        .iter()
        .enumerate()
        .flat_map(|(index, department)| department.aisles.iter().map(move |aisle| (index, department, aisle)))
}

impl Catalogue {
    /// A catalogue of about `products` products: exactly that many unless an aisle fills up.
    pub(super) fn new(products: u32, seed: u64) -> Self {
        let mut draw = Draw::new(seed, Purpose::Catalogue, 0);
        // Aisles that sell more hold more products, but far less than in proportion.
        let weights: Vec<f64> =
            aisles().map(|(_, _, aisle)| libm::pow(aisle.share, 0.45) * draw.log_normal(0.0, 0.35)).collect();
        let total: f64 = weights.iter().sum();
        let mut sizes: Vec<u32> =
            weights.iter().map(|w| ((f64::from(products) * w / total) as u32).clamp(2, NAMES_PER_AISLE)).collect();
        // Rounding down left some over: one more per aisle, again and again, until all are placed.
        let mut left = products.saturating_sub(sizes.iter().sum());
        while left > 0 && sizes.iter().any(|&size| size < NAMES_PER_AISLE) {
            for size in &mut sizes {
                if left > 0 && *size < NAMES_PER_AISLE {
                    *size += 1;
                    left -= 1;
                }
            }
        }

        let (mut start, mut aisle_of, mut popularity, mut cents) = (vec![0], Vec::new(), Vec::new(), Vec::new());
        let mut name_offset = Vec::new();
        for (index, (&size, (_, _, aisle))) in sizes.iter().zip(aisles()).enumerate() {
            let mut sum = 0.0;
            for rank in 0..size {
                sum += 1.0 / f64::from(rank + 1);
                popularity.push(sum);
                aisle_of.push(index as u16);
                cents.push(price(aisle.cents * draw.log_normal(0.0, 0.35)));
            }
            start.push(aisle_of.len() as u32);
            name_offset.push(draw.below(NAMES_PER_AISLE));
        }
        Self { start, aisle_of, popularity, cents, name_offset }
    }

    /// Number of products.
    pub(super) fn len(&self) -> usize {
        self.aisle_of.len()
    }

    /// The products of an aisle.
    pub(super) fn aisle(&self, aisle: usize) -> std::ops::Range<usize> {
        self.start[aisle] as usize..self.start[aisle + 1] as usize
    }

    /// The product's name: maker, kind, aisle; distinct within the catalogue.
    pub(super) fn name(&self, product: usize) -> String {
        let aisle = usize::from(self.aisle_of[product]);
        let rank = product as u32 - self.start[aisle];
        // 1,109 shares no factor with the 1,920 pairs: a walk over all of them without repeats.
        let pair = ((self.name_offset[aisle] + rank) % NAMES_PER_AISLE * 1_109 % NAMES_PER_AISLE) as usize;
        let noun = aisles().nth(aisle).map_or("", |(_, _, aisle)| aisle.name);
        format!("{} {} {noun}", MAKERS[pair % MAKERS.len()], KINDS[pair / MAKERS.len()])
    }
}

/// A shelf price: ends in 9.
fn price(cents: f64) -> u32 {
    ((cents / 10.0).round().max(3.0) * 10.0) as u32 - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_has_21_departments_and_134_aisles_with_distinct_names() {
        assert_eq!(DEPARTMENTS.len(), 21);
        assert_eq!(aisles().count(), AISLES);
        let names: std::collections::BTreeSet<_> = aisles().map(|(_, _, aisle)| aisle.name).collect();
        assert_eq!(names.len(), AISLES);
        let share: f64 = aisles().map(|(_, _, aisle)| aisle.share).sum();
        assert!((900.0..1100.0).contains(&share), "{share}");
    }

    #[test]
    fn every_product_has_a_shelf_a_price_and_a_name_of_its_own() {
        for products in [4_000, 12_000, 49_688] {
            let catalogue = Catalogue::new(products, 7);
            assert_eq!(catalogue.len(), products as usize);
            let names: std::collections::BTreeSet<_> = (0..catalogue.len()).map(|p| catalogue.name(p)).collect();
            assert_eq!(names.len(), catalogue.len());
            assert!(catalogue.cents.iter().all(|&c| c % 10 == 9));
            assert!((0..AISLES).all(|a| catalogue.aisle(a).len() >= 2));
        }
    }
}
