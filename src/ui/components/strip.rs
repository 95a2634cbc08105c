//! The strip under the masthead: which extract is on screen, or how far the run is. Its height does not change, so
//! that nothing below it jumps.

use leptos::prelude::*;

use crate::report::figures;
use crate::ui::dom;
use crate::ui::prose;
use crate::ui::session::Session;
use crate::ui::state::{Phase, Progress, Shown, Source, State};
use crate::view::going::going;

/// The strip.
#[component]
pub fn Strip() -> impl IntoView {
    let state: State = expect_context();
    let going = Memo::new(move |_| state.under_way());
    view! {
        <section class="strip" id="strip" tabindex="-1" aria-label="Extract and progress" data-testid="drop-zone">
            {move || if going.get() { view! { <Going/> }.into_any() } else { view! { <Standing/> }.into_any() }}
        </section>
    }
}

/// A run under way.
#[component]
fn Going() -> impl IntoView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let progress = move || {
        state.phase.with(|phase| match phase {
            Phase::Running(progress) => Some(progress.clone()),
            _ => None,
        })
    };
    let percent = move || {
        progress().filter(|now| now.total > 0).map(|now| now.done.min(now.total).saturating_mul(100) / now.total)
    };
    let stage = Memo::new(move |_| {
        state.phase.with(|phase| match phase {
            Phase::Loading => "Loading the analysis engine and the demo extract".to_owned(),
            Phase::Inspecting => "Looking at the files".to_owned(),
            Phase::Running(Progress { stopping: true, .. }) => "Stopping".to_owned(),
            Phase::Running(progress) => prose::stage(&progress.stage),
            _ => String::new(),
        })
    });
    let far = Memo::new(move |_| {
        progress().map(|now| going(&now.stage, now.done, now.total, (dom::now() - now.since) / 1e3)).unwrap_or_default()
    });
    view! {
        <div class="going" data-testid="progress" role="progressbar" aria-label="Progress of the analysis"
            aria-valuemin="0" aria-valuemax="100" aria-valuenow=move || percent().map(|value| value.to_string())
            aria-valuetext=move || format!("{} {}", stage.get(), far.with(|far| far.amount.clone()))>
            <span class="going-bar" class:unknown=move || percent().is_none()
                style:width=move || percent().map_or_else(String::new, |value| format!("{value}%"))></span>
        </div>
        <p class="strip-words" aria-live="polite"><strong data-testid="stage">{move || stage.get()}</strong></p>
        <p class="strip-more amount">
            {move || far.with(|far| {
                let rate = if far.rate.is_empty() { String::new() } else { format!(" · {}", far.rate) };
                let left = far.left.clone();
                view! {
                    <span class="strip-count">{far.amount.clone()}</span>
                    <span class="strip-rate">{rate}</span>
                    {(!left.is_empty()).then(|| view! { <span class="strip-left" data-testid="time-left">{left}</span> })}
                }
            })}
        </p>
        {move || state.busy().then(|| view! {
            <button type="button" class="button small" data-testid="cancel"
                on:click=move |_| session.with_value(Session::cancel)>"Cancel"</button>
        })}
    }
}

/// The extract on screen.
#[component]
fn Standing() -> impl IntoView {
    let state: State = expect_context();
    move || {
        state.shown.with(|shown| match shown.as_deref() {
            None => view! {
                <p class="strip-words"><strong>"No extract yet."</strong>" Drop Parquet or CSV files of orders anywhere on this page."</p>
            }
            .into_any(),
            Some(shown) => standing(shown),
        })
    }
}

fn standing(shown: &Shown) -> AnyView {
    let strip = &shown.view.strip;
    let time = shown.millis.map(|millis| format!(", analysed in this tab in {}", figures::duration(millis)));
    let details = format!(": {}{}.", strip.size, time.unwrap_or_default());
    let own = "Read and analysed on this device; nothing was sent.";
    let (title, long, short) = if shown.recipe.source == Source::Demo {
        (
            "Demo on synthetic data".to_owned(),
            "Your own: drop files anywhere, or open them above. They stay on this device.",
            "Your own: open files above. They stay here.",
        )
    } else {
        (strip.files.clone(), own, own)
    };
    view! {
        <p class="strip-words"><strong>{title}</strong><span class="strip-long">{details}</span></p>
        <p class="strip-more"><span class="strip-long">{long}</span><span class="strip-short">{short}</span></p>
    }
    .into_any()
}
