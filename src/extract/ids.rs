//! Customer ids: in as they came, out as they came.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::array::new_empty_array;
use arrow_array::builder::{
    BinaryBuilder, BinaryViewBuilder, FixedSizeBinaryBuilder, LargeBinaryBuilder, LargeStringBuilder, StringBuilder,
    StringViewBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::i256;
use arrow_schema::DataType;

/// A column of ids in its original Arrow type (integers of any width, strings, dictionaries
/// unpacked to strings, decimals with scale 0, whole floats, binary).
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

    /// The ids at `positions`, in that order and in the same type; positions beyond the end become null.
    pub fn gather(&self, positions: &[u32]) -> Self {
        let indices = arrow_array::UInt32Array::from_iter_values(positions.iter().copied());
        let options = arrow_select::take::TakeOptions { check_bounds: false };
        // Every id type that the reader lets through can be taken from.
        arrow_select::take::take(&self.0, &indices, Some(options)).map_or_else(|_| Self::default(), Self)
    }

    /// Number of ids.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// No ids at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The id at `i` as text: numbers in decimal, text as it is, bytes in lower-case hex.
    ///
    /// Empty when `i` is out of range.
    pub fn text(&self, i: usize) -> String {
        if i >= self.0.len() || self.0.is_null(i) {
            return String::new();
        }
        macro_rules! number {
            ($type:ty) => {
                self.0.as_primitive::<$type>().value(i).to_string()
            };
        }
        // Whole floats are ids that pandas coerced: written without a fraction.
        macro_rules! float {
            ($type:ty) => {{
                let value = f64::from(self.0.as_primitive::<$type>().value(i));
                format!("{value:.0}")
            }};
        }
        match self.0.data_type() {
            DataType::Int8 => number!(Int8Type),
            DataType::Int16 => number!(Int16Type),
            DataType::Int32 => number!(Int32Type),
            DataType::Int64 => number!(Int64Type),
            DataType::UInt8 => number!(UInt8Type),
            DataType::UInt16 => number!(UInt16Type),
            DataType::UInt32 => number!(UInt32Type),
            DataType::UInt64 => number!(UInt64Type),
            DataType::Decimal32(..) => number!(Decimal32Type),
            DataType::Decimal64(..) => number!(Decimal64Type),
            DataType::Decimal128(..) => number!(Decimal128Type),
            DataType::Decimal256(..) => number!(Decimal256Type),
            DataType::Float16 => float!(Float16Type),
            DataType::Float32 => float!(Float32Type),
            DataType::Float64 => float!(Float64Type),
            DataType::Utf8 => self.0.as_string::<i32>().value(i).to_owned(),
            DataType::LargeUtf8 => self.0.as_string::<i64>().value(i).to_owned(),
            DataType::Utf8View => self.0.as_string_view().value(i).to_owned(),
            DataType::Binary => hex(self.0.as_binary::<i32>().value(i)),
            DataType::LargeBinary => hex(self.0.as_binary::<i64>().value(i)),
            DataType::BinaryView => hex(self.0.as_binary_view().value(i)),
            DataType::FixedSizeBinary(_) => hex(self.0.as_fixed_size_binary().value(i)),
            _ => String::new(),
        }
    }

    /// Whole numbers as `data_type`, or as the narrowest of 64-bit integer and decimal that holds them all
    /// when the column's own type does not (files of different widths).
    pub(super) fn from_numbers(data_type: &DataType, values: impl Iterator<Item = i128> + Clone) -> Self {
        macro_rules! integer {
            ($type:ty) => {
                values
                    .clone()
                    .map(|v| <$type as ArrowPrimitiveType>::Native::try_from(v).ok())
                    .collect::<Option<Vec<_>>>()
                    .map(|v| Arc::new(PrimitiveArray::<$type>::new(v.into(), None)) as ArrayRef)
            };
        }
        macro_rules! decimal {
            ($type:ty) => {
                values
                    .clone()
                    .map(|v| <$type as ArrowPrimitiveType>::Native::try_from(v).ok())
                    .collect::<Option<Vec<_>>>()
                    .map(|v| {
                        Arc::new(PrimitiveArray::<$type>::new(v.into(), None).with_data_type(data_type.clone()))
                            as ArrayRef
                    })
            };
        }
        let array = match data_type {
            DataType::Int8 => integer!(Int8Type),
            DataType::Int16 => integer!(Int16Type),
            DataType::Int32 => integer!(Int32Type),
            DataType::UInt8 => integer!(UInt8Type),
            DataType::UInt16 => integer!(UInt16Type),
            DataType::UInt32 => integer!(UInt32Type),
            DataType::UInt64 => integer!(UInt64Type),
            DataType::Decimal32(_, 0) => decimal!(Decimal32Type),
            DataType::Decimal64(_, 0) => decimal!(Decimal64Type),
            DataType::Decimal128(_, 0) => decimal!(Decimal128Type),
            DataType::Decimal256(_, 0) => {
                let values: Vec<i256> = values.clone().map(i256::from_i128).collect();
                let array = PrimitiveArray::<Decimal256Type>::new(values.into(), None);
                Some(Arc::new(array.with_data_type(data_type.clone())) as ArrayRef)
            }
            DataType::Float32 => {
                let values: Vec<f32> = values.clone().map(|v| v as f32).collect();
                Some(Arc::new(arrow_array::Float32Array::from(values)) as ArrayRef)
            }
            DataType::Float16 | DataType::Float64 => {
                let values: Vec<f64> = values.clone().map(|v| v as f64).collect();
                Some(Arc::new(arrow_array::Float64Array::from(values)) as ArrayRef)
            }
            _ => None,
        };
        Self(array.or_else(|| integer!(Int64Type)).unwrap_or_else(|| {
            let values: Vec<i128> = values.collect();
            let array = PrimitiveArray::<Decimal128Type>::new(values.into(), None);
            Arc::new(array.with_data_type(DataType::Decimal128(38, 0)))
        }))
    }

    /// Text or bytes as `data_type`.
    pub(super) fn from_bytes<'a>(data_type: &DataType, values: impl Iterator<Item = &'a [u8]>) -> Self {
        macro_rules! text {
            ($builder:ty) => {{
                let mut builder = <$builder>::new();
                // Bytes of a text column were valid UTF-8 when they came in.
                values.for_each(|v| builder.append_value(String::from_utf8_lossy(v)));
                Arc::new(builder.finish()) as ArrayRef
            }};
        }
        macro_rules! bytes {
            ($builder:ty) => {{
                let mut builder = <$builder>::new();
                values.for_each(|v| builder.append_value(v));
                Arc::new(builder.finish()) as ArrayRef
            }};
        }
        Self(match data_type {
            DataType::LargeUtf8 => text!(LargeStringBuilder),
            DataType::Utf8View => text!(StringViewBuilder),
            DataType::Binary => bytes!(BinaryBuilder),
            DataType::LargeBinary => bytes!(LargeBinaryBuilder),
            DataType::BinaryView => bytes!(BinaryViewBuilder),
            DataType::FixedSizeBinary(width) => {
                let values: Vec<&[u8]> = values.collect();
                let mut builder = FixedSizeBinaryBuilder::new(*width);
                // Files of different widths fall back to binary of any width.
                if values.iter().all(|v| builder.append_value(v).is_ok()) {
                    Arc::new(builder.finish())
                } else {
                    let mut builder = BinaryBuilder::new();
                    values.iter().for_each(|v| builder.append_value(v));
                    Arc::new(builder.finish())
                }
            }
            _ => text!(StringBuilder),
        })
    }
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
