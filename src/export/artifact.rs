//! Files made on demand from the last finished run.

use serde::{Deserialize, Serialize};

use crate::pipeline::error::Error;
use crate::pipeline::run::Finished;
use crate::report::{markdown, memo};

use super::sql::{Dialect, check, query};
use super::{assignments, baseline, features, results};

const PARQUET: &str = "application/vnd.apache.parquet";

/// A file that the page offers for download and the worker makes on demand from the last finished run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Artifact {
    /// `assignments.parquet`.
    AssignmentsParquet,
    /// `assignments.csv`.
    AssignmentsCsv,
    /// `features.parquet`.
    FeaturesParquet,
    /// `results.json`.
    ResultsJson,
    /// `decision_memo.md`.
    MemoMarkdown,
    /// `baseline.json`.
    BaselineJson,
    /// `<dialect>.sql`, the scoring query.
    Sql(Dialect),
    /// `check_<dialect>.sql`, its self-check.
    SqlCheck(Dialect),
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
        Artifact::FeaturesParquet => {
            features::parquet(name, ids, &tables.features, &mut bytes)?;
            ("features.parquet", PARQUET)
        }
        Artifact::ResultsJson => {
            results::json(&finished.outcome.results, &mut bytes)?;
            ("results.json", "application/json")
        }
        Artifact::MemoMarkdown => {
            bytes = markdown::write(&memo::memo(&finished.outcome.results)).into_bytes();
            ("decision_memo.md", "text/markdown;charset=utf-8")
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
    };
    Ok(MadeFile { name: file.to_owned(), mime: mime.to_owned(), bytes })
}
