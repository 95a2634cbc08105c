//! What was read: files, columns, gates, orders per customer, warnings.

use std::sync::Arc;

use leptos::prelude::*;

use crate::chart::histogram;
use crate::extract::findings::Layout;
use crate::extract::schema::Inspection;
use crate::readiness::findings::{CanonicalDecision, CanonicalGates, Gate};
use crate::report::document::Table;
use crate::report::tables::{gate_bar, gate_value};
use crate::report::{figures, tables, wording};
use crate::stats::measured::Measured;
use crate::ui::components::mapping::MappingEditor;
use crate::ui::components::picker::Picker;
use crate::ui::components::section::{measured, section, table};
use crate::ui::figure::Figure;
use crate::ui::prose;
use crate::ui::state::{Shown, Source, State};

/// The page.
#[component]
pub fn Data() -> impl IntoView {
    let state: State = expect_context();
    let seen = Memo::new(move |_| {
        state.files.with(|files| files.as_ref().and_then(|files| Some((files.source, files.inspection.clone()?))))
    });
    view! {
        <header class="page-head">
            <h1>"What was read"</h1>
            <p class="standfirst">"The files, the columns taken from them, and whether these customers can be segmented at all."</p>
        </header>
        {move || seen.get().map(|(source, inspection)| inspected(source, &inspection))}
        {super::over_outcome(findings)}
    }
}

fn inspected(source: Source, inspection: &Arc<Inspection>) -> AnyView {
    let layout = match inspection.mapping.layout {
        Layout::Star => "Orders and order lines in files of their own.",
        Layout::Wide => "Order lines that carry everything about their order.",
        Layout::Customers => "One row per customer, already summarised.",
    };
    let add = (source == Source::Own).then(|| {
        view! {
            <p><Picker label="Add files to these" adding=true class="button plain" testid="file-input-add"/></p>
        }
    });
    let inspection = inspection.clone();
    view! {
        {section("files", "Files", layout, view! { {table(files(&inspection))}{add} }.into_any())}
        {section(
            "columns",
            "Columns",
            "What each column was taken for. Correct what is wrong and run again; the files need not be dropped twice.",
            view! { <MappingEditor inspection=inspection/> }.into_any(),
        )}
    }
    .into_any()
}

fn files(inspection: &Inspection) -> Table {
    let mut table = Table::new("Files in hand")
        .words("File")
        .words("Taken for")
        .numbers("Rows")
        .numbers("Row groups")
        .numbers("Size");
    for file in &inspection.files {
        table.row([
            file.name.clone().into(),
            file.part.clone().into(),
            figures::integer(file.rows).into(),
            figures::integer(file.row_groups).into(),
            figures::bytes(file.bytes).into(),
        ]);
    }
    table
}

fn findings(shown: &Arc<Shown>) -> AnyView {
    let results = &shown.outcome.results;
    let readiness = &results.readiness;
    let warnings = &results.extract.warnings;
    let minimum = results.params.min_orders;
    let verdict = format!(
        "Verdict: {}. A blocking gate that fails makes it NO-GO; what was not measured is never a pass.",
        wording::verdict(readiness.verdict)
    );
    view! {
        {section("gates", "Readiness gates", verdict, view! {
            {gates(&readiness.gates)}
            {measured(&readiness.canonical, canonical)}
        }.into_any())}
        {section(
            "depth",
            "Orders per customer",
            "With fewer than the minimum, a customer’s habits cannot be told from chance.",
            view! {
                {order_histogram(shown)}
                {measured(&readiness.order_count_thresholds, |rows| table(tables::order_counts(rows, minimum)))}
            }.into_any(),
        )}
        {(!warnings.is_empty()).then(|| section("warnings", "What was changed on the way in", "", table(tables::warnings(warnings))))}
    }
    .into_any()
}

fn order_histogram(shown: &Arc<Shown>) -> AnyView {
    let results = &shown.outcome.results;
    if shown.outcome.drawings.order_counts.value().is_none() {
        return ().into_any();
    }
    let median = results.readiness.summary.value().and_then(|summary| summary.median_orders.value().copied());
    let kept: u64 = results.segments.iter().map(|segment| segment.count).sum();
    let words = histogram::Words {
        title: "How many orders they have".to_owned(),
        sentence: format!(
            "{} with at least {} orders{}.",
            figures::counted(kept, "customer", "customers"),
            results.params.min_orders,
            median.map_or_else(String::new, |median| format!(
                "; half of them have {} or fewer",
                figures::decimal(median, 0)
            ))
        ),
        note: None,
    };
    let shown = shown.clone();
    view! {
        <Figure draw=move |frame| histogram::draw(shown.outcome.drawings.order_counts.value()?, words.clone(), frame)/>
    }
    .into_any()
}

/// All gates, each with its status as glyph and word.
fn gates(gates: &[Gate]) -> AnyView {
    view! {
        <div class="table" tabindex="0" role="group" aria-label="Readiness gates">
            <table class="gates" role="table">
                <caption class="unseen">"Readiness gates"</caption>
                <thead role="rowgroup"><tr role="row">
                    <th role="columnheader" scope="col">"Gate"</th><th role="columnheader" scope="col">"Status"</th>
                    <th role="columnheader" scope="col" class="number">"Value"</th>
                    <th role="columnheader" scope="col">"To pass"</th><th role="columnheader" scope="col">"Basis"</th>
                </tr></thead>
                <tbody role="rowgroup">{gates.iter().map(gate).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn gate(gate: &Gate) -> AnyView {
    let (class, glyph, word) = prose::status(gate.status);
    let note = tables::why_absent(&gate.value).unwrap_or_else(|| gate.note.clone());
    let (pass, caveat) = gate_bar(gate);
    let needed = if caveat.is_empty() { pass } else { format!("{pass}; with a caveat {caveat}") };
    view! {
        // Roles by name: on a phone the rows are laid out as blocks, which would take them from the table.
        <tr role="row" class=format!("gate {class}") data-testid=format!("gate-{}", gate.id)>
            <th role="rowheader" scope="row">
                {gate.title.clone()}
                {gate.blocking.then(|| view! { <span class="badge">"blocking"</span> })}
                <span class="gate-note">{note}</span>
            </th>
            <td role="cell" class="status"><span class="status-glyph" aria-hidden="true">{glyph}</span>{word}</td>
            <td role="cell" class="number">{gate_value(gate)}</td>
            <td role="cell" class="needed">{needed}</td>
            <td role="cell" class="basis">{gate.basis.clone()}</td>
        </tr>
    }
    .into_any()
}

/// What the canonical project's own logic would have said.
fn canonical(gates: &CanonicalGates) -> AnyView {
    let word = |gate: &Measured<bool>| match gate.value() {
        Some(true) => "pass",
        Some(false) => "fail",
        None => "not measured",
    };
    let decision = match gates.decision.value() {
        Some(CanonicalDecision::Go) => "GO",
        Some(CanonicalDecision::NoGo) => "NO-GO",
        None => "not decided",
    };
    view! {
        <p class="aside">
            "The original project’s own logic (depth, volume and both stability checks must pass) says "
            <strong data-testid="canonical-decision">{decision}</strong>
            {format!(
                ": depth {}, volume {}, regular gaps {}, steady over time {}.",
                word(&gates.depth), word(&gates.volume), word(&gates.stability_a), word(&gates.stability_b)
            )}
        </p>
    }
    .into_any()
}
