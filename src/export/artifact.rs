//! Files made on demand from the last finished run.

use serde::{Deserialize, Serialize};

use crate::pipeline::error::Error;
use crate::pipeline::later::Comparison;
use crate::pipeline::run::Finished;
use crate::planning::error::PlanningError;
use crate::planning::findings::PlanDesign;
use crate::report::documents::Title;
use crate::report::html::Links;
use crate::report::{self, markdown, wording};
use crate::segments::findings::Segment;

use super::documents::{self, Form};
use super::outputs::Outputs;
use super::receipt::Receipt;
use super::sql::{Dialect, check, query};
use super::{assignments, baseline, experiment, features, results, scored};

const PARQUET: &str = "application/vnd.apache.parquet";
const HTML: &str = "text/html;charset=utf-8";

/// A file that the page offers for download and the worker makes on demand from the last finished run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Artifact {
    /// `assignments.parquet`.
    AssignmentsParquet,
    /// `assignments.csv`.
    AssignmentsCsv,
    /// The customers of one segment, `<segment>.csv`.
    List(Segment),
    /// `features.parquet`.
    FeaturesParquet,
    /// `results.json`.
    ResultsJson,
    /// `baseline.json`.
    BaselineJson,
    /// `<dialect>.sql`, the scoring query.
    Sql(Dialect),
    /// `check_<dialect>.sql`, its self-check.
    SqlCheck(Dialect),
    /// One of the six documents.
    Document {
        /// Which.
        title: Title,
        /// How written.
        form: Form,
        /// Experiments planned to this design instead of the run's.
        plan: Option<PlanDesign>,
    },
    /// `report.html`: all documents in one file.
    ReportHtml,
    /// `experiment_assignments.csv`.
    ExperimentCsv,
    /// `receipt.json`, over results.json and assignments.csv.
    Receipt,
    /// A file of the later window that was compared last.
    Window(WindowFile),
}

/// A file of a later window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowFile {
    /// `drift.json`.
    DriftJson,
    /// `drift.md`.
    DriftMarkdown,
    /// `drift.html`.
    DriftHtml,
    /// `assignments.parquet` with statuses.
    ScoredParquet,
    /// `assignments.csv` with statuses.
    ScoredCsv,
}

/// A file made for download.
#[derive(Clone, Debug, PartialEq)]
pub struct MadeFile {
    /// Name.
    pub name: String,
    /// MIME type.
    pub mime: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Makes one file from a finished run.
///
/// # Errors
/// [`Error::Write`] if the writer fails.
pub fn make(finished: &Finished, artifact: &Artifact) -> Result<MadeFile, Error> {
    let tables = &finished.tables;
    let (name, ids, segmentation) = (tables.id_name.as_str(), &tables.ids, tables.segmentation.as_ref());
    let mut bytes = Vec::new();
    let sql = "application/sql;charset=utf-8";
    let (file, mime) = match artifact {
        Artifact::AssignmentsParquet => {
            assignments::parquet(name, ids, segmentation, &mut bytes)?;
            ("assignments.parquet", PARQUET)
        }
        Artifact::AssignmentsCsv => {
            assignments::csv(name, ids, segmentation, &mut bytes)?;
            ("assignments.csv", "text/csv;charset=utf-8")
        }
        Artifact::List(segment) => {
            let found = segmentation.ok_or(PlanningError::NothingToFreeze)?;
            assignments::list(name, ids, found, *segment, &mut bytes)?;
            (wording::list_file(*segment).trim_start_matches("lists/"), "text/csv;charset=utf-8")
        }
        Artifact::FeaturesParquet => {
            features::parquet(name, ids, &tables.features, &mut bytes)?;
            ("features.parquet", PARQUET)
        }
        Artifact::ResultsJson => {
            results::json(&finished.outcome.results, &mut bytes)?;
            ("results.json", "application/json")
        }
        Artifact::Document { title, form, plan } => {
            let replanned = plan.map(|design| documents::replanned(&finished.outcome, design));
            let outcome = replanned.as_ref().unwrap_or(&finished.outcome);
            bytes = documents::alone(outcome, *title, *form).into_bytes();
            let (ending, mime) = match form {
                Form::Markdown => ("md", "text/markdown;charset=utf-8"),
                Form::Html | Form::Part => ("html", HTML),
            };
            return Ok(MadeFile { name: format!("{}.{ending}", title.name()), mime: mime.to_owned(), bytes });
        }
        Artifact::ReportHtml => {
            bytes = documents::report(&finished.outcome).into_bytes();
            ("report.html", HTML)
        }
        Artifact::ExperimentCsv => {
            let share = finished.outcome.results.planning.design.treatment_share;
            experiment::csv(name, ids, segmentation, &tables.features, share, &mut bytes)?;
            (experiment::FILE, "text/csv;charset=utf-8")
        }
        Artifact::Receipt => {
            let outputs = Outputs::of(finished);
            let hashed = ["results.json", "assignments.csv"].into_iter().filter_map(|name| outputs.hashed(name));
            Receipt::new(finished, hashed.collect::<Result<_, _>>()?).json(&mut bytes)?;
            ("receipt.json", "application/json")
        }
        Artifact::BaselineJson => {
            baseline::json(&baseline::baseline(finished)?, &mut bytes)?;
            ("baseline.json", "application/json")
        }
        Artifact::Sql(dialect) => {
            bytes = query::scoring(&baseline::baseline(finished)?, *dialect).into_bytes();
            (dialect.file().trim_start_matches("sql/"), sql)
        }
        Artifact::SqlCheck(dialect) => {
            bytes = check::self_check(&baseline::baseline(finished)?, *dialect).into_bytes();
            (dialect.check_file().trim_start_matches("sql/check/"), sql)
        }
        Artifact::Window(_) => {
            let detail = "no later window was compared".to_owned();
            return Err(Error::Write { file: "drift.json".to_owned(), detail });
        }
    };
    Ok(MadeFile { name: file.to_owned(), mime: mime.to_owned(), bytes })
}

/// Makes one file of a later window.
///
/// # Errors
/// [`Error::Write`] if the writer fails; the window's own fault where it could be scored but not compared.
pub fn make_window(found: &Comparison, file: WindowFile) -> Result<MadeFile, Error> {
    let drift = || found.drift.as_ref().map_err(|error| Error::from(error.clone()));
    let mut bytes = Vec::new();
    let (name, mime) = match file {
        WindowFile::DriftJson => {
            scored::drift_json(drift()?, &mut bytes)?;
            ("drift.json", "application/json")
        }
        WindowFile::DriftMarkdown => {
            bytes = markdown::write(&report::drift::drift(drift()?), Links::None, &|_| None).into_bytes();
            ("drift.md", "text/markdown;charset=utf-8")
        }
        WindowFile::DriftHtml => {
            bytes = documents::drift_html(drift()?).into_bytes();
            ("drift.html", HTML)
        }
        WindowFile::ScoredParquet => {
            scored::parquet(&found.scored, &mut bytes)?;
            ("assignments.parquet", PARQUET)
        }
        WindowFile::ScoredCsv => {
            scored::csv(&found.scored, &mut bytes)?;
            ("assignments.csv", "text/csv;charset=utf-8")
        }
    };
    Ok(MadeFile { name: name.to_owned(), mime: mime.to_owned(), bytes })
}
