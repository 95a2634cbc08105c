//! The house keeps its own rules: who may import whom, where colours may stand, no fixture without a reader.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Top to bottom: a room may use rooms above it, never one below.
const ROOMS: [&str; 22] = [
    "ordered",
    "pace",
    "crew",
    "stats",
    "extract",
    "readiness",
    "features",
    "prepare",
    "clustering",
    "segments",
    "validation",
    "planning",
    "decision",
    "pipeline",
    "report",
    "chart",
    "view",
    "export",
    "generate",
    "protocol",
    "worker",
    "ui",
];

/// Leaves that any room may use although they stand lower: pure formatting without imports of its own.
const LEAVES: [&str; 1] = ["report::figures"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "node_modules") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| endings.contains(&e.to_string_lossy().as_ref())) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).ok()?;
    let first = inside.iter().next()?.to_string_lossy().into_owned();
    Some(first.trim_end_matches(".rs").to_owned())
}

/// Every `crate::a::b` path of a file, with test modules cut off: tests may reach anywhere.
fn crate_paths(text: &str) -> BTreeSet<(String, String)> {
    let code = text.split("#[cfg(test)]").next().unwrap_or("");
    let mut found = BTreeSet::new();
    for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let mut parts = rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|part| !part.is_empty());
            let first = parts.next().unwrap_or("").to_owned();
            let second = if rest[first.len()..].starts_with("::") { parts.next().unwrap_or("") } else { "" };
            found.insert((first, second.to_owned()));
        }
    }
    found
}

#[test]
fn data_walks_one_way_through_the_rooms() {
    let rank = |room: &str| ROOMS.iter().position(|r| *r == room);
    let mut wrong = Vec::new();
    for path in files_below(&root().join("src"), &["rs"]) {
        let Some(room) = room_of(&path) else { continue };
        let Some(own) = rank(&room) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        for (target, inner) in crate_paths(&text) {
            let Some(theirs) = rank(&target) else { continue };
            if theirs > own && !LEAVES.contains(&format!("{target}::{inner}").as_str()) {
                wrong.push(format!("{}: {room} uses {target}::{inner}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "against the direction:\n{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_order() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for line in lib.lines() {
        if let Some(room) = line.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';')) {
            assert!(ROOMS.contains(&room), "{room} has no place in the order of rooms");
        }
    }
}

#[test]
fn the_core_knows_no_browser() {
    for path in files_below(&root().join("src"), &["rs"]) {
        let room = room_of(&path).unwrap_or_default();
        if ["ui", "worker", "main", "bin"].contains(&room.as_str()) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for word in ["web_sys", "js_sys", "wasm_bindgen", "leptos", "gloo"] {
            let used = text.lines().filter(|l| !l.trim_start().starts_with("//")).any(|l| l.contains(word));
            assert!(!used, "{} mentions {word}", path.display());
        }
    }
}

#[test]
fn colours_stand_only_in_the_tokens() {
    let mut wrong = Vec::new();
    let mut files = files_below(&root().join("style"), &["css"]);
    files.extend(files_below(&root().join("src"), &["rs"]));
    for path in files {
        if path.ends_with("tokens.css") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            for (at, _) in line.match_indices('#') {
                let hex: String = line[at + 1..].chars().take_while(char::is_ascii_hexdigit).collect();
                let after = line[at + 1 + hex.len()..].chars().next();
                let ends = after.is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_');
                if [3, 6, 8].contains(&hex.len())
                    && ends
                    && hex.chars().any(|c| c.is_ascii_digit() || c.is_alphabetic())
                {
                    // An HTML entity (&#123;) or an issue-like reference is no colour.
                    if !line[..at].ends_with('&') {
                        wrong.push(format!("{}:{}: #{hex}", path.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "hex colours outside tokens.css:\n{}", wrong.join("\n"));
}

#[test]
fn every_fixture_has_a_reader() {
    let fixtures = root().join("tests/fixtures");
    let mut sources = files_below(&root().join("tests"), &["rs", "mjs", "py"]);
    sources.extend(files_below(&root().join("src"), &["rs"]));
    let all: String = sources.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for fixture in files_below(&fixtures, &["json", "parquet", "csv", "md", "txt", "html"]) {
        let name = fixture.file_name().unwrap().to_string_lossy().into_owned();
        let stem = fixture.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(all.contains(&name) || all.contains(&format!("\"{stem}\"")), "nobody reads {}", fixture.display());
    }
}
