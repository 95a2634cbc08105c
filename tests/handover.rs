//! The hand-over end to end: baseline, score and monitor on the command line, and what they refuse.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, RecordBatch, UInt32Array};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use quadrant::planning::baseline::Baseline;
use quadrant::planning::monitoring::{Call, Cause, Drift};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

fn quadrant<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quadrant")).args(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn generated(folder: &Path, customers: u32, layout: &str, scenario: &str, seed: u32) -> Vec<PathBuf> {
    let out = folder.join(format!("{layout}-{scenario}-{customers}-{seed}"));
    let (customers, seed) = (customers.to_string(), seed.to_string());
    let mut arguments = vec!["generate", "--customers", &customers, "--layout", layout, "--scenario", scenario];
    arguments.extend(["--seed", &seed, "--out", out.to_str().unwrap()]);
    let output = quadrant(arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let entries = std::fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "parquet")).collect();
    files.sort();
    files
}

fn run(command: &str, files: &[PathBuf], more: &[(&str, &Path)]) -> Output {
    let mut arguments: Vec<std::ffi::OsString> = vec![command.into()];
    arguments.extend(files.iter().map(Into::into));
    for (name, value) in more {
        arguments.push((*name).into());
        if !value.as_os_str().is_empty() {
            arguments.push((*value).into());
        }
    }
    quadrant(arguments)
}

/// Analyzes and gives the output folder.
fn analyzed(folder: &Path, name: &str, files: &[PathBuf]) -> PathBuf {
    let out = folder.join(name);
    let output = run("analyze", files, &[("--out", &out)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    out
}

fn read(path: &Path) -> RecordBatch {
    let file = std::fs::File::open(path).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let schema = builder.schema().clone();
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    let column = |at: usize| {
        let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(at).as_ref()).collect();
        arrow_select::concat::concat(&parts).unwrap()
    };
    let columns = (0..schema.fields().len()).map(column).collect();
    RecordBatch::try_new(schema, columns).unwrap()
}

fn texts(batch: &RecordBatch, name: &str) -> Vec<Option<String>> {
    batch.column_by_name(name).unwrap().as_string::<i32>().iter().map(|v| v.map(str::to_owned)).collect()
}

fn drift(out: &Path) -> Drift {
    serde_json::from_slice(&std::fs::read(out.join("drift.json")).unwrap()).unwrap()
}

#[test]
fn scoring_the_reference_itself_gives_its_assignments() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(folder.path(), 900, "star", "typical", 7);
    let out = analyzed(folder.path(), "reference", &files);
    let baseline = Baseline::read(&std::fs::read(out.join("baseline.json")).unwrap()).unwrap();
    let receipt: Value = serde_json::from_slice(&std::fs::read(out.join("receipt.json")).unwrap()).unwrap();
    assert_eq!(receipt["id"], baseline.receipt.as_str());

    let (base, scored) = (out.join("baseline.json"), folder.path().join("scored.parquet"));
    let previous = out.join("assignments.parquet");
    let output = run("score", &files, &[("--baseline", &base), ("--previous", &previous), ("--out", &scored)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let (then, now) = (read(&previous), read(&scored));
    let by_id = |batch: &RecordBatch| -> BTreeMap<i32, (Option<String>, f64, f64, f64)> {
        let ids = batch.column(0).as_primitive::<Int32Type>();
        let float = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
        let (f, l, c) = (float("freq_score"), float("loyalty_score"), float("confidence"));
        let segments = texts(batch, "segment");
        let rows = segments.into_iter().enumerate().filter(|(_, segment)| segment.is_some());
        rows.map(|(i, segment)| (ids.value(i), (segment, f.value(i), l.value(i), c.value(i)))).collect()
    };
    assert_eq!(by_id(&then), by_id(&now), "segments, scores and confidence are the same to the last bit");
    assert_eq!(now.num_rows() as u64, baseline.extract.quality.customers, "and everybody else has a status");
    let short = texts(&now, "status").iter().filter(|s| s.as_deref() == Some("below_minimum")).count() as u64;
    assert_eq!(short, baseline.extract.quality.below_minimum);
    assert!(short > 0 && stdout(&output).contains("too few orders"), "{}", stdout(&output));
    let changes = texts(&now, "change");
    assert!(changes.iter().all(|c| matches!(c.as_deref(), Some("same" | "new"))));
    // Frozen percentiles lie within a step of the exact ones.
    let float =
        |batch: &RecordBatch, name: &str| batch.column_by_name(name).unwrap().as_primitive::<Float64Type>().clone();
    let ids: Vec<i32> = now.column(0).as_primitive::<Int32Type>().values().to_vec();
    for name in ["freq_percentile", "loyalty_percentile"] {
        let (exact, frozen) = (float(&then, name), float(&now, name));
        for (i, &id) in then.column(0).as_primitive::<Int32Type>().values().iter().enumerate() {
            let at = ids.binary_search(&id).unwrap();
            assert!((exact.value(i) - frozen.value(at)).abs() < 0.02, "{name} of {id}");
        }
    }
}

#[test]
fn new_gone_and_moved_customers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let early = generated(folder.path(), 500, "star", "string-ids", 7);
    let late = generated(folder.path(), 650, "star", "string-ids", 8);
    let out = analyzed(folder.path(), "early", &early);
    let scored = folder.path().join("late.parquet");
    let (base, previous) = (out.join("baseline.json"), out.join("assignments.parquet"));
    let output = run("score", &late, &[("--baseline", &base), ("--previous", &previous), ("--out", &scored)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let now = read(&scored);
    let (status, change, before) = (texts(&now, "status"), texts(&now, "change"), texts(&now, "previous_segment"));
    let count = |name: &str| change.iter().filter(|c| c.as_deref() == Some(name)).count();
    // Ids 1 to 500 stand in both; 501 to 650 are new.
    assert!(count("new") >= 150 && count("same") > 0 && count("moved") > 0 && count("unqualified") > 0);
    for row in 0..now.num_rows() {
        let segment = &texts(&now, "segment")[row];
        let changed = change[row].as_deref().unwrap();
        assert_eq!(segment.is_some(), status[row].as_deref() == Some("assigned"));
        assert_eq!(changed == "new", before[row].is_none() && changed != "same");
        if changed == "moved" {
            assert_ne!(*segment, before[row]);
        }
    }
    // Who is in the earlier file only is gone.
    let few = analyzed(folder.path(), "late", &late);
    let scored = folder.path().join("early.parquet");
    let previous = few.join("assignments.parquet");
    let output = run("score", &early, &[("--baseline", &base), ("--previous", &previous), ("--out", &scored)]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let back = read(&scored);
    let gone = texts(&back, "status").iter().filter(|s| s.as_deref() == Some("gone")).count();
    assert!(gone > 100 && gone <= 150 && stdout(&output).contains(&format!("{gone} gone")), "{}", stdout(&output));
}

#[test]
fn planted_drift_gets_the_right_call_and_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let out = analyzed(path, "reference", &generated(path, 2_500, "star", "typical", 7));
    let base = out.join("baseline.json");
    let monitored = |scenario: &str, seed: u32, more: &[(&str, &Path)]| {
        let files = generated(path, 2_500, "star", scenario, seed);
        let to = path.join(format!("drift-{scenario}-{seed}-{}", more.len()));
        let mut arguments: Vec<(&str, &Path)> = vec![("--baseline", &base), ("--out", &to)];
        arguments.extend_from_slice(more);
        let output = run("monitor", &files, &arguments);
        assert!([0, 3, 4].contains(&code(&output)), "{scenario}: {}", stderr(&output));
        let found = drift(&to);
        assert_eq!(i32::from(found.exit_code), code(&output));
        assert_eq!(stdout(&output).trim_end(), found.summary, "one line");
        assert!(!found.summary.contains('\n'));
        let report = std::fs::read_to_string(to.join("drift.md")).unwrap();
        assert!(report.starts_with("# Drift report: ") && report.contains("Recalibration in the shadow"));
        let page = std::fs::read_to_string(to.join("drift.html")).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Recalibration in the shadow"));
        assert!(to.join("assignments.parquet").exists());
        (to, found)
    };
    let none = monitored("typical", 8, &[]).1;
    assert_eq!((none.call, none.exit_code), (Call::Keep, 0), "{}", none.summary);
    let (slower, found) = monitored("slower", 8, &[]);
    assert_eq!((found.call, found.exit_code), (Call::Watch, 3), "{}", found.summary);
    assert!(
        found.summary.contains("mean_days_between_orders") || found.summary.contains("At Risk"),
        "{}",
        found.summary
    );
    let earlier = slower.join("drift.json");
    let again = monitored("slower", 9, &[("--earlier", &earlier)]).1;
    assert_eq!((again.call, again.exit_code), (Call::Alert, 4), "{}", again.summary);
    // A job that runs twice is no second window.
    let (base, to) = (out.join("baseline.json"), path.join("twice"));
    let files = generated(path, 2_500, "star", "slower", 8);
    let output = run("monitor", &files, &[("--baseline", &base), ("--earlier", &earlier), ("--out", &to)]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    assert!(stderr(&output).contains("an alert needs two windows"), "{}", stderr(&output));
    assert!(!to.join("drift.json").exists());
    let mix = monitored("mix-shift", 8, &[]).1;
    assert_eq!(mix.call, Call::Watch, "{}", mix.summary);
    let one = monitored("loyalty-drop-one-type", 8, &[]).1;
    assert_eq!(one.call, Call::Watch, "{}", one.summary);
    assert!(one.signals.iter().any(|s| s.id.contains("reorder_ratio")), "{:?}", one.signals);
    assert!(one.signals.iter().all(|s| !s.id.contains("mean_days")), "{:?}", one.signals);
    let broken = monitored("broken-column", 8, &[]).1;
    assert_eq!((broken.call, broken.cause), (Call::Alert, Cause::Data), "{}", broken.summary);
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

/// A baseline with a field changed and, if asked for, its hash made to fit again.
fn tampered(source: &Path, target: &Path, fit: bool, change: impl Fn(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&std::fs::read(source).unwrap()).unwrap();
    change(&mut value);
    if fit {
        value.as_object_mut().unwrap().remove("sha256");
        value["sha256"] = hex(&Sha256::digest(value.to_string())).into();
    }
    std::fs::write(target, serde_json::to_vec_pretty(&value).unwrap()).unwrap();
}

#[test]
fn what_does_not_fit_the_baseline_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let star = generated(path, 300, "star", "typical", 7);
    let wide = generated(path, 300, "wide", "typical", 7);
    let strings = generated(path, 300, "star", "string-ids", 7);
    let base = analyzed(path, "star", &star).join("baseline.json");
    let dated = analyzed(path, "wide", &wide).join("baseline.json");
    let bad = |name: &str, source: &Path, fit: bool, change: &dyn Fn(&mut Value)| {
        let target = path.join(format!("{name}.json"));
        tampered(source, &target, fit, change);
        target
    };
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(path.join(name), bytes).unwrap();
        path.join(name)
    };
    let last = |value: &Value| value["extract"]["period"]["last"].as_i64().unwrap();
    let cases: Vec<(&str, PathBuf, &[PathBuf], &str)> = vec![
        ("no JSON", write("text.json", b"dear diary"), &star, "not a Quadrant baseline"),
        ("other JSON", write("other.json", b"{\"format\": \"x\"}"), &star, "not a Quadrant baseline"),
        ("absent", path.join("absent.json"), &star, "absent.json"),
        ("newer schema", bad("newer", &base, true, &|v| v["schema_version"] = 9.into()), &star, "schema version 9"),
        (
            "changed",
            bad("changed", &base, false, &|v| v["customers"] = 5.into()),
            &star,
            "changed after it was written",
        ),
        (
            "other definitions",
            bad("definitions", &base, true, &|v| v["definitions"]["id"] = "mine-2".into()),
            &star,
            "mine-2",
        ),
        (
            "a field that is missing, and a hash that was made to fit",
            bad("missing", &base, true, &|v| drop(v["drivers"][1]["bins"].as_object_mut().unwrap().remove("edges"))),
            &star,
            "the field \"drivers[1].bins.edges\" is missing",
        ),
        (
            "a field that got lost",
            bad("lost", &base, false, &|v| drop(v.as_object_mut().unwrap().remove("customers"))),
            &star,
            "the field \"customers\" is missing",
        ),
        (
            "a field of another kind",
            bad("kind", &base, true, &|v| v["thresholds"]["loyalty"]["threshold"] = "high".into()),
            &star,
            "the field \"thresholds.loyalty.threshold\" holds \"high\", not a fitting number",
        ),
        (
            "a name that is unknown",
            bad("unknown", &base, true, &|v| v["extract"]["columns"][2]["role"] = "spirit".into()),
            &star,
            "the field \"extract.columns[2].role\" holds \"spirit\"",
        ),
        ("a file cut short", write("short.json", b"{\"format\": \"quadrant-baseline\", "), &star, "line 1 column"),
        (
            "a threshold that cannot be",
            bad("threshold", &base, true, &|v| v["thresholds"]["loyalty"]["threshold"] = 7.into()),
            &star,
            "cannot be",
        ),
        (
            "segments that do not add up",
            bad("sum", &base, true, &|v| v["segments"][0]["count"] = 1.into()),
            &star,
            "add up",
        ),
        ("another layout", base.clone(), &wide, "layout"),
        ("ids of another type", base.clone(), &strings, "held int32"),
        (
            "categories of another type",
            bad("category", &base, true, &|v| {
                for column in v["extract"]["columns"].as_array_mut().unwrap() {
                    if column["role"] == "category" {
                        column["class"] = "text".into();
                        column["kind"] = "string".into();
                    }
                }
            }),
            &star,
            "held string",
        ),
        (
            "another column",
            bad("column", &base, true, &|v| {
                for column in v["extract"]["columns"].as_array_mut().unwrap() {
                    if column["role"] == "reordered" {
                        column["column"] = "bought_again".into();
                    }
                    column["file"] = format!("old_{}", column["file"].as_str().unwrap()).into();
                }
            }),
            &star,
            "bought_again",
        ),
        (
            "a role that was derived",
            bad("role", &base, true, &|v| {
                let columns = v["extract"]["columns"].as_array_mut().unwrap();
                columns.retain(|column| column["role"] != "reordered");
                columns.iter_mut().for_each(|c| c["file"] = format!("old_{}", c["file"].as_str().unwrap()).into());
            }),
            &star,
            "reordered",
        ),
        (
            "reversed time",
            bad("reversed", &dated, true, &|v| {
                let day = last(v) + 400;
                v["extract"]["period"]["last"] = day.into();
            }),
            &wide,
            "time runs backwards",
        ),
        ("dates in one only", bad("dates", &dated, true, &|v| v["extract"]["period"] = Value::Null), &wide, "dates"),
    ];
    for (what, baseline, files, says) in &cases {
        for (command, out) in [("score", path.join("x.parquet")), ("monitor", path.join("x"))] {
            let output = run(command, files, &[("--baseline", baseline), ("--out", &out)]);
            assert_eq!(code(&output), 2, "{what}: {}", stderr(&output));
            let told = stderr(&output);
            assert!(told.contains("what to do: ") && told.contains(says), "{what}: {told}");
            assert!(!path.join("x.parquet").exists() && !path.join("x/drift.json").exists(), "{what}");
        }
    }
    // The whole history again, from before the baseline began, is compared, with a warning.
    let inside = bad("inside", &dated, true, &|v| {
        let first = v["extract"]["period"]["first"].as_i64().unwrap() + 200;
        v["extract"]["period"]["first"] = first.into();
    });
    let out = path.join("inside");
    let output = run("monitor", &wide, &[("--baseline", &inside), ("--out", &out)]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert!(drift(&out).warnings.iter().any(|w| w.contains("whole lifetimes")));
    // Overlap is a matter of monitoring only, and can be meant.
    let overlapping = bad("overlap", &dated, true, &|v| {
        let first = v["extract"]["period"]["first"].as_i64().unwrap() - 200;
        v["extract"]["period"]["first"] = first.into();
        v["extract"]["period"]["last"] = (last(v) - 60).into();
    });
    let out = path.join("overlap");
    let output = run("monitor", &wide, &[("--baseline", &overlapping), ("--out", &out)]);
    assert_eq!(code(&output), 2, "{}", stdout(&output));
    assert!(stderr(&output).contains("share orders") && stderr(&output).contains("--allow-overlap"));
    let none = Path::new("");
    let output = run("monitor", &wide, &[("--baseline", &overlapping), ("--out", &out), ("--allow-overlap", none)]);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    assert!(drift(&out).warnings.iter().any(|w| w.contains("overlap")));
}

#[test]
fn earlier_files_that_do_not_belong_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let star = generated(path, 300, "star", "typical", 7);
    let out = analyzed(path, "star", &star);
    let base = out.join("baseline.json");
    let strings = analyzed(path, "strings", &generated(path, 300, "star", "string-ids", 7));
    let (others, scored) = (strings.join("assignments.parquet"), path.join("scored.parquet"));
    let features = out.join("features.parquet");
    for (what, previous, says) in [("text ids", &others, "Utf8"), ("no segment", &features, "segment")] {
        let output = run("score", &star, &[("--baseline", &base), ("--previous", previous), ("--out", &scored)]);
        assert_eq!(code(&output), 2, "{what}");
        assert!(stderr(&output).contains(says), "{what}: {}", stderr(&output));
        assert!(!scored.exists());
    }
    let to = path.join("drift");
    let output = run("monitor", &star, &[("--baseline", &base), ("--earlier", &base), ("--out", &to)]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("earlier drift file"), "{}", stderr(&output));
}

#[test]
fn the_hand_over_files_are_there_and_plain() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let star = generated(folder.path(), 300, "star", "typical", 7);
    let out = analyzed(folder.path(), "star", &star);
    let text = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    assert!(text("documents/monitoring/dbt_schema.yml").contains("name: \"user_id\"\n        quote: true\n"));
    for dialect in ["duckdb", "spark", "bigquery", "snowflake", "postgres"] {
        assert!(text(&format!("sql/{dialect}.sql")).contains("SELECT"));
        assert!(text(&format!("sql/check/{dialect}.sql")).contains("AS differences"));
    }
    assert!(text("documents/monitoring/crontab").contains("sh /srv/segments/monthly.sh /srv/segments\n"));
    assert!(text("documents/monitoring/github-actions.yml").contains("cron:"));
    assert!(text("documents/monitoring/dbt_schema.yml").contains("Frequent Explorers"));
    assert!(text("documents/monitoring/README.md").contains("frozen"));
    let baseline = text("baseline.json");
    // No customer: nothing in it is as long as the customers are many.
    let value: Value = serde_json::from_str(&baseline).unwrap();
    fn longest(value: &Value) -> usize {
        match value {
            Value::Array(items) => items.len().max(items.iter().map(longest).max().unwrap_or(0)),
            Value::Object(fields) => fields.values().map(longest).max().unwrap_or(0),
            _ => 0,
        }
    }
    assert!(longest(&value) <= 40, "{}", longest(&value));
}

#[test]
fn scores_can_be_written_as_csv_and_tell_what_a_mapping_renamed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let star = generated(path, 300, "star", "typical", 7);
    let base = analyzed(path, "star", &star).join("baseline.json");
    let value: Value = serde_json::from_slice(&std::fs::read(&base).unwrap()).unwrap();
    let mut roles = serde_json::Map::new();
    for column in value["extract"]["columns"].as_array().unwrap() {
        let (file, mut name) = (column["file"].clone(), column["column"].clone());
        if column["role"] == "days_since_prior" {
            name = "order_number".into();
        }
        let of_role = roles.entry(column["role"].as_str().unwrap()).or_insert_with(|| Value::Array(Vec::new()));
        of_role.as_array_mut().unwrap().push(serde_json::json!({ "file": file, "column": name }));
    }
    let mapping = path.join("mapping.json");
    std::fs::write(&mapping, serde_json::json!({ "layout": "star", "roles": roles }).to_string()).unwrap();
    let renamed = "\"days since prior order\" is read from order_number now, and from days_since_prior_order";
    let (parquet, csv, drifted) = (path.join("scored.parquet"), path.join("scored.CSV"), path.join("drift"));
    for (out, more) in [(&parquet, None), (&csv, Some(&mapping))] {
        let mut arguments: Vec<(&str, &Path)> = vec![("--baseline", &base), ("--out", out)];
        arguments.extend(more.map(|mapping| ("--mapping", mapping.as_path())));
        let output = run("score", &star, &arguments);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        assert_eq!(stdout(&output).contains(renamed), more.is_some(), "{}", stdout(&output));
    }
    let text = std::fs::read_to_string(&csv).unwrap();
    assert!(text.starts_with("user_id,segment,freq_score,"), "{}", text.lines().next().unwrap());
    assert_eq!(text.lines().count(), read(&parquet).num_rows() + 1);
    let output = run("monitor", &star, &[("--baseline", &base), ("--mapping", &mapping), ("--out", &drifted)]);
    assert!([3, 4].contains(&code(&output)), "{}", stderr(&output));
    assert!(drift(&drifted).warnings.iter().any(|w| w.contains(renamed)));
}

#[test]
fn who_would_move_at_new_thresholds_is_in_the_assignments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let base = analyzed(path, "then", &generated(path, 800, "star", "typical", 7)).join("baseline.json");
    let out = path.join("drift");
    let later = generated(path, 800, "star", "slower", 8);
    let output = run("monitor", &later, &[("--baseline", &base), ("--out", &out)]);
    assert!([0, 3].contains(&code(&output)), "{}", stderr(&output));
    let now = read(&out.join("assignments.parquet"));
    let (frozen, shadow) = (texts(&now, "segment"), texts(&now, "shadow_segment"));
    assert!(frozen.iter().zip(&shadow).all(|(a, b)| a.is_some() == b.is_some()));
    let moved = frozen.iter().zip(&shadow).filter(|(a, b)| a != b).count() as u64;
    assert_eq!(moved, drift(&out).shadow.moved);
    assert!(moved > 0);
}

/// A later extract whose timestamps are instants written for a zone.
fn zoned(files: &[PathBuf], folder: &Path, zone: &str) -> Vec<PathBuf> {
    rewritten(files, folder, "order_timestamp", |column| {
        Arc::new(column.as_primitive::<TimestampMicrosecondType>().clone().with_timezone(zone))
    })
}

#[test]
fn a_baseline_of_another_clock_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let files = generated(path, 300, "wide", "typical", 7);
    let base = analyzed(path, "berlin", &zoned(&files, &path.join("in-berlin"), "Europe/Berlin")).join("baseline.json");
    let later = generated(path, 300, "wide", "typical", 8);
    let out = path.join("scored.parquet");
    for (zone, status) in [("Europe/Berlin", 0), ("UTC", 2), ("America/New_York", 2)] {
        let files = zoned(&later, &path.join(zone.replace('/', "-")), zone);
        let output = run("score", &files, &[("--baseline", &base), ("--out", &out)]);
        assert_eq!(code(&output), status, "{zone}: {}", stderr(&output));
        let told = format!("those of Europe/Berlin in the baseline and are those of {zone} now");
        assert_eq!(stderr(&output).contains(&told), status == 2, "{zone}: {}", stderr(&output));
    }
}

/// A later extract whose reordered flags are null in a part of the rows.
fn unflagged(files: &[PathBuf], folder: &Path, one_in: usize) -> Vec<PathBuf> {
    rewritten(files, folder, "reordered", |column| {
        let rows: UInt32Array = (0..column.len()).map(|row| (row % one_in != 0).then_some(row as u32)).collect();
        arrow_select::take::take(column, &rows, None).unwrap()
    })
}

/// Copies of the files in `folder`, with a column of this name rewritten.
fn rewritten(files: &[PathBuf], folder: &Path, name: &str, rewrite: impl Fn(&ArrayRef) -> ArrayRef) -> Vec<PathBuf> {
    std::fs::create_dir_all(folder).unwrap();
    let copy = |path: &PathBuf| {
        let to = folder.join(path.file_name().unwrap());
        let batch = read(path);
        let Ok(at) = batch.schema().index_of(name) else {
            std::fs::copy(path, &to).unwrap();
            return to;
        };
        let mut columns = batch.columns().to_vec();
        columns[at] = rewrite(&columns[at]);
        let fields = batch
            .schema()
            .fields()
            .iter()
            .zip(&columns)
            .map(|(field, column)| {
                field.as_ref().clone().with_nullable(true).with_data_type(column.data_type().clone())
            })
            .collect::<Vec<Field>>();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        let mut writer = ArrowWriter::try_new(std::fs::File::create(&to).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        to
    };
    files.iter().map(copy).collect()
}

#[test]
fn flags_that_are_null_in_a_part_of_the_rows_are_broken_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let out = analyzed(path, "reference", &generated(path, 2_500, "star", "typical", 7));
    let base = out.join("baseline.json");
    let files = unflagged(&generated(path, 2_500, "star", "typical", 8), &path.join("later"), 4);
    let to = path.join("drift");
    let output = run("monitor", &files, &[("--baseline", &base), ("--out", &to)]);
    assert_eq!(code(&output), 4, "{}{}", stdout(&output), stderr(&output));
    let found = drift(&to);
    assert_eq!((found.call, found.cause), (Call::Alert, Cause::Data), "{}", found.summary);
    assert!(
        found.summary.contains("lines without a reordered flag: 0.0% in the baseline, 25.0% now"),
        "{}",
        found.summary
    );
    // A baseline of a build that did not count them: what cannot be told is said, and no behaviour is blamed.
    let old = path.join("old.json");
    tampered(&base, &old, true, |v| {
        v["extract"]["quality"].as_object_mut().unwrap().remove("unknown_flag_share");
    });
    let previous = out.join("assignments.parquet");
    let output = run("monitor", &files, &[("--baseline", &old), ("--previous", &previous), ("--out", &to)]);
    assert_eq!(code(&output), 3, "{}{}", stdout(&output), stderr(&output));
    let found = drift(&to);
    assert_eq!((found.call, found.cause), (Call::Watch, Cause::Unknown), "{}", found.summary);
    assert!(found.cause_text.starts_with("25.0% of the lines have no reordered flag"), "{}", found.cause_text);
    assert!(found.warnings.contains(&found.cause_text));
}

/// The example schedule as cron would run it: silent on keep, one line on watch, the month kept for the next.
#[cfg(unix)]
#[test]
fn the_monthly_example_runs_month_after_month() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let reference = analyzed(path, "reference", &generated(path, 2_500, "star", "typical", 7));
    let home = path.join("segments");
    let script = home.join("monthly.sh");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::copy(reference.join("documents/monitoring/monthly.sh"), &script).unwrap();
    std::fs::copy(reference.join("baseline.json"), home.join("baseline.json")).unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_quadrant")).parent().unwrap().to_owned();
    let search = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let month = |files: &[PathBuf]| {
        let extract = home.join("extract");
        let _ = std::fs::remove_dir_all(&extract);
        std::fs::create_dir_all(&extract).unwrap();
        for file in files {
            std::fs::copy(file, extract.join(file.file_name().unwrap())).unwrap();
        }
        Command::new("sh").arg(&script).arg(&home).env("PATH", &search).output().unwrap()
    };
    let quiet = month(&generated(path, 2_500, "star", "typical", 8));
    assert_eq!((code(&quiet), stdout(&quiet)), (0, String::new()), "{}", stderr(&quiet));
    let slower = generated(path, 2_500, "star", "slower", 9);
    let watch = month(&slower);
    assert_eq!(code(&watch), 3, "{}", stderr(&watch));
    assert!(stdout(&watch).starts_with("watch: ") && stdout(&watch).lines().count() == 1);
    assert!(drift(&home.join("last")).movement.value().is_some(), "the month before is known");
    let broken = month(&slower[..1]);
    assert_eq!(code(&broken), 2);
    assert!(stdout(&broken).contains("what to do: "), "{}", stdout(&broken));
    let alert = month(&generated(path, 2_500, "star", "slower", 10));
    assert_eq!(code(&alert), 4, "the month that could not be read is none: {}", stdout(&alert));
    assert_eq!(drift(&home.join("last")).windows_before, 1);
}
