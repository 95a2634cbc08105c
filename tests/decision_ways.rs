//! The decision goes each way: rule, clusters and refuse, each on a generated extract made to deserve it.
//!
//! From Parquet bytes through the whole pipeline. Depth quick holds all the evidence that a recommendation rests on
//! (null benchmark, stability, gates); the ignored test hears the same extracts at depth full, which takes minutes
//! without optimisation: `cargo test --release --test decision_ways -- --ignored`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use quadrant::clustering::findings::{ClusteringFindings, NullBenchmark, Structure};
use quadrant::decision::findings::{Reason, Recommendation, Verdict};
use quadrant::extract::findings::Layout;
use quadrant::extract::source::{BytesSource, Source};
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::truth::Truth;
use quadrant::generate::{Scenario, Spec, generate};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::outcome::Results;
use quadrant::pipeline::params::{Depth, Params};
use quadrant::pipeline::run::run;
use quadrant::readiness::findings::Status;
use quadrant::report::figures;
use quadrant::stats::measured::Measured;

const CUSTOMERS: u32 = 2_000;

fn extract(scenario: Scenario, seed: u64) -> (Vec<Arc<dyn Source>>, Truth) {
    let mut folder = MemoryFolder::default();
    let spec = Spec { customers: CUSTOMERS, layout: Layout::Star, scenario, seed }.check().unwrap();
    let truth = generate(&spec, &mut folder, &Pace::unhurried()).unwrap();
    let parquet = folder.files.into_iter().filter(|(name, _)| name.ends_with(".parquet"));
    (parquet.map(|(name, bytes)| Arc::new(BytesSource::new(name, bytes)) as Arc<dyn Source>).collect(), truth)
}

fn decided(scenario: Scenario, seed: u64, params: Params) -> Results {
    let (sources, _) = extract(scenario, seed);
    let finished = block_on(run(sources, None, &params.check().unwrap(), &Pace::unhurried(), &|_| {})).unwrap();
    finished.outcome.results
}

fn at(depth: Depth) -> Params {
    Params { depth, ..Params::default() }
}

fn codes(reasons: &[Reason]) -> Vec<&str> {
    reasons.iter().map(|reason| reason.code.as_str()).collect()
}

fn reason<'a>(results: &'a Results, code: &str) -> &'a Reason {
    let found = results.decision.reasons.iter().find(|reason| reason.code == code);
    found.unwrap_or_else(|| panic!("no reason {code} among {:#?}", results.decision.reasons))
}

fn clustering(results: &Results) -> &ClusteringFindings {
    results.clustering.value().unwrap()
}

/// The null of the solution that the verdict is about which is hardest to beat, picked here once more.
fn hardest_null(found: &ClusteringFindings) -> &NullBenchmark {
    let headline = found.headline.value().unwrap();
    let rows = found.null_benchmark.iter().filter(|row| row.set == headline.set && row.k == headline.k);
    rows.max_by(|a, b| a.p.total_cmp(&b.p)).unwrap()
}

fn status(results: &Results, gate: &str) -> Status {
    results.readiness.gates.iter().find(|found| found.id == gate).unwrap().status
}

fn value(results: &Results, gate: &str) -> f64 {
    *results.readiness.gates.iter().find(|found| found.id == gate).unwrap().value.value().unwrap()
}

/// No structure: the rule, clustering rejected, and the null benchmark is why.
fn assert_rule(results: &Results, draws: u32, label: &str) {
    let found = clustering(results);
    assert_eq!(found.verdict, Measured::Value(Structure::None), "{label}: {}", found.sentence);
    let null = hardest_null(found);
    assert!(null.p > 0.05 && null.draws == draws, "{label}: {null:?}");
    assert_eq!(results.decision.recommendation, Recommendation::Rule, "{label}");
    assert_eq!(results.readiness.verdict, Verdict::GoWithCaveats, "{label}");
    assert_eq!(
        codes(&results.decision.reasons),
        ["null_benchmark", "out_of_time", "reliability", "complete_and_deterministic"],
        "{label}"
    );
    let why = reason(results, "null_benchmark");
    assert_eq!(why.evidence, "clustering.null_benchmark");
    assert!(why.text.starts_with("Clustering is rejected. There are no clusters beyond what structureless"), "{why:?}");
    // The sentence's figures are those of the benchmark.
    assert!(why.text.contains(&format!("{:.3}", null.null_mean)), "{why:?} {null:?}");
    assert!(why.text.contains(&format!("{} in {draws} draws", figures::p_value(null.p))), "{why:?} {null:?}");
    let segmented: u64 = results.segments.iter().map(|segment| segment.count).sum();
    let thousands = format!("{},{:03}", segmented / 1_000, segmented % 1_000);
    assert!(reason(results, "complete_and_deterministic").text.contains(&thousands));
}

/// Four groups that the medians run through: clusters, with the stability that backs them.
fn assert_clusters(results: &Results, draws: u32, label: &str) {
    let found = clustering(results);
    let headline = found.headline.value().unwrap();
    assert_eq!(found.verdict, Measured::Value(Structure::Strong), "{label}: {}", found.sentence);
    assert_eq!(headline.k, 4, "{label}: the planted number");
    assert!(headline.silhouette > 0.7, "{label}: {headline:?}");
    let null = hardest_null(found);
    assert!(null.p <= 0.05 && null.draws == draws && null.observed > null.null_mean + 0.3, "{label}: {null:?}");
    let stable = found.stability.iter().find(|row| row.set == headline.set && row.k == headline.k).unwrap();
    assert!(*stable.bootstrap_ari.value().unwrap() > 0.99 && stable.jaccard.len() == 4, "{label}: {stable:?}");
    assert!(stable.jaccard.iter().all(|jaccard| *jaccard > 0.95), "{label}: {stable:?}");
    assert_eq!(results.decision.recommendation, Recommendation::Clusters, "{label}");
    let expected = ["clusters_beat_null", "clusters_stable", "rule_does_not_see_them"];
    assert_eq!(codes(&results.decision.reasons)[..3], expected, "{label}");
    let name = headline.set.replace('_', " ");
    let beat = reason(results, "clusters_beat_null");
    assert!(beat.text.starts_with(&format!("The data fall into 4 clusters on the {name} features")), "{beat:?}");
    // The pair that is compared: both on the same rows.
    let pair = [null.observed, null.null_mean].map(|value| beat.text.contains(&format!("{value:.3}")));
    assert_eq!(pair, [true, true], "{beat:?}");
    let stable_text = &reason(results, "clusters_stable").text;
    let ari = stable.bootstrap_ari.value().unwrap();
    assert!(stable_text.contains(&format!("adjusted Rand index {ari:.2}")), "{stable_text}");
    let agreement = found.agreement.iter().find(|row| row.a == "rule" && row.b == headline.set && row.k == 4).unwrap();
    assert!(agreement.ari < 0.5, "{label}: the medians cut groups in half: {agreement:?}");
    assert!(reason(results, "rule_does_not_see_them").text.contains(&format!("{:.2}", agreement.ari)));
}

/// Too thin: refuse, with the failed gates by name and how much more data would help.
fn assert_refusal(results: &Results, label: &str) {
    assert_eq!(results.decision.recommendation, Recommendation::Refuse, "{label}");
    assert_eq!(results.readiness.verdict, Verdict::NoGo, "{label}");
    // So few orders may cost the scores their reliability as well: whatever failed is named, these two first.
    let failed: Vec<String> = results
        .readiness
        .gates
        .iter()
        .filter(|gate| gate.status == Status::Fail)
        .map(|gate| format!("{}_failed", gate.id))
        .collect();
    let named = codes(&results.decision.reasons);
    assert_eq!(named[..2], ["volume_failed", "depth_failed"], "{label}");
    assert!(named.iter().all(|code| failed.iter().any(|gate| gate == code)), "{label}: {named:?} of {failed:?}");
    assert_eq!((status(results, "volume"), status(results, "depth")), (Status::Fail, Status::Fail), "{label}");
    let (qualified, kept) = (value(results, "volume"), value(results, "depth"));
    assert!(
        qualified < 500.0 && (kept - qualified / f64::from(CUSTOMERS)).abs() < 1e-12,
        "{label}: {qualified} {kept}"
    );
    let volume = &reason(results, "volume_failed").text;
    assert!(volume.starts_with(&format!("Qualified customers: {qualified}, ")), "{volume}");
    let (usable, passing) = (500.0 - qualified, 1_000.0 - qualified);
    assert!(
        volume.ends_with(&format!(
            "With {usable} more qualified customers it would be usable, with {passing} more it would pass."
        )),
        "{volume}"
    );
    let depth = &reason(results, "depth_failed").text;
    let (usable, passing) = ((0.5 - kept) * 100.0, (0.7 - kept) * 100.0);
    assert!(depth.contains(&format!("{usable:.1}%")) && depth.contains(&format!("{passing:.1}% to pass")), "{depth}");
    for blocked in &results.decision.reasons {
        assert!(blocked.text.contains("it blocks") && blocked.evidence.starts_with("gates."), "{blocked:?}");
    }
    assert!(!codes(&results.decision.caveats).contains(&"volume_failed"), "said once");
}

/// Everybody kept, at three or four orders: enough customers, and scores that cannot be repeated.
fn assert_unreliable(results: &Results, label: &str) {
    assert_eq!(results.decision.recommendation, Recommendation::Refuse, "{label}");
    assert_eq!(results.readiness.verdict, Verdict::NoGo, "{label}");
    assert_eq!((status(results, "volume"), status(results, "depth")), (Status::Pass, Status::Pass), "{label}");
    assert_eq!(codes(&results.decision.reasons), ["reliability_failed"], "{label}");
    let reliability = &results.validation.value().unwrap().reliability;
    let (frequency, loyalty) =
        (reliability.frequency.value().unwrap().value, reliability.loyalty.value().unwrap().value);
    let weaker = if frequency < loyalty { ("frequency", frequency) } else { ("loyalty", loyalty) };
    assert_eq!(value(results, "reliability"), weaker.1);
    let median = *results.readiness.summary.value().unwrap().median_orders.value().unwrap();
    // Spearman and Brown turned round, for the gaps of the median customer.
    let orders = ((median - 1.0) * 4.0 * (1.0 - weaker.1) / weaker.1).ceil() + 1.0;
    let text = &reason(results, "reliability_failed").text;
    assert!(text.contains(&format!("The {} score is the weaker one", weaker.0)), "{text}");
    assert!(
        text.contains(&format!("about {orders} orders per customer, where the median customer has {median}")),
        "{text}"
    );
}

#[test]
fn no_structure_gives_the_rule_because_of_the_null_benchmark() {
    // Under a true null one extract in twenty would beat it; these three seeds were not chosen for their p.
    for seed in [1, 2, 3] {
        let (_, truth) = extract(Scenario::NoStructure, seed);
        assert_eq!(truth.population.types.len(), 1, "one cloud was planted");
        assert_rule(&decided(Scenario::NoStructure, seed, at(Depth::Quick)), 50, &format!("seed {seed}"));
    }
}

#[test]
fn four_groups_that_the_rule_does_not_see_give_clusters_with_their_stability() {
    for seed in [1, 2] {
        let (_, truth) = extract(Scenario::Clusters, seed);
        assert_eq!(truth.population.types.len(), 4, "four groups were planted");
        assert_clusters(&decided(Scenario::Clusters, seed, at(Depth::Quick)), 50, &format!("seed {seed}"));
    }
}

#[test]
fn thin_histories_are_refused_with_the_failed_gates_and_what_would_help() {
    for seed in [1, 2] {
        assert_refusal(&decided(Scenario::Thin, seed, at(Depth::Quick)), &format!("seed {seed}"));
        let everybody = Params { min_orders: 2, ..at(Depth::Quick) };
        assert_unreliable(&decided(Scenario::Thin, seed, everybody), &format!("everybody, seed {seed}"));
    }
}

#[test]
#[ignore = "minutes without optimisation"]
fn all_three_ways_hold_at_depth_full() {
    assert_rule(&decided(Scenario::NoStructure, 1, at(Depth::Full)), 50, "full");
    let clusters = decided(Scenario::Clusters, 1, at(Depth::Full));
    assert_clusters(&clusters, 50, "full");
    assert!(reason(&clusters, "clusters_predict_better").evidence == "validation.bake_off");
    assert_refusal(&decided(Scenario::Thin, 1, at(Depth::Full)), "full");
}
