//! What the features room found: results.json `features`.

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;

/// Which family a feature belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// One of the 15 behavioural features.
    Behavioural,
    /// A category share.
    Category,
    /// A corrected feature beside its canonical twin.
    Corrected,
}

/// Description of one feature over the qualified customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureSummary {
    /// Feature name.
    pub name: String,
    /// Family.
    pub group: Group,
    /// Mean, after imputation.
    pub mean: Measured<f64>,
    /// Standard deviation, ddof 1.
    pub std: Measured<f64>,
    /// Minimum.
    pub min: Measured<f64>,
    /// Maximum.
    pub max: Measured<f64>,
    /// Adjusted Fisher-Pearson skewness.
    pub skewness: Measured<f64>,
    /// Missing values before imputation.
    pub missing: u64,
    /// Variance, ddof 1.
    pub variance: Measured<f64>,
    /// Values imputed, and with what ("median").
    pub imputed: u64,
}

/// A pair of features with |r| > 0.85.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HighCorrelation {
    /// First feature.
    pub a: String,
    /// Second feature.
    pub b: String,
    /// Pearson's r.
    pub r: f64,
}

/// Pearson's r of every pair of the behavioural features.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Correlations {
    /// The features.
    pub features: Vec<String>,
    /// Row i holds r with the features before it: i values; not measured where a feature is constant.
    pub rows: Vec<Vec<Measured<f64>>>,
}

/// IQR outliers of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutlierCount {
    /// Feature.
    pub name: String,
    /// Values below q1 - 1.5 iqr or above q3 + 1.5 iqr.
    pub count: u64,
}

/// Hartigan's dip test of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DipFinding {
    /// Feature.
    pub name: String,
    /// The dip statistic.
    pub d: Measured<f64>,
    /// Its p-value.
    pub p: Measured<f64>,
    /// Was a tie lattice jittered first, by how much in sd?
    pub jitter_sd: f64,
    /// Rows used.
    pub rows: u64,
}

/// A dictionary entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DictionaryEntry {
    /// Feature name.
    pub name: String,
    /// Family.
    pub group: Group,
    /// Unit ("days", "share", "bits").
    pub unit: String,
    /// Formula in words and symbols.
    pub formula: String,
    /// Source roles.
    pub source: String,
    /// How it is tied to the rule, if it is.
    pub coupling: Option<String>,
}

/// results.json `features`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureFindings {
    /// Qualified customers.
    pub customers: u64,
    /// Number of features.
    pub count: u64,
    /// One summary per feature, in matrix order.
    pub summary: Vec<FeatureSummary>,
    /// Summaries of the corrected features, over the customers who have a value; nothing is imputed.
    #[serde(default)]
    pub corrected: Vec<FeatureSummary>,
    /// |r| > 0.85 among the behavioural features.
    pub high_correlations: Vec<HighCorrelation>,
    /// Correlations of the behavioural features, each pair once.
    #[serde(default)]
    pub correlations: Correlations,
    /// Names of features with variance < 0.001.
    pub low_variance: Vec<String>,
    /// IQR outliers of the behavioural features.
    pub outliers: Vec<OutlierCount>,
    /// Dip tests of the behavioural features and the scores.
    pub dip: Vec<DipFinding>,
    /// The dictionary of the features present.
    pub dictionary: Vec<DictionaryEntry>,
}
