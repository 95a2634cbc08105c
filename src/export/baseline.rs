//! `baseline.json`: what scoring and monitoring start from.

use std::io::Write;

use crate::pipeline::run::Finished;
use crate::planning::baseline::{Baseline, Reference};
use crate::planning::error::PlanningError;
use crate::stats::json::indented;
use crate::stats::measured::Measured;

use super::ExportError;
use super::receipt::Receipt;

const FILE: &str = "baseline.json";

/// The baseline of a finished run.
///
/// # Errors
/// [`PlanningError::NothingToFreeze`] when nobody has a segment.
pub fn baseline(finished: &Finished) -> Result<Baseline, PlanningError> {
    let (results, tables) = (&finished.outcome.results, &finished.tables);
    let migration = match &results.validation {
        Measured::Value(found) => found.migration.as_ref(),
        Measured::NotMeasured(missing) => Measured::NotMeasured(missing.clone()),
    };
    Baseline::of(&Reference {
        build: &results.build.version,
        receipt: &Receipt::id_of(results),
        seed: results.seed,
        min_orders: results.params.min_orders,
        as_of: results.params.as_of.as_deref(),
        id_name: &tables.id_name,
        window: &tables.window,
        table: &tables.features,
        segmentation: tables.segmentation.as_ref(),
        migration,
    })
}

/// Writes `baseline.json`: indented, one newline at the end.
///
/// # Errors
/// [`ExportError`]: `out` failed.
pub fn json(baseline: &Baseline, mut out: impl Write) -> Result<(), ExportError> {
    let text = indented(baseline).map_err(|source| ExportError::Json { file: FILE, source })?;
    out.write_all(&text).map_err(|source| ExportError::Io { file: FILE, source })
}
