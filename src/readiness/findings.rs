//! What the readiness room found: results.json `readiness` less the verdict.

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;

/// Status of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The threshold is met.
    Pass,
    /// Usable, with the caveat listed.
    Caveat,
    /// Not met.
    Fail,
    /// Could not be measured; never a pass.
    NotMeasured,
}

/// One readiness gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Stable id: `integrity`, `volume`, `depth`, `stability_a`, `stability_b`, `stability_b_prime`,
    /// `reliability`, `confidence`, `cap_mass`, `tie_mass`, `smallest_segment`, `out_of_time`, `migration`, `sparsity`.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// The measured value in its own unit (share 0..1, count, ratio).
    pub value: Measured<f64>,
    /// Threshold to pass, as a rule in words (">= 0.70").
    pub pass: String,
    /// Threshold for a caveat, in words; empty if there is none.
    pub caveat: String,
    /// The outcome.
    pub status: Status,
    /// Does a fail alone make the verdict NO-GO?
    pub blocking: bool,
    /// Where the threshold comes from ("canonical", "judgement", "Landis-Koch").
    pub basis: String,
    /// What stands behind the value, one sentence (numbers formatted by `report::figures` only in documents).
    pub note: String,
}

/// GO or NO-GO by the canonical project's own logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CanonicalDecision {
    /// All four gates passed.
    Go,
    /// At least one did not.
    NoGo,
}

/// The canonical project's own gates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CanonicalGates {
    /// Users kept >= 70%.
    pub depth: Measured<bool>,
    /// >= 1,000 users.
    pub volume: Measured<bool>,
    /// Share of users with cv < 1 >= 70%.
    pub stability_a: Measured<bool>,
    /// >= 50% of users shift <= 25%.
    pub stability_b: Measured<bool>,
    /// `depth && volume && a && b`; not measured if one of them is not.
    pub decision: Measured<CanonicalDecision>,
}

/// What a minimum number of orders would keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderCountThreshold {
    /// The minimum.
    pub min_orders: u32,
    /// Customers kept.
    pub customers: u64,
    /// Share of customers kept.
    pub customers_share: f64,
    /// Share of orders kept.
    pub orders_share: f64,
}

/// Shares of customers per regularity band.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// `regular`, `moderate`, `irregular`, `erratic`; `consistent`, `moderate`, `variable`.
    pub name: String,
    /// Customers in the band; upper edges belong to it, and so does a spread of exactly 0 to the first
    /// band (the original's binning left those customers out of all bands).
    pub customers: u64,
    /// Share of the customers who have the figure.
    pub share: f64,
}

/// Change between the early and the late half of a customer's gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EarlyLate {
    /// Customers with at least 6 gaps and a positive early mean.
    pub customers: u64,
    /// Median of |late - early| / early.
    pub median_absolute_shift: Measured<f64>,
    /// Upper quartile of the same.
    pub q75_absolute_shift: Measured<f64>,
    /// Share of those customers with a shift of at most 25%.
    pub share_within_25pct: Measured<f64>,
    /// Median of |ln(late / early)|.
    pub median_log_ratio: Measured<f64>,
    /// The same after permuting each customer's gaps: what history length and irregularity alone give.
    pub median_log_ratio_permuted: Measured<f64>,
}

/// A correlation matrix of the eight user metrics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrelationTable {
    /// Names of the metrics.
    pub metrics: Vec<String>,
    /// Rows of Pearson correlations; not measured where a metric is constant.
    pub matrix: Vec<Vec<Measured<f64>>>,
}

/// Mean, spread and range of one per-customer diagnostic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Name (`mean_days_between`, `std_hour_circular`, ...).
    pub name: String,
    /// Customers with a value.
    pub customers: u64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation, ddof 1.
    pub std: Measured<f64>,
    /// Minimum.
    pub min: f64,
    /// Lower quartile.
    pub q25: f64,
    /// Median.
    pub median: f64,
    /// Upper quartile.
    pub q75: f64,
    /// Maximum.
    pub max: f64,
}

/// The readiness diagnostics on qualified customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Qualified customers.
    pub customers: u64,
    /// Their orders.
    pub orders: Measured<f64>,
    /// Median orders per qualified customer.
    pub median_orders: Measured<f64>,
    /// Mean over customers of the days from first to last order.
    pub mean_span_days: Measured<f64>,
    /// Mean over customers of the mean gap, days.
    pub mean_days_between: Measured<f64>,
    /// Median over customers of the gaps' cv.
    pub median_cv_days: Measured<f64>,
    /// Share of customers with cv < 1.
    pub share_cv_below_1: Measured<f64>,
    /// Arithmetic mean over customers of their circular mean hour (as the original reported).
    pub mean_hour_circular: Measured<f64>,
    /// Standard deviation over customers of their circular mean hour.
    pub std_hour_circular: Measured<f64>,
    /// Mean over customers of their circular standard deviation of the hour.
    pub mean_std_hour_circular: Measured<f64>,
    /// Pooled circular mean hour over customers' unit vectors (the corrected reading).
    pub pooled_mean_hour: Measured<f64>,
    /// Mean over customers of their circular standard deviation of the weekday.
    pub mean_std_weekday_circular: Measured<f64>,
    /// Products that anyone qualified bought.
    pub catalog_size: Measured<f64>,
    /// Median distinct products per customer.
    pub median_unique_products: Measured<f64>,
    /// Median share of the bought catalogue per customer.
    pub median_catalog_coverage: Measured<f64>,
    /// Median average basket.
    pub median_avg_basket_size: Measured<f64>,
    /// Early against late half of the gaps.
    pub early_late: EarlyLate,
    /// Regularity bands of the gap cv.
    pub cv_bands: Vec<Band>,
    /// Regularity bands of the hour's circular sd.
    pub hour_bands: Vec<Band>,
    /// Regularity bands of the weekday's circular sd.
    pub weekday_bands: Vec<Band>,
    /// Spread of the per-customer diagnostics.
    pub spreads: Vec<Spread>,
    /// Correlations of the eight user metrics.
    pub correlations: Measured<CorrelationTable>,
}

/// What readiness found from the order history alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadinessFindings {
    /// The gates that the order history alone can answer.
    pub gates: Vec<Gate>,
    /// The canonical project's own logic.
    pub canonical: CanonicalGates,
    /// 3, 5, 7, 10 and the chosen minimum.
    pub order_count_thresholds: Vec<OrderCountThreshold>,
    /// Diagnostics.
    pub summary: Summary,
}
