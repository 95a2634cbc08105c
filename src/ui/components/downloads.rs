//! The files to hand on, made by the engine from the outcome on screen.

use leptos::prelude::*;

use crate::protocol::Artifact;
use crate::ui::session::Session;
use crate::ui::state::State;

/// What can be had: artifact, test id, file name, what it is for.
fn offers() -> [(Artifact, &'static str, &'static str, &'static str); 5] {
    [
        (
            Artifact::AssignmentsParquet,
            "download-assignments-parquet",
            "assignments.parquet",
            "every customer with segment, scores, percentiles and confidence; ids as they came",
        ),
        (Artifact::AssignmentsCsv, "download-assignments-csv", "assignments.csv", "the same for a spreadsheet"),
        (
            Artifact::FeaturesParquet,
            "download-features-parquet",
            "features.parquet",
            "every customer with all features, for a model of your own",
        ),
        (Artifact::MemoMarkdown, "download-memo", "decision_memo.md", "the decision memo with these numbers"),
        (
            Artifact::ResultsJson,
            "download-results",
            "results.json",
            "every number on these pages, under names that do not change",
        ),
    ]
}

/// The list of files.
#[component]
pub fn Downloads() -> impl IntoView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let rows = offers()
        .into_iter()
        .map(|(artifact, testid, name, what)| {
            let (mine, wanted) = (artifact.clone(), artifact);
            let making = Memo::new(move |_| state.making.with(|making| making.as_ref() == Some(&mine)));
            view! {
                <li>
                    <button type="button" class="file" data-testid=testid disabled=move || state.under_way()
                        on:click=move |_| session.with_value(|session| session.download(wanted.clone()))>
                        <span class="file-name">{name}</span>
                        <span class="file-what">{move || if making.get() { "being made…" } else { what }}</span>
                    </button>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section downloads" aria-labelledby="hand-over">
            <h2 id="hand-over">"Take it with you"</h2>
            <ul>{rows}</ul>
        </section>
    }
}
