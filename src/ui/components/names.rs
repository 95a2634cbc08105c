//! What the reader calls the segments, and the unit of money.

use leptos::prelude::*;

use super::glyph::glyph_markup;
use super::section::section;
use crate::pipeline::labels::{LONGEST, Labels};
use crate::segments::findings::Segment;
use crate::ui::dom;
use crate::ui::session::Session;
use crate::ui::state::State;

/// A field per segment and one for the money.
pub fn names() -> AnyView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let draft = RwSignal::new(state.labels.get_untracked());
    let taken = Memo::new(move |_| draft.with(|draft| draft.ambiguous(dom::lower)));
    let changed = Memo::new(move |_| draft.with(Labels::cleaned) != state.labels.get());
    let field = |segment: Segment| {
        let at = segment as usize;
        view! {
            <label class="name-field">
                <span><span inner_html=glyph_markup(segment)></span>{segment.name()}</span>
                <input type="text" autocomplete="off" maxlength=LONGEST.to_string() placeholder=segment.name()
                    data-testid=format!("name-{}", segment.slug())
                    prop:value=move || draft.with(|draft| draft.segments[at].clone())
                    on:input:target=move |event| draft.update(|draft| draft.segments[at] = event.target().value())/>
            </label>
        }
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if !taken.get_untracked() {
            session.with_value(|session| session.rename(&draft.get_untracked()));
            draft.set(state.labels.get_untracked());
        }
    };
    section(
        "names",
        "Call them what you call them",
        "Your names stand on these pages and in the documents. Results, assignments and SQL keep the published names, so \
         that they can be told apart everywhere.",
        view! {
            <form class="names" on:submit=save>
                {Segment::ALL.map(field).into_iter().collect_view()}
                <label class="name-field">
                    <span>"Unit of money"</span>
                    <input type="text" autocomplete="off" maxlength="12" placeholder="EUR, $, …" data-testid="money-unit"
                        prop:value=move || draft.with(|draft| draft.money.clone())
                        on:input:target=move |event| draft.update(|draft| draft.money = event.target().value())/>
                </label>
                <div class="line-buttons">
                    <button type="submit" class="button small" data-testid="save-names"
                        disabled=move || taken.get() || !changed.get()>"Use these names"</button>
                    <button type="button" class="button small plain" data-testid="published-names"
                        disabled=move || state.labels.with(Labels::is_plain) && draft.with(Labels::is_plain)
                        on:click=move |_| {
                            draft.set(Labels::default());
                            session.with_value(|session| session.rename(&Labels::default()));
                        }>"Back to the published names"</button>
                </div>
                <p class="line-note" role="status">{move || if taken.get() { "Two segments would have the same name." } else { "" }}</p>
            </form>
        }
        .into_any(),
    )
}
