//! `quadrant analyze`: an extract to results and files.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use quadrant::clustering::exact::Solution;
use quadrant::crew::workers;
use quadrant::export::outputs::{MATRIX, Outputs};
use quadrant::export::receipt::{Hashed, Hashing, Receipt};
use quadrant::export::{ExportError, assignments, experiment, features};
use quadrant::extract::ids::Ids;
use quadrant::extract::schema::Mapping;
use quadrant::extract::source::{FileSource, Source};
use quadrant::features::table::FeatureTable;
use quadrant::generate::folder::Folder;
use quadrant::pace::block_on;
use quadrant::pipeline::error::Error;
use quadrant::pipeline::params::{CheckedParams, Depth, Params};
use quadrant::pipeline::run::{Finished, Labelled, Listeners, run_telling};
use quadrant::prepare::own::OwnSet;
use quadrant::report::wording::list_file;
use quadrant::segments::findings::Segment;
use quadrant::segments::rule::Segmentation;
use quadrant::validation::timeline::iso_date;

use crate::disk::Disk;
use crate::fault::Fault;
use crate::{progress, summary};

/// The depths by their names on the command line.
#[derive(Clone, Copy, ValueEnum)]
enum DepthName {
    /// Features, rule, effects, gates: seconds
    Quick,
    /// Everything
    Full,
}

/// `quadrant analyze FILE... [--mapping mapping.json] [--min-orders 5] [--as-of DATE] [--depth quick|full] [--seed N]
/// [--frequency-threshold SCORE] [--loyalty-threshold SHARE] [--sets sets.json] [--exact SET=K]... --out DIR`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Parquet or CSV files of one extract, in any order; roles are detected
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which column plays which role, instead of detecting it
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Customers with fewer orders are left out
    #[arg(long, default_value_t = Params::default().min_orders)]
    min_orders: u32,
    /// Orders after this date (YYYY-MM-DD) are left out
    #[arg(long, value_name = "DATE")]
    as_of: Option<String>,
    /// Where frequency is cut, as a score 1 / (days + 1), instead of at the median
    #[arg(long, value_name = "SCORE")]
    frequency_threshold: Option<f64>,
    /// Where loyalty is cut, as a share 0..1, instead of at the median
    #[arg(long, value_name = "SHARE")]
    loyalty_threshold: Option<f64>,
    /// How much to compute
    #[arg(long, value_enum, default_value = "quick")]
    depth: DepthName,
    /// Seed of everything random: the same seed gives the same results
    #[arg(long, default_value_t = Params::default().seed)]
    seed: u64,
    /// Feature sets of your own (JSON), clustered beside the built-in ones
    #[arg(long, value_name = "FILE")]
    sets: Option<PathBuf>,
    /// Measure one k-means solution exactly on all customers; may be repeated (minutes at full scale)
    #[arg(long, value_name = "SET=K", value_parser = solution)]
    exact: Vec<Solution>,
    /// Folder to write to (made if absent)
    #[arg(long)]
    out: PathBuf,
}

impl Arguments {
    fn params(&self) -> Result<CheckedParams, Fault> {
        let depth = match self.depth {
            DepthName::Quick => Depth::Quick,
            DepthName::Full => Depth::Full,
        };
        let params = Params {
            min_orders: self.min_orders,
            depth,
            seed: self.seed,
            as_of: self.as_of.clone(),
            frequency_threshold: self.frequency_threshold,
            loyalty_threshold: self.loyalty_threshold,
            sets: self.sets.as_deref().map(read_sets).transpose()?.unwrap_or_default(),
            exact: self.exact.clone(),
            ..Params::default()
        };
        params.check().map_err(|error| fault(&Error::from(error)))
    }
}

/// `behavioural=4`.
fn solution(text: &str) -> Result<Solution, String> {
    let (set, k) = text.split_once('=').ok_or_else(|| "write SET=K, as in behavioural=4".to_owned())?;
    let k = k.parse().map_err(|_| format!("\"{k}\" is no number of clusters"))?;
    Ok(Solution { set: set.to_owned(), k })
}

fn read_sets(path: &Path) -> Result<Vec<OwnSet>, Fault> {
    let shown = path.display();
    let text = fs::read(path).map_err(|error| {
        Fault::input(format!("{shown} cannot be read: {error}"), "give the path of a file of feature sets with --sets")
    })?;
    serde_json::from_slice(&text).map_err(|error| {
        Fault::input(
            format!("{shown} is no list of feature sets: {error}"),
            "write [{\"id\": \"rhythm\", \"columns\": [\"mean_days_between_orders\", \"reorder_ratio\"]}]",
        )
    })
}

/// Everybody's segment, and everybody's arm in the experiment.
const ASSIGNMENTS: [&str; 3] = ["assignments.parquet", "assignments.csv", experiment::FILE];

/// What is known of everybody once the segments are.
struct Assigned {
    id_name: String,
    ids: Ids,
    features: Arc<FeatureTable>,
    segmentation: Segmentation,
    treatment_share: f64,
}

/// Everybody's segment, the lists of each, and everybody's arm: complete, but without their names.
fn assigned(disk: &mut Disk, of: &Assigned) -> Result<Vec<Filled>, Fault> {
    let Assigned { id_name: name, ids, features, segmentation: found, treatment_share } = of;
    let [parquet, csv, arms] = ASSIGNMENTS;
    let parquet = filled(disk, parquet, |out| assignments::parquet(name, ids, Some(found), out))?;
    let arms = filled(disk, arms, |out| experiment::csv(name, ids, Some(found), features, *treatment_share, out))?;
    let lists = Segment::ALL.map(list_file);
    let mut hashing = |name: &str| Ok(Hashing::new(disk.create(name).map_err(|error| unwritten(name, &error))?));
    let mut all = hashing(csv)?;
    let [a, b, c, d] = lists;
    let [mut a, mut b, mut c, mut d] = [hashing(a)?, hashing(b)?, hashing(c)?, hashing(d)?];
    assignments::csv_and_lists(name, ids, found, &mut all, [&mut a, &mut b, &mut c, &mut d])
        .map_err(|error| unwritten("assignments.csv, or the list of a segment,", &error))?;
    let mut done = vec![parquet, arms];
    for (mut out, name) in [all, a, b, c, d].into_iter().zip([csv].into_iter().chain(lists)) {
        out.flush().map_err(|error| unwritten(name, &error))?;
        done.push(out.finish(name));
    }
    Ok(done)
}

/// Runs the analysis, writes the files and says what came out.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Fault> {
    let params = arguments.params()?;
    let mapping = arguments.mapping.as_deref().map(read_mapping).transpose()?;
    let sources = open(&arguments.files)?;
    let disk = Disk::open(&arguments.out).map_err(|error| {
        let out = arguments.out.display();
        Fault::input(format!("{out} cannot be made: {error}"), "choose a folder that you may write to with --out")
    })?;
    let pace = progress::pace("starting");
    thread::scope(|scope| {
        // The matrix is as large as all other files together: it is written while the run goes on, and gets its name
        // only when the run has succeeded.
        let matrix = RefCell::new(None);
        let features = |name: &str, ids: &Ids, table: &Arc<FeatureTable>| {
            let (name, ids, table, mut beside) = (name.to_owned(), ids.clone(), Arc::clone(table), disk.clone());
            let write = move || filled(&mut beside, MATRIX, |out| features::parquet(&name, &ids, &table, out));
            *matrix.borrow_mut() = Some(scope.spawn(write));
        };
        // So are the assignments.
        let assignments = RefCell::new(None);
        let segments = |found: Labelled<'_>| {
            let of = Assigned {
                id_name: found.id_name.to_owned(),
                ids: found.ids.clone(),
                features: Arc::clone(found.features),
                segmentation: found.segmentation.clone(),
                treatment_share: params.get().plan.treatment_share,
            };
            let mut beside = disk.clone();
            *assignments.borrow_mut() = Some(scope.spawn(move || assigned(&mut beside, &of)));
        };
        let listeners = Listeners { refined: &|_| {}, features: &features, segments: &segments };
        let run = block_on(run_telling(sources, mapping, &params, &pace, listeners));
        let stopped = || Fault::bug("writing a file stopped");
        let matrix = matrix.take().map(|thread| thread.join().unwrap_or_else(|_| Err(stopped())));
        let assignments = assignments.take().map(|thread| thread.join().unwrap_or_else(|_| Err(stopped())));
        let (finished, outputs) = hand_over(run, matrix, assignments, &disk).inspect_err(|_| {
            for name in ASSIGNMENTS.into_iter().chain(Segment::ALL.map(list_file)).chain([MATRIX]) {
                disk.discard(name);
            }
        })?;
        drop(pace);
        summary::print(&finished.outcome.results, &outputs, &arguments.out);
        Ok(())
    })
}

/// Writes what is left of a run that has succeeded, and gives all files their names.
fn hand_over(
    run: Result<Finished, Error>,
    matrix: Option<Result<Filled, Fault>>,
    assignments: Option<Result<Vec<Filled>, Fault>>,
    disk: &Disk,
) -> Result<(Finished, Vec<Hashed>), Fault> {
    let mut finished = run.map_err(|error| fault(&error))?;
    // Nobody will ask about single customers.
    finished.tables.history = None;
    finished.outcome.date = Some(today());
    let mut written: Vec<_> = matrix.transpose()?.into_iter().collect();
    written.extend(assignments.transpose()?.into_iter().flatten());
    let all = Outputs::of(&finished);
    // Lists are handed over only where the rule is recommended.
    let names = all.names();
    for (_, unwanted) in written.extract_if(.., |(_, file)| !names.contains(&file.name)) {
        disk.discard(&unwanted.name);
    }
    let mut outputs = rest(&all, disk, &written)?;
    let mut disk = disk.clone();
    for (out, hashed) in written {
        outputs.push(named(&mut disk, out, hashed)?);
    }
    let receipt = Receipt::new(&finished, outputs.clone());
    outputs.push(file(&mut disk, "receipt.json", |out| receipt.json(out))?);
    Ok((finished, outputs))
}

/// An error of the run as a fault of the input (whatever a person can mend) or of ours.
pub(crate) fn fault(error: &Error) -> Fault {
    Fault::input(error, error.hint())
}

pub(crate) fn read_mapping(path: &Path) -> Result<Mapping, Fault> {
    let shown = path.display();
    let text = fs::read(path).map_err(|error| {
        Fault::input(format!("{shown} cannot be read: {error}"), "give the path of a mapping file with --mapping")
    })?;
    serde_json::from_slice(&text).map_err(|error| {
        Fault::input(
            format!("{shown} is not a mapping: {error}"),
            "write {\"layout\": \"star\", \"roles\": {\"customer\": [{\"file\": \"...\", \"column\": \"...\"}], ...}}",
        )
    })
}

pub(crate) fn open(paths: &[PathBuf]) -> Result<Vec<Arc<dyn Source>>, Fault> {
    let open = |path: &PathBuf| match FileSource::open(path) {
        Ok(source) => Ok(Arc::new(source) as Arc<dyn Source>),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory => {
            let shown = path.display();
            Err(Fault::input(format!("{shown} is a folder"), format!("name the files in it: {shown}/*.parquet")))
        }
        Err(error) => Err(Fault::input(
            format!("{} cannot be opened: {error}", path.display()),
            "check the path and its permissions",
        )),
    };
    paths.iter().map(open).collect()
}

/// Writes what is not yet `written`, several files at a time, and lists them in their own order.
fn rest(all: &Outputs<'_>, disk: &Disk, written: &[Filled]) -> Result<Vec<Hashed>, Fault> {
    let mut names: Vec<(usize, String)> = all.names().into_iter().enumerate().collect();
    names.retain(|(_, name)| written.iter().all(|(_, file)| file.name != *name));
    let next = AtomicUsize::new(0);
    let some = || {
        let mut disk = disk.clone();
        let mut outputs = Vec::new();
        while let Some((place, name)) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
            outputs.push((*place, output(&mut disk, all, name)?));
        }
        Ok(outputs)
    };
    let mut outputs = thread::scope(|scope| {
        let others: Vec<_> = (1..workers()).map(|_| scope.spawn(some)).collect();
        let mut outputs = some()?;
        for other in others {
            outputs.extend(other.join().unwrap_or_else(|_| Err(Fault::bug("writing a file stopped")))?);
        }
        Ok(outputs)
    })?;
    outputs.sort_by_key(|(place, _)| *place);
    Ok(outputs.into_iter().map(|(_, hashed)| hashed).collect())
}

/// Writes one file of a run.
fn output(disk: &mut Disk, outputs: &Outputs<'_>, name: &str) -> Result<Hashed, Fault> {
    file(disk, name, |out| outputs.write(name, out).unwrap_or(Ok(())))
}

/// The day in UTC, `YYYY-MM-DD`.
fn today() -> String {
    const SECONDS_OF_A_DAY: u64 = 86_400;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    iso_date(i32::try_from(since.as_secs() / SECONDS_OF_A_DAY).unwrap_or_default())
}

/// Writes a text file.
pub(crate) fn text(disk: &mut Disk, name: &'static str, content: &str) -> Result<Hashed, Fault> {
    file(disk, name, |out| out.write_all(content.as_bytes()).map_err(|source| ExportError::Io { file: name, source }))
}

/// Writes one file, hashing it on its way.
pub(crate) fn file(
    disk: &mut Disk,
    name: &str,
    write: impl FnOnce(&mut Hashing<BufWriter<File>>) -> Result<(), ExportError>,
) -> Result<Hashed, Fault> {
    let (out, hashed) = filled(disk, name, write)?;
    named(disk, out, hashed)
}

/// A file that is complete but does not have its name yet.
type Filled = (BufWriter<File>, Hashed);

/// Makes one.
fn filled(
    disk: &mut Disk,
    name: &str,
    write: impl FnOnce(&mut Hashing<BufWriter<File>>) -> Result<(), ExportError>,
) -> Result<Filled, Fault> {
    let mut out = Hashing::new(disk.create(name).map_err(|error| unwritten(name, &error))?);
    write(&mut out).map_err(|error| unwritten(name, &error))?;
    out.flush().map_err(|error| unwritten(name, &error))?;
    Ok(out.finish(name))
}

/// Gives a complete file its name.
fn named(disk: &mut Disk, out: BufWriter<File>, hashed: Hashed) -> Result<Hashed, Fault> {
    disk.close(&hashed.name, out).map_err(|error| unwritten(&hashed.name, &error))?;
    Ok(hashed)
}

fn unwritten(name: &str, error: &dyn std::fmt::Display) -> Fault {
    Fault::input(format!("{name} cannot be written: {error}"), "check the free space and the permissions of --out")
}
