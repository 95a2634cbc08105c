//! The decision: results.json `decision` and the verdict of `readiness`.

use serde::{Deserialize, Serialize};

/// Verdict of all gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every gate passed.
    Go,
    /// No blocking gate failed, but something failed, has a caveat or was not measured.
    GoWithCaveats,
    /// A blocking gate failed.
    NoGo,
}

/// What to ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recommendation {
    /// The deterministic four-segment rule.
    Rule,
    /// Clusters: the data really have them.
    Clusters,
    /// Nothing: the data cannot support a segmentation.
    Refuse,
}

/// A reason or caveat with its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// Stable code in `snake_case` (`depth_failed`, `null_benchmark`).
    pub code: String,
    /// One sentence, its numbers formatted.
    pub text: String,
    /// The gate or field it rests on (`gates.depth`, `clustering.null_benchmark`).
    pub evidence: String,
}

/// results.json `decision`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionFindings {
    /// What to ship.
    pub recommendation: Recommendation,
    /// Why, heaviest first.
    pub reasons: Vec<Reason>,
    /// What to keep in mind, heaviest first.
    pub caveats: Vec<Reason>,
}
