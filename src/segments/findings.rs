//! What the segments room found: results.json `thresholds` and `segments`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;

/// The four segments, in the order of the contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Segment {
    /// Frequency high, loyalty high.
    Champions,
    /// Frequency high, loyalty low.
    #[serde(rename = "Frequent Explorers")]
    FrequentExplorers,
    /// Frequency low, loyalty high.
    #[serde(rename = "Loyal Occasionals")]
    LoyalOccasionals,
    /// Frequency low, loyalty low.
    #[serde(rename = "At Risk")]
    AtRisk,
}

impl Segment {
    /// All four, in the order of the contracts.
    pub const ALL: [Self; 4] = [Self::Champions, Self::FrequentExplorers, Self::LoyalOccasionals, Self::AtRisk];

    /// The published name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Champions => "Champions",
            Self::FrequentExplorers => "Frequent Explorers",
            Self::LoyalOccasionals => "Loyal Occasionals",
            Self::AtRisk => "At Risk",
        }
    }

    /// Kebab-case slug (`frequent-explorers`).
    pub fn slug(self) -> &'static str {
        match self {
            Self::Champions => "champions",
            Self::FrequentExplorers => "frequent-explorers",
            Self::LoyalOccasionals => "loyal-occasionals",
            Self::AtRisk => "at-risk",
        }
    }

    /// The rule: `>=` is high.
    pub fn of(frequency_high: bool, loyalty_high: bool) -> Self {
        match (frequency_high, loyalty_high) {
            (true, true) => Self::Champions,
            (true, false) => Self::FrequentExplorers,
            (false, true) => Self::LoyalOccasionals,
            (false, false) => Self::AtRisk,
        }
    }
}

/// Percentiles of one score; p50 is the threshold unless one was typed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreThresholds {
    /// 20th percentile (shown, not used).
    pub p20: f64,
    /// Median.
    pub p50: f64,
    /// 80th percentile (shown, not used).
    pub p80: f64,
    /// The threshold in use: p50, or the one typed in.
    pub used: f64,
    /// Customers whose score equals the threshold.
    pub ties: u64,
    /// Their share.
    pub tie_share: f64,
}

/// results.json `thresholds`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Of `freq_score`.
    pub frequency: ScoreThresholds,
    /// Of `loyalty_score`.
    pub loyalty: ScoreThresholds,
    /// What it changes that a threshold was typed in; `None` at the recommended ones, the medians.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departure: Option<Departure>,
}

/// Thresholds set by hand beside the recommended ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Departure {
    /// Customers who would be in another segment at the medians.
    pub moved: u64,
    /// Their share of qualified customers.
    pub moved_share: f64,
    /// Customers per segment at the medians, in the order of the contracts.
    pub recommended: [u64; 4],
}

/// One segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentFindings {
    /// Published name.
    pub name: Segment,
    /// Customers.
    pub count: u64,
    /// Share of qualified customers.
    pub share: f64,
    /// Mean frequency score.
    pub mean_freq_score: Measured<f64>,
    /// Mean loyalty score.
    pub mean_loyalty_score: Measured<f64>,
    /// Mean of each behavioural feature present.
    pub profile: BTreeMap<String, Measured<f64>>,
    /// Median confidence of its customers.
    pub median_confidence: Measured<f64>,
}

/// Agreement with a segment column that the file brought along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GivenSegmentAgreement {
    /// Customers with a given segment.
    pub customers: u64,
    /// Of those, ours equals theirs.
    pub agree: u64,
    /// Given names that are none of the four, with counts, most frequent first, at most 10.
    pub unknown: Vec<(String, u64)>,
}

/// Movement at one other threshold choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensitivityPoint {
    /// Both cuts at this percentile (0.40..=0.60), or the resample size for `re_estimated`.
    pub at: f64,
    /// `percentile` or `re_estimated`.
    pub kind: String,
    /// Share of customers that move segment (mean over draws for `re_estimated`).
    pub moved_share: f64,
    /// 95th percentile over draws; equals `moved_share` for `percentile`.
    pub moved_share_p95: f64,
    /// ARI between the two assignments.
    pub ari: f64,
}
