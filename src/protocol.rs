//! All that page and worker say to each other: requests in the imperative, events in the past tense.
//!
//! Both sides are built from this file. A message is one JSON text; `File` objects travel beside a
//! [`Request::Inspect`] and stay in the worker under its set id, so that a corrected mapping or another depth
//! needs no second drop. Enums are externally tagged; every variant is round-tripped in tests. The first exchange is
//! `Hello` / `Ready { build }`: a page that meets an engine of another build reloads instead of guessing.

use serde::{Deserialize, Serialize};

use crate::clustering::exact::Solution;
pub use crate::export::artifact::{Artifact, WindowFile};
pub use crate::export::documents::Form;
pub use crate::export::sql::Dialect;
use crate::extract::schema::{Inspection, Mapping};
pub use crate::generate::rehearsal::Plot;
pub use crate::pipeline::error::Failure;
use crate::pipeline::labels::Labels;
use crate::pipeline::params::Params;
pub use crate::planning::findings::PlanDesign;
pub use crate::report::documents::Title;
use crate::segments::thresholds::TypedThresholds;
use crate::view::card::Card;
use crate::view::monitor::{TrayView, Verified, Watched};
use crate::view::pages::Pages;
use crate::view::segments::Tried;

/// One run; events of any but the latest run are stale and dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RunId(pub u32);

/// A set of files dropped together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileSetId(pub u32);

/// What the page asks for.
#[allow(clippy::large_enum_variant, reason = "a message is made once and sent; nobody keeps many")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// First message; answered by [`Event::Ready`].
    Hello,
    /// Look at the files sent along (footers and a few rows).
    Inspect {
        /// Under which id to keep them.
        set: FileSetId,
    },
    /// Recognise the files sent along: baseline, receipt, earlier drift and assignments, a later extract; answered by
    /// [`Event::Received`].
    Receive {
        /// Under which id to keep them.
        set: FileSetId,
    },
    /// Hold the later extract of `set` against a baseline; answered by [`Event::Watched`].
    Watch {
        /// Names the comparison.
        run: RunId,
        /// The files, received before.
        set: FileSetId,
        /// The finished run whose baseline counts where the set has none.
        own: Option<RunId>,
        /// The windows are meant to overlap.
        allow_overlap: bool,
    },
    /// Make up a later window of the demo and compare it; answered by [`Event::Watched`].
    Rehearse {
        /// Names the comparison.
        run: RunId,
        /// The finished run of the demo.
        of: RunId,
        /// What is planted.
        plot: Plot,
    },
    /// Verify the receipt of `set`; answered by [`Event::Verified`].
    Verify {
        /// Names the verification.
        run: RunId,
        /// The files, received before.
        set: FileSetId,
        /// Files inspected before, where the set has none of its own.
        with: Option<FileSetId>,
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
    /// Explain one customer of the last finished run; answered by [`Event::Explained`].
    Explain {
        /// Which run's.
        run: RunId,
        /// The id as text.
        customer: String,
    },
    /// Put the customers of the last finished run at other thresholds; answered by [`Event::Tried`], first with the
    /// counts, then with everything.
    Try {
        /// Which run's.
        run: RunId,
        /// Which thresholds.
        thresholds: TypedThresholds,
    },
    /// Call the segments and the money of the last finished run otherwise; answered by [`Event::Labelled`].
    Label {
        /// Which run's.
        run: RunId,
        /// What the reader calls them.
        labels: Labels,
    },
    /// Measure one solution of the last finished run on all customers; answered by [`Event::MeasuredExactly`], with
    /// [`Event::Progressed`] on the way. [`Request::Cancel`] stops it.
    MeasureExactly {
        /// Which run's.
        run: RunId,
        /// Which solution.
        solution: Solution,
    },
    /// Draw a chart of what is on screen at a width; answered by [`Event::Drawn`].
    Draw {
        /// Names the figure on the page; its ids are made from it.
        figure: u32,
        /// Which chart: [`crate::chart::sketch::Sketch::drawing`].
        drawing: String,
        /// Width in pixels.
        width: f64,
        /// What the reader calls the segments.
        labels: Labels,
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
    /// Files were recognised, as far as they are known.
    Received {
        /// Which set.
        set: FileSetId,
        /// What they are and what can be done with them.
        tray: Box<TrayView>,
    },
    /// A later window was scored and, as far as possible, compared.
    Watched {
        /// Which comparison.
        run: RunId,
        /// What there is to show.
        view: Box<Watched>,
    },
    /// A receipt was verified.
    Verified {
        /// Which verification.
        run: RunId,
        /// What came out.
        view: Box<Verified>,
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
        /// What there is to show so far.
        view: Box<Pages>,
    },
    /// The run is complete; the text of its results.json travels beside this message, for who asks for it.
    Finished {
        /// Which run.
        run: RunId,
        /// What there is to show.
        view: Box<Pages>,
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
    /// A chart was drawn.
    Drawn {
        /// Which figure.
        figure: u32,
        /// Its `<svg>`, every word of it escaped; empty where this engine does not know the chart.
        svg: String,
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
    /// One customer.
    Explained {
        /// Which run's.
        run: RunId,
        /// The id that was asked for (untrusted).
        customer: String,
        /// The card; `None` if nobody of that id has a segment.
        card: Option<Box<Card>>,
    },
    /// What other thresholds would make of the customers.
    Tried {
        /// Which run's.
        run: RunId,
        /// The thresholds and what they make; complete if it is weighed.
        tried: Box<Tried>,
    },
    /// The segments have the reader's names; the results with them travel beside this message.
    Labelled {
        /// Which run's.
        run: RunId,
        /// What the reader calls them, as it was kept.
        labels: Labels,
        /// What there is to show now.
        view: Box<Pages>,
    },
    /// One solution was measured on all customers; the results with it travel beside this message.
    MeasuredExactly {
        /// Which run's.
        run: RunId,
        /// Which solution.
        solution: Solution,
        /// What there is to show now.
        view: Box<Pages>,
    },
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::extract::findings::{ColumnRef, Layout};
    use crate::extract::schema::Role;
    use crate::stats::json::Json;
    use crate::view::monitor::{Ready, TrayFile};
    use crate::view::segments::{Bar, Part, Weight};

    /// Through text and back, as the page reads it and as the worker does.
    fn round<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(message: &T) {
        let text = serde_json::to_string(message).unwrap();
        assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), message, "{text}");
        let value = serde_json::from_str::<serde_json::Value>(&text).unwrap();
        assert_eq!(&T::deserialize(Json(value)).unwrap(), message, "{text}");
    }

    fn card() -> Card {
        Card {
            title: "◱ =cmd|'/C calc'!A0: At Risk".to_owned(),
            scores: vec![("Reordered share".to_owned(), "20%".to_owned(), String::new())],
            lines: vec!["To Champions: one more order.".to_owned()],
        }
    }

    fn labels() -> Labels {
        Labels { segments: ["Régulières \u{1f339} <b>", "", "\"'&", ""].map(str::to_owned), money: "€".to_owned() }
    }

    fn tried() -> Tried {
        let part = Part { count: 61_317, words: "61,317".to_owned(), share: 0.336, ..Part::default() };
        let bar = Bar { name: "Basket size".to_owned(), size: 0.1 + 0.2, words: "0.300 large".to_owned() };
        Tried {
            frequency: 1.0 / 15.3,
            loyalty: 0.463_414_634_146_341_5,
            segments: vec![part; 4],
            weighed: Some(Weight { sure_share: Some(0.672), effects: vec![bar], ..Weight::default() }),
            ..Tried::default()
        }
    }

    #[test]
    fn requests_come_back_as_they_went() {
        let run = RunId(3);
        let solution = Solution { set: "behavioural".to_owned(), k: 4 };
        let params = Params { exact: vec![solution.clone()], ..Params::default() };
        let column = ColumnRef { file: "orders.parquet".to_owned(), column: "user".to_owned() };
        let mapping =
            Mapping { layout: Layout::Star, roles: [(Role::Customer, vec![column])].into(), read_as: Vec::new() };
        for request in [
            Request::Hello,
            Request::Inspect { set: FileSetId(1) },
            Request::Start { run, set: FileSetId(1), mapping: Some(mapping), params },
            Request::Start { run, set: FileSetId(1), mapping: None, params: Params::default() },
            Request::Cancel { run },
            Request::Make { run, artifact: Artifact::ResultsJson },
            Request::Explain { run, customer: "42 ".to_owned() },
            Request::Receive { set: FileSetId(2) },
            Request::Watch { run, set: FileSetId(2), own: Some(RunId(1)), allow_overlap: true },
            Request::Rehearse { run, of: RunId(1), plot: Plot::Slower },
            Request::Verify { run, set: FileSetId(2), with: Some(FileSetId(1)) },
            Request::Make { run, artifact: Artifact::Window(WindowFile::DriftJson) },
            Request::Try { run, thresholds: TypedThresholds::default() },
            Request::Label { run, labels: labels() },
            Request::Try { run, thresholds: TypedThresholds { frequency: Some(1.0 / 15.3), loyalty: None } },
            Request::MeasureExactly { run, solution },
            Request::Draw { figure: 7, drawing: "cbf29ce484222325".to_owned(), width: 288.5, labels: labels() },
        ] {
            round(&request);
        }
    }

    #[test]
    fn events_come_back_as_they_went() {
        let run = RunId(3);
        let failure = Failure {
            stage: "extract".to_owned(),
            code: "unknown_file_set".to_owned(),
            message: "gone".to_owned(),
            hint: String::new(),
        };
        let solution = Solution { set: "behavioural".to_owned(), k: 4 };
        let file = TrayFile { name: "a.json".to_owned(), kind: "baseline".to_owned(), note: "\u{202e}".to_owned() };
        let tray =
            TrayView { files: vec![file], ready: Ready::Verify, failure: Some(failure.clone()), ..TrayView::default() };
        let watched = Watched { call: "keep".to_owned(), overlapping: true, ..Watched::default() };
        let verified = Verified { identical: false, words: "w".to_owned(), differences: vec!["d".to_owned()] };
        for event in [
            Event::Received { set: FileSetId(2), tray: Box::new(tray) },
            Event::Watched { run, view: Box::new(watched) },
            Event::Verified { run, view: Box::new(verified) },
            Event::Ready { build: "0.1.0".to_owned() },
            Event::Refused { set: FileSetId(1), failure: failure.clone() },
            Event::Progressed { run, stage: "extract".to_owned(), done: 1, total: u64::MAX },
            Event::Failed { run, failure },
            Event::Cancelled { run },
            Event::Made { run, artifact: Artifact::AssignmentsCsv, name: "a".to_owned(), mime: "b".to_owned() },
            Event::Explained { run, customer: "42".to_owned(), card: Some(Box::new(card())) },
            Event::Explained { run, customer: "42".to_owned(), card: None },
            Event::Drawn { figure: 7, svg: "<svg class=\"x\">&amp;</svg>".to_owned() },
            Event::Tried { run, tried: Box::default() },
            Event::Labelled { run, labels: labels(), view: Box::default() },
            Event::Tried { run, tried: Box::new(tried()) },
            Event::MeasuredExactly { run, solution, view: Box::default() },
            Event::Refined { run, view: Box::default() },
            Event::Finished { run, view: Box::default(), millis: 7 },
        ] {
            round(&event);
        }
    }
}
