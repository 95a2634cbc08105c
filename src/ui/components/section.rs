//! A section of a page: a heading, its words, and what was measured or why it was not.

use leptos::prelude::*;

use super::table::TableView;
use crate::report::document::Table;
use crate::report::tables::why_absent;
use crate::stats::measured::Measured;

/// A section with a heading and a sentence of introduction.
pub fn section(id: &'static str, title: &'static str, lead: impl Into<String>, body: AnyView) -> AnyView {
    let lead: String = lead.into();
    view! {
        <section class="section" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
            {body}
        </section>
    }
    .into_any()
}

/// A table, if it has rows.
pub fn table(table: Table) -> AnyView {
    if table.rows.is_empty() { ().into_any() } else { view! { <TableView table=table/> }.into_any() }
}

/// What `show` makes of a value, or why there is none.
pub fn measured<T>(value: &Measured<T>, show: impl FnOnce(&T) -> AnyView) -> AnyView {
    match value {
        Measured::Value(value) => show(value),
        Measured::NotMeasured(_) => absent(why_absent(value).unwrap_or_default()),
    }
}

/// Why something is not there.
pub fn absent(why: String) -> AnyView {
    view! { <p class="absent"><span class="status-glyph" aria-hidden="true">"–"</span>{why}</p> }.into_any()
}

/// What stands where a result will be.
pub fn waiting() -> AnyView {
    view! { <p class="waiting">"The result will stand here as soon as the first run is through."</p> }.into_any()
}
