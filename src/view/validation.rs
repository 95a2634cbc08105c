//! Do the segments mean anything?

use super::{Piece, Section, figure_or, measured, tabled};
use crate::chart::calibration::calibration;
use crate::chart::drawing::Drawing;
use crate::chart::flow::Flow;
use crate::chart::forest::Forest;
use crate::chart::reliability::reliability;
use crate::chart::rivals::rivals;
use crate::chart::split::split;
use crate::chart::thresholds::thresholds;
use crate::report::{figures, tables};
use crate::segments::findings::GivenSegmentAgreement;
use crate::stats::measured::Measured;
use crate::validation::findings::{ConfidenceFindings, CouplingFindings, Migration, OutOfTime, ValidationFindings};

/// Outcomes whose calibration is drawn.
const CALIBRATED: usize = 2;

pub(super) fn sections(validation: &Measured<ValidationFindings>) -> Vec<Section> {
    let Measured::Value(found) = validation else {
        let why = tables::why_absent(validation).unwrap_or_default();
        return vec![Section::wide(vec![Piece::Absent(why)])];
    };
    let mut sections: Vec<Section> = effects(found).into_iter().collect();
    sections.push(Section::new(
        "later",
        "What happened afterwards",
        "Segments fixed before the cut, outcomes after it: the only evidence that cannot be arithmetic.",
        measured(&found.out_of_time, later),
    ));
    let steady = reliability(&found.reliability).map(Drawing::Lines);
    let mut surer = figure_or(steady, || {
        let lead = "Would other orders of the same customer give the same score?";
        let table = Piece::table(tables::reliability(&found.reliability));
        Section::new("reliability", "Reliability", lead, table.into_iter().collect())
    });
    surer.pieces.extend(confidence(&found.confidence));
    sections.push(surer);
    sections.push(match found.migration.value() {
        Some(moved) => figure_or(Flow::of(moved).map(Drawing::Flow), || {
            Section::new(
                "migration",
                "Who stays and who moves",
                "",
                vec![Piece::Absent("Nobody is seen twice.".to_owned())],
            )
        })
        .and(migration(moved)),
        None => Section::new("migration", "Who stays and who moves", "", measured(&found.migration, |_| Vec::new())),
    });
    let lead = "A rival wins only if its advantage is more than a hundredth with 95% confidence.";
    sections.push(figure_or(found.bake_off.value().and_then(|found| rivals(found)).map(Drawing::Dots), || {
        let pieces = tabled(&found.bake_off, |contenders| tables::bake_off(contenders));
        Section::new("rivals", "The rule against its rivals", lead, pieces)
    }));
    let others = &found.threshold_sensitivity;
    sections.extend(thresholds(others).map(|lines| Section::wide(vec![Piece::figure(Drawing::Lines(lines))])).or_else(
        || {
            let table = Piece::table(tables::sensitivity(others))?;
            Some(Section::new("thresholds", "If the cuts stood elsewhere", "", vec![table]))
        },
    ));
    let halves = found.split_stability.value().and_then(split).map(Drawing::Dots);
    sections.push(figure_or(halves, || {
        let pieces = tabled(&found.split_stability, tables::split_stability);
        Section::new("halves", "Random halves", "", pieces)
    }));
    sections.push(Section::new("axes", "How the two axes are tied", "", vec![coupling(&found.coupling)]));
    let given = found.given_segment.value();
    sections.extend(
        given.map(|given| Section::new("given", "The segment column that came along", "", vec![agreement(given)])),
    );
    sections
}

fn effects(found: &ValidationFindings) -> Option<Section> {
    if found.effects.is_empty() {
        return None;
    }
    let mut pieces: Vec<Piece> =
        Forest::of(&found.effects).map(|forest| Piece::figure(Drawing::Forest(forest))).into_iter().collect();
    let mut behind = vec![
        tables::tests("The tests behind the effects", &found.effects),
        tables::tests("The two scores themselves: a check of the definition, never evidence", &found.definition_check),
    ];
    behind.retain(|table| !table.rows.is_empty());
    pieces.push(Piece::Details("Tests and segment means".to_owned(), behind));
    Some(Section::wide(pieces))
}

fn later(found: &OutOfTime) -> Vec<Piece> {
    let mut pieces = vec![Piece::words(found.description.clone())];
    pieces.extend(Piece::table(tables::out_of_time(found)));
    let figures = found.outcomes.iter().filter_map(calibration).take(CALIBRATED);
    pieces.extend(figures.map(|lines| Piece::figure(Drawing::Lines(lines))));
    pieces
}

fn migration(migration: &Migration) -> Vec<Piece> {
    let kappa = migration.kappa.value().map(|kappa| {
        let ceiling = migration.kappa_ceiling.value().map_or_else(String::new, |ceiling| {
            format!(", where reliability allows at most {}", figures::coefficient(*ceiling))
        });
        format!(" Agreement beyond chance (kappa): {}{ceiling}.", figures::coefficient(*kappa))
    });
    vec![Piece::words(format!("{}{}", migration.description, kappa.unwrap_or_default()))]
}

fn confidence(confidence: &ConfidenceFindings) -> Vec<Piece> {
    measured(&confidence.share_at_least_80, |share| {
        let median = confidence.median.value().map(|median| format!(" The median is {}.", figures::percent(*median)));
        vec![Piece::words(format!(
            "{} of customers are in their segment with a confidence of at least {}.{}",
            figures::percent(*share),
            figures::percent_whole(0.8),
            median.unwrap_or_default()
        ))]
    })
}

fn agreement(given: &GivenSegmentAgreement) -> Piece {
    let share = if given.customers == 0 { 0.0 } else { given.agree as f64 / given.customers as f64 };
    let mut words = format!(
        "{} of {} customers have the same segment in the file as here ({}).",
        figures::integer(given.agree),
        figures::integer(given.customers),
        figures::percent_to(share, 2)
    );
    let unknown: Vec<String> =
        given.unknown.iter().map(|(name, count)| format!("{name} ({})", figures::integer(*count))).collect();
    if !unknown.is_empty() {
        words.push_str(&format!(" Names that are none of the four: {}.", unknown.join(", ")));
    }
    Piece::Words(words, "given-agreement".to_owned())
}

fn coupling(coupling: &CouplingFindings) -> Piece {
    let lines = [
        coupling.tetrachoric.value().map(|r| {
            format!(
                "The two axes correlate at {} (tetrachoric): they are partly one axis of activity.",
                figures::coefficient(*r)
            )
        }),
        coupling
            .concordant_share
            .value()
            .map(|share| format!("{} of customers are high on both or low on both.", figures::percent(*share))),
        coupling.loyalty_identity_share.value().map(|share| {
            format!(
                "For {} of customers loyalty is exactly one minus different products per line: those metrics are one.",
                figures::percent(*share)
            )
        }),
        coupling.cap_mass.value().map(|share| {
            format!("{} of gaps sit at the cap, which bends every figure made of gaps.", figures::percent(*share))
        }),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    if lines.is_empty() { Piece::Absent("Not measured.".to_owned()) } else { Piece::Points(lines) }
}
