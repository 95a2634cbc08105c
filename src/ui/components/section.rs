//! A section of a page: a heading, its words, and what stands in it.

use std::sync::Arc;

use leptos::prelude::*;

use super::table::{gates, table_view};
use crate::clustering::exact::Solution;
use crate::report::document::Table;
use crate::ui::figure::{Figure, Words};
use crate::ui::session::Session;
use crate::ui::state::State;
use crate::view::pages::Pages;
use crate::view::{Piece, Section};

/// A section with a heading and a sentence of introduction.
pub fn section(id: &str, title: &str, lead: &str, body: AnyView) -> AnyView {
    let (id, by, lead) = (id.to_owned(), id.to_owned(), lead.to_owned());
    let lead = if lead.is_empty() { ().into_any() } else { view! { <p class="lead">{lead}</p> }.into_any() };
    view! {
        <section class="section" aria-labelledby=by>
            <h2 id=id>{title.to_owned()}</h2>
            {lead}
            {body}
        </section>
    }
    .into_any()
}

/// A section without a heading of its own, for a figure that brings one.
pub fn wide(body: AnyView) -> AnyView {
    view! { <section class="section wide">{body}</section> }.into_any()
}

/// Sections of the outcome on screen. Each is drawn anew only when it changes itself, so that a better outcome does not
/// take a reader's place, selection or open table from them.
pub fn live(pick: fn(&Pages) -> &[Section]) -> AnyView {
    let state: State = expect_context();
    let read = move |find: &dyn Fn(&[Section]) -> Option<Section>| {
        state.shown.with(|shown| shown.as_ref().and_then(|shown| find(pick(&shown.view))))
    };
    let names = Memo::new(move |_| {
        state.shown.with(|shown| shown.as_ref().map(|shown| names(pick(&shown.view))).unwrap_or_default())
    });
    view! {
        <For each=move || names.get() key=Clone::clone children=move |name| {
            let section = Memo::new(move |_| read(&|all| {
                let at = names_at(all, &name)?;
                all.get(at).cloned()
            }));
            move || section.get().map(|section| one(&section))
        }/>
    }
    .into_any()
}

/// A section's name: its id, or for those without one its place among them.
fn names(all: &[Section]) -> Vec<(String, usize)> {
    let mut nameless = 0;
    all.iter()
        .map(|section| {
            nameless += usize::from(section.id.is_empty());
            (section.id.clone(), if section.id.is_empty() { nameless } else { 0 })
        })
        .collect()
}

fn names_at(all: &[Section], name: &(String, usize)) -> Option<usize> {
    names(all).iter().position(|found| found == name)
}

/// Sections as the engine made them.
pub fn sections(all: &[Section]) -> AnyView {
    all.iter().map(one).collect::<Vec<AnyView>>().into_any()
}

fn one(section: &Section) -> AnyView {
    let alone = section.title.is_empty();
    let body = section.pieces.iter().map(|found| piece(found, alone)).collect::<Vec<AnyView>>().into_any();
    if !alone {
        return self::section(&section.id, &section.title, &section.lead, body);
    }
    match section.pieces.as_slice() {
        // A page of which nothing could be measured says so without a frame.
        [Piece::Absent(_)] => body,
        _ => wide(body),
    }
}

fn piece(piece: &Piece, alone: bool) -> AnyView {
    match piece {
        Piece::Words(words, testid) => {
            let testid = (!testid.is_empty()).then(|| testid.clone());
            view! { <p data-testid=testid>{words.clone()}</p> }.into_any()
        }
        Piece::Points(points) => {
            let points: Vec<AnyView> = points.iter().map(|point| item(point)).collect();
            view! { <ul class="points">{points}</ul> }.into_any()
        }
        Piece::Table(found) => table(found.clone()),
        Piece::Absent(why) => absent(why.clone()),
        Piece::Figure(sketch) => {
            let words = if alone { Words::Alone } else { Words::All };
            view! { <Figure sketch=Arc::new((**sketch).clone()) words=words/> }.into_any()
        }
        Piece::Details(summary, tables) => {
            let tables: Vec<AnyView> = tables.iter().map(|found| table(found.clone())).collect();
            behind(summary.clone(), tables.into_any())
        }
        Piece::Gates(rows) => gates(rows),
        Piece::Original(decision, how) => view! {
            <p class="aside">
                "The original project’s own logic (depth, volume and both stability checks must pass) says "
                <strong data-testid="canonical-decision">{decision.clone()}</strong>
                {how.clone()}
            </p>
        }
        .into_any(),
        Piece::MeasureExactly { set, k, words } => measure_exactly(Solution { set: set.clone(), k: *k }, words.clone()),
    }
}

fn measure_exactly(solution: Solution, words: String) -> AnyView {
    let (session, state): (Session, State) = (Session::expect(), expect_context());
    view! {
        <button type="button" class="button small plain" data-testid="measure-exactly" disabled=move || state.busy()
            on:click=move |_| session.measure_exactly(solution.clone())>{words}</button>
    }
    .into_any()
}

/// A point of a list.
pub fn item(words: &str) -> AnyView {
    view! { <li>{words.to_owned()}</li> }.into_any()
}

/// What opens on demand.
pub fn behind(summary: String, body: AnyView) -> AnyView {
    view! {
        <details class="behind">
            <summary>{summary}</summary>
            {body}
        </details>
    }
    .into_any()
}

/// A table, if it has rows.
pub fn table(table: Table) -> AnyView {
    if table.rows.is_empty() { ().into_any() } else { table_view(table) }
}

/// Why something is not there.
pub fn absent(why: String) -> AnyView {
    view! { <p class="absent"><span class="status-glyph" aria-hidden="true">"–"</span>{why}</p> }.into_any()
}

/// What stands where a result will be.
pub fn waiting() -> AnyView {
    view! { <p class="waiting">"The result will stand here as soon as the first run is through."</p> }.into_any()
}
