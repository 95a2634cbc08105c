//! The monitor page's side of the engine: files recognised by their content, a rehearsal, receipts, lists.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(not(target_arch = "wasm32"))]

use std::sync::{Arc, OnceLock};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use quadrant::export::artifact::{Artifact, WindowFile, make, make_window};
use quadrant::export::outputs::Outputs;
use quadrant::export::receipt::Receipt;
use quadrant::export::tray::Tray;
use quadrant::export::verify::verify;
use quadrant::extract::source::{BytesSource, Source};
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::rehearsal::{DEMO, Plot, rehearse, windows};
use quadrant::generate::{Scenario, Spec, generate_window};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::labels::Labels;
use quadrant::pipeline::params::Params;
use quadrant::pipeline::run::{Finished, run};
use quadrant::planning::monitoring::Call;
use quadrant::segments::findings::Segment;
use quadrant::view::monitor::{Ready, watched};

type Sources = Vec<Arc<dyn Source>>;

fn source(name: &str, bytes: Vec<u8>) -> Arc<dyn Source> {
    Arc::new(BytesSource::new(name, bytes))
}

fn generated(scenario: Scenario) -> Sources {
    window(scenario, 0)
}

/// The demo's customers in a later window; 0 is the first.
fn window(scenario: Scenario, number: u32) -> Sources {
    let mut folder = MemoryFolder::default();
    let spec = Spec { scenario, ..DEMO }.check().unwrap();
    generate_window(&spec, number, &mut folder, &Pace::unhurried()).unwrap();
    let files = folder.files.into_iter().filter(|(name, _)| name.ends_with(".parquet"));
    files.map(|(name, bytes)| source(&name, bytes)).collect()
}

fn demo() -> &'static Finished {
    static DONE: OnceLock<Finished> = OnceLock::new();
    DONE.get_or_init(|| {
        let params = Params::default().check().unwrap();
        let sources = generated(Scenario::Typical);
        let mut done = block_on(run(sources, None, &params, &Pace::unhurried(), &|_| {})).unwrap();
        done.outcome.date = Some("2026-02-01".to_owned());
        done
    })
}

fn file(artifact: Artifact) -> Arc<dyn Source> {
    let made = make(demo(), &artifact).unwrap();
    source(&made.name, made.bytes)
}

fn kinds(tray: &Tray) -> Vec<String> {
    tray.view().files.into_iter().map(|file| file.kind).collect()
}

#[test]
fn files_are_recognised_by_their_content_whatever_their_names() {
    let later = generated(Scenario::Slower);
    let json = |name: &str, artifact| source(name, make(demo(), &artifact).unwrap().bytes);
    let mut all = later.clone();
    all.push(json("x.json", Artifact::BaselineJson));
    all.push(source("who.parquet", make(demo(), &Artifact::AssignmentsParquet).unwrap().bytes));
    let tray = Tray::of(&all);
    let mut expected = vec!["later extract"; later.len()];
    expected.extend(["baseline", "earlier assignments"]);
    assert_eq!(kinds(&tray), expected);
    assert_eq!(tray.view().ready, Ready::Compare);
    let found = block_on(tray.compare(None, false, &Pace::unhurried())).unwrap();
    let drift = found.drift.as_ref().unwrap();
    assert_eq!(drift.call, Call::Watch);
    assert!(drift.movement.value().is_some(), "the earlier assignments were used");

    // One window is not two.
    all.push(source("a.json", make_window(&found, WindowFile::DriftJson).unwrap().bytes));
    let tray = Tray::of(&all);
    assert_eq!(kinds(&tray).last().map(String::as_str), Some("earlier drift"));
    let same = block_on(tray.compare(None, false, &Pace::unhurried())).unwrap();
    assert_eq!(same.drift.as_ref().unwrap_err().code(), "earlier_drift");
    assert_eq!(watched(&same, "", &Labels::default()).call, "scored");

    // The next window, with this one's drift file: it lasts.
    all.splice(..later.len(), window(Scenario::Slower, 1));
    let next = block_on(Tray::of(&all).compare(None, false, &Pace::unhurried())).unwrap();
    assert_eq!((next.drift.as_ref().unwrap().call, next.earlier.len()), (Call::Recalibrate, 1));
    let view = watched(&next, "", &Labels::default());
    assert_eq!((view.call.as_str(), view.class.as_str()), ("recalibrate", "fail"));
    assert!(view.synthetic.is_empty() && !view.overlapping);

    let ready = |files: &[Arc<dyn Source>]| Tray::of(files).view().ready;
    assert_eq!(ready(&later), Ready::NeedsBaseline);
    assert_eq!(ready(&[file(Artifact::BaselineJson)]), Ready::NeedsExtract);
    assert_eq!(ready(&[file(Artifact::Receipt)]), Ready::NeedsFiles);
    let mut both = later;
    both.push(file(Artifact::Receipt));
    assert_eq!(ready(&both), Ready::Verify);
    both.push(file(Artifact::BaselineJson));
    assert_eq!(ready(&both), Ready::Both);
    // Assignments alone are an extract at customer level.
    assert_eq!(kinds(&Tray::of(&[file(Artifact::AssignmentsParquet)])), ["later extract"]);
}

#[test]
fn what_is_no_file_of_ours_is_named_and_nothing_can_be_done_with_it() {
    let baseline = String::from_utf8(make(demo(), &Artifact::BaselineJson).unwrap().bytes).unwrap();
    let receipt = String::from_utf8(make(demo(), &Artifact::Receipt).unwrap().bytes).unwrap();
    for (text, code, word) in [
        ("{", "unknown_json", "cannot be used"),
        ("[1, 2]", "unknown_json", "none of"),
        ("\"words\"", "unknown_json", "none of"),
        (&*baseline.replacen("\"seed\": 42", "\"seed\": 43", 1), "baseline_hash_mismatch", "changed after"),
        (&*baseline.replacen("\"schema_version\": 1", "\"schema_version\": 2", 1), "baseline_newer_schema", "schema"),
        (&*receipt.replacen("\"schema_version\": 1", "\"schema_version\": 2", 1), "not_a_receipt", "schema version 2"),
        (&*receipt.replacen("\"inputs\"", "\"input\"", 1), "not_a_receipt", "the field \"inputs\" is missing"),
    ] {
        let mut files = generated(Scenario::Typical);
        files.push(source("\u{202e}<b>.json", text.as_bytes().to_vec()));
        let view = Tray::of(&files).view();
        let failure = view.failure.unwrap_or_else(|| panic!("{text:.40}"));
        assert_eq!((failure.code.as_str(), view.ready), (code, Ready::Nothing), "{}", failure.message);
        assert!(failure.message.contains(word), "{}", failure.message);
        assert_eq!(view.files.last().unwrap().kind, "cannot be used");
    }
    let huge = Tray::of(&[source("a.json", vec![b' '; (16 << 20) + 1])]).view();
    assert!(huge.failure.unwrap().message.contains("far more than"));
}

#[test]
fn a_rehearsal_watches_then_recalibrates_and_a_quiet_window_is_kept() {
    let mut earlier = Vec::new();
    for (plot, call) in [
        (Plot::Slower, Call::Watch),
        (Plot::Slower, Call::Recalibrate),
        (Plot::Quiet, Call::Keep),
        (Plot::Broken, Call::Alert),
    ] {
        let found = block_on(rehearse(demo(), plot, earlier, &Pace::unhurried())).unwrap();
        assert_eq!(found.drift.as_ref().unwrap().call, call, "{plot:?}: {}", found.drift.as_ref().unwrap().summary);
        let view = watched(&found, &plot.disclosure(found.earlier.len() as u64 + 1), &Labels::default());
        assert!(view.synthetic.starts_with("Synthetic"));
        earlier = windows(&found);
    }
    assert_eq!(earlier.len(), 4);
}

#[test]
fn the_scored_csv_says_what_the_parquet_says() {
    let found = block_on(rehearse(demo(), Plot::Slower, Vec::new(), &Pace::unhurried())).unwrap();
    let parquet = make_window(&found, WindowFile::ScoredParquet).unwrap().bytes;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet)).unwrap();
    let batches: Vec<RecordBatch> = reader.build().unwrap().map(Result::unwrap).collect();
    let text = String::from_utf8(make_window(&found, WindowFile::ScoredCsv).unwrap().bytes).unwrap();
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let names: Vec<String> = batches[0].schema().fields().iter().map(|field| field.name().clone()).collect();
    assert_eq!(lines.next().unwrap().split(',').collect::<Vec<_>>(), names);
    let mut statuses = std::collections::BTreeSet::new();
    for batch in &batches {
        let words: Vec<_> = ["segment", "status", "previous_segment", "change"]
            .map(|name| {
                (names.iter().position(|n| n == name).unwrap(), batch.column_by_name(name).unwrap().as_string::<i32>())
            })
            .into();
        let scores = batch.column_by_name("freq_score").unwrap().as_primitive::<arrow_array::types::Float64Type>();
        for row in 0..batch.num_rows() {
            let cells: Vec<&str> = lines.next().unwrap().split(',').collect();
            for (at, column) in &words {
                let value = if arrow_array::Array::is_valid(*column, row) { column.value(row) } else { "" };
                assert_eq!(cells[*at], value);
            }
            let score = cells[2].parse::<f64>().ok();
            assert_eq!(score, arrow_array::Array::is_valid(scores, row).then(|| scores.value(row)), "{cells:?}");
            statuses.insert(cells[7].to_owned());
        }
    }
    assert_eq!(lines.next(), None);
    assert!(statuses.contains("assigned") && statuses.contains("below_minimum"), "{statuses:?}");
}

#[test]
fn a_receipt_of_the_page_verifies_on_another_day() {
    let receipt = Receipt::read(&make(demo(), &Artifact::Receipt).unwrap().bytes).unwrap();
    assert_eq!(receipt.date.as_deref(), Some("2026-02-01"));
    let found = block_on(verify(&receipt, generated(Scenario::Typical), None, &Pace::unhurried())).unwrap();
    assert_eq!(found.differences, Vec::<String>::new());
    assert!(found.repeated && found.summary().starts_with("identical") && found.view().identical);
    // All files that the command line lists: the documents carry the day.
    let outputs = Outputs::of(demo());
    let all: Vec<_> = outputs.names().iter().map(|name| outputs.hashed(name).unwrap().unwrap()).collect();
    let full = Receipt::new(demo(), all);
    let found = block_on(verify(&full, generated(Scenario::Typical), None, &Pace::unhurried())).unwrap();
    assert_eq!(found.differences, Vec::<String>::new());
    // Other files: told before anything is run.
    let found = block_on(verify(&full, generated(Scenario::Slower), None, &Pace::unhurried())).unwrap();
    assert!(!found.repeated && !found.view().identical);
    assert!(found.differences.iter().any(|d| d.contains("orders.parquet")), "{:?}", found.differences);
    // Another result: named by its file.
    let mut forged = full.clone();
    forged.outputs[0].sha256 = "0".repeat(64);
    forged
        .outputs
        .push(quadrant::export::receipt::Hashed { name: "../etc/passwd".into(), ..forged.outputs[0].clone() });
    let found = block_on(verify(&forged, generated(Scenario::Typical), None, &Pace::unhurried())).unwrap();
    assert_eq!(found.differences.len(), 2, "{:?}", found.differences);
    assert!(found.differences[1].ends_with("passwd: missing"));
}

#[test]
fn the_lists_of_the_segments_are_the_assignments_again() {
    let all = String::from_utf8(make(demo(), &Artifact::AssignmentsCsv).unwrap().bytes).unwrap();
    let mut rows: Vec<&str> = all.trim_end().split("\r\n").skip(1).collect();
    let lists = Segment::ALL.map(|segment| {
        let made = make(demo(), &Artifact::List(segment)).unwrap();
        assert_eq!(made.name, format!("{}.csv", segment.slug()));
        String::from_utf8(made.bytes).unwrap()
    });
    let mut found: Vec<&str> = Vec::new();
    for (segment, list) in Segment::ALL.into_iter().zip(&lists) {
        let own: Vec<&str> = list.trim_end().split("\r\n").skip(1).collect();
        assert!(!own.is_empty() && own.iter().all(|row| row.split(',').nth(1) == Some(segment.name())));
        found.extend(own);
    }
    rows.sort_unstable();
    found.sort_unstable();
    assert_eq!(rows, found);
    let outputs = Outputs::of(demo());
    assert!(outputs.names().contains(&"lists/at-risk.csv".to_owned()));
    for name in outputs.names() {
        assert!(outputs.write(&name, std::io::sink()).is_some_and(|written| written.is_ok()), "{name}");
    }
    assert!(outputs.write("lists/nobody.csv", std::io::sink()).is_none());
}
