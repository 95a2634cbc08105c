//! The engine behind the protocol; no logic of its own.
//!
//! Holds the file sets that the page sent, at most one run, and the tables of the last finished run
//! (for downloads). Yields to its event loop whenever [`Pacer::due`] so that `Cancel` gets a turn.

pub mod blob;
mod pacer;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use crate::clustering::exact::Solution;
use crate::export::artifact;
use crate::extract::inspect;
use crate::extract::source::Source;
use crate::pace::Pace;
use crate::pipeline::ask;
use crate::pipeline::error::Error;
use crate::pipeline::outcome::{Build, Outcome};
use crate::pipeline::run::{self, Finished};
use crate::pipeline::stage::Stage;
use crate::protocol::{Artifact, Event, Failure, FileSetId, Request, RunId};
use crate::view::card::card;
use crate::view::view;

/// The engine: one per worker.
pub struct Engine {
    scope: DedicatedWorkerGlobalScope,
    sets: RefCell<BTreeMap<FileSetId, Vec<Arc<dyn Source>>>>,
    finished: RefCell<Option<(RunId, Rc<Finished>)>>,
    current: RefCell<Option<(RunId, Rc<Cell<bool>>)>>,
}

impl Engine {
    /// Registers the engine with the worker's global scope: call once from `main`.
    pub fn register(scope: DedicatedWorkerGlobalScope) {
        let engine = Rc::new(Self {
            scope: scope.clone(),
            sets: RefCell::default(),
            finished: RefCell::default(),
            current: RefCell::default(),
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
        let text = Reflect::get(data, &"text".into()).ok().and_then(|text| text.as_string());
        let Some(request) = text.and_then(|text| serde_json::from_str::<Request>(&text).ok()) else {
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
            Request::Start { run, set, mapping, params } => {
                let Some(sources) = self.sets.borrow().get(&set).cloned() else {
                    let failure = Failure {
                        stage: Stage::Extract.name().to_owned(),
                        code: "unknown_file_set".to_owned(),
                        message: "the engine no longer has these files".to_owned(),
                        hint: "Choose the files again.".to_owned(),
                    };
                    self.tell(&Event::Failed { run, failure });
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
                        self.tell(&Event::Refined { run, view: Box::new(view(partial)) });
                    };
                    let result = match params.check() {
                        Ok(checked) => run::run(sources, mapping, &checked, &pace, &refined).await,
                        Err(error) => Err(Error::from(error)),
                    };
                    let is_current = self.current.borrow().as_ref().is_some_and(|(current, _)| *current == run);
                    if is_current {
                        *self.current.borrow_mut() = None;
                    }
                    match result {
                        Ok(finished) => {
                            let shown = Box::new(view(&finished.outcome));
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
                    let card = ask::explain(&finished, &customer).map(|found| Box::new(card(&found)));
                    self.tell(&Event::Explained { run, customer, card });
                }
                Err(failure) => self.tell(&Event::Failed { run, failure }),
            },
            Request::MeasureExactly { run, solution } => match self.last(run) {
                Ok(finished) => self.measure_exactly(run, finished, solution),
                Err(failure) => self.tell(&Event::Failed { run, failure }),
            },
        }
    }

    fn look_at(&self, set: FileSetId, files: &Array) {
        let sources: Vec<Arc<dyn Source>> = files
            .iter()
            .filter_map(|file| file.dyn_into::<File>().ok())
            .map(|file| Arc::new(blob::BlobSource::new(file)) as Arc<dyn Source>)
            .collect();
        match inspect(&sources) {
            Ok(inspection) => {
                self.sets.borrow_mut().insert(set, sources);
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
            _ => Err(Failure {
                stage: Stage::Decision.name().to_owned(),
                code: "result_gone".to_owned(),
                message: "the engine no longer holds the tables of this result".to_owned(),
                hint: "Run the analysis again, then download.".to_owned(),
            }),
        }
    }

    /// Two histories at once would be the peak of memory: a new run comes first.
    fn forget_history(&self) {
        if let Some((_, finished)) = self.finished.borrow_mut().as_mut()
            && let Some(finished) = Rc::get_mut(finished)
        {
            finished.tables.history = None;
        }
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
                    let event = Event::MeasuredExactly { run, solution, view: Box::new(view(outcome)) };
                    self.send(&event, &[("results", results_text(outcome))]);
                }
                Err(_) => self.tell(&Event::Cancelled { run }),
            }
        });
    }

    fn make(&self, run: RunId, artifact: Artifact) {
        let made =
            self.last(run).and_then(|finished| artifact::make(&finished, &artifact).map_err(|error| error.failure()));
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

/// results.json on one line, as a JS string.
fn results_text(outcome: &Outcome) -> JsValue {
    serde_json::to_string(&outcome.results).map_or(JsValue::NULL, JsValue::from)
}

/// One message: `{ text, bytes?, results? }`; bytes are transferred, not copied.
fn post(scope: &DedicatedWorkerGlobalScope, event: &Event, beside: &[(&str, JsValue)]) {
    let Ok(text) = serde_json::to_string(event) else { return };
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
