//! One column of a batch while it is filled.

use std::str::from_utf8;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray, TimestampMicrosecondArray,
};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer, ScalarBuffer};

use super::values::{EXACT, First, boolean, decimal, integer, is_nothing, lenient_decimal, lenient_integer, time};
use crate::extract::schema::ReadAs;
use crate::extract::table::BATCH_ROWS;
use crate::extract::time::DAY;

/// Values of a column; null where the file has nothing.
pub(super) struct Cells {
    reading: ReadAs,
    /// Did somebody choose the reading?
    chosen: bool,
    nulls: NullBufferBuilder,
    integers: Vec<i64>,
    floats: Vec<f64>,
    flags: Vec<bool>,
    ends: Vec<i32>,
    bytes: Vec<u8>,
    /// A fraction among whole numbers: from here to the end of the batch all are floats.
    widened: bool,
}

/// A value that the reading does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misfit;

/// Text that is no text: the value's place in the batch and the first byte that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WrongByte {
    pub(super) row: usize,
    pub(super) byte: u8,
}

impl Cells {
    pub(super) fn new(reading: ReadAs, chosen: bool) -> Self {
        Self {
            reading,
            chosen,
            nulls: NullBufferBuilder::new(BATCH_ROWS),
            integers: Vec::new(),
            floats: Vec::new(),
            flags: Vec::new(),
            ends: Vec::new(),
            bytes: Vec::new(),
            widened: false,
        }
    }

    /// Bytes of text held.
    pub(super) fn text_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// One more value.
    #[inline]
    pub(super) fn push(&mut self, value: &[u8]) -> Result<(), Misfit> {
        if self.reading == ReadAs::Integer
            && !self.widened
            && let Some(value) = integer(value)
        {
            self.nulls.append_non_null();
            self.integers.push(value);
            return Ok(());
        }
        self.push_other(value)
    }

    fn push_other(&mut self, value: &[u8]) -> Result<(), Misfit> {
        if self.reading == ReadAs::Text || self.reading == ReadAs::TimeUndecided {
            self.note(value.is_empty());
            self.bytes.extend_from_slice(value);
            // A batch ends long before its text could outgrow 32 bits.
            self.ends.push(self.bytes.len() as i32);
            return Ok(());
        }
        let value = value.trim_ascii();
        let nothing = is_nothing(value);
        match self.reading {
            ReadAs::Text | ReadAs::TimeUndecided => {}
            ReadAs::Integer => self.whole(value, nothing)?,
            ReadAs::Decimal => self.floats.push(self.float(value, b'.', nothing)?),
            ReadAs::DecimalComma => self.floats.push(self.float(value, b',', nothing)?),
            ReadAs::Boolean => {
                let flag = boolean(value).or(match value {
                    b"1" if self.chosen => Some(true),
                    b"0" if self.chosen => Some(false),
                    _ => None,
                });
                self.flags.push(if nothing { false } else { flag.ok_or(Misfit)? });
            }
            ReadAs::Time => self.moment(value, First::Year, nothing)?,
            ReadAs::TimeDayFirst => self.moment(value, First::Day, nothing)?,
            ReadAs::TimeMonthFirst => self.moment(value, First::Month, nothing)?,
        }
        self.note(nothing);
        Ok(())
    }

    fn note(&mut self, is_null: bool) {
        if is_null {
            self.nulls.append_null();
        } else {
            self.nulls.append_non_null();
        }
    }

    /// A whole number; or, among whole numbers, one with a fraction, which loses nothing as long as the others are
    /// exact as floats too.
    fn whole(&mut self, value: &[u8], nothing: bool) -> Result<(), Misfit> {
        let read = if self.chosen { lenient_integer(value) } else { integer(value) };
        let exact = |v: i64| (-EXACT..=EXACT).contains(&v);
        match read {
            _ if nothing => {
                if self.widened {
                    self.floats.push(0.0);
                } else {
                    self.integers.push(0);
                }
            }
            Some(value) if !self.widened => self.integers.push(value),
            Some(value) if exact(value) => self.floats.push(value as f64),
            Some(_) => return Err(Misfit),
            None => {
                let value = decimal(value, b'.').ok_or(Misfit)?;
                if !self.integers.iter().all(|v| exact(*v)) {
                    return Err(Misfit);
                }
                if !self.widened {
                    self.widened = true;
                    self.floats.extend(self.integers.drain(..).map(|v| v as f64));
                }
                self.floats.push(value);
            }
        }
        Ok(())
    }

    fn float(&self, value: &[u8], mark: u8, nothing: bool) -> Result<f64, Misfit> {
        if nothing {
            return Ok(0.0);
        }
        let read = if self.chosen { lenient_decimal(value, mark) } else { decimal(value, mark) };
        read.ok_or(Misfit)
    }

    fn moment(&mut self, value: &[u8], first: First, nothing: bool) -> Result<(), Misfit> {
        let micros =
            if nothing { 0 } else { from_utf8(value).ok().and_then(|text| time(text, first)).ok_or(Misfit)?.micros };
        self.integers.push(micros);
        Ok(())
    }

    /// The values as an array, and empty again.
    pub(super) fn finish(&mut self) -> Result<ArrayRef, WrongByte> {
        let nulls = self.nulls.finish();
        let integers = std::mem::take(&mut self.integers);
        let floats = std::mem::take(&mut self.floats);
        let widened = std::mem::take(&mut self.widened);
        Ok(match self.reading {
            ReadAs::Integer if !widened => Arc::new(Int64Array::new(integers.into(), nulls)),
            ReadAs::Integer | ReadAs::Decimal | ReadAs::DecimalComma => {
                Arc::new(Float64Array::new(floats.into(), nulls))
            }
            ReadAs::Boolean => Arc::new(BooleanArray::new(std::mem::take(&mut self.flags).into(), nulls)),
            ReadAs::Time | ReadAs::TimeDayFirst | ReadAs::TimeMonthFirst => {
                let day = |v: &i64| i32::try_from(v.div_euclid(DAY)).ok().filter(|_| v.rem_euclid(DAY) == 0);
                match integers.iter().map(day).collect::<Option<Vec<i32>>>() {
                    Some(days) => Arc::new(Date32Array::new(days.into(), nulls)),
                    None => Arc::new(TimestampMicrosecondArray::new(integers.into(), nulls)),
                }
            }
            ReadAs::Text | ReadAs::TimeUndecided => {
                let (ends, bytes) = (std::mem::take(&mut self.ends), std::mem::take(&mut self.bytes));
                if let Some(wrong) = wrong_byte(&ends, &bytes) {
                    return Err(wrong);
                }
                let offsets = std::iter::once(0).chain(ends).collect::<ScalarBuffer<i32>>();
                // Checked above: every value is text by itself.
                match StringArray::try_new(OffsetBuffer::new(offsets), bytes.into(), nulls) {
                    Ok(array) => Arc::new(array),
                    Err(_) => return Err(WrongByte { row: 0, byte: 0 }),
                }
            }
        })
    }
}

/// The first value that is no UTF-8 or holds a NUL.
fn wrong_byte(ends: &[i32], bytes: &[u8]) -> Option<WrongByte> {
    let whole = from_utf8(bytes).ok();
    if let Some(text) = whole
        && !bytes.contains(&0)
        && ends.iter().all(|end| text.is_char_boundary(*end as usize))
    {
        return None;
    }
    let mut start = 0;
    for (row, &end) in ends.iter().enumerate() {
        let value = &bytes[start..end as usize];
        start = end as usize;
        let valid = from_utf8(value).map_or_else(|error| error.valid_up_to(), str::len);
        let at = value.iter().position(|b| *b == 0).unwrap_or(value.len()).min(valid);
        if let Some(&byte) = value.get(at) {
            return Some(WrongByte { row, byte });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, Int64Type};
    use arrow_schema::DataType;

    use super::*;

    fn cells(reading: ReadAs, values: &[&str]) -> Result<Cells, usize> {
        let mut cells = Cells::new(reading, false);
        for (i, value) in values.iter().enumerate() {
            cells.push(value.as_bytes()).map_err(|Misfit| i)?;
        }
        Ok(cells)
    }

    fn array(reading: ReadAs, values: &[&str]) -> ArrayRef {
        cells(reading, values).unwrap().finish().unwrap()
    }

    #[test]
    fn empty_is_null_in_every_reading() {
        for reading in ReadAs::CHOICES {
            let array = array(reading, &["", ""]);
            assert_eq!(array.null_count(), 2, "{reading:?}");
        }
        assert_eq!(array(ReadAs::Integer, &["NA", " 7 ", "null"]).null_count(), 2);
        assert_eq!(array(ReadAs::Text, &["NA", "null"]).null_count(), 0);
    }

    #[test]
    fn a_fraction_among_whole_numbers_makes_floats_of_the_batch() {
        let mut cells = cells(ReadAs::Integer, &["1", "", "0.5", "3", ""]).unwrap();
        let array = cells.finish().unwrap();
        let floats = array.as_primitive::<Float64Type>();
        assert_eq!(floats.iter().collect::<Vec<_>>(), [Some(1.0), None, Some(0.5), Some(3.0), None]);
        // The next batch starts anew.
        cells.push(b"4").unwrap();
        assert_eq!(cells.finish().unwrap().as_primitive::<Int64Type>().value(0), 4);
        let large = "9007199254740993";
        assert_eq!(super::tests::cells(ReadAs::Integer, &[large, "0.5"]).err(), Some(1));
        assert_eq!(super::tests::cells(ReadAs::Integer, &["0.5", large]).err(), Some(1));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (reading, value) in [
            (ReadAs::Integer, "A17"),
            (ReadAs::Integer, "007"),
            (ReadAs::Integer, "1E5"),
            (ReadAs::Decimal, "7,5"),
            (ReadAs::DecimalComma, "7.5"),
            (ReadAs::Boolean, "yes"),
            (ReadAs::Time, "29.02.2024"),
            (ReadAs::TimeDayFirst, "02/29/2024"),
            (ReadAs::TimeMonthFirst, "29/02/2024"),
        ] {
            assert_eq!(cells(reading, &["", value]).err(), Some(1), "{reading:?} {value}");
        }
    }

    #[test]
    fn times_are_dates_as_long_as_no_clock_is_seen() {
        assert_eq!(array(ReadAs::TimeDayFirst, &["29.02.2024", ""]).data_type(), &DataType::Date32);
        let stamps = array(ReadAs::Time, &["2024-02-29", "2024-02-29 10:00"]);
        assert!(matches!(stamps.data_type(), DataType::Timestamp(..)));
    }

    #[test]
    fn text_is_checked_value_by_value() {
        let finish = |values: &[&[u8]]| {
            let mut cells = Cells::new(ReadAs::Text, false);
            values.iter().for_each(|v| cells.push(v).unwrap());
            cells.finish().map(|a| a.len())
        };
        assert_eq!(finish(&["é".as_bytes(), b"b"]), Ok(2));
        assert_eq!(finish(&[b"a", b"\xe9t\xe9"]), Err(WrongByte { row: 1, byte: 0xe9 }));
        // Two halves of one character are no text, though together they would be.
        assert_eq!(finish(&[b"a", b"\xc3", b"\xa9"]), Err(WrongByte { row: 1, byte: 0xc3 }));
        assert_eq!(finish(&[b"a\0b"]), Err(WrongByte { row: 0, byte: 0 }));
    }
}
