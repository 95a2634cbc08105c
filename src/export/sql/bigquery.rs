//! Google `BigQuery`.

use super::engine::Engine;

pub(super) struct BigQuery;

impl Engine for BigQuery {
    fn title(&self) -> &'static str {
        "BigQuery"
    }

    fn identifier(&self, name: &str) -> String {
        // Quoted identifiers have the escapes of string literals.
        let mut quoted = String::from("`");
        for letter in name.chars() {
            match letter {
                '\0' => {}
                '\\' => quoted.push_str("\\\\"),
                '`' => quoted.push_str("\\`"),
                '\n' => quoted.push_str("\\n"),
                '\r' => quoted.push_str("\\r"),
                letter => quoted.push(letter),
            }
        }
        quoted.push('`');
        quoted
    }

    fn double(&self) -> &'static str {
        "FLOAT64"
    }

    fn integer(&self) -> &'static str {
        "INT64"
    }

    fn text(&self) -> &'static str {
        "STRING"
    }

    fn is_finite(&self, float: &str) -> String {
        format!("NOT (IS_NAN({float}) OR IS_INF({float}))")
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("REGEXP_CONTAINS({text}, '^({pattern})$')")
    }

    fn parsed_double(&self, text: &str) -> String {
        format!("SAFE_CAST({text} AS FLOAT64)")
    }

    fn parsed_date(&self, text: &str) -> String {
        format!("SAFE_CAST({text} AS DATE)")
    }

    fn day_of_date(&self, date: &str) -> String {
        format!("DATE_DIFF({date}, DATE '1970-01-01', DAY)")
    }

    fn epoch_seconds(&self, instant: &str) -> String {
        format!("UNIX_SECONDS({instant})")
    }

    fn day_in_zone(&self, instant: &str, zone: &str) -> String {
        self.day_of_date(&format!("DATE({instant}, '{zone}')"))
    }
}
