//! The values where a mask is true.

use arrow_array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow_buffer::BooleanBuffer;
use arrow_buffer::bit_iterator::BitSliceIterator;
use arrow_schema::ArrowError;

use crate::ranges::{Part, copied};

/// The intervals `[start, end)` in which a mask is true; nulls are not looked at.
#[derive(Debug)]
pub struct SlicesIterator<'a>(BitSliceIterator<'a>);

impl<'a> SlicesIterator<'a> {
    /// The intervals of `filter`.
    pub fn new(filter: &'a BooleanArray) -> Self {
        Self::from(filter.values())
    }
}

impl<'a> From<&'a BooleanBuffer> for SlicesIterator<'a> {
    fn from(filter: &'a BooleanBuffer) -> Self {
        Self(filter.set_slices())
    }
}

impl Iterator for SlicesIterator<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}

/// The mask with null read as false.
pub fn prep_null_mask_filter(filter: &BooleanArray) -> BooleanArray {
    match filter.nulls() {
        Some(nulls) => BooleanArray::new(filter.values() & nulls.inner(), None),
        None => filter.clone(),
    }
}

/// The values where `predicate` is true.
///
/// # Errors
/// The mask is longer than the array.
pub fn filter(values: &dyn Array, predicate: &BooleanArray) -> Result<ArrayRef, ArrowError> {
    if predicate.len() > values.len() {
        return Err(ArrowError::InvalidArgumentError(format!(
            "Filter predicate of length {} is larger than target array of length {}",
            predicate.len(),
            values.len()
        )));
    }
    let mask = prep_null_mask_filter(predicate);
    let parts = SlicesIterator::new(&mask).map(|(start, end)| Part::Range(0, start, end));
    copied(&[values], parts, false, mask.true_count())
}

/// [`filter`] of each column.
///
/// # Errors
/// The mask is longer than the batch.
pub fn filter_record_batch(batch: &RecordBatch, predicate: &BooleanArray) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().map(|column| filter(column, predicate)).collect::<Result<Vec<_>, _>>()?;
    let rows = prep_null_mask_filter(predicate).true_count();
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    RecordBatch::try_new_with_options(batch.schema(), columns, &options)
}
