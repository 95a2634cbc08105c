//! The strip under the masthead: which extract is on screen, or how far the run is. Its height does not change, so
//! that nothing below it jumps.

use leptos::prelude::*;

use crate::report::figures;
use crate::ui::prose;
use crate::ui::session::Session;
use crate::ui::state::{Phase, Progress, Shown, Source, State};

/// The strip.
#[component]
pub fn Strip() -> impl IntoView {
    let state: State = expect_context();
    let going = Memo::new(move |_| state.under_way());
    view! {
        <section class="strip" aria-label="Extract and progress" data-testid="drop-zone">
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
    let amount = move || {
        progress()
            .filter(|now| now.total > 1)
            .map(|now| format!("{} of {}", figures::integer(now.done.min(now.total)), figures::integer(now.total)))
            .unwrap_or_default()
    };
    view! {
        <div class="going" data-testid="progress" role="progressbar" aria-label="Progress of the analysis"
            aria-valuemin="0" aria-valuemax="100" aria-valuenow=move || percent().map(|value| value.to_string())
            aria-valuetext=move || format!("{} {}", stage.get(), amount())>
            <span class="going-bar" class:unknown=move || percent().is_none()
                style:width=move || percent().map_or_else(String::new, |value| format!("{value}%"))></span>
        </div>
        <p class="strip-words" aria-live="polite"><strong data-testid="stage">{move || stage.get()}</strong></p>
        <p class="strip-more amount">{amount}</p>
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
                <p class="strip-words"><strong>"No extract yet."</strong>" Drop Parquet files of orders anywhere on this page."</p>
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
    let (title, promise) = if shown.recipe.source == Source::Demo {
        ("Demo on synthetic data".to_owned(), "Your own: drop Parquet files anywhere. They stay on this device.")
    } else {
        (strip.files.clone(), "Read and analysed on this device; nothing was sent.")
    };
    view! {
        <p class="strip-words"><strong>{title}</strong><span class="strip-long">{details}</span></p>
        <p class="strip-more">{promise}</p>
    }
    .into_any()
}
