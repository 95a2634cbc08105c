//! The six documents, written by the engine from the outcome on screen.

use leptos::prelude::*;

use crate::protocol::{Artifact, Form, PlanDesign, Title};
use crate::segments::findings::Segment;
use crate::ui::components::downloads::Downloads;
use crate::ui::components::section::waiting;
use crate::ui::session::Session;
use crate::ui::state::State;

/// The page.
#[component]
pub fn Documents() -> impl IntoView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let title = RwSignal::new(Title::DecisionMemo);
    let design = RwSignal::new(PlanDesign::default());
    let wanted = move |form| {
        let plan = design.get();
        Artifact::Document { title: title.get(), form, plan: (plan != PlanDesign::default()).then_some(plan) }
    };
    Effect::new(move || {
        state.shown.track();
        let artifact = wanted(Form::Part);
        session.with_value(|session| session.read(artifact));
    });
    let html = move || {
        let run = state.shown.with(|shown| shown.as_ref().map(|shown| shown.recipe.run));
        state.document.with(|document| match document {
            Some((of, Artifact::Document { title: written, .. }, html))
                if Some(*of) == run && *written == title.get() =>
            {
                Some(html.clone())
            }
            _ => None,
        })
    };
    let tabs = Title::ALL
        .into_iter()
        .map(|one| {
            view! {
                <button type="button" class="quiet" data-testid=format!("open-{}", one.name())
                    aria-pressed=move || (title.get() == one).to_string() on:click=move |_| title.set(one)>
                    {one.words()}
                </button>
            }
        })
        .collect_view();
    let save = move |form, words: &'static str, testid: &'static str| {
        view! {
            <button type="button" class="button plain" data-testid=testid disabled=move || state.under_way()
                on:click=move |_| {
                    let artifact = untrack(|| wanted(form));
                    session.with_value(|session| session.download(artifact));
                }>{words}</button>
        }
    };
    let lists = Segment::ALL
        .into_iter()
        .map(|segment| {
            view! {
                <button type="button" class="quiet" data-testid=format!("list-{}", segment.slug()) disabled=move || state.under_way()
                    on:click=move |_| session.with_value(|session| session.download(Artifact::List(segment)))>
                    {move || state.labels.with(|labels| labels.name(segment).to_owned())}
                </button>
            }
        })
        .collect_view();
    view! {
        <nav class="paper-tools" aria-label="Documents">{tabs}</nav>
        <div class="paper-tools">
            <button type="button" class="button plain" on:click=|_| drop(window().print())>"Print"</button>
            {save(Form::Html, "HTML", "save-html")}
            {save(Form::Markdown, "Markdown", "save-markdown")}
        </div>
        <div class="paper-tools" hidden=move || title.get() != Title::ActionPlaybook>
            <span>"Customer lists:"</span>
            {lists}
        </div>
        <div class="paper-tools" hidden=move || title.get() != Title::ExperimentPlan>
            {choice("Smallest change worth acting on", "plan-effect", &[0.02, 0.05, 0.1, 0.2, 0.3, 0.5], 0.1,
                move |value| design.update(|design| design.relative_effect = value))}
            {choice("Treated", "plan-treated", &[0.5, 0.7, 0.8, 0.9], 0.5,
                move |value| design.update(|design| design.treatment_share = value))}
            {choice("Alpha", "plan-alpha", &[0.01, 0.05, 0.1], 0.05,
                move |value| design.update(|design| design.alpha = value))}
            {choice("Power", "plan-power", &[0.8, 0.9, 0.95], 0.8,
                move |value| design.update(|design| design.power = value))}
        </div>
        {move || match html() {
            Some(html) => view! { <div class="written" inner_html=html></div> }.into_any(),
            // A document brings its headline along.
            None => super::untitled(title.get().words(), waiting()),
        }}
        <Downloads/>
    }
}

/// One parameter of the plan.
fn choice(
    words: &'static str,
    testid: &'static str,
    values: &'static [f64],
    chosen: f64,
    set: impl Fn(f64) + 'static,
) -> AnyView {
    let options = values
        .iter()
        .map(|value| {
            let percent = crate::report::figures::percent_to(*value, 0);
            view! { <option value=value.to_string() selected=*value == chosen>{percent}</option> }
        })
        .collect_view();
    view! {
        <label>{words}" "
            <select data-testid=testid on:change=move |event| {
                // Found by its text: reading floats would bring a table as large as the rest of this page.
                let chosen = event_target_value(&event);
                if let Some(value) = values.iter().find(|value| value.to_string() == chosen) {
                    set(*value);
                }
            }>{options}</select>
        </label>
    }
    .into_any()
}
