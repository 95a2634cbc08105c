//! The reader's names, and what is chosen for one set of files.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::Session;
use crate::pipeline::labels::Labels;
use crate::pipeline::params::Params;
use crate::protocol::{Request, RunId};
use crate::ui::preferences;
use crate::ui::state::Shown;
use crate::view::pages::Pages;

impl Session {
    /// Calls the segments so from now on: on screen, in documents, at the next visit.
    pub fn rename(&self, labels: &Labels) {
        let labels = labels.cleaned();
        preferences::keep_labels(&labels);
        self.state.labels.set(labels.clone());
        let run = self.state.shown.with_untracked(|shown| {
            let shown = shown.as_ref().filter(|shown| shown.millis.is_some())?;
            (shown.recipe.engine == self.client.generation()).then_some(shown.recipe.run)
        });
        if let Some(run) = run {
            self.client.send(Request::Label { run, labels });
        }
    }

    pub(super) fn hear_labels(&self, run: RunId, labels: Labels, view: Box<Pages>, results: JsValue) {
        let ours = self.state.shown.with_untracked(|shown| shown.as_ref().is_some_and(|held| held.recipe.run == run));
        if !ours {
            return;
        }
        *self.books.results.borrow_mut() = results;
        self.state.document.set(None);
        self.state.shown.update(|shown| {
            let Some(held) = shown else { return };
            let (mut recipe, millis) = (held.recipe.clone(), held.millis);
            recipe.params.labels = labels;
            *shown = Some(Arc::new(Shown { view: Arc::from(view), recipe, millis }));
        });
    }

    /// Other files: what was chosen for those before is forgotten.
    pub(super) fn fresh(&self) {
        self.state.lines.clear();
        self.state.min_orders.set(Params::default().min_orders);
        self.state.as_of.set(String::new());
    }
}
