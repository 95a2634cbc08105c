//! One customer per row: the id column as it came, then columns of ours.

use std::io::Write;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_writer::{ArrowWriter, compute_leaves};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::extract::ids::Ids;

use super::ExportError;

/// Rows of a row group: readers of a few columns profit, and a 64-bit column of it fits a page or four.
const GROUP_ROWS: usize = 262_144;

/// Writes `rows` customers: `columns(range)` gives the columns of `fields` for a range of rows, in order.
///
/// One column after another: of all columns only one lies in memory as numbers.
pub(super) fn write<C: Iterator<Item = ArrayRef>>(
    file: &'static str,
    id_name: &str,
    ids: &Ids,
    rows: usize,
    fields: Vec<Field>,
    columns: impl Fn(std::ops::Range<usize>) -> C,
    out: impl Write + Send,
) -> Result<(), ExportError> {
    if ids.len() != rows {
        return Err(ExportError::Rows { file, ids: ids.len(), rows });
    }
    let mut all = vec![Field::new(id_name, ids.array().data_type().clone(), false)];
    all.extend(fields);
    let schema = Arc::new(Schema::new(all));
    let written = || -> Result<(), ParquetError> {
        let writer = ArrowWriter::try_new(out, Arc::clone(&schema), Some(properties(&schema)))?;
        let (mut writer, groups) = writer.into_serialized_writer()?;
        for from in (0..rows).step_by(GROUP_ROWS) {
            let to = (from + GROUP_ROWS).min(rows);
            let arrays = std::iter::once(ids.array().slice(from, to - from)).chain(columns(from..to));
            let mut group = writer.next_row_group()?;
            let encoders = groups.create_column_writers(from / GROUP_ROWS)?;
            for ((field, array), mut encoder) in schema.fields().iter().zip(arrays).zip(encoders) {
                for leaf in compute_leaves(field, &array)? {
                    encoder.write(&leaf)?;
                }
                encoder.close()?.append_to_row_group(&mut group)?;
            }
            group.close()?;
        }
        writer.close().map(|_| ())
    };
    written().map_err(|source| ExportError::Parquet { file, source })
}

/// A dictionary for names only: looking every number up in one takes as long as all else here and saves a quarter of
/// the file. Lowest and highest value of the ids only: no reader skips rows by a number in whose order they do not lie.
fn properties(schema: &Schema) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        // Pages are as large as their bytes allow: a tenth off the file.
        .set_data_page_row_count_limit(GROUP_ROWS)
        .set_dictionary_enabled(false)
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for (index, field) in schema.fields().iter().enumerate() {
        let path = ColumnPath::from(vec![field.name().clone()]);
        properties = match field.data_type() {
            _ if index == 0 => continue,
            DataType::Utf8 => properties.set_column_dictionary_enabled(path, true),
            _ => properties.set_column_statistics_enabled(path, EnabledStatistics::None),
        };
    }
    properties.build()
}
