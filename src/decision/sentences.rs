//! Gates and outcomes in words; every number through `report::figures`.

use crate::readiness::findings::{Gate, Status};
use crate::readiness::gates::{Bounds, spec};
use crate::report::figures::{decimal, integer, percent, percent_to};

/// One sentence on a gate: what was found, what it would need.
pub fn gate(gate: &Gate) -> String {
    let fails = if gate.blocking { "this fails, and it blocks" } else { "this fails" };
    match (gate.value.value(), gate.value.missing()) {
        // Its bar has two halves; only the note says which of them is open.
        (Some(_), _) if gate.id == "smallest_segment" => format!("{}: {}", gate.title, gate.note),
        (Some(&value), _) => {
            let found = quantity(&gate.id, value);
            match gate.status {
                Status::Fail => format!("{}: {found}, where {}; {fails}.", gate.title, needs(gate)),
                _ => format!("{}: {found}, where {}.", gate.title, needs(gate)),
            }
        }
        (None, Some(missing)) if missing.needs.is_empty() => {
            format!("{}: not measured, because {}.", gate.title, missing.reason)
        }
        (None, Some(missing)) => {
            format!("{}: not measured, because {}; it needs {}.", gate.title, missing.reason, missing.needs)
        }
        (None, None) => format!("{}: not measured.", gate.title),
    }
}

/// What a gate asks for, in the unit of its value.
fn needs(gate: &Gate) -> String {
    let bar = |word: &str, value: f64| format!("{word} {} passes", quantity(&gate.id, value));
    match spec(&gate.id).map(|spec| spec.bounds) {
        Some(Bounds::AtLeast(pass, _) | Bounds::Descriptive(pass)) => bar("at least", pass),
        Some(Bounds::AtMost(pass, _)) => bar("at most", pass),
        Some(Bounds::Information) => "no bar is set".to_owned(),
        None => format!("{} passes", gate.pass),
    }
}

/// A gate's value in its unit: a count, a ratio or a share.
pub fn quantity(id: &str, value: f64) -> String {
    match id {
        "volume" => integer(value.max(0.0) as u64),
        "stability_b_prime" | "reliability" | "migration" => decimal(value, 2),
        "out_of_time" => decimal(value, 3),
        "sparsity" => percent_to(value, 2),
        _ => percent(value),
    }
}

/// A future outcome by the name that a reader understands.
pub fn outcome(id: &str) -> &str {
    match id {
        "next_gap_days" => "the days until the next order",
        "orders_in_horizon" => "the orders after the cut",
        "reorder_share" => "the reordered share of later baskets",
        "returned_30d" => "a return within 30 days",
        "returned_60d" => "a return within 60 days",
        "returned_90d" => "a return within 90 days",
        "spend" => "later spend",
        other => other,
    }
}

/// A bake-off contender by the name that a reader understands.
pub fn contender(id: &str) -> &str {
    match id {
        "rule" => "the rule",
        "kmeans_scores" => "k-means on the two scores",
        "kmeans_behaviour" => "k-means on the behavioural features",
        "terciles" => "terciles of the two scores",
        "rfm_quintiles" => "recency-frequency quintiles",
        "continuous" => "the continuous scores and features",
        "order_count" => "the number of orders alone",
        other => other,
    }
}
