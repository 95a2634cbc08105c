//! The segments page: the thresholds as an instrument, and what the four segments are like.

use serde::{Deserialize, Serialize};

use super::{Piece, Section, measured};
use crate::chart::boxes::Boxes;
use crate::chart::drawing::Drawing;
use crate::chart::histogram::{Counted, Words};
use crate::chart::segment_map::SegmentMap;
use crate::chart::thresholds::thresholds;
use crate::features::catalogue::Behavioural;
use crate::ordered::order_by;
use crate::pipeline::labels::Labels;
use crate::pipeline::outcome::Outcome;
use crate::pipeline::trial::{Trial, Weighed};
use crate::planning::findings::Experiment;
use crate::report::naming::Naming;
use crate::report::tables::why_absent;
use crate::report::{figures, tables, wording};
use crate::segments::findings::{ScoreThresholds, Segment, SensitivityPoint};
use crate::segments::thresholds::TypedThresholds;
use crate::stats::measured::Measured;
use crate::validation::findings::ConfidenceFindings;

/// The segments page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Segments {
    /// The thresholds in force and what they make; `None` where nobody is in a segment.
    pub in_force: Option<Tried>,
    /// The map under the lines, which the page draws itself: it follows the hand.
    pub map: Option<SegmentMap>,
    /// What the reader calls the segments, in the order of the contracts (untrusted).
    pub names: Vec<String>,
    /// How the thresholds in force differ from the recommended ones, in a sentence; empty if they do not.
    pub departed: String,
    /// What the segments are like, how firm they are.
    pub sections: Vec<Section>,
}

/// Thresholds, and what they make of the customers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    /// As asked for: `None` is the recommended one.
    pub typed: TypedThresholds,
    /// The frequency threshold as a score.
    pub frequency: f64,
    /// The loyalty threshold.
    pub loyalty: f64,
    /// The recommended frequency threshold, the median.
    pub median_frequency: f64,
    /// The recommended loyalty threshold.
    pub median_loyalty: f64,
    /// The four segments, in the order of the contracts.
    pub segments: Vec<Part>,
    /// How many stand exactly on the frequency line.
    pub frequency_ties: String,
    /// How many stand exactly on the loyalty line.
    pub loyalty_ties: String,
    /// Who would be elsewhere at the recommended lines; empty at those.
    pub moved: String,
    /// What follows after the counts.
    pub weighed: Option<Weight>,
}

/// One segment at these thresholds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Customers.
    pub count: u64,
    /// Customers, formatted.
    pub words: String,
    /// Share of the customers in segments.
    pub share: f64,
    /// The share, formatted.
    pub percent: String,
    /// Difference of the count to that at the recommended lines; empty at those.
    pub change: String,
}

/// What takes a moment longer than counting.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Weight {
    /// Share of customers at least 80% certain of their segment.
    pub sure: String,
    /// The same as a share, if measured.
    pub sure_share: Option<f64>,
    /// Median confidence and feasibility of an experiment per segment, in the order of the contracts.
    pub segments: Vec<Firmness>,
    /// Effects on what the rule does not contain, largest first.
    pub effects: Vec<Bar>,
}

/// How firm a segment is, and whether an experiment in it can find anything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Firmness {
    /// Median confidence of its customers.
    pub confidence: String,
    /// Class in the style sheet: `pass`, `caveat`, `absent`.
    pub class: String,
    /// Can it be tested, in a few words.
    pub trial: String,
    /// How many it needs and has, in a sentence.
    pub detail: String,
}

/// One effect.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// The metric.
    pub name: String,
    /// Rank ε², 0..=1.
    pub size: f64,
    /// The same, formatted, with its band.
    pub words: String,
}

/// A trial in words, as far as it has come; money in the unit of `labels`.
pub fn tried(trial: &Trial, weighed: Option<&Weighed>, labels: &Labels) -> Tried {
    let total: u64 = trial.counts.iter().sum();
    let departed = trial.frequency.used.to_bits() != trial.frequency.p50.to_bits()
        || trial.loyalty.used.to_bits() != trial.loyalty.p50.to_bits();
    let parts = trial.counts.iter().zip(&trial.recommended).map(|(&count, &then)| {
        let share = if total == 0 { 0.0 } else { count as f64 / total as f64 };
        Part {
            count,
            words: figures::integer(count),
            share,
            percent: figures::percent(share),
            change: if departed { change(count, then) } else { String::new() },
        }
    });
    Tried {
        typed: trial.typed,
        frequency: trial.frequency.used,
        loyalty: trial.loyalty.used,
        median_frequency: trial.frequency.p50,
        median_loyalty: trial.loyalty.p50,
        segments: parts.collect(),
        frequency_ties: ties(&trial.frequency),
        loyalty_ties: ties(&trial.loyalty),
        moved: if departed { moved(trial.moved, total) } else { String::new() },
        weighed: weighed.map(|found| weight(found, labels)),
    }
}

fn change(now: u64, then: u64) -> String {
    match now.cmp(&then) {
        std::cmp::Ordering::Less => format!("−{}", figures::integer(then - now)),
        std::cmp::Ordering::Equal => "±0".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", figures::integer(now - then)),
    }
}

fn ties(threshold: &ScoreThresholds) -> String {
    format!(
        "{} exactly on it ({})",
        figures::counted(threshold.ties, "customer", "customers"),
        figures::percent_to(threshold.tie_share, 2)
    )
}

fn moved(moved: u64, total: u64) -> String {
    let share = if total == 0 { 0.0 } else { moved as f64 / total as f64 };
    format!(
        "{} ({}) would be in another segment than at the recommended lines.",
        figures::counted(moved, "customer", "customers"),
        figures::percent(share)
    )
}

fn weight(found: &Weighed, labels: &Labels) -> Weight {
    let mut effects: Vec<Bar> = found
        .effects
        .iter()
        .filter_map(|(name, size)| {
            let size = *size.value()?;
            let band = wording::inside(wording::effect(crate::validation::effects::band(size)));
            Some(Bar { name: wording::metric(name), size, words: format!("{} {band}", figures::coefficient(size)) })
        })
        .collect();
    order_by(&mut effects, |a, b| b.size.total_cmp(&a.size));
    let segments = Segment::ALL.into_iter().zip(&found.median_confidence).map(|(segment, confidence)| {
        let own = found.experiments.iter().find(|experiment| experiment.segment == segment.name());
        Firmness {
            confidence: tables::or_dash(confidence, figures::percent_whole),
            ..own.map(|own| trial(own, labels)).unwrap_or_default()
        }
    });
    Weight {
        sure: tables::or_dash(&found.sure_share, figures::percent),
        sure_share: found.sure_share.value().copied(),
        segments: segments.collect(),
        effects,
    }
}

/// Can the planned change be found in this segment?
fn trial(experiment: &Experiment, labels: &Labels) -> Firmness {
    let Some((treated, control)) = experiment.per_arm.value().zip(experiment.control_arm.value()) else {
        let detail = why_absent(&experiment.per_arm).unwrap_or_default();
        return Firmness {
            class: "absent".to_owned(),
            trial: "test not sized".to_owned(),
            detail,
            ..Firmness::default()
        };
    };
    let powered = experiment.status == "powered";
    let (class, words) = if powered { ("pass", "can be tested") } else { ("caveat", "too few to test") };
    let detail = format!(
        "To find the planned change in the {} takes {} customers; it has {}.",
        wording::kpi(&experiment.kpi),
        figures::integer((treated + control) as u64),
        figures::integer(experiment.customers)
    );
    let detail = Naming::told(labels, detail);
    Firmness { confidence: String::new(), class: class.to_owned(), trial: words.to_owned(), detail }
}

pub(super) fn page(outcome: &Outcome) -> Segments {
    let results = &outcome.results;
    let Some(in_force) = Trial::of(results) else {
        let why = why_absent(&results.thresholds).unwrap_or_else(|| "Nobody is in a segment.".to_owned());
        return Segments { sections: vec![Section::wide(vec![Piece::Absent(why)])], ..Segments::default() };
    };
    let mut sections = vec![Section::new(
        "profiles",
        "What they are like",
        "Means per segment. A feature tied to the rule differs by arithmetic: that is no finding.",
        Piece::table(tables::segment_profiles(&results.segments)).into_iter().collect(),
    )];
    sections.extend(spread(outcome));
    if let Some(validation) = results.validation.value() {
        sections.push(Section::new(
            "confidence",
            "How sure each label is",
            "From the spread of each customer’s own gaps and orders: the chance that the true scores lie on the same \
             side of both lines.",
            confidence(outcome, &validation.confidence),
        ));
        // It follows the verdict.
        if !validation.threshold_sensitivity.is_empty() {
            sections.push(Section::new(
                "sensitivity",
                "If the lines were drawn elsewhere",
                "Both lines at another percentile, and at the medians of smaller samples of these customers.",
                sensitivity(&validation.threshold_sensitivity),
            ));
        }
    }
    Segments {
        names: Segment::ALL.map(|segment| results.params.labels.name(segment).to_owned()).to_vec(),
        departed: departed(&in_force),
        map: outcome.drawings.score_density.value().and_then(|density| SegmentMap::of(results, density)),
        in_force: Some(tried(&in_force, Some(&Weighed::of(results)), &results.params.labels)),
        sections,
    }
}

/// From what to what, and how many move; empty at the recommended thresholds.
pub fn departed(trial: &Trial) -> String {
    let days = |score: f64| figures::decimal(1.0 / score - 1.0, 1);
    let mut parts = Vec::new();
    if trial.frequency.used.to_bits() != trial.frequency.p50.to_bits() {
        parts.push(format!(
            "frequency at every {} days instead of {}",
            days(trial.frequency.used),
            days(trial.frequency.p50)
        ));
    }
    if trial.loyalty.used.to_bits() != trial.loyalty.p50.to_bits() {
        parts.push(format!(
            "loyalty at {} bought before instead of {}",
            figures::percent(trial.loyalty.used),
            figures::percent(trial.loyalty.p50)
        ));
    }
    if parts.is_empty() {
        return String::new();
    }
    let total: u64 = trial.counts.iter().sum();
    format!("Lines set by hand: {}. {}", wording::list(&parts), moved(trial.moved, total))
}

/// Features whose spread is shown: what the rule does not contain first, then what it is made of.
const SPREAD: [Behavioural; 6] = [
    Behavioural::AvgBasketSize,
    Behavioural::AisleEntropy,
    Behavioural::MeanOrderHour,
    Behavioural::MeanDaysBetweenOrders,
    Behavioural::ReorderRatio,
    Behavioural::UniqueProducts,
];

/// Box plots per segment; nothing until they are computed.
fn spread(outcome: &Outcome) -> Option<Section> {
    let boxes: Vec<Piece> = SPREAD
        .into_iter()
        .filter_map(|feature| {
            let found = outcome.drawings.boxes.iter().find(|found| found.name == feature.name())?;
            let entry = feature.entry();
            let mut boxes = Boxes::of(found, entry.unit)?;
            if entry.coupling.is_some() {
                boxes.said.title.push_str(", tied to the rule");
            }
            Some(Piece::figure(Drawing::Boxes(boxes)))
        })
        .collect();
    let lead = "Half of a segment lies in its box, nine tenths between its whiskers.";
    (!boxes.is_empty()).then(|| Section::new("spread", "How far they overlap", lead, boxes))
}

/// Other percentiles as a curve, smaller samples as a table.
fn sensitivity(points: &[SensitivityPoint]) -> Vec<Piece> {
    let smaller: Vec<SensitivityPoint> = points.iter().filter(|point| point.kind == "re_estimated").cloned().collect();
    let curve = thresholds(points).map(|mut lines| {
        "Both lines at another percentile".clone_into(&mut lines.said.title);
        Piece::figure(Drawing::Lines(lines))
    });
    let table = if curve.is_some() { tables::sensitivity(&smaller) } else { tables::sensitivity(points) };
    curve.into_iter().chain(Piece::table(table)).collect()
}

fn confidence(outcome: &Outcome, found: &ConfidenceFindings) -> Vec<Piece> {
    let mut pieces = measured(&found.share_at_least_80, |share| {
        let bootstrap = match &found.bootstrap_share_at_least_80 {
            Measured::Value(share) => {
                format!(
                    " Resampling each customer’s own history keeps the label that often for {}.",
                    figures::percent(*share)
                )
            }
            Measured::NotMeasured(_) => String::new(),
        };
        vec![Piece::words(format!(
            "{} of the customers are at least 80% certain.{bootstrap}",
            figures::percent(*share)
        ))]
    });
    let drawn = outcome.drawings.confidence.value().map(|counts| {
        let words = Words {
            title: "Customers by certainty".to_owned(),
            sentence: found.median.value().map_or_else(String::new, |median| {
                format!("Half of the customers are at least {} certain.", figures::percent_whole(*median))
            }),
            note: None,
        };
        Piece::figure(Drawing::Counted(Counted::of(counts, words)))
    });
    pieces.extend(drawn);
    pieces
}
