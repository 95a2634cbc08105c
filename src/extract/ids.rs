//! Customer ids: in as they came, out as they came.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::array::new_empty_array;
use arrow_schema::DataType;

/// A column of ids in its original Arrow type (integers of any width, strings, dictionaries
/// unpacked to strings, decimals with scale 0, binary).
#[derive(Clone, Debug)]
pub struct Ids(ArrayRef);

impl PartialEq for Ids {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl Default for Ids {
    fn default() -> Self {
        Self(new_empty_array(&DataType::Int64))
    }
}

impl Ids {
    /// Wraps an array without nulls.
    pub fn new(array: ArrayRef) -> Self {
        Self(array)
    }

    /// Convenience for tests and generators: 64-bit integers.
    pub fn from_i64(values: Vec<i64>) -> Self {
        Self(Arc::new(arrow_array::Int64Array::from(values)))
    }

    /// The ids as an Arrow array, for writing them out unchanged.
    pub fn array(&self) -> &ArrayRef {
        &self.0
    }

    /// Number of ids.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No ids at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
