//! Products and their categories.

use arrow_array::ArrayRef;

use super::bound::{Bound, Reading};
use super::error::ExtractError;
use super::history::{Category, Line};
use super::keys::{Interner, NULL};
use super::notes::place;
use super::numbers::each_text;
use super::schema::Role;

/// Name of the category of products that have none.
pub(super) const UNKNOWN: &str = "(unknown)";
/// Name of the category that gathers what is beyond the most frequent ones.
pub(super) const OTHER: &str = "(other)";
/// Categories kept apart from [`OTHER`] and [`UNKNOWN`].
const MOST_CATEGORIES: usize = 500;
/// Products a line can name.
pub(super) const MOST_PRODUCTS: usize = (1 << 31) - 1;

/// Products and categories while the files are read; numbers are in order of first appearance.
pub(super) struct Catalogue {
    pub(super) products: Interner,
    /// Category number of each product number; [`NULL`] where unknown.
    category_of: Vec<u32>,
    categories: Interner,
    /// Name of each category number, from the category table.
    names: Vec<Option<String>>,
    /// Products of the product table: numbers below this are known.
    known: usize,
    has_product_table: bool,
    has_category_table: bool,
    /// Do lines carry the category (because no product table does)?
    pub(super) from_lines: bool,
    has_categories: bool,
    numbers: Vec<u32>,
}

/// Products in ascending order of id, with their categories.
pub(super) struct Shelf {
    /// Category index of each place; empty without categories.
    pub(super) product_category: Vec<u16>,
    /// The categories.
    pub(super) categories: Vec<Category>,
}

/// Reads product and category tables.
pub(super) async fn read_catalogue(
    products: &[Bound<'_>],
    categories: &[Bound<'_>],
    lines: &[Bound<'_>],
    reading: &mut Reading<'_>,
) -> Result<Catalogue, ExtractError> {
    let hint = products.iter().map(|p| p.table.row_hint()).fold(0, usize::saturating_add);
    let in_products = products.iter().any(|p| p.has(Role::Category));
    let from_lines = !in_products && lines.iter().any(|p| p.has(Role::Category));
    let mut catalogue = Catalogue {
        products: Interner::new(hint.max(1 << 18)),
        category_of: Vec::new(),
        categories: Interner::new(0),
        names: Vec::new(),
        known: 0,
        has_product_table: !products.is_empty(),
        has_category_table: !categories.is_empty(),
        from_lines,
        has_categories: in_products || from_lines,
        numbers: Vec::new(),
    };
    for part in categories {
        catalogue.read_categories(part, reading).await?;
    }
    for part in products {
        catalogue.read_products(part, reading).await?;
    }
    catalogue.known = catalogue.products.len();
    Ok(catalogue)
}

impl Catalogue {
    async fn read_categories(&mut self, part: &Bound<'_>, reading: &mut Reading<'_>) -> Result<(), ExtractError> {
        let (slots, batches) = part.stream(&[Role::CategoryKey, Role::CategoryName])?;
        let [Some(key_at), name_at] = slots[..] else { return Ok(()) };
        let mut rows = 0u64;
        let mut repeated = 0;
        let mut numbers = Vec::new();
        for batch in batches {
            let batch = batch?;
            self.categories
                .intern(batch.column(key_at), &mut numbers)
                .map_err(|e| part.key_error(Role::CategoryKey, e, rows))?;
            let known = self.names.len();
            self.names.resize(self.categories.len(), None);
            if let Some(name_at) = name_at {
                each_text(batch.column(name_at), |row, name| {
                    let number = numbers[row] as usize;
                    match self.names.get_mut(number) {
                        Some(slot @ None) => *slot = name.map(str::to_owned),
                        Some(Some(_)) => repeated += 1,
                        None => {}
                    }
                });
            }
            debug_assert!(known <= self.names.len());
            rows += batch.num_rows() as u64;
            reading.tick(batch.num_rows()).await?;
        }
        reading.notes.say("duplicate_categories", repeated, "Category ids that stand twice keep their first name");
        Ok(())
    }

    async fn read_products(&mut self, part: &Bound<'_>, reading: &mut Reading<'_>) -> Result<(), ExtractError> {
        let (slots, batches) = part.stream(&[Role::ProductKey, Role::Category])?;
        let [Some(key_at), category_at] = slots[..] else { return Ok(()) };
        let (mut rows, mut repeated) = (0u64, 0u64);
        let mut products = Vec::new();
        for batch in batches {
            let batch = batch?;
            let before = self.products.len();
            self.products
                .intern(batch.column(key_at), &mut products)
                .map_err(|e| part.key_error(Role::ProductKey, e, rows))?;
            let distinct = (self.products.len() - before) as u64;
            let without = products.iter().filter(|p| **p == NULL).count() as u64;
            let sentence = "Rows of the product file without a product were left out";
            reading.notes.add("null_products", without, sentence, || {
                let row = products.iter().position(|p| *p == NULL).unwrap_or(0);
                place(part.table.name(), part.column(Role::ProductKey), rows + row as u64)
            });
            repeated += products.len() as u64 - without - distinct;
            if let Some(at) = category_at {
                self.expect(self.products.len());
                self.assign(part, batch.column(at), &products, false, rows, reading)?;
            }
            rows += batch.num_rows() as u64;
            reading.tick(batch.num_rows()).await?;
        }
        let sentence = "Products that stand twice in the product file keep their first category";
        reading.notes.add("duplicate_products", repeated, sentence, String::new);
        Ok(())
    }

    /// Makes place for the categories of `products` products.
    pub(super) fn expect(&mut self, products: usize) {
        self.category_of.resize(products, NULL);
    }

    /// Gives `products`, which are expected, the categories of `column`, unless they have one; counts contradictions of
    /// lines.
    pub(super) fn assign(
        &mut self,
        part: &Bound<'_>,
        column: &ArrayRef,
        products: &[u32],
        count_contradictions: bool,
        rows_before: u64,
        reading: &mut Reading<'_>,
    ) -> Result<(), ExtractError> {
        let mut numbers = std::mem::take(&mut self.numbers);
        self.categories.intern(column, &mut numbers).map_err(|e| part.key_error(Role::Category, e, rows_before))?;
        self.names.resize(self.categories.len(), None);
        let (mut contradictions, mut without) = (0, 0);
        for (&product, &category) in products.iter().zip(&numbers) {
            if let Some(slot) = self.category_of.get_mut(product as usize) {
                if category == NULL {
                    without += u64::from(count_contradictions);
                } else if *slot == NULL {
                    *slot = category;
                } else if *slot != category && count_contradictions {
                    contradictions += 1;
                }
            }
        }
        self.numbers = numbers;
        reading.notes.say(
            "product_of_two_categories",
            contradictions,
            "Lines give a product another category than its first line does; the first was used",
        );
        reading.notes.say(
            "lines_without_category",
            without,
            "Lines without a category count for that of their product's other lines, or (unknown) if those have none",
        );
        Ok(())
    }

    /// Products below this number are in the product table; all are where there is no such table.
    pub(super) fn known(&self) -> u32 {
        if self.has_product_table { u32::try_from(self.known).unwrap_or(u32::MAX) } else { u32::MAX }
    }

    /// Puts products and categories in order. `lines` (products by rank) are counted per category where there
    /// are too many.
    pub(super) fn shelve(mut self, lines: &[Line], reading: &mut Reading<'_>) -> Shelf {
        if !self.has_categories {
            return Shelf { product_category: Vec::new(), categories: Vec::new() };
        }
        let order = self.products.sorted();
        self.category_of.resize(self.products.len(), NULL);
        let mut used = vec![self.has_category_table; self.categories.len()];
        for &category in self.category_of.iter().filter(|c| **c != NULL) {
            used[category as usize] = true;
        }
        // Blanks are how some exports write "none", and a category may already be called (unknown).
        let is_none = |number: u32| {
            !self.has_category_table && !self.categories.is_numeric() && {
                let text = self.categories.text(number);
                text.trim().is_empty() || text == UNKNOWN
            }
        };
        let mut listed: Vec<u32> =
            self.categories.sorted().into_iter().filter(|&c| used[c as usize] && !is_none(c)).collect();
        if self.has_category_table && !self.categories.is_numeric() {
            listed.sort_by(|&a, &b| self.names[a as usize].cmp(&self.names[b as usize]));
        }
        let nameless = listed.iter().filter(|c| self.has_category_table && self.names[**c as usize].is_none()).count();
        let sentence = "Category ids without a name in the category table are called by their id";
        reading.notes.say("nameless_categories", nameless as u64, sentence);

        let kept = self.most_frequent(&listed, &order, lines);
        if kept.len() < listed.len() {
            let sentence = format!("Categories beyond the {MOST_CATEGORIES} with most lines were gathered in {OTHER}");
            reading.notes.say("categories_gathered", (listed.len() - kept.len()) as u64, &sentence);
        }
        let mut categories: Vec<Category> = kept.iter().map(|&c| self.category(c)).collect();
        let mut index = vec![u16::MAX; self.categories.len()];
        for (at, &category) in kept.iter().enumerate() {
            index[category as usize] = at as u16;
        }
        if kept.len() < listed.len() {
            for &category in &listed {
                let at = &mut index[category as usize];
                if *at == u16::MAX {
                    *at = categories.len() as u16;
                }
            }
            categories.push(Category { id: None, name: OTHER.to_owned() });
        }
        let unknown = categories.len() as u16;
        let product_category: Vec<u16> = order
            .iter()
            .map(|&product| match self.category_of[product as usize] {
                NULL => unknown,
                category => index[category as usize].min(unknown),
            })
            .collect();
        let without = product_category.iter().filter(|c| **c == unknown).count() as u64;
        if without > 0 {
            categories.push(Category { id: None, name: UNKNOWN.to_owned() });
            let sentence = format!("Products without a category fall into the category {UNKNOWN}");
            reading.notes.say("products_without_category", without, &sentence);
        }
        Shelf { product_category, categories }
    }

    /// All of `listed`, or the most frequent of them in the same order; ties go to the earlier one.
    fn most_frequent(&self, listed: &[u32], order: &[u32], lines: &[Line]) -> Vec<u32> {
        if listed.len() <= MOST_CATEGORIES {
            return listed.to_vec();
        }
        let mut count = vec![0u64; self.categories.len()];
        for line in lines {
            if let Some(slot) = count.get_mut(self.category_of[order[line.product() as usize] as usize] as usize) {
                *slot += 1;
            }
        }
        let mut places: Vec<usize> = (0..listed.len()).collect();
        places.sort_by_key(|&p| (std::cmp::Reverse(count[listed[p] as usize]), p));
        places.truncate(MOST_CATEGORIES);
        places.sort_unstable();
        places.into_iter().map(|p| listed[p]).collect()
    }

    fn category(&self, number: u32) -> Category {
        let id = self.categories.text(number);
        if !self.has_category_table {
            return Category { id: None, name: id };
        }
        let name = self.names[number as usize].clone().unwrap_or_else(|| id.clone());
        Category { id: Some(id), name }
    }
}
