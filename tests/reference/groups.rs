//! Several groups: variance tests, effect sizes, ranks, pairs, adjustment.

use quadrant::stats::anova::{self, Anova};
use quadrant::stats::levene::Centre;
use quadrant::stats::multiple::{Adjustment, adjust};
use quadrant::stats::{games_howell, kruskal, levene, moments, welch};
use serde_json::{Value, json};

use super::Case;
use super::compare::{number, option};

/// What we compute for the topics of this file.
pub(crate) fn computed(case: &Case) -> Option<Value> {
    Some(match case.topic.as_str() {
        "anova_effect_sizes" => {
            let found = anova::one_way(&case.lists("groups")).unwrap();
            let interval = anova::effect_interval(found.f, found.df1, found.df2, 0.95).unwrap();
            json!({
                "F": found.f, "df1": found.df1, "df2": found.df2, "p": found.p,
                "eta2": found.effect.eta_squared, "omega2": found.effect.omega_squared,
                "epsilon2": found.effect.epsilon_squared,
                "eta2_ci95_low": interval.eta_low, "eta2_ci95_high": interval.eta_high,
                "ncp_low": interval.noncentrality_low, "ncp_high": interval.noncentrality_high,
            })
        }
        "degenerate_anova" => {
            let found = anova::one_way(&case.lists("groups")).ok();
            let get = |f: fn(&Anova) -> f64| found.as_ref().map_or(Value::Null, |found| number(f(found)));
            json!({ "F": get(|a| a.f), "p": get(|a| a.p) })
        }
        "published_anova" => {
            let (k, n) = (case.f64("k"), case.f64("N"));
            let found = anova::effect_sizes(case.f64("F"), k - 1.0, n - k);
            json!({ "eta2": found.eta_squared, "omega2": found.omega_squared, "epsilon2": found.epsilon_squared })
        }
        "welch_anova" => {
            let found = welch::one_way(&case.lists("groups")).unwrap();
            json!({ "F": found.f, "df1": found.df1, "df2": found.df2, "p": found.p })
        }
        "kruskal" => {
            let found = kruskal::one_way(&case.lists("groups")).unwrap();
            json!({
                "H": found.h, "df": found.df, "p": found.p,
                "rank_epsilon2": found.epsilon_squared, "rank_eta2": found.eta_squared,
            })
        }
        "levene" => {
            let groups = case.lists("groups");
            let by_median = levene::test(&groups, Centre::Median).unwrap();
            let by_mean = levene::test(&groups, Centre::Mean).unwrap();
            let moments = moments::of_groups(&groups).unwrap();
            let sd: Vec<f64> = moments.iter().map(|m| m.variance().unwrap().sqrt()).collect();
            json!({
                "W_median": by_median.w, "p_median": by_median.p, "W_mean": by_mean.w, "p_mean": by_mean.p,
                "sd": sd, "sd_ratio_max_min": option(levene::sd_ratio(&moments)),
            })
        }
        "games_howell" => {
            let pairs = games_howell::pairs(&case.lists("groups")).unwrap();
            let pairs: Vec<Value> = pairs
                .iter()
                .map(|p| {
                    json!({
                        "A": p.a, "B": p.b, "diff": p.difference, "se": p.standard_error, "T": p.t, "df": p.df,
                        "pval": p.p, "hedges": p.hedges_g,
                    })
                })
                .collect();
            json!({ "pairs": pairs })
        }
        "multiple_testing" => {
            let method = [
                ("holm", Adjustment::Holm),
                ("fdr_bh", Adjustment::BenjaminiHochberg),
                ("bonferroni", Adjustment::Bonferroni),
            ]
            .into_iter()
            .find(|(name, _)| case.reference.contains(&format!("({name})")))?
            .1;
            let adjusted = adjust(&case.list("p"), method);
            let reject: Vec<bool> = adjusted.iter().map(|&p| p <= case.f64("alpha")).collect();
            json!({ "adjusted": adjusted, "reject": reject })
        }
        _ => return None,
    })
}
