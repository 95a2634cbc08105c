//! One customer: where they stand, how firmly, and what would move them.

use leptos::prelude::*;

use crate::ui::components::section::{absent, section};
use crate::ui::session::Session;
use crate::ui::state::{Asked, State};
use crate::view::card::Card;

/// A field for an id, and the card of the customer who has it.
pub fn customer() -> AnyView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let typed = RwSignal::new(String::new());
    let ask = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let id = typed.get_untracked();
        if !id.trim().is_empty() {
            session.with_value(|session| session.explain(id));
        }
    };
    let answer = move || state.card.get().map_or_else(|| ().into_any(), |asked| answer(&asked));
    section(
        "one-customer",
        "One customer",
        "Type an id as it stands in your files.",
        view! {
            <form class="ask-customer" on:submit=ask>
                <label>
                    "Customer id "
                    <input type="text" autocomplete="off" data-testid="customer-id" prop:value=typed
                        on:input:target=move |event| typed.set(event.target().value())/>
                </label>
                <button type="submit" class="button small plain" data-testid="customer-ask">"Show"</button>
            </form>
            <div aria-live="polite" data-testid="customer-card">{answer}</div>
        }
        .into_any(),
    )
}

fn answer(asked: &Asked) -> AnyView {
    match &asked.answer {
        None => view! { <p class="waiting">"Looking."</p> }.into_any(),
        Some(None) => absent(format!("No customer \u{201c}{}\u{201d} has a segment.", asked.customer.trim())),
        Some(Some(card)) => show(card),
    }
}

fn show(card: &Card) -> AnyView {
    let scores = card.scores.iter().map(|(name, value, rank)| {
        view! { <li>{name.clone()}": "<strong>{value.clone()}</strong>{rank.clone()}</li> }
    });
    let lines = card.lines.iter().map(|line| view! { <li>{line.clone()}</li> });
    view! {
        <h3>{card.title.clone()}</h3>
        <ul>
            {scores.collect_view()}
            {lines.collect_view()}
        </ul>
    }
    .into_any()
}
