//! The dictionary of features: searched in the page, details on demand; correlations and the quality review.

use std::sync::Arc;

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::chart::svg::escape;
use crate::ui::components::section::{absent, section, sections, waiting};
use crate::ui::components::table::table_view;
use crate::ui::dom;
use crate::ui::figure::Figure;
use crate::ui::json;
use crate::ui::state::Shown;
use crate::view::{Entry, Features};

/// The page.
pub fn features() -> AnyView {
    super::over_outcome("The features", |shown: &Shown| page(json::open(&shown.view.features)), waiting)
}

fn page(found: &Features) -> AnyView {
    let body = if found.absent.is_empty() {
        view! {
            {section("dictionary", "Dictionary", "Open a feature for its formula and its distribution.", dictionary(found))}
            {sections(&found.sections)}
        }
        .into_any()
    } else {
        absent(found.absent.clone())
    };
    view! {
        <header class="page-head">
            <h1>{found.title.clone()}</h1>
            <p class="standfirst">{found.standfirst.clone()}</p>
        </header>
        {body}
    }
    .into_any()
}

/// Rows already on the page, hidden where they do not hold what is searched for.
fn dictionary(found: &Features) -> AnyView {
    let list: NodeRef<Div> = NodeRef::new();
    let (said, set_said) = signal(String::new());
    let search = move |event: ev::Event| {
        let wanted = dom::lower(event_target_value(&event).trim());
        if let Some(list) = list.get_untracked() {
            set_said.set(filter(&list, &wanted));
        }
    };
    let entries: Vec<AnyView> = found.entries.iter().map(entry).collect();
    let shares = found.shares.clone().map(|(words, table)| {
        view! {
            <h3 class="shares-title">"Category shares"</h3>
            <p class="lead">{words}</p>
            {table_view(table)}
        }
    });
    view! {
        <p class="search">
            <label for="feature-search">"Search by name, unit, formula or category"</label>
            <input type="search" id="feature-search" data-testid="feature-search" autocomplete="off" on:input=search/>
            <span role="status" data-testid="feature-count">{said}</span>
        </p>
        <div node_ref=list>
            <ul class="features">{entries}</ul>
            {shares}
        </div>
    }
    .into_any()
}

/// Hides what does not hold `wanted`, and says how much is left.
fn filter(list: &HtmlElement, wanted: &str) -> String {
    let Ok(rows) = list.query_selector_all("li.feature, tbody tr") else { return String::new() };
    let mut left = 0;
    for index in 0..rows.length() {
        let Some(row) = rows.get(index).and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { continue };
        let words = row.get_attribute("data-words").or_else(|| row.text_content()).unwrap_or_default();
        let found = dom::lower(&words).contains(wanted);
        row.set_hidden(!found);
        left += u32::from(found);
    }
    if wanted.is_empty() { String::new() } else { format!("{left} of {} shown", rows.length()) }
}

fn entry(entry: &Entry) -> AnyView {
    let (open, set_open) = signal(false);
    let mut words = format!("{} {}", entry.title, entry.name);
    for (_, fact) in entry.facts.iter().take(4) {
        words.push(' ');
        words.push_str(fact);
    }
    let badge = |class: &str, words: &str| format!("<span class=\"badge{class}\">{words}</span>");
    let mut badges = String::new();
    if entry.corrected {
        badges.push_str(&badge("", "corrected"));
    }
    if !entry.coupling.is_empty() {
        badges.push_str(&badge(" tied", "tied to the rule"));
    }
    let summary = format!(
        "<span class=\"feature-name\">{}{badges}<code>{}</code></span>{}",
        escape(&entry.title),
        escape(&entry.name),
        entry.spark
    );
    let class = if entry.corrected { "feature twin" } else { "feature" };
    let body = Arc::new(entry.clone());
    view! {
        <li class=class data-words=words>
            <details on:toggle=move |_| set_open.set(true)>
                <summary inner_html=summary></summary>
                {move || open.get().then(|| opened(&body))}
            </details>
        </li>
    }
    .into_any()
}

fn opened(entry: &Entry) -> AnyView {
    let mut facts = String::new();
    for (name, value) in &entry.facts {
        facts.push_str(&format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value)));
    }
    let figure = entry.figure.clone().map(|sketch| view! { <Figure sketch=Arc::new(sketch)/> });
    view! {
        <div class="feature-body">
            <dl inner_html=facts></dl>
            {figure}
        </div>
    }
    .into_any()
}
