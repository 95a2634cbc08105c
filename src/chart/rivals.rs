//! The bake-off: what each rival foretells beyond the rule.

use super::axis::Axis;
use super::dots::{Dot, Dots, Row, Subject};
use super::line::Tone;
use super::said::Said;
use crate::decision::sentences;
use crate::report::{figures, tables, wording};
use crate::validation::findings::Contender;

/// What a rival must be ahead by, with its whole interval.
const AHEAD: f64 = 0.01;

/// Held-out R² of each rival minus the rule's; `None` where none was measured.
pub fn rivals(found: &[Contender]) -> Option<Dots> {
    let mut rows: Vec<Row> = Vec::new();
    let mut last = "";
    for contender in found.iter().filter(|contender| contender.id != "rule") {
        let Some(delta) = contender.delta_r2.value().copied() else { continue };
        let name = wording::capital(sentences::contender(&contender.id));
        let interval = contender.delta_r2_low.value().copied().zip(contender.delta_r2_high.value().copied());
        let outcome = sentences::outcome(&contender.outcome);
        let ahead = if contender.beats_rule { "beats the rule" } else { "does not beat the rule" };
        let within =
            interval.map_or_else(String::new, |(low, high)| format!(", 95% interval {}", figures::interval(low, high)));
        let said = format!("{name}, {outcome}: R² {} beyond the rule{within}; {ahead}", figures::coefficient(delta));
        rows.push(Row {
            name,
            group: if last == contender.outcome { String::new() } else { wording::capital(outcome) },
            interval,
            null: false,
            dots: vec![Dot { at: delta, tone: if contender.beats_rule { Tone::Accent } else { Tone::Grey }, said }],
            value: figures::coefficient(delta),
        });
        last = &contender.outcome;
    }
    if rows.is_empty() {
        return None;
    }
    let ahead = found.iter().filter(|contender| contender.beats_rule).count() as u64;
    let sentence = if ahead == 0 {
        "No rival foretells more than the rule does by a hundredth of the variance.".to_owned()
    } else {
        format!(
            "{} of {} comparisons are won by a rival: its advantage is more than a hundredth of the variance, with 95% \
             confidence.",
            figures::integer(ahead),
            figures::integer(rows.len() as u64)
        )
    };
    let reach = rows.iter().flat_map(|row| {
        row.interval.map(|(low, high)| [low, high]).into_iter().flatten().chain(row.dots.iter().map(|dot| dot.at))
    });
    let axis = Axis::new(-AHEAD, 2.0 * AHEAD, "R² held out, minus the rule’s").with(reach);
    Some(Dots {
        subject: Subject::BakeOff,
        said: Said::new("The rule against its rivals", sentence, tables::bake_off(found)),
        axis,
        levels: vec![(0.0, "the rule".to_owned()), (AHEAD, "ahead".to_owned())],
        rows,
    })
}
