//! One customer per row: the id column as it came, then columns of ours, written batch by batch.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::extract::ids::Ids;

use super::ExportError;

/// Rows of a batch: a few megabytes with 150 columns.
pub(super) const BATCH_ROWS: usize = 4_096;
/// Rows of a row group: readers of a few columns profit, and a 64-bit column of it fits a page or four.
const GROUP_ROWS: usize = 262_144;

/// Writes `rows` customers: `columns(range)` gives the columns of `fields` for a range of rows.
pub(super) fn write(
    file: &'static str,
    id_name: &str,
    ids: &Ids,
    rows: usize,
    fields: Vec<Field>,
    mut columns: impl FnMut(std::ops::Range<usize>) -> Vec<ArrayRef>,
    out: impl Write + Send,
) -> Result<(), ExportError> {
    if ids.len() != rows {
        return Err(ExportError::Rows { file, ids: ids.len(), rows });
    }
    let failed = |source: ParquetError| ExportError::Parquet { file, source };
    let mut all = vec![Field::new(id_name, ids.array().data_type().clone(), false)];
    all.extend(fields);
    let schema = Arc::new(Schema::new(all));
    let mut writer = ArrowWriter::try_new(out, schema.clone(), Some(properties().map_err(failed)?)).map_err(failed)?;
    let mut from = 0;
    while from < rows {
        let to = (from + BATCH_ROWS).min(rows);
        let mut batch = vec![ids.array().slice(from, to - from)];
        batch.extend(columns(from..to));
        let batch = RecordBatch::try_new(schema.clone(), batch).map_err(|e| failed(e.into()))?;
        writer.write(&batch).map_err(failed)?;
        from = to;
    }
    writer.close().map_err(failed)?;
    Ok(())
}

fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .build())
}
