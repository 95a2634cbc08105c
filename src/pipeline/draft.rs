//! Evidence as it accumulates; an outcome can be drawn from it at any time.

use crate::clustering::findings::ClusteringFindings;
use crate::decision::{Evidence, decide};
use crate::extract::findings::ExtractFindings;
use crate::features::findings::FeatureFindings;
use crate::planning::findings::PlanningFindings;
use crate::prepare::findings::PcaFindings;
use crate::readiness::findings::ReadinessFindings;
use crate::segments::findings::{SegmentFindings, Thresholds};
use crate::stats::measured::{Measured, NotMeasured};
use crate::validation::findings::ValidationFindings;

use super::outcome::{
    Build, Drawings, OrderClock, Outcome, PENDING, PrepareReport, ReadinessReport, Results, SCHEMA_VERSION,
};
use super::params::Params;

/// Everything found so far; what has not been looked at yet says so.
pub(super) struct Draft {
    pub(super) params: Params,
    pub(super) extract: ExtractFindings,
    pub(super) customers: u64,
    pub(super) readiness: Measured<ReadinessFindings>,
    pub(super) features: Measured<FeatureFindings>,
    pub(super) pca: Measured<PcaFindings>,
    pub(super) clustering: Measured<ClusteringFindings>,
    pub(super) thresholds: Measured<Thresholds>,
    pub(super) segments: Vec<SegmentFindings>,
    pub(super) validation: Measured<ValidationFindings>,
    pub(super) planning: PlanningFindings,
    pub(super) drawings: Drawings,
}

/// A measurement whose turn has not come.
pub(super) fn pending<T>() -> Measured<T> {
    Measured::absent(PENDING, "")
}

impl Draft {
    pub(super) fn new(params: Params, extract: ExtractFindings) -> Self {
        Self {
            params,
            extract,
            customers: 0,
            readiness: pending(),
            features: pending(),
            pca: pending(),
            clustering: pending(),
            thresholds: pending(),
            segments: Vec::new(),
            validation: pending(),
            planning: PlanningFindings::default(),
            drawings: Drawings {
                score_density: pending(),
                feature_histograms: Vec::new(),
                order_counts: pending(),
                boxes: Vec::new(),
                clock: OrderClock {
                    hours: pending(),
                    mean_hour: pending(),
                    weekdays: pending(),
                    mean_weekday: pending(),
                },
                confidence: pending(),
            },
        }
    }

    /// The files' hashes, in the order of the files.
    pub(super) fn hashed(&mut self, hashes: Vec<String>) {
        for (file, hash) in self.extract.files.iter_mut().zip(hashes) {
            file.sha256 = hash;
        }
    }

    /// The outcome that this evidence makes: the decision is computed here and nowhere else.
    pub(super) fn outcome(&self) -> Outcome {
        let (gates, median_orders) = match &self.readiness {
            Measured::Value(found) => (found.gates.as_slice(), found.summary.median_orders.clone()),
            Measured::NotMeasured(missing) => (&[][..], Measured::NotMeasured(missing.clone())),
        };
        let decision = decide(&Evidence {
            readiness_gates: gates,
            customers: self.customers,
            median_orders: &median_orders,
            clustering: &self.clustering,
            thresholds: &self.thresholds,
            segments: &self.segments,
            validation: &self.validation,
            planning: &self.planning,
        });
        let readiness = ReadinessReport {
            verdict: decision.verdict,
            reasons: decision.verdict_reasons,
            gates: decision.gates,
            canonical: self.of_readiness(|found| found.canonical.clone()),
            order_count_thresholds: self.of_readiness(|found| found.order_count_thresholds.clone()),
            summary: self.of_readiness(|found| found.summary.clone()),
        };
        let results = Results {
            schema_version: SCHEMA_VERSION,
            build: Build::current(),
            seed: self.params.seed,
            params: self.params.clone(),
            extract: self.extract.clone(),
            readiness,
            features: self.features.clone(),
            prepare: PrepareReport { pca: self.pca.clone() },
            clustering: self.clustering.clone(),
            thresholds: self.thresholds.clone(),
            segments: self.segments.clone(),
            validation: self.validation.clone(),
            decision: decision.findings,
            planning: self.planning.clone(),
        };
        Outcome { results, drawings: self.drawings.clone(), date: None }
    }

    fn of_readiness<T>(&self, pick: impl Fn(&ReadinessFindings) -> T) -> Measured<T> {
        match &self.readiness {
            Measured::Value(found) => Measured::Value(pick(found)),
            Measured::NotMeasured(missing) => Measured::NotMeasured(NotMeasured::clone(missing)),
        }
    }
}
