//! Tables in the page. Cells hold words only and are written as text, escaped: thousands of small views would cost more
//! to build, and each kind of element its share of the page's weight.

use leptos::prelude::*;

use super::glyph::glyph_markup;
use crate::chart::svg::escape;
use crate::report::document::{Align, Span, Table, Text};
use crate::ui::dom;
use crate::view::GateRow;

fn put(out: &mut String, before: &str, words: &str, after: &str) {
    out.push_str(before);
    out.push_str(&escape(words));
    out.push_str(after);
}

fn text(out: &mut String, text: &Text) {
    for span in &text.0 {
        match span {
            Span::Plain(words) | Span::Quoted(words, _) | Span::Reference(_, words) | Span::File(_, words) => {
                put(out, "", words, "");
            }
            Span::Figure(figure) => put(out, "", &figure.text, ""),
            Span::Strong(words) => put(out, "<strong>", words, "</strong>"),
            Span::Code(name) => put(out, "<code>", name, "</code>"),
            Span::Segment(segment) => {
                out.push_str("<span class=\"segment\">");
                out.push_str(&glyph_markup(*segment));
                put(out, "", segment.name(), "</span>");
            }
            Span::Named(segment, name) => {
                out.push_str("<span class=\"segment\">");
                out.push_str(&glyph_markup(*segment));
                put(out, "", name, "</span>");
            }
        }
    }
}

fn opening(out: &mut String, tag: &str, align: Align) {
    out.push_str(tag);
    out.push_str(if align == Align::End { " class=\"number\">" } else { ">" });
}

/// The table, scrolling sideways by itself on a narrow screen, with a button that copies it.
pub fn table_view(table: Table) -> AnyView {
    let (mut head, mut rows) = ("<tr>".to_owned(), String::new());
    for column in &table.columns {
        opening(&mut head, "<th scope=\"col\"", column.align);
        put(&mut head, "", &column.title, "</th>");
    }
    head.push_str("</tr>");
    for row in &table.rows {
        rows.push_str("<tr>");
        for (index, (cell, column)) in row.iter().zip(&table.columns).enumerate() {
            opening(&mut rows, if index == 0 { "<th scope=\"row\"" } else { "<td" }, column.align);
            text(&mut rows, cell);
            rows.push_str(if index == 0 { "</th>" } else { "</td>" });
        }
        rows.push_str("</tr>");
    }
    let (caption, label) = (table.caption.clone(), table.caption.clone());
    view! {
        <div class="table" tabindex="0" role="group" aria-label=label>
            <table>
                <caption>
                    <span class="caption">
                        {caption}
                        <button type="button" class="quiet copy" on:click=move |event| dom::copy(&table.tab_separated(), event.target())>
                            "Copy"
                        </button>
                    </span>
                </caption>
                <thead inner_html=head></thead>
                <tbody inner_html=rows></tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Head of the gates' table. Roles by name: on a phone the rows are laid out as blocks, which would take them from the
/// table.
const GATES: &str = "<tr role=\"row\"><th role=\"columnheader\" scope=\"col\">Gate</th>\
    <th role=\"columnheader\" scope=\"col\">Status</th>\
    <th role=\"columnheader\" scope=\"col\" class=\"number\">Value</th>\
    <th role=\"columnheader\" scope=\"col\">To pass</th><th role=\"columnheader\" scope=\"col\">Basis</th></tr>";

/// All gates, each with its status as glyph and word.
pub fn gates(gates: &[GateRow]) -> AnyView {
    let mut rows = String::new();
    for gate in gates {
        put(&mut rows, "<tr role=\"row\" class=\"gate ", &gate.class, "\"");
        put(&mut rows, " data-testid=\"gate-", &gate.id, "\">");
        put(&mut rows, "<th role=\"rowheader\" scope=\"row\">", &gate.title, "");
        if gate.blocking {
            rows.push_str("<span class=\"badge\">blocking</span>");
        }
        put(&mut rows, "<span class=\"gate-note\">", &gate.note, "</span></th>");
        put(
            &mut rows,
            "<td role=\"cell\" class=\"status\"><span class=\"status-glyph\" aria-hidden=\"true\">",
            &gate.glyph,
            "</span>",
        );
        put(&mut rows, "", &gate.status, "</td>");
        put(&mut rows, "<td role=\"cell\" class=\"number\">", &gate.value, "</td>");
        put(&mut rows, "<td role=\"cell\" class=\"needed\">", &gate.needed, "</td>");
        put(&mut rows, "<td role=\"cell\" class=\"basis\">", &gate.basis, "</td></tr>");
    }
    view! {
        <div class="table" tabindex="0" role="group" aria-label="Readiness gates">
            <table class="gates" role="table">
                <caption class="unseen">"Readiness gates"</caption>
                <thead role="rowgroup" inner_html=GATES></thead>
                <tbody role="rowgroup" inner_html=rows></tbody>
            </table>
        </div>
    }
    .into_any()
}
