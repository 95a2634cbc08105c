//! Copies ranges of arrays of one type into a new array.

use arrow_array::{Array, ArrayRef, make_array};
use arrow_data::transform::MutableArrayData;
use arrow_schema::ArrowError;

/// What is copied: a range `[start, end)` of the array at an index, or so many nulls.
pub(crate) enum Part {
    Range(usize, usize, usize),
    Nulls(usize),
}

/// The parts one after the other; `arrays` must be of one type and not none.
pub(crate) fn copied(
    arrays: &[&dyn Array],
    parts: impl Iterator<Item = Part>,
    nulls: bool,
    length: usize,
) -> Result<ArrayRef, ArrowError> {
    let data: Vec<_> = arrays.iter().map(|array| array.to_data()).collect();
    let mut copy = MutableArrayData::new(data.iter().collect(), nulls, length);
    for part in parts {
        match part {
            Part::Range(array, start, end) => copy.try_extend(array, start, end)?,
            Part::Nulls(count) => copy.try_extend_nulls(count)?,
        }
    }
    Ok(make_array(copy.freeze()))
}
