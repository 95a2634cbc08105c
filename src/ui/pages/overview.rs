//! The first screen, like the top of a newspaper page: headline, standfirst, figure, three facts, three caveats.

use std::sync::Arc;

use leptos::prelude::*;

use crate::chart::{mosaic, segment_map};
use crate::decision::findings::{Recommendation, Verdict};
use crate::readiness::findings::Status;
use crate::report::brief::{self, Brief, Fact};
use crate::report::{figures, tables};
use crate::ui::components::card::Customer;
use crate::ui::components::depth::DepthOffer;
use crate::ui::components::downloads::Downloads;
use crate::ui::components::picker::Picker;
use crate::ui::components::section::{absent, section, table};
use crate::ui::figure::{Figure, Words};
use crate::ui::route::Page;
use crate::ui::state::{Phase, Shown, State};

/// The page.
#[component]
pub fn Overview() -> impl IntoView {
    let state: State = expect_context();
    move || match state.shown.get() {
        Some(shown) => front(&shown),
        None => opening(state),
    }
}

/// Before the first result.
fn opening(state: State) -> AnyView {
    let idle = Memo::new(move |_| state.phase.with(|phase| matches!(phase, Phase::Ready | Phase::Failed(_))));
    view! {
        <article class="opening">
            <h1>"A customer segmentation you can defend"</h1>
            <p class="standfirst">
                "Drop an order extract on this page. Your browser reads it, tests whether clusters are real, puts every \
                 customer in one of four segments by a published rule, and says no when the data cannot support one."
            </p>
            {move || if idle.get() {
                view! {
                    <div class="drop-invitation">
                        <p><strong>"Drop Parquet files here"</strong>", or anywhere on this page."</p>
                        <p>
                            "Orders and order lines, one wide file, or one row per customer. Columns are recognised by name, \
                             type and content, and you can correct them."
                        </p>
                        <Picker label="Choose files" testid="file-input-opening"/>
                    </div>
                }.into_any()
            } else {
                view! { <p class="waiting">"A finished case on synthetic data is on its way."</p> }.into_any()
            }}
        </article>
    }
    .into_any()
}

fn front(shown: &Arc<Shown>) -> AnyView {
    let results = &shown.outcome.results;
    let brief = brief::brief(results);
    let (code, class) = match results.readiness.verdict {
        Verdict::Go => ("go", "pass"),
        Verdict::GoWithCaveats => ("go_with_caveats", "caveat"),
        Verdict::NoGo => ("no_go", "fail"),
    };
    let passed = results.readiness.gates.iter().filter(|gate| gate.status == Status::Pass).count();
    let gates = format!("{passed} of {} gates pass", results.readiness.gates.len());
    let drawn = shown.clone();
    view! {
        <article class="front">
            <header class="story">
                <p class="kicker">
                    <span class=format!("verdict {class}") data-testid="verdict" data-verdict=code>{brief.verdict}</span>
                    <a href=Page::Data.href()>{gates}</a>
                </p>
                <h1>{brief.headline.clone()}</h1>
                <p class="standfirst">{brief.standfirst.clone()}</p>
                {recommendation(&brief, results.decision.recommendation)}
            </header>
            <div class="hero">
                {if results.segments.iter().any(|segment| segment.count > 0) {
                    view! {
                        <Figure words=Words::None draw=move |frame| Some(mosaic::draw(&drawn.outcome.results, frame))/>
                    }.into_any()
                } else {
                    absent("No customer could be put in a segment.".to_owned())
                }}
            </div>
            <div class="beneath">
                <section class="facts" aria-label="Facts">{brief.facts.iter().map(fact).collect_view()}</section>
                {caveats(&brief)}
            </div>
        </article>
        <DepthOffer/>
        {map(shown)}
        {(!results.segments.is_empty()).then(|| section("who-is-who", "Who is in them", "", table(tables::segments_table(results))))}
        {(!results.segments.is_empty()).then(|| view! { <Customer/> })}
        <Downloads/>
        <nav class="onward" aria-label="What to open next">
            <a href=Page::Documents.href()><strong>"Read the decision memo"</strong><span>"The case in one page, with these numbers."</span></a>
            <a href=Page::Validation.href()><strong>"Check the validation"</strong><span>"What the segments tell apart, and what is only arithmetic."</span></a>
            <a href=Page::Data.href()><strong>"See what was read"</strong><span>"Files, columns, gates. Correct a column and run again."</span></a>
        </nav>
    }
    .into_any()
}

fn recommendation(brief: &Brief, recommendation: Recommendation) -> AnyView {
    let code = match recommendation {
        Recommendation::Rule => "rule",
        Recommendation::Clusters => "clusters",
        Recommendation::Refuse => "refuse",
    };
    view! {
        <p class="recommendation">
            <span class="label">"Recommendation"</span>
            <strong data-testid="recommendation" data-recommendation=code>{brief.recommendation}</strong>
            {(!brief.because.is_empty()).then(|| format!(". {}", brief.because))}
        </p>
    }
    .into_any()
}

fn fact(fact: &Fact) -> AnyView {
    view! {
        <div class="fact">
            <p class="fact-figure">{fact.figure.clone()}</p>
            <p class="fact-title"><a href=format!("#/{}", fact.more)>{fact.title.clone()}</a></p>
            <p class="fact-text">{fact.text.clone()}</p>
        </div>
    }
    .into_any()
}

fn caveats(brief: &Brief) -> AnyView {
    if brief.caveats.is_empty() {
        return ().into_any();
    }
    let more = (brief.more_caveats > 0).then(|| {
        let words = format!("{} more in the memo", figures::integer(brief.more_caveats as u64));
        view! { <p class="more"><a href=Page::Documents.href()>{words}</a></p> }
    });
    view! {
        <section class="caveats" aria-labelledby="keep-in-mind">
            <h2 id="keep-in-mind">"Keep in mind"</h2>
            <ul>{brief.caveats.iter().map(|caveat| view! { <li>{caveat.clone()}</li> }).collect_view()}</ul>
            {more}
        </section>
    }
    .into_any()
}

fn map(shown: &Arc<Shown>) -> AnyView {
    if shown.outcome.drawings.score_density.value().is_none() || shown.outcome.results.thresholds.value().is_none() {
        return ().into_any();
    }
    let shown = shown.clone();
    view! {
        <section class="section wide">
            <Figure draw=move |frame| {
                let outcome = &shown.outcome;
                let density = outcome.drawings.score_density.value()?;
                segment_map::draw(&outcome.results, density, frame)
            }/>
        </section>
    }
    .into_any()
}
