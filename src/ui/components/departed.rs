//! The mark of lines that are not the recommended ones: those in force, and those only being tried.

use leptos::prelude::*;

use crate::ui::route::Page;
use crate::ui::state::State;

/// One line where the lines in force were set by hand, or others are being tried; nothing else.
pub fn departed() -> AnyView {
    let state: State = expect_context();
    let in_force = Memo::new(move |_| {
        state.shown.with(|shown| shown.as_ref().map(|shown| shown.view.departed.clone())).unwrap_or_default()
    });
    let trying = Memo::new(move |_| {
        let typed = state.shown.with(|shown| shown.as_ref().map(|shown| shown.recipe.params.typed()));
        typed.is_some_and(|typed| typed != state.lines.wanted.get())
    });
    let words = move || {
        let tried =
            if trying.get() { "Other lines are being tried on Segments; this page shows those in force." } else { "" };
        format!("{} {tried}", in_force.get()).trim().to_owned()
    };
    let any = Memo::new(move |_| trying.get() || !in_force.with(String::is_empty));
    let shown = move || {
        any.get().then(|| {
            view! {
                <p class="departed-line" data-testid="departed-line">
                    <span class="departed-mark">"Departed from recommended"</span>
                    {words}" "<a href=Page::Segments.href()>"See the lines"</a>
                </p>
            }
        })
    };
    shown.into_any()
}
