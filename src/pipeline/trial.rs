//! Other thresholds, tried on the customers of a finished run: what a run with them would find, within a frame.
//!
//! Whatever does not depend on the thresholds is computed once, in the [`Bench`]: sorted scores, each customer's
//! estimates with their errors, ranks, KPIs. A trial then takes a few passes over the customers. It says what a run
//! would say, bit for bit, and a test holds it to that.

use std::cell::RefCell;

use crate::pace::{Cancelled, Pace};
use crate::planning::findings::{Experiment, PlanDesign};
use crate::planning::measure::{Baselines, no_orders};
use crate::planning::plan::plan;
use crate::segments::confidence::{Estimates, medians, share_at_least};
use crate::segments::findings::{ScoreThresholds, Segment};
use crate::segments::rule::{Segmentation, counts, labels};
use crate::segments::thresholds::{Ascending, TypedThresholds};
use crate::stats::measured::Measured;
use crate::validation::ranked::RankedMetric;

use super::outcome::Results;
use super::run::Finished;
use super::validate::{CONFIDENT, no_history};

/// What there is to say at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// What was asked for.
    pub typed: TypedThresholds,
    /// The frequency threshold with its ties, beside the recommended one.
    pub frequency: ScoreThresholds,
    /// The loyalty threshold.
    pub loyalty: ScoreThresholds,
    /// Customers per segment, in the order of the contracts.
    pub counts: [u64; 4],
    /// The same at the recommended thresholds.
    pub recommended: [u64; 4],
    /// Customers who would be elsewhere at the recommended thresholds.
    pub moved: u64,
}

/// What takes a little longer.
#[derive(Clone, Debug, PartialEq)]
pub struct Weighed {
    /// Share of customers at least 80% certain.
    pub sure_share: Measured<f64>,
    /// Median confidence per segment, in the order of the contracts.
    pub median_confidence: Vec<Measured<f64>>,
    /// Rank ε² per metric that the rule does not contain.
    pub effects: Vec<(String, Measured<f64>)>,
    /// One experiment per segment; without weeks and covariate in a trial.
    pub experiments: Vec<Experiment>,
}

impl Trial {
    /// What the results say of the thresholds in force; `None` where nobody is in a segment.
    pub fn of(results: &Results) -> Option<Self> {
        let thresholds = results.thresholds.value()?;
        let count =
            |segment: Segment| results.segments.iter().find(|found| found.name == segment).map_or(0, |one| one.count);
        let counts = Segment::ALL.map(count);
        let departure = thresholds.departure.as_ref();
        Some(Self {
            typed: results.params.typed(),
            frequency: thresholds.frequency.clone(),
            loyalty: thresholds.loyalty.clone(),
            counts,
            recommended: departure.map_or(counts, |departure| departure.recommended),
            moved: departure.map_or(0, |departure| departure.moved),
        })
    }
}

impl Weighed {
    /// What the results say of the thresholds in force.
    pub fn of(results: &Results) -> Self {
        let validation = results.validation.value();
        let free = validation.iter().flat_map(|found| &found.effects).filter(|effect| effect.coupled.is_none());
        let missing = || match results.validation.missing() {
            Some(missing) => Measured::NotMeasured(missing.clone()),
            None => no_history(),
        };
        let median = |segment: Segment| {
            let found = results.segments.iter().find(|found| found.name == segment);
            found.map_or_else(no_history, |found| found.median_confidence.clone())
        };
        Self {
            sure_share: validation.map_or_else(missing, |found| found.confidence.share_at_least_80.clone()),
            median_confidence: Segment::ALL.map(median).to_vec(),
            effects: free.map(|effect| (effect.metric.clone(), effect.rank_epsilon_squared.clone())).collect(),
            experiments: results.planning.experiments.clone(),
        }
    }
}

/// A column of probabilities and the threshold that it holds for.
type Side = Option<(f64, Vec<f64>)>;

/// What trials of one run share.
#[derive(Debug)]
pub struct Bench {
    frequency: Ascending,
    loyalty: Ascending,
    /// Segments at the recommended thresholds.
    recommended: Vec<Segment>,
    estimates: Option<Estimates>,
    metrics: Vec<RankedMetric>,
    baselines: Measured<Baselines>,
    design: PlanDesign,
    /// One axis moves at a time: the other's probabilities are kept.
    sides: RefCell<[Side; 2]>,
}

impl Bench {
    /// Of a finished run; `None` where nobody is in a segment.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub async fn of(finished: &Finished, pace: &Pace) -> Result<Option<Self>, Cancelled> {
        let (tables, results) = (&finished.tables, &finished.outcome.results);
        let Some(found) = &tables.segmentation else { return Ok(None) };
        let (estimates, baselines) = match tables.history.as_deref() {
            Some(history) => (
                Estimates::of(history, &tables.features, &pace.part(0, 1, 2)).await?,
                Baselines::of(history, results.params.min_orders, &pace.part(1, 2, 2)).await?,
            ),
            None => (None, no_orders()),
        };
        let (frequency, loyalty) = (&found.thresholds.frequency, &found.thresholds.loyalty);
        Ok(Some(Self {
            frequency: Ascending::of(&found.freq),
            loyalty: Ascending::of(&found.loyalty),
            recommended: labels(&found.freq, &found.loyalty, frequency.p50, loyalty.p50),
            estimates,
            metrics: RankedMetric::free(&tables.features),
            baselines,
            design: results.planning.design,
            sides: RefCell::default(),
        }))
    }

    /// The segments at these thresholds; `None` where nobody is in one.
    pub fn trial(&self, found: &Segmentation, typed: TypedThresholds) -> Option<(Trial, Vec<Segment>)> {
        let frequency = self.frequency.thresholds(typed.frequency)?;
        let loyalty = self.loyalty.thresholds(typed.loyalty)?;
        let labels = labels(&found.freq, &found.loyalty, frequency.used, loyalty.used);
        let moved = labels.iter().zip(&self.recommended).filter(|(now, then)| now != then).count() as u64;
        let trial =
            Trial { typed, frequency, loyalty, counts: counts(&labels), recommended: counts(&self.recommended), moved };
        Some((trial, labels))
    }

    /// Confidence, effects and experiments of a trial and its labels.
    pub fn weigh(&self, trial: &Trial, labels: &[Segment]) -> Weighed {
        let confidence = self.confidence(trial.frequency.used, trial.loyalty.used);
        let sure_share = confidence.as_deref().and_then(|values| share_at_least(values, CONFIDENT));
        let medians = confidence.as_deref().map_or([None; 4], |values| medians(values, labels));
        let or_absent = |value: Option<f64>| value.map_or_else(no_history, Measured::Value);
        let summaries = match &self.baselines {
            Measured::Value(baselines) => Measured::Value(baselines.summaries(trial.typed)),
            Measured::NotMeasured(missing) => Measured::NotMeasured(missing.clone()),
        };
        Weighed {
            sure_share: or_absent(sure_share),
            median_confidence: medians.map(or_absent).to_vec(),
            effects: self
                .metrics
                .iter()
                .map(|metric| (metric.name.to_owned(), metric.epsilon_squared(labels)))
                .collect(),
            experiments: plan(&summaries, self.design, trial.counts).experiments,
        }
    }

    fn confidence(&self, frequency: f64, loyalty: f64) -> Option<Vec<f64>> {
        let estimates = self.estimates.as_ref()?;
        let mut sides = self.sides.borrow_mut();
        let [often, loyal] = &mut *sides;
        let often = kept(often, frequency, |at| estimates.frequency_sides(at));
        let loyal = kept(loyal, loyalty, |at| estimates.loyalty_sides(at));
        Some(often.iter().zip(loyal).map(|(often, loyal)| often * loyal).collect())
    }
}

/// The column for this threshold, computed if the one held is for another.
fn kept(side: &mut Side, at: f64, compute: impl FnOnce(f64) -> Vec<f64>) -> &[f64] {
    if side.as_ref().is_none_or(|(held, _)| held.to_bits() != at.to_bits()) {
        *side = Some((at, compute(at)));
    }
    side.as_ref().map_or(&[], |(_, column)| column)
}
