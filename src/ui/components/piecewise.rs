//! A page's parts one by one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use leptos::prelude::*;

/// Has a page come piece by piece before?
static DONE: AtomicBool = AtomicBool::new(false);

/// The turns of a page's parts. When the first result arrives, each part is built in a task of its own, since on a slow
/// phone all of them at once would hold up pointer and keyboard; later all are there at once, as whoever comes back to a
/// place on the page expects.
pub struct Turns(Option<Vec<RwSignal<bool>>>);

impl Turns {
    /// No part yet.
    pub fn begin() -> Self {
        Self((!DONE.swap(true, Ordering::Relaxed)).then(Vec::new))
    }

    /// A part, built when its turn comes.
    pub fn part(&mut self, build: impl Fn() -> AnyView + Send + 'static) -> AnyView {
        let Some(turns) = &mut self.0 else { return build() };
        let turn = RwSignal::new(false);
        turns.push(turn);
        (move || turn.get().then(&build)).into_any()
    }

    /// Lets the parts have their turns, in the order in which they were asked for.
    pub fn take(self) {
        take(self.0.unwrap_or_default().into_iter());
    }
}

fn take(mut turns: std::vec::IntoIter<RwSignal<bool>>) {
    let Some(turn) = turns.next() else { return };
    let next = move || {
        // The page may have been left.
        turn.try_set(true);
        take(turns);
    };
    set_timeout(next, Duration::ZERO);
}
