//! The offer to go deeper, where a quick result leaves something open.

use leptos::prelude::*;

use crate::pipeline::params::Depth;
use crate::ui::session::Session;
use crate::ui::state::State;

/// A line with a button, as long as the outcome on screen is a quick one.
#[component]
pub fn DepthOffer() -> impl IntoView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let quick = Memo::new(move |_| {
        state.shown.with(|shown| {
            shown.as_deref().is_some_and(|shown| {
                shown.recipe.params.depth == Depth::Quick
                    && state.files.with(|files| files.as_ref().is_some_and(|files| files.id == shown.recipe.set))
            })
        })
    });
    move || {
        quick.get().then(|| {
            view! {
                <p class="offer">
                    <span>"This is the quick result. The full depth also tests for clusters, follows customers into later orders and sets the rule against its rivals."</span>
                    <button type="button" class="button small plain" data-testid="run-full" disabled=move || state.under_way()
                        on:click=move |_| session.with_value(|session| session.run_at(Depth::Full))>"Run the full depth"</button>
                </p>
            }
        })
    }
}
