//! What planning found: results.json `planning`.

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;

/// Scale of a KPI: which sample-size formula it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// Yes or no per customer.
    Proportion,
    /// A number per customer.
    Mean,
    /// A count per customer over equal exposure.
    Rate,
}

/// Error rates, arms and the effect that is worth finding: everything a plan can be told.
///
/// The plan is a pure function of this and of [`Summaries`], so that another choice needs no new run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanDesign {
    /// Family-wise probability of a false alarm; each segment is planned at its Bonferroni share.
    pub alpha: f64,
    /// Probability of finding the effect.
    pub power: f64,
    /// Share of a segment that is treated, 0..1.
    pub treatment_share: f64,
    /// Smallest change worth acting on, as a share of the baseline.
    pub relative_effect: f64,
}

impl Default for PlanDesign {
    /// alpha .05, power .80, equal arms; 10% of the baseline, a judgement that the owner of the budget should replace.
    fn default() -> Self {
        Self { alpha: 0.05, power: 0.8, treatment_share: 0.5, relative_effect: 0.1 }
    }
}

impl PlanDesign {
    /// Can a plan be made with it?
    pub fn valid(&self) -> bool {
        let inside = |value: f64, low: f64, high: f64| value >= low && value <= high;
        inside(self.alpha, 1e-4, 0.5)
            && inside(self.power, 0.5, 0.99)
            && inside(self.treatment_share, 0.05, 0.95)
            && inside(self.relative_effect, 0.001, 10.0)
    }
}

/// One KPI in one segment, as the extract shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Segment name.
    pub segment: String,
    /// Customers measured.
    pub customers: u64,
    /// Mean (a share for a proportion).
    pub mean: f64,
    /// Standard deviation, ddof 1.
    pub sd: f64,
    /// Correlation with the same KPI in the period before, inside the segment.
    pub rho: Measured<f64>,
}

/// One KPI in the four segments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Stable name.
    pub kpi: String,
    /// Scale.
    pub scale: Scale,
    /// Unit.
    pub unit: String,
    /// Is more better?
    pub higher_is_better: bool,
    /// Days from a customer's start until the outcome is known.
    pub outcome_days: f64,
    /// One per segment that has at least two customers with the KPI, contract order.
    pub cells: Vec<Cell>,
}

/// How many different customers of a segment become eligible as weeks go by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Enrolment {
    /// Segment name.
    pub segment: String,
    /// Customers in the segment now.
    pub customers: u64,
    /// Different customers with an order within the first 1, 2, ... weeks.
    pub by_week: Vec<f64>,
}

/// A thousand splits into arms that were treated alike: how often does the test raise the alarm?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AaCheck {
    /// Splits.
    pub splits: u64,
    /// Splits with p < .05.
    pub rejections: u64,
    /// Fewest that chance explains (95% range).
    pub low: u64,
    /// Most.
    pub high: u64,
    /// Customers split.
    pub customers: u64,
    /// The KPI compared.
    pub kpi: String,
}

/// What a plan rests on, measured once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summaries {
    /// `calendar` or `orders`.
    pub basis: String,
    /// What was measured over which period, one sentence.
    pub description: String,
    /// KPIs.
    pub measures: Vec<Measure>,
    /// Eligible customers by week.
    pub enrolment: Vec<Enrolment>,
    /// The check of the splitting itself.
    pub aa: Measured<AaCheck>,
}

/// A measure that must not get worse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guardrail {
    /// Stable name.
    pub name: String,
    /// Baseline from the extract.
    pub baseline: Measured<f64>,
    /// Largest worsening that is accepted, in points of share (a judgement).
    pub margin: f64,
    /// Customers per arm for non-inferiority.
    pub per_arm: Measured<f64>,
    /// Does the whole segment reach that?
    pub enough: Measured<bool>,
}

/// One segment's experiment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    /// Segment name.
    pub segment: String,
    /// Primary KPI.
    pub kpi: String,
    /// Its baseline measured on the extract.
    pub baseline: Measured<f64>,
    /// Unit of the KPI.
    pub unit: String,
    /// Customers in the treated arm that the target effect needs.
    pub per_arm: Measured<f64>,
    /// Minimum detectable effect in the KPI's unit with every customer of the segment.
    pub mde: Measured<f64>,
    /// Whole weeks, enrolment and outcome.
    pub weeks: Measured<f64>,
    /// `powered`, `pool_or_wait`, `not_measured`.
    pub status: String,
    /// Scale of the KPI.
    pub scale: Measured<Scale>,
    /// Is more better?
    pub higher_is_better: bool,
    /// Customers in the segment.
    pub customers: u64,
    /// Customers whose KPI was measured.
    pub measured_customers: u64,
    /// Standard deviation of the KPI between customers.
    pub sd: Measured<f64>,
    /// The effect planned for, in the KPI's unit.
    pub target: Measured<f64>,
    /// Control customers for it.
    pub control_arm: Measured<f64>,
    /// Treated customers for it after CUPED.
    pub per_arm_cuped: Measured<f64>,
    /// Correlation with the period before, inside the segment.
    pub rho: Measured<f64>,
    /// Whole weeks of enrolment.
    pub enrol_weeks: Measured<f64>,
    /// Segment to pool with so that the target can be found.
    pub pool_with: Option<String>,
    /// Times as many customers as the segment has, where it has too few.
    pub times_as_many: Measured<f64>,
    /// What must not get worse.
    pub guardrails: Vec<Guardrail>,
}

impl Experiment {
    /// An experiment of which nothing could be measured.
    pub fn unmeasured(segment: &str, customers: u64, reason: &str, needs: &str) -> Self {
        fn none<T>(reason: &str, needs: &str) -> Measured<T> {
            Measured::absent(reason, needs)
        }
        Self {
            segment: segment.to_owned(),
            kpi: String::new(),
            baseline: none(reason, needs),
            unit: String::new(),
            per_arm: none(reason, needs),
            mde: none(reason, needs),
            weeks: none(reason, needs),
            status: "not_measured".to_owned(),
            scale: none(reason, needs),
            higher_is_better: true,
            customers,
            measured_customers: 0,
            sd: none(reason, needs),
            target: none(reason, needs),
            control_arm: none(reason, needs),
            per_arm_cuped: none(reason, needs),
            rho: none(reason, needs),
            enrol_weeks: none(reason, needs),
            pool_with: None,
            times_as_many: none(reason, needs),
            guardrails: Vec::new(),
        }
    }
}

/// results.json `planning`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanningFindings {
    /// One per segment.
    pub experiments: Vec<Experiment>,
    /// The parameters of the plan.
    pub design: PlanDesign,
    /// What it rests on.
    pub summaries: Measured<Summaries>,
}

impl Default for PlanningFindings {
    fn default() -> Self {
        Self {
            experiments: Vec::new(),
            design: PlanDesign::default(),
            summaries: Measured::absent("not computed yet", ""),
        }
    }
}
