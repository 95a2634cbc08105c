//! Snowflake.

use super::engine::Engine;

pub(super) struct Snowflake;

impl Engine for Snowflake {
    fn title(&self) -> &'static str {
        "Snowflake"
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        // Matches the whole text by itself.
        format!("REGEXP_LIKE({text}, '{pattern}')")
    }

    fn parsed_double(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DOUBLE)")
    }

    fn parsed_date(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DATE)")
    }

    fn day_of_date(&self, date: &str) -> String {
        format!("DATEDIFF(DAY, DATE '1970-01-01', {date})")
    }

    fn epoch_seconds(&self, instant: &str) -> String {
        format!("DATE_PART(EPOCH_SECOND, {instant})")
    }

    fn day_in_zone(&self, instant: &str, zone: &str) -> String {
        let seconds = self.epoch_seconds(instant);
        let utc = format!("DATEADD(SECOND, {seconds}, CAST('1970-01-01' AS TIMESTAMP_NTZ))");
        self.day_of_date(&format!("CAST(CONVERT_TIMEZONE('UTC', '{zone}', {utc}) AS DATE)"))
    }
}
