//! Room 8b: all gates, one verdict, one recommendation.
//!
//! [`decide`] is the only entry: findings in, decision out, nothing measured here. Every sentence of
//! every document follows from what it returns.

pub mod findings;
pub mod gates;
pub mod prophecy;
pub mod recommend;
pub mod sentences;
pub mod verdict;

#[cfg(test)]
mod fixture;

use crate::clustering::findings::ClusteringFindings;
use crate::planning::findings::PlanningFindings;
use crate::readiness::findings::Gate;
use crate::segments::findings::{SegmentFindings, Thresholds};
use crate::stats::measured::Measured;
use crate::validation::findings::ValidationFindings;
use findings::{DecisionFindings, Verdict};

/// All that a decision rests on, as the other rooms found it.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The gates that the order history alone answered.
    pub readiness_gates: &'a [Gate],
    /// Qualified customers.
    pub customers: u64,
    /// Median number of orders per qualified customer.
    pub median_orders: &'a Measured<f64>,
    /// The clustering tribunal.
    pub clustering: &'a Measured<ClusteringFindings>,
    /// Thresholds of the rule; absent where one of its two axes is.
    pub thresholds: &'a Measured<Thresholds>,
    /// The four segments.
    pub segments: &'a [SegmentFindings],
    /// Validation.
    pub validation: &'a Measured<ValidationFindings>,
    /// Experiments, for the size that the smallest segment needs.
    pub planning: &'a PlanningFindings,
}

/// What is decided, computed once.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// All gates of all rooms, in the order of STATISTICS.md section 3.
    pub gates: Vec<Gate>,
    /// The one verdict.
    pub verdict: Verdict,
    /// Why, heaviest first: the gates that did not pass, in words.
    pub verdict_reasons: Vec<String>,
    /// Rule, clusters or refuse, with reasons and caveats.
    pub findings: DecisionFindings,
}

/// Evidence to decision: a pure function.
pub fn decide(evidence: &Evidence<'_>) -> Decision {
    let gates = gates::all(evidence);
    let verdict = verdict::verdict(&gates);
    let verdict_reasons = verdict::reasons(&gates);
    let findings = recommend::recommend(evidence, &gates);
    Decision { gates, verdict, verdict_reasons, findings }
}
