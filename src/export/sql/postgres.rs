//! `PostgreSQL`.

use super::engine::Engine;

pub(super) struct Postgres;

impl Engine for Postgres {
    fn title(&self) -> &'static str {
        "PostgreSQL"
    }

    fn double(&self) -> &'static str {
        "DOUBLE PRECISION"
    }

    fn text(&self) -> &'static str {
        "TEXT"
    }

    fn once(&self) -> &'static str {
        "MATERIALIZED "
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("({text} ~ '^({pattern})$')")
    }

    fn parsed_double(&self, text: &str) -> String {
        format!("CAST({text} AS DOUBLE PRECISION)")
    }

    fn parsed_date(&self, text: &str) -> String {
        // There is no cast that gives null for 30 February: count the days from the month's first and look again.
        let month = format!("CAST(SUBSTR({text}, 1, 8) || '01' AS DATE)");
        let day = format!("({month} + (CAST(SUBSTR({text}, 9, 2) AS INTEGER) - 1))");
        format!(
            "CASE WHEN SUBSTR({text}, 6, 2) BETWEEN '01' AND '12' THEN CASE WHEN TO_CHAR({day}, 'YYYY-MM-DD') = {text} \
             THEN {day} END END"
        )
    }

    fn day_of_date(&self, date: &str) -> String {
        format!("({date} - DATE '1970-01-01')")
    }

    fn epoch_seconds(&self, instant: &str) -> String {
        format!("EXTRACT(EPOCH FROM {instant})")
    }

    fn day_in_zone(&self, instant: &str, zone: &str) -> String {
        self.day_of_date(&format!("CAST(to_timestamp({}) AT TIME ZONE '{zone}' AS DATE)", self.epoch_seconds(instant)))
    }
}
