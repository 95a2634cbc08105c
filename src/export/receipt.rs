//! `receipt.json`: what went in, what came out, and with which build, seed and parameters.

use std::io::Write;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::extract::findings::FileFindings;
use crate::pipeline::outcome::{Build, Results, SCHEMA_VERSION};
use crate::pipeline::params::Params;

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
    /// The input files in the order given.
    pub inputs: Vec<Hashed>,
    /// The files written, by name.
    pub outputs: Vec<Hashed>,
}

impl Receipt {
    /// The receipt of a run; `outputs` are sorted by name.
    pub fn new(results: &Results, mut outputs: Vec<Hashed>) -> Self {
        outputs.sort_by(|a, b| a.name.cmp(&b.name));
        let input =
            |file: &FileFindings| Hashed { name: file.name.clone(), bytes: file.bytes, sha256: file.sha256.clone() };
        let inputs = results.extract.files.iter().map(input).collect();
        Self {
            schema_version: SCHEMA_VERSION,
            id: Self::id_of(results),
            build: results.build.clone(),
            seed: results.seed,
            params: results.params.clone(),
            inputs,
            outputs,
        }
    }

    /// Id of a run: the first 16 hexadecimal digits of the SHA-256 of build, parameters and the inputs' hashes,
    /// whatever the order in which the files were given.
    pub fn id_of(results: &Results) -> String {
        let mut inputs: Vec<String> =
            results.extract.files.iter().map(|f| format!("{}={}", f.name, f.sha256)).collect();
        inputs.sort_unstable();
        // Parameters are plain fields: writing them cannot fail.
        let params = serde_json::to_string(&results.params).unwrap_or_default();
        let text = format!("{}\n{params}\n{}", results.build.version, inputs.join("\n"));
        hex(&Sha256::digest(text.as_bytes())).chars().take(16).collect()
    }

    /// Writes `receipt.json`: indented, one newline at the end.
    ///
    /// # Errors
    /// [`ExportError`]: `out` failed.
    pub fn json(&self, mut out: impl Write) -> Result<(), ExportError> {
        serde_json::to_writer_pretty(&mut out, self).map_err(|source| ExportError::Json { file: FILE, source })?;
        out.write_all(b"\n").map_err(|source| ExportError::Io { file: FILE, source })
    }
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
