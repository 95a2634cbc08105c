//! Thresholds of monitoring that know how many customers there are.

use super::document::Table;
use super::figure::{Figure, Style};
use super::figures;
use super::template::{Field, Fields};
use crate::pipeline::outcome::Results;
use crate::stats::normal;
use crate::stats::psi;

/// Quantile bins of the reference.
const BINS: usize = 10;
/// Tail of the null distribution that raises the watch.
const TAIL: f64 = 0.001;

/// Adds the thresholds for an extract of as many customers as this one.
pub fn watch(results: &Results, fields: &mut Fields) {
    fields.set("cadence_table", Field::Table(cadence()));
    let n: u64 = results.segments.iter().map(|segment| segment.count).sum();
    if n < 2 {
        return;
    }
    let size = n as f64;
    let put = |fields: &mut Fields, name: &str, value: f64, style, formula: &str| {
        fields.figure(name, Some(Figure::new(value, style, "segments[].count", formula).over(n)));
    };
    for (name, value, style, why) in [
        ("psi_watch", 0.1, Style::Decimal(2), "usual band, without an error rate behind it"),
        ("psi_alert", 0.25, Style::Decimal(2), "usual band, without an error rate behind it"),
        ("ks_watch", 0.1, Style::Decimal(2), "judgement"),
        ("ks_alert", 0.2, Style::Decimal(2), "judgement"),
        ("share_watch", 3.0, Style::Integer, "points of share (judgement)"),
        ("share_alert", 5.0, Style::Integer, "points of share (canonical)"),
        ("tail", TAIL, Style::Decimal(3), "probability without any change"),
    ] {
        put(fields, name, value, style, why);
    }
    if let Some(point) = psi::Null::new(size, size, BINS).and_then(|null| null.quantile(1.0 - TAIL)) {
        let formula = "99.9% point of chi²(9) × (1/n + 1/m), n = m";
        put(fields, "psi_noise", point, Style::Decimal(4), formula);
        fields.flag("psi_noisy", point > 0.1);
    }
    // Asymptotic two-sample critical value: √(-ln(p / 2) / 2 × 2 / n).
    let ks = (-libm::log(TAIL / 2.0) / 2.0 * 2.0 / size).sqrt();
    put(fields, "ks_noise", ks, Style::Decimal(4), "√(-ln(p/2) / 2 × (1/n + 1/m)), n = m, p = .001");
    let largest = results.segments.iter().map(|segment| segment.share).fold(0.0, f64::max);
    let z = normal::upper_quantile(0.05 / 4.0 / 2.0);
    let shift = z * (2.0 * largest * (1.0 - largest) / size).sqrt() * 100.0;
    let formula = "z × √(2 p q / n) for the largest segment, two-sided at .05 / 4, in points";
    put(fields, "share_noise", shift, Style::Decimal(1), formula);
    fields.flag("share_noisy", shift > 5.0);
    fields.set("watch_table", Field::Table(signals(n)));
}

/// Signals with their bars, as the drift room judges them.
fn signals(n: u64) -> Table {
    let mut table = Table::new(format!("Signals for {}", figures::counted(n, "customer", "customers")))
        .words("Signal")
        .words("Watch")
        .words("Alert, when it holds in two windows");
    let number = |value: f64| figures::decimal(value, 2);
    for (signal, watch, alert) in [
        (
            "PSI of either score, ten reference bins",
            format!("at least {} and p below {}", number(0.1), figures::decimal(TAIL, 3)),
            format!("at least {} and p below {}", number(0.25), figures::decimal(TAIL, 3)),
        ),
        (
            "KS distance of either score",
            format!("at least {} and p below {}", number(0.1), figures::decimal(TAIL, 3)),
            format!("at least {}", number(0.2)),
        ),
        (
            "Share of a segment",
            format!("a shift of {} points or more", figures::decimal(3.0, 0)),
            format!("over {} points and p below {}", figures::decimal(5.0, 0), figures::decimal(0.05 / 4.0, 4)),
        ),
        (
            "Lift of an action",
            "its interval includes zero".to_owned(),
            "two cycles and two segments or more".to_owned(),
        ),
    ] {
        table.row([signal.into(), watch.into(), alert.into()]);
    }
    table
}

/// How often, who looks, who decides.
fn cadence() -> Table {
    let mut table = Table::new("Cadence and owners").words("How often").words("What").words("Looks").words("Decides");
    for row in [
        ["Weekly", "primary measures and guardrails of running actions", "lifecycle marketing", "lifecycle marketing"],
        ["Monthly", "shares, PSI and KS of both scores with the frozen bins", "analytics", "owner of the segments"],
        ["Quarterly", "cuts in shadow, reliability, movement between segments", "analytics", "owner of the segments"],
        ["At each change of a source", "mapping, integrity, share of dropped rows", "data engineering", "analytics"],
    ] {
        table.row(row.map(Into::into));
    }
    table
}
