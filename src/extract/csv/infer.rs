//! How a column is read, from its first values.

use std::str::from_utf8;

use super::values::{First, boolean, decimal, has_clock, integer, is_nothing, time};
use crate::extract::schema::{ColumnClass, ReadAs};

/// What the values seen so far can be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    any: bool,
    integer: bool,
    point: bool,
    comma: bool,
    boolean: bool,
    year: bool,
    day: bool,
    month: bool,
    /// Does a time of day occur?
    clock: bool,
    /// Does an offset from UTC occur?
    offset: bool,
    /// Are dates written with dots, as only those do who write the day first?
    dots: bool,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            any: false,
            integer: true,
            point: true,
            comma: true,
            boolean: true,
            year: true,
            day: true,
            month: true,
            clock: false,
            offset: false,
            dots: true,
        }
    }
}

impl Seen {
    /// One more value.
    pub(super) fn see(&mut self, value: &[u8]) {
        let value = value.trim_ascii();
        if is_nothing(value) {
            return;
        }
        self.any = true;
        self.integer = self.integer && integer(value).is_some();
        self.point = self.point && decimal(value, b'.').is_some();
        self.comma = self.comma && decimal(value, b',').is_some();
        self.boolean = self.boolean && boolean(value).is_some();
        if !(self.year || self.day || self.month) {
            return;
        }
        let text = from_utf8(value).unwrap_or_default();
        for (possible, first) in
            [(&mut self.year, First::Year), (&mut self.day, First::Day), (&mut self.month, First::Month)]
        {
            if *possible {
                let parsed = time(text, first);
                *possible = parsed.is_some();
                self.offset |= parsed.is_some_and(|t| t.has_offset);
            }
        }
        self.clock |= has_clock(text);
        self.dots = self.dots && text.contains('.') && !text.contains(['/', '-']);
    }

    /// The reading that fits all values. A decimal comma is one only where commas do not divide fields: in a comma
    /// file `"1,234"` is rather a thousand.
    pub(super) fn reading(&self, delimiter: u8) -> ReadAs {
        if !self.any {
            return ReadAs::Text;
        }
        if self.integer {
            ReadAs::Integer
        } else if self.boolean {
            ReadAs::Boolean
        } else if self.point {
            ReadAs::Decimal
        } else if self.comma && delimiter != b',' {
            ReadAs::DecimalComma
        } else if self.offset {
            // Text is read further on, where offsets are told to the reader.
            ReadAs::Text
        } else if self.year {
            ReadAs::Time
        } else {
            match (self.day, self.month) {
                (true, true) if self.dots => ReadAs::TimeDayFirst,
                (true, true) => ReadAs::TimeUndecided,
                (true, false) => ReadAs::TimeDayFirst,
                (false, true) => ReadAs::TimeMonthFirst,
                (false, false) => ReadAs::Text,
            }
        }
    }

    /// Class and name of a column that is read as `reading`.
    pub(super) fn kind(&self, reading: ReadAs) -> (ColumnClass, String) {
        let (time, word) = if self.clock { (ColumnClass::Timestamp, "timestamp") } else { (ColumnClass::Date, "date") };
        match reading {
            ReadAs::Text => (ColumnClass::Text, "string".to_owned()),
            ReadAs::Integer => (ColumnClass::Integer, "int64".to_owned()),
            ReadAs::Decimal => (ColumnClass::Float, "double".to_owned()),
            ReadAs::DecimalComma => (ColumnClass::Float, "double, decimal comma".to_owned()),
            ReadAs::Boolean => (ColumnClass::Boolean, "bool".to_owned()),
            ReadAs::Time => (time, word.to_owned()),
            ReadAs::TimeDayFirst => (time, format!("{word}, day first")),
            ReadAs::TimeMonthFirst => (time, format!("{word}, month first")),
            ReadAs::TimeUndecided => (time, format!("{word}, day or month first?")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(values: &[&str], delimiter: u8) -> (ReadAs, String) {
        let mut seen = Seen::default();
        values.iter().for_each(|v| seen.see(v.as_bytes()));
        let reading = seen.reading(delimiter);
        (reading, seen.kind(reading).1)
    }

    #[test]
    fn readings_of_first_values() {
        for (values, expected, kind) in [
            (&["1", "", "20", "NA"][..], ReadAs::Integer, "int64"),
            (&["1", "007"], ReadAs::Text, "string"),
            (&["1", "A17"], ReadAs::Text, "string"),
            (&["99999999999999999999"], ReadAs::Text, "string"),
            (&["7.0", "", "30"], ReadAs::Decimal, "double"),
            (&["1,5", "2"], ReadAs::DecimalComma, "double, decimal comma"),
            (&["1,5", "2.5"], ReadAs::Text, "string"),
            (&["True", "false", ""], ReadAs::Boolean, "bool"),
            (&["2024-01-02", "2024-01-03"], ReadAs::Time, "date"),
            (&["2024-01-02T10:00", "2024-01-03 11:00:00"], ReadAs::Time, "timestamp"),
            (&["2024-01-02T10:00Z"], ReadAs::Text, "string"),
            (&["01.02.2024"], ReadAs::TimeDayFirst, "date, day first"),
            (&["01/02/2024", "13/02/2024 10:00"], ReadAs::TimeDayFirst, "timestamp, day first"),
            (&["01/02/2024", "02/13/2024"], ReadAs::TimeMonthFirst, "date, month first"),
            (&["01/02/2024", "02/03/2024"], ReadAs::TimeUndecided, "date, day or month first?"),
            (&["13/02/2024", "02/13/2024"], ReadAs::Text, "string"),
            (&["20240102", "20240103"], ReadAs::Integer, "int64"),
            (&["", "NULL"], ReadAs::Text, "string"),
            (&[], ReadAs::Text, "string"),
        ] {
            assert_eq!(reading(values, b';'), (expected, kind.to_owned()), "{values:?}");
        }
        assert_eq!(reading(&["1,234"], b',').0, ReadAs::Text);
    }
}
