//! Parquet files as [`Table`]s: the footer, checked before anything trusts it, and streams of batches.

use std::sync::{Arc, PoisonError};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, Field, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use super::chunks::Chunks;
use super::error::ExtractError;
use super::pages::{Groups, Record, Trouble};
use super::read_ahead;
use super::remote::{Ahead, Far, Form};
use super::schema::{ColumnClass, ReadAs};
use super::source::{Source, SourceError};
use super::table::{BATCH_ROWS, Batches, Table, TableColumn};
use super::thrift::has_field;
use super::zones::{ARROW_SCHEMA, zones};

const MAGIC: &[u8; 4] = b"PAR1";
const MAGIC_ENCRYPTED: &[u8; 4] = b"PARE";
const TAIL: u64 = 8;
/// The footer's field that says how columns are encrypted.
const ENCRYPTION: i64 = 8;
/// No table of orders is compressed better than to this many rows in a byte.
const MOST_ROWS_PER_BYTE: u64 = 1000;
/// Rows from which another worker's start is worth it.
const WORTH_ANOTHER: u64 = 300_000;
/// Rows that pass whatever the file weighs.
const FREE_ROWS: u64 = 1_000_000;

/// A Parquet file whose footer has been read and checked.
#[derive(Clone)]
pub(super) struct ParquetFile {
    source: Arc<dyn Source>,
    /// Are columns encrypted, though the footer is not?
    encrypted: bool,
    metadata: Arc<ParquetMetaData>,
    columns: Arc<[TableColumn]>,
}

impl ParquetFile {
    /// Reads and checks the footer; reads no row.
    pub(super) fn open(source: &Arc<dyn Source>) -> Result<Self, ExtractError> {
        let file = source.name().to_owned();
        let footer = read_footer(source.as_ref())?;
        let damaged = |e: ParquetError| ExtractError::Damaged {
            file: file.clone(),
            column: None,
            row_group: None,
            detail: format!("its footer cannot be read ({})", words(&e)),
        };
        let metadata = ParquetMetaDataReader::decode_metadata(&footer).map_err(|e| {
            // The codec's number is not one of the format's; the column is lost with it.
            if e.to_string().contains("CompressionCodec") {
                let codec = "a codec that the format does not know".to_owned();
                return ExtractError::UnknownCodec { file: file.clone(), column: None, codec };
            }
            damaged(e)
        })?;
        check_metadata(source.as_ref(), &metadata)?;
        // The Arrow schema that some writers embed is left aside: Parquet's own types say enough, and it
        // is one more thing a broken file could get wrong.
        let schema = metadata.file_metadata().schema_descr();
        let schema = parquet_to_arrow_schema(schema, None).map_err(damaged)?;
        let noted = metadata.file_metadata().key_value_metadata().and_then(|pairs| {
            let pair = pairs.iter().find(|pair| pair.key == ARROW_SCHEMA)?;
            pair.value.as_deref()
        });
        let zones = noted.map(zones).unwrap_or_default();
        let columns: Vec<_> = schema
            .fields()
            .iter()
            .map(|field| {
                let (data_type, zone) = match field.data_type() {
                    DataType::Timestamp(unit, Some(utc)) => {
                        let noted = zones.iter().find(|(name, _)| name == field.name());
                        let zone = noted.map_or(utc.as_ref(), |(_, zone)| zone);
                        (&DataType::Timestamp(*unit, Some(zone.into())), Some(zone.to_owned()))
                    }
                    other => (other, None),
                };
                let (class, kind) = classify(data_type);
                TableColumn { name: field.name().clone(), kind, class, zone, read_as: None }
            })
            .collect();
        if columns.is_empty() {
            return Err(ExtractError::ZeroColumns { file });
        }
        let encrypted = has_field(&footer, ENCRYPTION);
        Ok(Self { source: Arc::clone(source), encrypted, metadata: Arc::new(metadata), columns: columns.into() })
    }

    /// The first trouble that pages had, or else what the decoder said, with the columns it may be about.
    fn error(&self, record: &Record, wanted: &[usize], said: &str) -> ExtractError {
        let file = self.source.name().to_owned();
        let trouble = record.lock().unwrap_or_else(PoisonError::into_inner).take();
        match trouble {
            Some(Trouble::Source(error)) => source_error(file, &error),
            Some(Trouble::Page { leaf, group, detail }) => {
                let root = self.metadata.file_metadata().schema_descr().get_column_root_idx(leaf);
                let column = self.columns.get(root).map(|c| c.name.clone());
                if self.encrypted {
                    return ExtractError::Encrypted { file, column };
                }
                ExtractError::Damaged { file, column, row_group: Some(group + 1), detail: bounded(&detail) }
            }
            None => {
                let said = said.trim_start_matches("Parquet argument error: ").trim_start_matches("Parquet error: ");
                let column = match wanted {
                    [column] => self.columns.get(*column).map(|c| c.name.clone()),
                    _ => None,
                };
                ExtractError::Damaged { file, column, row_group: None, detail: bounded(said) }
            }
        }
    }

    /// Can this build decompress the column?
    fn check_codec(&self, column: usize) -> Result<(), ExtractError> {
        let schema = self.metadata.file_metadata().schema_descr();
        for group in self.metadata.row_groups().iter().filter(|group| group.num_rows() > 0) {
            for (leaf, chunk) in group.columns().iter().enumerate() {
                if schema.get_column_root_idx(leaf) == column && chunk.compression() == Compression::LZO {
                    return Err(ExtractError::UnknownCodec {
                        file: self.source.name().to_owned(),
                        column: Some(self.columns[column].name.clone()),
                        codec: "LZO".to_owned(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl Table for ParquetFile {
    fn name(&self) -> &str {
        self.source.name()
    }

    fn bytes(&self) -> u64 {
        self.source.len()
    }

    fn rows(&self) -> u64 {
        // Checked to be no negative number when the file was opened.
        self.metadata.file_metadata().num_rows().unsigned_abs()
    }

    fn counted(&self) -> bool {
        true
    }

    fn row_groups(&self) -> u64 {
        self.metadata.num_row_groups() as u64
    }

    fn format(&self) -> String {
        match self.row_groups() {
            1 => "Parquet, 1 row group".to_owned(),
            groups => format!("Parquet, {groups} row groups"),
        }
    }

    /// Parquet says itself how its values are to be read.
    fn read_as(&mut self, _: usize, _: ReadAs) {}

    fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    fn batches(&self, wanted: &[usize], first_rows: Option<usize>) -> Result<Batches<'_>, ExtractError> {
        read_ahead::batches(self.name(), self.rows(), first_rows, &[], self.stream(wanted, first_rows)?)
    }

    fn ahead<'a>(&'a self, wanted: &[(usize, Form)]) -> Result<Ahead<'a>, ExtractError> {
        let remote = if self.rows() < WORTH_ANOTHER { None } else { self.source.remote(wanted) };
        let (wanted, forms): (Vec<usize>, Vec<Form>) = wanted.iter().copied().unzip();
        // What cannot be decoded at all is said before anything is read, with another worker or without.
        let stream = self.stream(&wanted, None)?;
        let Some(remote) = remote else {
            return Ok(Ahead::Here(read_ahead::batches(self.name(), self.rows(), None, &forms, stream)?));
        };
        let fields = stream.fields();
        Ok(Ahead::Far(Far::new(remote, fields, move || self.batches(&wanted, None))))
    }
}

impl ParquetFile {
    /// The columns `wanted`, batch by batch.
    ///
    /// # Errors
    /// A codec that this build has not, a schema that the decoder refuses.
    pub(super) fn stream(&self, wanted: &[usize], first_rows: Option<usize>) -> Result<Stream, ExtractError> {
        for &column in wanted {
            self.check_codec(column)?;
        }
        let schema = self.metadata.file_metadata().schema_descr();
        let mask = ProjectionMask::roots(schema, wanted.iter().copied());
        let record = Record::default();
        let groups = Groups {
            chunks: Arc::new(Chunks::new(
                Arc::clone(&self.source),
                &self.metadata,
                |leaf| mask.leaf_included(leaf),
                first_rows.is_none(),
            )),
            metadata: Arc::clone(&self.metadata),
            record: Arc::clone(&record),
        };
        let size = first_rows.unwrap_or(BATCH_ROWS).clamp(1, BATCH_ROWS);
        let reader = parquet_to_arrow_field_levels(schema, mask, None)
            .and_then(|levels| ParquetRecordBatchReader::try_new_with_row_groups(&levels, &groups, size, None))
            .map_err(|e| self.error(&record, wanted, &e.to_string()))?;
        // The reader yields columns in file order; hand them out in the order asked for.
        let mut present: Vec<usize> = wanted.to_vec();
        present.sort_unstable();
        present.dedup();
        let places = wanted.iter().filter_map(|c| present.binary_search(c).ok()).collect();
        let rows = if first_rows.is_some() { None } else { Some(self.rows()) };
        let columns = wanted.to_vec();
        Ok(Stream { file: self.clone(), reader, record, columns, places, rows, broken: false })
    }
}

/// Batches of a file, each fault with its place.
pub(super) struct Stream {
    file: ParquetFile,
    reader: ParquetRecordBatchReader,
    record: Record,
    columns: Vec<usize>,
    places: Vec<usize>,
    /// Rows still to come; `None` when only the first are read.
    rows: Option<u64>,
    broken: bool,
}

impl Stream {
    /// The columns of its batches.
    fn fields(&self) -> Vec<Field> {
        let schema = self.reader.schema();
        self.places.iter().map(|&place| schema.field(place).clone()).collect()
    }

    fn fail(&mut self, said: &str) -> ExtractError {
        self.broken = true;
        self.file.error(&self.record, &self.columns, said)
    }
}

impl Iterator for Stream {
    type Item = Result<RecordBatch, ExtractError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        match self.reader.next() {
            Some(Ok(batch)) => {
                self.rows = self.rows.map(|rows| rows.saturating_sub(batch.num_rows() as u64));
                Some(batch.project(&self.places).map_err(|e| self.fail(&e.to_string())))
            }
            Some(Err(error)) => Some(Err(self.fail(&error.to_string()))),
            None => match self.rows {
                None | Some(0) => None,
                Some(rows) => Some(Err(self.fail(&format!("its pages hold {rows} rows fewer than it claims to have")))),
            },
        }
    }
}

pub(super) fn source_error(file: String, error: &SourceError) -> ExtractError {
    match error {
        SourceError::Changed { detail } => ExtractError::FileChanged { file, detail: detail.clone() },
        SourceError::Failed { .. } => ExtractError::ReadFailed { file, detail: error.to_string() },
    }
}

/// The footer's bytes, if the file begins and ends as a Parquet file must.
fn read_footer(source: &dyn Source) -> Result<Vec<u8>, ExtractError> {
    let file = source.name().to_owned();
    let failed = |e: SourceError| source_error(file.clone(), &e);
    let len = source.len();
    let not_parquet = |detail: String| Err(ExtractError::NotParquet { file: file.clone(), detail });
    if len == 0 {
        return not_parquet("it is empty".to_owned());
    }
    let mut head = [0; 4];
    if len < TAIL + 4 {
        return not_parquet(format!("it has only {len} bytes"));
    }
    source.read(0, &mut head).map_err(failed)?;
    let mut tail = [0; TAIL as usize];
    source.read(len - TAIL, &mut tail).map_err(failed)?;
    let [a, b, c, d, magic @ ..] = tail;
    if &head == MAGIC_ENCRYPTED || &magic == MAGIC_ENCRYPTED {
        return Err(ExtractError::Encrypted { file, column: None });
    }
    if &head != MAGIC {
        return not_parquet(looks_like(&head).unwrap_or("it does not begin with Parquet's mark").to_owned());
    }
    if &magic != MAGIC {
        return Err(ExtractError::Truncated {
            file,
            detail: "it begins as Parquet but does not end with Parquet's footer".to_owned(),
        });
    }
    let footer = u64::from(u32::from_le_bytes([a, b, c, d]));
    if footer + TAIL + 4 > len {
        return Err(ExtractError::Truncated {
            file,
            detail: format!("its footer should have {footer} bytes, the whole file has {len}"),
        });
    }
    let mut bytes = vec![0; footer as usize];
    source.read(len - TAIL - footer, &mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// Does the file begin as Parquet does?
pub(super) fn is_parquet(source: &dyn Source) -> Result<bool, SourceError> {
    let mut head = [0; 4];
    if source.len() < head.len() as u64 {
        return Ok(false);
    }
    source.read(0, &mut head)?;
    Ok(&head == MAGIC || &head == MAGIC_ENCRYPTED)
}

/// What a file that begins so is instead of a table that can be read, if it is anything known.
pub(super) fn looks_like(head: &[u8; 4]) -> Option<&'static str> {
    match head {
        [b'P', b'K', 3, 4] => Some("it looks like a zip archive or a workbook; unpack or convert it"),
        [0x1f, 0x8b, ..] => Some("it looks like a gzip archive; unpack it"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("it looks like a zstd archive; unpack it"),
        [b'B', b'Z', b'h', _] | [0xfd, b'7', b'z', b'X'] => Some("it looks like a packed file; unpack it"),
        b"ORC\0" | [b'O', b'R', b'C', 0..=31] => Some("it looks like an ORC file"),
        b"Obj\x01" => Some("it looks like an Avro file"),
        b"ARRO" | b"FEA1" => Some("it looks like an Arrow or Feather file"),
        b"%PDF" => Some("it looks like a PDF file"),
        [0xd0, 0xcf, 0x11, 0xe0] => Some("it looks like a workbook; save it as CSV"),
        _ => None,
    }
}

/// Numbers in the footer that later code would trust: no negative sizes, no chunk outside the file.
fn check_metadata(source: &dyn Source, metadata: &ParquetMetaData) -> Result<(), ExtractError> {
    let file = || source.name().to_owned();
    let damaged = |column: Option<String>, row_group: Option<usize>, detail: String| {
        Err(ExtractError::Damaged { file: file(), column, row_group, detail })
    };
    let rows = metadata.file_metadata().num_rows();
    if rows < 0 {
        return damaged(None, None, format!("it claims to have {rows} rows"));
    }
    let schema = metadata.file_metadata().schema_descr();
    let mut sum: i64 = 0;
    for (g, group) in metadata.row_groups().iter().enumerate() {
        let number = Some(g + 1);
        sum = match sum.checked_add(group.num_rows()) {
            Some(total) if group.num_rows() >= 0 => total,
            _ => return damaged(None, number, format!("it claims to have {} rows", group.num_rows())),
        };
        if group.num_columns() != schema.num_columns() {
            let detail = format!("{} columns where the schema has {}", group.num_columns(), schema.num_columns());
            return damaged(None, number, detail);
        }
        // Writers say anything of the place of chunks that hold nothing; nobody reads them.
        if group.num_rows() == 0 {
            continue;
        }
        for chunk in group.columns() {
            let name = || Some(chunk.column_path().string());
            let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
            let end = start.checked_add(chunk.compressed_size());
            let inside = start >= 0
                && chunk.data_page_offset() >= start
                && chunk.compressed_size() >= 0
                && end.is_some_and(|end| end.unsigned_abs() <= source.len());
            if !inside {
                let detail = format!("its {} bytes at byte {start} lie outside the file", chunk.compressed_size());
                return damaged(name(), number, detail);
            }
            if chunk.num_values() < 0 {
                return damaged(name(), number, format!("it claims to have {} values", chunk.num_values()));
            }
        }
    }
    // Run lengths can claim any number of rows in a few bytes; orders and products cannot be told so briefly.
    if rows.unsigned_abs() > source.len().saturating_mul(MOST_ROWS_PER_BYTE).saturating_add(FREE_ROWS) {
        return damaged(None, None, format!("it claims to have {rows} rows in {} bytes", source.len()));
    }
    if sum != rows {
        return damaged(None, None, format!("it claims to have {rows} rows, its row groups have {sum}"));
    }
    Ok(())
}

/// A parquet error in words, without its prefix and of bounded length: it may quote the file.
fn words(error: &ParquetError) -> String {
    let text = error.to_string();
    bounded(text.strip_prefix("Parquet error: ").unwrap_or(&text))
}

fn bounded(text: &str) -> String {
    text.chars().take(200).collect()
}

/// Class and name of a type.
pub(super) fn classify(data_type: &DataType) -> (ColumnClass, String) {
    use DataType as D;
    let class = match data_type {
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => ColumnClass::Integer,
        D::Float16 | D::Float32 | D::Float64 => ColumnClass::Float,
        D::Decimal32(_, 0) | D::Decimal64(_, 0) | D::Decimal128(_, 0) | D::Decimal256(_, 0) => ColumnClass::Integer,
        D::Decimal32(..) | D::Decimal64(..) | D::Decimal128(..) | D::Decimal256(..) => ColumnClass::Float,
        D::Utf8 | D::LargeUtf8 | D::Utf8View => ColumnClass::Text,
        D::Binary | D::LargeBinary | D::BinaryView | D::FixedSizeBinary(_) => ColumnClass::Binary,
        D::Boolean => ColumnClass::Boolean,
        D::Date32 | D::Date64 => ColumnClass::Date,
        D::Timestamp(..) => ColumnClass::Timestamp,
        D::Dictionary(_, values) => return classify(values),
        D::List(_)
        | D::ListView(_)
        | D::FixedSizeList(..)
        | D::LargeList(_)
        | D::LargeListView(_)
        | D::Struct(_)
        | D::Union(..)
        | D::Map(..) => ColumnClass::Nested,
        _ => ColumnClass::Other,
    };
    let unit = |unit: &TimeUnit| match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "us",
        TimeUnit::Nanosecond => "ns",
    };
    let kind = match data_type {
        D::Utf8 | D::LargeUtf8 | D::Utf8View => "string".to_owned(),
        D::Binary | D::LargeBinary | D::BinaryView => "binary".to_owned(),
        D::FixedSizeBinary(n) => format!("binary[{n}]"),
        D::Float16 => "float16".to_owned(),
        D::Float32 => "float".to_owned(),
        D::Float64 => "double".to_owned(),
        D::Decimal32(p, s) | D::Decimal64(p, s) | D::Decimal128(p, s) | D::Decimal256(p, s) => {
            format!("decimal({p}, {s})")
        }
        D::Timestamp(u, None) => format!("timestamp[{}]", unit(u)),
        D::Timestamp(u, Some(zone)) => format!("timestamp[{}, {}]", unit(u), bounded(zone)),
        D::Date32 | D::Date64 => "date".to_owned(),
        D::List(_) | D::LargeList(_) | D::FixedSizeList(..) | D::ListView(_) | D::LargeListView(_) => "list".to_owned(),
        D::Struct(_) => "struct".to_owned(),
        D::Map(..) => "map".to_owned(),
        other => bounded(&other.to_string().to_lowercase()),
    };
    (class, kind)
}
