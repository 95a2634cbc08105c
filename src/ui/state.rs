//! What the page knows.

use std::sync::Arc;

use leptos::prelude::*;

use super::dom;
use super::lines::Lines;
use crate::extract::schema::{Inspection, Mapping};
use crate::pipeline::labels::Labels;
use crate::pipeline::params::{Depth, Params};
use crate::protocol::{Failure, FileSetId, RunId};
use crate::view::card::Card;
use crate::view::monitor::{TrayView, Verified, Watched};
use crate::view::pages::Pages;

/// Where the files came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The bundled synthetic extract.
    Demo,
    /// Dropped or picked by the reader.
    Own,
}

/// Files dropped together, as the page knows them.
#[derive(Clone, Debug, PartialEq)]
pub struct FileSet {
    /// Their id.
    pub id: FileSetId,
    /// Where from.
    pub source: Source,
    /// What the engine saw in them; `None` until it has looked.
    pub inspection: Option<Arc<Inspection>>,
}

/// A run under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Which.
    pub run: RunId,
    /// Stage name as in `pipeline::stage`; empty before the first report.
    pub stage: String,
    /// Units done in this stage.
    pub done: u64,
    /// Units in all; 0 = not known.
    pub total: u64,
    /// When this stage began, on the page's clock, in milliseconds.
    pub since: f64,
    /// Cancel was asked for.
    pub stopping: bool,
}

impl Progress {
    /// `run` has just entered `stage`.
    pub fn begin(run: RunId, stage: String) -> Self {
        Self { run, stage, done: 0, total: 0, since: dom::now(), stopping: false }
    }
}

/// What happens now. The outcome on screen is apart from it: see [`State::shown`].
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The engine starts, or the demo is on its way.
    Loading,
    /// Waiting for files.
    Ready,
    /// The engine looks at the files.
    Inspecting,
    /// A run is under way.
    Running(Progress),
    /// The last run is finished (or was cancelled with an earlier outcome on screen).
    Done,
    /// The last thing asked for failed; an earlier outcome may still be on screen.
    Failed(Failure),
}

impl Phase {
    /// As `document.documentElement.dataset.state` says it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Inspecting | Self::Running(_) => "running",
            Self::Done => "done",
            Self::Failed(_) => "failed",
        }
    }
}

/// How an outcome came about: enough to make it again.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// The files.
    pub set: FileSetId,
    /// Where they came from.
    pub source: Source,
    /// The mapping sent; `None` = as detected.
    pub mapping: Option<Mapping>,
    /// The parameters.
    pub params: Params,
    /// Which engine (generation of the worker) holds the run.
    pub engine: u32,
    /// The run.
    pub run: RunId,
}

/// The outcome on screen.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What there is to show of it.
    pub view: Arc<Pages>,
    /// How it came about.
    pub recipe: Recipe,
    /// Wall time of the run; `None` while it is being refined.
    pub millis: Option<u64>,
}

/// A customer that the reader asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The id as typed (untrusted).
    pub customer: String,
    /// `None` until the engine has answered; then the card, or `None` if nobody of that id has a segment.
    pub answer: Option<Option<Arc<Card>>>,
}

/// Files put down for the monitor page: a later extract, a baseline, a receipt.
#[derive(Clone, Debug, PartialEq)]
pub struct Tray {
    /// Their id.
    pub id: FileSetId,
    /// What the engine took them for; `None` until it has looked.
    pub view: Option<Arc<TrayView>>,
}

/// The page's state: cheap handles, copied everywhere.
#[derive(Clone, Copy)]
pub struct State {
    /// What happens now.
    pub phase: RwSignal<Phase>,
    /// The files in hand.
    pub files: RwSignal<Option<FileSet>>,
    /// The mapping in the editor; `None` = as detected.
    pub draft: RwSignal<Option<Mapping>>,
    /// That mapping was kept from an earlier visit.
    pub remembered: RwSignal<bool>,
    /// Names of files just dropped, while the reader is asked what they are for.
    pub question: RwSignal<Option<Vec<String>>>,
    /// The depth chosen for the next run.
    pub depth: RwSignal<Depth>,
    /// The outcome on screen.
    pub shown: RwSignal<Option<Arc<Shown>>>,
    /// Files are being dragged over the window.
    pub dragging: RwSignal<bool>,
    /// The customer asked for, and the answer.
    pub card: RwSignal<Option<Asked>>,
    /// A file is being made for download: its button is busy.
    pub making: RwSignal<Option<crate::protocol::Artifact>>,
    /// What the reader calls the segments, and the unit of money.
    pub labels: RwSignal<Labels>,
    /// Minimum number of orders for the next run of the files in hand.
    pub min_orders: RwSignal<u32>,
    /// Orders after this date are left out of the next run; empty: none are.
    pub as_of: RwSignal<String>,
    /// The thresholds in the reader's hand.
    pub lines: Lines,
    /// The document that the engine wrote last, and which run's it is.
    pub document: RwSignal<Option<(RunId, crate::protocol::Artifact, String)>>,
    /// The files of the monitor page.
    pub tray: RwSignal<Option<Tray>>,
    /// The later window compared last, and the engine and run that hold it.
    pub watched: RwSignal<Option<(u32, RunId, Arc<Watched>)>>,
    /// The receipt verified last.
    pub verified: RwSignal<Option<Arc<Verified>>>,
}

impl State {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self {
            phase: RwSignal::new(Phase::Loading),
            files: RwSignal::new(None),
            draft: RwSignal::new(None),
            remembered: RwSignal::new(false),
            question: RwSignal::new(None),
            depth: RwSignal::new(Depth::Quick),
            shown: RwSignal::new(None),
            dragging: RwSignal::new(false),
            card: RwSignal::new(None),
            making: RwSignal::new(None),
            labels: RwSignal::new(Labels::default()),
            min_orders: RwSignal::new(Params::default().min_orders),
            as_of: RwSignal::new(String::new()),
            lines: Lines::new(),
            document: RwSignal::new(None),
            tray: RwSignal::new(None),
            watched: RwSignal::new(None),
            verified: RwSignal::new(None),
        }
    }

    /// Is anything under way?
    pub fn under_way(&self) -> bool {
        self.phase.with(|phase| matches!(phase, Phase::Loading | Phase::Inspecting | Phase::Running(_)))
    }

    /// Is something under way that can be cancelled?
    pub fn busy(&self) -> bool {
        self.phase.with(|phase| matches!(phase, Phase::Running(_) | Phase::Inspecting))
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}
