//! `quadrant generate`: a synthetic extract on disk.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use quadrant::extract::findings::Layout;
use quadrant::generate::{GenerateError, Scenario, Spec, generate};

use crate::disk::Disk;
use crate::fault::Fault;
use crate::progress;

/// The layouts by their names on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum LayoutName {
    /// orders, order lines, products, aisles, departments
    Star,
    /// order lines that carry everything, products
    Wide,
    /// one row per customer with features
    Customers,
}

impl From<LayoutName> for Layout {
    fn from(name: LayoutName) -> Self {
        match name {
            LayoutName::Star => Self::Star,
            LayoutName::Wide => Self::Wide,
            LayoutName::Customers => Self::Customers,
        }
    }
}

/// `quadrant generate --customers N --layout star|wide|customers [--scenario NAME] --seed N --out DIR`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Number of customers
    #[arg(long)]
    customers: u32,
    /// Shape of the files
    #[arg(long, value_enum)]
    layout: LayoutName,
    /// What is planted
    #[arg(long, default_value = "typical", value_parser = scenario)]
    scenario: Scenario,
    /// Seed of every draw: the same seed gives the same bytes
    #[arg(long)]
    seed: u64,
    /// Folder to write to (made if absent)
    #[arg(long)]
    out: PathBuf,
}

fn scenario(name: &str) -> Result<Scenario, String> {
    Scenario::named(name)
        .ok_or_else(|| format!("no such scenario; there are: {}", Scenario::ALL.map(Scenario::name).join(", ")))
}

/// Writes the extract and says what it holds.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let spec = Spec {
        customers: arguments.customers,
        layout: arguments.layout.into(),
        scenario: arguments.scenario,
        seed: arguments.seed,
    };
    let spec = spec.check().map_err(|error| Fault::input(error, "choose another --customers"))?;
    let out = arguments.out.display();
    let mut disk = Disk::open(&arguments.out).map_err(|error| {
        Fault::input(format!("{out} cannot be made: {error}"), "choose a folder that you may write to with --out")
    })?;
    let truth = generate(&spec, &mut disk, &progress::pace("generating")).map_err(|error| match error {
        GenerateError::Folder { .. } | GenerateError::Parquet { .. } => {
            Fault::input(error, format!("see that {out} is writable and its disk has room"))
        }
        other => Fault::bug(other),
    })?;
    let said = format!(
        "{} customers, {} orders, {} lines ({}, seed {}) in {out}\nwhat was planted: {}\n",
        truth.customers,
        truth.orders,
        truth.lines,
        arguments.scenario.name(),
        arguments.seed,
        arguments.out.join("truth.json").display()
    );
    // A closed stdout is nobody's fault: the files are written.
    let _ = std::io::stdout().lock().write_all(said.as_bytes());
    Ok(())
}
