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

/// A p-value as an equation or an inequality: `p = 0.023`, `p < 0.001`.
pub fn p_value(p: f64) -> String {
    if !p.is_finite() {
        NOTHING.to_owned()
    } else if p < 0.001 {
        "p < 0.001".to_owned()
    } else {
        format!("p = {}", decimal(p, 3))
    }
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
    }

    #[test]
    fn small_p_values_are_inequalities() {
        assert_eq!(p_value(0.022_9), "p = 0.023");
        assert_eq!(p_value(1e-300), "p < 0.001");
        assert_eq!(p_value(1.0), "p = 1.000");
        assert_eq!(p_value(f64::NAN), "–");
    }
}
