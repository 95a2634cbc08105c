//! The engine behind the protocol; no logic of its own.
//!
//! Holds the file sets that the page sent, at most one run, and the tables of the last finished run
//! (for downloads). Yields to its event loop whenever [`Pacer::due`] so that `Cancel` gets a turn.

pub mod blob;
mod pacer;
mod remote;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use self::blob::BlobSource;
use crate::chart::frame::Frame;
use crate::chart::sketch::{Draws, Sketch};
use crate::chart::svg;
use crate::clustering::exact::Solution;
use crate::export::tray::Tray;
use crate::export::verify::verify;
use crate::export::{artifact, baseline};
use crate::extract::ends::Ends;
use crate::extract::inspect;
use crate::extract::schema::Mapping;
use crate::extract::source::Source;
use crate::generate::rehearsal::{self, rehearse};
use crate::pace::{Pace, block_on};
use crate::pipeline::ask;
use crate::pipeline::error::Error;
use crate::pipeline::labels::Labels;
use crate::pipeline::later::Comparison;
use crate::pipeline::outcome::{Build, Outcome};
use crate::pipeline::run::{self, Finished};
use crate::pipeline::stage::Stage;
use crate::pipeline::trial::Bench;
use crate::protocol::{Artifact, Event, Failure, FileSetId, Plot, Request, RunId};
use crate::segments::thresholds::TypedThresholds;
use crate::stats::json::{self, Json};
use crate::view::card::card;
use crate::view::monitor::watched;
use crate::view::pages::Pages;
use crate::view::segments::tried;
use crate::view::{View, sketches, view};

/// A comparison: its run, the finished run that it is the rehearsal of, what it found, what is made up about it.
type Watched = (RunId, Option<RunId>, Rc<Comparison>, String);

/// Files, with the mapping that was found, so that a run need not look for it again.
type FileSet = (Vec<Arc<dyn Source>>, Mapping);

/// The engine: one per worker.
pub struct Engine {
    scope: DedicatedWorkerGlobalScope,
    sets: RefCell<BTreeMap<FileSetId, FileSet>>,
    finished: RefCell<Option<(RunId, Rc<Finished>)>>,
    current: RefCell<Option<(RunId, Rc<Cell<bool>>)>>,
    trays: RefCell<BTreeMap<FileSetId, Rc<Tray>>>,
    /// The last comparison, and of which finished run it is the rehearsal.
    window: RefCell<Option<Watched>>,
    /// What trials of the last finished run share, once one was asked for.
    bench: RefCell<Option<(RunId, Bench)>>,
    /// The charts of the last views by their names, and which view they were in last.
    charts: RefCell<BTreeMap<String, (u64, Draws)>>,
    /// Views so far.
    views: Cell<u64>,
    /// Trials so far, and how many milliseconds the last took to weigh.
    trials: Cell<(u64, f64)>,
}

/// Longer than this, and what follows from a trial waits until the lines rest: counts keep up with the hand.
const WEIGHED_AT_ONCE: f64 = 20.0;
/// They rest when no other trial has come for so many milliseconds.
const AT_REST: i32 = 60;

/// The page may ask for a chart of a view that another has followed meanwhile.
const VIEWS_KEPT: u64 = 4;

impl Engine {
    /// Registers the engine with the worker's global scope: call once from `main`.
    pub fn register(scope: DedicatedWorkerGlobalScope) {
        let engine = Rc::new(Self {
            scope: scope.clone(),
            sets: RefCell::default(),
            finished: RefCell::default(),
            current: RefCell::default(),
            trays: RefCell::default(),
            window: RefCell::default(),
            bench: RefCell::default(),
            charts: RefCell::default(),
            views: Cell::default(),
            trials: Cell::default(),
        });
        install_panic_hook(scope.clone());
        let receiver = Rc::clone(&engine);
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            Rc::clone(&receiver).receive(&event.data());
        });
        scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        // Lives as long as the worker.
        on_message.forget();
        // For whoever wants to see what a run takes (`make bench`): it only grows, so its size is the peak.
        let _ = Reflect::set(&scope, &"engineMemory".into(), &wasm_bindgen::memory());
        // A page that speaks first may do so before the wasm has loaded; it waits for this.
        engine.tell(&Event::Ready { build: Build::current().version });
    }

    fn receive(self: Rc<Self>, data: &JsValue) {
        if remote::serve(&self.scope, data) {
            return;
        }
        let text = Reflect::get(data, &"text".into()).ok().and_then(|text| text.as_string());
        let value = text.and_then(|text| serde_json::from_slice(text.as_bytes()).ok());
        let Some(request) = value.and_then(|value| Request::deserialize(Json(value)).ok()) else {
            // Another build speaks: answer with ours, so that the page can tell.
            self.tell(&Event::Ready { build: Build::current().version });
            return;
        };
        match request {
            Request::Hello => self.tell(&Event::Ready { build: Build::current().version }),
            Request::Inspect { set } => {
                let files = Reflect::get(data, &"files".into()).map(|files| Array::from(&files)).unwrap_or_default();
                self.look_at(set, &files);
            }
            Request::Receive { set } => {
                let files = Reflect::get(data, &"files".into()).map(|files| Array::from(&files)).unwrap_or_default();
                let tray = Tray::of(&sources(&files));
                self.tell(&Event::Received { set, tray: Box::new(tray.view()) });
                self.trays.borrow_mut().insert(set, Rc::new(tray));
            }
            Request::Watch { run, set, own, allow_overlap } => self.watch(run, set, own, allow_overlap),
            Request::Rehearse { run, of, plot } => match self.last(of) {
                Ok(finished) => self.rehearse(run, of, finished, plot),
                Err(failure) => self.tell(&Event::Failed { run, failure }),
            },
            Request::Verify { run, set, with } => self.verify(run, set, with),
            Request::Start { run, set, mapping, params } => {
                let Some((sources, found)) = self.sets.borrow().get(&set).cloned() else {
                    self.tell(&Event::Failed { run, failure: unknown_files() });
                    return;
                };
                self.cancel_current();
                self.forget_history();
                let flag = Rc::new(Cell::new(false));
                *self.current.borrow_mut() = Some((run, Rc::clone(&flag)));
                wasm_bindgen_futures::spawn_local(async move {
                    let started = pacer::now();
                    let pace = Pace::new(pacer::WorkerPacer::new(Rc::clone(&self), run, flag));
                    let refined = |partial: &Outcome| {
                        self.tell(&Event::Refined { run, view: self.sketched(view(partial)) });
                    };
                    let result = match params.check() {
                        Ok(checked) => run::run(sources, mapping.or(Some(found)), &checked, &pace, &refined).await,
                        Err(error) => Err(Error::from(error)),
                    };
                    let is_current = self.current.borrow().as_ref().is_some_and(|(current, _)| *current == run);
                    if is_current {
                        *self.current.borrow_mut() = None;
                    }
                    match result {
                        Ok(mut finished) => {
                            finished.outcome.date = Some(pacer::today());
                            let shown = self.sketched(view(&finished.outcome));
                            let results = results_text(&finished.outcome);
                            *self.finished.borrow_mut() = Some((run, Rc::new(finished)));
                            let millis = (pacer::now() - started) as u64;
                            self.send(&Event::Finished { run, view: shown, millis }, &[("results", results)]);
                        }
                        Err(error) if error.is_cancelled() => self.tell(&Event::Cancelled { run }),
                        Err(error) => self.tell(&Event::Failed { run, failure: error.failure() }),
                    }
                });
            }
            Request::Cancel { run } => {
                let running = self.current.borrow().as_ref().is_some_and(|(current, _)| *current == run);
                if running {
                    self.cancel_current();
                } else {
                    self.tell(&Event::Cancelled { run });
                }
            }
            Request::Make { run, artifact } => self.make(run, artifact),
            Request::Explain { run, customer } => match self.last(run) {
                Ok(finished) => {
                    let card = ask::explain(&finished, &customer)
                        .map(|found| Box::new(card(&found, &finished.outcome.results.params.labels)));
                    self.tell(&Event::Explained { run, customer, card });
                }
                Err(failure) => self.tell(&Event::Failed { run, failure }),
            },
            Request::Try { run, thresholds } => match self.last(run) {
                Ok(finished) => self.try_out(run, &finished, thresholds),
                Err(failure) => self.tell(&Event::Failed { run, failure }),
            },
            Request::Label { run, labels } => match self.last(run) {
                Ok(finished) => self.label(run, finished, &labels),
                Err(failure) => self.tell(&Event::Failed { run, failure }),
            },
            Request::Draw { figure, drawing, width, labels } => {
                let draws = self.charts.borrow().get(&drawing).map(|(_, draws)| Arc::clone(draws));
                let scene = draws.and_then(|draws| draws(Frame::wide(width), &labels));
                let svg = scene.map(|scene| svg::write_as(&scene, &format!("{}-{figure}", scene.name)));
                self.tell(&Event::Drawn { figure, svg: svg.unwrap_or_default() });
            }
            Request::MeasureExactly { run, solution } => match self.last(run) {
                Ok(finished) => self.measure_exactly(run, finished, solution),
                Err(failure) => self.tell(&Event::Failed { run, failure }),
            },
        }
    }

    /// Keeps the charts of this view for when the page asks for them.
    fn sketched(&self, view: View) -> Box<Pages> {
        self.keep_charts(view.sketches());
        Box::new(view.into())
    }

    fn keep_charts<'a>(&self, sketches: impl Iterator<Item = &'a Sketch>) {
        let now = self.views.get() + 1;
        self.views.set(now);
        let mut charts = self.charts.borrow_mut();
        for sketch in sketches {
            if let Some(draws) = sketch.draws() {
                charts.insert(sketch.drawing.clone(), (now, Arc::clone(draws)));
            }
        }
        charts.retain(|_, (seen, _)| *seen + VIEWS_KEPT > now);
    }

    fn look_at(&self, set: FileSetId, files: &Array) {
        remote::get_ready(files.iter().filter_map(|file| file.dyn_into().ok()));
        let sources = sources(files);
        match inspect(&sources) {
            Ok(inspection) => {
                self.sets.borrow_mut().insert(set, (sources, inspection.mapping.clone()));
                self.tell(&Event::Inspected { set, inspection: Box::new(inspection) });
            }
            Err(error) => {
                let mut failure = Error::from(error).failure();
                Stage::Inspect.name().clone_into(&mut failure.stage);
                self.tell(&Event::Refused { set, failure });
            }
        }
    }

    /// The last finished run, if it is `run`.
    fn last(&self, run: RunId) -> Result<Rc<Finished>, Failure> {
        match self.finished.borrow().as_ref() {
            Some((last, finished)) if *last == run => Ok(Rc::clone(finished)),
            _ => Err(result_gone()),
        }
    }

    /// Two histories at once would be the peak of memory: a new run comes first.
    fn forget_history(&self) {
        *self.bench.borrow_mut() = None;
        if let Some((_, finished)) = self.finished.borrow_mut().as_mut()
            && let Some(finished) = Rc::get_mut(finished)
        {
            finished.tables.history = None;
        }
    }

    /// Nothing is computed anew: names are presentation.
    fn label(&self, run: RunId, finished: Rc<Finished>, labels: &Labels) {
        let mut apart = finished.outcome.clone();
        drop(finished);
        let mut held = self.finished.borrow_mut();
        let own = held.as_mut().filter(|(last, _)| *last == run).and_then(|(_, held)| Rc::get_mut(held));
        let outcome = own.map_or(&mut apart, |held| &mut held.outcome);
        let labels = labels.cleaned();
        outcome.results.params.labels = labels.clone();
        let event = Event::Labelled { run, labels: labels.clone(), view: self.sketched(view(outcome)) };
        self.send(&event, &[("results", results_text(outcome))]);
        if let Some((run, _, found, synthetic)) = self.window.borrow().as_ref() {
            self.tell(&self.watched(*run, found, synthetic, &labels));
        }
    }

    /// The counts at once; the rest too, or when the lines rest.
    fn try_out(self: Rc<Self>, run: RunId, finished: &Finished, thresholds: TypedThresholds) {
        self.tell_trial(run, finished, thresholds, false);
        let (before, took) = self.trials.get();
        let trial = before + 1;
        self.trials.set((trial, took));
        if took <= WEIGHED_AT_ONCE {
            self.tell_trial(run, finished, thresholds, true);
            return;
        }
        wasm_bindgen_futures::spawn_local(async move {
            pacer::sleep(&self.scope, AT_REST).await;
            if let (true, Ok(finished)) = (self.trials.get().0 == trial, self.last(run)) {
                self.tell_trial(run, &finished, thresholds, true);
            }
        });
    }

    fn tell_trial(&self, run: RunId, finished: &Finished, thresholds: TypedThresholds, weigh: bool) {
        let mut held = self.bench.borrow_mut();
        if held.as_ref().is_none_or(|(of, _)| *of != run) {
            *held = block_on(Bench::of(finished, &Pace::unhurried())).ok().flatten().map(|bench| (run, bench));
        }
        let found = finished.tables.segmentation.as_ref();
        let Some(((_, bench), found)) = held.as_ref().zip(found) else { return };
        let started = pacer::now();
        let Some((trial, segments)) = bench.trial(found, thresholds) else { return };
        let weighed = weigh.then(|| bench.weigh(&trial, &segments));
        if weigh {
            self.trials.set((self.trials.get().0, pacer::now() - started));
        }
        let labels = &finished.outcome.results.params.labels;
        self.tell(&Event::Tried { run, tried: Box::new(tried(&trial, weighed.as_ref(), labels)) });
    }

    fn measure_exactly(self: Rc<Self>, run: RunId, finished: Rc<Finished>, solution: Solution) {
        self.cancel_current();
        let flag = Rc::new(Cell::new(false));
        *self.current.borrow_mut() = Some((run, Rc::clone(&flag)));
        wasm_bindgen_futures::spawn_local(async move {
            let pace = Pace::new(pacer::WorkerPacer::new(Rc::clone(&self), run, flag));
            let found = match pace.stage(Stage::Clustering.name()).await {
                Ok(()) => ask::measure_exactly(&finished, &solution, &pace).await,
                Err(cancelled) => Err(cancelled),
            };
            let is_current = self.current.borrow().as_ref().is_some_and(|(current, _)| *current == run);
            if is_current {
                *self.current.borrow_mut() = None;
            }
            match found {
                Ok(found) => {
                    // Frees the table for the finding, unless another question still reads it.
                    let mut apart = finished.outcome.clone();
                    drop(finished);
                    let mut held = self.finished.borrow_mut();
                    let own = held.as_mut().filter(|(last, _)| *last == run).and_then(|(_, held)| Rc::get_mut(held));
                    let outcome = own.map_or(&mut apart, |held| &mut held.outcome);
                    ask::keep(outcome, &solution, found);
                    let event = Event::MeasuredExactly { run, solution, view: self.sketched(view(outcome)) };
                    self.send(&event, &[("results", results_text(outcome))]);
                }
                Err(_) => self.tell(&Event::Cancelled { run }),
            }
        });
    }

    /// Begins work that can be cancelled; what was under way is stopped.
    fn begin(self: &Rc<Self>, run: RunId) -> Pace {
        self.cancel_current();
        let flag = Rc::new(Cell::new(false));
        *self.current.borrow_mut() = Some((run, Rc::clone(&flag)));
        Pace::new(pacer::WorkerPacer::new(Rc::clone(self), run, flag))
    }

    /// Ends work that [`Engine::begin`] began: tells of it, or of why it came to nothing.
    fn end<T>(&self, run: RunId, result: Result<T, Error>, told: impl FnOnce(T) -> Event) {
        let is_current = self.current.borrow().as_ref().is_some_and(|(current, _)| *current == run);
        if is_current {
            *self.current.borrow_mut() = None;
        }
        match result {
            Ok(found) => self.tell(&told(found)),
            Err(error) if error.is_cancelled() => self.tell(&Event::Cancelled { run }),
            Err(error) => self.tell(&Event::Failed { run, failure: error.failure() }),
        }
    }

    fn watch(self: Rc<Self>, run: RunId, set: FileSetId, own: Option<RunId>, allow_overlap: bool) {
        let Some(tray) = self.trays.borrow().get(&set).cloned() else {
            self.tell(&Event::Failed { run, failure: unknown_files() });
            return;
        };
        let own = match own.filter(|_| tray.baseline.is_none()).map(|own| self.last(own)).transpose() {
            Ok(own) => own,
            Err(failure) => {
                self.tell(&Event::Failed { run, failure });
                return;
            }
        };
        let pace = self.begin(run);
        wasm_bindgen_futures::spawn_local(async move {
            let own = own.map(|finished| baseline::baseline(&finished)).transpose();
            let result = match own {
                Ok(own) => tray.compare(own, allow_overlap, &pace).await,
                Err(error) => Err(Error::from(error)),
            };
            self.end(run, result, |found| self.keep(run, None, found, String::new()));
        });
    }

    fn rehearse(self: Rc<Self>, run: RunId, of: RunId, finished: Rc<Finished>, plot: Plot) {
        let earlier = match self.window.borrow().as_ref() {
            Some((_, Some(rehearsed), last, _)) if *rehearsed == of => rehearsal::windows(last),
            _ => Vec::new(),
        };
        let pace = self.begin(run);
        wasm_bindgen_futures::spawn_local(async move {
            let disclosure = plot.disclosure(earlier.len() as u64 + 1);
            let result = rehearse(&finished, plot, earlier, &pace).await;
            self.end(run, result, |found| self.keep(run, Some(of), found, disclosure));
        });
    }

    /// Keeps a comparison for its files and for other names.
    fn keep(&self, run: RunId, of: Option<RunId>, found: Comparison, synthetic: String) -> Event {
        let labels = self.finished.borrow().as_ref().map(|(_, held)| held.outcome.results.params.labels.clone());
        let event = self.watched(run, &found, &synthetic, &labels.unwrap_or_default());
        *self.window.borrow_mut() = Some((run, of, Rc::new(found), synthetic));
        event
    }

    fn watched(&self, run: RunId, found: &Comparison, synthetic: &str, labels: &Labels) -> Event {
        let view = Box::new(watched(found, synthetic, labels));
        self.keep_charts(sketches(&view.sections));
        Event::Watched { run, view }
    }

    fn verify(self: Rc<Self>, run: RunId, set: FileSetId, with: Option<FileSetId>) {
        let tray = self.trays.borrow().get(&set).cloned();
        let receipt = tray.as_ref().and_then(|tray| tray.receipt.clone());
        let mut files = tray.map(|tray| tray.extract()).unwrap_or_default();
        if let Some(with) = with.filter(|_| files.is_empty()) {
            files = self.sets.borrow().get(&with).map(|(files, _)| files.clone()).unwrap_or_default();
        }
        let (Some(receipt), false) = (receipt, files.is_empty()) else {
            self.tell(&Event::Failed { run, failure: unknown_files() });
            return;
        };
        let pace = self.begin(run);
        wasm_bindgen_futures::spawn_local(async move {
            let result = verify(&receipt, files, None, &pace).await;
            self.end(run, result, |found| Event::Verified { run, view: Box::new(found.view()) });
        });
    }

    fn make(&self, run: RunId, artifact: Artifact) {
        let told = |error: Error| error.failure();
        let made = match artifact {
            Artifact::Window(file) => match self.window.borrow().as_ref() {
                Some((last, _, found, _)) if *last == run => artifact::make_window(found, file).map_err(told),
                _ => Err(result_gone()),
            },
            _ => self.last(run).and_then(|finished| artifact::make(&finished, &artifact).map_err(told)),
        };
        match made {
            Ok(file) => {
                let bytes = Uint8Array::from(file.bytes.as_slice()).into();
                let event = Event::Made { run, artifact, name: file.name, mime: file.mime };
                self.send(&event, &[("bytes", bytes)]);
            }
            Err(failure) => self.tell(&Event::Failed { run, failure }),
        }
    }

    fn cancel_current(&self) {
        if let Some((_, flag)) = self.current.borrow().as_ref() {
            flag.set(true);
        }
    }

    fn tell(&self, event: &Event) {
        self.send(event, &[]);
    }

    fn send(&self, event: &Event, beside: &[(&str, JsValue)]) {
        post(&self.scope, event, beside);
    }
}

/// The files of a message.
fn sources(files: &Array) -> Vec<Arc<dyn Source>> {
    let files = files.iter().filter_map(|file| file.dyn_into::<File>().ok());
    files.map(|file| Arc::new(Ends::new(BlobSource::new(file))) as Arc<dyn Source>).collect()
}

fn unknown_files() -> Failure {
    Failure {
        stage: Stage::Extract.name().to_owned(),
        code: "unknown_file_set".to_owned(),
        message: "the engine no longer has these files".to_owned(),
        hint: "Choose the files again.".to_owned(),
    }
}

fn result_gone() -> Failure {
    Failure {
        stage: Stage::Decision.name().to_owned(),
        code: "result_gone".to_owned(),
        message: "the engine no longer holds the tables of this result".to_owned(),
        hint: "Run the analysis again, then download.".to_owned(),
    }
}

/// results.json on one line, as a JS string.
fn results_text(outcome: &Outcome) -> JsValue {
    json::line(&outcome.results).map_or(JsValue::NULL, JsValue::from)
}

/// One message: `{ text, bytes?, results? }`; bytes are transferred, not copied.
fn post(scope: &DedicatedWorkerGlobalScope, event: &Event, beside: &[(&str, JsValue)]) {
    let Ok(text) = json::line(event) else { return };
    let message = Object::new();
    let transfer = Array::new();
    // Setting a property of a fresh plain object cannot fail.
    let _ = Reflect::set(&message, &"text".into(), &text.into());
    for (name, value) in beside {
        let _ = Reflect::set(&message, &(*name).into(), value);
        if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
            transfer.push(&bytes.buffer());
        }
    }
    // Fails only for messages that cannot be cloned; ours are text and bytes.
    let _ = scope.post_message_with_transfer(&message, &transfer);
}

/// A panic is a bug of ours: say so to the page before the worker dies, with the place for the report.
fn install_panic_hook(scope: DedicatedWorkerGlobalScope) {
    // `Panic` hooks must be Send + Sync; the scope is reached anew instead of captured.
    drop(scope);
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        let place = info.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let failure = Failure {
            stage: "engine".to_owned(),
            code: "engine_died".to_owned(),
            message: format!("the engine stopped because of a bug{place}"),
            hint: "A new engine is starting; your files and the last result are kept. Please report what you dropped."
                .to_owned(),
        };
        post(&scope, &Event::Failed { run: RunId(u32::MAX), failure }, &[]);
    }));
}
