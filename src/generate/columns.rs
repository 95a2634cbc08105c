//! From vectors to Parquet: column building, ids in either style, one writer set-up for all files.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, Int8Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// Rows of a row group.
const ROW_GROUP_ROWS: usize = 1_048_576;
/// Rows of a page at most: large pages compress better, and a million rows are read anyway.
const PAGE_ROWS: usize = 131_072;

/// How hard to compress: small extracts (the demo travels over the network) as well as zstd can at a price that nobody
/// notices, large ones fast.
pub(super) fn compression(customers: u32) -> Result<Compression, ParquetError> {
    Ok(Compression::ZSTD(ZstdLevel::try_new(if customers <= 10_000 { 19 } else { 3 })?))
}

/// A Parquet file being written in batches.
pub(super) struct Sink<W: Write + Send> {
    writer: ArrowWriter<W>,
    schema: SchemaRef,
}

impl<W: Write + Send> Sink<W> {
    /// Begins a file of these columns. Integers in ascending order (`ascending` names them) are written as differences,
    /// which takes nearly no room; everything else finds its dictionary.
    pub(super) fn new(
        file: W,
        fields: Vec<Field>,
        ascending: &[&str],
        compression: Compression,
    ) -> Result<Self, ParquetError> {
        let mut properties = WriterProperties::builder()
            .set_compression(compression)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_data_page_row_count_limit(PAGE_ROWS);
        for field in &fields {
            if ascending.contains(&field.name().as_str()) && *field.data_type() == DataType::Int32 {
                let column = ColumnPath::from(field.name().as_str());
                properties = properties
                    .set_column_dictionary_enabled(column.clone(), false)
                    .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
            }
        }
        let properties = properties.build();
        let schema = Arc::new(Schema::new(fields));
        // Without Arrow's own schema beside Parquet's: the file looks like any other writer's.
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        Ok(Self { writer: ArrowWriter::try_new_with_options(file, schema.clone(), options)?, schema })
    }

    /// Appends rows.
    pub(super) fn write(&mut self, columns: Vec<ArrayRef>) -> Result<(), ParquetError> {
        self.writer.write(&RecordBatch::try_new(self.schema.clone(), columns)?)
    }

    /// Writes the footer and hands the file back.
    pub(super) fn finish(self) -> Result<W, ParquetError> {
        self.writer.into_inner()
    }
}

/// How ids look in the files.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdStyle {
    /// As text?
    pub(super) text: bool,
}

impl IdStyle {
    /// A field of ids.
    pub(super) fn field(self, name: &str) -> Field {
        Field::new(name, if self.text { DataType::Utf8 } else { DataType::Int32 }, false)
    }

    /// A column of ids; `prefix` distinguishes kinds of ids written as text.
    ///
    /// Text ids are scattered (a bijection on 32 bits), as keys of real systems are: their order says nothing.
    pub(super) fn column(self, prefix: &str, values: Vec<i32>) -> ArrayRef {
        if self.text {
            let scatter = |id: i32| format!("{prefix}{:08x}", (id as u32).wrapping_mul(0x9e37_79b1).rotate_left(11));
            Arc::new(StringArray::from_iter_values(values.into_iter().map(scatter)))
        } else {
            Arc::new(Int32Array::from(values))
        }
    }
}

/// A non-null 32-bit column.
pub(super) fn int(name: &str) -> Field {
    Field::new(name, DataType::Int32, false)
}

/// A non-null 8-bit column.
pub(super) fn tiny(name: &str) -> Field {
    Field::new(name, DataType::Int8, false)
}

/// A nullable float column.
pub(super) fn float(name: &str) -> Field {
    Field::new(name, DataType::Float64, true)
}

/// A non-null text column.
pub(super) fn text(name: &str) -> Field {
    Field::new(name, DataType::Utf8, false)
}

/// A nullable timestamp without zone.
pub(super) fn timestamp(name: &str) -> Field {
    Field::new(name, DataType::Timestamp(TimeUnit::Microsecond, None), true)
}

/// Values of an [`int`] column.
pub(super) fn ints(values: Vec<i32>) -> ArrayRef {
    Arc::new(Int32Array::from(values))
}

/// Values of a [`tiny`] column.
pub(super) fn tinies(values: Vec<i8>) -> ArrayRef {
    Arc::new(Int8Array::from(values))
}

/// Values of a [`float`] column.
pub(super) fn floats(values: Vec<Option<f64>>) -> ArrayRef {
    Arc::new(Float64Array::from(values))
}

/// Values of a [`text`] column.
pub(super) fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(values))
}

/// Values of a [`timestamp`] column, microseconds.
pub(super) fn timestamps(values: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values))
}
