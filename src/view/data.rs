//! Gates, orders per customer, warnings.

use super::{GateRow, Piece, Section, measured, tabled};
use crate::chart::clock::Clock;
use crate::chart::drawing::Drawing;
use crate::chart::histogram::{Counted, Words};
use crate::pipeline::outcome::Outcome;
use crate::readiness::findings::{CanonicalDecision, CanonicalGates, Gate, Status};
use crate::report::tables::{gate_bar, gate_value, why_absent};
use crate::report::{figures, tables, wording};
use crate::stats::measured::Measured;

pub(super) fn sections(outcome: &Outcome) -> Vec<Section> {
    let results = &outcome.results;
    let (readiness, minimum) = (&results.readiness, results.params.min_orders);
    let verdict = format!(
        "Verdict: {}. A blocking gate that fails makes it NO-GO; what was not measured is never a pass.",
        wording::verdict(readiness.verdict)
    );
    let mut gates = vec![Piece::Gates(readiness.gates.iter().map(gate).collect())];
    gates.extend(measured(&readiness.canonical, |gates| vec![original(gates)]));
    let mut depth: Vec<Piece> = orders(outcome).into_iter().collect();
    depth.extend(tabled(&readiness.order_count_thresholds, |rows| tables::order_counts(rows, minimum)));
    let mut sections = vec![
        Section::new("gates", "Readiness gates", verdict, gates),
        Section::new(
            "depth",
            "Orders per customer",
            "With fewer than the minimum, a customer’s habits cannot be told from chance.",
            depth,
        ),
    ];
    let clock = Clock::of(&outcome.drawings.clock).map(|clock| Piece::figure(Drawing::Clock(clock)));
    sections.extend(clock.map(|figure| Section::wide(vec![figure])));
    let warnings = Piece::table(tables::warnings(&results.extract.warnings));
    sections.extend(warnings.map(|table| Section::new("warnings", "What was changed on the way in", "", vec![table])));
    sections
}

fn orders(outcome: &Outcome) -> Option<Piece> {
    let results = &outcome.results;
    let counts = outcome.drawings.order_counts.value()?;
    let median = results.readiness.summary.value().and_then(|summary| summary.median_orders.value().copied());
    let kept = results.segmented();
    let words = Words {
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
    Some(Piece::figure(Drawing::Counted(Counted::of(counts, words))))
}

fn gate(gate: &Gate) -> GateRow {
    let (class, glyph, status) = match gate.status {
        Status::Pass => ("pass", "✓", "Pass"),
        Status::Caveat => ("caveat", "!", "Caveat"),
        Status::Fail => ("fail", "✕", "Fail"),
        Status::NotMeasured => ("absent", "–", "Not measured"),
    };
    let (pass, caveat) = gate_bar(gate);
    GateRow {
        id: gate.id.clone(),
        title: gate.title.clone(),
        blocking: gate.blocking,
        class: class.to_owned(),
        glyph: glyph.to_owned(),
        status: status.to_owned(),
        note: why_absent(&gate.value).unwrap_or_else(|| gate.note.clone()),
        value: gate_value(gate),
        needed: if caveat.is_empty() { pass } else { format!("{pass}; with a caveat {caveat}") },
        basis: gate.basis.clone(),
    }
}

/// What the canonical project's own logic would have said.
fn original(gates: &CanonicalGates) -> Piece {
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
    let how = format!(
        ": depth {}, volume {}, regular gaps {}, steady over time {}.",
        word(&gates.depth),
        word(&gates.volume),
        word(&gates.stability_a),
        word(&gates.stability_b)
    );
    Piece::Original(decision.to_owned(), how)
}
