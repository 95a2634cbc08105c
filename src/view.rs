//! What the page shows of an outcome, ready to be shown.
//!
//! The engine makes it; the page holds no findings, no wording and no statistics, and is small for it. A page is a list
//! of [`Section`]s of [`Piece`]s; charts travel as [`Sketch`]es, to be drawn when the page knows its width. Over the wire
//! it goes as [`pages::Pages`].

pub mod card;
mod clustering;
mod data;
mod features;
pub mod going;
pub mod monitor;
mod naming;
mod overview;
pub mod pages;
pub mod segments;
mod validation;

use serde::{Deserialize, Serialize};

use crate::chart::drawing::Drawing;
use crate::chart::sketch::Sketch;
use crate::pipeline::outcome::Outcome;
use crate::report::document::Table;
use crate::report::tables::why_absent;
use crate::stats::measured::Measured;
pub use features::{Entry, Features};
pub use overview::{Overview, Strip};

/// All that the page shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// The first screen.
    pub overview: Overview,
    /// The strip under the masthead.
    pub strip: Strip,
    /// The data page, below files and columns.
    pub data: Vec<Section>,
    /// The features page.
    pub features: Features,
    /// The clustering page.
    pub clustering: Clustering,
    /// The segments page.
    pub segments: segments::Segments,
    /// The validation page; without sections if `absent`.
    pub validation: Vec<Section>,
    /// The monitor page: the time within the extract.
    pub monitor: Vec<Section>,
}

/// The clustering page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Clustering {
    /// Its title: the verdict.
    pub title: String,
    /// The verdict in a sentence.
    pub standfirst: String,
    /// Why there is nothing to show; empty if there is.
    pub absent: String,
    /// What was found.
    pub sections: Vec<Section>,
}

/// A section with a heading; or, without a title, a wide one for a figure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Id of the heading.
    pub id: String,
    /// The heading.
    pub title: String,
    /// A sentence of introduction; may be empty.
    pub lead: String,
    /// What stands in it.
    pub pieces: Vec<Piece>,
}

/// Something that stands in a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Piece {
    /// A paragraph, and its `data-testid` (may be empty).
    Words(String, String),
    /// Points in no order.
    Points(Vec<String>),
    /// A table.
    Table(Table),
    /// Why something is not there.
    Absent(String),
    /// A chart with title, sentence and table.
    Figure(Box<Sketch>),
    /// Tables that open on demand, under these words.
    Details(String, Vec<Table>),
    /// All gates.
    Gates(Vec<GateRow>),
    /// The original project's decision, and how it came about.
    Original(String, String),
    /// An offer to measure a solution on all customers.
    MeasureExactly {
        /// The feature set's id.
        set: String,
        /// Number of clusters.
        k: u32,
        /// What the button says.
        words: String,
    },
}

/// One gate, in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GateRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Does a fail alone block?
    pub blocking: bool,
    /// Class in the style sheet: `pass`, `caveat`, `fail`, `absent`.
    pub class: String,
    /// A character for the status.
    pub glyph: String,
    /// The status in words.
    pub status: String,
    /// What stands behind the value, or why there is none.
    pub note: String,
    /// The value.
    pub value: String,
    /// What it asks for.
    pub needed: String,
    /// Where that comes from.
    pub basis: String,
}

/// The charts of these sections.
pub fn sketches(sections: &[Section]) -> impl Iterator<Item = &Sketch> {
    sections.iter().flat_map(|section| &section.pieces).filter_map(|piece| match piece {
        Piece::Figure(sketch) => Some(&**sketch),
        _ => None,
    })
}

impl View {
    /// All charts.
    pub fn sketches(&self) -> impl Iterator<Item = &Sketch> {
        let View { overview, data, features, clustering, segments, validation, monitor, .. } = self;
        let first = [&overview.segments, &overview.map].into_iter().flatten();
        let entries = features.entries.iter().filter_map(|entry| entry.figure.as_ref());
        let pages = [data, &features.sections, &clustering.sections, &segments.sections, validation, monitor];
        first.chain(entries).chain(pages.into_iter().flat_map(|sections| sketches(sections)))
    }
}

/// Outcome to view.
pub fn view(outcome: &Outcome) -> View {
    let results = &outcome.results;
    let mut view = View {
        overview: overview::overview(outcome),
        strip: overview::strip(&results.extract),
        data: data::sections(outcome),
        features: features::page(outcome),
        clustering: clustering::page(results),
        segments: segments::page(outcome),
        validation: validation::sections(&results.validation),
        monitor: monitor::time_machine(&results.validation),
    };
    naming::name(&mut view, &results.params.labels);
    view
}

impl Section {
    fn new(id: &str, title: &str, lead: impl Into<String>, pieces: Vec<Piece>) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), lead: lead.into(), pieces }
    }

    /// With more pieces.
    fn and(mut self, pieces: Vec<Piece>) -> Self {
        self.pieces.extend(pieces);
        self
    }

    /// For a figure that has a section of its own.
    fn wide(pieces: Vec<Piece>) -> Self {
        Self { pieces, ..Self::default() }
    }
}

impl Piece {
    fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into(), String::new())
    }

    /// A table, if it has rows.
    fn table(table: Table) -> Option<Self> {
        (!table.rows.is_empty()).then_some(Self::Table(table))
    }

    fn figure(drawing: Drawing) -> Self {
        Self::Figure(Box::new(Sketch::of(drawing)))
    }
}

/// A section for a figure with its own title, or another one where it cannot be drawn.
fn figure_or(drawing: Option<Drawing>, otherwise: impl FnOnce() -> Section) -> Section {
    drawing.map_or_else(otherwise, |drawing| Section::wide(vec![Piece::figure(drawing)]))
}

/// What `show` makes of a value, or why there is none.
fn measured<T>(value: &Measured<T>, show: impl FnOnce(&T) -> Vec<Piece>) -> Vec<Piece> {
    match value {
        Measured::Value(value) => show(value),
        Measured::NotMeasured(_) => why_absent(value).map(Piece::Absent).into_iter().collect(),
    }
}

/// One table of a value.
fn tabled<T>(value: &Measured<T>, table: impl FnOnce(&T) -> Table) -> Vec<Piece> {
    measured(value, |value| Piece::table(table(value)).into_iter().collect())
}
