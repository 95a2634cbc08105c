//! The two thresholds in the reader's hand: where they are, where they have been, what the engine says of them.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::RunId;
use crate::segments::thresholds::TypedThresholds;
use crate::view::segments::Tried;

/// Steps back that are kept.
const STEPS: usize = 100;

/// The thresholds as the reader moves them; the run in force keeps its own.
#[derive(Clone, Copy)]
pub struct Lines {
    /// Where they are; `None` is the recommended one.
    pub wanted: RwSignal<TypedThresholds>,
    /// Where they have been, latest last.
    pub past: RwSignal<Vec<TypedThresholds>>,
    /// What the engine says of them, of the run on screen.
    pub tried: RwSignal<Option<Arc<Tried>>>,
    /// The question that is under way: at most one.
    pub asked: RwSignal<Option<(RunId, TypedThresholds)>>,
}

impl Lines {
    /// At the recommended thresholds.
    pub fn new() -> Self {
        Self {
            wanted: RwSignal::new(TypedThresholds::default()),
            past: RwSignal::new(Vec::new()),
            tried: RwSignal::new(None),
            asked: RwSignal::new(None),
        }
    }

    /// Other files: back to the recommended thresholds, nothing to undo.
    pub fn clear(self) {
        self.wanted.set(TypedThresholds::default());
        self.past.set(Vec::new());
        self.forget();
    }

    /// Another result: what was said of the one before no longer holds.
    pub fn forget(self) {
        self.tried.set(None);
        self.asked.set(None);
    }

    /// Remembers where the lines were before a move.
    pub fn remember(self, before: TypedThresholds) {
        self.past.update(|past| {
            if past.last() != Some(&before) {
                past.push(before);
            }
            if past.len() > STEPS {
                past.remove(0);
            }
        });
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}
