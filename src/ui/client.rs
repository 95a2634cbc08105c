//! The only owner of the worker: starts it, talks the protocol, ends it.
//!
//! A message either way is a JS object `{ text, files?, bytes?, results? }`: `text` is the JSON of a [`Request`] or [`Event`],
//! `files` travel beside [`Request::Inspect`] and [`Request::Receive`], `bytes` beside [`Event::Made`], the text of results.json beside
//! [`Event::Finished`] and [`Event::MeasuredExactly`]: a JS string that nobody here parses. What a worker is made of is
//! fetched once, see [`super::engine`].
//!
//! The files of each set in use are kept here, so that a worker started anew is given them again without the reader
//! noticing; until it has looked at them, requests wait.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Object, Reflect};
use leptos::leptos_dom::helpers::{IntervalHandle, TimeoutHandle, set_interval_with_handle, set_timeout_with_handle};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ErrorEvent, File, MessageEvent, Url, Worker};

use super::engine::{self, Fault, Kit};
use super::json;
use crate::pipeline::outcome::Build;
use crate::protocol::{Event, Failure, FileSetId, Request, RunId};

/// How often Hello is repeated until the engine answers: a message sent before it listens is lost.
const HELLO_EVERY: Duration = Duration::from_millis(120);
/// A worker that has started and not answered after this long: the reader is told.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// The engine's files have not arrived after this long: the reader is told. A phone on a slow line takes 15 seconds.
const FETCHED_WITHIN: Duration = Duration::from_secs(60);
/// After this long a run that does not stop is stopped by ending its worker.
const CANCEL_WITHIN: Duration = Duration::from_millis(200);

/// What the client tells the session.
pub enum Notice {
    /// The engine is up and has all kept files.
    Ready,
    /// The engine has not arrived in [`FETCHED_WITHIN`] or not answered in [`READY_WITHIN`]; it may still come.
    Slow(Failure),
    /// An event, with the message that it came in.
    Event(Box<Event>, JsValue),
    /// The engine died. If it had been up before, another has been started in its place; if not, trying again by
    /// itself would only fail again.
    Died(Failure),
}

/// Hears the client's notices.
pub type Listener = Rc<dyn Fn(Notice)>;

/// Owns the worker.
#[derive(Clone)]
pub struct Client {
    inner: Rc<Inner>,
}

struct Inner {
    listener: Listener,
    /// What workers are made of, once it is here.
    kit: RefCell<Option<Kit>>,
    worker: RefCell<Option<Running>>,
    generation: Cell<u32>,
    /// After it the reader is told that the engine has not answered.
    deadline: RefCell<Option<TimeoutHandle>>,
    /// Ready and in possession of all kept files.
    open: Cell<bool>,
    /// No worker, and none on its way.
    down: Cell<bool>,
    /// Requests that wait for an open worker.
    outbox: RefCell<Vec<Request>>,
    /// Requests sent and not answered yet: they are sent again to a worker that takes over.
    unanswered: RefCell<Vec<Request>>,
    sets: RefCell<BTreeMap<FileSetId, Vec<File>>>,
    /// Which of them are for the monitor page: the engine receives those instead of inspecting them.
    trays: RefCell<BTreeSet<FileSetId>>,
    /// Sets that a new worker is being given again; their answers are nobody's business.
    returning: RefCell<BTreeSet<FileSetId>>,
    cancelling: RefCell<Option<(RunId, TimeoutHandle)>>,
}

/// A worker with what keeps it alive.
struct Running {
    worker: Worker,
    url: String,
    hello: Option<IntervalHandle>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.quiet();
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
        let _ = Url::revoke_object_url(&self.url);
    }
}

impl Running {
    fn quiet(&mut self) {
        if let Some(hello) = self.hello.take() {
            hello.clear();
        }
    }
}

impl Client {
    /// A client without a worker yet; see [`Client::start`].
    pub fn new(listener: Listener) -> Self {
        Self {
            inner: Rc::new(Inner {
                listener,
                kit: RefCell::default(),
                worker: RefCell::new(None),
                generation: Cell::new(0),
                deadline: RefCell::default(),
                open: Cell::new(false),
                down: Cell::new(false),
                outbox: RefCell::default(),
                unanswered: RefCell::default(),
                sets: RefCell::default(),
                trays: RefCell::default(),
                returning: RefCell::default(),
                cancelling: RefCell::default(),
            }),
        }
    }

    /// Starts a worker; one already there is ended first.
    pub fn start(&self) {
        self.inner.clone().spawn();
    }

    /// Which worker this is: grows with every start. A run lives in one worker only.
    pub fn generation(&self) -> u32 {
        self.inner.generation.get()
    }

    /// There is no worker and none on its way: only [`Client::start`] helps.
    pub fn is_down(&self) -> bool {
        self.inner.down.get()
    }

    /// Sends `request` as soon as the worker is open.
    pub fn send(&self, request: Request) {
        if self.inner.open.get() {
            self.inner.ask(request);
        } else {
            self.inner.outbox.borrow_mut().push(request);
        }
    }

    /// Keeps `files` as `set` and has the engine look at them.
    pub fn inspect(&self, set: FileSetId, files: Vec<File>) {
        self.inner.sets.borrow_mut().insert(set, files);
        self.send(Request::Inspect { set });
    }

    /// Keeps `files` as `set` and has the engine recognise them.
    pub fn receive(&self, set: FileSetId, files: Vec<File>) {
        self.inner.sets.borrow_mut().insert(set, files);
        self.inner.trays.borrow_mut().insert(set);
        self.send(Request::Receive { set });
    }

    /// The files kept as `set`.
    pub fn files(&self, set: FileSetId) -> Vec<File> {
        self.inner.sets.borrow().get(&set).cloned().unwrap_or_default()
    }

    /// Forgets all sets but these.
    pub fn keep_only(&self, sets: &[FileSetId]) {
        self.inner.sets.borrow_mut().retain(|set, _| sets.contains(set));
    }

    /// Asks `run` to stop; a worker that has not answered in [`CANCEL_WITHIN`] is ended and another started, and
    /// [`Event::Cancelled`] is reported in its stead.
    pub fn cancel(&self, run: RunId) {
        if self.inner.cancelling.borrow().is_some() {
            return;
        }
        if !self.inner.open.get() {
            // It has not begun: take it back.
            self.inner
                .outbox
                .borrow_mut()
                .retain(|waiting| !matches!(waiting, Request::Start { run: it, .. } | Request::Watch { run: it, .. } if *it == run));
            (self.inner.listener)(Notice::Event(Box::new(Event::Cancelled { run }), JsValue::NULL));
            return;
        }
        self.inner.post(&Request::Cancel { run });
        let inner = self.inner.clone();
        let patience = set_timeout_with_handle(
            move || {
                inner.cancelling.borrow_mut().take();
                // What was asked for meanwhile is asked of the next worker.
                let mut waiting: Vec<Request> = inner.unanswered.borrow_mut().drain(..).collect();
                waiting.retain(|request| {
                    !matches!(request, Request::Start { run: it, .. } | Request::MeasureExactly { run: it, .. }
                        | Request::Watch { run: it, .. } | Request::Rehearse { run: it, .. } | Request::Verify { run: it, .. }
                        if *it == run)
                });
                waiting.append(&mut inner.outbox.borrow_mut());
                *inner.outbox.borrow_mut() = waiting;
                inner.clone().spawn();
                (inner.listener)(Notice::Event(Box::new(Event::Cancelled { run }), JsValue::NULL));
            },
            CANCEL_WITHIN,
        );
        if let Ok(patience) = patience {
            *self.inner.cancelling.borrow_mut() = Some((run, patience));
        }
    }
}

impl Inner {
    fn spawn(self: Rc<Self>) {
        self.open.set(false);
        self.down.set(false);
        self.worker.borrow_mut().take();
        let generation = self.generation.get() + 1;
        self.generation.set(generation);
        let kit = self.kit.borrow().clone();
        if let Some(kit) = kit {
            self.launch(&kit);
            return;
        }
        self.expect_within(FETCHED_WITHIN);
        spawn_local(async move {
            let fetched = engine::fetch().await;
            if let Ok(kit) = &fetched {
                *self.kit.borrow_mut() = Some(kit.clone());
            }
            // Another start may have come between.
            if self.generation.get() != generation || self.worker.borrow().is_some() {
                return;
            }
            match fetched {
                Ok(kit) => self.launch(&kit),
                Err(Fault::Missing(error)) => self.give_up(unreachable(&describe(&error))),
                Err(Fault::Blocked(error)) => self.give_up(blocked(&describe(&error))),
            }
        });
    }

    /// From now the reader is told after `patience`; what was waited for before is done.
    fn expect_within(self: &Rc<Self>, patience: Duration) {
        self.hurry();
        let inner = self.clone();
        let deadline = set_timeout_with_handle(move || (inner.listener)(Notice::Slow(slow(patience))), patience);
        *self.deadline.borrow_mut() = deadline.ok();
    }

    /// The wait for the engine is over.
    fn hurry(&self) {
        if let Some(deadline) = self.deadline.borrow_mut().take() {
            deadline.clear();
        }
    }

    /// There is no worker, and trying again by itself would only fail again.
    fn give_up(&self, failure: Failure) {
        self.hurry();
        self.down.set(true);
        (self.listener)(Notice::Died(failure));
    }

    fn launch(self: Rc<Self>, kit: &Kit) {
        self.expect_within(READY_WITHIN);
        match self.clone().build(kit) {
            Ok(running) => *self.worker.borrow_mut() = Some(running),
            Err(error) => self.give_up(blocked(&describe(&error))),
        }
    }

    fn build(self: Rc<Self>, kit: &Kit) -> Result<Running, JsValue> {
        let (worker, url) = kit.start()?;

        let on_message = Closure::new({
            let inner = Rc::downgrade(&self);
            move |message: MessageEvent| {
                if let Some(inner) = inner.upgrade() {
                    inner.hear(&message.data());
                }
            }
        });
        let on_error = Closure::new({
            let inner = Rc::downgrade(&self);
            move |error: ErrorEvent| {
                error.prevent_default();
                if let Some(inner) = inner.upgrade() {
                    inner.die(&error.message());
                }
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));

        let hello = set_interval_with_handle(
            {
                let inner = self.clone();
                move || inner.post(&Request::Hello)
            },
            HELLO_EVERY,
        )
        .ok();
        Ok(Running { worker, url, hello, _on_message: on_message, _on_error: on_error })
    }

    fn post(&self, request: &Request) {
        let Some(text) = json::write(request) else { return };
        let message = Object::new();
        let _ = Reflect::set(&message, &"text".into(), &text.into());
        if let Request::Inspect { set } | Request::Receive { set } = request {
            let files: Array = self.sets.borrow().get(set).into_iter().flatten().collect();
            let _ = Reflect::set(&message, &"files".into(), &files);
        }
        if let Some(running) = self.worker.borrow().as_ref() {
            let _ = running.worker.post_message(&message);
        }
    }

    /// Sends a request that will be answered.
    fn ask(&self, request: Request) {
        self.post(&request);
        self.unanswered.borrow_mut().push(request);
    }

    fn answered(&self, event: &Event) {
        self.unanswered.borrow_mut().retain(|request| match (request, event) {
            (Request::Inspect { set }, Event::Inspected { set: it, .. } | Event::Refused { set: it, .. })
            | (Request::Receive { set }, Event::Received { set: it, .. }) => set != it,
            (
                Request::Start { run, .. },
                Event::Finished { run: it, .. } | Event::Failed { run: it, .. } | Event::Cancelled { run: it },
            )
            | (Request::Make { run, .. }, Event::Made { run: it, .. } | Event::Failed { run: it, .. })
            | (
                Request::Watch { run, .. } | Request::Rehearse { run, .. },
                Event::Watched { run: it, .. } | Event::Failed { run: it, .. } | Event::Cancelled { run: it },
            )
            | (
                Request::Verify { run, .. },
                Event::Verified { run: it, .. } | Event::Failed { run: it, .. } | Event::Cancelled { run: it },
            )
            | (Request::Explain { run, .. }, Event::Explained { run: it, .. } | Event::Failed { run: it, .. })
            | (Request::Try { run, .. }, Event::Failed { run: it, .. }) => run != it,
            (Request::Draw { figure, .. }, Event::Drawn { figure: it, .. }) => figure != it,
            (Request::Label { run, .. }, Event::Labelled { run: it, .. } | Event::Failed { run: it, .. }) => run != it,
            (Request::Try { run, .. }, Event::Tried { run: it, tried }) => run != it || tried.weighed.is_none(),
            (
                Request::MeasureExactly { run, .. },
                Event::MeasuredExactly { run: it, .. } | Event::Failed { run: it, .. } | Event::Cancelled { run: it },
            ) => run != it,
            _ => true,
        });
    }

    fn hear(self: Rc<Self>, message: &JsValue) {
        let text = Reflect::get(message, &"text".into()).ok().and_then(|text| text.as_string()).unwrap_or_default();
        let Some(event) = json::read::<Event>(&text) else {
            self.die("its message could not be read");
            return;
        };
        self.answered(&event);
        match &event {
            Event::Ready { build } => {
                self.greet(build);
                return;
            }
            Event::Inspected { set, .. } | Event::Refused { set, .. } | Event::Received { set, .. } => {
                let returned = self.returning.borrow_mut().remove(set);
                if returned {
                    self.open_if_complete();
                    return;
                }
            }
            // The engine's last words.
            Event::Failed { run: RunId(u32::MAX), failure } => {
                self.die(&failure.message);
                return;
            }
            Event::Finished { run, .. }
            | Event::Failed { run, .. }
            | Event::Cancelled { run }
            | Event::Watched { run, .. }
            | Event::Verified { run, .. }
            | Event::MeasuredExactly { run, .. } => {
                let mut cancelling = self.cancelling.borrow_mut();
                if cancelling.as_ref().is_some_and(|(asked, _)| asked == run)
                    && let Some((_, patience)) = cancelling.take()
                {
                    patience.clear();
                }
            }
            _ => {}
        }
        (self.listener)(Notice::Event(Box::new(event), message.clone()));
    }

    /// The engine answered: give it the files kept, then open the door.
    fn greet(&self, build: &str) {
        {
            let mut worker = self.worker.borrow_mut();
            let Some(running) = worker.as_mut() else { return };
            if running.hello.is_none() {
                return; // an answer to a repeated Hello
            }
            running.quiet();
        }
        self.hurry();
        if build != Build::current().version {
            self.worker.borrow_mut().take();
            self.give_up(other_build(build));
            return;
        }
        // Sets whose first Inspect still waits in the outbox are not returning.
        let outbox = self.outbox.borrow();
        let waits = |set: FileSetId| {
            outbox.iter().any(
                |request| matches!(request, Request::Inspect { set: it } | Request::Receive { set: it } if *it == set),
            )
        };
        // Extended, not collected: that would sort, see `ordered`.
        let mut returning = BTreeSet::new();
        returning.extend(self.sets.borrow().keys().copied().filter(|set| !waits(*set)));
        drop(outbox);
        self.returning.borrow_mut().clone_from(&returning);
        for set in returning {
            let tray = self.trays.borrow().contains(&set);
            self.post(&if tray { Request::Receive { set } } else { Request::Inspect { set } });
        }
        self.open_if_complete();
    }

    fn open_if_complete(&self) {
        if self.open.get() || !self.returning.borrow().is_empty() {
            return;
        }
        self.open.set(true);
        (self.listener)(Notice::Ready);
        let waiting: Vec<Request> = self.outbox.borrow_mut().drain(..).collect();
        for request in waiting {
            self.ask(request);
        }
    }

    fn die(self: Rc<Self>, why: &str) {
        let was_up = self.open.replace(false);
        self.worker.borrow_mut().take();
        self.hurry();
        if let Some((_, patience)) = self.cancelling.borrow_mut().take() {
            patience.clear();
        }
        // What it was doing may be what killed it: not again without being asked, and not these files.
        let doing: Vec<Request> = self.unanswered.borrow_mut().drain(..).collect();
        for request in doing {
            if let Request::Inspect { set } | Request::Receive { set } = request {
                self.sets.borrow_mut().remove(&set);
            }
        }
        self.returning.borrow_mut().clear();
        if was_up {
            self.clone().spawn();
            (self.listener)(Notice::Died(died(why)));
        } else {
            self.give_up(unreachable(why));
        }
    }
}

fn describe(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(String::new, |error| String::from(error.message()))
}

fn failure(code: &str, message: String, hint: &str) -> Failure {
    Failure { stage: "engine".into(), code: code.into(), message, hint: hint.into() }
}

/// What the browser said, in brackets.
fn because(why: &str) -> String {
    let why = why.trim_start_matches("Uncaught ").trim_end_matches('.');
    if why.is_empty() { String::new() } else { format!(" ({why})") }
}

fn slow(waited: Duration) -> Failure {
    failure(
        "engine_slow",
        format!("The analysis engine has not answered for {} seconds.", waited.as_secs()),
        "On a slow line it may still be loading; this note goes away when it arrives. Otherwise start it again.",
    )
}

fn unreachable(why: &str) -> Failure {
    failure(
        "engine_failed",
        format!("The analysis engine could not be loaded{}.", because(why)),
        "Start it again. If that does not help, reload the page: it may be older than the files on its server. Nothing \
         was sent anywhere.",
    )
}

fn blocked(why: &str) -> Failure {
    failure(
        "worker_blocked",
        format!("This browser does not let the page start a worker{}.", because(why)),
        "The analysis runs in a worker, so that the page stays responsive. Some privacy extensions and company policies \
         block workers: allow them for this address, or open the page in a private window or another browser. Nothing \
         was sent anywhere.",
    )
}

fn died(why: &str) -> Failure {
    failure(
        "engine_died",
        format!("The analysis engine stopped{}.", because(why)),
        "A new one has been started; your files and the last result are kept. Run again; if it stops at the same place, \
         the extract may need more memory than this tab may use.",
    )
}

fn other_build(build: &str) -> Failure {
    failure(
        "engine_other_build",
        format!(
            "The page is of build {} and the engine of build {build}: one of them is an old copy.",
            Build::current().version
        ),
        "Reload the page without the cache (Ctrl or Cmd, Shift and R).",
    )
}
