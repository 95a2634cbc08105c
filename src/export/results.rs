//! `results.json`: the outcome's results, readable and in a stable order.

use std::io::Write;

use crate::pipeline::outcome::Results;
use crate::stats::json::indented;

use super::ExportError;

const FILE: &str = "results.json";

/// Writes `results.json`: indented, fields in the order of the contract, maps sorted by key, floats as the shortest
/// text that reads back to the same bits, one newline at the end.
///
/// # Errors
/// [`ExportError`]: `out` failed.
pub fn json(results: &Results, mut out: impl Write) -> Result<(), ExportError> {
    let text = indented(results).map_err(|source| ExportError::Json { file: FILE, source })?;
    out.write_all(&text).map_err(|source| ExportError::Io { file: FILE, source })
}
