//! `results.json`: the outcome's results, readable and in a stable order.

use std::io::Write;

use crate::pipeline::outcome::Results;

use super::ExportError;

const FILE: &str = "results.json";

/// Writes `results.json`: indented, fields in the order of the contract, maps sorted by key, floats as the shortest
/// text that reads back to the same bits, one newline at the end.
///
/// # Errors
/// [`ExportError`]: `out` failed.
pub fn json(results: &Results, mut out: impl Write) -> Result<(), ExportError> {
    serde_json::to_writer_pretty(&mut out, results).map_err(|source| ExportError::Json { file: FILE, source })?;
    out.write_all(b"\n").map_err(|source| ExportError::Io { file: FILE, source })
}
