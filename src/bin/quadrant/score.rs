//! `quadrant score`: a later extract at a baseline's frozen thresholds.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use quadrant::export::scored;
use quadrant::extract::schema::Mapping;
use quadrant::extract::source::Source;
use quadrant::pace::block_on;
use quadrant::pipeline::error::Error;
use quadrant::pipeline::later::{Question, Scored, Status, score};
use quadrant::pipeline::params::Params;
use quadrant::planning::baseline::Baseline;
use quadrant::report::figures::{integer, percent};
use quadrant::segments::findings::Segment;
use quadrant::segments::rule::counts;

use crate::analyze::{fault, file, open, read_mapping};
use crate::disk::Disk;
use crate::fault::Fault;
use crate::progress;

/// What `score` and `monitor` have in common.
#[derive(Args)]
pub(crate) struct Later {
    /// Parquet or CSV files of the later extract, in any order
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The baseline that an analysis wrote
    #[arg(long, value_name = "baseline.json")]
    pub(crate) baseline: PathBuf,
    /// Assignments of the window before: says who moved, who is new and who is gone
    #[arg(long, value_name = "assignments.parquet")]
    pub(crate) previous: Option<PathBuf>,
    /// Which column plays which role, where the baseline's names do not fit
    #[arg(long)]
    pub(crate) mapping: Option<PathBuf>,
    /// Orders after this date (YYYY-MM-DD) are left out
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}

/// Everything that `Later` names, opened.
pub(crate) struct Opened {
    pub(crate) sources: Vec<Arc<dyn Source>>,
    pub(crate) baseline: Baseline,
    mapping: Option<Mapping>,
    previous: Option<Arc<dyn Source>>,
    as_of_day: Option<i32>,
}

impl Later {
    pub(crate) fn open(&self) -> Result<Opened, Fault> {
        let sources = open(&self.files)?;
        let bytes = read_file(&self.baseline, "--baseline")?;
        let baseline = Baseline::read(&bytes).map_err(|error| {
            Fault::input(format!("{}: {error}", self.baseline.display()), Error::from(error).hint())
        })?;
        let mapping = self.mapping.as_deref().map(read_mapping).transpose()?;
        let previous = match &self.previous {
            Some(path) => open(std::slice::from_ref(path))?.pop(),
            None => None,
        };
        let params = Params { as_of: self.as_of.clone(), ..Params::default() };
        let as_of_day = params.check().map_err(|error| fault(&Error::from(error)))?.as_of_day();
        Ok(Opened { sources, baseline, mapping, previous, as_of_day })
    }
}

impl Opened {
    pub(crate) fn question(&self) -> Question<'_> {
        Question {
            sources: self.sources.clone(),
            mapping: self.mapping.clone(),
            baseline: &self.baseline,
            previous: self.previous.clone(),
            as_of_day: self.as_of_day,
        }
    }
}

/// A small file as a whole.
pub(crate) fn read_file(path: &Path, option: &str) -> Result<Vec<u8>, Fault> {
    std::fs::read(path).map_err(|error| {
        Fault::input(
            format!("{} cannot be read: {error}", path.display()),
            format!("give an existing file with {option}"),
        )
    })
}

/// `quadrant score FILE... --baseline baseline.json --out assignments.parquet`.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    later: Later,
    /// File to write to: Parquet, or CSV if its name ends in .csv
    #[arg(long, value_name = "assignments.parquet")]
    out: PathBuf,
}

/// Scores, writes the assignments and says what came out.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let out = arguments.out.display();
    let (folder, name) = (arguments.out.parent(), arguments.out.file_name().and_then(|name| name.to_str()));
    let Some(name) = name.filter(|_| !arguments.out.is_dir()) else {
        return Err(Fault::input(format!("{out} is no file name"), "name a file to write to with --out"));
    };
    let opened = arguments.later.open()?;
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut disk = Disk::open(folder).map_err(|error| {
        let shown = folder.display();
        Fault::input(format!("{shown} cannot be made: {error}"), "choose a folder that you may write to with --out")
    })?;
    let pace = progress::pace("starting");
    let scored = block_on(score(opened.question(), &pace)).map_err(|error| fault(&error))?;
    let as_csv = arguments.out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    file(&mut disk, name, |file| if as_csv { scored::csv(&scored, file) } else { scored::parquet(&scored, file) })?;
    drop(pace);
    // A closed stdout is nobody's fault: the file is written.
    let _ = std::io::stdout().lock().write_all(told(&opened.baseline, &scored, &out.to_string()).as_bytes());
    Ok(())
}

fn told(baseline: &Baseline, scored: &Scored, out: &str) -> String {
    let labels = &scored.segmentation.labels;
    let mut text = format!(
        "{} of {} customers in a segment, at frozen thresholds\n",
        integer(labels.len() as u64),
        integer(scored.ids.len() as u64)
    );
    for (segment, count) in Segment::ALL.into_iter().zip(counts(labels)) {
        let share = percent(count as f64 / labels.len().max(1) as f64);
        text.push_str(&format!("  {:<18} {:>11} {share:>7}\n", segment.name(), integer(count)));
    }
    for (status, what) in [
        (Status::BelowMinimum, "have too few orders for a segment"),
        (Status::NoGap, "have no known days between orders"),
        (Status::NoLines, "have no order line"),
        (Status::InvalidScore, "have a score that is missing or cannot be"),
    ] {
        let count = scored.count(status);
        if count > 0 {
            text.push_str(&format!("{} customers {what}\n", integer(count)));
        }
    }
    if let Some(found) = scored.movement() {
        let kept = found.agreement.value().map_or_else(|| "–".to_owned(), |&share| percent(share));
        text.push_str(&format!(
            "Since the earlier assignments: {} in a segment both times ({kept} keep it), {} new, {} qualified by now, {} no \
             longer, {} gone\n",
            integer(found.stayers),
            integer(found.new),
            integer(found.qualified),
            integer(found.unqualified),
            integer(found.gone)
        ));
    }
    for words in baseline.renamed(&scored.window) {
        text.push_str(&format!("{words}\n"));
    }
    text.push_str(&format!("Written to {out}\n"));
    text
}
