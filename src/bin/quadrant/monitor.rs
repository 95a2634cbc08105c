//! `quadrant monitor`: has a later extract drifted from its baseline?

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use quadrant::export::{documents, scored};
use quadrant::pace::block_on;
use quadrant::pipeline::error::Error;
use quadrant::pipeline::later::watch;
use quadrant::planning::monitoring::{Drift, in_order};
use quadrant::report::html::Links;
use quadrant::report::{drift, markdown};

use crate::analyze::{fault, file, text};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::progress;
use crate::score::{Later, read_file};

/// `quadrant monitor FILE... --baseline baseline.json --out DIR`.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    later: Later,
    /// drift.json of the windows since the baseline: an alert needs two windows running
    #[arg(long, value_name = "drift.json")]
    earlier: Vec<PathBuf>,
    /// The windows are meant to overlap
    #[arg(long)]
    allow_overlap: bool,
    /// Folder to write to (made if absent)
    #[arg(long)]
    out: PathBuf,
}

/// Compares, writes drift.json, drift.md and the assignments, says it in one line, and ends with the call's code.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Fault> {
    let opened = arguments.later.open()?;
    let mut earlier = Vec::new();
    for path in &arguments.earlier {
        let bytes = read_file(path, "--earlier")?;
        let drift = Drift::read(&bytes, &opened.baseline)
            .map_err(|error| Fault::input(format!("{}: {error}", path.display()), Error::from(error).hint()))?;
        earlier.push(drift);
    }
    let earlier = in_order(earlier);
    let mut disk = Disk::open(&arguments.out).map_err(|error| {
        let shown = arguments.out.display();
        Fault::input(format!("{shown} cannot be made: {error}"), "choose a folder that you may write to with --out")
    })?;
    let pace = progress::pace("starting");
    let watched = block_on(watch(opened.question(), &earlier, arguments.allow_overlap, &pace));
    let (scored, found) = watched.map_err(|error| fault(&error))?;
    file(&mut disk, "drift.json", |out| scored::drift_json(&found, out))?;
    text(&mut disk, "drift.md", &markdown::write(&drift::drift(&found), Links::None, &|_| None))?;
    text(&mut disk, "drift.html", &documents::drift_html(&found))?;
    file(&mut disk, "assignments.parquet", |out| scored::parquet(&scored, out))?;
    drop(pace);
    let _ = writeln!(std::io::stdout().lock(), "{}", found.summary);
    Ok(ExitCode::from(found.exit_code))
}
