//! Are these the files of a receipt, and does running them again give the same?

use std::sync::Arc;

use crate::extract::schema::Mapping;
use crate::extract::sha256;
use crate::extract::source::Source;
use crate::pace::Pace;
use crate::pipeline::error::Error;
use crate::pipeline::run::run;
use crate::report::figures::counted;
use crate::view::monitor::Verified;

use super::outputs::Outputs;
use super::receipt::{Hashed, Receipt};

/// What a repeat gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Inputs of the receipt.
    pub inputs: usize,
    /// Outputs that were made again and compared.
    pub outputs: usize,
    /// Id of the receipt.
    pub receipt: String,
    /// Was the extract run again? Not where the files are others already.
    pub repeated: bool,
    /// What differs, in words; empty if the repeat is identical.
    pub differences: Vec<String>,
}

/// Hashes the files, runs them again as the receipt says and compares every output that it lists.
///
/// `mapping`: the one the run was given, if it was given one and the receipt does not say.
///
/// # Errors
/// Unusable input, or a cancelled run.
pub async fn verify(
    receipt: &Receipt,
    sources: Vec<Arc<dyn Source>>,
    mapping: Option<Mapping>,
    pace: &Pace,
) -> Result<Verification, Error> {
    let mut found = Verification {
        inputs: receipt.inputs.len(),
        outputs: receipt.outputs.len(),
        receipt: receipt.id.clone(),
        repeated: false,
        differences: Vec::new(),
    };
    pace.stage("verify").await?;
    let mut inputs = Vec::new();
    for source in &sources {
        let hash = sha256(source.as_ref(), pace).await?;
        inputs.push(Hashed { name: source.name().to_owned(), bytes: source.len(), sha256: hash });
    }
    found.differences = receipt.differences(&Receipt { inputs, ..receipt.clone() });
    if !found.differences.is_empty() {
        return Ok(found);
    }
    let params = receipt.params.clone().check()?;
    let mut finished = run(sources, mapping.or_else(|| receipt.mapping.clone()), &params, pace, &|_| {}).await?;
    finished.outcome.date.clone_from(&receipt.date);
    pace.stage("verify").await?;
    let again = Outputs::of(&finished);
    let mut outputs = Vec::new();
    for (done, wanted) in receipt.outputs.iter().enumerate() {
        pace.tick(done as u64, receipt.outputs.len() as u64).await?;
        outputs.extend(again.hashed(&wanted.name).transpose()?);
    }
    found.repeated = true;
    found.differences = receipt.differences(&Receipt::new(&finished, outputs));
    Ok(found)
}

impl Verification {
    /// In one line.
    pub fn summary(&self) -> String {
        if self.differences.is_empty() {
            format!(
                "identical: {} and {}, receipt {}",
                counted(self.inputs as u64, "input", "inputs"),
                counted(self.outputs as u64, "output", "outputs"),
                self.receipt
            )
        } else {
            "differs".to_owned()
        }
    }

    /// As the page shows it.
    pub fn view(&self) -> Verified {
        let identical = self.differences.is_empty();
        let words = if identical {
            format!(
                "The files are those of receipt {}, byte for byte; they were run again with its build, seed and parameters, \
                 and {} came out with the same content.",
                self.receipt,
                counted(self.outputs as u64, "file", "files")
            )
        } else if self.repeated {
            format!(
                "The files are those of receipt {}, but running them again gave something else. Use the build of the \
                 receipt, and the same mapping if the run was given one.",
                self.receipt
            )
        } else {
            format!("These are not the files, or not the build, of receipt {}. Nothing was run.", self.receipt)
        };
        Verified { identical, words, differences: self.differences.clone() }
    }
}
