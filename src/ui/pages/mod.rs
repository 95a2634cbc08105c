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

use super::components::section::{live, waiting};
use super::state::{Shown, State};
use crate::view::Section;
use crate::view::pages::Pages;

/// A page over the outcome on screen; drawn anew when another takes its place, and until there is one, under this
/// headline, what `otherwise` shows. For pages that need more than [`sections_of`]; the parts that a reader may be in the
/// midst of belong outside of it.
fn over_outcome(headline: &'static str, show: fn(&Shown) -> AnyView, otherwise: fn() -> AnyView) -> AnyView {
    let state: State = expect_context();
    let drawn = move || match state.shown.get() {
        Some(shown) => show(&shown),
        None => untitled(headline, otherwise()),
    };
    drawn.into_any()
}

/// What stands under a headline until the page has one of its own.
fn untitled(headline: &'static str, body: AnyView) -> AnyView {
    view! { <header class="page-head"><h1>{headline}</h1></header> {body} }.into_any()
}

/// Sections of the outcome on screen, or word that there is none yet.
fn sections_of(pick: fn(&Pages) -> &[Section]) -> AnyView {
    let state: State = expect_context();
    let any = Memo::new(move |_| state.shown.with(Option::is_some));
    let drawn = move || if any.get() { live(pick) } else { waiting() };
    drawn.into_any()
}
