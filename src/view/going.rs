//! How far a stage is, in words: amount, rate, time left.

use crate::pipeline::stage::Stage;
use crate::report::figures;

/// Before this long in a stage, a rate would only be noise.
const STEADY_AFTER_SECONDS: f64 = 0.8;

/// How far a stage is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Going {
    /// `12,345,678 of 32,434,489 rows`; empty if the stage does not count.
    pub amount: String,
    /// `9.1 million a second`; empty until it is steady, or where the units mean nothing to a reader.
    pub rate: String,
    /// `about 3 s left`; empty until it is steady.
    pub left: String,
}

/// Words for `done` of `total` units of `stage` after `seconds` in it.
pub fn going(stage: &str, done: u64, total: u64, seconds: f64) -> Going {
    if total <= 1 {
        return Going::default();
    }
    let done = done.min(total);
    let reads = stage == Stage::Extract.name();
    let unit = if reads { " rows" } else { "" };
    let amount = format!("{} of {}{unit}", figures::integer(done), figures::integer(total));
    let rate = done as f64 / seconds;
    if seconds < STEADY_AFTER_SECONDS || done == 0 || !rate.is_finite() {
        return Going { amount, ..Going::default() };
    }
    let left = (total - done) as f64 / rate;
    Going { amount, rate: if reads { per_second(rate) } else { String::new() }, left: words(left) }
}

/// Two significant digits are all that a rate is good for.
fn per_second(rate: f64) -> String {
    match rate {
        rate if rate >= 1e6 => format!("{} million a second", figures::decimal(rate / 1e6, 1)),
        rate if rate >= 1e4 => format!("{},000 a second", figures::decimal(rate / 1e3, 0)),
        rate => format!("{} a second", figures::decimal(rate, 0)),
    }
}

fn words(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 1.5 => "about a second left".to_owned(),
        seconds if seconds < 60.0 => format!("about {} s left", figures::decimal(seconds, 0)),
        seconds if seconds < 90.0 => "about a minute left".to_owned(),
        seconds => format!("about {} minutes left", figures::decimal(seconds / 60.0, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_says_rows_rate_and_time_left() {
        let said = going("extract", 8_000_000, 32_434_489, 2.0);
        assert_eq!(said.amount, "8,000,000 of 32,434,489 rows");
        assert_eq!(said.rate, "4.0 million a second");
        assert_eq!(said.left, "about 6 s left");
    }

    #[test]
    fn other_stages_count_in_units_of_their_own() {
        let said = going("clustering", 30, 120, 40.0);
        assert_eq!(
            (said.amount.as_str(), said.rate.as_str(), said.left.as_str()),
            ("30 of 120", "", "about 2 minutes left")
        );
    }

    #[test]
    fn nothing_is_said_that_is_not_known() {
        assert_eq!(going("extract", 0, 0, 5.0), Going::default());
        assert_eq!(going("extract", 1, 1, 5.0), Going::default());
        for said in [going("extract", 10, 100, 0.1), going("extract", 0, 100, 9.0), going("extract", 5, 100, f64::NAN)]
        {
            assert!(said.rate.is_empty() && said.left.is_empty() && !said.amount.is_empty(), "{said:?}");
        }
        assert_eq!(going("extract", 900, 100, 2.0).amount, "100 of 100 rows", "never more than all");
    }
}
