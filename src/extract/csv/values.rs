//! Single values: what a piece of text is worth in each reading.
//!
//! The readings that are inferred are strict, so that an id comes out as it went in: `007`, `+7`, `1E5` and numbers
//! beyond 64 bits are text. A reading that somebody chose is lenient about such forms.

use std::str::from_utf8;

use crate::extract::numbers::is_null_word;
use crate::extract::time::{Parsed, parse_time};

/// Whole numbers up to here are exact as floats.
pub(super) const EXACT: i64 = 1 << 53;

/// The whole number that `text` writes in the one way such a number is written by machines.
#[inline]
pub(super) fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    match digits {
        [b'0'] => return (!negative).then_some(0),
        [b'1'..=b'9', ..] if digits.len() <= 18 => {}
        // Close to 2^63 the standard library counts with more care.
        [b'1'..=b'9', ..] => return from_utf8(text).ok()?.parse().ok(),
        _ => return None,
    }
    let mut value = 0i64;
    for &digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

/// The whole number that `text` can be taken for.
pub(super) fn lenient_integer(text: &[u8]) -> Option<i64> {
    integer(text).or_else(|| from_utf8(text).ok()?.parse().ok())
}

/// The number with decimal mark `mark` that `text` writes. Exponents only where a mark or a minus shows that no code
/// like `1E5` is meant.
pub(super) fn decimal(text: &[u8], mark: u8) -> Option<f64> {
    let unsigned = text.strip_prefix(b"-").unwrap_or(text);
    let whole = unsigned.iter().take_while(|b| b.is_ascii_digit()).count();
    if whole > 1 && unsigned.first() == Some(&b'0') {
        return None;
    }
    let rest = &unsigned[whole..];
    let (fraction, rest) = match rest.strip_prefix(&[mark]) {
        Some(rest) => {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            (Some(digits), &rest[digits..])
        }
        None => (None, rest),
    };
    if whole + fraction.unwrap_or(0) == 0 {
        return None;
    }
    match rest {
        // A whole number is one as a float only where floats are exact.
        [] if fraction.is_none() => return integer(text).filter(|v| (-EXACT..=EXACT).contains(v)).map(|v| v as f64),
        [] => {}
        [b'e' | b'E', exponent @ ..] => {
            let digits = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
            let small = exponent.first() == Some(&b'-');
            if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) || !(small || fraction.is_some()) {
                return None;
            }
        }
        _ => return None,
    }
    number(text, mark)
}

/// The number that `text` can be taken for.
pub(super) fn lenient_decimal(text: &[u8], mark: u8) -> Option<f64> {
    let plain = |b: &u8| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'e' | b'E') || *b == mark;
    if text.iter().all(plain) { number(text, mark) } else { None }
}

fn number(text: &[u8], mark: u8) -> Option<f64> {
    let text = from_utf8(text).ok()?;
    let value: f64 =
        if mark == b'.' { text.parse().ok()? } else { text.replace(char::from(mark), ".").parse().ok()? };
    value.is_finite().then_some(value)
}

/// `true` or `false`, in any case.
pub(super) fn boolean(text: &[u8]) -> Option<bool> {
    if text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if text.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}

/// Text that stands for nothing where numbers, flags or dates are read.
pub(super) fn is_nothing(text: &[u8]) -> bool {
    text.is_empty() || (text.len() <= 4 && from_utf8(text).is_ok_and(is_null_word))
}

/// Which part of a date comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// `2024-02-29`, `2024/2/29`.
    Year,
    /// `29.02.2024`, `29/2/2024`.
    Day,
    /// `2/29/2024`.
    Month,
}

/// A date or timestamp; the clock may be `13:05`, `13:05:09.25`, `1:05 PM`, and may carry an offset from UTC.
pub(super) fn time(text: &str, first: First) -> Option<Parsed> {
    if first == First::Year
        && let Some(parsed) = parse_time(text)
    {
        return Some(parsed);
    }
    let (date, clock) = match text.find(['T', ' ']) {
        Some(at) => (&text[..at], text[at + 1..].trim_start()),
        None => (text, ""),
    };
    let separator = date.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
    let mut parts = date.split(separator);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    let (year, month, day) = match first {
        First::Year => (a, b, c),
        First::Day => (c, b, a),
        First::Month => (c, a, b),
    };
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || year.len() != 4 || !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return None;
    }
    if text.len() == date.len() {
        return parse_time(&format!("{year}-{month:0>2}-{day:0>2}"));
    }
    let (hour, rest) = clock.split_once(':')?;
    if !digits(hour, 2) {
        return None;
    }
    let mut hour: u32 = hour.parse().ok()?;
    let tail = rest.len().saturating_sub(2);
    let half = rest.get(tail..).unwrap_or_default();
    let half = [("am", 0), ("pm", 12)].into_iter().find(|(name, _)| half.eq_ignore_ascii_case(name));
    let rest = match half {
        None => rest,
        Some((_, later)) if (1..=12).contains(&hour) => {
            hour = hour % 12 + later;
            rest.get(..tail)?.trim_end()
        }
        Some(_) => return None,
    };
    parse_time(&format!("{year}-{month:0>2}-{day:0>2}T{hour:02}:{rest}"))
}

/// Does the text have a time of day?
pub(super) fn has_clock(text: &str) -> bool {
    text.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_those_that_come_out_as_they_went_in() {
        for (text, value) in [
            ("0", Some(0)),
            ("7", Some(7)),
            ("-12", Some(-12)),
            ("123456789012345678", Some(123_456_789_012_345_678)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("007", None),
            ("-0", None),
            ("+7", None),
            ("7.0", None),
            ("", None),
            ("-", None),
            ("12a", None),
            ("１２", None),
        ] {
            assert_eq!(integer(text.as_bytes()), value, "{text}");
            if let Some(value) = value {
                assert_eq!(value.to_string(), text);
            }
        }
        assert_eq!(lenient_integer(b"007"), Some(7));
        assert_eq!(lenient_integer(b"+7"), Some(7));
        assert_eq!(lenient_integer(b"7.5"), None);
    }

    #[test]
    fn decimals_have_one_mark() {
        for (text, point, comma) in [
            ("7.0", Some(7.0), None),
            ("7,5", None, Some(7.5)),
            ("12", Some(12.0), Some(12.0)),
            ("-.5", Some(-0.5), None),
            ("3.", Some(3.0), None),
            ("1.5e3", Some(1500.0), None),
            ("1e-05", Some(1e-5), Some(1e-5)),
            ("1E5", None, None),
            ("007.5", None, None),
            ("1,234.5", None, None),
            ("1.234,5", None, None),
            (".", None, None),
            ("", None, None),
            ("1.5e999", None, None),
            ("9007199254740993", None, None),
            ("18446744073709551616", None, None),
            ("inf", None, None),
        ] {
            assert_eq!(decimal(text.as_bytes(), b'.'), point, "{text}");
            assert_eq!(decimal(text.as_bytes(), b','), comma, "{text}");
        }
        assert_eq!(lenient_decimal(b"007,5", b','), Some(7.5));
        assert_eq!(lenient_decimal(b"1E5", b'.'), Some(1e5));
    }

    #[test]
    fn dates_in_each_order() {
        let iso = |text: &str| parse_time(text).map(|t| t.micros);
        for (text, first, expected) in [
            ("2024-02-29", First::Year, "2024-02-29"),
            ("2024/2/9 8:05", First::Year, "2024-02-09T08:05"),
            ("2024.02.09", First::Year, "2024-02-09"),
            ("29.02.2024", First::Day, "2024-02-29"),
            ("29.02.2024 13:05", First::Day, "2024-02-29T13:05"),
            ("1/2/2024", First::Day, "2024-02-01"),
            ("1/2/2024", First::Month, "2024-01-02"),
            ("12/1/2010 8:26", First::Month, "2010-12-01T08:26"),
            ("12/1/2010 8:26:03 PM", First::Month, "2010-12-01T20:26:03"),
            ("12/1/2010 12:00am", First::Month, "2010-12-01T00:00"),
            ("29-02-2024T23:59:59.5", First::Day, "2024-02-29T23:59:59.5"),
        ] {
            assert_eq!(time(text, first).map(|t| t.micros), iso(expected), "{text}");
            assert!(iso(expected).is_some());
        }
        for (text, first) in [
            ("29/02/2024", First::Month),
            ("30.02.2024", First::Day),
            ("1/2/24", First::Day),
            ("2024-02", First::Year),
            ("1/2/2024 25:00", First::Day),
            ("1/2/2024 13:00 PM", First::Day),
            ("1/2-2024", First::Day),
            ("1/2/2024/5", First::Day),
            ("1/2/2024 ", First::Day),
            ("a/b/2024", First::Day),
            ("", First::Year),
            ("é/1/2024", First::Day),
            ("1/1/2024 1:é", First::Day),
        ] {
            assert_eq!(time(text, first), None, "{text}");
        }
    }
}
