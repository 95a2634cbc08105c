//! A later window of the bundled demo, made up on the spot, so that a visitor without a second extract can watch the
//! monitor at work.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::folder::MemoryFolder;
use super::{GenerateError, Scenario, Spec, star_window};
use crate::export::{assignments, baseline};
use crate::extract::findings::Layout;
use crate::extract::source::{BytesSource, Source};
use crate::pace::Pace;
use crate::pipeline::error::Error;
use crate::pipeline::later::{Comparison, Question, score_and_compare};
use crate::pipeline::run::Finished;
use crate::planning::monitoring::Drift;

/// The demo: `quadrant generate --customers 3000 --layout star --scenario typical --seed 7`.
pub const DEMO: Spec = Spec { customers: 3_000, layout: Layout::Star, scenario: Scenario::Typical, seed: 7 };

/// What is planted in the later window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plot {
    /// Nothing: the same habits, new orders.
    Quiet,
    /// Every gap is 20% longer.
    Slower,
    /// The most loyal type buys less of what it knows.
    LessLoyal,
    /// Order timing is damaged.
    Broken,
}

impl Plot {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Slower, Self::Quiet, Self::LessLoyal, Self::Broken];

    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Quiet => "nothing changes",
            Self::Slower => "everybody orders 20% less often",
            Self::LessLoyal => "one type of customer buys less of what it knows",
            Self::Broken => "a column arrives broken",
        }
    }

    fn scenario(self) -> Scenario {
        match self {
            Self::Quiet => Scenario::Typical,
            Self::Slower => Scenario::Slower,
            Self::LessLoyal => Scenario::LoyaltyDropOneType,
            Self::Broken => Scenario::BrokenColumn,
        }
    }

    /// What the page must say beside the result.
    pub fn disclosure(self, window: u64) -> String {
        format!(
            "Synthetic: window {window} of the demo’s customers was made up in this tab, with one thing planted: {}.",
            self.words()
        )
    }
}

/// The files of a later window.
fn files(plot: Plot, window: u32, pace: &Pace) -> Result<Vec<Arc<dyn Source>>, Error> {
    let fault = |detail: String| Error::Write { file: "the synthetic extract".to_owned(), detail };
    let spec = Spec { scenario: plot.scenario(), ..DEMO }.check().map_err(|error| fault(error.to_string()))?;
    let mut folder = MemoryFolder::default();
    star_window(&spec, window, &mut folder, pace).map_err(|error| match error {
        GenerateError::Cancelled(cancelled) => Error::from(cancelled),
        other => fault(other.to_string()),
    })?;
    let files = folder.files.into_iter();
    Ok(files.map(|(name, bytes)| Arc::new(BytesSource::new(name, bytes)) as Arc<dyn Source>).collect())
}

/// Compares a made-up window with a finished run of the demo and with its assignments. `earlier`: the windows since.
///
/// # Errors
/// Nobody has a segment, or the run was cancelled.
pub async fn rehearse(finished: &Finished, plot: Plot, earlier: Vec<Drift>, pace: &Pace) -> Result<Comparison, Error> {
    pace.stage("generate").await?;
    let sources = files(plot, earlier.len() as u32 + 1, pace)?;
    let tables = &finished.tables;
    let mut previous = Vec::new();
    assignments::parquet(&tables.id_name, &tables.ids, tables.segmentation.as_ref(), &mut previous)?;
    let question = Question {
        sources,
        mapping: None,
        baseline: &baseline::baseline(finished)?,
        previous: Some(Arc::new(BytesSource::new("assignments.parquet", previous))),
        as_of_day: None,
    };
    score_and_compare(question, earlier, false, pace).await
}

/// The windows of a comparison, itself the last: what comes before the next.
pub fn windows(found: &Comparison) -> Vec<Drift> {
    found.earlier.iter().chain(found.drift.as_ref().ok()).cloned().collect()
}
