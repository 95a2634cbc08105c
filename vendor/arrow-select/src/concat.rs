//! One array out of several.

use arrow_array::{Array, ArrayRef};
use arrow_schema::ArrowError;

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
