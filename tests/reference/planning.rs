//! Experiments: sizes, detectable effects, readout, assignment.

use quadrant::planning::assignment::{Arm, arm, bucket, fnv1a_32};
use quadrant::planning::experiments::{self as plan, Design};
use quadrant::planning::readout;
use quadrant::stats::proportions;
use serde_json::{Value, json};

use super::Case;
use super::compare::option;

/// The margin of the readout case, stated in its reference.
const MARGIN: f64 = 0.005;

/// What we compute for the topics of this file.
pub(crate) fn computed(case: &Case) -> Option<Value> {
    let design = || Design {
        alpha: case.f64_or("alpha", 0.05),
        power: case.f64_or("power", 0.8),
        two_sided: case.inputs.get("alternative").is_none(),
    };
    Some(match case.topic.as_str() {
        "n_proportion_arcsine" => {
            let found = plan::proportion_arcsine(case.f64("p_control"), case.f64("p_treat"), design()).unwrap();
            json!({ "h": found.h, "n_per_arm": found.per_arm })
        }
        "n_proportion_pooled" => {
            let (control, treatment) = (case.f64("p_control"), case.f64("p_treat"));
            json!({ "n1": option(plan::proportion_pooled(control, treatment, case.f64_or("ratio", 1.0), design())) })
        }
        "n_proportion_evan_miller" => {
            json!({ "n_per_arm": option(plan::proportion_baseline(case.f64("p"), case.f64("d"), design())) })
        }
        "mde_proportion" => {
            let control = case.f64("p_control");
            let mde = plan::mde_proportion(control, case.f64("n_per_arm"), design()).unwrap();
            json!({ "mde_abs": mde, "mde_rel": mde / control })
        }
        "n_mean" => {
            let normal = plan::mean_normal(case.f64("d"), design()).unwrap();
            json!({
                "n_t": option(plan::mean_t(case.f64("d"), design())),
                "n_normal": normal,
                "n_normal_cuped_rho06": normal * plan::cuped_factor(0.6),
            })
        }
        "mde_mean" => {
            let mde = |rho, design| option(plan::mde_mean(case.f64("sd"), case.f64("n_per_arm"), rho, design));
            json!({
                "mde": mde(0.0, design()),
                "mde_cuped": mde(case.f64("rho"), design()),
                "mde_bonf4": mde(0.0, design().shared_among(4)),
            })
        }
        "n_rate_negbin" => {
            let (control, treatment, dispersion) = (case.f64("rate_c"), case.f64("rate_t"), case.f64("dispersion"));
            json!({
                "n_per_arm_closed": option(plan::rate(control, treatment, dispersion, design())),
                "power_at_6002": option(plan::rate_power(control, treatment, dispersion, 6002.0, design())),
                "n_poisson": option(plan::rate(control, treatment, 0.0, design())),
            })
        }
        "mde_rate_negbin" => {
            let (rate, dispersion, n) = (case.f64("rate_c"), case.f64("dispersion"), case.f64("n_per_arm"));
            json!({ "rate_ratio": option(plan::mde_rate_ratio(rate, dispersion, n, design())) })
        }
        "noninferiority_n" => {
            let size = |power| plan::noninferiority(case.f64("p"), case.f64("margin"), case.f64("alpha"), power);
            let guardrails = u32::try_from(case.u64("guardrails")).unwrap();
            let corrected = plan::guardrail_power(case.f64("base_power"), guardrails);
            json!({
                "n_per_arm": option(size(case.f64("power"))),
                "corrected_power": corrected,
                "n_per_arm_corrected": option(size(corrected)),
            })
        }
        "readout_proportion" => {
            let found =
                readout::proportion(case.u64("x_t"), case.u64("n_t"), case.u64("x_c"), case.u64("n_c")).unwrap();
            json!({
                "diff": found.difference, "rel": option(found.relative), "z": found.z, "p": found.p,
                "ci95": [found.interval_95.0, found.interval_95.1],
                "ci90": [found.interval_90.0, found.interval_90.1],
                "noninferior": found.noninferior(MARGIN),
            })
        }
        "wilson" => {
            let (low, high) = proportions::wilson(case.u64("x"), case.u64("n"), 0.95).unwrap();
            json!({ "ci95": [low, high] })
        }
        "cuped" => {
            let [yt, xt, yc, xc] = ["y_t", "x_t", "y_c", "x_c"].map(|key| case.list(key));
            let found = readout::cuped(&yt, &xt, &yc, &xc).unwrap();
            let r = quadrant::stats::correlation::pearson(&[yt, yc].concat(), &[xt, xc].concat()).unwrap();
            json!({
                "theta": found.theta, "diff_raw": found.difference_raw, "diff_cuped": found.difference,
                "var_ratio": found.variance_ratio, "one_minus_r2": plan::cuped_factor(r),
            })
        }
        "cuped_truncation" => {
            let rho = plan::rho_within_half(case.f64("rho"));
            json!({ "rho_within_half": rho, "reduction": 1.0 - plan::cuped_factor(rho) })
        }
        "srm" => {
            let observed: Vec<u64> = case.whole("observed").into_iter().map(u64::from).collect();
            let found = readout::sample_ratio(&observed, &case.list("weights")).unwrap();
            json!({ "chi2": found.fit.statistic, "p": found.fit.p, "flag": found.mismatch })
        }
        "aa_acceptance" => {
            let (low, high) = readout::aa_acceptance(case.u64("runs"), case.f64("alpha")).unwrap();
            json!({ "lo": low, "hi": high })
        }
        "duration" => {
            let (per_arm, weekly) = (case.f64("n_per_arm"), case.f64("weekly_eligible"));
            let found = plan::duration(per_arm, weekly, case.f64("traffic"), case.f64("outcome_days"), 2).unwrap();
            json!({ "enrol_weeks": found.enrol_weeks, "total_weeks": found.total_weeks })
        }
        "detectable_eta2" => {
            let groups = u32::try_from(case.u64("k")).unwrap();
            let (alpha, power) = (case.f64("alpha"), case.f64("power"));
            let found = plan::detectable_eta_squared(case.u64("N"), groups, alpha, power).unwrap();
            json!({ "f": found.f, "eta2": found.eta_squared })
        }
        "hash_assignment" => {
            let pairs = case.inputs["pairs"].as_array().unwrap();
            let buckets: Vec<f64> =
                pairs.iter().map(|pair| bucket(pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect();
            json!({ "fnv1a32_a": fnv1a_32(b"a"), "bucket": buckets })
        }
        "hash_balance" => {
            let n = case.u64("n");
            // Ids and seed stand in the case's reference.
            let controls =
                (0..n).filter(|i| arm("exp1|Champions", &format!("u{i}"), 0.5) == Arm::Control).count() as u64;
            let found = readout::sample_ratio(&[controls, n - controls], &[0.5, 0.5]).unwrap();
            json!({ "control": controls, "treat": n - controls, "chi2": found.fit.statistic, "p": found.fit.p })
        }
        _ => return None,
    })
}
