//! `receipt.json`: what went in, what came out, and with which build, seed and parameters.

use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::extract::findings::FileFindings;
use crate::extract::schema::Mapping;
use crate::ordered::order_by;
use crate::pipeline::outcome::{Build, Results, SCHEMA_VERSION};
use crate::pipeline::params::Params;
use crate::pipeline::run::Finished;
use crate::report::identity::receipt_id;
use crate::stats::json::{self, Json, indented};

use super::ExportError;

const FILE: &str = "receipt.json";

/// A file by name, size and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashed {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
}

/// Enough to repeat a run and to see whether the repeat gave the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Receipt {
    /// Version of the names in this file and in results.json.
    pub schema_version: u32,
    /// Names the run: the same build, seed, parameters and inputs give the same id. Baseline and SQL carry it.
    pub id: String,
    /// Which build ran.
    pub build: Build,
    /// The seed.
    pub seed: u64,
    /// All parameters.
    pub params: Params,
    /// The day of the run, where the host knew it: documents carry it.
    #[serde(default)]
    pub date: Option<String>,
    /// Which column played which role.
    #[serde(default)]
    pub mapping: Option<Mapping>,
    /// The input files in the order given.
    pub inputs: Vec<Hashed>,
    /// The files written, by name.
    pub outputs: Vec<Hashed>,
}

impl Receipt {
    /// The receipt of a run; `outputs` are sorted by name.
    pub fn new(finished: &Finished, mut outputs: Vec<Hashed>) -> Self {
        let results = &finished.outcome.results;
        order_by(&mut outputs, |a, b| a.name.cmp(&b.name));
        let input =
            |file: &FileFindings| Hashed { name: file.name.clone(), bytes: file.bytes, sha256: file.sha256.clone() };
        let inputs = results.extract.files.iter().map(input).collect();
        Self {
            schema_version: SCHEMA_VERSION,
            id: Self::id_of(results),
            build: results.build.clone(),
            seed: results.seed,
            params: results.params.clone(),
            date: finished.outcome.date.clone(),
            mapping: Some(finished.tables.mapping.clone()),
            inputs,
            outputs,
        }
    }

    /// Reads a `receipt.json`.
    ///
    /// # Errors
    /// In words: no receipt, or one of a newer schema.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        // Before its fields: a later build may have others.
        let version = value.get("schema_version").and_then(Value::as_u64).unwrap_or_default();
        if version > u64::from(SCHEMA_VERSION) {
            return Err(format!("it has schema version {version}; this build reads up to {SCHEMA_VERSION}"));
        }
        Self::deserialize(Json(value.clone())).map_err(|slip| {
            let file = Hashed { name: String::new(), bytes: 0, sha256: String::new() };
            let sound = Self {
                schema_version: SCHEMA_VERSION,
                id: String::new(),
                build: Build::current(),
                seed: 0,
                params: Params::default(),
                date: None,
                mapping: None,
                inputs: vec![file.clone()],
                outputs: vec![file],
            };
            let reads = |value| Self::deserialize(Json(value)).is_ok();
            json::value(&sound).ok().and_then(|sound| json::misfit(&value, &sound, &reads)).unwrap_or(slip.to_string())
        })
    }

    /// Id of a run, the same that documents carry: see [`receipt_id`].
    pub fn id_of(results: &Results) -> String {
        receipt_id(results)
    }

    /// What another run of the same files differs in, in words; empty if it is identical.
    ///
    /// The day is not compared. Only outputs that both runs wrote under the same name are compared, and there must be one.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        if self.build != other.build {
            found.push(format!("build: {} then, {} now", self.build.version, other.build.version));
        }
        if self.seed != other.seed || self.params != other.params {
            found.push("the parameters differ".to_owned());
        }
        found.extend(compare("input", &self.inputs, &other.inputs));
        found.extend(compare("output", &self.outputs, &other.outputs));
        if self.outputs.is_empty() {
            found.push("the receipt lists no output to compare with".to_owned());
        }
        found
    }

    /// Writes `receipt.json`: indented, one newline at the end.
    ///
    /// # Errors
    /// [`ExportError`]: `out` failed.
    pub fn json(&self, mut out: impl Write) -> Result<(), ExportError> {
        let text = indented(self).map_err(|source| ExportError::Json { file: FILE, source })?;
        out.write_all(&text).map_err(|source| ExportError::Io { file: FILE, source })
    }
}

/// Files that differ or are missing, in the order of the receipt.
fn compare(what: &str, then: &[Hashed], now: &[Hashed]) -> Vec<String> {
    let mut found: Vec<String> = then
        .iter()
        .filter_map(|file| match now.iter().find(|other| other.name == file.name) {
            None => Some(format!("{what} {}: missing", file.name)),
            Some(other) if other.sha256 != file.sha256 => Some(format!(
                "{what} {}: {} bytes with another content, then {} bytes",
                file.name, other.bytes, file.bytes
            )),
            Some(_) => None,
        })
        .collect();
    if what == "input" {
        let more = now.iter().filter(|file| then.iter().all(|other| other.name != file.name));
        found.extend(more.map(|file| format!("{what} {}: not in the receipt", file.name)));
    }
    found
}

/// Hashes what is written through it on the way to `inner`.
pub struct Hashing<W> {
    inner: W,
    digest: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<W> {
    /// Nothing written yet.
    pub fn new(inner: W) -> Self {
        Self { inner, digest: Sha256::new(), bytes: 0 }
    }

    /// The writer back, and what went through under `name`.
    pub fn finish(self, name: impl Into<String>) -> (W, Hashed) {
        let hashed = Hashed { name: name.into(), bytes: self.bytes, sha256: hex(&self.digest.finalize()) };
        (self.inner, hashed)
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.digest.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

/// Bytes in lower-case hex.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_named() {
        let file = |name: &str, hash: &str| Hashed { name: name.into(), bytes: 1, sha256: hash.into() };
        let receipt = |inputs: Vec<Hashed>, outputs: Vec<Hashed>| Receipt {
            schema_version: 1,
            id: String::new(),
            build: Build::current(),
            seed: 42,
            params: Params::default(),
            date: None,
            mapping: None,
            inputs,
            outputs,
        };
        let then = receipt(vec![file("a", "1")], vec![file("r", "2"), file("s", "3")]);
        assert_eq!(then.differences(&then), Vec::<String>::new());
        let now = receipt(vec![file("a", "9"), file("b", "1")], vec![file("r", "2")]);
        let found = then.differences(&now);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("input a") && found[1].contains("input b") && found[2].contains("output s: missing"));
        assert!(!receipt(vec![], vec![]).differences(&receipt(vec![], vec![])).is_empty());
    }

    #[test]
    fn a_receipt_that_cannot_be_read_says_which_field() {
        let file = serde_json::json!({"name": "a", "bytes": 1, "sha256": ""});
        let sound = serde_json::json!({
            "schema_version": SCHEMA_VERSION, "id": "1", "build": {"version": "1"}, "seed": 42, "params": Params::default(),
            "inputs": [file], "outputs": [file, file],
        });
        let told = |change: &dyn Fn(&mut Value)| {
            let mut value = sound.clone();
            change(&mut value);
            Receipt::read(value.to_string().as_bytes())
        };
        assert!(told(&|_| ()).is_ok());
        let told = |change: &dyn Fn(&mut Value)| told(change).unwrap_err();
        assert_eq!(
            told(&|v| v["outputs"][1]["bytes"] = "1 kB".into()),
            "the field \"outputs[1].bytes\" holds \"1 kB\", not a fitting number"
        );
        assert_eq!(told(&|v| drop(v["build"].take())), "the field \"build\" holds null, not an object");
        let without = |v: &mut Value| drop(v.as_object_mut().unwrap().remove("seed"));
        assert_eq!(told(&without), "the field \"seed\" is missing");
        let newer = |v: &mut Value| {
            without(v);
            v["schema_version"] = (SCHEMA_VERSION + 1).into();
        };
        assert!(told(&newer).contains("this build reads up to"));
        assert!(Receipt::read(b"{\"id\": ").unwrap_err().contains("line 1"));
    }

    #[test]
    fn the_hash_is_sha256() {
        // FIPS 180-2, appendix B.1.
        let mut hashing = Hashing::new(Vec::new());
        hashing.write_all(b"a").unwrap();
        hashing.write_all(b"bc").unwrap();
        let (bytes, hashed) = hashing.finish("abc.txt");
        assert_eq!(bytes, b"abc");
        assert_eq!(hashed.bytes, 3);
        assert_eq!(hashed.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
