//! What every chart brings along beside its marks: a title, a sentence, and the numbers behind it.

use serde::{Deserialize, Serialize};

use super::scene::Scene;
use crate::report::document::Table;

/// Title, sentence and table of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// Title: what it shows, or better, what it says.
    pub title: String,
    /// One sentence for those who do not see it.
    pub sentence: String,
    /// The numbers behind it.
    pub table: Table,
}

impl Said {
    /// A chart's words and numbers.
    pub fn new(title: impl Into<String>, sentence: impl Into<String>, table: Table) -> Self {
        Self { title: title.into(), sentence: sentence.into(), table }
    }

    /// A scene of that size without marks yet.
    pub(super) fn scene(&self, name: &'static str, width: f64, height: f64) -> Scene {
        Scene {
            name,
            title: self.title.clone(),
            sentence: self.sentence.clone(),
            width,
            height,
            marks: Vec::new(),
            table: self.table.clone(),
        }
    }
}
