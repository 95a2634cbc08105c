//! How monitoring is run, in words that a plan can use.

use super::baseline::Baseline;
use crate::report::figures::{integer, percent};

/// What the canonical project's monitoring could not see, in words that a plan can use.
///
/// Re-estimating the medians on each new extract makes half of all customers frequent, whatever happens: when everyone
/// orders 20% less often the shares stay where they are.
pub fn trap() -> &'static str {
    "Thresholds stay frozen between recalibrations. Medians that are re-estimated on every extract follow what they \
     should watch: if everyone ordered 20% less often, the median gap would grow by 20% with them and the four shares \
     would not move at all. At frozen thresholds the same slowdown shows at once, as customers who cross from the \
     frequent side to the rare one."
}

/// How monitoring is run, one point per paragraph; plain words without marks.
pub fn paragraphs(baseline: &Baseline) -> Vec<String> {
    let shares: Vec<String> =
        baseline.segments.iter().map(|s| format!("{} {}", s.name.name(), percent(s.share))).collect();
    vec![
        format!(
            "The reference is baseline.json of receipt {}: {} customers ({}).",
            baseline.receipt,
            integer(baseline.customers),
            shares.join(", ")
        ),
        trap().to_owned(),
        "Each month, export a trailing window of the same length (90 days, say) with the same columns, and run quadrant \
         monitor on it with the baseline, the assignments of the month before and that month's drift.json."
            .to_owned(),
        "The exit code is for the scheduler: 0 keep, 3 watch, 4 alert or recalibrate; 2 means that the files could not \
         be used, 1 a bug. The one line on standard output is for the message; drift.json is for machines, drift.md for \
         people."
            .to_owned(),
        "Watch: read drift.md, change nothing. Alert: find out whether data, mix or behaviour moved; the report says what \
         it can. Recalibrate: look at the shadow thresholds and at who would move, decide, and only then analyze the new \
         extract and take its baseline. Nothing recalibrates by itself."
            .to_owned(),
    ]
}
