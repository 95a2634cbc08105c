//! Each solution beside what structureless data of the same shape score.

use super::axis::Axis;
use super::dots::{Dot, Dots, Row, Subject};
use super::line::Tone;
use super::said::Said;
use crate::clustering::findings::NullBenchmark;
use crate::report::evidence::{NULL_EXPLAINS, explained};
use crate::report::{figures, tables, wording};

/// Observed silhouettes over the spread of the draws; `None` where nothing was drawn.
pub fn nulls(found: &[NullBenchmark]) -> Option<Dots> {
    let mut last = String::new();
    let mut rows = Vec::new();
    for null in found {
        let set = format!("{}, k = {}", wording::feature_set(&null.set), null.k);
        let beaten = null.p < NULL_EXPLAINS;
        rows.push(Row {
            name: if null.reference == "copula" { "same margins and ranks" } else { "same means and covariance" }
                .to_owned(),
            group: if set == last { String::new() } else { set.clone() },
            interval: Some((null.null_mean - 2.0 * null.null_sd, null.null_mean + 2.0 * null.null_sd)),
            null: true,
            dots: vec![Dot {
                at: null.observed,
                tone: if beaten { Tone::Accent } else { Tone::Grey },
                said: format!(
                    "{set}: silhouette {}, structureless data {} on average over {} draws ({})",
                    figures::coefficient(null.observed),
                    figures::coefficient(null.null_mean),
                    null.draws,
                    figures::p_value(null.p)
                ),
            }],
            value: figures::p_value(null.p),
        });
        last = set;
    }
    if rows.is_empty() {
        return None;
    }
    let (explained, solutions) = explained(found);
    let sentence = if explained == 0 {
        "Every solution scores higher than structureless data of the same shape.".to_owned()
    } else {
        let of = format!("{} of {}", figures::integer(explained), figures::integer(solutions));
        let which = match (explained, solutions) {
            (1, 1) => "The only solution shows".to_owned(),
            (1, _) => format!("{of} solutions shows"),
            _ => format!("{of} solutions show"),
        };
        format!("{which} nothing that structureless data of one kind or the other would not show too.")
    };
    let sentence = format!("{sentence} Bar: structureless data, mean and two standard deviations; dot: these data.");
    let reach = rows.iter().flat_map(|row| {
        row.interval.map(|(low, high)| [low, high]).into_iter().flatten().chain(row.dots.iter().map(|dot| dot.at))
    });
    Some(Dots {
        subject: Subject::Null,
        said: Said::new("Would structureless data score the same?", sentence, tables::null_benchmark(found)),
        axis: Axis::new(0.0, 0.25, "Silhouette").with(reach),
        levels: Vec::new(),
        rows,
    })
}
