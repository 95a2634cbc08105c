//! Files made on demand from the last finished run.

use serde::{Deserialize, Serialize};

use crate::pipeline::error::Error;
use crate::pipeline::run::Finished;

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
    let written = |file: &str| Error::Write { file: file.to_owned(), detail: "not offered".to_owned() };
    match artifact {
        Artifact::ResultsJson => {
            let bytes = serde_json::to_vec_pretty(&finished.outcome.results).map_err(|_| written("results.json"))?;
            Ok(MadeFile { name: "results.json".to_owned(), mime: "application/json".to_owned(), bytes })
        }
        _ => Err(written("file")),
    }
}
