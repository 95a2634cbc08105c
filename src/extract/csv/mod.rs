//! CSV files as [`Table`]s: the beginning, from which marks and types are inferred, and streams of batches.
//!
//! Comma, semicolon, tab or bar between fields; quotes doubled or escaped; CR, LF or CRLF; UTF-8 with or without its
//! mark; plain or gzip. The first record names the columns. How each is read is inferred from the first
//! [`SAMPLE_ROWS`] rows (at most [`HEAD`] bytes) and can be chosen ([`ReadAs`]); a later value that does not fit is an
//! error with its row. Only the columns asked for are parsed; memory is a block of text and a batch of values.

mod bytes;
mod cells;
mod dialect;
mod infer;
mod records;
mod values;

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow_array::{RecordBatch, RecordBatchOptions};
use arrow_schema::{Field, Schema};

use bytes::{Bytes, is_gzip, read_error, text_of};
use cells::{Cells, Misfit};
use dialect::{check_text, delimiter_name, find_marks};
use infer::Seen;
use records::{BLOCK, Fault, Marks, Records};

use super::error::ExtractError;
use super::parquet_file::source_error;
use super::read_ahead;
use super::schema::ReadAs;
use super::source::Source;
use super::table::{BATCH_ROWS, Batches, Table, TableColumn};

/// Rows from which columns' types are inferred.
const SAMPLE_ROWS: u64 = 10_000;
/// Bytes of text looked at before a file is read.
const HEAD: usize = 1 << 20;
/// More columns are no table of orders.
const MOST_COLUMNS: usize = 4096;
/// A batch ends early when one of its columns holds this much text.
const MOST_TEXT: usize = 32 << 20;
/// In place of a number of rows: not counted yet.
const UNCOUNTED: u64 = u64::MAX;

/// A CSV file whose beginning has been looked at.
pub(super) struct CsvFile {
    source: Arc<dyn Source>,
    gzip: bool,
    marks: Marks,
    columns: Vec<TableColumn>,
    seen: Vec<Seen>,
    chosen: Vec<bool>,
    /// Rows, if the file has about as many everywhere as at its beginning.
    estimate: u64,
    /// Rows as counted by whoever first read to the end.
    counted: Arc<AtomicU64>,
}

impl CsvFile {
    /// Looks at the beginning of the file.
    pub(super) fn open(source: &Arc<dyn Source>) -> Result<Self, ExtractError> {
        let file = source.name();
        let gzip = is_gzip(source.as_ref()).map_err(|e| source_error(file.to_owned(), &e))?;
        let (mut text, taken) = text_of(source, gzip).map_err(|e| read_error(file, e))?;
        let mut head = Vec::new();
        text.by_ref().take(HEAD as u64 + 1).read_to_end(&mut head).map_err(|e| read_error(file, e))?;
        let complete = head.len() <= HEAD;
        head.truncate(HEAD);
        check_text(file, &head, complete)?;
        let marks = find_marks(file, &head, complete)?;

        let mut records = Records::new(&head[..], marks, BLOCK.min(head.len() + 1));
        let advance = |records: &mut Records<&[u8]>, row: u64| {
            records.advance().map_err(|fault| fault_error(file, fault, row, records.line()))
        };
        if !advance(&mut records, 0)? {
            return Err(ExtractError::NotParquet { file: file.to_owned(), detail: "it is empty".to_owned() });
        }
        let names = header(file, &records)?;
        let mut seen = vec![Seen::default(); names.len()];
        let mut rows = 0;
        // The last record of an incomplete head may be half a record.
        while match advance(&mut records, rows + 1) {
            Ok(more) => more && (complete || records.ended()),
            Err(error) if complete => return Err(error),
            Err(_) => false,
        } {
            rows += 1;
            if rows <= SAMPLE_ROWS {
                seen.iter_mut().enumerate().for_each(|(i, seen)| seen.see(records.field(i)));
            }
        }
        let columns = names
            .into_iter()
            .zip(&seen)
            .map(|(name, seen)| {
                let reading = seen.reading(marks.delimiter);
                let (class, kind) = seen.kind(reading);
                TableColumn { name, kind, class, zone: None, read_as: Some(reading) }
            })
            .collect::<Vec<_>>();
        Ok(Self {
            estimate: if complete { rows } else { estimate(source.as_ref(), gzip, rows, head.len(), &taken)? },
            counted: Arc::new(AtomicU64::new(if complete { rows } else { UNCOUNTED })),
            source: Arc::clone(source),
            gzip,
            marks,
            chosen: vec![false; columns.len()],
            columns,
            seen,
        })
    }
}

/// Rows of the whole file, if it goes on as in its first `head` bytes, which hold `rows`.
fn estimate(source: &dyn Source, gzip: bool, rows: u64, head: usize, taken: &AtomicU64) -> Result<u64, ExtractError> {
    let scaled = |whole: u64, part: u64| {
        u64::try_from(u128::from(rows) * u128::from(whole) / u128::from(part.max(1))).unwrap_or(u64::MAX / 2)
    };
    if !gzip {
        return Ok(scaled(source.len(), head as u64).max(rows));
    }
    // Gzip ends with the length of its text, modulo 2^32.
    let mut length = [0; 4];
    if source.len() > 4 {
        source.read(source.len() - 4, &mut length).map_err(|e| source_error(source.name().to_owned(), &e))?;
    }
    let by_length = scaled(u64::from(u32::from_le_bytes(length)), head as u64);
    Ok(by_length.max(scaled(source.len(), taken.load(Ordering::Relaxed))).max(rows))
}

/// The columns' names: as written, without surrounding blanks; numbered where absent or repeated.
fn header(file: &str, records: &Records<&[u8]>) -> Result<Vec<String>, ExtractError> {
    if records.len() > MOST_COLUMNS {
        let (count, limit) = (records.len() as u64, MOST_COLUMNS as u64);
        return Err(ExtractError::TooMany { what: "columns", count, limit });
    }
    let mut names: Vec<String> = Vec::with_capacity(records.len());
    let mut values = 0;
    for i in 0..records.len() {
        let field = records.field(i);
        let mut seen = Seen::default();
        seen.see(field);
        values += usize::from(seen.reading(records.marks().delimiter) != ReadAs::Text);
        let written = String::from_utf8_lossy(field).trim().to_owned();
        let mut name = if written.is_empty() { format!("column {}", i + 1) } else { written };
        if names.contains(&name) {
            name = format!("{name} ({})", i + 1);
        }
        names.push(name);
    }
    // Names are words; a first line with a number or a date in it is a row.
    if values * 2 >= names.len() {
        return Err(ExtractError::NoHeader { file: file.to_owned() });
    }
    Ok(names)
}

fn fault_error(file: &str, fault: Fault, row: u64, line: u64) -> ExtractError {
    let file = file.to_owned();
    match fault {
        Fault::Read(error) => read_error(&file, error),
        Fault::Unclosed => ExtractError::UnclosedQuote { file, row, line },
        Fault::TooLong => ExtractError::Damaged {
            file,
            column: None,
            row_group: None,
            detail: format!("row {row} (line {line}) is longer than {BLOCK} bytes"),
        },
    }
}

impl Table for CsvFile {
    fn name(&self) -> &str {
        self.source.name()
    }

    fn bytes(&self) -> u64 {
        self.source.len()
    }

    fn rows(&self) -> u64 {
        match self.counted.load(Ordering::Relaxed) {
            UNCOUNTED => self.estimate,
            rows => rows,
        }
    }

    fn counted(&self) -> bool {
        self.counted.load(Ordering::Relaxed) != UNCOUNTED
    }

    fn row_groups(&self) -> u64 {
        0
    }

    fn format(&self) -> String {
        let mut words = format!("CSV with {}", delimiter_name(self.marks.delimiter));
        if self.columns.iter().any(|c| c.read_as == Some(ReadAs::DecimalComma)) {
            words += ", decimal comma";
        }
        if self.marks.backslash {
            words += ", quotes escaped by a backslash";
        }
        if self.gzip {
            words += ", gzip";
        }
        words
    }

    fn read_as(&mut self, column: usize, reading: ReadAs) {
        if let (Some(column), Some(seen), Some(chosen)) =
            (self.columns.get_mut(column), self.seen.get(column), self.chosen.get_mut(column))
        {
            (column.class, column.kind) = seen.kind(reading);
            column.read_as = Some(reading);
            *chosen = true;
        }
    }

    fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    fn batches(&self, wanted: &[usize], first_rows: Option<usize>) -> Result<Batches<'_>, ExtractError> {
        let columns = wanted
            .iter()
            .filter_map(|&at| {
                let column = self.columns.get(at)?;
                let reading = column.read_as.unwrap_or(ReadAs::Text);
                Some(Wanted {
                    at,
                    name: column.name.clone(),
                    kind: column.kind.clone(),
                    reading,
                    cells: Cells::new(reading, self.chosen[at]),
                })
            })
            .collect::<Vec<_>>();
        // The first values are shown as they stand, so that somebody can decide.
        let undecided = columns.iter().find(|c| c.reading == ReadAs::TimeUndecided);
        if let (Some(column), None) = (undecided, first_rows) {
            return Err(ExtractError::DayOrMonth { file: self.name().to_owned(), column: column.name.clone() });
        }
        let (text, _) = text_of(&self.source, self.gzip).map_err(|e| read_error(self.name(), e))?;
        let mut stream = Stream {
            file: self.name().to_owned(),
            records: Records::new(text, self.marks, BLOCK),
            fields: self.columns.len(),
            columns,
            size: first_rows.unwrap_or(BATCH_ROWS).clamp(1, BATCH_ROWS),
            row: 0,
            counted: Arc::clone(&self.counted),
            ended: false,
        };
        // The header.
        stream.advance()?;
        read_ahead::batches(self.name(), self.rows(), first_rows, &[], stream)
    }
}

/// A column that is read.
struct Wanted {
    at: usize,
    name: String,
    kind: String,
    reading: ReadAs,
    cells: Cells,
}

/// Batches of a file, each fault with its row.
struct Stream {
    file: String,
    records: Records<Bytes>,
    /// Fields that every record must have.
    fields: usize,
    columns: Vec<Wanted>,
    /// Rows per batch.
    size: usize,
    /// Rows read so far.
    row: u64,
    counted: Arc<AtomicU64>,
    ended: bool,
}

impl Stream {
    fn advance(&mut self) -> Result<bool, ExtractError> {
        self.records.advance().map_err(|fault| fault_error(&self.file, fault, self.row + 1, self.records.line()))
    }

    /// One row into the cells; `false` at the end of the file.
    fn read_row(&mut self) -> Result<bool, ExtractError> {
        if !self.advance()? {
            return Ok(false);
        }
        self.row += 1;
        if self.records.len() != self.fields {
            return Err(ExtractError::RaggedRow {
                file: self.file.clone(),
                row: self.row,
                line: self.records.line(),
                found: self.records.len(),
                expected: self.fields,
            });
        }
        for column in &mut self.columns {
            if column.cells.push(self.records.field(column.at)) == Err(Misfit) {
                let value = String::from_utf8_lossy(self.records.field(column.at)).chars().take(60).collect();
                return Err(ExtractError::Misfit {
                    file: self.file.clone(),
                    column: column.name.clone(),
                    row: self.row,
                    line: self.records.line(),
                    value,
                    kind: column.kind.clone(),
                });
            }
        }
        Ok(true)
    }

    fn read_batch(&mut self) -> Result<RecordBatch, ExtractError> {
        let before = self.row;
        let mut rows = 0;
        while rows < self.size {
            if !self.read_row()? {
                self.ended = true;
                self.counted.store(self.row, Ordering::Relaxed);
                break;
            }
            rows += 1;
            if self.columns.iter().any(|c| c.cells.text_bytes() >= MOST_TEXT) {
                break;
            }
        }
        let mut fields = Vec::with_capacity(self.columns.len());
        let mut arrays = Vec::with_capacity(self.columns.len());
        for column in &mut self.columns {
            let array = column.cells.finish().map_err(|wrong| {
                let row = before + wrong.row as u64 + 1;
                ExtractError::NotUtf8 {
                    file: self.file.clone(),
                    column: Some(column.name.clone()),
                    detail: match wrong.byte {
                        0 => format!("row {row} holds a NUL byte"),
                        byte => format!("row {row} holds the byte 0x{byte:02x}, as Latin-1 or Windows-1252 would"),
                    },
                }
            })?;
            fields.push(Field::new(&column.name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(|error| {
            ExtractError::Damaged {
                file: self.file.clone(),
                column: None,
                row_group: None,
                detail: error.to_string().chars().take(200).collect(),
            }
        })
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ExtractError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.read_batch() {
            Ok(batch) if batch.num_rows() == 0 => None,
            Ok(batch) => Some(Ok(batch)),
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}
