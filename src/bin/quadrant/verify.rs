//! `quadrant verify`: are these the files of a receipt, and does running them again give the same?

use std::fs;
use std::path::PathBuf;

use clap::Args;
use quadrant::export::receipt::{Hashed, Receipt};
use quadrant::extract::sha256;
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::error::Error;
use quadrant::pipeline::run::run as analyse;

use crate::analyze::{everything, fault, open, read_mapping};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::progress;

/// `quadrant verify receipt.json FILE... [--mapping mapping.json]`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The receipt of an earlier run
    receipt: PathBuf,
    /// The files of its extract
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The mapping that the earlier run was given, if it was given one
    #[arg(long)]
    mapping: Option<PathBuf>,
}

/// Says *identical*, or what differs (exit code 2).
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let shown = arguments.receipt.display();
    let text = fs::read(&arguments.receipt)
        .map_err(|error| Fault::input(format!("{shown} cannot be read: {error}"), "give the path of a receipt.json"))?;
    let receipt: Receipt = serde_json::from_slice(&text).map_err(|error| {
        Fault::input(format!("{shown} is not a receipt: {error}"), "give the receipt.json of an earlier run")
    })?;
    let mapping = arguments.mapping.as_deref().map(read_mapping).transpose()?;
    let sources = open(&arguments.files)?;
    let mut inputs = Vec::new();
    for source in &sources {
        let hash = block_on(sha256(source.as_ref(), &Pace::unhurried())).map_err(|error| fault(&Error::from(error)))?;
        inputs.push(Hashed { name: source.name().to_owned(), bytes: source.len(), sha256: hash });
    }
    let given = Receipt { inputs, ..receipt.clone() };
    let differences = receipt.differences(&given);
    if !differences.is_empty() {
        return Err(differs(&differences, "verify with the files that the receipt names"));
    }
    let params = receipt.params.clone().check().map_err(|error| fault(&Error::from(error)))?;
    let pace = progress::pace("starting");
    let finished = block_on(analyse(sources, mapping, &params, &pace, &|_| {})).map_err(|error| fault(&error))?;
    let folder = std::env::temp_dir().join(format!("quadrant-verify-{}", std::process::id()));
    let mut disk = Disk::open(&folder).map_err(|error| {
        Fault::input(format!("{} cannot be made: {error}", folder.display()), "make room for temporary files")
    })?;
    let outputs = everything(&finished, &mut disk);
    // Whatever is left there is the system's to clean.
    let _ = fs::remove_dir_all(&folder);
    let again = Receipt::new(&finished.outcome.results, outputs?);
    drop(pace);
    let differences = receipt.differences(&again);
    if differences.is_empty() {
        println!(
            "identical: {} inputs and {} outputs, receipt {}",
            receipt.inputs.len(),
            receipt.outputs.len(),
            receipt.id
        );
        Ok(())
    } else {
        Err(differs(&differences, "run the build of the receipt, with the same mapping if one was given"))
    }
}

fn differs(differences: &[String], hint: &str) -> Fault {
    Fault::input(format!("differs\n  {}", differences.join("\n  ")), hint)
}
