//! Findings of an extract on which every gate passes and clustering finds nothing; tests spoil one part at a time.

#![allow(clippy::expect_used, clippy::panic, reason = "a fixture fails by panicking")]

use super::Evidence;
use crate::clustering::findings::{
    Agreement, ClusteringFindings, GridCell, Headline, NullBenchmark, SetFindings, Stability, Structure,
};
use crate::planning::findings::{Experiment, PlanningFindings};
use crate::readiness::findings::{Gate, Status};
use crate::segments::findings::{ScoreThresholds, Segment, SegmentFindings, Thresholds};
use crate::stats::measured::Measured;
use crate::validation::findings::{
    ConfidenceFindings, Contender, CouplingFindings, Migration, OutOfTime, OutcomeFindings, Reliabilities, Reliability,
    ValidationFindings,
};

/// Everything that an [`Evidence`] borrows.
pub(super) struct World {
    pub(super) gates: Vec<Gate>,
    pub(super) customers: u64,
    pub(super) median_orders: Measured<f64>,
    pub(super) clustering: Measured<ClusteringFindings>,
    pub(super) thresholds: Measured<Thresholds>,
    pub(super) segments: Vec<SegmentFindings>,
    pub(super) validation: Measured<ValidationFindings>,
    pub(super) planning: PlanningFindings,
}

impl World {
    pub(super) fn evidence(&self) -> Evidence<'_> {
        Evidence {
            readiness_gates: &self.gates,
            customers: self.customers,
            median_orders: &self.median_orders,
            clustering: &self.clustering,
            thresholds: &self.thresholds,
            segments: &self.segments,
            validation: &self.validation,
            planning: &self.planning,
        }
    }

    pub(super) fn validation(&mut self) -> &mut ValidationFindings {
        match &mut self.validation {
            Measured::Value(found) => found,
            Measured::NotMeasured(_) => panic!("the fixture has a validation"),
        }
    }

    pub(super) fn clustering(&mut self) -> &mut ClusteringFindings {
        match &mut self.clustering {
            Measured::Value(found) => found,
            Measured::NotMeasured(_) => panic!("the fixture has a clustering"),
        }
    }

    pub(super) fn gate(&mut self, id: &str) -> &mut Gate {
        self.gates.iter_mut().find(|gate| gate.id == id).expect("a gate of the fixture")
    }
}

fn v<T>(value: T) -> Measured<T> {
    Measured::Value(value)
}

fn none<T>() -> Measured<T> {
    Measured::absent("full depth only", "depth full")
}

/// A readiness gate that passes.
pub(super) fn passing(id: &str, value: f64, blocking: bool) -> Gate {
    Gate {
        id: id.to_owned(),
        title: id.to_owned(),
        value: v(value),
        pass: ">= x".to_owned(),
        caveat: String::new(),
        status: Status::Pass,
        blocking,
        basis: "test".to_owned(),
        note: String::new(),
    }
}

fn cell(k: u32, silhouette: f64) -> GridCell {
    GridCell {
        k,
        inertia: 1.0,
        silhouette: v(silhouette),
        silhouette_low: v(silhouette - 0.01),
        silhouette_high: v(silhouette + 0.01),
        silhouette_rows: 2_000,
        calinski_harabasz: v(1.0),
        davies_bouldin: v(1.0),
        smallest_cluster_share: 0.2,
        cluster_silhouettes: Vec::new(),
    }
}

/// One behavioural solution with this silhouette at k = 4, this null p and this stability.
pub(super) fn clustering(
    verdict: Structure,
    silhouette: f64,
    p: f64,
    jaccard: f64,
    rule_ari: f64,
) -> ClusteringFindings {
    let set = "behavioural".to_owned();
    ClusteringFindings {
        sets: vec![SetFindings {
            id: set.clone(),
            title: "15 behavioural features".to_owned(),
            features: 15,
            left_out: Vec::new(),
            rows: 2_000,
            grid: vec![cell(3, silhouette - 0.05), cell(4, silhouette)],
            best_k: v(4),
            gap_k: none(),
            prediction_strength_k: none(),
            gap: Vec::new(),
            prediction_strength: Vec::new(),
            note: String::new(),
        }],
        ward: none(),
        dbscan: none(),
        mixture: none(),
        stability: vec![Stability {
            set: set.clone(),
            k: 4,
            seed_ari: v(0.99),
            bootstrap_ari: v(0.95),
            jaccard: vec![0.9, 0.95, jaccard, 0.97],
            rows: 2_000,
            seeds: 10,
            resamples: 5,
            jaccard_draws: 100,
        }],
        null_band: Vec::new(),
        null_benchmark: vec![NullBenchmark {
            set: set.clone(),
            reference: "gaussian".to_owned(),
            k: 4,
            observed: silhouette,
            null_mean: 0.18,
            null_sd: 0.01,
            p,
            draws: 50,
            rows: 2_000,
            z: none(),
        }],
        agreement: vec![Agreement { a: "rule".to_owned(), b: set.clone(), k: 4, ari: rule_ari }],
        canonical: Vec::new(),
        exact: Vec::new(),
        headline: v(Headline { set, k: 4, silhouette }),
        silhouette_plot: none(),
        verdict: v(verdict),
        reasons: Vec::new(),
        sentence: "As the tribunal says.".to_owned(),
    }
}

pub(super) fn reliability(value: f64) -> Reliability {
    Reliability {
        value,
        by_ranks: v(value),
        mean_gap: v(value),
        customers: 2_000,
        by_history: Vec::new(),
        repeat_probability: 0.5 + libm::asin(value) / std::f64::consts::PI,
    }
}

pub(super) fn contender(id: &str, low: f64) -> Contender {
    Contender {
        id: id.to_owned(),
        levels: 4,
        outcome: "next_gap_days".to_owned(),
        customers: 900,
        r2: v(0.2),
        auc: v(0.7),
        delta_r2: v(low + 0.01),
        delta_r2_low: v(low),
        delta_r2_high: v(low + 0.02),
        delta_auc: v(0.0),
        delta_auc_low: v(-0.01),
        delta_auc_high: v(0.01),
        beats_rule: low > 0.01,
    }
}

fn threshold(p50: f64) -> ScoreThresholds {
    ScoreThresholds { p20: p50 / 2.0, p50, p80: p50 * 1.5, used: p50, ties: 2, tie_share: 0.001 }
}

/// The extract on which all is well: GO, and the rule.
pub(super) fn world() -> World {
    let segment = |name: Segment, share: f64| SegmentFindings {
        name,
        count: (2_000.0 * share) as u64,
        share,
        mean_freq_score: v(0.1),
        mean_loyalty_score: v(0.5),
        profile: std::collections::BTreeMap::new(),
        median_confidence: v(0.9),
    };
    let segments: Vec<SegmentFindings> =
        Segment::ALL.into_iter().zip([0.33, 0.17, 0.17, 0.33]).map(|(name, share)| segment(name, share)).collect();
    let experiment = |segment: Segment| Experiment {
        kpi: "orders".to_owned(),
        baseline: v(1.0),
        unit: "orders".to_owned(),
        per_arm: v(100.0),
        mde: v(0.1),
        weeks: v(6.0),
        status: "powered".to_owned(),
        ..Experiment::unmeasured(segment.name(), 500, "not in the fixture", "")
    };
    World {
        gates: vec![
            passing("integrity", 0.0, true),
            passing("volume", 2_000.0, true),
            passing("depth", 0.9, true),
            passing("stability_a", 0.95, false),
            passing("stability_b", 0.6, false),
            passing("stability_b_prime", 1.1, false),
            passing("sparsity", 0.02, false),
        ],
        customers: 2_000,
        median_orders: v(12.0),
        clustering: v(clustering(Structure::None, 0.19, 0.4, 0.5, 0.1)),
        thresholds: v(Thresholds { frequency: threshold(0.06), loyalty: threshold(0.5), departure: None }),
        segments,
        validation: v(ValidationFindings {
            effects: Vec::new(),
            definition_check: Vec::new(),
            reliability: Reliabilities { frequency: v(reliability(0.85)), loyalty: v(reliability(0.9)) },
            confidence: ConfidenceFindings {
                share_at_least_80: v(0.67),
                median: v(0.9),
                bootstrap_share_at_least_80: none(),
            },
            threshold_sensitivity: Vec::new(),
            split_stability: none(),
            coupling: CouplingFindings {
                loyalty_identity_share: v(1.0),
                cap_mass: v(0.05),
                tetrachoric: v(0.2),
                concordant_share: v(0.55),
            },
            out_of_time: v(OutOfTime {
                cut: "per_customer".to_owned(),
                description: "The last two orders of each customer.".to_owned(),
                customers: 1_500,
                outcomes: vec![OutcomeFindings {
                    outcome: "next_gap_days".to_owned(),
                    customers: 1_500,
                    means: vec![v(5.0), v(6.0), v(15.0), v(16.0)],
                    omega_squared: v(0.2),
                    omega_squared_low: v(0.17),
                    omega_squared_high: v(0.23),
                    auc: v(0.7),
                    lift: v(1.5),
                    calibration: Vec::new(),
                    binary: "next gap <= median".to_owned(),
                }],
                rule_share_of_score_r2: v(0.7),
            }),
            migration: v(Migration {
                description: "Early against late half of each history.".to_owned(),
                customers: 1_000,
                matrix: vec![vec![250, 0, 0, 0]; 4],
                kappa: v(0.65),
                ari: v(0.5),
                agreement: v(0.74),
                kappa_ceiling: v(0.7),
                kappa_frozen: none(),
                agreement_frozen: none(),
            }),
            bake_off: v(vec![
                contender("rule", 0.0),
                contender("kmeans_behaviour", -0.05),
                contender("continuous", 0.05),
            ]),
            time_machine: Measured::absent("computed at depth full only", "depth full"),
            given_segment: none(),
        }),
        planning: PlanningFindings {
            experiments: Segment::ALL.into_iter().map(experiment).collect(),
            ..PlanningFindings::default()
        },
    }
}
