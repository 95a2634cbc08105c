//! Which run a document belongs to.

use sha2::{Digest, Sha256};

use super::figures;
use crate::extract::findings::ExtractFindings;
use crate::pipeline::outcome::Results;

/// Twelve hex digits that tell runs apart: SHA-256 over inputs, mapping, parameters, seed and build.
///
/// The same files with the same parameters and build give the same id, whatever the files are called.
pub fn receipt_id(results: &Results) -> String {
    let mut digest = Sha256::new();
    for file in &results.extract.files {
        digest.update(file.sha256.as_bytes());
        digest.update(b"\n");
    }
    // Both serialise without fail: plain structs with text keys.
    digest.update(serde_json::to_vec(&results.params).unwrap_or_default());
    digest.update(results.seed.to_le_bytes());
    digest.update(results.build.version.as_bytes());
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Which extract, which build, which seed: enough to make the same result again.
pub fn byline(results: &Results) -> String {
    format!(
        "{} · {} · Quadrant {} · seed {} · receipt {}",
        file_names(&results.extract),
        figures::counted(results.extract.customers, "customer", "customers"),
        results.build.version,
        results.seed,
        receipt_id(results)
    )
}

/// The running header of printed pages.
pub fn running(results: &Results) -> String {
    format!("{} · Quadrant {} · receipt {}", file_names(&results.extract), results.build.version, receipt_id(results))
}

/// The extract by its files (untrusted text).
pub fn file_names(extract: &ExtractFindings) -> String {
    match extract.files.as_slice() {
        [] => "No files".to_owned(),
        [one] => one.name.clone(),
        [first, rest @ ..] => {
            format!("{} and {}", first.name, figures::counted(rest.len() as u64, "more file", "more files"))
        }
    }
}
