//! The command line end to end: generate, analyze, read back; what it says and how it ends when it cannot.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use quadrant::export::receipt::{Hashing, Receipt};
use quadrant::extract::inspect;
use quadrant::extract::source::{FileSource, Source};
use quadrant::pipeline::outcome::Results;
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

/// Generates an extract and names its Parquet files.
fn generated(folder: &TempDir, customers: u32, layout: &str, scenario: &str) -> Vec<PathBuf> {
    let out = folder.path().join(format!("{layout}-{scenario}"));
    let customers = customers.to_string();
    let mut arguments = vec!["generate", "--customers", &customers, "--layout", layout, "--scenario", scenario];
    arguments.extend(["--seed", "7", "--out", out.to_str().unwrap()]);
    let output = quadrant(arguments);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(out.join("truth.json").exists());
    let mut files: Vec<PathBuf> = std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "parquet"))
        .collect();
    files.sort();
    files
}

fn analyzed(files: &[PathBuf], out: &Path, more: &[&str]) -> Output {
    let mut arguments: Vec<String> = vec!["analyze".into()];
    arguments.extend(files.iter().map(|path| path.to_str().unwrap().to_owned()));
    arguments.extend(more.iter().map(|&argument| argument.to_owned()));
    arguments.extend(["--out".to_owned(), out.to_str().unwrap().to_owned()]);
    quadrant(arguments)
}

fn results(out: &Path) -> Results {
    serde_json::from_slice(&std::fs::read(out.join("results.json")).unwrap()).unwrap()
}

fn read(path: &Path) -> arrow_array::RecordBatch {
    let file = std::fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().with_batch_size(1 << 20).build().unwrap();
    reader.map(Result::unwrap).next().unwrap()
}

#[test]
fn generate_analyze_and_read_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&folder, 1_200, "star", "typical");
    assert_eq!(files.len(), 5);
    let out = folder.path().join("out");
    let output = analyzed(&files, &out, &[]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(said.starts_with("GO"), "{said}");
    for segment in ["Champions", "Frequent Explorers", "Loyal Occasionals", "At Risk"] {
        assert!(said.contains(segment), "{said}");
    }
    assert!(stderr(&output).lines().any(|line| line == "features"), "progress by stage: {}", stderr(&output));

    let results = results(&out);
    assert_eq!(results.extract.customers, 1_200);
    let qualified: u64 = results.segments.iter().map(|segment| segment.count).sum();
    assert!((900..1_200).contains(&qualified), "{qualified}");

    let assignments = read(&out.join("assignments.parquet"));
    assert_eq!(assignments.num_rows() as u64, qualified);
    assert_eq!(*assignments.column_by_name("user_id").unwrap().data_type(), DataType::Int32);
    let labels = assignments.column_by_name("segment").unwrap().as_string::<i32>();
    for segment in &results.segments {
        let count = labels.iter().filter(|label| *label == Some(segment.name.name())).count();
        assert_eq!(count as u64, segment.count);
    }
    let csv = std::fs::read_to_string(out.join("assignments.csv")).unwrap();
    assert_eq!(csv.split("\r\n").filter(|line| !line.is_empty()).count() as u64, qualified + 1);

    let features = read(&out.join("features.parquet"));
    assert_eq!((features.num_rows() as u64, features.num_columns()), (qualified, 150));
    assert_eq!(features.column(0), assignments.column(0));

    let receipt: Receipt = serde_json::from_slice(&std::fs::read(out.join("receipt.json")).unwrap()).unwrap();
    assert_eq!((receipt.seed, &receipt.params, &receipt.build), (results.seed, &results.params, &results.build));
    let inputs = receipt.inputs.iter().zip(files);
    for (hashed, path) in inputs.chain(receipt.outputs.iter().map(|hashed| (hashed, out.join(&hashed.name)))) {
        let mut hashing = Hashing::new(std::io::sink());
        std::io::copy(&mut std::fs::File::open(&path).unwrap(), &mut hashing).unwrap();
        assert_eq!(hashing.finish(hashed.name.clone()).1, *hashed);
    }
    let written: Vec<&str> = receipt.outputs.iter().map(|output| output.name.as_str()).collect();
    for name in ["results.json", "assignments.csv", "baseline.json", "report.html", "experiment_assignments.csv"] {
        assert!(written.contains(&name), "{name} in {written:?}");
    }
    let documents =
        written.iter().filter(|name| name.strip_prefix("documents/").is_some_and(|name| !name.contains('/'))).count();
    assert_eq!(documents, 12, "six documents, each as HTML and Markdown");
    let list = std::fs::read_to_string(out.join("experiment_assignments.csv")).unwrap();
    assert_eq!(list.lines().next(), Some("user_id,segment,band,arm"));
    for folder in [out.clone(), out.join("lists")] {
        let left: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.iter().all(|path| path.extension().is_none_or(|e| e != "partial")), "{left:?}");
    }
}

#[test]
fn a_receipt_verifies_its_files_and_names_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&folder, 300, "star", "typical");
    let out = folder.path().join("out");
    assert_eq!(code(&analyzed(&files, &out, &["--seed", "5"])), 0);
    let receipt = out.join("receipt.json");
    let verify = |receipt: &Path, files: &[PathBuf]| {
        let mut arguments = vec!["verify".into(), receipt.as_os_str().to_owned()];
        arguments.extend(files.iter().map(|file| file.as_os_str().to_owned()));
        quadrant(arguments)
    };
    let output = verify(&receipt, &files);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(output.stdout.starts_with(b"identical"), "{}", String::from_utf8_lossy(&output.stdout));

    let output = verify(&receipt, &files[1..]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("missing"), "{}", stderr(&output));

    let text = std::fs::read_to_string(&receipt).unwrap();
    let other = folder.path().join("other.json");
    std::fs::write(&other, text.replace("\"seed\": 5", "\"seed\": 6")).unwrap();
    let output = verify(&other, &files);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("output results.json"), "{}", stderr(&output));
    std::fs::write(&other, "{}").unwrap();
    assert!(stderr(&verify(&other, &files)).contains("is not a receipt"));
}

#[test]
fn the_same_input_gives_the_same_bytes_in_any_order_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = generated(&folder, 400, "star", "string-ids");
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    assert_eq!(code(&analyzed(&files, &a, &[])), 0);
    assert_eq!(code(&analyzed(&files, &b, &[])), 0);
    let names = ["results.json", "assignments.parquet", "assignments.csv", "features.parquet", "receipt.json"];
    for name in names {
        assert!(std::fs::read(a.join(name)).unwrap() == std::fs::read(b.join(name)).unwrap(), "{name}");
    }
    files.reverse();
    let reversed = folder.path().join("c");
    assert_eq!(code(&analyzed(&files, &reversed, &[])), 0);
    for name in &names[1..4] {
        assert!(std::fs::read(a.join(name)).unwrap() == std::fs::read(reversed.join(name)).unwrap(), "{name}");
    }
    let assignments = read(&a.join("assignments.parquet"));
    assert_eq!(*assignments.column(0).data_type(), DataType::Utf8);
    assert!(assignments.column(0).as_string::<i32>().value(0).starts_with("cust_"));
}

#[test]
fn every_layout_can_be_analyzed() {
    let folder = tempfile::tempdir().unwrap();
    for (layout, customers) in [("wide", 300), ("customers", 1_500)] {
        let files = generated(&folder, customers, layout, "typical");
        let out = folder.path().join(format!("{layout}-out"));
        let output = analyzed(&files, &out, &["--seed", "3", "--min-orders", "4"]);
        assert_eq!(code(&output), 0, "{layout}: {}", stderr(&output));
        let results = results(&out);
        assert_eq!((results.seed, results.params.min_orders), (3, 4));
        assert!(results.segments.iter().all(|segment| segment.count > 0), "{layout}");
    }
}

#[test]
fn a_no_go_is_a_result() {
    let folder = tempfile::tempdir().unwrap();
    for scenario in ["thin", "broken-column"] {
        let files = generated(&folder, 1_200, "star", scenario);
        let out = folder.path().join(format!("{scenario}-out"));
        let output = analyzed(&files, &out, &[]);
        assert_eq!(code(&output), 0, "{scenario}: {}", stderr(&output));
        assert!(output.stdout.starts_with(b"NO-GO"), "{scenario}: {}", String::from_utf8_lossy(&output.stdout));
        // Customers have segments, but nobody is told to use them.
        assert!(std::fs::read_to_string(out.join("assignments.csv")).unwrap().lines().count() > 1);
        assert!(!out.join("lists").exists());
    }
}

#[test]
fn nobody_with_enough_orders_is_a_result_with_empty_files() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&folder, 60, "star", "thin");
    let out = folder.path().join("out");
    let output = analyzed(&files, &out, &["--min-orders", "101"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert!(output.stdout.starts_with(b"NO-GO"));
    let csv = std::fs::read_to_string(out.join("assignments.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1);
}

#[test]
fn a_mapping_file_overrides_what_is_detected() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&folder, 200, "star", "typical");
    let sources: Vec<Arc<dyn Source>> =
        files.iter().map(|path| Arc::new(FileSource::open(path).unwrap()) as Arc<dyn Source>).collect();
    let mapping = serde_json::to_string(&inspect(&sources).unwrap().mapping).unwrap();
    let path = folder.path().join("mapping.json");
    std::fs::write(&path, &mapping).unwrap();
    let (given, detected) = (folder.path().join("given"), folder.path().join("detected"));
    assert_eq!(code(&analyzed(&files, &given, &["--mapping", path.to_str().unwrap()])), 0);
    assert_eq!(code(&analyzed(&files, &detected, &[])), 0);
    assert!(
        std::fs::read(given.join("results.json")).unwrap() == std::fs::read(detected.join("results.json")).unwrap()
    );

    std::fs::write(&path, mapping.replace("\"order_number\"", "\"no_such_column\"")).unwrap();
    let output = analyzed(&files, &given, &["--mapping", path.to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("no_such_column"), "{}", stderr(&output));
    std::fs::write(&path, "{\"layout\": \"star\", \"roles\": ").unwrap();
    let output = analyzed(&files, &given, &["--mapping", path.to_str().unwrap()]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("mapping.json is not a mapping"), "{}", stderr(&output));
}

#[test]
fn own_sets_and_exact_solutions_can_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&folder, 200, "star", "typical");
    let (out, sets) = (folder.path().join("out"), folder.path().join("sets.json"));
    let sets = sets.to_str().unwrap();
    std::fs::write(sets, r#"[{"id": "rhythm", "columns": ["mean_days_between_orders", "std_order_hour"]}]"#).unwrap();
    let output = analyzed(&files, &out, &["--sets", sets, "--exact", "rhythm=2", "--exact", "behavioural=3"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let found = results(&out);
    let clustering = found.clustering.value().unwrap();
    assert!(clustering.sets.iter().any(|set| set.id == "rhythm" && set.features == 2));
    let exact: Vec<(&str, u32)> = clustering.exact.iter().map(|row| (row.set.as_str(), row.k)).collect();
    assert_eq!(exact, [("rhythm", 2), ("behavioural", 3)]);
    assert!(clustering.exact.iter().all(|row| row.found.value().is_some()));

    for (arguments, why) in [
        (["--sets", sets, "--exact", "nobody_s=2"], "nobody_s=2"),
        (["--sets", sets, "--exact", "rhythm"], "SET=K"),
        (["--sets", "no-such-file.json", "--exact", "behavioural=2"], "no-such-file.json"),
    ] {
        let output = analyzed(&files, &out, &arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stderr(&output).contains(why), "{arguments:?}: {}", stderr(&output));
    }
    for (text, why) in [
        (r#"[{"id": "rhythm", "columns": ["no_such_feature"]}]"#, "no_such_feature"),
        (r#"[{"id": "behavioural", "columns": ["reorder_ratio"]}]"#, "already"),
        ("{", "no list of feature sets"),
    ] {
        std::fs::write(sets, text).unwrap();
        let output = analyzed(&files, &out, &["--sets", sets]);
        assert_eq!(code(&output), 2, "{text}");
        assert!(stderr(&output).contains(why), "{text}: {}", stderr(&output));
    }
}

#[test]
fn thresholds_typed_in_reach_every_file() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&folder, 400, "star", "typical");
    let out = folder.path().join("out");
    let output = analyzed(&files, &out, &["--frequency-threshold", "0.1", "--loyalty-threshold", "0.4375"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let found = results(&out);
    assert_eq!((found.params.frequency_threshold, found.params.loyalty_threshold), (Some(0.1), Some(0.4375)));
    assert!(found.thresholds.value().unwrap().departure.as_ref().unwrap().moved > 0);
    let text = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let baseline: serde_json::Value = serde_json::from_str(&text("baseline.json")).unwrap();
    for (score, used) in [("frequency", 0.1), ("loyalty", 0.4375)] {
        assert!(baseline["thresholds"][score].to_string().contains(&used.to_string()), "{}", baseline["thresholds"]);
    }
    for dialect in ["duckdb", "spark", "bigquery", "snowflake", "postgres"] {
        let sql = text(&format!("sql/{dialect}.sql"));
        assert!(sql.contains("0.1") && sql.contains("0.4375"), "{sql}");
    }
    // So few customers have a refusal for a memo; the plan says it whatever the verdict.
    assert!(text("documents/monitoring_plan.md").contains("Set by hand"));
    // Every row by the rule at these thresholds.
    let mut rows = 0;
    for line in text("assignments.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let (freq, loyalty): (f64, f64) = (cells[2].parse().unwrap(), cells[3].parse().unwrap());
        let name = match (freq >= 0.1, loyalty >= 0.4375) {
            (true, true) => "Champions",
            (true, false) => "Frequent Explorers",
            (false, true) => "Loyal Occasionals",
            (false, false) => "At Risk",
        };
        assert_eq!(cells[1], name, "{line}");
        rows += 1;
    }
    assert!(rows > 300);
    let output = analyzed(&files, &out, &["--loyalty-threshold", "1.5"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("loyalty threshold"), "{}", stderr(&output));
}

#[test]
fn unusable_input_ends_with_2_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let files = generated(&folder, 50, "star", "typical");
    let orders = files.iter().find(|path| path.ends_with("orders.parquet")).unwrap().clone();
    let lines = files.iter().find(|path| path.ends_with("order_products__prior.parquet")).unwrap().clone();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let text = write("notes.parquet", b"dear diary");
    let whole = std::fs::read(&orders).unwrap();
    let half = write("half.parquet", &whole[..whole.len() / 2]);
    let empty = write("empty.parquet", b"");
    let out = folder.path().join("out");
    let blocked = text.join("out");
    let all: Vec<PathBuf> = files.clone();
    for (what, files, out, more, says) in [
        ("not Parquet", vec![text.clone()], &out, vec![], "notes.parquet"),
        ("truncated", vec![half, lines.clone()], &out, vec![], "half.parquet"),
        ("empty", vec![empty], &out, vec![], "empty.parquet"),
        ("absent", vec![folder.path().join("absent.parquet")], &out, vec![], "absent.parquet"),
        ("a folder", vec![folder.path().to_owned()], &out, vec![], "folder"),
        ("the same file twice", vec![orders.clone(), orders.clone()], &out, vec![], "orders.parquet"),
        ("no lines", vec![orders.clone()], &out, vec![], "what to do"),
        ("one order asked for", all.clone(), &out, vec!["--min-orders", "1"], "minimum number of orders"),
        ("no date", all.clone(), &out, vec!["--as-of", "soon"], "YYYY-MM-DD"),
        ("as of without dates", all.clone(), &out, vec!["--as-of", "2025-01-01"], "date"),
        ("no such mapping", all.clone(), &out, vec!["--mapping", "absent.json"], "absent.json"),
        ("nowhere to write", all, &blocked, vec![], "--out"),
    ] {
        let output = analyzed(&files, out, &more);
        assert_eq!(code(&output), 2, "{what}: {}", stderr(&output));
        let told = stderr(&output);
        assert!(told.contains("error: ") && told.contains("what to do: ") && told.contains(says), "{what}: {told}");
        assert!(output.stdout.is_empty(), "{what}");
        assert!(!out.join("results.json").exists(), "{what}");
    }
}

#[test]
fn unusable_arguments_end_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    for arguments in [
        vec![],
        vec!["analyze", "--out", out],
        vec!["analyze", "x.parquet"],
        vec!["analyze", "x.parquet", "--depth", "deeper", "--out", out],
        vec!["generate", "--customers", "0", "--layout", "star", "--seed", "1", "--out", out],
        vec!["generate", "--customers", "10", "--layout", "round", "--seed", "1", "--out", out],
        vec!["generate", "--customers", "10", "--layout", "star", "--scenario", "odd", "--seed", "1", "--out", out],
        vec!["generate", "--customers", "10", "--layout", "star", "--out", out],
    ] {
        assert_eq!(code(&quadrant(&arguments)), 2, "{arguments:?}");
    }
    let output = quadrant([
        "generate",
        "--customers",
        "9",
        "--layout",
        "star",
        "--scenario",
        "odd",
        "--seed",
        "1",
        "--out",
        out,
    ]);
    assert!(stderr(&output).contains("no-structure"), "names the scenarios: {}", stderr(&output));
    assert_eq!(code(&quadrant(["--help"])), 0);
    assert_eq!(code(&quadrant(["--version"])), 0);
}
