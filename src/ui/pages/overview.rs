//! The first screen, like the top of a newspaper page: headline, standfirst, figure, three facts, three caveats.

use std::sync::Arc;

use leptos::prelude::*;

use crate::chart::sketch::Sketch;
use crate::report::brief::{Brief, Fact};
use crate::report::document::Table;
use crate::report::figures;
use crate::ui::components::card::customer;
use crate::ui::components::departed::departed;
use crate::ui::components::depth::DepthOffer;
use crate::ui::components::downloads::Downloads;
use crate::ui::components::picker::Picker;
use crate::ui::components::piecewise::Turns;
use crate::ui::components::section::{absent, item, section, table, wide};
use crate::ui::figure::{Figure, Words};
use crate::ui::json;
use crate::ui::route::Page;
use crate::ui::state::{Phase, State};
use crate::view::Overview;

/// The page.
pub fn overview() -> AnyView {
    let state: State = expect_context();
    let any = Memo::new(move |_| state.shown.with(Option::is_some));
    let drawn = move || if any.get() { front(state) } else { opening(state) };
    drawn.into_any()
}

/// Before the first result.
fn opening(state: State) -> AnyView {
    let idle = Memo::new(move |_| state.phase.with(|phase| matches!(phase, Phase::Ready | Phase::Failed(_))));
    view! {
        // The words of index.html and no more of them: the browser takes the largest text for what the page was waited
        // for, and that was there before any script.
        <article class="opening">
            <h1>"A customer segmentation you can defend"</h1>
            <p class="standfirst">
                "Drop an order extract on this page. Your browser reads it, tests whether clusters are real, puts every \
                 customer in one of four segments by a published rule, and says no when the data cannot support one. Nothing is \
                 uploaded."
            </p>
            {move || if idle.get() {
                view! {
                    <div class="drop-invitation">
                        <p><strong>"Drop Parquet or CSV files here"</strong>", or anywhere on this page."</p>
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

/// A part of the first screen, drawn anew only when it changes.
fn part<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    state: State,
    pick: fn(&Overview) -> &T,
    draw: fn(T) -> AnyView,
) -> AnyView {
    let part = Memo::new(move |_| {
        state.shown.with(|shown| {
            shown.as_ref().map(|shown| pick(json::open(&shown.view.overview)).clone()).unwrap_or_default()
        })
    });
    (move || draw(part.get())).into_any()
}

fn front(state: State) -> AnyView {
    // The words alone: figure, map and table are parts of their own.
    let words = Memo::new(move |_| {
        state.shown.with(|shown| {
            shown.as_ref().map(|shown| {
                let all = json::open(&shown.view.overview);
                Overview {
                    brief: all.brief.clone(),
                    verdict_code: all.verdict_code.clone(),
                    verdict_class: all.verdict_class.clone(),
                    gates: all.gates.clone(),
                    recommendation_code: all.recommendation_code.clone(),
                    ..Overview::default()
                }
            })
        })
    });
    let mut turns = Turns::begin();
    let hero = turns.part(move || part(state, |all| &all.segments, segments));
    let beneath = turns.part(move || (move || words.get().map(|words| beneath(&words.brief))).into_any());
    let below = [
        turns.part(|| view! { <DepthOffer/> }.into_any()),
        turns.part(move || part(state, |all| &all.map, map)),
        turns.part(move || part(state, |all| &all.who, who)),
        turns.part(move || look_up(state)),
        turns.part(|| view! { <Downloads/> }.into_any()),
        turns.part(all_onward),
    ];
    turns.take();
    view! {
        <article class="front">
            {move || words.get().map(|words| story(&words))}
            <div class="hero">{hero}</div>
            {beneath}
        </article>
        {below.into_iter().collect::<Vec<_>>()}
    }
    .into_any()
}

fn look_up(state: State) -> AnyView {
    let anyone = Memo::new(move |_| {
        state
            .shown
            .with(|shown| shown.as_ref().is_some_and(|shown| !json::open(&shown.view.overview).who.rows.is_empty()))
    });
    (move || anyone.get().then(customer)).into_any()
}

fn all_onward() -> AnyView {
    view! {
        <nav class="onward" aria-label="What to open next">
            {onward(Page::Documents, "Read the decision memo", "The case in one page, with these numbers.")}
            {onward(Page::Segments, "Move the lines", "Where frequent and loyal begin is a choice. See what follows from another.")}
            {onward(Page::Validation, "Check the validation", "What the segments tell apart, and what is only arithmetic.")}
            {onward(Page::Data, "See what was read", "Files, columns, gates. Correct a column and run again.")}
        </nav>
    }
    .into_any()
}

fn story(view: &Overview) -> AnyView {
    let brief = &view.brief;
    view! {
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
    }
    .into_any()
}

fn beneath(brief: &Brief) -> AnyView {
    view! {
        <div class="beneath">
            <section class="facts" aria-label="Facts">{brief.facts.iter().map(fact).collect::<Vec<AnyView>>()}</section>
            {caveats(brief)}
        </div>
    }
    .into_any()
}

fn segments(sketch: Option<Sketch>) -> AnyView {
    match sketch {
        Some(sketch) => view! { <Figure words=Words::None sketch=Arc::new(sketch)/> }.into_any(),
        None => absent("No customer could be put in a segment.".to_owned()),
    }
}

fn map(sketch: Option<Sketch>) -> AnyView {
    match sketch {
        Some(sketch) => wide(view! { <Figure words=Words::Alone sketch=Arc::new(sketch)/> }.into_any()),
        None => ().into_any(),
    }
}

fn who(found: Table) -> AnyView {
    if found.rows.is_empty() { ().into_any() } else { section("who-is-who", "Who is in them", "", table(found)) }
}

fn onward(page: Page, title: &'static str, words: &'static str) -> AnyView {
    view! { <a href=page.href()><strong>{title}</strong><span>{words}</span></a> }.into_any()
}

fn recommendation(view: &Overview) -> AnyView {
    let brief = &view.brief;
    let because = if brief.because.is_empty() {
        view! { ". "<a href=Page::Documents.href()>"The decision memo"</a>" has the case." }.into_any()
    } else {
        [". ", &brief.because].concat().into_any()
    };
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
