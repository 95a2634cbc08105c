//! Spark SQL and Databricks.

use super::engine::Engine;

pub(super) struct Spark;

impl Engine for Spark {
    fn title(&self) -> &'static str {
        "Spark SQL"
    }

    fn identifier(&self, name: &str) -> String {
        format!("`{}`", name.replace('\0', "").replace('`', "``"))
    }

    fn text(&self) -> &'static str {
        "STRING"
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        // In Spark's text a backslash escapes; the patterns have none.
        format!("({text} RLIKE '^({pattern})$')")
    }

    fn parsed_double(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DOUBLE)")
    }

    fn parsed_date(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DATE)")
    }

    fn day_of_date(&self, date: &str) -> String {
        format!("DATEDIFF({date}, DATE '1970-01-01')")
    }

    fn epoch_seconds(&self, instant: &str) -> String {
        format!("unix_seconds({instant})")
    }

    fn day_in_zone(&self, instant: &str, zone: &str) -> String {
        // A date would be that of the session's zone.
        let seconds = self.epoch_seconds(&format!("from_utc_timestamp({instant}, '{zone}')"));
        format!("CAST(FLOOR({seconds} / 86400) AS {})", self.integer())
    }
}
