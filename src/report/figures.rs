//! The only number formatting: every number in a sentence passes through here.
//!
//! Shares become percent here and nowhere else. A value that is not finite prints as an en dash, so
//! that a slip upstream shows as a gap in the text and never as "NaN".

/// What stands for a number that is none.
const NOTHING: &str = "–";

/// A count with thousands separators: `61,317`.
pub fn integer(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with a fixed number of decimals, thousands separators and a true minus sign: `−1,234.50`.
pub fn decimal(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let plain = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let grouped = whole.parse().map_or_else(|_| whole.to_owned(), integer);
    // "-0.0" says nothing that "0.0" does not.
    let negative = value < 0.0 && plain.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
    let sign = if negative { "−" } else { "" };
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{fraction}") }
}

/// A share 0..1 as percent with one decimal: `33.6%`.
pub fn percent(share: f64) -> String {
    percent_to(share, 1)
}

/// A share 0..1 as percent with that many decimals.
pub fn percent_to(share: f64, decimals: usize) -> String {
    if share.is_finite() { format!("{}%", decimal(share * 100.0, decimals)) } else { NOTHING.to_owned() }
}

/// A difference of shares 0..1 in points of percent: `8.2 points`.
pub fn points(difference: f64) -> String {
    if difference.is_finite() { format!("{} points", decimal(difference * 100.0, 1)) } else { NOTHING.to_owned() }
}

/// A p-value as an equation or an inequality, `p = 0.023` or `p < 0.001`; its blanks do not break, in whatever text or
/// format it ends up.
pub fn p_value(p: f64) -> String {
    if !p.is_finite() {
        NOTHING.to_owned()
    } else if p < 0.001 {
        "p\u{a0}<\u{a0}0.001".to_owned()
    } else {
        format!("p\u{a0}=\u{a0}{}", decimal(p, 3))
    }
}

/// A share 0..1 as whole percent, never rounding a part to nothing or to all: `34%`, `<1%`, `>99%`.
pub fn percent_whole(share: f64) -> String {
    if share > 0.0 && share < 0.005 {
        "<1%".to_owned()
    } else if (0.995..1.0).contains(&share) {
        ">99%".to_owned()
    } else {
        percent_to(share, 0)
    }
}

/// A p-value for a table's cell, whose column says that it is one: `< 0.001`, `0.023`.
pub fn p_cell(p: f64) -> String {
    p_value(p).trim_start_matches("p\u{a0}").trim_start_matches("=\u{a0}").to_owned()
}

/// An effect size, reliability, correlation or silhouette: three decimals, `0.191`.
pub fn coefficient(value: f64) -> String {
    decimal(value, 3)
}

/// An interval of coefficients: `0.703 to 0.712`.
pub fn interval(low: f64, high: f64) -> String {
    format!("{} to {}", coefficient(low), coefficient(high))
}

/// A number of any size to so many significant digits, grouped, never in powers of ten: `147,106`, `0.06522`.
pub fn significant(value: f64, digits: u8) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return NOTHING.to_owned();
    }
    let magnitude = libm::floor(libm::log10(value.abs())) as i32;
    decimal(value, (i32::from(digits) - 1 - magnitude).clamp(0, 12) as usize)
}

/// A score or threshold: four significant digits, `0.06522`, `0.4634`.
pub fn score(value: f64) -> String {
    significant(value, 4)
}

/// The mean of some metric: three significant digits, `14.8`, `0.587`.
pub fn mean(value: f64) -> String {
    significant(value, 3)
}

/// A size in bytes: `412 kB`, `27.6 MB`.
pub fn bytes(bytes: u64) -> String {
    let size = bytes as f64;
    match bytes {
        0..1_000 => format!("{} B", integer(bytes)),
        1_000..1_000_000 => format!("{} kB", decimal(size / 1e3, 0)),
        1_000_000..1_000_000_000 => format!("{} MB", decimal(size / 1e6, 1)),
        _ => format!("{} GB", decimal(size / 1e9, 2)),
    }
}

/// A duration: `240 ms`, `2.4 s`, `3 min 20 s`.
pub fn duration(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{} s", decimal(millis as f64 / 1e3, 1)),
        _ => format!("{} min {} s", integer(millis / 60_000), millis % 60_000 / 1_000),
    }
}

/// A count with its noun: `1 file`, `5 files`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", integer(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_by_thousands() {
        for (count, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (61_317, "61,317"),
            (182_223, "182,223"),
            (1_000_000, "1,000,000"),
        ] {
            assert_eq!(integer(count), text);
        }
    }

    #[test]
    fn decimals_are_rounded_and_signed() {
        assert_eq!(decimal(0.512_414_8, 3), "0.512");
        assert_eq!(decimal(-1234.5, 2), "−1,234.50");
        assert_eq!(decimal(-0.000_1, 2), "0.00");
        assert_eq!(decimal(2.0, 0), "2");
        assert_eq!(decimal(f64::NAN, 2), "–");
        assert_eq!(decimal(f64::INFINITY, 2), "–");
    }

    #[test]
    fn shares_become_percent_here() {
        assert_eq!(percent(0.336_494), "33.6%");
        assert_eq!(percent_to(0.5, 0), "50%");
        assert_eq!(percent(f64::NAN), "–");
        assert_eq!(points(0.0819), "8.2 points");
    }

    #[test]
    fn small_p_values_are_inequalities() {
        assert_eq!(p_value(0.022_9), "p\u{a0}=\u{a0}0.023");
        assert_eq!(p_value(1e-300), "p\u{a0}<\u{a0}0.001");
        assert_eq!(p_value(1.0), "p\u{a0}=\u{a0}1.000");
        assert_eq!(p_value(f64::NAN), "–");
    }

    #[test]
    fn whole_percents_round_no_part_to_nothing_or_to_all() {
        for (share, text) in [(0.0, "0%"), (0.0001, "<1%"), (0.336, "34%"), (0.9999, ">99%"), (1.0, "100%")] {
            assert_eq!(percent_whole(share), text);
        }
        assert_eq!(percent_whole(f64::NAN), "–");
    }

    #[test]
    fn significant_digits_need_no_powers_of_ten() {
        assert_eq!(score(0.065_217_391_304_347_82), "0.06522");
        assert_eq!(score(0.463_414_634_146_341_5), "0.4634");
        assert_eq!(mean(14.811_909), "14.8");
        assert_eq!(mean(147_106.089), "147,106");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(f64::NAN, 3), "–");
    }

    #[test]
    fn cells_and_intervals() {
        assert_eq!(p_cell(0.022_9), "0.023");
        assert_eq!(p_cell(0.0), "<\u{a0}0.001");
        assert_eq!(interval(-0.01, 0.2), "−0.010 to 0.200");
    }

    #[test]
    fn sizes_durations_and_nouns() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(412_400), "412 kB");
        assert_eq!(bytes(27_600_000), "27.6 MB");
        assert_eq!(duration(240), "240 ms");
        assert_eq!(duration(2_440), "2.4 s");
        assert_eq!(duration(200_000), "3 min 20 s");
        assert_eq!(counted(1, "file", "files"), "1 file");
        assert_eq!(counted(5_000, "file", "files"), "5,000 files");
    }
}
