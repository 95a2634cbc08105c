//! A page's parts one by one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use leptos::prelude::*;

use crate::ui::state::State;

/// Has a page come piece by piece before?
static DONE: AtomicBool = AtomicBool::new(false);

/// A part that is built when its turn comes.
pub type Piece = fn(State) -> AnyView;

/// The parts of a page below its first screen. When the first result arrives, each is built in a task of its own, since on
/// a slow phone all of them at once would hold up pointer and keyboard; later they are there at once, as whoever comes back
/// to a place on the page expects.
pub fn piecewise(state: State, pieces: &'static [Piece]) -> AnyView {
    if DONE.swap(true, Ordering::Relaxed) {
        return pieces.iter().map(|piece| piece(state)).collect::<Vec<_>>().into_any();
    }
    let turns: Vec<RwSignal<bool>> = pieces.iter().map(|_| RwSignal::new(false)).collect();
    take_turns(turns.clone());
    let slots = pieces.iter().zip(turns).map(|(&piece, turn)| (move || turn.get().then(|| piece(state))).into_any());
    slots.collect::<Vec<_>>().into_any()
}

/// The first of `turns` in the next task, the others each in one of its own after it.
fn take_turns(turns: Vec<RwSignal<bool>>) {
    let mut rest = turns.into_iter();
    let Some(first) = rest.next() else { return };
    set_timeout(
        move || {
            // The page may have been left.
            first.try_set(true);
            take_turns(rest.collect());
        },
        Duration::ZERO,
    );
}
