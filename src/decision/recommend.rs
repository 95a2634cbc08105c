//! Rule, clusters or refuse: one pure function from evidence to recommendation.
//!
//! 1. A blocking gate on the *data* (integrity, volume, depth) failed, or the rule has no axes: refuse.
//! 2. Clusters hold (tribunal at least *reasonable*, the null benchmark beaten, stable under resampling)
//!    and the rule does not already draw them: clusters. That stands even where the rule's own gates
//!    (reliability, out-of-time) failed: those measure the rule's two scores, and the verdict says so.
//! 3. A blocking gate on the *rule* failed: refuse.
//! 4. Else the rule.

use super::Evidence;
use super::findings::{DecisionFindings, Reason, Recommendation};
use super::gates::find;
use super::prophecy::{customers_needed, orders_needed};
use super::sentences;
use super::verdict::{blocks, open};
use crate::clustering::findings::{ClusteringFindings, NullBenchmark, SetFindings, Stability, Structure};
use crate::ordered::order_by;
use crate::readiness::findings::{Gate, Status};
use crate::report::figures::{decimal, integer, p_value, percent};
use crate::stats::measured::Measured;
use crate::validation::findings::{Contender, ValidationFindings};

/// Largest p of the null benchmark at which clusters count as more than structureless data would show.
pub const NULL_P: f64 = 0.05;
/// Smallest mean bootstrap Jaccard of every cluster (Hennig: from .75 a cluster is valid).
pub const JACCARD: f64 = 0.75;
/// Smallest bootstrap ARI of the whole solution.
pub const BOOTSTRAP_ARI: f64 = 0.8;
/// From this ARI on, the rule draws the same groups as the clusters.
pub const SAME_GROUPS_ARI: f64 = 0.8;

/// Gates that judge the data, whatever is made of them.
const DATA_GATES: [&str; 3] = ["integrity", "volume", "depth"];

/// The recommendation with reasons and caveats, heaviest first.
pub fn recommend(evidence: &Evidence<'_>, gates: &[Gate]) -> DecisionFindings {
    let failed: Vec<&Gate> = open(gates).into_iter().filter(|gate| blocks(gate)).collect();
    let data_failed = failed.iter().any(|gate| DATA_GATES.contains(&gate.id.as_str()));
    let no_axes = evidence.thresholds.missing().is_some();
    let clusters = evidence.clustering.value().and_then(holding);
    let (recommendation, reasons) = match clusters {
        _ if data_failed || no_axes => (Recommendation::Refuse, refusal(evidence, &failed)),
        Some(solution) if !solution.seen_by_the_rule() => (Recommendation::Clusters, for_clusters(evidence, &solution)),
        _ if !failed.is_empty() => (Recommendation::Refuse, refusal(evidence, &failed)),
        seen => (Recommendation::Rule, for_rule(evidence, gates, seen.as_ref())),
    };
    let caveats = caveats(evidence, gates, recommendation);
    DecisionFindings { recommendation, reasons, caveats }
}

fn reason(code: &str, text: impl Into<String>, evidence: &str) -> Reason {
    Reason { code: code.to_owned(), text: text.into(), evidence: evidence.to_owned() }
}

/// A cluster solution that passed the tribunal.
#[derive(Clone, Copy)]
struct Solution<'a> {
    set: &'a SetFindings,
    k: u32,
    null: &'a NullBenchmark,
    stability: &'a Stability,
    rule_ari: Option<f64>,
}

impl Solution<'_> {
    fn seen_by_the_rule(&self) -> bool {
        self.rule_ari.is_some_and(|ari| ari >= SAME_GROUPS_ARI)
    }
}

/// The tribunal's headline, if it calls its structure reasonable or strong and its record bears that out.
fn holding(found: &ClusteringFindings) -> Option<Solution<'_>> {
    if !matches!(found.verdict.value(), Some(Structure::Reasonable | Structure::Strong)) {
        return None;
    }
    let headline = found.headline.value()?;
    let k = headline.k;
    let set = found.sets.iter().find(|set| set.id == headline.set)?;
    let null = hardest_null(found, &set.id, k)?;
    let stability = found.stability.iter().find(|row| row.set == set.id && row.k == k)?;
    let stable = stability.bootstrap_ari.value().is_some_and(|ari| *ari >= BOOTSTRAP_ARI)
        && !stability.jaccard.is_empty()
        && stability.jaccard.iter().all(|jaccard| *jaccard >= JACCARD);
    let agreement = found
        .agreement
        .iter()
        .find(|row| row.k == k && ((row.a == "rule" && row.b == set.id) || (row.b == "rule" && row.a == set.id)));
    let rule_ari = agreement.map(|row| row.ari);
    (null.p <= NULL_P && stable).then_some(Solution { set, k, null, stability, rule_ari })
}

/// Every reference drawn for a solution must be beaten: the one that is hardest to beat.
fn hardest_null<'a>(found: &'a ClusteringFindings, set: &str, k: u32) -> Option<&'a NullBenchmark> {
    found.null_benchmark.iter().filter(|row| row.set == set && row.k == k).max_by(|a, b| a.p.total_cmp(&b.p))
}

fn set_name(id: &str) -> String {
    id.replace('_', " ")
}

// --- rule ---------------------------------------------------------------------------------------

fn for_rule(evidence: &Evidence<'_>, gates: &[Gate], seen: Option<&Solution<'_>>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(solution) = seen {
        reasons.push(reason(
            "rule_sees_clusters",
            format!(
                "The data do fall into {} clusters, and the rule already draws them (adjusted Rand index {}); \
                 the rule says the same and can be read.",
                solution.k,
                decimal(solution.rule_ari.unwrap_or(1.0), 2)
            ),
            "clustering.agreement",
        ));
    } else {
        reasons.push(against_clusters(evidence));
    }
    reasons.extend(validation_reasons(evidence, gates));
    reasons.push(reason(
        "complete_and_deterministic",
        format!(
            "The rule puts each of the {} customers into exactly one segment by two published thresholds, \
             and the same history always gives the same segment.",
            integer(evidence.customers)
        ),
        "thresholds",
    ));
    reasons
}

/// Why not clusters, in the tribunal's words.
fn against_clusters(evidence: &Evidence<'_>) -> Reason {
    let found = match evidence.clustering {
        Measured::NotMeasured(missing) => {
            let text = format!("Clustering was not tested: {}. The rule does not depend on it.", missing.reason);
            return reason("clustering_not_measured", text, "clustering");
        }
        Measured::Value(found) => found,
    };
    let sentence = &found.sentence;
    let Some(structure) = found.verdict.value() else {
        return reason(
            "clustering_not_measured",
            format!("{sentence} The rule does not depend on it."),
            "clustering.verdict",
        );
    };
    let null = found.headline.value().and_then(|headline| hardest_null(found, &headline.set, headline.k));
    match (structure, null) {
        (Structure::None, Some(_)) => {
            reason("null_benchmark", format!("Clustering is rejected. {sentence}"), "clustering.null_benchmark")
        }
        (Structure::None, None) => {
            reason("no_clusters", format!("Clustering is rejected. {sentence}"), "clustering.verdict")
        }
        (Structure::Weak, _) => reason(
            "weak_clusters",
            format!("Clusters are too weak to assign anyone by. {sentence}"),
            "clustering.verdict",
        ),
        _ => reason("clusters_unproven", format!("Clusters are not proven. {sentence}"), "clustering.verdict"),
    }
}

fn validation_reasons(evidence: &Evidence<'_>, gates: &[Gate]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let Some(validation) = evidence.validation.value() else { return reasons };
    let held = |id: &str| find(gates, id).is_some_and(|gate| matches!(gate.status, Status::Pass | Status::Caveat));
    let careful = |id: &str| find(gates, id).is_some_and(|gate| gate.status == Status::Caveat);
    if held("out_of_time")
        && let Some(found) = validation.out_of_time.value()
        && let Some(primary) = found.outcomes.first()
        && let (Some(&omega), Some(&low), Some(&high)) =
            (primary.omega_squared.value(), primary.omega_squared_low.value(), primary.omega_squared_high.value())
    {
        let auc = match primary.auc.value() {
            Some(auc) => {
                format!(", and among customers held out the segment alone ranks it with an AUC of {}", decimal(*auc, 2))
            }
            None => String::new(),
        };
        reasons.push(reason(
            "out_of_time",
            format!(
                "The segments predict {}what came later: over {} customers they explain {} of the variance in {} (95% interval \
                 {} to {}){auc}.",
                if careful("out_of_time") { "a little of " } else { "" },
                integer(primary.customers),
                percent(omega),
                sentences::outcome(&primary.outcome),
                percent(low),
                percent(high)
            ),
            "validation.out_of_time",
        ));
    }
    if held("reliability")
        && let (Some(f), Some(l)) = (validation.reliability.frequency.value(), validation.reliability.loyalty.value())
    {
        reasons.push(reason(
            "reliability",
            format!(
                "Both scores can be repeated{}: the reliability is {} for frequency ({} customers) and {} for loyalty ({}), \
                 so that a median split would come out the same for {} and {} of the customers.",
                match (careful("reliability"), f.value < l.value) {
                    (true, true) => ", frequency with care",
                    (true, false) => ", loyalty with care",
                    _ => "",
                },
                decimal(f.value, 2),
                integer(f.customers),
                decimal(l.value, 2),
                integer(l.customers),
                percent(f.repeat_probability),
                percent(l.repeat_probability)
            ),
            "validation.reliability",
        ));
    }
    if let Some(contenders) = validation.bake_off.value()
        && contenders.iter().all(|contender| !contender.beats_rule || is_ceiling(contender))
    {
        reasons.push(reason(
            "bake_off",
            "No rival segmentation beats the rule on held-out customers and later orders by a margin that matters.",
            "validation.bake_off",
        ));
    }
    reasons
}

/// The continuous model is the ceiling, not a segmentation that could be shipped instead.
fn is_ceiling(contender: &Contender) -> bool {
    contender.id == "continuous"
}

// --- clusters -----------------------------------------------------------------------------------

fn for_clusters(evidence: &Evidence<'_>, solution: &Solution<'_>) -> Vec<Reason> {
    let name = set_name(&solution.set.id);
    let mut reasons = vec![reason(
        "clusters_beat_null",
        format!(
            "The data fall into {} clusters on the {name} features: silhouette {} on {} of the customers, where as many rows \
             of data of the same spread without clusters score {} ({}, {} draws).",
            solution.k,
            decimal(solution.null.observed, 3),
            integer(solution.null.rows),
            decimal(solution.null.null_mean, 3),
            p_value(solution.null.p),
            integer(solution.null.draws.into())
        ),
        "clustering.null_benchmark",
    )];
    let lowest = solution.stability.jaccard.iter().copied().fold(1.0, f64::min);
    let ari = solution.stability.bootstrap_ari.value().copied().unwrap_or(0.0);
    reasons.push(reason(
        "clusters_stable",
        format!(
            "They come back when the customers are resampled: adjusted Rand index {}, and even the least stable cluster \
             keeps {} of its members (mean Jaccard).",
            decimal(ari, 2),
            percent(lowest)
        ),
        "clustering.stability",
    ));
    if let Some(rule_ari) = solution.rule_ari {
        reasons.push(reason(
            "rule_does_not_see_them",
            format!(
                "Frequency and loyalty do not see them: the rule's segments and the clusters agree at an adjusted Rand \
                 index of {}.",
                decimal(rule_ari, 2)
            ),
            "clustering.agreement",
        ));
    }
    if let Some(contenders) = evidence.validation.value().and_then(|validation| validation.bake_off.value())
        && let Some(row) = contenders.iter().find(|row| row.id == "kmeans_behaviour" && row.beats_rule)
    {
        reasons.push(beaten("clusters_predict_better", row));
    }
    reasons
}

// --- refuse -------------------------------------------------------------------------------------

fn refusal(evidence: &Evidence<'_>, failed: &[&Gate]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let Some(missing) = evidence.thresholds.missing() {
        let needs = if missing.needs.is_empty() { String::new() } else { format!(" It needs {}.", missing.needs) };
        reasons.push(reason(
            "rule_not_possible",
            format!("The rule cannot be drawn: {}.{needs}", missing.reason),
            "thresholds",
        ));
    }
    for gate in failed {
        let more = match gate.id.as_str() {
            "integrity" => {
                Some("More data do not help: mend the keys and joins that the data profile names.".to_owned())
            }
            "volume" => gate.value.value().map(|n| more_customers(*n)),
            "depth" => gate.value.value().map(|share| more_depth(*share)),
            "reliability" => Some(more_orders(evidence)),
            "out_of_time" => Some(more_time(evidence)),
            _ => None,
        };
        let text = match more {
            Some(more) => format!("{} {more}", sentences::gate(gate)),
            None => sentences::gate(gate),
        };
        reasons.push(reason(&format!("{}_failed", gate.id), text, &format!("gates.{}", gate.id)));
    }
    reasons
}

fn more_customers(n: f64) -> String {
    let n = n.max(0.0) as u64;
    format!(
        "With {} more qualified customers it would be usable, with {} more it would pass.",
        integer(500_u64.saturating_sub(n)),
        integer(1_000_u64.saturating_sub(n))
    )
}

fn more_depth(share: f64) -> String {
    format!(
        "Another {} of the customers would have to reach the minimum number of orders to be usable, {} to pass: wait for \
         longer histories or export a longer period.",
        percent((0.5 - share).max(0.0)),
        percent((0.7 - share).max(0.0))
    )
}

fn more_orders(evidence: &Evidence<'_>) -> String {
    let Some(validation) = evidence.validation.value() else { return String::new() };
    let scores = [("frequency", &validation.reliability.frequency), ("loyalty", &validation.reliability.loyalty)];
    let weaker = scores
        .into_iter()
        .filter_map(|(name, score)| score.value().map(|score| (name, score.value)))
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let (Some((name, rho)), Some(&orders)) = (weaker, evidence.median_orders.value()) else { return String::new() };
    match orders_needed(orders, rho, 0.8) {
        Some(needed) => format!(
            "The {name} score is the weaker one; by the Spearman-Brown prophecy it would reach 0.80 with about {} orders per \
             customer, where the median customer has {}.",
            integer(needed),
            decimal(orders, 0)
        ),
        None => format!(
            "The {name} score shows no lasting difference between customers, so that no longer history would mend it."
        ),
    }
}

fn more_time(evidence: &Evidence<'_>) -> String {
    let primary = evidence.validation.value().and_then(|v| v.out_of_time.value()).and_then(|found| {
        let outcome = found.outcomes.first()?;
        Some((found.customers, *outcome.omega_squared.value()?, *outcome.omega_squared_low.value()?))
    });
    match primary.and_then(|(n, omega, low)| customers_needed(n, omega, low, 0.01).map(|needed| (n, needed))) {
        Some((n, needed)) if needed > n => format!(
            "If the effect is as large as estimated, about {} customers with later orders would show it; there are {}.",
            integer(needed),
            integer(n)
        ),
        _ => "More customers would not mend it: the segments of the past say next to nothing about later orders."
            .to_owned(),
    }
}

// --- caveats ------------------------------------------------------------------------------------

fn caveats(evidence: &Evidence<'_>, gates: &[Gate], recommendation: Recommendation) -> Vec<Reason> {
    let mut caveats = Vec::new();
    for gate in open(gates) {
        // A refusal has already named the blocking ones among its reasons.
        if recommendation == Recommendation::Refuse && blocks(gate) {
            continue;
        }
        let status = match gate.status {
            Status::Fail => "failed",
            Status::Caveat => "caveat",
            _ => "not_measured",
        };
        let text = if recommendation == Recommendation::Clusters && blocks(gate) {
            format!("The four-segment rule itself would be a NO-GO here. {}", sentences::gate(gate))
        } else {
            sentences::gate(gate)
        };
        caveats.push(reason(&format!("{}_{status}", gate.id), text, &format!("gates.{}", gate.id)));
    }
    if let Some(validation) = evidence.validation.value()
        && recommendation != Recommendation::Refuse
    {
        caveats.extend(validation_caveats(validation));
    }
    if let Some(found) = evidence.clustering.value()
        && matches!(found.verdict.value(), Some(Structure::Reasonable | Structure::Strong))
        && recommendation == Recommendation::Rule
        && holding(found).is_none()
    {
        caveats.push(reason(
            "clusters_unproven",
            format!("There may be clusters that are not proven yet: {}", found.sentence),
            "clustering.verdict",
        ));
    }
    caveats
}

fn validation_caveats(validation: &ValidationFindings) -> Vec<Reason> {
    let mut caveats = Vec::new();
    caveats.extend(validation.bake_off.value().map_or_else(Vec::new, |rows| rivals(rows)));
    if let Some(share) = validation.out_of_time.value().and_then(|found| found.rule_share_of_score_r2.value())
        && *share < 1.0
    {
        caveats.push(reason(
            "median_split_cost",
            format!(
                "Cutting the two scores at their thresholds keeps {} of what they explain: store the scores beside the labels.",
                percent(*share)
            ),
            "validation.out_of_time.rule_share_of_score_r2",
        ));
    }
    if let Some(share) = validation.coupling.loyalty_identity_share.value()
        && *share >= 0.5
    {
        caveats.push(reason(
            "loyalty_identity",
            format!(
                "For {} of the customers loyalty is exactly 1 − distinct products / lines; differences in product variety \
                 are therefore no separate evidence.",
                percent(*share)
            ),
            "validation.coupling.loyalty_identity_share",
        ));
    }
    if let Some(rho) = validation.coupling.tetrachoric.value()
        && rho.abs() >= 0.3
    {
        caveats.push(reason(
            "axes_correlated",
            format!(
                "The two axes are not independent (tetrachoric correlation {}): in part they measure one activity.",
                decimal(*rho, 2)
            ),
            "validation.coupling.tetrachoric",
        ));
    }
    caveats
}

/// One caveat per contender that beats the rule, on the outcome where it gains most; the ceiling, which is no
/// segmentation, last.
fn rivals(contenders: &[Contender]) -> Vec<Reason> {
    let gain = |row: &Contender| row.delta_r2.value().copied().unwrap_or(0.0);
    let mut best: Vec<&Contender> = Vec::new();
    for row in contenders.iter().filter(|row| row.beats_rule) {
        match best.iter_mut().find(|held| held.id == row.id) {
            Some(held) if gain(row) > gain(held) => *held = row,
            Some(_) => {}
            None => best.push(row),
        }
    }
    order_by(&mut best, |a, b| is_ceiling(a).cmp(&is_ceiling(b)).then(gain(b).total_cmp(&gain(a))));
    best.into_iter().map(|row| beaten(&format!("{}_beats_rule", row.id), row)).collect()
}

fn beaten(code: &str, row: &Contender) -> Reason {
    let margin = match (row.delta_r2.value(), row.delta_r2_low.value(), row.delta_r2_high.value()) {
        (Some(delta), Some(low), Some(high)) => format!(
            " by {} points of explained variance (95% interval {} to {})",
            decimal(delta * 100.0, 1),
            decimal(low * 100.0, 1),
            decimal(high * 100.0, 1)
        ),
        _ => String::new(),
    };
    let name = sentences::contender(&row.id);
    let outcome = sentences::outcome(&row.outcome);
    reason(
        code,
        format!(
            "On held-out customers and later orders, {outcome} is predicted better by {name} than by the rule{margin}."
        ),
        "validation.bake_off",
    )
}

#[cfg(test)]
mod tests {
    use super::super::decide;
    use super::super::findings::Verdict;
    use super::super::fixture::{World, clustering, contender, reliability, world};
    use super::*;

    fn codes(reasons: &[Reason]) -> Vec<&str> {
        reasons.iter().map(|reason| reason.code.as_str()).collect()
    }

    fn clustered() -> World {
        let mut world = world();
        world.clustering = Measured::Value(clustering(Structure::Strong, 0.62, 1.0 / 51.0, 0.93, 0.05));
        world
    }

    #[test]
    fn no_structure_gives_the_rule_with_the_null_benchmark_as_the_reason() {
        let decision = decide(&world().evidence());
        assert_eq!(decision.findings.recommendation, Recommendation::Rule);
        assert_eq!(decision.verdict, Verdict::Go);
        assert_eq!(decision.findings.reasons[0].code, "null_benchmark");
        assert!(decision.findings.reasons[0].text.contains("As the tribunal says."));
        assert!(codes(&decision.findings.reasons).contains(&"out_of_time"));
        assert!(codes(&decision.findings.reasons).contains(&"bake_off"));
    }

    #[test]
    fn separate_groups_that_the_rule_does_not_see_give_clusters() {
        let decision = decide(&clustered().evidence());
        assert_eq!(decision.findings.recommendation, Recommendation::Clusters);
        assert_eq!(
            codes(&decision.findings.reasons),
            ["clusters_beat_null", "clusters_stable", "rule_does_not_see_them"]
        );
    }

    #[test]
    fn clusters_stand_even_where_the_rule_fails_its_own_gates() {
        let mut world = clustered();
        world.validation().reliability.frequency = Measured::Value(reliability(0.1));
        let decision = decide(&world.evidence());
        assert_eq!(decision.verdict, Verdict::NoGo);
        assert_eq!(decision.findings.recommendation, Recommendation::Clusters);
        assert!(decision.findings.caveats[0].text.contains("NO-GO"));
    }

    #[test]
    fn clusters_need_every_part_of_their_evidence() {
        let spoil: [fn(&mut World); 6] = [
            |w| w.clustering().verdict = Measured::Value(Structure::Weak),
            |w| w.clustering().null_benchmark[0].p = 0.2,
            |w| w.clustering().null_benchmark.clear(),
            |w| w.clustering().stability[0].jaccard[2] = 0.6,
            |w| w.clustering().stability[0].bootstrap_ari = Measured::absent("quick", "full"),
            |w| w.clustering().agreement[0].ari = 0.95,
        ];
        for (i, spoil) in spoil.into_iter().enumerate() {
            let mut world = clustered();
            spoil(&mut world);
            assert_eq!(decide(&world.evidence()).findings.recommendation, Recommendation::Rule, "case {i}");
        }
        let mut world = clustered();
        world.clustering().agreement[0].ari = 0.95;
        assert_eq!(decide(&world.evidence()).findings.reasons[0].code, "rule_sees_clusters");
    }

    #[test]
    fn thin_data_are_refused_with_how_much_more_would_do() {
        let mut world = clustered();
        *world.gate("volume") = super::super::fixture::passing("volume", 180.0, true);
        world.gate("volume").status = Status::Fail;
        let decision = decide(&world.evidence());
        assert_eq!((decision.verdict, decision.findings.recommendation), (Verdict::NoGo, Recommendation::Refuse));
        assert_eq!(codes(&decision.findings.reasons), ["volume_failed"]);
        let text = &decision.findings.reasons[0].text;
        assert!(text.contains("180") && text.contains("320 more") && text.contains("820 more"), "{text}");
    }

    #[test]
    fn unreliable_scores_are_refused_with_the_orders_needed() {
        let mut world = world();
        world.validation().reliability.loyalty = Measured::Value(reliability(0.5));
        let decision = decide(&world.evidence());
        assert_eq!((decision.verdict, decision.findings.recommendation), (Verdict::NoGo, Recommendation::Refuse));
        // 11 gaps at .5 must become 44: 45 orders.
        let text = &decision.findings.reasons[0].text;
        assert!(text.contains("about 45 orders") && text.contains("loyalty score"), "{text}");
        world.validation().reliability.loyalty = Measured::Value(reliability(0.0));
        let text = &decide(&world.evidence()).findings.reasons[0].text;
        assert!(text.contains("no longer history would mend it"), "{text}");
    }

    #[test]
    fn segments_that_predict_nothing_are_refused() {
        let mut world = world();
        if let Measured::Value(found) = &mut world.validation().out_of_time {
            found.outcomes[0].omega_squared = Measured::Value(0.001);
            found.outcomes[0].omega_squared_low = Measured::Value(0.0);
        }
        let decision = decide(&world.evidence());
        assert_eq!(decision.findings.recommendation, Recommendation::Refuse);
        assert_eq!(codes(&decision.findings.reasons), ["out_of_time_failed"]);
        assert!(!codes(&decision.findings.caveats).contains(&"out_of_time_failed"));
    }

    #[test]
    fn without_a_loyalty_axis_there_is_no_rule() {
        let mut world = clustered();
        world.thresholds = Measured::absent("the extract has no order lines", "a product or a reordered column");
        let decision = decide(&world.evidence());
        assert_eq!(decision.findings.recommendation, Recommendation::Refuse);
        assert!(decision.findings.reasons[0].text.contains("a product or a reordered column"));
    }

    #[test]
    fn a_rival_that_beats_the_rule_is_a_caveat_with_its_margin() {
        let mut world = world();
        if let Measured::Value(rows) = &mut world.validation().bake_off {
            rows.push(contender("terciles", 0.03));
            rows.push(contender("terciles", 0.07));
        }
        let decision = decide(&world.evidence());
        assert_eq!(decision.findings.recommendation, Recommendation::Rule);
        let rivals: Vec<&str> =
            codes(&decision.findings.caveats).into_iter().filter(|code| code.ends_with("beats_rule")).collect();
        assert_eq!(rivals, ["terciles_beats_rule", "continuous_beats_rule"]);
        let terciles = decision.findings.caveats.iter().find(|reason| reason.code == "terciles_beats_rule").unwrap();
        assert!(terciles.text.contains("by 8.0 points"), "{}", terciles.text);
        assert!(!codes(&decision.findings.reasons).contains(&"bake_off"));
    }

    #[test]
    fn nothing_measured_is_no_error() {
        let mut world = world();
        world.clustering = Measured::absent("quick depth", "full depth");
        world.validation = Measured::absent("no order history", "orders");
        world.planning.experiments.clear();
        let decision = decide(&world.evidence());
        assert_eq!(decision.verdict, Verdict::GoWithCaveats);
        assert_eq!(decision.findings.recommendation, Recommendation::Rule);
        assert_eq!(decision.findings.reasons[0].code, "clustering_not_measured");
    }

    #[test]
    fn no_sentence_shows_a_number_that_is_none() {
        let mut world = world();
        world.median_orders = Measured::absent("none", "");
        let all = |world: &World| {
            let decision = decide(&world.evidence());
            let findings = decision.findings;
            decision
                .verdict_reasons
                .into_iter()
                .chain(findings.reasons.into_iter().chain(findings.caveats).map(|r| r.text))
                .collect::<Vec<_>>()
        };
        for text in all(&world).into_iter().chain(all(&clustered())) {
            assert!(!text.contains("NaN") && !text.contains("inf ") && !text.contains("–"), "{text}");
        }
    }
}
