//! Lines that an extract itself keeps apart.
//!
//! The public Instacart download gives the lines of each customer's last order in a file of their own
//! (`order_products__train`), for a prediction contest; `eval_set` in the orders says which order belongs where. The
//! canonical definitions count the lines of `prior` only, so the others are left out unless somebody maps them.

use super::findings::ColumnRef;
use super::schema::{Mapping, Role};
use super::synonyms::{normalise, stem_words};

/// The column of orders that says which are kept apart.
const SET: &str = "eval_set";
/// What files of lines kept apart are called after; those that count are called after [`PRIOR`].
const APART: [&str; 2] = ["train", "test"];
const PRIOR: &str = "prior";

/// Is `file` one of lines kept apart, beside `others` that carry lines and orders with these columns?
pub(super) fn is_held_out<'a>(
    file: &str,
    others: impl IntoIterator<Item = &'a str>,
    order_columns: impl IntoIterator<Item = &'a str>,
) -> bool {
    let called = |file: &str, word: &str| stem_words(file).iter().any(|w| w == word);
    APART.iter().any(|word| called(file, word))
        && !called(file, PRIOR)
        && others.into_iter().any(|other| called(other, PRIOR))
        && order_columns.into_iter().any(|column| normalise(column) == SET)
}

impl Mapping {
    /// Does `file` play any role?
    pub fn uses(&self, file: &str) -> bool {
        self.roles.values().flatten().any(|column| column.file == file)
    }

    /// Gives the columns of `file` the roles that columns of the same names play in the file of lines mapped first:
    /// its lines count as well.
    pub fn count_lines_of(&mut self, file: &str, columns: &[String]) {
        let Some(like) = self.columns(Role::LineOrder).first().map(|column| column.file.clone()) else { return };
        for played in self.roles.values_mut() {
            let same = played.iter().find(|c| c.file == like && columns.contains(&c.column)).map(|c| c.column.clone());
            if let Some(column) = same
                && !played.iter().any(|c| c.file == file)
            {
                played.push(ColumnRef { file: file.to_owned(), column });
            }
        }
    }

    /// Takes all roles from `file`.
    pub fn leave_out(&mut self, file: &str) {
        for played in self.roles.values_mut() {
            played.retain(|column| column.file != file);
        }
        self.roles.retain(|_, played| !played.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::findings::Layout;

    #[test]
    fn names_and_the_orders_say_so_together() {
        let held = |file: &str, others: &[&str], columns: &[&str]| {
            is_held_out(file, others.iter().copied(), columns.iter().copied())
        };
        let (prior, orders) = (["order_products__prior.csv"], ["order_id", "user_id", "eval_set"]);
        assert!(held("order_products__train.csv.gz", &prior, &orders));
        assert!(held("Order_Products__Train.parquet", &prior, &["EvalSet"]));
        assert!(!held("order_products__train.csv", &prior, &["order_id", "user_id"]));
        assert!(!held("order_products__train.csv", &["lines.csv"], &orders));
        assert!(!held("order_products__prior.csv", &prior, &orders));
        assert!(!held("training_lines.csv", &prior, &orders));
    }

    #[test]
    fn lines_are_counted_and_left_out_again() {
        let place = |file: &str, column: &str| ColumnRef { file: file.to_owned(), column: column.to_owned() };
        let roles = [
            (Role::Order, vec![place("orders", "order_id")]),
            (Role::LineOrder, vec![place("prior", "order_id")]),
            (Role::Product, vec![place("prior", "product_id")]),
        ];
        let mut mapping = Mapping { layout: Layout::Star, roles: roles.into(), read_as: Vec::new() };
        let before = mapping.clone();
        mapping.count_lines_of("train", &["order_id".to_owned(), "product_id".to_owned()]);
        assert!(mapping.uses("train"));
        assert_eq!(mapping.columns(Role::Product)[1], place("train", "product_id"));
        assert_eq!(mapping.columns(Role::Order).len(), 1);
        mapping.leave_out("train");
        assert_eq!(mapping, before);
    }
}
