//! The self-check: does the query give the uploaded assignments?

use crate::planning::baseline::Baseline;

use super::Dialect;
use super::engine::comments;
use super::query::{plan, table, with};

/// A query that returns one row, `differences` and `compared`: customers whose segment differs, whose scores differ by
/// more than 1e-12, or who stand on one side only, among all customers on either side.
pub fn self_check(baseline: &Baseline, dialect: Dialect) -> String {
    let engine = dialect.engine();
    let query = plan(baseline, dialect);
    let id = engine.identifier(&baseline.id_name);
    // The extract may have a table of the usual name itself.
    let taken = |name: &str| baseline.extract.columns.iter().any(|c| table(&c.file).eq_ignore_ascii_case(name));
    let mut uploaded = "assignments".to_owned();
    while taken(&uploaded) {
        uploaded.insert_str(0, "quadrant_");
    }
    let why = [
        format!("Self-check of the scoring query for {}: differences must be 0.", dialect.title()),
        format!(
            "Upload the assignments.parquet of the same run as a table named {uploaded}, next to the tables of that extract."
        ),
        format!("Receipt {}; baseline {}.", baseline.receipt, baseline.sha256),
    ];
    let head = comments(&why);
    let select = query.select.replace('\n', "\n    ");
    let table = engine.identifier(&uploaded);
    format!(
        "{head}{}SELECT\n  COALESCE(SUM(CASE WHEN ours.segment = theirs.segment\n    \
         AND ABS(ours.freq_score - theirs.freq_score) <= 1e-12\n    \
         AND ABS(ours.loyalty_score - theirs.loyalty_score) <= 1e-12 THEN 0 ELSE 1 END), 0) AS differences,\n  \
         COUNT(*) AS compared\nFROM (\n  SELECT * FROM (\n    {select}\n  ) AS everyone\n  WHERE segment IS NOT NULL\n) AS ours\n\
         FULL OUTER JOIN (\n  SELECT * FROM {table} WHERE segment IS NOT NULL\n) AS theirs ON ours.{id} = theirs.{id}\n",
        with(&query.steps, engine)
    )
}
