//! Columns of yes and no: the reordered flag of every line.

use arrow_array::cast::AsArray;
use arrow_array::types::{ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::numbers::Numbers;

/// The flags of one batch. Zeros and ones as writers store them are read straight; anything else goes through
/// [`Numbers`], which knows words, nulls and what cannot be a flag.
#[derive(Debug, Default)]
pub(super) struct Flags {
    /// Is the flag set? Unknown and impossible flags: anything above 0 is.
    pub(super) values: Vec<bool>,
    /// Values that were not null.
    pub(super) present: u64,
    /// Values that are null, or say neither yes nor no.
    pub(super) unknown: u64,
    /// Values that are neither 0 nor 1.
    pub(super) bad: u64,
    /// The first of them: row in the batch and text.
    pub(super) first_bad: Option<(usize, String)>,
    numbers: Numbers,
}

impl Flags {
    /// Reads `array`, replacing what was read before.
    pub(super) fn read(&mut self, array: &ArrayRef) {
        self.values.clear();
        self.values.reserve(array.len());
        self.present = array.len() as u64;
        self.unknown = 0;
        self.bad = 0;
        self.first_bad = None;
        let plain = array.null_count() == 0
            && match array.data_type() {
                DataType::Boolean => {
                    self.values.extend(array.as_boolean().values().iter());
                    true
                }
                DataType::Int8 => self.zeros_and_ones::<Int8Type>(array),
                DataType::UInt8 => self.zeros_and_ones::<UInt8Type>(array),
                DataType::Int16 => self.zeros_and_ones::<Int16Type>(array),
                DataType::Int32 => self.zeros_and_ones::<Int32Type>(array),
                DataType::Int64 => self.zeros_and_ones::<Int64Type>(array),
                _ => false,
            };
        if !plain {
            self.look_closer(array);
        }
    }

    /// Are all of them 0 or 1? If not, what was read so far is worth nothing.
    fn zeros_and_ones<T>(&mut self, array: &ArrayRef) -> bool
    where
        T: ArrowPrimitiveType,
        T::Native: Into<i64>,
    {
        let values = array.as_primitive::<T>().values();
        let mut others = 0;
        self.values.extend(values.iter().map(|&value| {
            let value: i64 = value.into();
            others |= value & !1;
            value == 1
        }));
        others == 0
    }

    fn look_closer(&mut self, array: &ArrayRef) {
        self.numbers.read(array);
        self.present = self.numbers.present();
        self.bad = self.numbers.bad;
        self.first_bad = self.numbers.first_bad.take();
        let numbers = &self.numbers.values;
        self.unknown = numbers.iter().filter(|v| v.is_nan()).count() as u64;
        self.values.clear();
        self.values.extend(numbers.iter().map(|v| *v > 0.0));
        let mut odd = numbers.iter().enumerate().filter(|(_, v)| !v.is_nan() && **v != 0.0 && **v != 1.0);
        if let Some((row, value)) = odd.next() {
            self.bad += 1 + odd.count() as u64;
            if self.first_bad.as_ref().is_none_or(|(first, _)| row < *first) {
                self.first_bad = Some((row, value.to_string()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{BooleanArray, Int8Array, Int64Array, StringArray};

    use super::*;

    fn read(array: ArrayRef) -> Flags {
        let mut flags = Flags::default();
        flags.read(&(Arc::new(Int8Array::from(vec![7, 8])) as ArrayRef));
        flags.read(&array);
        flags
    }

    #[test]
    fn the_straight_way_and_the_close_look_agree() {
        for array in [
            Arc::new(Int8Array::from(vec![0, 1, 1])) as ArrayRef,
            Arc::new(Int64Array::from(vec![0, 1, 1])),
            Arc::new(BooleanArray::from(vec![false, true, true])),
            Arc::new(StringArray::from(vec!["0", "1", "true"])),
        ] {
            let flags = read(array);
            assert_eq!(flags.values, [false, true, true]);
            assert_eq!((flags.present, flags.bad, flags.first_bad, flags.unknown), (3, 0, None, 0));
        }
    }

    #[test]
    fn what_is_no_flag_is_counted_and_shown() {
        let flags = read(Arc::new(Int8Array::from(vec![None, Some(1), Some(2), Some(-1)])));
        assert_eq!(flags.values, [false, true, true, false]);
        assert_eq!((flags.present, flags.bad, flags.first_bad), (3, 2, Some((2, "2".to_owned()))));
        assert_eq!(flags.unknown, 1);
        let flags = read(Arc::new(StringArray::from(vec![Some("yes"), None, Some("perhaps"), Some("0")])));
        assert_eq!((flags.values, flags.unknown), (vec![true, false, false, false], 2));
        let flags = read(Arc::new(Int64Array::from(vec![5, 0])));
        assert_eq!((flags.values, flags.bad), (vec![true, false], 1));
    }
}
