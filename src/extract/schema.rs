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
    /// How columns of CSV files are read where that is not left to their first rows. Columns that are not there, or
    /// not in a CSV file, are passed over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read_as: Vec<ColumnReading>,
}

/// How the values of a CSV column are read. Empty values are null, whatever the reading; in readings other than text
/// so are `NULL`, `NaN`, `None`, `NA`, `N/A` and `\N`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadAs {
    /// As it stands.
    Text,
    /// Whole numbers of 64 bits.
    Integer,
    /// Numbers with a decimal point.
    Decimal,
    /// Numbers with a decimal comma.
    DecimalComma,
    /// `true` and `false`.
    Boolean,
    /// Dates and timestamps, year first.
    Time,
    /// Dates and timestamps, day first.
    TimeDayFirst,
    /// Dates and timestamps, month first.
    TimeMonthFirst,
    /// Dates of which nobody can tell whether the day or the month comes first: somebody has to say.
    TimeUndecided,
}

impl ReadAs {
    /// What a person can choose.
    pub const CHOICES: [Self; 8] = [
        Self::Text,
        Self::Integer,
        Self::Decimal,
        Self::DecimalComma,
        Self::Boolean,
        Self::Time,
        Self::TimeDayFirst,
        Self::TimeMonthFirst,
    ];

    /// The serialised name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::DecimalComma => "decimal_comma",
            Self::Boolean => "boolean",
            Self::Time => "time",
            Self::TimeDayFirst => "time_day_first",
            Self::TimeMonthFirst => "time_month_first",
            Self::TimeUndecided => "time_undecided",
        }
    }

    /// What a person would call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "whole numbers",
            Self::Decimal => "numbers, decimal point",
            Self::DecimalComma => "numbers, decimal comma",
            Self::Boolean => "true or false",
            Self::Time => "dates, year first",
            Self::TimeDayFirst => "dates, day first",
            Self::TimeMonthFirst => "dates, month first",
            Self::TimeUndecided => "dates, day or month first?",
        }
    }
}

/// The reading of one CSV column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnReading {
    /// File name.
    pub file: String,
    /// Column name.
    pub column: String,
    /// How its values are read.
    pub read_as: ReadAs,
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
    /// How its values are read; `None` where the format says it (Parquet).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_as: Option<ReadAs>,
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
    /// Are `rows` estimated from the file's beginning? (CSV does not say how many it has.)
    #[serde(default)]
    pub rows_estimated: bool,
    /// Row groups; 0 where the format has none.
    pub row_groups: u64,
    /// How the file is written ("Parquet", "CSV with semicolons, gzip").
    #[serde(default)]
    pub format: String,
    /// What the file is taken for ("orders", "order lines", "held-out lines", "products", "categories", "customers",
    /// "not used").
    pub part: String,
    /// Are these lines of orders that the extract itself keeps apart (`eval_set`)? They are left out unless their
    /// columns are mapped ([`Mapping::count_lines_of`]).
    #[serde(default)]
    pub held_out: bool,
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
    /// What it is needed for, and what would do instead; and why a column that is called like it does not do.
    pub hint: String,
    /// That column, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<ColumnRef>,
}
