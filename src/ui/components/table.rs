//! A table of a document, in the page.

use leptos::prelude::*;

use super::glyph::glyph;
use crate::report::document::{Align, Span, Table, Text};
use crate::ui::dom;

/// Running text.
pub fn text(text: &Text) -> AnyView {
    text.0
        .iter()
        .map(|span| match span {
            Span::Plain(words) | Span::Quoted(words, _) | Span::Reference(_, words) => words.clone().into_any(),
            Span::Figure(figure) => figure.text.clone().into_any(),
            Span::Strong(words) => view! { <strong>{words.clone()}</strong> }.into_any(),
            Span::Code(name) => view! { <code>{name.clone()}</code> }.into_any(),
            Span::Segment(segment) => {
                view! { <span class="segment">{glyph(*segment)}{segment.name()}</span> }.into_any()
            }
        })
        .collect_view()
        .into_any()
}

/// The table, scrolling sideways by itself on a narrow screen, with a button that copies it.
#[component]
pub fn TableView(
    /// What to show.
    table: Table,
) -> impl IntoView {
    let class = |align| if align == Align::End { "number" } else { "" };
    let head = table
        .columns
        .iter()
        .map(|column| view! { <th scope="col" class=class(column.align)>{column.title.clone()}</th> })
        .collect_view();
    let rows = table
        .rows
        .iter()
        .map(|row| {
            let cells = row
                .iter()
                .zip(&table.columns)
                .enumerate()
                .map(|(index, (cell, column))| {
                    let class = class(column.align);
                    let cell = text(cell);
                    if index == 0 {
                        view! { <th scope="row" class=class>{cell}</th> }.into_any()
                    } else {
                        view! { <td class=class>{cell}</td> }.into_any()
                    }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    let caption = table.caption.clone();
    let label = caption.clone();
    view! {
        <div class="table" tabindex="0" role="group" aria-label=label>
            <table>
                <caption>
                    {caption}
                    <button type="button" class="quiet copy" on:click=move |event| dom::copy(&table.tab_separated(), event.target())>
                        "Copy"
                    </button>
                </caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
