//! Power over the size of the effect: how large a change must be before a segment's experiment would find it.

use super::experiments::{Design, mean_power, proportion_power, rate_power};
use super::findings::{Experiment, PlanningFindings, Scale};
use crate::segments::findings::Segment;

/// Sizes of the effect along a curve.
const STEPS: u32 = 48;
/// The curve goes to so many times the effect that is planned for.
const REACH: f64 = 3.0;

/// One segment's curve.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerCurve {
    /// The segment.
    pub segment: Segment,
    /// Its customers, all of them in the experiment.
    pub customers: u64,
    /// The measure.
    pub kpi: String,
    /// Change as a share of the baseline, and the chance of finding it.
    pub points: Vec<(f64, f64)>,
}

/// The curves of all experiments that could be measured, at the design of the plan with the whole segment.
///
/// Unequal arms count as `4 t (1 - t)` of equal ones (t = share treated), as in [`super::plan`].
pub fn curves(found: &PlanningFindings) -> Vec<PowerCurve> {
    let design = found.design;
    if !design.valid() {
        return Vec::new();
    }
    let tests = Segment::ALL.len() as u32;
    let test = Design { alpha: design.alpha, power: design.power, two_sided: true }.shared_among(tests);
    let treated = design.treatment_share;
    let of = |one: &Experiment| {
        let segment = Segment::ALL.into_iter().find(|segment| segment.name() == one.segment)?;
        let (mean, sd, scale) = (*one.baseline.value()?, *one.sd.value()?, *one.scale.value()?);
        let per_arm = one.customers as f64 * 2.0 * treated * (1.0 - treated);
        let points: Vec<(f64, f64)> = (1..=STEPS)
            .map(|step| design.relative_effect * REACH * f64::from(step) / f64::from(STEPS))
            .map_while(|effect| {
                let power = match scale {
                    Scale::Proportion => proportion_power(mean, mean * (1.0 + effect), per_arm, test),
                    Scale::Mean => mean_power(mean * effect / sd, per_arm, test),
                    Scale::Rate => {
                        let dispersion = ((sd * sd - mean) / (mean * mean)).max(0.0);
                        rate_power(mean, mean * (1.0 + effect), dispersion, per_arm, test)
                    }
                };
                power.filter(|power| power.is_finite()).map(|power| (effect, power))
            })
            .collect();
        (points.len() > 1).then(|| PowerCurve { segment, customers: one.customers, kpi: one.kpi.clone(), points })
    };
    found.experiments.iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::planning::findings::PlanDesign;
    use crate::stats::measured::Measured;

    fn experiment(scale: Scale, mean: f64, sd: f64, customers: u64) -> Experiment {
        let mut one = Experiment::unmeasured("At Risk", customers, "test", "");
        one.kpi = "returned_30d".into();
        one.scale = Measured::Value(scale);
        one.baseline = Measured::Value(mean);
        one.sd = Measured::Value(sd);
        one
    }

    fn plan(one: Experiment) -> PlanningFindings {
        PlanningFindings { experiments: vec![one], design: PlanDesign::default(), ..PlanningFindings::default() }
    }

    #[test]
    fn the_planned_size_has_the_planned_power() {
        // 20% to 22% at alpha .0125 takes 9248.43 per arm (reference/stat_cases.json).
        let found = curves(&plan(experiment(Scale::Proportion, 0.2, 0.4, 18_497)));
        let planned = found[0].points.iter().find(|point| (point.0 - 0.1).abs() < 1e-9).unwrap();
        assert!((planned.1 - 0.8).abs() < 1e-3, "{planned:?}");
        assert!(found[0].points.windows(2).all(|pair| pair[0].1 <= pair[1].1), "more effect, more power");
    }

    #[test]
    fn a_proportion_ends_where_it_has_no_room() {
        let found = curves(&plan(experiment(Scale::Proportion, 0.8, 0.4, 1_000)));
        assert!(found[0].points.iter().all(|point| 0.8 * (1.0 + point.0) < 1.0));
        for scale in [Scale::Mean, Scale::Rate] {
            assert_eq!(curves(&plan(experiment(scale, 1.6, 1.6, 1_000)))[0].points.len(), STEPS as usize);
        }
        assert!(curves(&plan(experiment(Scale::Mean, 1.6, 1.6, 0))).is_empty());
        assert!(curves(&plan(Experiment::unmeasured("At Risk", 5, "none", ""))).is_empty());
    }
}
