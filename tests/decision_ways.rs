//! The decision goes each way: rule, clusters and refuse, each on an extract made to deserve it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use quadrant::clustering::effort::Effort;
use quadrant::clustering::tribunal::{Question, tribunal};
use quadrant::decision::{Decision, Evidence, decide};
use quadrant::extract::findings::Layout;
use quadrant::extract::source::{BytesSource, Source};
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::{Scenario, Spec, generate};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::outcome::Results;
use quadrant::pipeline::params::{Depth, Params};
use quadrant::pipeline::run::run;
use quadrant::stats::measured::Measured;

fn run_on(scenario: Scenario, customers: u32, layout: Layout, seed: u64) -> (Results, Decision) {
    let mut folder = MemoryFolder::default();
    let pace = Pace::unhurried();
    generate(&Spec { customers, layout, scenario, seed }.check().unwrap(), &mut folder, &pace).unwrap();
    let sources: Vec<Arc<dyn Source>> = folder
        .files
        .into_iter()
        .filter(|(name, _)| name.ends_with(".parquet"))
        .map(|(name, bytes)| Arc::new(BytesSource::new(name, bytes)) as Arc<dyn Source>)
        .collect();
    let params = Params { depth: Depth::Full, ..Params::default() }.check().unwrap();
    let finished = block_on(run(sources, None, &params, &pace, &|_| {})).unwrap();
    let results = finished.outcome.results;
    let clustering = match results.clustering {
        Measured::Value(_) => results.clustering.clone(),
        Measured::NotMeasured(_) => {
            let rule: Option<Vec<u32>> =
                finished.tables.segmentation.as_ref().map(|found| found.labels.iter().map(|&l| l as u32).collect());
            let question = Question {
                table: &finished.tables.features,
                components: &Measured::absent("not here", ""),
                rule: rule.as_deref(),
                seed: 42,
            };
            block_on(tribunal(question, &Effort::quick(), &pace)).unwrap()
        }
    };
    let median_orders = match &results.readiness.summary {
        Measured::Value(summary) => summary.median_orders.clone(),
        Measured::NotMeasured(missing) => Measured::NotMeasured(missing.clone()),
    };
    let decision = decide(&Evidence {
        readiness_gates: &results.readiness.gates,
        customers: results.segments.iter().map(|segment| segment.count).sum(),
        median_orders: &median_orders,
        clustering: &clustering,
        thresholds: &results.thresholds,
        segments: &results.segments,
        validation: &results.validation,
        planning: &results.planning,
    });
    (results, decision)
}

#[test]
fn show() {
    for (scenario, customers) in [
        (Scenario::NoStructure, 3_000),
        (Scenario::Clusters, 3_000),
        (Scenario::Thin, 3_000),
        (Scenario::Typical, 3_000),
        (Scenario::Clusters, 20_000),
    ] {
        for layout in [Layout::Star, Layout::Wide, Layout::Customers] {
            for seed in [1, 2] {
                let (_, decision) = run_on(scenario, customers, layout, seed);
                println!(
                    "== {} {layout:?} {seed}: {:?} {:?}",
                    scenario.name(),
                    decision.verdict,
                    decision.findings.recommendation
                );
                for r in &decision.findings.reasons {
                    println!("  + {}: {}", r.code, r.text);
                }
                for r in &decision.findings.caveats {
                    println!("  - {}: {}", r.code, r.text);
                }
                if seed == 1 {
                    for g in &decision.gates {
                        println!("     {} {:?} {:?} {}", g.id, g.value.value(), g.status, g.note);
                    }
                }
            }
        }
    }
}
