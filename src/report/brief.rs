//! The first screen: headline, standfirst, recommendation, three facts, three caveats.
//!
//! All of it follows from the one verdict and the one recommendation of the decision room; nothing is weighed again.

use serde::{Deserialize, Serialize};

use super::{figures, wording};
use crate::clustering::findings::NullBenchmark;
use crate::decision::findings::{Reason, Recommendation, Verdict};
use crate::decision::sentences;
use crate::pipeline::outcome::{Results, tribunal_is_out};
use crate::readiness::findings::{Gate, Status};
use crate::readiness::gates::{Bounds, spec};
use crate::stats::measured::Measured;

/// One fact: a figure large enough to be remembered, and what it means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// The figure, formatted.
    pub figure: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it means.
    pub text: String,
    /// Page that tells more, as in the address (`validation`).
    pub more: String,
}

/// The first screen in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// GO, GO WITH CAVEATS, NO-GO.
    pub verdict: String,
    /// The headline.
    pub headline: String,
    /// Why, in two or three sentences.
    pub standfirst: String,
    /// What to do, in a few words.
    pub recommendation: String,
    /// The heaviest reason for it.
    pub because: String,
    /// At most three facts, strongest first.
    pub facts: Vec<Fact>,
    /// At most three caveats, heaviest first.
    pub caveats: Vec<String>,
    /// How many more caveats there are.
    pub more_caveats: usize,
}

/// In place of the heaviest reason while nobody knows whether there are clusters.
const STILL_OUT: &str = "So far: whether the customers fall into clusters is still being tested, and would change this \
                         only if they do.";

/// The brief of a finished or half-finished run.
pub fn brief(results: &Results) -> Brief {
    let decision = &results.decision;
    let caveats: Vec<String> = if decision.caveats.is_empty() {
        results.readiness.reasons.clone()
    } else if decision.recommendation == Recommendation::Rule {
        decision.caveats.iter().map(|caveat| plainly(caveat, &results.readiness.gates)).collect()
    } else {
        decision.caveats.iter().map(|caveat| caveat.text.clone()).collect()
    };
    // What the standfirst has said is not said again right below.
    let said = decision.recommendation == Recommendation::Rule && clusters_in_a_sentence(results).is_some();
    Brief {
        verdict: wording::verdict(results.readiness.verdict).to_owned(),
        headline: headline(results),
        standfirst: standfirst(results),
        recommendation: wording::recommendation(decision.recommendation).to_owned(),
        because: if tribunal_is_out(results) && decision.recommendation != Recommendation::Refuse {
            STILL_OUT.to_owned()
        } else if said {
            String::new()
        } else {
            decision.reasons.first().map(|reason| reason.text.clone()).unwrap_or_default()
        },
        facts: facts(results),
        more_caveats: caveats.len().saturating_sub(3),
        caveats: caveats.into_iter().take(3).collect(),
    }
}

/// A caveat for a reader who has half a minute; the memo has it in full.
fn plainly(caveat: &Reason, gates: &[Gate]) -> String {
    let gate = gates.iter().find(|gate| caveat.evidence.strip_prefix("gates.") == Some(&gate.id));
    let found = gate.and_then(|gate| {
        let (Bounds::AtLeast(bar, _) | Bounds::AtMost(bar, _) | Bounds::Descriptive(bar)) = spec(&gate.id)?.bounds
        else {
            return None;
        };
        Some((gate, *gate.value.value()?, bar))
    });
    let Some((gate, value, bar)) = found else { return caveat.text.clone() };
    let (share, wanted) = (figures::percent_whole(value), figures::percent_whole(bar));
    match gate.id.as_str() {
        "stability_a" => format!("{share} of customers order at a steady pace; {wanted} would be a firm base."),
        "stability_b" => {
            format!("{share} of customers keep within 25% of their earlier pace; {wanted} would be a firm base.")
        }
        "stability_b_prime" => format!(
            "From early to late, gaps change {} times as much as chance alone would make them; {} is the limit.",
            figures::decimal(value, 2),
            figures::decimal(bar, 2)
        ),
        "confidence" => format!(
            "{share} of customers sit in their segment with at least 80% certainty ({wanted} wanted); the others are near a line."
        ),
        _ => caveat.text.clone(),
    }
}

fn headline(results: &Results) -> String {
    match (results.decision.recommendation, results.readiness.verdict) {
        (Recommendation::Refuse, _) => "These data cannot carry a segmentation yet",
        (_, Verdict::NoGo) => "Segments can be drawn here, but not acted on",
        (Recommendation::Rule, Verdict::Go) => "Four segments that hold: ship the rule",
        (Recommendation::Rule, Verdict::GoWithCaveats) => "Ship the four segments, and say what they are not",
        (Recommendation::Clusters, Verdict::Go) => "The clusters are real: use them instead of the rule",
        (Recommendation::Clusters, Verdict::GoWithCaveats) => "The clusters are real: use them, with care",
    }
    .to_owned()
}

fn standfirst(results: &Results) -> String {
    let segmented = results.segmented();
    let read = figures::integer(results.extract.customers);
    let mut text = match results.decision.recommendation {
        Recommendation::Refuse => {
            let why = results
                .decision
                .reasons
                .first()
                .map_or_else(|| "The gates that matter did not pass.".to_owned(), |reason| reason.text.clone());
            format!("{read} customers were read. {why}")
        }
        Recommendation::Rule => format!(
            "{} customers, each in exactly one of four segments, by how often they order and how much of it they \
             have bought before.",
            figures::integer(segmented)
        ),
        Recommendation::Clusters => format!(
            "{} customers fall into groups that structureless data would not show, and that return on resampling.",
            figures::integer(segmented)
        ),
    };
    if results.decision.recommendation == Recommendation::Rule
        && let Some(clusters) = clusters_in_a_sentence(results)
    {
        text.push(' ');
        text.push_str(&clusters);
    }
    text
}

/// What the tribunal found, in one sentence for the standfirst.
fn clusters_in_a_sentence(results: &Results) -> Option<String> {
    let clustering = results.clustering.value()?;
    if let Some(benchmark) = strongest(&clustering.null_benchmark) {
        return Some(format!(
            "Clustering was tested and set aside: its best separation, {}, is what structureless data of the same \
             shape would score ({}).",
            figures::coefficient(benchmark.observed),
            figures::coefficient(benchmark.null_mean)
        ))
        .filter(|_| benchmark.observed <= benchmark.null_mean + 3.0 * benchmark.null_sd);
    }
    // Anything longer stands in the recommendation, right below.
    None
}

/// The benchmark of the best clustering.
fn strongest(benchmarks: &[NullBenchmark]) -> Option<&NullBenchmark> {
    benchmarks.iter().max_by(|a, b| a.observed.total_cmp(&b.observed))
}

fn facts(results: &Results) -> Vec<Fact> {
    let all = if results.decision.recommendation == Recommendation::Refuse {
        vec![gates(results), reliability(results), confidence(results), clusters(results)]
    } else {
        vec![
            ahead_of_time(results),
            clusters(results),
            reliability(results),
            confidence(results),
            gates(results),
            free_effect(results),
        ]
    };
    all.into_iter().flatten().take(3).collect()
}

fn ahead_of_time(results: &Results) -> Option<Fact> {
    let later = results.validation.value()?.out_of_time.value()?;
    let outcome = later.outcomes.iter().find(|outcome| outcome.omega_squared.value().is_some())?;
    let explained = *outcome.omega_squared.value()?;
    let between = match (outcome.omega_squared_low.value(), outcome.omega_squared_high.value()) {
        (Some(low), Some(high)) => {
            format!(" (95% interval {} to {})", figures::percent(*low), figures::percent(*high))
        }
        _ => String::new(),
    };
    Some(Fact {
        figure: figures::percent_whole(explained),
        title: "foreseen".to_owned(),
        text: format!(
            "of the later differences in {} follow from segments fixed beforehand{between}.",
            sentences::outcome(&outcome.outcome)
        ),
        more: "validation".to_owned(),
    })
}

fn clusters(results: &Results) -> Option<Fact> {
    let clustering = results.clustering.value()?;
    if let Some(benchmark) = strongest(&clustering.null_benchmark) {
        return Some(Fact {
            figure: figures::decimal(benchmark.observed, 2),
            title: "best separation".to_owned(),
            text: format!(
                "by any clustering (silhouette, k\u{a0}=\u{a0}{}). Structureless data of the same shape scores {} ({}).",
                benchmark.k,
                figures::decimal(benchmark.null_mean, 2),
                figures::p_value(benchmark.p)
            ),
            more: "clustering".to_owned(),
        });
    }
    let best = clustering
        .sets
        .iter()
        .flat_map(|set| &set.grid)
        .filter_map(|cell| cell.silhouette.value().map(|silhouette| (*silhouette, cell.k)))
        .max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Fact {
        figure: figures::decimal(best.0, 2),
        title: "best separation".to_owned(),
        text: format!(
            "by any clustering (silhouette, k\u{a0}=\u{a0}{}). Up to {} counts as no structure.",
            best.1,
            figures::decimal(0.25, 2)
        ),
        more: "clustering".to_owned(),
    })
}

fn reliability(results: &Results) -> Option<Fact> {
    let both = &results.validation.value()?.reliability;
    let (name, weaker) = match (both.frequency.value(), both.loyalty.value()) {
        (Some(frequency), Some(loyalty)) if frequency.value <= loyalty.value => ("frequency", frequency),
        (_, Some(loyalty)) => ("loyalty", loyalty),
        (Some(frequency), None) => ("frequency", frequency),
        (None, None) => return None,
    };
    Some(Fact {
        figure: figures::decimal(weaker.value, 2),
        title: "reliability".to_owned(),
        text: format!(
            "of the weaker score, {name}: half of a customer's orders against the other half. A repeat would put {} \
             on the same side of the threshold.",
            figures::percent_whole(weaker.repeat_probability)
        ),
        more: "validation".to_owned(),
    })
}

fn confidence(results: &Results) -> Option<Fact> {
    let share = measured(&results.validation.value()?.confidence.share_at_least_80)?;
    Some(Fact {
        figure: figures::percent_whole(share),
        title: "sure of place".to_owned(),
        text: "of customers sit in their segment with a confidence of at least 80%; the rest are near a threshold."
            .to_owned(),
        more: "validation".to_owned(),
    })
}

fn gates(results: &Results) -> Option<Fact> {
    let gates = &results.readiness.gates;
    let passed = gates.iter().filter(|gate| gate.status == Status::Pass).count();
    let failed: Vec<String> =
        gates.iter().filter(|gate| gate.status == Status::Fail).map(|gate| wording::inside(&gate.title)).collect();
    let absent = gates.iter().filter(|gate| gate.status == Status::NotMeasured).count();
    (!gates.is_empty()).then(|| Fact {
        figure: format!("{passed} of {}", gates.len()),
        title: "gates pass".to_owned(),
        text: match (failed.as_slice(), absent) {
            ([], 0) => "The others are usable with a caveat.".to_owned(),
            ([], _) => format!(
                "None fails; {} not be measured on this extract.",
                if absent == 1 { "one could".to_owned() } else { format!("{} could", figures::integer(absent as u64)) }
            ),
            (failed, _) => format!("Failed: {}.", wording::list(failed)),
        },
        more: "data".to_owned(),
    })
}

fn free_effect(results: &Results) -> Option<Fact> {
    let (effect, size) = results
        .validation
        .value()?
        .effects
        .iter()
        .filter(|effect| effect.coupled.is_none())
        .filter_map(|effect| measured(&effect.rank_epsilon_squared).map(|size| (effect, size)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Fact {
        figure: figures::coefficient(size),
        title: "largest free effect".to_owned(),
        text: format!(
            "on anything not tied to the rule: {} (rank epsilon squared).",
            wording::inside(&wording::metric(&effect.metric))
        ),
        more: "validation".to_owned(),
    })
}

fn measured(value: &Measured<f64>) -> Option<f64> {
    value.value().copied()
}
