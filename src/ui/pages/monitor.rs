//! A later extract beside its baseline: keep, watch, alert or recalibrate. Scoring, receipts, and the time within the
//! extract on screen.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Artifact, Plot, WindowFile};
use crate::ui::components::picker::Picker;
use crate::ui::components::section::{item, live, section, sections};
use crate::ui::json;
use crate::ui::session::Session;
use crate::ui::state::{Source, State, Tray};
use crate::view::monitor::{Ready, TrayView, Verified, Watched};

/// The page.
pub fn monitor() -> AnyView {
    let state: State = expect_context();
    view! {
        <header class="page-head">
            <h1>"Has anything moved?"</h1>
            <p class="standfirst">
                "Score a later extract at frozen thresholds and learn whether to keep them. Or drop a receipt with its files \
                 and see whether a result can be repeated."
            </p>
        </header>
        {files(state)}
        {move || state.verified.get().map(|found| verified(&found))}
        {move || state.watched.get().map(|(_, _, found)| watched(state, &found))}
        {live(|pages| json::open(&pages.monitor).as_slice())}
    }
    .into_any()
}

fn files(state: State) -> AnyView {
    let tray = move || state.tray.get();
    let held = move || tray().and_then(|tray: Tray| tray.view).map(|view| list(&view));
    section(
        "later-files",
        "The files",
        "A baseline.json, the later extract, and where you have them the assignments and drift.json of the window before. \
         All at once or one after the other, in any order; each is recognised by its content.",
        view! {
            <p class="baseline-now" data-testid="baseline-now">{move || baseline(state)}</p>
            {held}
            <div class="tray-actions">
                <Picker label="Choose files" later=true testid="file-input-later" class="button"/>
                {move || actions(state)}
            </div>
            {move || rehearsal(state)}
        }
        .into_any(),
    )
}

/// Which baseline counts.
fn baseline(state: State) -> String {
    let own = state.tray.with(|tray| tray.as_ref().and_then(|tray| tray.view.as_ref()?.baseline.clone()));
    let shown = || {
        state.shown.with(|shown| {
            shown.as_ref().filter(|shown| shown.millis.is_some()).map(|shown| shown.view.strip.size.clone())
        })
    };
    match (own, shown()) {
        (Some(baseline), _) => format!("Baseline: {baseline}."),
        (None, Some(size)) => format!("Baseline: the result on screen ({size}), until you add a baseline.json."),
        (None, None) => "Baseline: none yet. Add a baseline.json, or analyse an extract first.".to_owned(),
    }
}

fn list(view: &TrayView) -> AnyView {
    let rows = view.files.iter().map(|file| {
        let (name, label) = (file.name.clone(), format!("Take {} off", file.name));
        let session = StoredValue::new_local(Session::expect());
        view! {
            <li>
                <strong>{file.name.clone()}</strong>
                <span class="tray-kind">{file.kind.clone()}</span>
                <span class="tray-note">{file.note.clone()}</span>
                <button type="button" class="quiet" aria-label=label
                    on:click=move |_| session.with_value(|session| session.take_off(&name))>"Take off"</button>
            </li>
        }
    });
    let words = match view.ready {
        Ready::NeedsExtract => "Now the files of the later extract.".to_owned(),
        Ready::NeedsFiles => format!("Now the files that the receipt names: {}.", view.wanted),
        _ => String::new(),
    };
    view! {
        <ul class="tray" data-testid="tray">{rows.collect_view()}</ul>
        <p class="tray-words">{words}</p>
    }
    .into_any()
}

fn actions(state: State) -> AnyView {
    let Some(view) = state.tray.get().and_then(|tray| tray.view) else { return ().into_any() };
    let finished = state.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.millis.is_some()));
    let session = StoredValue::new_local(Session::expect());
    let button = move |words: &'static str, testid: &'static str, act: fn(&Session)| {
        view! {
            <button type="button" class="button plain" data-testid=testid disabled=move || state.under_way()
                on:click=move |_| session.with_value(act)>{words}</button>
        }
    };
    let compare =
        matches!(view.ready, Ready::Compare | Ready::Both) || (view.ready == Ready::NeedsBaseline && finished);
    let verify = matches!(view.ready, Ready::Verify | Ready::Both);
    let with_own = view.ready == Ready::NeedsFiles && finished;
    let given =
        view.files.iter().find(|file| file.kind == "baseline").filter(|_| finished).map(|file| file.name.clone());
    let instead = given.map(|name| {
        view! {
            <button type="button" class="button plain" data-testid="own-baseline" disabled=move || state.under_way()
                on:click=move |_| session.with_value(|session| session.take_off(&name))>
                "Use the result on screen as the baseline"
            </button>
        }
    });
    view! {
        {compare.then(|| button("Compare", "compare", |session| session.watch(false)))}
        {verify.then(|| button("Verify the receipt", "verify", Session::verify))}
        {with_own.then(|| button("Verify with the files in hand", "verify", Session::verify))}
        {instead}
    }
    .into_any()
}

/// Without a later extract of one's own: one made up from the demo.
fn rehearsal(state: State) -> AnyView {
    let demo = state.shown.with(|shown| {
        shown.as_ref().is_some_and(|shown| shown.recipe.source == Source::Demo && shown.millis.is_some())
    });
    if !demo || state.tray.with(Option::is_some) {
        return ().into_any();
    }
    let session = StoredValue::new_local(Session::expect());
    let again = state.watched.with(|watched| watched.as_ref().is_some_and(|(_, _, found)| !found.synthetic.is_empty()));
    let offers = Plot::ALL.map(|plot| {
        view! {
            <button type="button" class="button small plain" data-testid=format!("rehearse-{plot:?}").to_ascii_lowercase()
                disabled=move || state.under_way()
                on:click=move |_| session.with_value(|session| session.rehearse(plot))>{plot.words()}</button>
        }
    });
    let words = if again {
        "And the window after that? What came before counts: an alert needs two windows in a row."
    } else {
        "No second extract at hand? Let the demo’s customers live on: a synthetic later window is made up here, in this tab, \
         in which"
    };
    view! {
        <div class="rehearsal">
            <p>{words}</p>
            <div class="tray-actions">{offers.into_iter().collect_view()}</div>
        </div>
    }
    .into_any()
}

fn verified(found: &Verified) -> AnyView {
    let (class, word) = if found.identical { ("pass", "identical") } else { ("fail", "differs") };
    let points: Vec<AnyView> = found.differences.iter().map(|difference| item(difference)).collect();
    section(
        "receipt",
        "The receipt",
        "",
        view! {
            <p class="kicker"><span class=format!("verdict {class}") data-testid="receipt" data-receipt=word>{if found.identical { "Identical" } else { "Differs" }}</span></p>
            <p>{found.words.clone()}</p>
            {(!points.is_empty()).then(|| view! { <ul class="points">{points}</ul> })}
        }
        .into_any(),
    )
}

fn watched(state: State, found: &Arc<Watched>) -> AnyView {
    let session = StoredValue::new_local(Session::expect());
    let synthetic = (!found.synthetic.is_empty())
        .then(|| view! { <p class="callout" data-testid="synthetic">{found.synthetic.clone()}</p> });
    let overlap = found.overlapping.then(|| {
        view! {
            <button type="button" class="button plain" data-testid="allow-overlap" disabled=move || state.under_way()
                on:click=move |_| session.with_value(|session| session.watch(true))>"The windows are meant to overlap: compare"</button>
        }
    });
    view! {
        <header class="story call" aria-live="polite">
            {synthetic}
            <p class="kicker">
                <span class=format!("verdict {}", found.class) data-testid="call" data-call=found.call.clone()>{found.verdict.clone()}</span>
                <span>{found.byline.clone()}</span>
            </p>
            <h2 class="call-title">{found.title.clone()}</h2>
            <p class="standfirst">{found.standfirst.clone()}</p>
            {overlap}
        </header>
        {sections(&found.sections)}
        {downloads(state, found.call != "scored")}
    }
    .into_any()
}

/// The files of the later window.
fn downloads(state: State, compared: bool) -> AnyView {
    let session = StoredValue::new_local(Session::expect());
    let drift: &[(WindowFile, &str, &str, &str)] = if compared {
        &[
            (WindowFile::DriftHtml, "download-drift-html", "drift.html", "this report as a document"),
            (WindowFile::DriftMarkdown, "download-drift-md", "drift.md", "the same as Markdown"),
            (WindowFile::DriftJson, "download-drift-json", "drift.json", "for machines, and for the next comparison"),
        ]
    } else {
        &[]
    };
    let scored = [
        (
            WindowFile::ScoredParquet,
            "download-scored-parquet",
            "assignments.parquet",
            "every customer with status, segment, scores and confidence",
        ),
        (WindowFile::ScoredCsv, "download-scored-csv", "assignments.csv", "the same for a spreadsheet"),
    ];
    let rows = drift.iter().chain(&scored).copied().map(|(file, testid, name, what)| {
        let making = Memo::new(move |_| state.making.with(|making| *making == Some(Artifact::Window(file))));
        view! {
            <li>
                <button type="button" class="file" data-testid=testid disabled=move || state.under_way()
                    on:click=move |_| session.with_value(|session| session.download_window(file))>
                    <span class="file-name">{name}</span>
                    <span class="file-what">{move || if making.get() { "being made…" } else { what }}</span>
                </button>
            </li>
        }
    });
    view! {
        <section class="section downloads" aria-labelledby="window-files">
            <h2 id="window-files">"Take this window with you"</h2>
            <ul>{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}
