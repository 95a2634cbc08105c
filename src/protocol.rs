//! All that page and worker say to each other: requests in the imperative, events in the past tense.
//!
//! Both sides are built from this file. A message is one JSON text; `File` objects travel beside a
//! [`Request::Inspect`] and stay in the worker under its set id, so that a corrected mapping or another depth
//! needs no second drop. Enums are externally tagged; every variant is round-tripped in tests. The first exchange is
//! `Hello` / `Ready { build }`: a page that meets an engine of another build reloads instead of guessing.

use serde::{Deserialize, Serialize};

pub use crate::export::artifact::Artifact;
pub use crate::export::sql::Dialect;
use crate::extract::schema::{Inspection, Mapping};
pub use crate::pipeline::error::Failure;
use crate::pipeline::outcome::Outcome;
use crate::pipeline::params::Params;

/// One run; events of any but the latest run are stale and dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u32);

/// A set of files dropped together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileSetId(pub u32);

/// What the page asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// First message; answered by [`Event::Ready`].
    Hello,
    /// Look at the files sent along (footers and a few rows).
    Inspect {
        /// Under which id to keep them.
        set: FileSetId,
    },
    /// Run.
    Start {
        /// Names the run.
        run: RunId,
        /// The files, inspected before.
        set: FileSetId,
        /// The mapping to use; `None` takes the detected one.
        mapping: Option<Mapping>,
        /// The parameters.
        params: Params,
    },
    /// Stop the run; answered by [`Event::Cancelled`].
    Cancel {
        /// Which.
        run: RunId,
    },
    /// Make a file from the last finished run; answered by [`Event::Made`].
    Make {
        /// Which run's.
        run: RunId,
        /// Which file.
        artifact: Artifact,
    },
}

/// What the worker reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// The engine is up.
    Ready {
        /// Its build; must equal the page's.
        build: String,
    },
    /// The files were looked at.
    Inspected {
        /// Which set.
        set: FileSetId,
        /// What was seen.
        inspection: Box<Inspection>,
    },
    /// The files could not be looked at.
    Refused {
        /// Which set.
        set: FileSetId,
        /// Why.
        failure: Failure,
    },
    /// A run moved on.
    Progressed {
        /// Which run.
        run: RunId,
        /// Stage name as in `pipeline::stage`.
        stage: String,
        /// Units done in this stage (rows while reading).
        done: u64,
        /// Units in all.
        total: u64,
    },
    /// A first or better outcome; more will follow.
    Refined {
        /// Which run.
        run: RunId,
        /// The outcome so far.
        partial: Box<Outcome>,
    },
    /// The run is complete.
    Finished {
        /// Which run.
        run: RunId,
        /// The outcome.
        outcome: Box<Outcome>,
        /// Wall time in milliseconds, for the reader only: never part of the results.
        millis: u64,
    },
    /// The run failed; the last finished run is still there.
    Failed {
        /// Which run.
        run: RunId,
        /// Why.
        failure: Failure,
    },
    /// The run was stopped as asked.
    Cancelled {
        /// Which.
        run: RunId,
    },
    /// A file is ready; its bytes travel beside this message.
    Made {
        /// Which run's.
        run: RunId,
        /// Which file.
        artifact: Artifact,
        /// Suggested name.
        name: String,
        /// MIME type.
        mime: String,
    },
}
