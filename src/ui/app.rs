//! The frame of the page: masthead, the strip that tells what is going on, the page of the address, the footer.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;

use super::components::masthead::Masthead;
use super::components::notices::Notices;
use super::components::problem::Problem;
use super::components::strip::Strip;
use super::dom;
use super::figure;
use super::pages::{about, clustering, data, documents, features, monitor, overview, segments, validation};
use super::route::{self, Page};
use super::session::Session;
use super::shell::{self, Shell};
use super::state::State;
use crate::report::figures;

/// The whole page.
#[component]
pub fn App() -> impl IntoView {
    let state = State::new();
    provide_context(state);
    figure::provide_viewport();
    shell::provide();
    let session = Session::provide(state);
    let page = route::follow();

    // `document.documentElement.dataset.state`, and the title of the tab.
    Effect::new(move || {
        let name = state.phase.with(super::state::Phase::name);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-state", name);
        }
    });
    // Which run the page shows, for whoever measures when a verdict stands on it (`make bench`).
    Effect::new(move || {
        let run = state.shown.with(|shown| shown.as_ref().map(|shown| shown.recipe.run.0.to_string()));
        if let (Some(root), Some(run)) = (document().document_element(), run) {
            let _ = root.set_attribute("data-shown", &run);
        }
    });
    Effect::new(move || {
        let what = page.get().title();
        document().set_title(&format!("{what} · Quadrant: a customer segmentation you can defend"));
    });
    drop_anywhere(state, session.clone());
    // What stands below the first screen comes in a task of its own.
    let (below, set_below) = signal(false);
    set_timeout(move || set_below.set(true), Duration::ZERO);
    // After first paint: two frames later the engine and the demo are asked for.
    request_animation_frame(move || request_animation_frame(move || session.begin()));

    view! {
        <a class="skip" href="#main" on:click=to_main>"Skip to the result"</a>
        <Masthead page=page/>
        <Strip/>
        <main id="main" tabindex="-1">
            <Notices/>
            <Problem/>
            {move || match page.get() {
                Page::Overview => overview::overview(),
                Page::Data => data::data(),
                Page::Features => features::features(),
                Page::Clustering => clustering::clustering(),
                Page::Segments => segments::segments(),
                Page::Validation => validation::validation(),
                Page::Documents => documents::Documents().into_any(),
                Page::Monitor => monitor::monitor(),
                Page::About => about::About().into_any(),
            }}
        </main>
        {move || below.get().then(footer)}
        <div class="drop-veil" class:shown=move || state.dragging.get() aria-hidden="true">
            <p>"Let go to read these files here, in this tab"</p>
        </div>
    }
}

fn footer() -> AnyView {
    view! {
        <footer class="footer">
            <p>"Quadrant reads your files in this tab. Nothing is uploaded; the page’s security policy forbids it."</p>
            <p>{requests()}</p>
            <p>{format!("Version {}", crate::pipeline::outcome::Build::current().version)}" · "<a href=Page::About.href()>"How it works"</a></p>
        </footer>
    }
    .into_any()
}

/// How many requests went out since everything had loaded: none, if we keep our word.
fn requests() -> impl IntoView {
    let shell: Shell = expect_context();
    move || {
        shell.requests.get().map(|count| {
            view! {
                "Requests since this page has loaded: "
                <strong data-testid="requests-since-load">{figures::integer(u64::from(count))}</strong>
                ". Go offline and try."
            }
        })
    }
}

/// The fragment is the route, so the skip link moves the focus itself.
fn to_main(event: ev::MouseEvent) {
    event.prevent_default();
    dom::focus("main");
}

/// Files may be dropped anywhere in the window.
fn drop_anywhere(state: State, session: Session) {
    let over = window_event_listener(ev::dragover, move |event| {
        event.prevent_default();
        if !state.dragging.get_untracked() {
            state.dragging.set(true);
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event| {
        // Leaving the window, not one element for another.
        if event.related_target().is_none() {
            state.dragging.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        event.prevent_default();
        state.dragging.set(false);
        session.put_down(dom::files_dropped(event.data_transfer()));
    });
    // The page lives as long as the tab.
    std::mem::forget((over, leave, dropped));
}
