//! The first screen, like the top of a newspaper page: headline, standfirst, figure, three facts, three caveats.

use std::sync::Arc;

use leptos::prelude::*;

use crate::report::brief::{Brief, Fact};
use crate::report::figures;
use crate::ui::components::card::customer;
use crate::ui::components::departed::departed;
use crate::ui::components::depth::DepthOffer;
use crate::ui::components::downloads::Downloads;
use crate::ui::components::picker::Picker;
use crate::ui::components::section::{absent, item, section, table, wide};
use crate::ui::figure::{Figure, Words};
use crate::ui::route::Page;
use crate::ui::state::{Phase, State};
use crate::view::Overview;

/// The page.
pub fn overview() -> AnyView {
    let state: State = expect_context();
    let drawn = move || match state.shown.get() {
        Some(shown) => front(&shown.view.overview),
        None => opening(state),
    };
    drawn.into_any()
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

fn front(view: &Overview) -> AnyView {
    let brief = &view.brief;
    let segments = match &view.segments {
        Some(drawing) => view! { <Figure words=Words::None drawing=Arc::new(drawing.clone())/> }.into_any(),
        None => absent("No customer could be put in a segment.".to_owned()),
    };
    let map = match &view.map {
        Some(drawing) => wide(view! { <Figure words=Words::Alone drawing=Arc::new(drawing.clone())/> }.into_any()),
        None => ().into_any(),
    };
    let who = if view.who.rows.is_empty() {
        ().into_any()
    } else {
        vec![section("who-is-who", "Who is in them", "", table(view.who.clone())), customer()].into_any()
    };
    view! {
        <article class="front">
            <header class="story">
                <p class="kicker">
                    <span class=format!("verdict {}", view.verdict_class) data-testid="verdict" data-verdict=view.verdict_code.clone()>
                        {brief.verdict.clone()}
                    </span>
                    <a href=Page::Data.href()>{view.gates.clone()}</a>
                </p>
                <h1>{brief.headline.clone()}</h1>
                <p class="standfirst">{brief.standfirst.clone()}</p>
                {recommendation(view)}
                {departed()}
            </header>
            <div class="hero">{segments}</div>
            <div class="beneath">
                <section class="facts" aria-label="Facts">{brief.facts.iter().map(fact).collect::<Vec<AnyView>>()}</section>
                {caveats(brief)}
            </div>
        </article>
        <DepthOffer/>
        {map}
        {who}
        <Downloads/>
        <nav class="onward" aria-label="What to open next">
            {onward(Page::Documents, "Read the decision memo", "The case in one page, with these numbers.")}
            {onward(Page::Segments, "Move the lines", "Where frequent and loyal begin is a choice. See what follows from another.")}
            {onward(Page::Validation, "Check the validation", "What the segments tell apart, and what is only arithmetic.")}
            {onward(Page::Data, "See what was read", "Files, columns, gates. Correct a column and run again.")}
        </nav>
    }
    .into_any()
}

fn onward(page: Page, title: &'static str, words: &'static str) -> AnyView {
    view! { <a href=page.href()><strong>{title}</strong><span>{words}</span></a> }.into_any()
}

fn recommendation(view: &Overview) -> AnyView {
    let brief = &view.brief;
    let because = if brief.because.is_empty() { String::new() } else { [". ", &brief.because].concat() };
    view! {
        <p class="recommendation">
            <span class="label">"Recommendation"</span>
            <strong data-testid="recommendation" data-recommendation=view.recommendation_code.clone()>
                {brief.recommendation.clone()}
            </strong>
            {because}
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
    let more = if brief.more_caveats > 0 {
        let words = format!("{} more in the memo", figures::integer(brief.more_caveats as u64));
        view! { <p class="more"><a href=Page::Documents.href()>{words}</a></p> }.into_any()
    } else {
        ().into_any()
    };
    let points: Vec<AnyView> = brief.caveats.iter().map(|caveat| item(caveat)).collect();
    view! {
        <section class="caveats" aria-labelledby="keep-in-mind">
            <h2 id="keep-in-mind">"Keep in mind"</h2>
            <ul>{points}</ul>
            {more}
        </section>
    }
    .into_any()
}
