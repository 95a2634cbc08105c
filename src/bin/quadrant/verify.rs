//! `quadrant verify`: are these the files of a receipt, and does running them again give the same?

use std::path::PathBuf;

use clap::Args;
use quadrant::export::receipt::Receipt;
use quadrant::export::verify::verify;
use quadrant::pace::block_on;

use crate::analyze::{fault, open, read_mapping};
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
    /// The mapping that the earlier run was given, if it was given one and the receipt does not say
    #[arg(long)]
    mapping: Option<PathBuf>,
}

/// Says *identical*, or what differs (exit code 2).
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let shown = arguments.receipt.display();
    let text = std::fs::read(&arguments.receipt)
        .map_err(|error| Fault::input(format!("{shown} cannot be read: {error}"), "give the path of a receipt.json"))?;
    let receipt = Receipt::read(&text).map_err(|error| {
        Fault::input(format!("{shown} is not a receipt: {error}"), "give the receipt.json of an earlier run")
    })?;
    let mapping = arguments.mapping.as_deref().map(read_mapping).transpose()?;
    let sources = open(&arguments.files)?;
    let pace = progress::pace("starting");
    let found = block_on(verify(&receipt, sources, mapping, &pace)).map_err(|error| fault(&error))?;
    drop(pace);
    if found.differences.is_empty() {
        println!("{}", found.summary());
        return Ok(());
    }
    let hint = if found.repeated {
        "run the build of the receipt, with the same mapping if one was given"
    } else {
        "verify with the files that the receipt names"
    };
    Err(Fault::input(format!("differs\n  {}", found.differences.join("\n  ")), hint))
}
