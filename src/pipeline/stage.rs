//! The order of work, named once for progress, errors and documents.

use serde::{Deserialize, Serialize};

/// One stage of a run, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Parameters are checked.
    Params,
    /// Footers and first rows are looked at, roles proposed.
    Inspect,
    /// Orders and lines are read and joined.
    Extract,
    /// Features are built.
    Features,
    /// Diagnostics and gates of the order history.
    Readiness,
    /// Scores, thresholds, segments, confidence.
    Segments,
    /// Effects, reliability, out-of-time.
    Validation,
    /// Scaling and components.
    Prepare,
    /// The tribunal.
    Clustering,
    /// Gates, verdict, recommendation.
    Decision,
}

impl Stage {
    /// All stages in the order of work.
    pub const ALL: [Self; 10] = [
        Self::Params,
        Self::Inspect,
        Self::Extract,
        Self::Features,
        Self::Readiness,
        Self::Segments,
        Self::Validation,
        Self::Prepare,
        Self::Clustering,
        Self::Decision,
    ];

    /// The stable, machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Params => "params",
            Self::Inspect => "inspect",
            Self::Extract => "extract",
            Self::Features => "features",
            Self::Readiness => "readiness",
            Self::Segments => "segments",
            Self::Validation => "validation",
            Self::Prepare => "prepare",
            Self::Clustering => "clustering",
            Self::Decision => "decision",
        }
    }
}
