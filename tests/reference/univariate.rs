//! One column: description, circle, entropy, quantiles, normality, dip.

use quadrant::prepare::scale::{Scaling, Winsor};
use quadrant::stats::{circular, correlation, describe, dip, entropy, normaltest, quantile};
use serde_json::{Value, json};

use super::Case;
use super::compare::{number, option};

/// What we compute for the topics of this file.
pub(crate) fn computed(case: &Case) -> Option<Value> {
    Some(match case.topic.as_str() {
        "circular" | "circular_wrap" | "circular_all_same" | "circular_undefined" | "circular_cap" => circle(case),
        "entropy" => json!({ "H": option(entropy::bits(&case.list("counts"))) }),
        "quantile_linear" => json!({ "values": quantile::quantiles(&case.list("x"), &case.list("q")).unwrap() }),
        "winsor_scale" => winsor(case),
        "std_ddof" => {
            let x = case.list("x");
            json!({
                "std_ddof1": describe::std(&x, 1).unwrap(),
                "std_ddof0": describe::std(&x, 0).unwrap(),
                "var_ddof1": describe::variance(&x, 1).unwrap(),
            })
        }
        "skewness" => {
            let found = describe::skewness(&case.list("x")).unwrap();
            json!({ "G1": found.adjusted, "g1": found.g1 })
        }
        "skewness_edge" => json!({ "pandas": option(describe::skewness(&case.list("x")).map(|s| s.adjusted)) }),
        "normaltest" => {
            let found = normaltest::normal_test(&case.list("x")).unwrap();
            json!({ "K2": found.k2, "p": found.p })
        }
        "dip" => {
            let found = dip::dip_test(&case.list("x")).unwrap();
            json!({ "dip": found.d, "p": found.p })
        }
        "dip_min_convention" => {
            let x = case.list("x");
            let d = dip::dip_test(&x).unwrap().d;
            json!({ "dip_allow_zero_true": d, "dip_allow_zero_false": dip::floored(d, x.len()) })
        }
        "bhatia_davis" => {
            let n = usize::try_from(case.u64("n")).unwrap();
            let bound = |&m: &f64| option(describe::cv_bound(case.f64("M"), m, n));
            json!({ "cv_max": case.list("m").iter().map(bound).collect::<Vec<_>>() })
        }
        "spearman_brown" => {
            let r = correlation::pearson(&case.list("odd"), &case.list("even")).unwrap();
            json!({ "r": r, "reliability": option(correlation::spearman_brown(r)) })
        }
        "median_split_agreement" => {
            let found = correlation::median_split_agreement(case.f64("rho"));
            json!({ "agree": found.agreement, "kappa": found.kappa })
        }
        "tetrachoric_from_median_split" => {
            let [champions, explorers, occasionals, at_risk] = case.list("counts")[..] else { return None };
            let concordant = (champions + at_risk) / (champions + explorers + occasionals + at_risk);
            json!({
                "concordant": concordant,
                "rho": correlation::tetrachoric_from_median_split(concordant),
            })
        }
        "dichotomisation_loss" => json!({
            "r_factor": correlation::median_split_r_factor(),
            "r2_factor": correlation::median_split_r2_factor(),
        }),
        _ => return None,
    })
}

fn circle(case: &Case) -> Value {
    let found = circular::circular(&case.list("x"), case.f64("period")).unwrap();
    let (mean, std) = (option(found.mean), number(found.std));
    json!({
        "circmean": mean, "circmean_canonical": mean, "R": found.resultant,
        "circstd": std, "circstd_canonical": std, "circstd_capped": std, "circstd_canonical_capped": std,
    })
}

fn winsor(case: &Case) -> Value {
    let x = case.list("x");
    let winsor = Winsor { low: case.f64("lo"), high: case.f64("hi") };
    let fitted = Scaling::fit(&x, Some(winsor));
    let scaling = fitted.value().unwrap();
    let z: Vec<f64> = x.iter().map(|&v| scaling.apply(v)).collect();
    json!({ "lo": scaling.low, "hi": scaling.high, "mean": scaling.mean, "sd": scaling.scale, "z": z })
}
