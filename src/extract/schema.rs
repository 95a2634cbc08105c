//! Roles that columns can play, and what a look at the files proposes for them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::findings::{ColumnRef, Layout};

/// What a column means. The serialised names are the ones of `mapping.json` and `mapping-<role>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The customer of an order (or of a row, at customer level).
    Customer,
    /// The order, in the orders file (or in the one wide file).
    Order,
    /// Sequence of a customer's orders, 1 = first.
    OrderSequence,
    /// Timestamp or date of the order.
    OrderTimestamp,
    /// Day of week, 0 = Sunday.
    Weekday,
    /// Hour of day.
    Hour,
    /// Days since the customer's prior order.
    DaysSincePrior,
    /// The order, in the lines file.
    LineOrder,
    /// The product of a line.
    Product,
    /// Was it bought before by this customer?
    Reordered,
    /// Units.
    Quantity,
    /// Money.
    Amount,
    /// The product's id in the product file.
    ProductKey,
    /// The product's name.
    ProductName,
    /// The product's category: an id into the category table, or the name itself.
    Category,
    /// The category's id in the category table.
    CategoryKey,
    /// The category's name in the category table.
    CategoryName,
    /// Segment that a customer-level file brings along.
    Segment,
    /// Number of orders, at customer level.
    OrderCount,
    /// Frequency score, at customer level.
    FreqScore,
    /// Loyalty score, at customer level.
    LoyaltyScore,
    /// Mean days between orders, at customer level.
    MeanDaysBetweenOrders,
    /// Reorder ratio, at customer level.
    ReorderRatio,
}

impl Role {
    /// Every role, in the order a person would be asked for them.
    pub const ALL: [Self; 23] = [
        Self::Customer,
        Self::Order,
        Self::OrderSequence,
        Self::OrderTimestamp,
        Self::Weekday,
        Self::Hour,
        Self::DaysSincePrior,
        Self::LineOrder,
        Self::Product,
        Self::Reordered,
        Self::Quantity,
        Self::Amount,
        Self::ProductKey,
        Self::ProductName,
        Self::Category,
        Self::CategoryKey,
        Self::CategoryName,
        Self::Segment,
        Self::OrderCount,
        Self::FreqScore,
        Self::LoyaltyScore,
        Self::MeanDaysBetweenOrders,
        Self::ReorderRatio,
    ];

    /// The serialised name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Order => "order",
            Self::OrderSequence => "order_sequence",
            Self::OrderTimestamp => "order_timestamp",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::DaysSincePrior => "days_since_prior",
            Self::LineOrder => "line_order",
            Self::Product => "product",
            Self::Reordered => "reordered",
            Self::Quantity => "quantity",
            Self::Amount => "amount",
            Self::ProductKey => "product_key",
            Self::ProductName => "product_name",
            Self::Category => "category",
            Self::CategoryKey => "category_key",
            Self::CategoryName => "category_name",
            Self::Segment => "segment",
            Self::OrderCount => "order_count",
            Self::FreqScore => "freq_score",
            Self::LoyaltyScore => "loyalty_score",
            Self::MeanDaysBetweenOrders => "mean_days_between_orders",
            Self::ReorderRatio => "reorder_ratio",
        }
    }
}

impl Role {
    /// What a person would call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Order => "order",
            Self::OrderSequence => "order sequence",
            Self::OrderTimestamp => "order date or timestamp",
            Self::Weekday => "day of week",
            Self::Hour => "hour of day",
            Self::DaysSincePrior => "days since prior order",
            Self::LineOrder => "order of a line",
            Self::Product => "product of a line",
            Self::Reordered => "reordered",
            Self::Quantity => "quantity",
            Self::Amount => "amount",
            Self::ProductKey => "product in the product table",
            Self::ProductName => "product name",
            Self::Category => "category of a product",
            Self::CategoryKey => "category in the category table",
            Self::CategoryName => "category name",
            Self::Segment => "segment",
            Self::OrderCount => "number of orders",
            Self::FreqScore => "frequency score",
            Self::LoyaltyScore => "loyalty score",
            Self::MeanDaysBetweenOrders => "mean days between orders",
            Self::ReorderRatio => "reorder ratio",
        }
    }
}

/// What kind of values a column holds, whatever its width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnClass {
    /// Integers of any width; decimals with scale 0.
    Integer,
    /// Floats; decimals with a fraction.
    Float,
    /// Text.
    Text,
    /// Bytes.
    Binary,
    /// True or false.
    Boolean,
    /// Calendar dates.
    Date,
    /// Points in time.
    Timestamp,
    /// Lists, maps, structs.
    Nested,
    /// Anything else (times of day, intervals).
    #[default]
    Other,
}

/// Which column plays which role. Roles that several files carry (lines in several files) name the
/// column once per file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mapping {
    /// The layout.
    pub layout: Layout,
    /// Role to columns; a role absent here is absent from the extract.
    pub roles: BTreeMap<Role, Vec<ColumnRef>>,
}

/// One column of one file, for the mapping editor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColumnInspection {
    /// Name as it came (untrusted text).
    pub name: String,
    /// Type in words ("int64", `timestamp[us]`, "string").
    pub kind: String,
    /// Class of the type.
    #[serde(default)]
    pub class: ColumnClass,
    /// Can the engine read it as a scalar at all?
    pub usable: bool,
    /// The first values, as text, at most 5.
    pub preview: Vec<String>,
}

/// One file, looked at (footer and a few rows only).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileInspection {
    /// Name.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Row groups.
    pub row_groups: u64,
    /// What the file is taken for ("orders", "order lines", "products", "categories", "customers", "not used").
    pub part: String,
    /// Columns in file order.
    pub columns: Vec<ColumnInspection>,
}

/// A proposed role with how sure we are and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The role.
    pub role: Role,
    /// The column.
    pub column: ColumnRef,
    /// 0..1.
    pub confidence: f64,
    /// Plain words: "the name says so", "its values are keys of `orders.order_id`".
    pub reason: String,
}

/// All that is known before a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The files in the order given.
    pub files: Vec<FileInspection>,
    /// The proposals, one per (role, file).
    pub proposals: Vec<Proposal>,
    /// The mapping they make.
    pub mapping: Mapping,
    /// Roles that a run needs and nobody plays; empty means ready to run.
    pub missing: Vec<MissingRole>,
}

/// A role that is needed and absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MissingRole {
    /// The role.
    pub role: Role,
    /// What it is needed for, and what would do instead.
    pub hint: String,
}
