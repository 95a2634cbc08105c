//! Drift: KS, PSI, shares, AUC and lift.

use quadrant::stats::psi::{self, Null};
use quadrant::stats::{auc, ks, multiple, proportions};
use serde_json::{Value, json};

use super::Case;
use super::compare::option;

/// What we compute for the topics of this file.
pub(crate) fn computed(case: &Case) -> Option<Value> {
    Some(match case.topic.as_str() {
        "ks" => {
            let found = ks::two_sample(&case.list("a"), &case.list("b")).unwrap();
            json!({ "D": found.d, "p_exact": option(found.p_exact), "p_asymp": found.p_asymptotic })
        }
        "psi" => json!({ "psi": option(psi::from_shares(&case.list("p"), &case.list("q"), psi::EMPTY_SHARE)) }),
        "psi_zero" => json!({ "psi": option(psi::from_shares(&case.list("p"), &case.list("q"), case.f64("eps"))) }),
        "psi_counts" => {
            let counts = |key: &str| -> Vec<u64> { case.whole(key).into_iter().map(u64::from).collect() };
            let found = psi::from_counts(&counts("ref"), &counts("cur")).unwrap();
            json!({ "psi": found.psi, "crit_p001": found.critical_001, "p_value": found.p })
        }
        "psi_deciles" => {
            let (reference, current) = (case.list("ref"), case.list("cur"));
            let mut sorted = reference;
            sorted.sort_by(f64::total_cmp);
            let edges = psi::quantile_edges(&sorted, 10).unwrap();
            let (before, after) = (psi::histogram_of_sorted(&sorted, &edges), psi::histogram(&current, &edges));
            let mut open: Vec<Option<f64>> = vec![None];
            open.extend(edges.iter().copied().map(Some));
            open.push(None);
            json!({
                "edges": open, "ref_counts": before, "cur_counts": after,
                "psi": psi::from_counts(&before, &after).unwrap().psi,
            })
        }
        "psi_null" => {
            let bins = usize::try_from(case.u64("bins")).unwrap();
            let chance = Null::new(case.f64("n"), case.f64("m"), bins).unwrap();
            json!({ "mean": chance.mean(), "q95": option(chance.quantile(0.95)), "q999": option(chance.quantile(0.999)) })
        }
        "share_shift" => {
            let found =
                proportions::share_shift(case.u64("x1"), case.u64("n1"), case.u64("x2"), case.u64("n2")).unwrap();
            let family = multiple::adjust(&[found.p, 1.0, 1.0, 1.0], multiple::Adjustment::Bonferroni);
            json!({ "diff": found.difference, "z": found.z, "p": found.p, "p_bonf4": family[0] })
        }
        "auc_lift" => {
            let score = case.list("score");
            let outcome: Vec<bool> = case.whole("y").iter().map(|&y| y == 1).collect();
            json!({
                "auc": option(auc::auc(&score, &outcome)),
                "lift_top": option(auc::lift(&score, &outcome, case.f64("top"))),
            })
        }
        _ => return None,
    })
}
