//! Thresholds tried and applied. The page asks for one set of counts at a time and drops answers about other runs.

use std::sync::Arc;

use leptos::prelude::*;

use super::Session;
use crate::pipeline::params::Params;
use crate::protocol::{FileSetId, Request, RunId};
use crate::segments::thresholds::TypedThresholds;
use crate::ui::json;
use crate::view::segments::Tried;

impl Session {
    /// Puts the lines elsewhere; what was before can be undone if `undoable`.
    pub fn move_lines(&self, to: TypedThresholds, undoable: bool) {
        let lines = self.state.lines;
        let before = lines.wanted.get_untracked();
        if before == to {
            return;
        }
        if undoable {
            lines.remember(before);
        }
        lines.wanted.set(to);
        self.ask_lines();
    }

    /// Back to where the lines were.
    pub fn undo_lines(&self) {
        let lines = self.state.lines;
        let before = lines.past.try_update(Vec::pop).flatten();
        if let Some(before) = before {
            lines.wanted.set(before);
            self.ask_lines();
        }
    }

    /// Runs the files of the outcome on screen with the lines where they are: documents and files then follow them.
    pub fn apply_lines(&self) {
        let Some((set, source, mapping, params)) = self.state.shown.with_untracked(|shown| {
            let recipe = &shown.as_ref()?.recipe;
            Some((recipe.set, recipe.source, recipe.mapping.clone(), recipe.params.clone()))
        }) else {
            return;
        };
        self.stop_quietly();
        let TypedThresholds { frequency, loyalty } = self.state.lines.wanted.get_untracked();
        let params = Params { frequency_threshold: frequency, loyalty_threshold: loyalty, ..params };
        self.start(set, source, mapping, params);
    }

    /// Has the engine prepare for trials, so that the first movement is answered as quickly as the next.
    pub fn prepare_lines(&self) {
        let lines = self.state.lines;
        let ready = self.state.shown.with_untracked(|shown| {
            let shown = shown.as_ref().filter(|shown| shown.millis.is_some())?;
            let here =
                shown.recipe.engine == self.client.generation() && json::open(&shown.view.segments).in_force.is_some();
            here.then_some(shown.recipe.run)
        });
        if let Some(run) = ready
            && lines.asked.with_untracked(Option::is_none)
            && self.books.current.borrow().is_none()
        {
            let thresholds = lines.wanted.get_untracked();
            lines.asked.set(Some((run, thresholds)));
            self.client.send(Request::Try { run, thresholds });
        }
    }

    /// Asks what the lines make of the customers, unless that is known or another question is under way.
    pub(super) fn ask_lines(&self) {
        let lines = self.state.lines;
        let wanted = lines.wanted.get_untracked();
        if lines.asked.with_untracked(Option::is_some) || self.books.current.borrow().is_some() {
            return;
        }
        let Some(shown) = self.state.shown.get_untracked().filter(|shown| shown.millis.is_some()) else { return };
        let known = |tried: &Tried| tried.typed == wanted && tried.weighed.is_some();
        let in_force = json::open(&shown.view.segments).in_force.as_ref();
        if in_force.is_some_and(known) {
            lines.tried.set(None);
            return;
        }
        if in_force.is_none() || lines.tried.with_untracked(|tried| tried.as_deref().is_some_and(known)) {
            return;
        }
        if shown.recipe.engine != self.client.generation() {
            // Its engine is gone: the same run again (same input, same answer), then the question.
            self.repeat(shown.recipe.clone());
            return;
        }
        lines.asked.set(Some((shown.recipe.run, wanted)));
        self.client.send(Request::Try { run: shown.recipe.run, thresholds: wanted });
    }

    /// An answer: the counts, or all of it; then the next question, if the lines have moved on.
    pub(super) fn hear_lines(&self, run: RunId, tried: Tried) {
        let lines = self.state.lines;
        let Some((_, at)) = lines.asked.get_untracked().filter(|(of, _)| *of == run) else { return };
        // All of an earlier answer may come while the counts of the next are under way.
        let over = at == tried.typed && (tried.weighed.is_some() || tried.typed != lines.wanted.get_untracked());
        lines.tried.set(Some(Arc::new(tried)));
        if over {
            lines.asked.set(None);
            self.ask_lines();
        }
    }

    /// The parameters of the next run of `set`: what the reader chose for these files stays chosen.
    pub(super) fn params(&self, set: FileSetId) -> Params {
        let held = self.state.shown.with_untracked(|shown| {
            let recipe = &shown.as_ref().filter(|shown| shown.recipe.set == set)?.recipe;
            Some(recipe.params.typed())
        });
        let TypedThresholds { frequency, loyalty } = held.unwrap_or_default();
        Params {
            depth: self.state.depth.get_untracked(),
            min_orders: self.state.min_orders.get_untracked(),
            as_of: Some(self.state.as_of.get_untracked()).filter(|date| !date.is_empty()),
            labels: self.state.labels.get_untracked(),
            frequency_threshold: frequency,
            loyalty_threshold: loyalty,
            ..Params::default()
        }
    }
}
