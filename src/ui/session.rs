//! What a reader asks for, turned into messages to the engine and changes of state.

mod labels;
mod trial;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use js_sys::Uint8Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::client::{Client, Notice};
use super::dom;
use super::figure;
use super::place;
use super::preferences;
use super::route::{self, Page};
use super::shell;
use super::state::{Asked, FileSet, Phase, Progress, Recipe, Shown, Source, State, Tray};
use super::storage;
use crate::clustering::exact::Solution;
use crate::extract::schema::Mapping;
use crate::ordered::ordered;
use crate::pipeline::params::{Depth, Params};
use crate::pipeline::stage::Stage;
use crate::protocol::{Artifact, Event, Failure, FileSetId, Form, Plot, Request, RunId, WindowFile};
use crate::view::monitor::{Ready, Watched};

/// What files are for that come while a result of the reader's own is on screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To be analysed in place of those in hand.
    Replace,
    /// A later extract, to be compared with the result on screen.
    Compare,
    /// To be added to those in hand.
    Add,
    /// Nothing: they are put away.
    Never,
}

/// The reader's side of the protocol. One per page; see [`Session::expect`].
#[derive(Clone)]
pub struct Session {
    state: State,
    client: Client,
    books: Rc<Books>,
    /// How often an engine has come up: what one before it left undone is asked for again.
    pub engines: RwSignal<u32>,
}

/// How a comparison comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Window {
    /// From the files of the tray.
    Tray { allow_overlap: bool },
    /// Made up from this run of the demo.
    MadeUp { of: RunId, plot: Plot },
}

/// What the session remembers beside the state on screen.
#[derive(Default)]
struct Books {
    next_set: Cell<u32>,
    next_run: Cell<u32>,
    /// The files of the outcome on screen, while others are being looked at.
    earlier: RefCell<Option<FileSet>>,
    /// Files that wait for the reader's [`Answer`].
    waiting: RefCell<Vec<File>>,
    /// What has loaded: the engine, the demo.
    loaded: Cell<(bool, bool)>,
    /// The run that counts; events of others are stale.
    current: RefCell<Option<Recipe>>,
    /// The comparison or verification under way.
    later: Cell<Option<RunId>>,
    /// How the comparison under way comes about.
    comparing: Cell<Option<Window>>,
    /// How the one on screen did, with those that it follows from.
    compared: RefCell<Vec<Window>>,
    /// What of that is still to be made again in a new engine.
    again: RefCell<VecDeque<Window>>,
    /// A download that waits for its run to be made again in a new engine.
    wanted: RefCell<Option<Artifact>>,
    /// The last results.json as a JS string, for `window.__quadrant.results()`.
    results: RefCell<JsValue>,
}

type Handle = StoredValue<Session, LocalStorage>;

impl Session {
    /// Makes the session and hands it to all components below.
    pub fn provide(state: State) -> Self {
        let slot: Rc<RefCell<Option<Session>>> = Rc::default();
        let client = Client::new({
            let slot = Rc::downgrade(&slot);
            Rc::new(move |notice| {
                let session = slot.upgrade().and_then(|slot| slot.borrow().clone());
                if let Some(session) = session {
                    session.hear(notice);
                }
            })
        });
        let session = Self { state, client, books: Rc::default(), engines: RwSignal::new(0) };
        *slot.borrow_mut() = Some(session.clone());
        // The page lives as long as the tab: the slot is never given back.
        std::mem::forget(slot);
        provide_context::<Handle>(StoredValue::new_local(session.clone()));
        session
    }

    /// The session that [`Session::provide`] made.
    pub fn expect() -> Self {
        expect_context::<Handle>().get_value()
    }

    /// Starts the engine and the demo.
    pub fn begin(&self) {
        dom::publish_results({
            let books = self.books.clone();
            move || books.results.borrow().clone()
        });
        self.state.labels.set(preferences::labels());
        self.client.start();
        // In a task of its own: both at once would hold up a phone.
        let session = self.clone();
        set_timeout(move || session.fetch_demo(), Duration::ZERO);
    }

    /// Fetches the demo extract and runs it.
    pub fn demo(&self) {
        self.state.phase.set(Phase::Loading);
        self.fetch_demo();
    }

    fn fetch_demo(&self) {
        let session = self.clone();
        spawn_local(async move {
            let files = dom::fetch_demo().await;
            session.has_loaded(|(engine, _)| (engine, true));
            // Files dropped meanwhile come first.
            if session.state.files.with_untracked(Option::is_some_and_own) {
                return;
            }
            match files {
                Ok(files) => session.take(files, Source::Demo),
                Err(message) => session.fail(Failure {
                    stage: "demo".into(),
                    code: "demo_missing".into(),
                    message,
                    hint: "Drop your own files, or reload the page to try again.".into(),
                }),
            }
        });
    }

    /// From here on no request goes out: tells the count of requests so, once.
    fn has_loaded(&self, more: impl FnOnce((bool, bool)) -> (bool, bool)) {
        let before = self.books.loaded.get();
        self.books.loaded.set(more(before));
        if before != (true, true) && self.books.loaded.get() == (true, true) {
            shell::tell("loaded");
        }
    }

    /// Files that the reader dropped or picked. They replace the files in hand; unless those were the reader's own and
    /// lacked a role, then they are added to them; or a result of the reader's own is on screen, then the reader is asked.
    /// The files in hand once more are simply analysed again.
    pub fn drop_files(&self, files: Vec<File>) {
        if files.is_empty() {
            return;
        }
        let unfinished = self.state.files.with_untracked(|set| match set {
            Some(FileSet { id, source: Source::Own, inspection: Some(seen) }) if !seen.missing.is_empty() => Some(*id),
            _ => None,
        });
        let own = self
            .state
            .shown
            .with_untracked(|shown| shown.as_ref().is_some_and(|shown| shown.recipe.source == Source::Own));
        match unfinished {
            Some(set) => self.add_to(set, files),
            None if own && !self.in_hand(&files) => {
                self.state.question.set(Some(files.iter().map(File::name).collect()));
                *self.books.waiting.borrow_mut() = files;
            }
            None => self.take(files, Source::Own),
        }
    }

    /// Are these the files in hand once more?
    fn in_hand(&self, files: &[File]) -> bool {
        let held = self.state.files.with_untracked(|set| set.as_ref().map(|set| self.client.files(set.id)));
        let named = |files: &[File]| ordered(files.iter().map(|file| (file.name(), file.size() as u64)));
        held.is_some_and(|held| named(&held) == named(files))
    }

    /// Does with the files that wait as the reader says.
    pub fn answer(&self, answer: Answer) {
        self.state.question.set(None);
        let files = self.books.waiting.take();
        match answer {
            Answer::Replace => self.replace_files(files),
            Answer::Compare => self.receive(files),
            Answer::Add => self.add_files(files),
            Answer::Never => {}
        }
    }

    /// Takes files in place of those in hand.
    pub fn replace_files(&self, files: Vec<File>) {
        if !files.is_empty() {
            self.take(files, Source::Own);
        }
    }

    /// Files dropped on the page: those with a JSON file among them, and any on the monitor page, are for it; all others
    /// are an extract to be analysed.
    pub fn put_down(&self, files: Vec<File>) {
        if route::here() == Page::Monitor {
            self.receive(files);
        } else {
            self.open(files);
        }
    }

    /// Files picked on any page: a JSON file among them leads to the monitor page.
    pub fn open(&self, files: Vec<File>) {
        if files.iter().any(|file| file.name().to_ascii_lowercase().ends_with(".json")) {
            self.receive(files);
        } else {
            self.drop_files(files);
        }
    }

    /// Adds files to the tray of the monitor page; one of the same name replaces the earlier one.
    pub fn receive(&self, files: Vec<File>) {
        if files.is_empty() {
            return;
        }
        let held = self.state.tray.with_untracked(|tray| tray.as_ref().map(|tray| tray.id));
        let mut all = held.map(|held| self.client.files(held)).unwrap_or_default();
        all.retain(|old| files.iter().all(|new| new.name() != old.name()));
        all.extend(files);
        self.lay(all);
        Page::Monitor.open();
    }

    /// Takes one file off the tray.
    pub fn take_off(&self, name: &str) {
        let held = self.state.tray.with_untracked(|tray| tray.as_ref().map(|tray| tray.id));
        let mut all = held.map(|held| self.client.files(held)).unwrap_or_default();
        all.retain(|file| file.name() != name);
        self.lay(all);
    }

    fn lay(&self, files: Vec<File>) {
        let id = FileSetId(self.books.next_set.get() + 1);
        self.books.next_set.set(id.0);
        if matches!(self.state.phase.get_untracked(), Phase::Failed(_)) {
            self.rest();
        }
        let empty = files.is_empty();
        self.state.tray.set((!empty).then_some(Tray { id, view: None }));
        self.keep_only();
        if !empty {
            self.client.receive(id, files);
        }
    }

    /// Forgets the files that nothing on screen is made of.
    fn keep_only(&self) {
        let shown = self.state.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.recipe.set));
        let files = self.state.files.with_untracked(|files| files.as_ref().map(|files| files.id));
        let tray = self.state.tray.with_untracked(|tray| tray.as_ref().map(|tray| tray.id));
        let kept: Vec<FileSetId> = shown.into_iter().chain(files).chain(tray).collect();
        self.client.keep_only(&kept);
    }

    /// The finished run on screen, as far as the engine still holds it.
    fn own(&self) -> Option<RunId> {
        self.state.shown.with_untracked(|shown| {
            let shown = shown.as_ref().filter(|shown| shown.millis.is_some())?;
            (shown.recipe.engine == self.client.generation()).then_some(shown.recipe.run)
        })
    }

    /// Holds the later extract of the tray against its baseline, or that of the result on screen.
    pub fn watch(&self, allow_overlap: bool) {
        let Some(set) = self.state.tray.with_untracked(|tray| tray.as_ref().map(|tray| tray.id)) else { return };
        let own = self.own();
        let run = self.go("inspect");
        self.books.comparing.set(Some(Window::Tray { allow_overlap }));
        self.client.send(Request::Watch { run, set, own, allow_overlap });
    }

    /// Makes up a later window of the demo on screen.
    pub fn rehearse(&self, plot: Plot) {
        let Some(of) = self.own() else {
            self.fail(result_gone());
            return;
        };
        let run = self.go("generate");
        self.books.comparing.set(Some(Window::MadeUp { of, plot }));
        self.client.send(Request::Rehearse { run, of, plot });
    }

    /// Verifies the receipt of the tray with its files, or with those of the result on screen.
    pub fn verify(&self) {
        let Some(set) = self.state.tray.with_untracked(|tray| tray.as_ref().map(|tray| tray.id)) else { return };
        let with = self.state.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.recipe.set));
        let run = self.go("verify");
        self.state.verified.set(None);
        self.client.send(Request::Verify { run, set, with });
    }

    /// A comparison or verification begins.
    fn go(&self, stage: &str) -> RunId {
        self.stop_quietly();
        let run = RunId(self.books.next_run.get() + 1);
        self.books.next_run.set(run.0);
        self.books.later.set(Some(run));
        let stage = stage.to_owned();
        self.state.phase.set(Phase::Running(Progress::begin(run, stage)));
        run
    }

    /// Where the engine of the outcome on screen is gone: the same run again (same input, same answer), then the
    /// comparison.
    fn run_again(&self) {
        if untrack(|| self.state.under_way()) {
            return;
        }
        let here = self.client.generation();
        let shown = self.state.shown.get_untracked().filter(|shown| shown.recipe.engine != here);
        if let Some(shown) = shown {
            self.repeat(shown.recipe.clone());
        } else if self.state.watched.with_untracked(|held| held.as_ref().is_some_and(|(engine, ..)| *engine != here)) {
            *self.books.again.borrow_mut() = self.books.compared.take().into();
            self.compare_again();
        }
    }

    /// The next of the comparisons that are to be made again.
    fn compare_again(&self) {
        let next = self.books.again.borrow_mut().pop_front();
        match next {
            Some(Window::Tray { allow_overlap }) => self.watch(allow_overlap),
            Some(Window::MadeUp { plot, .. }) => self.rehearse(plot),
            None => {}
        }
    }

    /// A comparison is there, or its words in other names.
    fn hear_comparison(&self, run: RunId, view: Watched) {
        let named = self.state.watched.with_untracked(|held| held.as_ref().is_some_and(|(_, it, _)| *it == run));
        if !named && self.books.later.get() != Some(run) {
            return;
        }
        let change = || self.state.watched.set(Some((self.client.generation(), run, Arc::new(view))));
        if named {
            place::keep(change);
            return;
        }
        change();
        self.rest();
        if let Some(window) = self.books.comparing.take() {
            let mut compared = self.books.compared.borrow_mut();
            // One that is made up from the same run follows from those before.
            let follows = matches!((compared.last(), window),
                (Some(Window::MadeUp { of: before, .. }), Window::MadeUp { of, .. }) if *before == of);
            if !follows {
                compared.clear();
            }
            compared.push(window);
        }
        self.compare_again();
    }

    /// The same run again.
    fn repeat(&self, recipe: Recipe) {
        self.start(recipe.set, recipe.source, recipe.mapping, recipe.params);
    }

    /// Has a figure drawn; what comes of it is hung up by [`figure::hang`].
    pub fn draw(&self, figure: u32, drawing: String, width: f64) {
        let labels = self.state.labels.get_untracked();
        self.client.send(Request::Draw { figure, drawing, width, labels });
    }

    /// Has a file of the later window made and saves it.
    pub fn download_window(&self, file: WindowFile) {
        let held =
            self.state.watched.with_untracked(|watched| watched.as_ref().map(|(engine, run, _)| (*engine, *run)));
        match held {
            Some((engine, run)) if engine == self.client.generation() => {
                self.state.making.set(Some(Artifact::Window(file)));
                self.client.send(Request::Make { run, artifact: Artifact::Window(file) });
            }
            Some(_) => self.fail(result_gone()),
            None => {}
        }
    }

    /// Adds files to the set in hand; one of the same name replaces the earlier one.
    pub fn add_files(&self, files: Vec<File>) {
        let own = self
            .state
            .files
            .with_untracked(|set| set.as_ref().filter(|set| set.source == Source::Own).map(|set| set.id));
        match own {
            Some(set) => self.add_to(set, files),
            None => self.take(files, Source::Own),
        }
    }

    fn add_to(&self, set: FileSetId, files: Vec<File>) {
        let mut all = self.client.files(set);
        all.retain(|old| files.iter().all(|new| new.name() != old.name()));
        all.extend(files);
        self.take(all, Source::Own);
    }

    fn take(&self, files: Vec<File>, source: Source) {
        self.stop_quietly();
        self.fresh();
        let id = FileSetId(self.books.next_set.get() + 1);
        self.books.next_set.set(id.0);
        let shown = self.state.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.recipe.set));
        let held = self.state.files.get_untracked();
        if held.as_ref().is_some_and(|held| shown == Some(held.id)) {
            *self.books.earlier.borrow_mut() = held;
        }
        self.state.files.set(Some(FileSet { id, source, inspection: None }));
        self.keep_only();
        self.set_draft(None, false);
        // Without an engine nobody is inspecting: what is wrong with it, and the way out, stay on screen.
        if !self.client.is_down() {
            self.state.phase.set(Phase::Inspecting);
        }
        self.client.inspect(id, files);
    }

    /// Runs the files in hand with the mapping in the editor at the depth chosen.
    pub fn run(&self) {
        let Some((set, source)) = self.state.files.with_untracked(|set| set.as_ref().map(|set| (set.id, set.source)))
        else {
            return;
        };
        self.stop_quietly();
        let params = self.params(set);
        let draft = self.state.draft.get_untracked();
        self.keep_choice(draft.as_ref());
        self.start(set, source, draft, params);
    }

    /// What the reader chose is kept for the next files of this shape; what they undid is not.
    fn keep_choice(&self, draft: Option<&Mapping>) {
        let seen = self.state.files.with_untracked(|files| {
            let files = files.as_ref().filter(|files| files.source == Source::Own)?;
            files.inspection.clone()
        });
        match (seen, draft) {
            (Some(seen), Some(draft)) if *draft != seen.mapping => storage::remember(&seen, draft),
            (Some(seen), _) => storage::forget_mapping(&seen),
            (None, _) => {}
        }
    }

    fn set_draft(&self, draft: Option<Mapping>, remembered: bool) {
        self.state.draft.set(draft);
        self.state.remembered.set(remembered);
    }

    /// Runs with the columns as they were detected, and forgets those kept from an earlier visit.
    pub fn use_detected(&self) {
        self.set_draft(None, false);
        self.run();
    }

    /// The run on screen again, at another depth.
    pub fn run_at(&self, depth: Depth) {
        self.state.depth.set(depth);
        self.run();
    }

    fn start(&self, set: FileSetId, source: Source, mapping: Option<Mapping>, params: Params) {
        let run = RunId(self.books.next_run.get() + 1);
        self.books.next_run.set(run.0);
        *self.books.current.borrow_mut() = Some(Recipe {
            set,
            source,
            mapping: mapping.clone(),
            params: params.clone(),
            engine: self.client.generation(),
            run,
        });
        self.state.phase.set(Phase::Running(Progress::begin(run, String::new())));
        self.client.send(Request::Start { run, set, mapping, params });
    }

    /// Cancels what is under way; the outcome on screen stays.
    pub fn cancel(&self) {
        self.books.again.borrow_mut().clear();
        *self.books.wanted.borrow_mut() = None;
        self.state.making.set(None);
        let run = self.books.current.borrow().as_ref().map(|recipe| recipe.run).or(self.books.later.get());
        if let Some(run) = run {
            self.state.phase.update(|phase| {
                if let Phase::Running(progress) = phase {
                    progress.stopping = true;
                }
            });
            self.client.cancel(run);
        } else {
            self.revert();
            self.rest();
        }
    }

    /// The files in hand cannot be used: back to those of the outcome on screen.
    fn revert(&self) {
        let earlier = self.books.earlier.borrow_mut().take();
        self.set_draft(None, false);
        self.state.files.set(earlier);
    }

    /// Cancels without a word: something newer is about to start.
    fn stop_quietly(&self) {
        let stale = self.books.current.borrow_mut().take();
        if let Some(run) = stale.map(|recipe| recipe.run).or(self.books.later.take()) {
            self.client.cancel(run);
        }
    }

    /// Starts another engine after it died or did not come, and goes on where it stopped.
    pub fn restart(&self) {
        self.client.start();
        if self.client.is_down() {
            // At once, for the same reason: that is on screen.
            return;
        }
        let held = self.state.files.with_untracked(|set| set.as_ref().map(|set| (set.id, set.source)));
        match held {
            // The reader sees an earlier outcome: wait for word, rather than fail the same way again.
            _ if self.state.shown.with_untracked(Option::is_some) => self.rest(),
            Some((set, source)) if !self.client.files(set).is_empty() => self.take(self.client.files(set), source),
            _ => self.demo(),
        }
    }

    /// Puts the message of a failure away.
    pub fn dismiss(&self) {
        self.rest();
    }

    fn rest(&self) {
        *self.books.current.borrow_mut() = None;
        self.books.later.set(None);
        let shown = self.state.shown.with_untracked(Option::is_some);
        self.state.phase.set(if shown { Phase::Done } else { Phase::Ready });
    }

    /// Has `artifact` made from the outcome on screen and saves it.
    pub fn download(&self, artifact: Artifact) {
        let Some(recipe) = self.state.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.recipe.clone()))
        else {
            return;
        };
        self.state.making.set(Some(artifact.clone()));
        if recipe.engine == self.client.generation() {
            self.client.send(Request::Make { run: recipe.run, artifact });
        } else {
            // Its engine is gone: the same run again (same input, same answer), then the file.
            *self.books.wanted.borrow_mut() = Some(artifact);
            self.repeat(recipe);
        }
    }

    /// Asks for the card of the customer with this id, of the outcome on screen.
    pub fn explain(&self, customer: String) {
        let Some(recipe) = self.state.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.recipe.clone()))
        else {
            return;
        };
        if recipe.engine != self.client.generation() {
            self.fail(result_gone());
            return;
        }
        self.state.card.set(Some(Asked { customer: customer.clone(), answer: None }));
        self.client.send(Request::Explain { run: recipe.run, customer });
    }

    /// Measures one solution of the outcome on screen on all customers.
    pub fn measure_exactly(&self, solution: Solution) {
        let Some(recipe) = self.state.shown.with_untracked(|shown| shown.as_ref().map(|shown| shown.recipe.clone()))
        else {
            return;
        };
        self.stop_quietly();
        if recipe.engine != self.client.generation() {
            // Its engine is gone: the same run again, with this asked for.
            let mut params = recipe.params;
            params.exact.push(solution);
            self.start(recipe.set, recipe.source, recipe.mapping, params);
            return;
        }
        let run = recipe.run;
        *self.books.current.borrow_mut() = Some(recipe);
        let stage = Stage::Clustering.name().to_owned();
        self.state.phase.set(Phase::Running(Progress::begin(run, stage)));
        self.client.send(Request::MeasureExactly { run, solution });
    }

    /// Has a document written for the page; it arrives in [`State::document`]. Nothing is asked for while the outcome on
    /// screen is being refined: the engine holds finished runs only.
    pub fn read(&self, artifact: Artifact) {
        let run = self.state.shown.with_untracked(|shown| {
            let shown = shown.as_ref().filter(|shown| shown.millis.is_some())?;
            (shown.recipe.engine == self.client.generation()).then_some(shown.recipe.run)
        });
        if let Some(run) = run {
            self.client.send(Request::Make { run, artifact });
        }
    }

    fn fail(&self, failure: Failure) {
        self.books.again.borrow_mut().clear();
        *self.books.current.borrow_mut() = None;
        self.books.later.set(None);
        *self.books.wanted.borrow_mut() = None;
        self.state.making.set(None);
        self.state.phase.set(Phase::Failed(failure));
    }

    /// Puts an outcome on screen. The reader keeps their place, unless it is of other files.
    fn show(&self, shown: Shown) {
        let same =
            self.state.shown.with_untracked(|now| now.as_ref().is_some_and(|now| now.recipe.set == shown.recipe.set));
        let change = || self.state.shown.set(Some(Arc::new(shown)));
        if same { place::keep(change) } else { change() }
    }

    fn is_current(&self, run: RunId) -> bool {
        self.books.current.borrow().as_ref().is_some_and(|recipe| recipe.run == run)
            || self.books.later.get() == Some(run)
    }

    fn hear(&self, notice: Notice) {
        match notice {
            Notice::Ready => {
                self.engines.update(|engines| *engines += 1);
                self.has_loaded(|(_, demo)| (true, demo));
                let slow = self
                    .state
                    .phase
                    .with_untracked(|phase| matches!(phase, Phase::Failed(failure) if failure.code == "engine_slow"));
                if slow {
                    let busy =
                        self.books.current.borrow().is_some() || self.state.files.with_untracked(Option::is_some);
                    self.state.phase.set(if busy { Phase::Inspecting } else { Phase::Loading });
                }
            }
            Notice::Slow(failure) => self.state.phase.set(Phase::Failed(failure)),
            Notice::Died(failure) => {
                self.state.lines.asked.set(None);
                // Files that it died on are gone with it.
                let lost = self.state.files.with_untracked(|set| {
                    set.as_ref().is_some_and(|set| set.inspection.is_none() && self.client.files(set.id).is_empty())
                });
                if lost {
                    self.revert();
                }
                self.fail(failure);
            }
            Notice::Event(event, message) => self.hear_event(*event, &message),
        }
    }

    fn hear_event(&self, event: Event, message: &JsValue) {
        let bytes = || dom::beside(message, "bytes").dyn_into::<Uint8Array>().ok();
        match event {
            Event::Ready { .. } => {}
            Event::Inspected { set, inspection } => {
                let mut missing = Vec::new();
                let mut recalled = None;
                let ours = self.state.files.try_update(|files| match files {
                    Some(files) if files.id == set => {
                        missing.clone_from(&inspection.missing);
                        recalled = if files.source == Source::Own { storage::recall(&inspection) } else { None };
                        files.inspection = Some(Arc::from(inspection));
                        true
                    }
                    _ => false,
                });
                if ours != Some(true) {
                    return;
                }
                if missing.is_empty() || recalled.is_some() {
                    let remembered = recalled.is_some();
                    self.set_draft(recalled, remembered);
                    self.run();
                } else {
                    self.fail(missing_roles(&missing));
                    Page::Data.open();
                }
            }
            Event::Received { set, tray } => {
                let ours = self.state.tray.with_untracked(|held| held.as_ref().is_some_and(|held| held.id == set));
                if !ours {
                    return;
                }
                let (ready, failure) = (tray.ready, tray.failure.clone());
                self.state.tray.set(Some(Tray { id: set, view: Some(Arc::from(tray)) }));
                match (failure, ready) {
                    (Some(failure), _) => self.fail(failure),
                    (None, Ready::Compare) => self.watch(false),
                    (None, Ready::NeedsBaseline) if self.own().is_some() => self.watch(false),
                    (None, Ready::Verify) => self.verify(),
                    (None, _) => {}
                }
            }
            Event::Watched { run, view } => self.hear_comparison(run, *view),
            Event::Verified { run, view } => {
                if self.is_current(run) {
                    self.state.verified.set(Some(Arc::from(view)));
                    self.rest();
                }
            }
            Event::Refused { set, failure } => {
                if self.state.files.with_untracked(|files| files.as_ref().is_some_and(|files| files.id == set)) {
                    self.revert();
                    self.fail(failure);
                }
            }
            Event::Progressed { run, stage, done, total } => self.state.phase.update(|phase| {
                if let Phase::Running(progress) = phase
                    && progress.run == run
                {
                    if progress.stage != stage {
                        progress.since = dom::now();
                    }
                    (progress.stage, progress.done, progress.total) = (stage, done, total);
                }
            }),
            Event::Refined { run, view } => {
                if self.is_current(run)
                    && let Some(recipe) = self.books.current.borrow().clone()
                {
                    self.show(Shown { view: Arc::from(view), recipe, millis: None });
                    self.state.lines.forget();
                }
            }
            Event::Finished { run, view, millis } => {
                if !self.is_current(run) {
                    return;
                }
                let recipe = self.books.current.borrow_mut().take();
                let Some(recipe) = recipe else { return };
                *self.books.results.borrow_mut() = dom::beside(message, "results");
                self.show(Shown { view: Arc::from(view), recipe, millis: Some(millis) });
                self.state.phase.set(Phase::Done);
                self.state.lines.forget();
                self.ask_lines();
                *self.books.earlier.borrow_mut() = None;
                let wanted = self.books.wanted.borrow_mut().take();
                if let Some(artifact) = wanted {
                    self.download(artifact);
                }
            }
            Event::Failed { run, failure } => {
                self.state.lines.asked.set(None);
                let making = self.state.making.with_untracked(Option::is_some);
                if self.is_current(run) || making {
                    // What the mapping editor mends is shown where it is.
                    let mends = matches!(failure.code.as_str(), "day_or_month" | "value_misfit");
                    self.fail(failure);
                    if mends {
                        Page::Data.open();
                    }
                }
            }
            Event::Cancelled { run } => {
                if self.is_current(run) {
                    self.rest();
                }
            }
            Event::Explained { customer, card, .. } => self.state.card.update(|asked| {
                if let Some(asked) = asked
                    && asked.customer == customer
                {
                    asked.answer = Some(card.map(Arc::from));
                }
            }),
            Event::Labelled { run, labels, view } => {
                self.hear_labels(run, labels, view, dom::beside(message, "results"));
            }
            Event::Drawn { figure, svg } => {
                if !figure::hang(figure, svg) {
                    self.run_again();
                }
            }
            Event::Tried { run, tried } => self.hear_lines(run, *tried),
            Event::MeasuredExactly { run, solution, view } => {
                if !self.is_current(run) {
                    return;
                }
                self.rest();
                *self.books.results.borrow_mut() = dom::beside(message, "results");
                let held = self.state.shown.get_untracked().filter(|held| held.recipe.run == run);
                if let Some(held) = held {
                    let mut recipe = held.recipe.clone();
                    recipe.params.exact.push(solution);
                    self.show(Shown { view: Arc::from(view), recipe, millis: held.millis });
                }
            }
            Event::Made { run, artifact: artifact @ Artifact::Document { form: Form::Part, .. }, .. } => {
                if let Some(bytes) = bytes() {
                    let html = String::from_utf8_lossy(&bytes.to_vec()).into_owned();
                    self.state.document.set(Some((run, artifact, html)));
                }
            }
            Event::Made { name, mime, .. } => {
                self.state.making.set(None);
                if let Some(bytes) = bytes() {
                    dom::save(&bytes, &name, &mime);
                }
            }
        }
    }
}

fn result_gone() -> Failure {
    Failure {
        stage: "decision".into(),
        code: "result_gone".into(),
        message: "The engine no longer holds the customers of this result.".into(),
        hint: "Run the analysis again, then ask.".into(),
    }
}

/// Is there a set of the reader's own?
trait OwnSet {
    fn is_some_and_own(&self) -> bool;
}

impl OwnSet for Option<FileSet> {
    fn is_some_and_own(&self) -> bool {
        self.as_ref().is_some_and(|set| set.source == Source::Own)
    }
}

/// With a capital letter and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_ascii_uppercase(), letters.as_str()))
}

fn missing_roles(missing: &[crate::extract::schema::MissingRole]) -> Failure {
    let names: Vec<String> =
        missing.iter().map(|missing| super::prose::role(missing.role).to_ascii_lowercase()).collect();
    let hints: Vec<String> = missing.iter().map(|missing| sentence(&missing.hint)).collect();
    Failure {
        stage: "extract".into(),
        code: "missing_role".into(),
        message: format!("No column was recognised as: {}.", names.join(", ")),
        hint: format!("{} Choose the column below and run, or drop the file that has it.", hints.join(" ")),
    }
}
