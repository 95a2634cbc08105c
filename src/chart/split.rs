//! Random halves beside shuffled labels: a check that shuffled labels pass too is no evidence.

use super::axis::Axis;
use super::dots::{Dot, Dots, Row, Subject};
use super::line::Tone;
use super::said::Said;
use crate::report::{figures, tables, wording};
use crate::validation::findings::SplitStability;

/// Relative gap of segment means between halves, with the true and with shuffled labels; `None` where none is measured.
pub fn split(found: &SplitStability) -> Option<Dots> {
    let mut rows = Vec::new();
    for (metric, observed) in &found.observed {
        let name = wording::metric(metric);
        let permuted = found.permuted.get(metric).and_then(|gap| gap.value().copied());
        let dots: Vec<Dot> =
            [("shuffled labels", permuted, Tone::Grey), ("these segments", observed.value().copied(), Tone::Accent)]
                .into_iter()
                .filter_map(|(whose, gap, tone)| {
                    let at = gap?;
                    Some(Dot { at, tone, said: format!("{name}, {whose}: {}", figures::percent_to(at, 2)) })
                })
                .collect();
        if !dots.is_empty() {
            let value = observed.value().map_or_else(String::new, |gap| figures::percent_to(*gap, 1));
            rows.push(Row { name, dots, value, ..Row::default() });
        }
    }
    rows.first()?;
    let reach = rows.iter().flat_map(|row| row.dots.iter().map(|dot| dot.at));
    let axis = Axis::shares(0.0, 0.01, "Gap between the halves").with(reach);
    let sentence =
        "Segment means of one random half against the other. Shuffled labels come out close together as well, so \
                    that closeness proves nothing."
            .to_owned();
    Some(Dots {
        subject: Subject::Split,
        said: Said::new("Two random halves agree, whatever the labels", sentence, tables::split_stability(found)),
        axis,
        levels: Vec::new(),
        rows,
    })
}
