//! Dates and timestamps: days and clock as they are written, never shifted to the viewer's zone.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};

use super::clock::Clock;
use super::numbers::{Numbers, each_text};

/// Microseconds in a second.
pub(super) const MICROS: i64 = 1_000_000;
const DAY_SECONDS: i64 = 86_400;
/// Microseconds in a day.
pub(super) const DAY: i64 = DAY_SECONDS * MICROS;
/// Years that an order can be of: what lies outside is a wrong unit or a placeholder.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// No timestamp.
pub(super) const NEVER: i64 = i64::MIN;

/// How a column writes its times; fixed by the first batch that has values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// A date or timestamp type.
    Typed,
    /// ISO text.
    Text,
    /// Integers `YYYYMMDD`.
    CalendarNumber,
    /// Integers: ticks since 1970, this many to the second.
    Epoch(i64),
    /// Integers that are no times (day or week numbers, say).
    Unknown,
}

/// The values of one batch of a date or timestamp column, as microseconds since 1970-01-01 00:00 of the
/// wall clock that the data carry.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// Values; [`NEVER`] where null or unusable.
    pub(super) values: Vec<i64>,
    /// Values that are there but are no time, the first one's row in the batch and its text.
    pub(super) bad: u64,
    pub(super) first_bad: Option<(usize, String)>,
    /// How the column writes its times.
    pub(super) writing: Option<Writing>,
    /// Values that are instants with an offset of their own; the wall clock at that offset is used.
    pub(super) with_offset: u64,
    numbers: Numbers,
}

impl Times {
    /// How many values are there, usable or not.
    pub(super) fn present(&self) -> u64 {
        self.values.iter().filter(|v| **v != NEVER).count() as u64 + self.bad
    }

    fn push(&mut self, row: usize, value: Option<i64>, text: impl FnOnce() -> String) {
        // Day numbers are exact here: i64 microseconds reach far beyond the years let in.
        let sane = value.filter(|v| YEARS.contains(&civil(v.div_euclid(DAY)).0));
        if let Some(value) = sane {
            self.values.push(value);
        } else {
            self.values.push(NEVER);
            self.bad += 1;
            if self.first_bad.is_none() {
                self.first_bad = Some((row, text().chars().take(60).collect()));
            }
        }
    }

    /// Reads `array`, replacing what was read before; instants on this `clock`.
    pub(super) fn read(&mut self, array: &ArrayRef, clock: &Clock) {
        self.values.clear();
        self.bad = 0;
        self.first_bad = None;
        self.with_offset = 0;
        self.values.reserve(array.len());
        match array.data_type() {
            DataType::Date32 => {
                self.typed::<Date32Type>(array, |v| i64::from(v).checked_mul(DAY));
            }
            DataType::Date64 => {
                self.typed::<Date64Type>(array, |v| v.div_euclid(DAY_SECONDS * 1000).checked_mul(DAY));
            }
            DataType::Timestamp(TimeUnit::Second, _) => {
                self.typed::<TimestampSecondType>(array, |v| clock.at(v.checked_mul(MICROS)?));
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                self.typed::<TimestampMillisecondType>(array, |v| clock.at(v.checked_mul(1000)?));
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                self.typed::<TimestampMicrosecondType>(array, |v| clock.at(v));
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                self.typed::<TimestampNanosecondType>(array, |v| clock.at(v.div_euclid(1000)));
            }
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => self.text(array),
            _ => self.integers(array),
        }
    }

    fn typed<T: ArrowPrimitiveType>(&mut self, array: &ArrayRef, convert: impl Fn(T::Native) -> Option<i64>) {
        self.writing = Some(Writing::Typed);
        let with_clock = matches!(array.data_type(), DataType::Timestamp(..));
        let shown = |value| convert(value).map_or_else(|| format!("{value:?}"), |micros| written(micros, with_clock));
        for (row, value) in array.as_primitive::<T>().iter().enumerate() {
            match value {
                None => self.values.push(NEVER),
                Some(value) => self.push(row, convert(value), || shown(value)),
            }
        }
    }

    fn text(&mut self, array: &ArrayRef) {
        self.writing = Some(Writing::Text);
        let mut with_offset = 0;
        each_text(array, |row, text| match text.map(str::trim).filter(|t| !t.is_empty()) {
            None => self.values.push(NEVER),
            Some(text) => {
                let parsed = parse_time(text);
                with_offset += u64::from(parsed.is_some_and(|t| t.has_offset));
                self.push(row, parsed.map(|t| t.micros), || text.to_owned());
            }
        });
        self.with_offset = with_offset;
    }

    fn integers(&mut self, array: &ArrayRef) {
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.read(array);
        if self.writing.is_none() {
            self.writing = numbers.values.iter().copied().find(|v| !v.is_nan()).map(guess_writing);
        }
        for (row, &value) in numbers.values.iter().enumerate() {
            // A double holds every whole number up to 2^53: microseconds until the year 2255.
            let micros = match self.writing {
                _ if value.is_nan() => {
                    self.values.push(NEVER);
                    continue;
                }
                Some(Writing::CalendarNumber) => from_calendar_number(value),
                Some(Writing::Epoch(ticks)) => {
                    let whole = value.floor();
                    (whole.abs() < 9.0e18).then_some(whole as i64).and_then(|v| {
                        if ticks <= MICROS { v.checked_mul(MICROS / ticks) } else { Some(v.div_euclid(ticks / MICROS)) }
                    })
                }
                _ => None,
            };
            self.push(row, micros, || format!("{value}"));
        }
        self.bad += numbers.bad;
        if let Some((row, text)) = numbers.first_bad.take() {
            self.first_bad.get_or_insert((row, text));
        }
        self.numbers = numbers;
    }
}

/// How an integer column that opens with `value` writes its times.
fn guess_writing(value: f64) -> Writing {
    if from_calendar_number(value).is_some_and(|v| YEARS.contains(&civil(v.div_euclid(DAY)).0)) {
        return Writing::CalendarNumber;
    }
    match value.abs() {
        // Seconds below this would be of the first years of the 1970s: rather counters than times.
        v if v < 1e8 => Writing::Unknown,
        v if v < 1e11 => Writing::Epoch(1),
        v if v < 1e14 => Writing::Epoch(1000),
        v if v < 1e17 => Writing::Epoch(MICROS),
        _ => Writing::Epoch(1_000_000_000),
    }
}

fn from_calendar_number(value: f64) -> Option<i64> {
    if !(1e7..1e8).contains(&value) || value.floor() < value {
        return None;
    }
    let value = value as i32;
    days(value / 10_000, value / 100 % 100, value % 100).map(|d| i64::from(d) * DAY)
}

/// A time read from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed {
    /// Wall clock, in microseconds since 1970-01-01 00:00.
    pub(super) micros: i64,
    /// Did the text say its offset from UTC?
    pub(super) has_offset: bool,
}

/// ISO 8601 dates and date-times (`2024-02-29`, `2024-02-29T13:05`, `2024-02-29 13:05:09.25+02:00`, `...Z`),
/// also with `/` between the date's parts. Day-first and month-first writings are not guessed.
pub(super) fn parse_time(text: &str) -> Option<Parsed> {
    let bytes = text.as_bytes();
    let digits = |from: usize, n: usize| -> Option<i32> {
        let part = bytes.get(from..from + n)?;
        part.iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i32::from(b - b'0')))
    };
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/') || *bytes.get(7)? != separator {
        return None;
    }
    let day = days(digits(0, 4)?, digits(5, 2)?, digits(8, 2)?)?;
    let midnight = i64::from(day) * DAY;
    let Some(&gap) = bytes.get(10) else {
        return Some(Parsed { micros: midnight, has_offset: false });
    };
    if !matches!(gap, b'T' | b't' | b' ') || *bytes.get(13)? != b':' {
        return None;
    }
    let (hour, minute) = (digits(11, 2)?, digits(14, 2)?);
    let mut at = 16;
    let mut second = 0;
    let mut micros = 0;
    if bytes.get(at) == Some(&b':') {
        second = digits(17, 2)?;
        at = 19;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            at += 1;
            let start = at;
            let mut unit = MICROS / 10;
            while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
                micros += i64::from(digit - b'0') * unit;
                unit /= 10;
                at += 1;
            }
            if at == start {
                return None;
            }
        }
    }
    // 60 is a leap second; 24:00 is a writing of the next midnight that no exporter uses.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let has_offset = parse_offset(text.get(at..)?.trim_start())?;
    let clock = i64::from(hour * 3600 + minute * 60 + second) * MICROS + micros;
    Some(Parsed { micros: midnight + clock, has_offset })
}

/// Is `text` empty (`false`) or an offset from UTC (`true`)? Anything else is no time.
fn parse_offset(text: &str) -> Option<bool> {
    match text {
        "" => Some(false),
        "Z" | "z" | "UTC" => Some(true),
        _ => fixed_offset(text).map(|_| true),
    }
}

/// Seconds east of UTC of a zone written as an offset (`+02:00`, `-0530`, `+01`), or of UTC's names.
pub(super) fn fixed_offset(zone: &str) -> Option<i64> {
    if matches!(zone, "UTC" | "Z" | "Etc/UTC" | "GMT" | "Etc/GMT") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone.get(1..)?.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) = match digits.len() {
        2 => (digits.parse().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Days since 1970-01-01 of a proleptic Gregorian date, if it is one (Hinnant, "chrono-compatible low-level
/// date algorithms", `days_from_civil`).
pub(crate) fn days(y: i32, m: i32, d: i32) -> Option<i32> {
    let leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    let last = match m {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i32::from(leap),
        _ => return None,
    };
    if !(1..=last).contains(&d) {
        return None;
    }
    let year = if m <= 2 { y - 1 } else { y };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// Year, month and day of a day number (Hinnant, `civil_from_days`); years beyond `i32` saturate.
pub(crate) fn civil(day: i64) -> (i32, u32, u32) {
    let z = day.saturating_add(719_468);
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let d = doy - (153 * mp + 2) / 5 + 1;
    let m = if mp < 10 { mp + 3 } else { mp - 9 };
    let y = yoe + era * 400 + i64::from(m <= 2);
    let y = y.clamp(i64::from(i32::MIN), i64::from(i32::MAX));
    (y as i32, m as u32, d as u32)
}

/// A time, or only its day, as `2024-02-29 13:05:09`; nothing for [`NEVER`].
pub(super) fn written(micros: i64, with_clock: bool) -> String {
    if micros == NEVER {
        return String::new();
    }
    let (y, m, d) = civil(micros.div_euclid(DAY));
    let seconds = micros.rem_euclid(DAY) / MICROS;
    if with_clock {
        format!("{y:04}-{m:02}-{d:02} {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{y:04}-{m:02}-{d:02}")
    }
}

/// Day number, hour, and weekday (0 = Sunday) of a wall-clock time.
pub(super) fn parts(micros: i64) -> (i32, u8, u8) {
    let day = micros.div_euclid(DAY);
    let hour = micros.rem_euclid(DAY) / (3600 * MICROS);
    // 1970-01-01 was a Thursday.
    (day as i32, hour as u8, (day + 4).rem_euclid(7) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_texts_are_read_as_written() {
        let at = |h: i64, m: i64, s: i64| 19_782 * DAY + ((h * 60 + m) * 60 + s) * MICROS;
        for (text, micros, has_offset) in [
            ("2024-02-29", at(0, 0, 0), false),
            ("2024/02/29", at(0, 0, 0), false),
            ("2024-02-29T13:05", at(13, 5, 0), false),
            ("2024-02-29 13:05:09", at(13, 5, 9), false),
            ("2024-02-29 13:05:09.250", at(13, 5, 9) + 250_000, false),
            ("2024-02-29T23:30:00+02:00", at(23, 30, 0), true),
            ("2024-02-29T23:30:00Z", at(23, 30, 0), true),
            ("2024-02-29 23:30:00 UTC", at(23, 30, 0), true),
        ] {
            assert_eq!(parse_time(text), Some(Parsed { micros, has_offset }), "{text}");
        }
        for text in [
            "",
            "2024-02-30",
            "29/02/2024",
            "02-29-2024",
            "2024-02-29T",
            "2024-02-29T24:00",
            "2024-02-29 13:05:09.",
            "2024-02-29T13:05:09x",
            "2024-2-9",
            "soon",
            "2024-02/29",
            "2024-02-29T13:05+99:00",
            "２０２４-02-29",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn days_and_civil_are_inverse() {
        for day in (-30_000..90_000).step_by(13) {
            let (y, m, d) = civil(day);
            assert_eq!(days(y, m as i32, d as i32).map(i64::from), Some(day));
        }
        assert_eq!(civil(i64::MAX).0, i32::MAX);
    }

    #[test]
    fn weekday_zero_is_sunday() {
        let sunday = i64::from(days(2017, 1, 1).unwrap()) * DAY + 11 * 3600 * MICROS + 59 * MICROS;
        assert_eq!(parts(sunday), (17_167, 11, 0));
        assert_eq!(parts(-1), (-1, 23, 3));
    }

    #[test]
    fn integer_writings_are_told_apart() {
        assert_eq!(guess_writing(20_170_101.0), Writing::CalendarNumber);
        assert_eq!(guess_writing(1_483_228_800.0), Writing::Epoch(1));
        assert_eq!(guess_writing(1_483_228_800_000.0), Writing::Epoch(1000));
        assert_eq!(guess_writing(1_483_228_800_000_000.0), Writing::Epoch(MICROS));
        assert_eq!(guess_writing(711.0), Writing::Unknown);
        assert_eq!(guess_writing(1.483e18), Writing::Epoch(1_000_000_000));
    }

    #[test]
    fn offsets_are_seconds_east() {
        assert_eq!(fixed_offset("+02:00"), Some(7200));
        assert_eq!(fixed_offset("-0530"), Some(-19_800));
        assert_eq!(fixed_offset("UTC"), Some(0));
        assert_eq!(fixed_offset("America/New_York"), None);
        assert_eq!(fixed_offset("+2"), None);
    }
}
