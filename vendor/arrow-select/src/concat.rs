//! One array out of several.

use arrow_array::{Array, ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, SchemaRef};

use crate::ranges::{Part, copied};

/// The arrays one after the other.
///
/// # Errors
/// There is none, or they differ in type.
pub fn concat(arrays: &[&dyn Array]) -> Result<ArrayRef, ArrowError> {
    let Some(first) = arrays.first() else {
        return Err(ArrowError::ComputeError("concat requires input of at least one array".to_owned()));
    };
    if let Some(other) = arrays.iter().find(|array| array.data_type() != first.data_type()) {
        return Err(ArrowError::InvalidArgumentError(format!(
            "It is not possible to concatenate arrays of different data types ({}, {})",
            first.data_type(),
            other.data_type()
        )));
    }
    if arrays.len() == 1 {
        return Ok(first.slice(0, first.len()));
    }
    let length = arrays.iter().map(|array| array.len()).sum();
    copied(arrays, arrays.iter().enumerate().map(|(at, array)| Part::Range(at, 0, array.len())), false, length)
}

/// The batches, all of `schema`, one after the other.
///
/// # Errors
/// Their columns differ in type.
pub fn concat_batches<'a>(
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = &'a RecordBatch>,
) -> Result<RecordBatch, ArrowError> {
    let batches: Vec<&RecordBatch> = batches.into_iter().collect();
    if batches.is_empty() {
        return Ok(RecordBatch::new_empty(SchemaRef::clone(schema)));
    }
    let column = |at: usize| concat(&batches.iter().map(|batch| batch.column(at).as_ref()).collect::<Vec<_>>());
    let columns = (0..schema.fields().len()).map(column).collect::<Result<Vec<_>, _>>()?;
    let rows = batches.iter().map(|batch| batch.num_rows()).sum();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(SchemaRef::clone(schema), columns, &options)
}
