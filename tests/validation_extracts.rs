//! Validation on whole extracts: the reconstructed 2,000 users and the Complete Journey, where present.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![cfg(not(target_arch = "wasm32"))]

use std::path::PathBuf;
use std::sync::Arc;

use quadrant::extract::history::{Extract, OrderHistory};
use quadrant::extract::source::{FileSource, Source};
use quadrant::extract::{ReadOptions, inspect, read};
use quadrant::features::build::build;
use quadrant::features::table::FeatureTable;
use quadrant::pace::{Pace, block_on};
use quadrant::segments::rule::{Segmentation, segment};
use quadrant::segments::thresholds::TypedThresholds;
use quadrant::validation::bake_off::bake_off;
use quadrant::validation::coupling::coupling;
use quadrant::validation::findings::{Contender, Migration, OutOfTime};
use quadrant::validation::migration::migration;
use quadrant::validation::out_of_time::out_of_time;
use quadrant::validation::reliability::reliabilities;
use quadrant::validation::timeline::Timeline;

struct Case {
    history: OrderHistory,
    table: FeatureTable,
    segmentation: Segmentation,
}

/// Reads all Parquet files of a folder under `QUADRANT_DATA` but those named; `None`, visibly, where it is absent.
fn case(folder: &str, without: &[&str]) -> Option<Case> {
    let root = std::env::var_os("QUADRANT_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../data")), PathBuf::from)
        .join(folder);
    let Ok(entries) = std::fs::read_dir(&root) else {
        println!("SKIPPED: {} absent", root.display());
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.ends_with(".parquet") && !without.contains(&name.as_ref())
    });
    paths.sort();
    let sources: Vec<Arc<dyn Source>> =
        paths.iter().map(|path| Arc::new(FileSource::open(path).unwrap()) as Arc<dyn Source>).collect();
    let mapping = inspect(&sources).unwrap().mapping;
    let pace = Pace::unhurried();
    let (extract, _) = block_on(read(&sources, &mapping, &ReadOptions::default(), &pace)).unwrap();
    let Extract::History(history) = extract else { panic!("{folder} holds orders") };
    let table = block_on(build(&history, 5, &pace)).unwrap();
    let segmentation = block_on(segment(&table, TypedThresholds::default(), &pace)).unwrap().unwrap();
    Some(Case { history, table, segmentation })
}

/// The gates' statistics of one extract: reliability of both scores, lower limit of the primary outcome, kappa.
struct Found {
    by_ranks: f64,
    frequency: f64,
    loyalty: f64,
    timeline: Timeline,
    out_of_time: OutOfTime,
    migration: Migration,
    contenders: Vec<Contender>,
}

fn judge(case: &Case) -> Found {
    let pace = Pace::unhurried();
    let typed = TypedThresholds::default();
    let (history, table) = (&case.history, &case.table);
    let reliability = block_on(reliabilities(history, table.customers(), &pace)).unwrap();
    let timeline = Timeline::of(history);
    let out_of_time = block_on(out_of_time(history, &timeline, 5, typed, 42, &pace)).unwrap();
    let migration = block_on(migration(history, 5, typed, 42, &pace)).unwrap();
    let contenders = block_on(bake_off(history, &timeline, 5, typed, 42, &pace)).unwrap();
    Found {
        by_ranks: *reliability.frequency.value().unwrap().by_ranks.value().unwrap(),
        frequency: reliability.frequency.value().unwrap().value,
        loyalty: reliability.loyalty.value().unwrap().value,
        timeline,
        out_of_time: out_of_time.value().unwrap().clone(),
        migration: migration.value().unwrap().clone(),
        contenders: contenders.value().unwrap().clone(),
    }
}

fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() <= within, "{found} is not within {within} of {expected}");
}

/// Customers never contradict themselves: every part adds up, every rival has its interval.
fn consistent(found: &Found) {
    let counted: u64 = found.migration.matrix.iter().flatten().sum();
    assert_eq!(counted, found.migration.customers);
    for outcome in &found.out_of_time.outcomes {
        let (low, value, high) =
            (outcome.omega_squared_low.value(), outcome.omega_squared.value(), outcome.omega_squared_high.value());
        assert!(low <= value && value <= high, "{outcome:?}");
        assert!(outcome.customers <= found.out_of_time.customers);
    }
    for row in &found.contenders {
        assert!(row.delta_r2_low.value() <= row.delta_r2_high.value(), "{row:?}");
    }
}

#[test]
fn the_reconstructed_users() {
    let Some(case) = case("u2000", &["order_lines.parquet"]) else { return };
    let coupling = coupling(Some(&case.history), &case.table, &case.segmentation);
    // Finding 1 of STATISTICS.md, on every user.
    assert_eq!(coupling.loyalty_identity_share.value(), Some(&1.0));
    // The full extract's is .512.
    near(*coupling.tetrachoric.value().unwrap(), 0.512, 0.05);
    let found = judge(&case);
    consistent(&found);
    // pandas: Pearson's r of the scores of odd and even gaps (of the lines of odd and even orders) of the 1,767 users, stepped up;
    // then that of the normal scores of their ranks.
    near(found.frequency, 0.828_680_891_882_402_7, 1e-12);
    near(found.loyalty, 0.776_773_448_105_424_7, 1e-12);
    near(found.by_ranks, 0.828_262_139_552_204_8, 1e-9);
    assert_eq!(found.timeline.name(), "per_customer");
    let ids: Vec<&str> = found.out_of_time.outcomes.iter().map(|outcome| outcome.outcome.as_str()).collect();
    // Gaps are capped at 30 days: a return within 30 cannot be told from a later one.
    assert_eq!(ids, ["next_gap_days", "reorder_share"]);
    assert!(*found.out_of_time.outcomes[0].omega_squared_low.value().unwrap() > 0.06);
    // Nobody's traits change in the reconstruction beyond a drift: kappa reaches what reliability allows.
    near(*found.migration.kappa.value().unwrap(), *found.migration.kappa_ceiling.value().unwrap(), 0.06);
}

#[test]
fn the_complete_journey() {
    let Some(case) = case("cj", &[]) else { return };
    let found = judge(&case);
    consistent(&found);
    // pandas, as above, of 2,349 households.
    near(found.frequency, 0.944_294_151_937_257_1, 1e-12);
    near(found.by_ranks, 0.911_485_001_089_316, 1e-9);
    assert_eq!(
        found.timeline.description(),
        "Segments from the orders up to 2017-10-02, outcomes in the 90 days after it."
    );
    let ids: Vec<&str> = found.out_of_time.outcomes.iter().map(|outcome| outcome.outcome.as_str()).collect();
    assert_eq!(ids, ["orders_in_horizon", "returned_30d", "returned_60d", "returned_90d", "reorder_share", "spend"]);
    let orders = &found.out_of_time.outcomes[0];
    assert!(*orders.auc.value().unwrap() > 0.75 && *orders.omega_squared_low.value().unwrap() > 0.2);
    assert!(*found.migration.kappa.value().unwrap() <= found.migration.kappa_ceiling.value().unwrap() + 0.03);
}
