//! Validation on whole extracts: the reconstructed 2,000 users and the Complete Journey, where present.

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
use quadrant::validation::migration::migration;
use quadrant::validation::reliability::reliabilities;
use quadrant::validation::timeline::Timeline;

struct Case {
    history: OrderHistory,
    table: FeatureTable,
    segmentation: Segmentation,
}

/// Reads all Parquet files of a folder under QUADRANT_DATA but those named; `None`, visibly, where it is absent.
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

#[test]
fn the_reconstructed_users() {
    let Some(Case { history, table, segmentation }) = case("u2000", &["order_lines.parquet"]) else { return };
    let pace = Pace::unhurried();
    let reliability = block_on(reliabilities(&history, table.customers(), &pace)).unwrap();
    println!("{reliability:#?}");
    let coupling = coupling(Some(&history), &table, &segmentation);
    println!("{coupling:?}");
    assert_eq!(coupling.loyalty_identity_share.value(), Some(&1.0));
    let timeline = Timeline::of(&history);
    assert_eq!(timeline.name(), "per_customer");
    println!("{:#?}", block_on(migration(&history, 5, TypedThresholds::default(), 42, &pace)).unwrap());
    let contenders = block_on(bake_off(&history, &timeline, 5, TypedThresholds::default(), 42, &pace)).unwrap();
    for row in contenders.value().unwrap() {
        println!("{row:?}");
    }
}

#[test]
fn the_complete_journey() {
    let Some(Case { history, table, segmentation }) = case("cj", &[]) else { return };
    let pace = Pace::unhurried();
    println!("{:#?}", block_on(reliabilities(&history, table.customers(), &pace)).unwrap());
    println!("{:?}", coupling(Some(&history), &table, &segmentation));
    let timeline = Timeline::of(&history);
    println!("{}", timeline.description());
    assert_eq!(timeline.name(), "calendar");
    println!("{:#?}", block_on(migration(&history, 5, TypedThresholds::default(), 42, &pace)).unwrap());
    let contenders = block_on(bake_off(&history, &timeline, 5, TypedThresholds::default(), 42, &pace)).unwrap();
    for row in contenders.value().unwrap() {
        println!("{row:?}");
    }
}
