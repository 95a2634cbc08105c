//! What the join reads: a named table that streams batches of chosen columns.
//!
//! Two kinds of files are tables, Parquet and CSV; the join knows neither.

use arrow_array::RecordBatch;

use super::clock::Clock;
use super::error::ExtractError;
use super::remote::{Ahead, Form};
use super::schema::{ColumnClass, ReadAs};

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
    /// How its values are read, where the format does not say it.
    pub(super) read_as: Option<ReadAs>,
}

impl TableColumn {
    /// The clock on which its instants are read: that of their zone; UTC where none is noted or known.
    pub(super) fn clock(&self) -> Clock {
        self.zone.as_deref().and_then(Clock::of).unwrap_or_default()
    }
}

/// A stream of batches.
pub(super) type Batches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, ExtractError>> + Send + 'a>;

/// A table that streams.
pub(super) trait Table: Sync {
    /// File name.
    fn name(&self) -> &str;
    /// Bytes of the file.
    fn bytes(&self) -> u64;
    /// Rows; an estimate as long as they are not [`Table::counted`].
    fn rows(&self) -> u64;
    /// Is [`Table::rows`] exact?
    fn counted(&self) -> bool;
    /// Row groups (0 where the format has none).
    fn row_groups(&self) -> u64;
    /// How the file is written, in words.
    fn format(&self) -> String;
    /// Reads column `column` in another way, where the format leaves that open.
    fn read_as(&mut self, column: usize, reading: ReadAs);
    /// Columns in file order.
    fn columns(&self) -> &[TableColumn];
    /// Streams the columns `wanted` (indices into [`Table::columns`]); batch columns stand in that order.
    ///
    /// `first_rows` stops early. Columns may repeat in `wanted`; it may be empty.
    fn batches(&self, wanted: &[usize], first_rows: Option<usize>) -> Result<Batches<'_>, ExtractError>;

    /// All batches of the columns `wanted`, decoded by another worker or thread where the host has one and it is worth
    /// it. They are those of [`Table::batches`], but that columns that come from there may come in the form beside them.
    fn ahead<'a>(&'a self, wanted: &[(usize, Form)]) -> Result<Ahead<'a>, ExtractError> {
        let columns: Vec<usize> = wanted.iter().map(|&(column, _)| column).collect();
        Ok(Ahead::Here(self.batches(&columns, None)?))
    }

    /// Index of a column by name.
    fn column(&self, name: &str) -> Option<usize> {
        self.columns().iter().position(|c| c.name == name)
    }

    /// Upper bound on rows that is safe to allocate for: a file cannot make us reserve more than its own size.
    fn row_hint(&self) -> usize {
        usize::try_from(self.rows().min(self.bytes())).unwrap_or(usize::MAX)
    }
}
