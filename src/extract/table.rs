//! What the join reads: a named table that streams batches of chosen columns.
//!
//! Parquet is the first kind of table; another reader (CSV) implements the same trait and feeds the
//! same join.

use arrow_array::RecordBatch;

use super::error::ExtractError;
use super::schema::ColumnClass;

/// Rows per batch: large enough to amortise, small enough to stay in cache and to yield often.
pub(super) const BATCH_ROWS: usize = 65_536;

/// One column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableColumn {
    /// Name.
    pub(super) name: String,
    /// Type in words.
    pub(super) kind: String,
    /// Class of the type.
    pub(super) class: ColumnClass,
    /// Time zone of a timestamp column as the writer noted it.
    pub(super) zone: Option<String>,
}

/// A stream of batches.
pub(super) type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, ExtractError>> + 'a>;

/// A table that streams.
pub(super) trait Table {
    /// File name.
    fn name(&self) -> &str;
    /// Bytes of the file.
    fn bytes(&self) -> u64;
    /// Rows.
    fn rows(&self) -> u64;
    /// Row groups (1 where the format has none).
    fn row_groups(&self) -> u64;
    /// Columns in file order.
    fn columns(&self) -> &[TableColumn];
    /// Streams the columns `wanted` (indices into [`Table::columns`]); batch columns stand in that order.
    ///
    /// `first_rows` stops early. Columns may repeat in `wanted`.
    fn batches(&self, wanted: &[usize], first_rows: Option<usize>) -> Result<Batches<'_>, ExtractError>;

    /// Index of a column by name.
    fn column(&self, name: &str) -> Option<usize> {
        self.columns().iter().position(|c| c.name == name)
    }

    /// Upper bound on rows that is safe to allocate for: a file cannot make us reserve more than its own size.
    fn row_hint(&self) -> usize {
        usize::try_from(self.rows().min(self.bytes())).unwrap_or(usize::MAX)
    }
}
