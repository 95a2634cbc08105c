//! The decision memo, as it will be handed round.

use std::sync::Arc;

use leptos::prelude::*;

use crate::report::document::{Block, Document, Tone};
use crate::report::memo;
use crate::ui::components::downloads::Downloads;
use crate::ui::components::section::table;
use crate::ui::components::table::text;
use crate::ui::state::Shown;

/// The page.
#[component]
pub fn Documents() -> impl IntoView {
    super::over_outcome(|shown: &Arc<Shown>| {
        let document = memo::memo(&shown.outcome.results);
        view! {
            <div class="paper-tools">
                <button type="button" class="button plain" on:click=|_| drop(window().print())>"Print"</button>
            </div>
            {show(&document)}
            <Downloads/>
        }
        .into_any()
    })
}

/// A document of the report room, in the page.
fn show(document: &Document) -> AnyView {
    let blocks = document.blocks.iter().map(block).collect_view();
    view! {
        <article class="paper" data-testid=format!("document-{}", document.name)>
            <h1>{document.title.clone()}</h1>
            <p class="byline">{document.byline.clone()}</p>
            {blocks}
        </article>
    }
    .into_any()
}

fn block(block: &Block) -> AnyView {
    match block {
        Block::Heading(title) => view! { <h2>{title.clone()}</h2> }.into_any(),
        Block::Paragraph(words) => view! { <p>{text(words)}</p> }.into_any(),
        Block::Bullets(points) => {
            view! { <ul>{points.iter().map(|point| view! { <li>{text(point)}</li> }).collect_view()}</ul> }.into_any()
        }
        Block::Steps(steps) => {
            view! { <ol>{steps.iter().map(|step| view! { <li>{text(step)}</li> }).collect_view()}</ol> }.into_any()
        }
        Block::Table(rows) => table(rows.clone()),
        Block::Callout(tone, words) => {
            let class = match tone {
                Tone::Decision => "callout decision",
                Tone::Caution => "callout caution",
            };
            view! { <p class=class>{text(words)}</p> }.into_any()
        }
    }
}
