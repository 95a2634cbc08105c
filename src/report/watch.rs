//! Thresholds of monitoring that know how many customers there are.

use super::document::{Block, Table, Text};
use super::figure::{Figure, Style};
use super::identity::receipt_id;
use super::template::{Field, Fields};
use super::{evidence, figures, wording};
use crate::pipeline::outcome::Results;
use crate::planning::drivers::DRIVERS;
use crate::planning::monitoring::{
    DRIVER_P, KAPPA_WATCH, KS_ALERT, KS_WATCH, MEAN_WATCH, PSI_ALERT, PSI_WATCH, SHARE_ALERT, SHARE_P_ALERT,
    SHARE_P_WATCH, SHARE_WATCH,
};
use crate::planning::operations::{paragraphs, reference, trap};
use crate::segments::findings::Segment;
use crate::stats::normal;
use crate::stats::psi;

/// Where the bands of the table come from: a place in words, since results.json does not hold them.
const BANDS: &str = "fixed bands of quadrant monitor";

/// Quantile bins of the reference.
const BINS: usize = 10;

/// Adds the thresholds for an extract of as many customers as this one.
pub fn watch(results: &Results, fields: &mut Fields) {
    fields.set("cadence_table", Field::Table(cadence()));
    let n = results.segmented();
    if n < 2 {
        return;
    }
    let size = n as f64;
    let put = |fields: &mut Fields, name: &str, value: f64, style, formula: &str| {
        fields.figure(name, Some(Figure::new(value, style, "segments[].count", formula).over(n)));
    };
    for (name, value, style, why) in [
        ("psi_watch", PSI_WATCH, Style::Decimal(2), "usual band, without an error rate behind it"),
        ("share_alert", SHARE_ALERT * 100.0, Style::Integer, "points of share (canonical)"),
    ] {
        put(fields, name, value, style, why);
    }
    if let Some(point) = psi::Null::new(size, size, BINS).and_then(|null| null.quantile(1.0 - DRIVER_P)) {
        let formula = "99.9% point of chi²(9) × (1/n + 1/m), n = m";
        put(fields, "psi_noise", point, Style::Decimal(4), formula);
        fields.flag("psi_noisy", point > PSI_WATCH);
    }
    // Asymptotic two-sample critical value: √(-ln(p / 2) / 2 × 2 / n).
    let ks = (-libm::log(DRIVER_P / 2.0) / 2.0 * 2.0 / size).sqrt();
    put(fields, "ks_noise", ks, Style::Decimal(4), "√(-ln(p/2) / 2 × (1/n + 1/m)), n = m, p\u{a0}=\u{a0}.001");
    let largest = results.segments.iter().map(|segment| segment.share).fold(0.0, f64::max);
    let z = normal::upper_quantile(SHARE_P_ALERT / 4.0 / 2.0);
    let shift = z * (2.0 * largest * (1.0 - largest) / size).sqrt() * 100.0;
    let formula = "z × √(2 p q / n) for the largest segment, two-sided at .05 / 4, in points";
    put(fields, "share_noise", shift, Style::Decimal(1), formula);
    fields.flag("share_noisy", shift > SHARE_ALERT * 100.0);
    fields.set("watch_table", Field::Table(signals(results)));
    operations(results, fields);
}

/// Signals with their bars, as the planning room judges them.
fn signals(results: &Results) -> Table {
    let mut table = Table::new("Signals and their bars")
        .words("Signal")
        .words("Watch")
        .words("Alert, when it holds in two windows");
    let number = |value: f64| figures::decimal(value, 2);
    let driver = |bar: f64| format!("at least {} and p below {}", number(bar), figures::decimal(DRIVER_P, 3));
    let points = |share: f64| figures::decimal(share * 100.0, 0);
    let of_four = |p: f64| figures::significant(p / Segment::ALL.len() as f64, 2);
    let bar = |text: String, value: f64, why: &str| Figure { text, ..Figure::new(value, Style::Integer, BANDS, why) };
    let judged = "judgement: the size that matters, whatever n";
    let usual = "usual band of PSI, without an error rate behind it: hence the p beside it";
    let p = || bar(figures::decimal(DRIVER_P, 3), DRIVER_P, "a shift that is more than chance at this n");
    let of_four_p = "the level shared among the four segments (Bonferroni)";
    for (signal, watch, alert, bars) in [
        (
            format!("PSI of a core driver ({}), ten reference bins", drivers(results)),
            driver(PSI_WATCH),
            driver(PSI_ALERT),
            vec![bar(number(PSI_WATCH), PSI_WATCH, usual), bar(number(PSI_ALERT), PSI_ALERT, usual), p()],
        ),
        (
            "KS distance of a core driver".to_owned(),
            driver(KS_WATCH),
            driver(KS_ALERT),
            vec![bar(number(KS_WATCH), KS_WATCH, judged), bar(number(KS_ALERT), KS_ALERT, judged), p()],
        ),
        (
            "Share of a segment".to_owned(),
            format!("{} points or more and p below {}", points(SHARE_WATCH), of_four(SHARE_P_WATCH)),
            format!("over {} points and p below {}", points(SHARE_ALERT), of_four(SHARE_P_ALERT)),
            vec![
                bar(format!("{} points", points(SHARE_WATCH)), SHARE_WATCH, judged),
                bar(format!("{} points", points(SHARE_ALERT)), SHARE_ALERT, "the canonical alarm"),
                bar(of_four(SHARE_P_WATCH), SHARE_P_WATCH / 4.0, of_four_p),
                bar(of_four(SHARE_P_ALERT), SHARE_P_ALERT / 4.0, of_four_p),
            ],
        ),
        (
            "Mean of a driver within a segment".to_owned(),
            format!("{} of its reference or more, beyond chance", figures::percent_whole(MEAN_WATCH)),
            "never by itself".to_owned(),
            vec![bar(figures::percent_whole(MEAN_WATCH), MEAN_WATCH, judged)],
        ),
        (
            "Kappa of the customers in a segment both times".to_owned(),
            format!("{} under the reference, beyond three standard errors", number(KAPPA_WATCH)),
            "never by itself".to_owned(),
            vec![bar(number(KAPPA_WATCH), KAPPA_WATCH, judged)],
        ),
        (
            "Completeness of the extract".to_owned(),
            "histories of another length, beyond chance".to_owned(),
            "at once, beyond chance: broken data are not behaviour".to_owned(),
            Vec::new(),
        ),
        (
            "Lift of an action".to_owned(),
            "its interval includes zero".to_owned(),
            "two cycles and two segments or more".to_owned(),
            Vec::new(),
        ),
    ] {
        let open = |words: String| evidence::traced(&words, BANDS, &bars);
        table.row([signal.into(), open(watch), open(alert)]);
    }
    table
}

/// The core drivers that this extract has, in words.
fn drivers(results: &Results) -> String {
    let had = |name: &str| {
        results.features.value().is_none_or(|features| features.summary.iter().any(|row| row.name == name))
    };
    let names: Vec<String> = DRIVERS
        .iter()
        .map(|driver| driver.name())
        .filter(|name| had(name))
        .map(|name| wording::inside(&wording::metric(name)))
        .collect();
    wording::list(&names)
}

/// How monitoring is run and what it starts from, in the words that the example files have too.
fn operations(results: &Results, fields: &mut Fields) {
    let customers = results.segmented();
    let path = "segments[].count";
    let frozen = Figure::new(customers as f64, Style::Integer, path, "sum over the four segments");
    fields
        .set("reference", Field::Text(evidence::traced(&reference(&receipt_id(results), customers), path, &[frozen])));
    fields.words("trap", trap());
    let steps = paragraphs().into_iter().map(named).map(Block::Paragraph);
    fields.set("operations", Field::Blocks(steps.collect()));
}

/// The commands and files of a paragraph set as such.
fn named(paragraph: &str) -> Text {
    const NAMES: [&str; 7] = [
        "quadrant monitor",
        "drift.json",
        "drift.md",
        "drift.html",
        "baseline.json",
        "assignments.parquet",
        "--allow-overlap",
    ];
    let mut text = Text::new();
    let mut rest = paragraph;
    while let Some((at, name)) = NAMES.iter().filter_map(|name| Some((rest.find(name)?, *name))).min() {
        text = text.plain(&rest[..at]).code(name);
        rest = &rest[at + name.len()..];
    }
    text.plain(rest)
}

/// How often, who looks, who decides.
fn cadence() -> Table {
    let mut table = Table::new("Cadence and owners").words("How often").words("What").words("Looks").words("Decides");
    for row in [
        ["Weekly", "primary measures and guardrails of running actions", "lifecycle marketing", "lifecycle marketing"],
        ["Monthly", "shares, PSI and KS of every driver with the frozen bins", "analytics", "owner of the segments"],
        ["Quarterly", "cuts in shadow, reliability, movement between segments", "analytics", "owner of the segments"],
        ["At each change of a source", "mapping, integrity, share of dropped rows", "data engineering", "analytics"],
    ] {
        table.row(row.map(Into::into));
    }
    table
}
