//! Why an extract cannot be read: where the fault lies and what to do about it.

use super::findings::ColumnRef;
use super::schema::Role;
use crate::pace::Cancelled;

/// An extract that cannot be read. Every variant says file, column, row or count as far as they are known.
///
/// Rows are counted from 1, as a person would.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// No file at all.
    #[error("no file was given")]
    NoFiles,
    /// Two files of one name: a mapping could not tell them apart.
    #[error("two files are called \"{file}\"")]
    SameName {
        /// The name.
        file: String,
    },
    /// The file is none of the kinds that can be read: Parquet, and text in columns.
    #[error("\"{file}\" is neither a Parquet nor a CSV file: {detail}")]
    NotParquet {
        /// File.
        file: String,
        /// What it looks like instead.
        detail: String,
    },
    /// The file begins as Parquet, and then ends too soon.
    #[error("\"{file}\" is cut short: {detail}")]
    Truncated {
        /// File.
        file: String,
        /// What is missing.
        detail: String,
    },
    /// Text that is not encoded as UTF-8, or no text after all.
    #[error("\"{file}\" is not text in UTF-8: {}{detail}", of_column(.column.as_deref()))]
    NotUtf8 {
        /// File.
        file: String,
        /// Column, if it is one column's fault.
        column: Option<String>,
        /// What shows it, and where.
        detail: String,
    },
    /// CSV whose first line is a row, not the names of columns.
    #[error("\"{file}\" does not begin with the names of its columns")]
    NoHeader {
        /// File.
        file: String,
    },
    /// CSV with a row of more or fewer fields than the header.
    #[error("row {row} (line {line}) of \"{file}\" has {found} fields where the header has {expected}")]
    RaggedRow {
        /// File.
        file: String,
        /// Row, from 1.
        row: u64,
        /// Line, from 1.
        line: u64,
        /// Fields of the row.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// CSV with a quote that is opened and not closed before the file or all patience ends.
    #[error("a quote in \"{file}\" is never closed: it opens in the row that begins in line {line}")]
    UnclosedQuote {
        /// File.
        file: String,
        /// Row, from 1; 0 in the header.
        row: u64,
        /// Line, from 1.
        line: u64,
    },
    /// A value of a CSV column that the column's reading does not allow.
    #[error(
        "row {row} (line {line}) of column \"{column}\" in \"{file}\" holds \"{value}\"; the column is read as {kind}"
    )]
    Misfit {
        /// File.
        file: String,
        /// Column.
        column: String,
        /// Row, from 1.
        row: u64,
        /// Line, from 1.
        line: u64,
        /// The value, at most 60 characters.
        value: String,
        /// How the column is read, in words.
        kind: String,
    },
    /// Dates in CSV that may be of the day first or of the month first.
    #[error(
        "the dates of column \"{column}\" in \"{file}\" may have the day or the month first: its first rows allow both"
    )]
    DayOrMonth {
        /// File.
        file: String,
        /// Column.
        column: String,
    },
    /// Parquet modular encryption.
    #[error("\"{file}\" is encrypted{}", place(.column.as_deref(), None))]
    Encrypted {
        /// File.
        file: String,
        /// Column, if the footer is not.
        column: Option<String>,
    },
    /// The file says things that cannot be.
    #[error("\"{file}\" is damaged{}: {detail}", place(.column.as_deref(), *.row_group))]
    Damaged {
        /// File.
        file: String,
        /// Column, if it is one column's fault.
        column: Option<String>,
        /// Row group, from 1, if it is one row group's fault.
        row_group: Option<usize>,
        /// What cannot be.
        detail: String,
    },
    /// A codec that this build cannot decompress.
    #[error("\"{file}\" is compressed with {codec}{}, which cannot be read here", place(.column.as_deref(), None))]
    UnknownCodec {
        /// File.
        file: String,
        /// Column, if it can be told.
        column: Option<String>,
        /// The codec's name.
        codec: String,
    },
    /// Not a single row.
    #[error("\"{file}\" has no rows")]
    ZeroRows {
        /// File.
        file: String,
    },
    /// Not a single column.
    #[error("\"{file}\" has no columns")]
    ZeroColumns {
        /// File.
        file: String,
    },
    /// The host could not read the file.
    #[error("\"{file}\" could not be read: {detail}")]
    ReadFailed {
        /// File.
        file: String,
        /// The host's words.
        detail: String,
    },
    /// The file is not the one that was opened.
    #[error("\"{file}\" changed while it was read: {detail}")]
    FileChanged {
        /// File.
        file: String,
        /// What was noticed.
        detail: String,
    },
    /// A role that the layout needs is played by no column.
    #[error("no column plays the role \"{}\": {hint}", .role.title())]
    MissingRole {
        /// Role.
        role: Role,
        /// What it is needed for and what would do instead.
        hint: String,
        /// The column that is called like it, if there is one, and cannot play it.
        column: Option<ColumnRef>,
    },
    /// The mapping names a file that is not there.
    #[error("the mapping takes \"{}\" from \"{file}\", a file that is not among those given", .role.title())]
    UnknownFile {
        /// Role.
        role: Role,
        /// File.
        file: String,
    },
    /// The mapping names a column that the file does not have.
    #[error("the mapping takes \"{}\" from column \"{column}\", which \"{file}\" does not have", .role.title())]
    UnknownColumn {
        /// Role.
        role: Role,
        /// File.
        file: String,
        /// Column.
        column: String,
    },
    /// The column's type cannot play the role.
    #[error("column \"{column}\" of \"{file}\" is {kind}; the role \"{}\" needs {wanted}", .role.title())]
    WrongType {
        /// Role.
        role: Role,
        /// File.
        file: String,
        /// Column.
        column: String,
        /// The column's type in words.
        kind: String,
        /// What would do.
        wanted: &'static str,
    },
    /// A list, map or struct where a scalar is needed.
    #[error("column \"{column}\" of \"{file}\" is nested ({kind}); the role \"{}\" needs one value per row", .role.title())]
    NestedColumn {
        /// Role.
        role: Role,
        /// File.
        file: String,
        /// Column.
        column: String,
        /// The column's type in words.
        kind: String,
    },
    /// Roles that have to sit in one file are spread over several.
    #[error("the roles \"{}\" and \"{}\" must be columns of one file, but \"{file}\" has only the first", .present.title(), .absent.title())]
    ScatteredRoles {
        /// The role the file has.
        present: Role,
        /// The role it lacks.
        absent: Role,
        /// File.
        file: String,
    },
    /// One role, two columns of one file.
    #[error("the mapping gives the role \"{}\" to two columns of \"{file}\"", .role.title())]
    RoleTwice {
        /// Role.
        role: Role,
        /// File.
        file: String,
    },
    /// Keys of two files that can never be equal: numbers here, text there.
    #[error("column \"{column}\" of \"{file}\" holds {kind}, but the keys it must match are {other_kind}")]
    KeyTypesDiffer {
        /// File.
        file: String,
        /// Column.
        column: String,
        /// Its kind.
        kind: &'static str,
        /// The other's kind.
        other_kind: &'static str,
    },
    /// An id that is no exact value.
    #[error("row {row} of column \"{column}\" in \"{file}\" holds {value}, which is no exact id")]
    InexactId {
        /// File.
        file: String,
        /// Column.
        column: String,
        /// Row, from 1.
        row: u64,
        /// The value.
        value: String,
    },
    /// So many unusable values that the column cannot mean what the mapping says.
    #[error(
        "{count} of {rows} values of column \"{column}\" in \"{file}\" cannot be read as \"{}\" (first: row {row}, {value})",
        .role.title()
    )]
    BadValues {
        /// Role.
        role: Role,
        /// File.
        file: String,
        /// Column.
        column: String,
        /// How many.
        count: u64,
        /// Of how many.
        rows: u64,
        /// The first one's row, from 1.
        row: u64,
        /// The first one.
        value: String,
    },
    /// Every key is null.
    #[error("every row of \"{file}\" lacks its customer or its order")]
    AllKeysNull {
        /// File.
        file: String,
    },
    /// One order id under two customers, too often for an accident.
    #[error(
        "{count} order ids of \"{file}\" stand under two customers (first: order {order}); lines cannot be told apart"
    )]
    OrderOfTwoCustomers {
        /// File.
        file: String,
        /// How many order ids.
        count: u64,
        /// The first one, as text.
        order: String,
    },
    /// No line belongs to any order.
    #[error("no line of \"{file}\" belongs to an order: none of its {count} values of \"{column}\" is an order id")]
    NothingJoins {
        /// File of the lines.
        file: String,
        /// Its order column.
        column: String,
        /// Rows looked at.
        count: u64,
    },
    /// `as_of` without dates.
    #[error("an as-of date was given, but no column holds a date or timestamp of the orders")]
    AsOfNeedsDates,
    /// Everything is after the as-of date.
    #[error("all {count} orders are later than the as-of date")]
    NothingBeforeAsOf {
        /// How many orders.
        count: u64,
    },
    /// More than the engine can count.
    #[error("{count} {what} are more than can be analysed at once (at most {limit})")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many.
        count: u64,
        /// The limit.
        limit: u64,
    },
    /// The host has not the memory.
    #[error("{count} {what} need {bytes} bytes of memory, more than there is")]
    OutOfMemory {
        /// What needs the memory.
        what: &'static str,
        /// How many.
        count: u64,
        /// Bytes asked for.
        bytes: u64,
    },
    /// The host cancelled.
    #[error("cancelled")]
    Cancelled,
}

fn place(column: Option<&str>, row_group: Option<usize>) -> String {
    match (column, row_group) {
        (Some(column), Some(group)) => format!(" in column \"{column}\", row group {group}"),
        (Some(column), None) => format!(" in column \"{column}\""),
        (None, Some(group)) => format!(" in row group {group}"),
        (None, None) => String::new(),
    }
}

fn of_column(column: Option<&str>) -> String {
    column.map_or_else(String::new, |column| format!("in column \"{column}\", "))
}

impl ExtractError {
    /// Stable code, `snake_case`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFiles => "no_files",
            Self::SameName { .. } => "same_name",
            Self::NotParquet { .. } => "not_parquet",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::NoHeader { .. } => "no_header",
            Self::RaggedRow { .. } => "ragged_row",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::Misfit { .. } => "value_misfit",
            Self::DayOrMonth { .. } => "day_or_month",
            Self::Truncated { .. } => "truncated",
            Self::Encrypted { .. } => "encrypted",
            Self::Damaged { .. } => "damaged",
            Self::UnknownCodec { .. } => "unknown_codec",
            Self::ZeroRows { .. } => "zero_rows",
            Self::ZeroColumns { .. } => "zero_columns",
            Self::ReadFailed { .. } => "read_failed",
            Self::FileChanged { .. } => "file_changed",
            Self::MissingRole { .. } => "missing_role",
            Self::UnknownFile { .. } => "unknown_file",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::WrongType { .. } => "wrong_type",
            Self::NestedColumn { .. } => "nested_column",
            Self::ScatteredRoles { .. } => "scattered_roles",
            Self::RoleTwice { .. } => "role_twice",
            Self::KeyTypesDiffer { .. } => "key_types_differ",
            Self::InexactId { .. } => "inexact_id",
            Self::BadValues { .. } => "bad_values",
            Self::AllKeysNull { .. } => "all_keys_null",
            Self::OrderOfTwoCustomers { .. } => "order_of_two_customers",
            Self::NothingJoins { .. } => "nothing_joins",
            Self::AsOfNeedsDates => "as_of_needs_dates",
            Self::NothingBeforeAsOf { .. } => "nothing_before_as_of",
            Self::TooMany { .. } => "too_many",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::Cancelled => "cancelled",
        }
    }

    /// What to do about it, in one sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoFiles => "Choose one or more Parquet or CSV files of orders and order lines.",
            Self::SameName { .. } => "Rename one of the two files and choose them again.",
            Self::NotParquet { .. } => "Export the table as Parquet, or as CSV with the names of the columns first.",
            Self::NotUtf8 { .. } => "Save the file as UTF-8 (in Excel: \"CSV UTF-8\").",
            Self::NoHeader { .. } => "Write the names of the columns into the file's first line.",
            Self::RaggedRow { .. } => {
                "Write the file again with quotes around values that hold the delimiter or a line break; a last row that \
                 is too short means that the copy did not finish."
            }
            Self::UnclosedQuote { .. } => "Close the quote, or write quotes inside of values twice.",
            Self::Misfit { .. } => "Choose in the mapping how the column is read (as text, say), or mend the value.",
            Self::DayOrMonth { .. } => {
                "Choose in the mapping how the column is read: dates with the day first, or with the month first."
            }
            Self::Truncated { .. } => "The download or copy did not finish: fetch the file again.",
            Self::Encrypted { .. } => "Write the file again without Parquet encryption.",
            Self::Damaged { .. } => "Write or fetch the file again; if it still fails, it was written wrongly.",
            Self::UnknownCodec { .. } => "Write the file with snappy, zstd, gzip, lz4, brotli or no compression.",
            Self::ZeroRows { .. } => "Check the query that made the file: its result is empty.",
            Self::ZeroColumns { .. } => "Check the query that made the file: it selects nothing.",
            Self::ReadFailed { .. } => "Check that the file is still there and readable, then choose it again.",
            Self::FileChanged { .. } => "Wait until whatever writes the file is done, then choose it again.",
            Self::MissingRole { .. } => {
                "Add the column to the extract or mend its values, or say in the mapping which column it is."
            }
            Self::UnknownFile { .. } => "Choose that file as well, or correct the mapping.",
            Self::UnknownColumn { .. } => "Correct the mapping: pick one of the file's columns.",
            Self::WrongType { .. } => "Pick another column for this role, or write the column with the right type.",
            Self::NestedColumn { .. } => "Flatten the column when writing the file, or pick another column.",
            Self::ScatteredRoles { .. } => "Pick columns of one file for both roles.",
            Self::RoleTwice { .. } => "Correct the mapping: one column per role and file.",
            Self::KeyTypesDiffer { .. } => "Write both id columns with the same type, or correct the mapping.",
            Self::InexactId { .. } => "Write the ids as integers or text.",
            Self::BadValues { .. } => "Pick another column for this role, or mend the values.",
            Self::AllKeysNull { .. } => "Check the mapping of customer and order.",
            Self::OrderOfTwoCustomers { .. } => {
                "Make order ids unique across customers, for example by joining customer and order id in one column."
            }
            Self::NothingJoins { .. } => "Check that both files are of the same period and that the order ids match.",
            Self::AsOfNeedsDates => "Leave the as-of date out, or map a timestamp column.",
            Self::NothingBeforeAsOf { .. } => "Choose a later as-of date.",
            Self::TooMany { .. } | Self::OutOfMemory { .. } => {
                "Use a random sample of customers, with all orders of each."
            }
            Self::Cancelled => "Start again when you like.",
        }
    }

    /// The column at fault, if it is one column's fault.
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Damaged { column, .. }
            | Self::UnknownCodec { column, .. }
            | Self::NotUtf8 { column, .. }
            | Self::Encrypted { column, .. } => column.as_deref(),
            Self::MissingRole { column, .. } => column.as_ref().map(|at| at.column.as_str()),
            Self::UnknownColumn { column, .. }
            | Self::WrongType { column, .. }
            | Self::NestedColumn { column, .. }
            | Self::KeyTypesDiffer { column, .. }
            | Self::InexactId { column, .. }
            | Self::BadValues { column, .. }
            | Self::Misfit { column, .. }
            | Self::DayOrMonth { column, .. }
            | Self::NothingJoins { column, .. } => Some(column),
            _ => None,
        }
    }

    /// The file at fault, if it is one file's fault.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::SameName { file }
            | Self::NotParquet { file, .. }
            | Self::NotUtf8 { file, .. }
            | Self::NoHeader { file }
            | Self::RaggedRow { file, .. }
            | Self::UnclosedQuote { file, .. }
            | Self::Misfit { file, .. }
            | Self::DayOrMonth { file, .. }
            | Self::Truncated { file, .. }
            | Self::Encrypted { file, .. }
            | Self::Damaged { file, .. }
            | Self::UnknownCodec { file, .. }
            | Self::ZeroRows { file }
            | Self::ZeroColumns { file }
            | Self::ReadFailed { file, .. }
            | Self::FileChanged { file, .. }
            | Self::UnknownFile { file, .. }
            | Self::UnknownColumn { file, .. }
            | Self::WrongType { file, .. }
            | Self::NestedColumn { file, .. }
            | Self::ScatteredRoles { file, .. }
            | Self::RoleTwice { file, .. }
            | Self::KeyTypesDiffer { file, .. }
            | Self::InexactId { file, .. }
            | Self::BadValues { file, .. }
            | Self::AllKeysNull { file }
            | Self::OrderOfTwoCustomers { file, .. }
            | Self::NothingJoins { file, .. } => Some(file),
            Self::MissingRole { column, .. } => column.as_ref().map(|at| at.file.as_str()),
            Self::NoFiles
            | Self::AsOfNeedsDates
            | Self::NothingBeforeAsOf { .. }
            | Self::TooMany { .. }
            | Self::OutOfMemory { .. }
            | Self::Cancelled => None,
        }
    }
}

impl From<Cancelled> for ExtractError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}
