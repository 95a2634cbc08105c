//! What can stop a run, and what it is told as at the edge.

use crate::extract::error::ExtractError;
use crate::pace::Cancelled;
use crate::planning::error::PlanningError;

use serde::{Deserialize, Serialize};

use super::params::ParamError;
use super::stage::Stage;

/// Why a run produced no outcome. A NO-GO verdict is an outcome, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The host asked to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// A parameter cannot be.
    #[error(transparent)]
    Params(#[from] ParamError),
    /// The files cannot be used.
    #[error(transparent)]
    Extract(ExtractError),
    /// A baseline cannot be used, or not with these files.
    #[error(transparent)]
    Planning(#[from] PlanningError),
    /// A file could not be written.
    #[error("could not write {file}: {detail}")]
    Write {
        /// The file.
        file: String,
        /// What the writer said.
        detail: String,
    },
}

impl From<ExtractError> for Error {
    fn from(error: ExtractError) -> Self {
        // A cancelled read is a cancelled run, not a broken file.
        match error {
            ExtractError::Cancelled => Self::Cancelled(Cancelled),
            other => Self::Extract(other),
        }
    }
}

impl Error {
    /// Was it only the host's wish?
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }

    /// Where in the order of work it happened.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Params(_) => Stage::Params,
            Self::Extract(_) | Self::Cancelled(_) => Stage::Extract,
            Self::Planning(_) | Self::Write { .. } => Stage::Decision,
        }
    }

    /// Stable, `snake_case`.
    pub fn code(&self) -> &str {
        match self {
            Self::Cancelled(_) => "cancelled",
            Self::Params(ParamError::MinOrders { .. }) => "min_orders",
            Self::Params(ParamError::Threshold { .. }) => "threshold",
            Self::Params(ParamError::AsOf { .. }) => "as_of",
            Self::Params(ParamError::Set(_)) => "feature_set",
            Self::Params(ParamError::Exact { .. }) => "exact",
            Self::Params(ParamError::Plan { .. }) => "plan",
            Self::Params(ParamError::Labels) => "labels",
            Self::Extract(error) => error.code(),
            Self::Planning(error) => error.code(),
            Self::Write { .. } => "write",
        }
    }

    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Cancelled(_) => "Start again when you are ready.".to_owned(),
            Self::Params(_) => "Correct the parameter and run again.".to_owned(),
            Self::Extract(error) => error.hint().to_owned(),
            Self::Planning(error) => error.hint().to_owned(),
            Self::Write { .. } => "Check the free space and the permissions, then try again.".to_owned(),
        }
    }

    /// The error as it is told to a person, once.
    pub fn failure(&self) -> Failure {
        Failure {
            stage: self.stage().name().to_owned(),
            code: self.code().to_owned(),
            message: self.to_string(),
            hint: self.hint(),
        }
    }
}

/// An error at the edge: said once, to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Where in the order of work.
    pub stage: String,
    /// Stable code, `snake_case`; shown as `data-code`.
    pub code: String,
    /// What is wrong: file, column, row or count.
    pub message: String,
    /// What to do.
    pub hint: String,
}
