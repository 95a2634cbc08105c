//! How monitoring is run, in words that a plan can use.

use crate::report::figures::integer;

/// What the canonical project's monitoring could not see, in words that a plan can use.
///
/// Re-estimating the medians on each new extract makes half of all customers frequent, whatever happens: when everyone
/// orders 20% less often the shares stay where they are.
pub fn trap() -> &'static str {
    "Thresholds stay frozen between recalibrations. Medians that are re-estimated on every extract follow what they \
     should watch: if the gaps of all customers grew by a fifth, the median gap would grow with them and the four shares \
     would not move at all. At frozen thresholds the same slowdown shows at once, as customers who cross from the \
     frequent side to the rare one."
}

/// What the plan refers to: the baseline file by its receipt.
pub fn reference(receipt: &str, customers: u64) -> String {
    format!("The reference is baseline.json of receipt {receipt}, frozen on {} customers.", integer(customers))
}

/// How monitoring is run, one point per paragraph; plain words without marks.
pub fn paragraphs() -> [&'static str; 3] {
    [
        "Each month, export a trailing window of the same length (ninety days, say) with the same columns. Run quadrant monitor \
         on it with the baseline, the assignments of the month before and that month's drift.json, or drop these files on \
         the Monitor page. A window that still begins inside the baseline's period shares orders with it and is refused \
         unless --allow-overlap says that this is meant.",
        "The exit code is for the scheduler: zero for keep, three for watch, four for alert and recalibrate; two means that \
         the files could not be used, one a bug. The one line on standard output is for the message; drift.json is for machines, drift.md and \
         drift.html are for people.",
        "Watch: read drift.md, change nothing. Alert: find out whether data, mix or behaviour moved; the report says what it \
         can. Recalibrate: look at the shadow thresholds and at who would move, decide, and only then analyze the new \
         extract and take its baseline. Nothing recalibrates by itself.",
    ]
}
