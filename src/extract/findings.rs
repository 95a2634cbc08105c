//! What the extract room found: results.json `extract`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The three layouts of an extract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Orders + order lines (+ products, categories, departments).
    Star,
    /// Order lines that carry everything, or lines + products.
    Wide,
    /// One row per customer.
    Customers,
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileFindings {
    /// File name as given (untrusted text).
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Number of rows.
    pub rows: u64,
    /// Number of row groups.
    pub row_groups: u64,
    /// SHA-256 of the whole file, hex.
    pub sha256: String,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ColumnRef {
    /// File name.
    pub file: String,
    /// Column name.
    pub column: String,
}

/// Something the reader of the memo should know; never an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable code, `snake_case` ("`lines_merged`").
    pub code: String,
    /// One sentence with the file, the column and what was done.
    pub message: String,
    /// How many rows, orders, lines or customers it concerns.
    pub count: u64,
    /// What to do about it, in one sentence.
    #[serde(default)]
    pub action: String,
}

/// results.json `extract`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExtractFindings {
    /// The layout that was read.
    pub layout: Layout,
    /// The files in the order given.
    pub files: Vec<FileFindings>,
    /// Role to column, as used (`role` names as in `schema::Role`).
    pub mapping: BTreeMap<String, ColumnRef>,
    /// Customers before the minimum-order filter.
    pub customers: u64,
    /// Orders.
    pub orders: u64,
    /// Order lines after the derivation rules.
    pub order_lines: u64,
    /// Products in the catalogue.
    pub products: u64,
    /// Categories.
    pub categories: u64,
    /// What was dropped, merged, derived or disagreed.
    pub warnings: Vec<Warning>,
    /// Integrity figures behind the integrity gate.
    pub integrity: Integrity,
}

/// Row counts behind the integrity gate; each share is of `rows`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Integrity {
    /// Rows read from the order and line files.
    pub rows: u64,
    /// Rows dropped because the customer or the order is null.
    pub null_keys: u64,
    /// Rows that repeat a key (duplicate orders).
    pub duplicate_keys: u64,
    /// Lines whose order is not in the orders file.
    pub orphan_lines: u64,
    /// Lines whose product is not in the product file.
    pub unknown_products: u64,
    /// Orders, not a customer's first, without a gap.
    pub missing_gaps: u64,
    /// Rows whose reordered flag, which a column gives, is null or no flag.
    #[serde(default)]
    pub unknown_flags: u64,
}
