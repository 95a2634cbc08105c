//! Columns of numbers, flags and text, whatever their type.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

/// The values of one batch of a numeric column.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// The values; NaN where null or unusable.
    pub(super) values: Vec<f64>,
    /// Values that are there but are no finite number (infinite, text that is no number), with the first
    /// one's row in the batch and its text.
    pub(super) bad: u64,
    pub(super) first_bad: Option<(usize, String)>,
}

impl Numbers {
    /// How many values are there, usable or not.
    pub(super) fn present(&self) -> u64 {
        self.values.iter().filter(|v| !v.is_nan()).count() as u64 + self.bad
    }

    fn refuse(&mut self, row: usize, text: impl FnOnce() -> String) {
        self.bad += 1;
        if self.first_bad.is_none() {
            self.first_bad = Some((row, text().chars().take(60).collect()));
        }
    }

    /// Reads `array`, replacing what was read before. Types that are no numbers read as all bad.
    pub(super) fn read(&mut self, array: &ArrayRef) {
        self.values.clear();
        self.bad = 0;
        self.first_bad = None;
        self.values.reserve(array.len());
        match array.data_type() {
            DataType::Int8 => self.primitive::<Int8Type>(array, f64::from),
            DataType::Int16 => self.primitive::<Int16Type>(array, f64::from),
            DataType::Int32 => self.primitive::<Int32Type>(array, f64::from),
            DataType::Int64 => self.primitive::<Int64Type>(array, |v| v as f64),
            DataType::UInt8 => self.primitive::<UInt8Type>(array, f64::from),
            DataType::UInt16 => self.primitive::<UInt16Type>(array, f64::from),
            DataType::UInt32 => self.primitive::<UInt32Type>(array, f64::from),
            DataType::UInt64 => self.primitive::<UInt64Type>(array, |v| v as f64),
            DataType::Float16 => self.primitive::<Float16Type>(array, f64::from),
            DataType::Float32 => self.primitive::<Float32Type>(array, f64::from),
            DataType::Float64 => self.primitive::<Float64Type>(array, |v| v),
            DataType::Decimal32(_, s) => self.primitive::<Decimal32Type>(array, |v| scaled(f64::from(v), *s)),
            DataType::Decimal64(_, s) => self.primitive::<Decimal64Type>(array, |v| scaled(v as f64, *s)),
            DataType::Decimal128(_, s) => self.primitive::<Decimal128Type>(array, |v| scaled(v as f64, *s)),
            DataType::Decimal256(_, s) => {
                // Beyond 128 bits no quantity, gap or amount is meant; such values read as bad.
                self.primitive::<Decimal256Type>(array, |v| {
                    v.to_i128().map_or(f64::INFINITY, |v| scaled(v as f64, *s))
                });
            }
            DataType::Boolean => {
                self.values.extend(array.as_boolean().iter().map(|v| v.map_or(f64::NAN, f64::from)));
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => self.text(array),
            DataType::Dictionary(..) => self.dictionary(array),
            _ => {
                for row in 0..array.len() {
                    self.values.push(f64::NAN);
                    if !array.is_null(row) {
                        self.refuse(row, || "no number".to_owned());
                    }
                }
            }
        }
    }

    fn primitive<T: ArrowPrimitiveType>(&mut self, array: &ArrayRef, convert: impl Fn(T::Native) -> f64) {
        let array = array.as_primitive::<T>();
        if array.null_count() == 0 {
            self.values.extend(array.values().iter().map(|&v| convert(v)));
        } else {
            self.values.extend(array.iter().map(|v| v.map_or(f64::NAN, &convert)));
        }
        // NaN is how pandas writes null; infinity is no quantity, gap or amount.
        if self.values.iter().any(|v| v.is_infinite()) {
            for row in 0..self.values.len() {
                if self.values[row].is_infinite() {
                    let value = self.values[row];
                    self.values[row] = f64::NAN;
                    self.refuse(row, || value.to_string());
                }
            }
        }
    }

    fn text(&mut self, array: &ArrayRef) {
        each_text(array, |row, text| {
            let value = text.map(str::trim).filter(|t| !t.is_empty() && !is_null_word(t));
            let number = value.and_then(parse_number);
            if let (Some(text), None) = (value, number) {
                self.refuse(row, || text.to_owned());
            }
            self.values.push(number.unwrap_or(f64::NAN));
        });
    }

    fn dictionary(&mut self, array: &ArrayRef) {
        let dictionary = array.as_any_dictionary();
        if dictionary.values().is_empty() {
            self.values.resize(array.len(), f64::NAN);
            return;
        }
        let keys = dictionary.normalized_keys();
        let mut inner = Self::default();
        inner.read(dictionary.values());
        for (row, &key) in keys.iter().enumerate() {
            let value = if array.is_null(row) { f64::NAN } else { inner.values.get(key).copied().unwrap_or(f64::NAN) };
            self.values.push(value);
        }
        self.bad = inner.bad;
        self.first_bad = inner.first_bad;
    }
}

fn scaled(value: f64, scale: i8) -> f64 {
    // Powers of ten up to 10^22 are exact in f64, so one division rounds once.
    let ten = |n: u32| (0..n).fold(1.0, |power: f64, _| power * 10.0);
    if scale >= 0 { value / ten(u32::from(scale.unsigned_abs())) } else { value * ten(u32::from(scale.unsigned_abs())) }
}

/// Text that writers use for "nothing".
pub(super) fn is_null_word(text: &str) -> bool {
    ["null", "nan", "none", "na", "n/a", "\\n"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A finite number or a yes/no word; no locale, no thousands separators: those are guesses.
pub(super) fn parse_number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
    if plain {
        return text.parse::<f64>().ok().filter(|v| v.is_finite());
    }
    if ["true", "t", "yes", "y"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        Some(1.0)
    } else if ["false", "f", "no", "n"].iter().any(|word| text.eq_ignore_ascii_case(word)) {
        Some(0.0)
    } else {
        None
    }
}

/// Calls `each` with every row of a text column; `None` for nulls and for columns that hold no text.
pub(super) fn each_text(array: &ArrayRef, mut each: impl FnMut(usize, Option<&str>)) {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().enumerate().for_each(|(row, v)| each(row, v)),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().enumerate().for_each(|(row, v)| each(row, v)),
        DataType::Utf8View => array.as_string_view().iter().enumerate().for_each(|(row, v)| each(row, v)),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let mut values: Vec<Option<String>> = Vec::new();
            // Behind a pointer, so that the closure's type does not nest in itself.
            let collect: &mut dyn FnMut(usize, Option<&str>) = &mut |_, v| values.push(v.map(str::to_owned));
            each_text(dictionary.values(), collect);
            let keys = if values.is_empty() { Vec::new() } else { dictionary.normalized_keys() };
            for row in 0..array.len() {
                let value = keys.get(row).filter(|_| !array.is_null(row)).and_then(|k| values.get(*k));
                each(row, value.and_then(|v| v.as_deref()));
            }
        }
        _ => (0..array.len()).for_each(|row| each(row, None)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{BooleanArray, Float64Array, Int8Array, StringArray};

    use super::*;

    fn read(array: impl Array + 'static) -> Numbers {
        let mut numbers = Numbers::default();
        numbers.read(&(Arc::new(array) as ArrayRef));
        numbers
    }

    #[test]
    fn nulls_nans_and_infinities_are_told_apart() {
        let n = read(Float64Array::from(vec![Some(1.5), None, Some(f64::NAN), Some(f64::INFINITY)]));
        assert_eq!(n.values[0], 1.5);
        assert!(n.values[1..].iter().all(|v| v.is_nan()));
        assert_eq!((n.bad, n.first_bad), (1, Some((3, "inf".to_owned()))));
        assert_eq!(read(Int8Array::from(vec![-3])).values, [-3.0]);
        assert_eq!(read(BooleanArray::from(vec![true, false])).values, [1.0, 0.0]);
    }

    #[test]
    fn text_is_read_strictly() {
        let n = read(StringArray::from(vec![Some(" 2.5 "), Some(""), None, Some("1,000"), Some("yes"), Some("inf")]));
        assert_eq!(n.values[0], 2.5);
        assert!(n.values[1].is_nan() && n.values[2].is_nan() && n.values[3].is_nan());
        assert_eq!(n.values[4], 1.0);
        assert_eq!((n.bad, n.first_bad), (2, Some((3, "1,000".to_owned()))));
    }

    #[test]
    fn decimals_are_scaled() {
        let array = arrow_array::Decimal128Array::from(vec![12345]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(read(array).values, [123.45]);
    }
}
