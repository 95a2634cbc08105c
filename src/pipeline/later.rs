//! A later extract held against a baseline: scored at frozen thresholds, watched for drift.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::extract::columns::mapped_columns;
use crate::extract::findings::{ColumnRef, ExtractFindings, Layout};
use crate::extract::history::{CustomerTable, Extract};
use crate::extract::ids::Ids;
use crate::extract::schema::{ColumnReading, Mapping, Role};
use crate::extract::source::Source;
use crate::extract::{ReadOptions, inspect, read};
use crate::features::build::build;
use crate::features::customers::from_customers;
use crate::features::table::FeatureTable;
use crate::pace::Pace;
use crate::planning::baseline::{Baseline, Overlap};
use crate::planning::cohort::{Matched, Movement, Previous, Standing, movement};
use crate::planning::drivers::samples;
use crate::planning::error::PlanningError;
use crate::planning::monitoring::{Drift, Now, monitor};
use crate::planning::window::Window;
use crate::segments::agreement;
use crate::segments::confidence::confidence;
use crate::segments::findings::Segment;
use crate::segments::rule::{Segmentation, segment};
use crate::segments::thresholds::TypedThresholds;
use crate::stats::measured::Measured;

use super::error::Error;
use super::outcome::Build;
use super::run::id_name;
use super::stage::Stage;

/// What a later extract is asked about.
#[derive(Clone)]
pub struct Question<'a> {
    /// Its files.
    pub sources: Vec<Arc<dyn Source>>,
    /// Which column plays which role; `None` takes the baseline's where the files have its names, else detects.
    pub mapping: Option<Mapping>,
    /// What it is held against.
    pub baseline: &'a Baseline,
    /// Earlier assignments of the same customers.
    pub previous: Option<Arc<dyn Source>>,
    /// Orders after this day are left out.
    pub as_of_day: Option<i32>,
}

/// How a customer of the extract stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// In a segment.
    Assigned,
    /// Fewer orders than the minimum: no segment, no guess.
    BelowMinimum,
    /// Enough orders, no known gap.
    NoGap,
    /// Enough orders, no line.
    NoLines,
    /// A score at customer level that cannot be.
    InvalidScore,
    /// In the earlier assignments, not in the extract.
    Gone,
}

impl Status {
    /// As files say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::BelowMinimum => "below_minimum",
            Self::NoGap => "no_gap",
            Self::NoLines => "no_lines",
            Self::InvalidScore => "invalid_score",
            Self::Gone => "gone",
        }
    }
}

/// Every customer of a later extract at frozen thresholds.
#[derive(Clone, Debug)]
pub struct Scored {
    /// Name of the id column as it came.
    pub id_name: String,
    /// Every customer of the extract, ascending.
    pub ids: Ids,
    /// How each stands.
    pub status: Vec<Status>,
    /// Row of `segmentation` of each who is in a segment.
    pub row: Vec<Option<u32>>,
    /// Scores, segments, percentiles against the frozen edges, confidence.
    pub segmentation: Segmentation,
    /// Features of those in a segment.
    pub features: FeatureTable,
    /// The extract.
    pub window: Window,
    /// What was read, dropped and derived.
    pub findings: ExtractFindings,
    /// The earlier assignments and who stands where in them.
    pub previous: Option<(Previous, Matched)>,
}

impl Scored {
    /// Movement since the earlier assignments.
    pub fn movement(&self) -> Option<Movement> {
        let (previous, matched) = self.previous.as_ref()?;
        let standings: Vec<Standing> = self
            .row
            .iter()
            .zip(&matched.before)
            .map(|(row, &before)| Standing { before, now: row.and_then(|row| self.standing(row as usize)) })
            .collect();
        Some(movement(previous, matched, &standings))
    }

    fn standing(&self, row: usize) -> Option<(Segment, f64, f64)> {
        let found = &self.segmentation;
        Some((*found.labels.get(row)?, *found.freq.get(row)?, *found.loyalty.get(row)?))
    }

    /// Customers of a status.
    pub fn count(&self, status: Status) -> u64 {
        self.status.iter().filter(|s| **s == status).count() as u64
    }
}

/// Scores a later extract at the baseline's thresholds.
///
/// # Errors
/// Unusable input, or an extract that cannot be held against this baseline: nothing is scored then.
pub async fn score(question: Question<'_>, pace: &Pace) -> Result<Scored, Error> {
    let Question { sources, mapping, baseline, previous, as_of_day } = question;
    pace.stage(Stage::Inspect.name()).await?;
    let renamed = mapping.is_some();
    let mapping = match mapping.or_else(|| mapping_of(baseline, &sources)) {
        Some(mapping) => mapping,
        None => inspect(&sources)?.mapping,
    };
    pace.stage(Stage::Extract.name()).await?;
    let (extract, findings) = read(&sources, &mapping, &ReadOptions { as_of_day }, pace).await?;
    pace.stage(Stage::Features.name()).await?;
    let min_orders = baseline.definitions.min_orders;
    let table = match &extract {
        Extract::History(history) => build(history, min_orders, pace).await?,
        Extract::Customers(given) => from_customers(given, min_orders),
    };
    let window = Window::of(&extract, &findings, &table, mapped_columns(&sources, &mapping, pace)?);
    baseline.accepts(&window, renamed)?;

    pace.stage(Stage::Segments.name()).await?;
    let (frequency, loyalty) = baseline.cuts();
    let typed = TypedThresholds { frequency: Some(frequency), loyalty: Some(loyalty) };
    let found = segment(&table, typed, pace).await?;
    let mut found = found.ok_or(PlanningError::NobodyQualifies { min_orders })?;
    let cuts = &baseline.thresholds;
    found.freq_percentile = found.freq.iter().map(|&f| cuts.frequency.percentiles.of_score(f)).collect();
    found.loyalty_percentile = found.loyalty.iter().map(|&l| cuts.loyalty.percentiles.of_score(l)).collect();
    if let Extract::History(history) = &extract {
        found.confidence = confidence(history, &table, &found, pace).await?;
    }
    let ids = extract.customers().clone();
    let row: Vec<Option<u32>> = (0..ids.len()).map(|c| table.row_of(c).map(|row| row as u32)).collect();
    let status = row.iter().enumerate().map(|(c, row)| status(&extract, c, row.is_some(), min_orders)).collect();
    let previous = match previous {
        Some(source) => {
            let previous = read_previous(source, pace).await?;
            let matched = previous.matched(&ids)?;
            Some((previous, matched))
        }
        None => None,
    };
    let id_name = id_name(&mapping);
    Ok(Scored { id_name, ids, status, row, segmentation: found, features: table, window, findings, previous })
}

/// A later extract, scored, and what became of the comparison.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What it is held against.
    pub baseline: Baseline,
    /// Every customer at frozen thresholds.
    pub scored: Scored,
    /// The comparison; or why the two windows cannot be compared although the later one could be scored.
    pub drift: Result<Drift, PlanningError>,
    /// Drift files of the windows between, oldest first.
    pub earlier: Vec<Drift>,
}

/// Scores a later extract and, as far as the windows allow, says whether it has drifted.
///
/// # Errors
/// As [`score`].
pub async fn score_and_compare(
    question: Question<'_>,
    earlier: Vec<Drift>,
    allow_overlap: bool,
    pace: &Pace,
) -> Result<Comparison, Error> {
    let baseline = question.baseline.clone();
    let scored = score(question, pace).await?;
    let drift = compare(&baseline, &scored, &earlier, allow_overlap);
    Ok(Comparison { baseline, scored, drift, earlier })
}

/// Scores a later extract and says whether it has drifted.
///
/// `earlier`: drift files of the windows since the baseline, oldest first. `allow_overlap`: the windows are meant to
/// overlap.
///
/// # Errors
/// As [`score`]; and an extract that begins inside the baseline's period.
pub async fn watch(
    question: Question<'_>,
    earlier: &[Drift],
    allow_overlap: bool,
    pace: &Pace,
) -> Result<(Scored, Drift), Error> {
    let baseline = question.baseline;
    let scored = score(question, pace).await?;
    let drift = compare(baseline, &scored, earlier, allow_overlap)?;
    Ok((scored, drift))
}

/// Compares a scored extract with the baseline that it was scored at. `earlier`: as
/// [`in_order`](crate::planning::monitoring::in_order) has them.
///
/// # Errors
/// [`PlanningError::OverlappingTime`]; [`PlanningError::Earlier`] for a drift file of this window or a later one.
pub fn compare(
    baseline: &Baseline,
    scored: &Scored,
    earlier: &[Drift],
    allow_overlap: bool,
) -> Result<Drift, PlanningError> {
    let overlap = match baseline.follows(&scored.window) {
        Ok(overlap) => overlap,
        Err(PlanningError::OverlappingTime { .. }) if allow_overlap => Overlap::Rolling,
        Err(error) => return Err(error),
    };
    let samples = samples(&scored.features, &scored.segmentation.labels);
    let build = Build::current().version;
    let movement = scored.movement().map_or_else(
        || Measured::absent("no earlier assignments were given", "assignments of the window before"),
        Measured::Value,
    );
    let now = Now {
        build: &build,
        window: &scored.window,
        overlap,
        segmentation: &scored.segmentation,
        samples: &samples,
        movement,
        earlier,
    };
    let drift = monitor(baseline, &now);
    earlier.iter().try_for_each(|before| drift.comes_after(before))?;
    Ok(drift)
}

/// The baseline's own mapping, where every file that it names is given again under its name.
fn mapping_of(baseline: &Baseline, sources: &[Arc<dyn Source>]) -> Option<Mapping> {
    let columns = &baseline.extract.columns;
    let given = |file: &str| sources.iter().any(|source| source.name() == file);
    if columns.is_empty() || !columns.iter().all(|column| given(&column.file)) {
        return None;
    }
    let mut roles: BTreeMap<Role, Vec<ColumnRef>> = BTreeMap::new();
    let mut read_as = Vec::new();
    for column in columns {
        if let Some(reading) = column.read_as {
            let (file, column) = (column.file.clone(), column.column.clone());
            read_as.push(ColumnReading { file, column, read_as: reading });
        }
        let reference = ColumnRef { file: column.file.clone(), column: column.column.clone() };
        roles.entry(column.role).or_default().push(reference);
    }
    Some(Mapping { layout: baseline.extract.layout, roles, read_as })
}

/// Why a customer has no segment; the first reason that applies, as the feature table counts them.
fn status(extract: &Extract, customer: usize, assigned: bool, min_orders: u32) -> Status {
    if assigned {
        return Status::Assigned;
    }
    match extract {
        Extract::History(history) => {
            let orders = history.orders_of(customer);
            if orders.len() < min_orders as usize {
                Status::BelowMinimum
            } else if !history.days_since_prior[orders].iter().any(|gap| gap.is_finite()) {
                Status::NoGap
            } else {
                Status::NoLines
            }
        }
        Extract::Customers(table) => {
            let orders = table.orders.as_ref().and_then(|orders| orders.get(customer));
            match orders {
                Some(&orders) if orders.is_nan() || orders < f64::from(min_orders) => Status::BelowMinimum,
                _ => Status::InvalidScore,
            }
        }
    }
}

/// Reads an assignments file.
async fn read_previous(source: Arc<dyn Source>, pace: &Pace) -> Result<Previous, Error> {
    let refuse = |detail: String| PlanningError::Previous { detail };
    let sources = vec![source];
    let mapping = inspect(&sources)?.mapping;
    if mapping.layout != Layout::Customers || !mapping.has(Role::Segment) {
        return Err(refuse("the file is not one customer per row with a column \"segment\"".to_owned()).into());
    }
    let (extract, _) = read(&sources, &mapping, &ReadOptions::default(), pace).await?;
    let Extract::Customers(CustomerTable { customers, behavioural, segment: Some(segments), .. }) = extract else {
        return Err(refuse("the file has no column \"segment\"".to_owned()).into());
    };
    let mut named = Vec::with_capacity(segments.len());
    for (row, name) in segments.iter().enumerate() {
        named.push(match name {
            None => None,
            Some(name) => Some(agreement::named(name).ok_or_else(|| {
                refuse(format!(
                    "customer {} is in a segment \"{name}\", which is none of the four",
                    customers.text(row)
                ))
            })?),
        });
    }
    let column = |name: &str| {
        let found = behavioural.iter().find(|(other, _)| other == name).map(|(_, values)| values.clone());
        found.ok_or_else(|| refuse(format!("the file has no column \"{name}\"")))
    };
    Ok(Previous { freq: column("freq_score")?, loyalty: column("loyalty_score")?, segments: named, ids: customers })
}
