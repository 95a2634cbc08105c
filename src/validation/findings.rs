//! What validation found: results.json `validation`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;

/// Size of an effect by the bands .01 / .06 / .14.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectSize {
    /// Below .01.
    Negligible,
    /// .01 to .06.
    Small,
    /// .06 to .14.
    Medium,
    /// .14 and above.
    Large,
}

/// Effect of the segments on one metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// Metric (a feature name or a score).
    pub metric: String,
    /// Why it is tied to the rule and no evidence; null if free.
    pub coupled: Option<String>,
    /// One-way ANOVA F.
    pub f_statistic: Measured<f64>,
    /// k - 1.
    pub df1: f64,
    /// N - k.
    pub df2: f64,
    /// Its p.
    pub p_value: Measured<f64>,
    /// `p_value`, Holm-adjusted within the family.
    pub p_holm: Measured<f64>,
    /// Eta squared.
    pub eta_squared: Measured<f64>,
    /// 95% interval by noncentral F, low end.
    pub eta_squared_low: Measured<f64>,
    /// High end.
    pub eta_squared_high: Measured<f64>,
    /// Percentile bootstrap over customers, 95%, below 500 customers; null above.
    pub eta_squared_bootstrap: Option<(f64, f64)>,
    /// Omega squared, floored at 0.
    pub omega_squared: Measured<f64>,
    /// Rank epsilon squared: the headline.
    pub rank_epsilon_squared: Measured<f64>,
    /// Kruskal-Wallis H, tie-corrected.
    pub kruskal_h: Measured<f64>,
    /// Its p.
    pub kruskal_p: Measured<f64>,
    /// Holm-adjusted within the family.
    pub kruskal_p_holm: Measured<f64>,
    /// Brown-Forsythe W.
    pub brown_forsythe_w: Measured<f64>,
    /// Its p.
    pub brown_forsythe_p: Measured<f64>,
    /// Welch's F.
    pub welch_f: Measured<f64>,
    /// Its p.
    pub welch_p: Measured<f64>,
    /// Do the variances differ (Brown-Forsythe p < .01, or sd ratio > 2)? Then read Welch and the pairs.
    pub unequal_variances: Measured<bool>,
    /// Games-Howell pairs, where variances differ.
    pub games_howell: Vec<PairContrast>,
    /// Band of the headline effect (rank epsilon squared; eta squared where ranks are absent).
    pub effect: Measured<EffectSize>,
    /// Canonical reading: band of eta squared.
    pub effect_eta: Measured<EffectSize>,
    /// Mean per segment, in contract order.
    pub means: Vec<Measured<f64>>,
    /// Customers per segment with a value.
    pub counts: Vec<u64>,
}

/// One pair of a post-hoc comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairContrast {
    /// First segment's name.
    pub a: String,
    /// Second segment's name.
    pub b: String,
    /// Difference of means.
    pub difference: f64,
    /// p.
    pub p: f64,
    /// Hedges' g.
    pub hedges_g: f64,
}

/// Reliability of one score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Spearman-Brown of Pearson's odd-even correlation of the score, all customers: what the gate judges.
    pub value: f64,
    /// The same of the halves' normal scores: what a split, which knows ranks only, rests on.
    pub by_ranks: Measured<f64>,
    /// The same of the mean gaps that the frequency score is made of: there a few customers who stay away for
    /// months weigh most.
    pub mean_gap: Measured<f64>,
    /// Customers used.
    pub customers: u64,
    /// By history length: (label, customers, value).
    pub by_history: Vec<ReliabilityBand>,
    /// Probability that a median split repeats: 1/2 + asin(rho)/pi at `by_ranks`.
    pub repeat_probability: f64,
}

/// Reliability within one band of history length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBand {
    /// Orders, as text ("5-9").
    pub orders: String,
    /// Customers.
    pub customers: u64,
    /// Reliability.
    pub value: Measured<f64>,
}

/// Reliability of both scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliabilities {
    /// Of `freq_score` (via the mean gap).
    pub frequency: Measured<Reliability>,
    /// Of `loyalty_score`.
    pub loyalty: Measured<Reliability>,
}

/// Confidence over all customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceFindings {
    /// Share of customers with confidence >= .8.
    pub share_at_least_80: Measured<f64>,
    /// Median.
    pub median: Measured<f64>,
    /// Share whose bootstrap keeps the label at least 80% of the time, if computed.
    pub bootstrap_share_at_least_80: Measured<f64>,
}

/// Split stability, observed and for permuted labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitStability {
    /// Median relative gap per metric.
    pub observed: BTreeMap<String, Measured<f64>>,
    /// The same with labels permuted: what the check gives when segments mean nothing.
    pub permuted: BTreeMap<String, Measured<f64>>,
}

/// One future outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeFindings {
    /// `next_gap_days`, `orders_in_horizon`, `reorder_share`, `returned_30d`, `spend`, ...
    pub outcome: String,
    /// Customers with the outcome.
    pub customers: u64,
    /// Mean per segment before the cut, in contract order.
    pub means: Vec<Measured<f64>>,
    /// Omega squared of the segments.
    pub omega_squared: Measured<f64>,
    /// 95% interval, low.
    pub omega_squared_low: Measured<f64>,
    /// High.
    pub omega_squared_high: Measured<f64>,
    /// AUC of the 4-level score for the binary reading of the outcome.
    pub auc: Measured<f64>,
    /// Lift of the best segment over all.
    pub lift: Measured<f64>,
    /// Calibration: (expected, observed, customers) per level.
    pub calibration: Vec<(f64, f64, u64)>,
    /// What the binary reading is ("next gap <= median").
    pub binary: String,
}

/// Out-of-time validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutOfTime {
    /// `per_customer` or `calendar`.
    pub cut: String,
    /// What the cut is, in words.
    pub description: String,
    /// Customers that qualify before the cut.
    pub customers: u64,
    /// Outcomes after it.
    pub outcomes: Vec<OutcomeFindings>,
    /// R²(rule) / R²(scores) for the first outcome: what the median split costs.
    pub rule_share_of_score_r2: Measured<f64>,
}

/// Migration between the segments before and after.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Migration {
    /// What the two periods are, in words.
    pub description: String,
    /// Customers with both.
    pub customers: u64,
    /// Counts, rows = before, columns = after, contract order.
    pub matrix: Vec<Vec<u64>>,
    /// Cohen's kappa.
    pub kappa: Measured<f64>,
    /// ARI.
    pub ari: Measured<f64>,
    /// Share that keeps its segment.
    pub agreement: Measured<f64>,
    /// Kappa that the scores' reliability allows at best.
    pub kappa_ceiling: Measured<f64>,
    /// Kappa with the thresholds of the earlier part frozen, as monitoring does it.
    pub kappa_frozen: Measured<f64>,
    /// Share that keeps its segment at frozen thresholds.
    pub agreement_frozen: Measured<f64>,
}

/// One contender of the bake-off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contender {
    /// `rule`, `kmeans_scores`, `kmeans_behaviour`, `terciles`, `rfm_quintiles`, `continuous`, `order_count`.
    pub id: String,
    /// Levels of the contender (0 = continuous).
    pub levels: u32,
    /// The outcome it was judged on.
    pub outcome: String,
    /// Customers held out who have the outcome: what every figure of the row is over.
    pub customers: u64,
    /// Held-out R².
    pub r2: Measured<f64>,
    /// Held-out AUC.
    pub auc: Measured<f64>,
    /// R² minus the rule's, with a 95% paired bootstrap interval.
    pub delta_r2: Measured<f64>,
    /// Low end.
    pub delta_r2_low: Measured<f64>,
    /// High end.
    pub delta_r2_high: Measured<f64>,
    /// AUC minus the rule's.
    pub delta_auc: Measured<f64>,
    /// Low end.
    pub delta_auc_low: Measured<f64>,
    /// High end.
    pub delta_auc_high: Measured<f64>,
    /// Does its interval lie above +0.01?
    pub beats_rule: bool,
}

/// How far loyalty is the algebra of unique products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CouplingFindings {
    /// Share of customers for whom `loyalty = 1 - unique / lines` holds exactly.
    pub loyalty_identity_share: Measured<f64>,
    /// Share of customers whose cv reaches the cap's arithmetic bound (cap mass on gaps).
    pub cap_mass: Measured<f64>,
    /// Tetrachoric correlation of the two axes.
    pub tetrachoric: Measured<f64>,
    /// Share of concordant quadrants.
    pub concordant_share: Measured<f64>,
}

/// results.json `validation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ValidationFindings {
    /// Effects of the canonical seven metrics, then all other behavioural features.
    pub effects: Vec<Effect>,
    /// The two scores themselves: a check of the definition, never evidence.
    pub definition_check: Vec<Effect>,
    /// Reliability.
    pub reliability: Reliabilities,
    /// Confidence.
    pub confidence: ConfidenceFindings,
    /// Sensitivity of the assignment to the thresholds.
    pub threshold_sensitivity: Vec<crate::segments::findings::SensitivityPoint>,
    /// Split stability.
    pub split_stability: Measured<SplitStability>,
    /// Coupling and independence of the axes.
    pub coupling: CouplingFindings,
    /// Out-of-time.
    pub out_of_time: Measured<OutOfTime>,
    /// Migration.
    pub migration: Measured<Migration>,
    /// Bake-off.
    pub bake_off: Measured<Vec<Contender>>,
    /// What scoring would have said at each month end, or after every few orders.
    pub time_machine: Measured<super::time_machine::TimeMachine>,
    /// Agreement with a segment column that came along.
    pub given_segment: Measured<crate::segments::findings::GivenSegmentAgreement>,
}
