//! One file per page of the address.

pub mod about;
pub mod clustering;
pub mod data;
pub mod documents;
pub mod features;
pub mod monitor;
pub mod overview;
pub mod segments;
pub mod validation;

use leptos::prelude::*;

use super::components::section::waiting;
use super::state::{Shown, State};

/// A page over the outcome on screen; drawn anew when another takes its place.
fn over_outcome(show: fn(&Shown) -> AnyView) -> AnyView {
    let state: State = expect_context();
    let drawn = move || match state.shown.get() {
        Some(shown) => show(&shown),
        None => waiting(),
    };
    drawn.into_any()
}
