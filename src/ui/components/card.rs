//! One customer: where they stand, how firmly, and what would move them.

use leptos::prelude::*;

use crate::report::{figures, wording};
use crate::segments::card::{CustomerCard, Move};
use crate::stats::measured::Measured;
use crate::ui::components::section::{absent, section};
use crate::ui::session::Session;
use crate::ui::state::{Asked, State};

/// A field for an id, and the card of the customer who has it.
#[component]
pub fn Customer() -> impl IntoView {
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

fn show(card: &CustomerCard) -> AnyView {
    let or_not =
        |value: &Measured<f64>, show: fn(f64) -> String| value.value().map_or_else(|| "–".to_owned(), |v| show(*v));
    let facts = [
        (
            "Days between orders",
            figures::decimal(card.mean_days_between_orders, 1),
            figures::percent_whole(card.freq_percentile),
        ),
        ("Reordered share", figures::percent(card.loyalty_score), figures::percent_whole(card.loyalty_percentile)),
    ];
    let facts = facts.map(|(name, value, rank)| {
        view! { <li>{name}": "<strong>{value}</strong>{format!(" (higher than {rank} of the customers in its score)")}</li> }
    });
    let sure = format!(
        "Sure of its segment: {} by the spread of its own gaps and orders, {} of its resampled histories keep it.",
        or_not(&card.confidence, figures::percent_whole),
        or_not(&card.bootstrap_confidence, figures::percent_whole)
    );
    let imputed = (!card.imputed.is_empty()).then(|| {
        let names: Vec<String> = card.imputed.iter().map(|name| wording::metric(name)).collect();
        view! { <li>{format!("Filled in because it was missing: {}.", wording::list(&names))}</li> }
    });
    view! {
        <h3>{format!("{} {}: {}", wording::glyph(card.segment), card.id, card.segment.name())}</h3>
        <ul>
            {facts.into_iter().collect_view()}
            <li>{sure}</li>
            {imputed}
            {step(&card.frequency_move)}
            {step(&card.loyalty_move)}
        </ul>
    }
    .into_any()
}

fn step(step: &Measured<Move>) -> AnyView {
    match step {
        Measured::Value(step) => {
            let words = format!("To {}: {}", step.to.name(), wording::change(step.change));
            view! { <li>{words}</li> }.into_any()
        }
        Measured::NotMeasured(missing) => {
            let words = format!("{}.", wording::capital(&missing.reason));
            view! { <li>{words}</li> }.into_any()
        }
    }
}
