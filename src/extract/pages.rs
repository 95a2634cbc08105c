//! Pages on their way from the file to Parquet's decoders, each checked before it is handed on.

use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;

use super::chunks::Chunks;
use super::encodings::{delta_lengths, delta_strings, delta_structure, hybrid_ones, ones_in};
use super::source::SourceError;
use super::table::BATCH_ROWS;

/// Bytes that the values of one batch or page of a text column may take when written out.
const MOST_TEXT: u64 = 256 << 20;
/// A page larger than this when decompressed is no page that a writer makes.
const MOST_PAGE: u64 = 512 << 20;
/// Pages up to this size pass whatever the file weighs: constant columns compress that well.
const ALWAYS_A_PAGE: u64 = 64 << 20;

/// Refuses page headers whose declared sizes cannot be.
///
/// Looks at the first three fields of the thrift structure (kind, uncompressed and compressed size), which
/// every writer writes first: they decide what the reader allocates.
pub(super) fn check_header(bytes: &[u8], file_bytes: u64) -> Result<(), String> {
    let mut at = 0;
    let mut fields = [0i64; 3];
    for (i, field) in fields.iter_mut().enumerate() {
        // Field id one above the last, type i32.
        if bytes.get(at) != Some(&0x15) {
            return Err(format!("a page header does not begin as one (field {})", i + 1));
        }
        at += 1;
        let mut raw = 0u64;
        let mut shift = 0;
        loop {
            let Some(&byte) = bytes.get(at).filter(|_| shift < 35) else {
                return Err("a page header holds an endless number".to_owned());
            };
            at += 1;
            raw |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        *field = (raw >> 1) as i64 ^ -((raw & 1) as i64);
    }
    let [_, full, packed] = fields;
    let most = (file_bytes.saturating_mul(8)).clamp(ALWAYS_A_PAGE, MOST_PAGE);
    if full < 0 || full.unsigned_abs() > most {
        return Err(format!("a page claims to have {full} bytes when decompressed"));
    }
    if packed < 0 || packed.unsigned_abs() > file_bytes {
        return Err(format!("a page claims to have {packed} bytes, the file has {file_bytes}"));
    }
    Ok(())
}

/// What went wrong first, with its place; Parquet's own errors carry neither.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Trouble {
    /// The source failed.
    Source(SourceError),
    /// A page cannot be.
    Page {
        /// Leaf column.
        leaf: usize,
        /// Row group.
        group: usize,
        /// What cannot be.
        detail: String,
    },
}

/// Where the first trouble is kept.
pub(super) type Record = Arc<Mutex<Option<Trouble>>>;

fn note(record: &Record, trouble: Trouble) {
    record.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
}

/// All row groups of a file, read through guarded pages.
pub(super) struct Groups {
    pub(super) chunks: Arc<Chunks>,
    pub(super) metadata: Arc<ParquetMetaData>,
    pub(super) record: Record,
}

impl parquet::arrow::arrow_reader::RowGroups for Groups {
    fn num_rows(&self) -> usize {
        let rows = self.metadata.row_groups().iter().map(|g| usize::try_from(g.num_rows()).unwrap_or(0));
        rows.fold(0, usize::saturating_add)
    }

    fn column_chunks(&self, i: usize) -> ParquetResult<Box<dyn PageIterator>> {
        Ok(Box::new(ColumnChunks {
            chunks: Arc::clone(&self.chunks),
            metadata: Arc::clone(&self.metadata),
            record: Arc::clone(&self.record),
            leaf: i,
            next: 0,
        }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups().iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

struct ColumnChunks {
    chunks: Arc<Chunks>,
    metadata: Arc<ParquetMetaData>,
    record: Record,
    leaf: usize,
    next: usize,
}

impl Iterator for ColumnChunks {
    type Item = ParquetResult<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut rest = self.metadata.row_groups().iter().enumerate().skip(self.next);
        let (group, row_group) = rest.find(|(_, group)| group.num_rows() > 0)?;
        self.next = group + 1;
        let chunk = row_group.column(self.leaf);
        let rows = usize::try_from(row_group.num_rows()).unwrap_or(0);
        let pages = SerializedPageReader::new(Arc::clone(&self.chunks), chunk, rows, None);
        let descriptor = chunk.column_descr();
        Some(pages.map(|pages| {
            Box::new(GuardedPages {
                pages,
                record: Arc::clone(&self.record),
                leaf: self.leaf,
                group,
                guard: Guard {
                    flat: descriptor.max_rep_level() == 0 && descriptor.max_def_level() <= 1,
                    nullable: descriptor.max_def_level() == 1,
                    physical: chunk.column_type(),
                    width: usize::try_from(descriptor.type_length()).unwrap_or(0),
                    rows_left: rows as u64,
                    dictionary: None,
                },
            }) as Box<dyn PageReader>
        }))
    }
}

impl PageIterator for ColumnChunks {}

struct GuardedPages {
    pages: SerializedPageReader<Chunks>,
    record: Record,
    leaf: usize,
    group: usize,
    guard: Guard,
}

impl GuardedPages {
    fn fail(&self, detail: String) -> ParquetError {
        let error = ParquetError::General(detail.clone());
        note(&self.record, Trouble::Page { leaf: self.leaf, group: self.group, detail });
        error
    }

    fn keep(&self, error: ParquetError) -> ParquetError {
        match error {
            ParquetError::External(inner) => match inner.downcast::<SourceError>() {
                Ok(source) => {
                    note(&self.record, Trouble::Source((*source).clone()));
                    ParquetError::External(source)
                }
                Err(inner) => self.fail(inner.to_string()),
            },
            other => {
                let text = other.to_string();
                self.fail(text.strip_prefix("Parquet error: ").unwrap_or(&text).to_owned())
            }
        }
    }
}

impl Iterator for GuardedPages {
    type Item = ParquetResult<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for GuardedPages {
    fn get_next_page(&mut self) -> ParquetResult<Option<Page>> {
        let page = self.pages.get_next_page().map_err(|e| self.keep(e))?;
        if let Some(page) = &page {
            self.guard.check(page).map_err(|detail| self.fail(detail))?;
        }
        Ok(page)
    }

    fn peek_next_page(&mut self) -> ParquetResult<Option<PageMetadata>> {
        self.pages.peek_next_page().map_err(|e| self.keep(e))
    }

    fn skip_next_page(&mut self) -> ParquetResult<()> {
        self.pages.skip_next_page().map_err(|e| self.keep(e))
    }
}

/// What is known of a column chunk, and how much of it is still to come.
struct Guard {
    flat: bool,
    nullable: bool,
    physical: Type,
    /// Bytes per value of fixed-length byte arrays.
    width: usize,
    rows_left: u64,
    /// Number of entries of the dictionary, once seen.
    dictionary: Option<u32>,
}

impl Guard {
    fn check(&mut self, page: &Page) -> Result<(), String> {
        if !self.flat {
            return Err("the column is nested".to_owned());
        }
        match page {
            Page::DictionaryPage { buf, num_values, .. } => {
                self.check_dictionary(buf, *num_values as usize)?;
                self.dictionary = Some(*num_values);
                Ok(())
            }
            Page::DataPage { buf, num_values, encoding, def_level_encoding, .. } => {
                let values = self.take(*num_values)?;
                if !self.nullable {
                    return self.check_values(buf, *encoding, values, values);
                }
                let (levels, rest) = match def_level_encoding {
                    Encoding::RLE => {
                        let length = buf.get(..4).and_then(|l| l.try_into().ok()).map(u32::from_le_bytes);
                        let end = length.and_then(|l| usize::try_from(l).ok()?.checked_add(4));
                        let parts = end.and_then(|end| Some((buf.get(4..end)?, buf.get(end..)?)));
                        parts.ok_or("the levels of a page are cut short")?
                    }
                    #[allow(deprecated, reason = "old files have it")]
                    Encoding::BIT_PACKED => {
                        let bytes = values.div_ceil(8);
                        let parts = buf.get(..bytes).and_then(|levels| Some((levels, buf.get(bytes..)?)));
                        let (levels, rest) = parts.ok_or("the levels of a page are cut short")?;
                        return self.check_values(rest, *encoding, ones_in(levels, values), values);
                    }
                    other => return Err(format!("levels cannot be encoded as {other}")),
                };
                let present = hybrid_ones(levels, 1, values).ok_or("the levels of a page are broken")?;
                self.check_values(rest, *encoding, present, values)
            }
            Page::DataPageV2 {
                buf, num_values, encoding, num_nulls, def_levels_byte_len, rep_levels_byte_len, ..
            } => {
                let values = self.take(*num_values)?;
                let repetition = *rep_levels_byte_len as usize;
                let end = repetition.checked_add(*def_levels_byte_len as usize);
                let parts = end.and_then(|end| Some((buf.get(repetition..end)?, buf.get(end..)?)));
                let (levels, rest) = parts.ok_or("the levels of a page are cut short")?;
                let mut present = values;
                if self.nullable {
                    present = hybrid_ones(levels, 1, values).ok_or("the levels of a page are broken")?;
                }
                if present + *num_nulls as usize != values {
                    return Err(format!("a page claims to have {num_nulls} nulls, it has {}", values - present));
                }
                self.check_values(rest, *encoding, present, values)
            }
        }
    }

    /// Counts the page's values against what the row group still has to give.
    fn take(&mut self, values: u32) -> Result<usize, String> {
        self.rows_left = self
            .rows_left
            .checked_sub(u64::from(values))
            .ok_or("its pages hold more values than its row group has rows")?;
        Ok(values as usize)
    }

    /// Bytes per value where all are of one length.
    fn fixed_width(&self) -> Option<usize> {
        match self.physical {
            Type::INT32 | Type::FLOAT => Some(4),
            Type::INT64 | Type::DOUBLE => Some(8),
            Type::INT96 => Some(12),
            Type::FIXED_LEN_BYTE_ARRAY => Some(self.width),
            Type::BOOLEAN | Type::BYTE_ARRAY => None,
        }
    }

    fn check_dictionary(&self, data: &[u8], values: usize) -> Result<(), String> {
        if let Some(width) = self.fixed_width() {
            let needed = values.checked_mul(width).filter(|n| *n <= data.len());
            return needed.map(|_| ()).ok_or_else(|| "its dictionary is cut short".to_owned());
        }
        let mut at = 0;
        let mut longest = 0;
        for _ in 0..values {
            let length =
                data.get(at..).and_then(|d| d.get(..4)).and_then(|l| l.try_into().ok()).map(u32::from_le_bytes);
            let next = length.and_then(|l| at.checked_add(4)?.checked_add(l as usize)).filter(|n| *n <= data.len());
            let (Some(length), Some(next)) = (length, next) else {
                return Err("its dictionary is cut short".to_owned());
            };
            longest = longest.max(u64::from(length));
            at = next;
        }
        // Every row of a batch may name the longest entry.
        if longest * BATCH_ROWS as u64 > MOST_TEXT {
            return Err(format!("a value of {longest} bytes is too long for an id or a name"));
        }
        Ok(())
    }

    /// Checks the values of a page: `present` of them are not null, `most` at most are written.
    fn check_values(&self, data: &[u8], encoding: Encoding, present: usize, most: usize) -> Result<(), String> {
        let sound = match encoding {
            Encoding::PLAIN => match self.fixed_width() {
                Some(width) => present.checked_mul(width).is_some_and(|n| n <= data.len()),
                None if self.physical == Type::BOOLEAN => present.div_ceil(8) <= data.len(),
                None => true,
            },
            Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY => {
                if self.dictionary.is_none() {
                    return Err("a page refers to a dictionary that is not there".to_owned());
                }
                match data.split_first() {
                    None => present == 0,
                    Some((&width, indices)) => width <= 32 && hybrid_ones(indices, u32::from(width), present).is_some(),
                }
            }
            Encoding::RLE => {
                let length = data.get(..4).and_then(|l| l.try_into().ok()).map(u32::from_le_bytes);
                let runs = length.and_then(|l| data.get(4..)?.get(..l as usize));
                self.physical == Type::BOOLEAN && runs.is_some_and(|runs| hybrid_ones(runs, 1, present).is_some())
            }
            Encoding::DELTA_BINARY_PACKED => {
                let bits = if self.physical == Type::INT32 { 32 } else { 64 };
                present == 0 || delta_structure(data, present, most, bits).is_some()
            }
            Encoding::DELTA_LENGTH_BYTE_ARRAY => delta_lengths(data, present, most).is_some(),
            Encoding::DELTA_BYTE_ARRAY => delta_strings(data, present, most, MOST_TEXT).is_some(),
            Encoding::BYTE_STREAM_SPLIT => {
                self.fixed_width().is_some_and(|w| w > 0 && present.checked_mul(w).is_some_and(|n| n <= data.len()))
            }
            _ => return Err(format!("values encoded as {encoding} cannot be read")),
        };
        if sound { Ok(()) } else { Err(format!("a page of {most} values encoded as {encoding} is broken")) }
    }
}
