//! `DuckDB`.

use super::engine::Engine;

pub(super) struct DuckDb;

impl Engine for DuckDb {
    fn title(&self) -> &'static str {
        "DuckDB"
    }

    fn once(&self) -> &'static str {
        "MATERIALIZED "
    }

    fn is_finite(&self, float: &str) -> String {
        // Not by comparison: over Parquet, DuckDB trusts a column's statistics, which leave NaN out.
        format!("isfinite({float})")
    }

    fn matches(&self, text: &str, pattern: &str) -> String {
        format!("regexp_full_match({text}, '{pattern}')")
    }

    fn parsed_double(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DOUBLE)")
    }

    fn parsed_date(&self, text: &str) -> String {
        format!("TRY_CAST({text} AS DATE)")
    }

    fn day_of_date(&self, date: &str) -> String {
        format!("date_diff('day', DATE '1970-01-01', {date})")
    }

    fn epoch_seconds(&self, instant: &str) -> String {
        format!("epoch({instant})")
    }

    fn day_in_zone(&self, instant: &str, zone: &str) -> String {
        self.day_of_date(&format!("CAST(timezone('{zone}', to_timestamp({})) AS DATE)", self.epoch_seconds(instant)))
    }
}
