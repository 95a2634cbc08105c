//! Which run a document belongs to.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::figures;
use crate::extract::findings::ExtractFindings;
use crate::extract::time::{civil, days};
use crate::pipeline::outcome::Results;
use crate::stats::json;

/// Id of a run: the first 16 hexadecimal digits of the SHA-256 of build, parameters and the inputs' hashes, whatever the
/// order in which the files were given.
pub fn receipt_id(results: &Results) -> String {
    let mut inputs: Vec<String> =
        results.extract.files.iter().map(|file| format!("{}={}", file.name, file.sha256)).collect();
    inputs.sort_unstable();
    // Parameters are plain fields: writing them cannot fail.
    let params = json::line(&results.params).unwrap_or_default();
    let text = format!("{}\n{params}\n{}", results.build.version, inputs.join("\n"));
    Sha256::digest(text.as_bytes()).iter().take(8).fold(String::new(), |mut id, byte| {
        // Writing to a String cannot fail.
        let _ = write!(id, "{byte:02x}");
        id
    })
}

/// Which extract, which build, which seed: enough to make the same result again.
pub fn byline(results: &Results) -> String {
    format!(
        "{} · {} · Quadrant {} · seed {} · receipt {}",
        file_names(&results.extract),
        figures::counted(results.extract.customers, "customer", "customers"),
        results.build.version,
        results.seed,
        receipt_id(results)
    )
}

/// The running header of printed pages: extract, day of the run where it is known, receipt.
pub fn running(results: &Results, date: Option<&str>) -> String {
    let date = date.map_or_else(String::new, |date| format!("{date} · "));
    format!("{} · {date}receipt {}", file_names(&results.extract), receipt_id(results))
}

/// The day so many days after an ISO date, in words: `2 March 2027`. `None` where that is no date.
pub fn day(date: &str, later: i64) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = date.splitn(3, '-').map(str::parse);
    let (Some(Ok(y)), Some(Ok(m)), Some(Ok(d))) = (parts.next(), parts.next(), parts.next()) else { return None };
    let (y, m, d) = civil(i64::from(days(y, m, d)?) + later);
    Some(format!("{d} {} {y}", MONTHS.get(m as usize - 1)?))
}

/// The extract by its files (untrusted text).
pub fn file_names(extract: &ExtractFindings) -> String {
    match extract.files.as_slice() {
        [] => "No files".to_owned(),
        [one] => one.name.clone(),
        [first, rest @ ..] => {
            format!("{} and {}", first.name, figures::counted(rest.len() as u64, "more file", "more files"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::day;

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        for (date, later, words) in [
            ("2027-02-25", 5, "2 March 2027"),
            ("2028-02-25", 5, "1 March 2028"),
            ("2026-12-31", 0, "31 December 2026"),
            ("2026-12-31", 1, "1 January 2027"),
        ] {
            assert_eq!(day(date, later).as_deref(), Some(words));
        }
        for wrong in ["", "today", "2026-13-01", "2026-02-30", "2026-02"] {
            assert_eq!(day(wrong, 1), None, "{wrong}");
        }
    }
}
