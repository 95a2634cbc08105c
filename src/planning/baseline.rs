//! The baseline: everything that scoring and monitoring need of an earlier analysis, and no customer.
//!
//! # `baseline.json`, schema version 1
//! | field | what |
//! |---|---|
//! | `format`, `schema_version` | `quadrant-baseline`, 1 |
//! | `build`, `receipt`, `seed` | which build and run wrote it; `receipt` is the id in `receipt.json` |
//! | `definitions` | `id`, the minimum number of orders, and the two formulas in words |
//! | `as_of` | orders after this date were left out; null if none were |
//! | `id_name` | name of the customer column |
//! | `extract` | layout, mapped columns with their types, orders, lines, period, completeness |
//! | `customers` | customers in a segment |
//! | `thresholds.{frequency,loyalty}` | `threshold` (frozen), `p20`, `p50`, `p80`, `percentiles.{edges,values}` |
//! | `segments[]` | `name`, `count`, `share` |
//! | `drivers[]` | per core driver: mean, std, `bins` and `grid` (`edges`, `counts`), the same per segment |
//! | `migration` | kappa and agreement between two parts of the reference extract, as far as measured |
//! | `sha256` | of the file as compact JSON with sorted keys, without this field |

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::drivers::{Driver, Percentiles, samples};
use super::error::PlanningError;
use super::window::Window;
use crate::extract::columns::{MappedColumn, TimeWriting};
use crate::extract::findings::Layout;
use crate::extract::schema::{ColumnClass, Role};
use crate::features::table::FeatureTable;
use crate::segments::findings::{ScoreThresholds, Segment};
use crate::segments::rule::{Segmentation, counts};
use crate::stats::json::{self, Json};
use crate::stats::measured::Measured;
use crate::validation::findings::Migration;
use crate::validation::timeline::iso_date;

/// Marks the file.
pub const FORMAT: &str = "quadrant-baseline";
/// Version of the names in the file.
pub const SCHEMA_VERSION: u32 = 1;
/// Names the definitions of both scores and of the rule; another id means that scores cannot be compared.
pub const DEFINITIONS: &str = "canonical-1";

/// What the scores mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Definitions {
    /// [`DEFINITIONS`].
    pub id: String,
    /// Customers with fewer orders have no segment.
    pub min_orders: u32,
    /// Formula of the frequency score.
    pub frequency: String,
    /// Formula of the loyalty score.
    pub loyalty: String,
    /// What counts as high.
    pub high: String,
}

/// One score's frozen cuts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrozenScore {
    /// At or above is high.
    pub threshold: f64,
    /// 20th percentile of the reference.
    pub p20: f64,
    /// Median of the reference.
    pub p50: f64,
    /// 80th percentile of the reference.
    pub p80: f64,
    /// Percentiles of the reference.
    pub percentiles: Percentiles,
}

impl FrozenScore {
    fn of(thresholds: &ScoreThresholds, scores: &[f64]) -> Self {
        let ScoreThresholds { p20, p50, p80, used, .. } = *thresholds;
        Self { threshold: used, p20, p50, p80, percentiles: Percentiles::of(scores) }
    }
}

/// Both scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrozenThresholds {
    /// Of `freq_score`.
    pub frequency: FrozenScore,
    /// Of `loyalty_score`.
    pub loyalty: FrozenScore,
}

/// One segment's size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentShare {
    /// The segment.
    pub name: Segment,
    /// Customers.
    pub count: u64,
    /// Their share.
    pub share: f64,
}

/// How customers moved within the reference extract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MigrationReference {
    /// What the two parts are.
    pub description: String,
    /// Kappa with thresholds frozen, as monitoring has it.
    pub kappa_frozen: Measured<f64>,
    /// Share that kept its segment at frozen thresholds.
    pub agreement_frozen: Measured<f64>,
    /// Kappa that the scores' reliability allows at best.
    pub kappa_ceiling: Measured<f64>,
}

impl From<&Migration> for MigrationReference {
    fn from(found: &Migration) -> Self {
        Self {
            description: found.description.clone(),
            kappa_frozen: found.kappa_frozen.clone(),
            agreement_frozen: found.agreement_frozen.clone(),
            kappa_ceiling: found.kappa_ceiling.clone(),
        }
    }
}

/// `baseline.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// [`FORMAT`].
    pub format: String,
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Version of the build that wrote it.
    pub build: String,
    /// Id of the run's receipt.
    pub receipt: String,
    /// Seed of the run.
    pub seed: u64,
    /// What the scores mean.
    pub definitions: Definitions,
    /// Orders after this date were left out.
    pub as_of: Option<String>,
    /// Name of the customer column.
    pub id_name: String,
    /// The extract.
    pub extract: Window,
    /// Customers in a segment.
    pub customers: u64,
    /// The frozen cuts.
    pub thresholds: FrozenThresholds,
    /// The four segments.
    pub segments: Vec<SegmentShare>,
    /// The core drivers.
    pub drivers: Vec<Driver>,
    /// Movement within the reference extract.
    pub migration: Measured<MigrationReference>,
    /// Hash of everything else.
    pub sha256: String,
}

/// A finished run, as far as a baseline is made of it.
#[derive(Clone, Debug)]
pub struct Reference<'a> {
    /// Version of the build.
    pub build: &'a str,
    /// Id of the receipt.
    pub receipt: &'a str,
    /// Seed.
    pub seed: u64,
    /// Minimum number of orders.
    pub min_orders: u32,
    /// As-of date.
    pub as_of: Option<&'a str>,
    /// Name of the customer column.
    pub id_name: &'a str,
    /// The extract.
    pub window: &'a Window,
    /// Features of the qualified customers.
    pub table: &'a FeatureTable,
    /// Their segments.
    pub segmentation: Option<&'a Segmentation>,
    /// Movement found by validation.
    pub migration: Measured<&'a Migration>,
}

impl Baseline {
    /// Freezes a finished run.
    ///
    /// # Errors
    /// [`PlanningError::NothingToFreeze`] when nobody has a segment.
    pub fn of(run: &Reference<'_>) -> Result<Self, PlanningError> {
        let found = run.segmentation.filter(|found| !found.labels.is_empty()).ok_or(PlanningError::NothingToFreeze)?;
        let total = found.labels.len() as f64;
        let counts = counts(&found.labels);
        let mut baseline = Self {
            format: FORMAT.to_owned(),
            schema_version: SCHEMA_VERSION,
            build: run.build.to_owned(),
            receipt: run.receipt.to_owned(),
            seed: run.seed,
            definitions: Definitions {
                id: DEFINITIONS.to_owned(),
                min_orders: run.min_orders,
                frequency: "1 / (mean days between orders + 1)".to_owned(),
                loyalty: "reordered lines / lines".to_owned(),
                high: "score >= threshold".to_owned(),
            },
            as_of: run.as_of.map(str::to_owned),
            id_name: run.id_name.to_owned(),
            extract: run.window.clone(),
            customers: found.labels.len() as u64,
            thresholds: FrozenThresholds {
                frequency: FrozenScore::of(&found.thresholds.frequency, &found.freq),
                loyalty: FrozenScore::of(&found.thresholds.loyalty, &found.loyalty),
            },
            segments: Segment::ALL
                .into_iter()
                .zip(counts)
                .map(|(name, count)| SegmentShare { name, count, share: count as f64 / total })
                .collect(),
            drivers: samples(run.table, &found.labels).iter().map(Driver::of).collect(),
            migration: match &run.migration {
                Measured::Value(found) => Measured::Value(MigrationReference::from(*found)),
                Measured::NotMeasured(missing) => Measured::NotMeasured(missing.clone()),
            },
            sha256: String::new(),
        };
        baseline.sha256 = hash_of(&baseline.value()?);
        Ok(baseline)
    }

    fn value(&self) -> Result<Value, PlanningError> {
        json::value(self).map_err(|error| PlanningError::NotBaseline { detail: error.to_string() })
    }

    /// Reads a baseline and checks all that can be checked without an extract.
    ///
    /// # Errors
    /// [`PlanningError`]: no baseline, a newer schema, other definitions, a hash that does not fit, figures that
    /// cannot be.
    pub fn read(bytes: &[u8]) -> Result<Self, PlanningError> {
        let not = |detail: String| PlanningError::NotBaseline { detail };
        let value: Value = serde_json::from_slice(bytes).map_err(|error| not(error.to_string()))?;
        if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
            return Err(not(format!("the field \"format\" is not \"{FORMAT}\"")));
        }
        let version = value.get("schema_version").and_then(Value::as_u64);
        let version = version.ok_or_else(|| not("the field \"schema_version\" is not a number".to_owned()))?;
        if version > u64::from(SCHEMA_VERSION) {
            return Err(PlanningError::NewerSchema { found: version, known: SCHEMA_VERSION });
        }
        let computed = hash_of(&value);
        let found = value.get("sha256").and_then(Value::as_str).unwrap_or_default().to_owned();
        if found != computed {
            // Who lost a field on the way is helped more by its name than by two hashes.
            return Err(match misfit(&value) {
                Some(field) => not(field),
                None => PlanningError::HashMismatch { found, computed },
            });
        }
        let definitions = value.pointer("/definitions/id").and_then(Value::as_str).unwrap_or_default();
        if definitions != DEFINITIONS {
            return Err(PlanningError::OtherDefinitions { found: definitions.to_owned(), known: DEFINITIONS });
        }
        let baseline = Self::deserialize(Json(value.clone()))
            .map_err(|slip| not(misfit(&value).unwrap_or_else(|| slip.to_string())))?;
        baseline.check_figures()?;
        Ok(baseline)
    }

    fn check_figures(&self) -> Result<(), PlanningError> {
        let not = |detail: String| Err(PlanningError::NotBaseline { detail });
        for (name, score) in [("frequency", &self.thresholds.frequency), ("loyalty", &self.thresholds.loyalty)] {
            if !(0.0..=1.0).contains(&score.threshold) {
                return not(format!(
                    "the field \"thresholds.{name}.threshold\" is {}, which a threshold cannot be",
                    score.threshold
                ));
            }
            if !score.percentiles.is_sound() {
                return not(format!("the percentiles in the field \"thresholds.{name}.percentiles\" cannot be"));
            }
        }
        let counted = self.segments.iter().map(|s| s.count).fold(0, u64::saturating_add);
        if self.segments.len() != Segment::ALL.len()
            || self.segments.iter().zip(Segment::ALL).any(|(found, segment)| found.name != segment)
            || counted != self.customers
        {
            return not(format!(
                "the counts in the field \"segments\" are not those of the four, or do not add up: {counted}, and \
                 \"customers\" is {}",
                self.customers
            ));
        }
        if let Some(driver) =
            self.drivers.iter().find(|d| !d.bins.is_sound() || !d.grid.is_sound() || d.segments.len() != 4)
        {
            return not(format!("the bins of {} in the field \"drivers\" cannot be", driver.name));
        }
        if self.definitions.min_orders < 2 {
            return not("the field \"definitions.min_orders\" is below 2".to_owned());
        }
        Ok(())
    }

    /// The two frozen thresholds: frequency, loyalty.
    pub fn cuts(&self) -> (f64, f64) {
        (self.thresholds.frequency.threshold, self.thresholds.loyalty.threshold)
    }

    /// Can an extract be scored against this baseline? `renamed`: someone said by a mapping that columns have other
    /// names now.
    ///
    /// # Errors
    /// Another layout, roles that are derived in one and given in the other, other columns, keys or categories of
    /// another type, instants on another clock, dates in only one, or an extract that ends before the baseline does.
    pub fn accepts(&self, now: &Window, renamed: bool) -> Result<(), PlanningError> {
        let then = &self.extract;
        if then.layout != now.layout {
            return Err(PlanningError::OtherLayout { then: layout(then.layout), now: layout(now.layout) });
        }
        for role in Role::ALL {
            let (before, after) = (column(&then.columns, role), column(&now.columns, role));
            match (before, after) {
                (Some(before), Some(after)) => {
                    if is_key(role) && family(before.class) != family(after.class) {
                        return Err(PlanningError::OtherType {
                            role,
                            column: after.column.clone(),
                            then: before.kind.clone(),
                            now: after.kind.clone(),
                        });
                    }
                    let zone = |column: &MappedColumn| column.writing.as_ref().and_then(TimeWriting::zone);
                    if let (Some(then), Some(now)) = (zone(before), zone(after))
                        && then != now
                    {
                        return Err(PlanningError::OtherClock { column: after.column.clone(), then, now });
                    }
                    if before.column != after.column && !renamed && decides(role) {
                        return Err(PlanningError::OtherColumn {
                            role,
                            then: before.column.clone(),
                            now: after.column.clone(),
                        });
                    }
                }
                (None, None) => {}
                (before, _) => {
                    if decides(role) {
                        return Err(PlanningError::RoleDiffers { role, then: before.is_some() });
                    }
                }
            }
        }
        match (then.period, now.period) {
            (Some(then), Some(now)) if now.last.saturating_add(slack(then.days())) < then.last => {
                Err(PlanningError::ReversedTime { then: iso_date(then.last), now: iso_date(now.last) })
            }
            (Some(_), None) | (None, Some(_)) => Err(PlanningError::DatesDiffer { then: then.period.is_some() }),
            _ => Ok(()),
        }
    }

    /// Roles that decide a score and are played by another column now, as a mapping said, in words.
    pub fn renamed(&self, now: &Window) -> Vec<String> {
        let other = |role: Role| {
            let (then, now) = (column(&self.extract.columns, role)?, column(&now.columns, role)?);
            let words = || {
                format!(
                    "\"{}\" is read from {} now, and from {} in the baseline",
                    role.title(),
                    now.column,
                    then.column
                )
            };
            (decides(role) && then.column != now.column).then(words)
        };
        Role::ALL.into_iter().filter_map(other).collect()
    }

    /// Is the extract a window after the baseline's, or the whole history again? A window that begins inside the
    /// baseline's period shares orders with it, and the two would not be two observations.
    ///
    /// # Errors
    /// [`PlanningError::OverlappingTime`].
    pub fn follows(&self, now: &Window) -> Result<Overlap, PlanningError> {
        let (Some(then), Some(now)) = (self.extract.period, now.period) else { return Ok(Overlap::Unknown) };
        if now.first > then.last {
            Ok(Overlap::None)
        } else if now.first.saturating_sub(then.first) <= slack(then.days()) {
            Ok(Overlap::WholeHistory)
        } else {
            Err(PlanningError::OverlappingTime {
                now: iso_date(now.first),
                from: iso_date(then.first),
                to: iso_date(then.last),
            })
        }
    }
}

/// How a later extract lies to the baseline's period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// It begins after the baseline ends.
    None,
    /// It begins where the baseline begins, or before: lifetime averages, of which the baseline's are a part.
    WholeHistory,
    /// It begins inside the baseline's period, and someone said that this is meant.
    Rolling,
    /// There are no dates.
    Unknown,
}

/// Days by which the ends of two extracts may differ without meaning anything: the first orders of a period are few.
fn slack(days: i32) -> i32 {
    (days / 20).max(7)
}

fn layout(layout: Layout) -> String {
    match layout {
        Layout::Star => "star",
        Layout::Wide => "wide",
        Layout::Customers => "customers",
    }
    .to_owned()
}

fn column(columns: &[MappedColumn], role: Role) -> Option<&MappedColumn> {
    columns.iter().find(|column| column.role == role)
}

/// Roles whose presence or column decides how a score is derived.
fn decides(role: Role) -> bool {
    matches!(
        role,
        Role::Customer
            | Role::Order
            | Role::OrderSequence
            | Role::OrderTimestamp
            | Role::DaysSincePrior
            | Role::LineOrder
            | Role::Product
            | Role::Reordered
            | Role::Quantity
            | Role::FreqScore
            | Role::LoyaltyScore
            | Role::MeanDaysBetweenOrders
            | Role::ReorderRatio
    )
}

fn is_key(role: Role) -> bool {
    matches!(
        role,
        Role::Customer
            | Role::Order
            | Role::LineOrder
            | Role::Product
            | Role::ProductKey
            | Role::Category
            | Role::CategoryKey
    )
}

/// Whole numbers, whole floats (pandas writes them where a value is missing) and decimals are one family of keys.
fn family(class: ColumnClass) -> u8 {
    match class {
        ColumnClass::Integer | ColumnClass::Float => 0,
        ColumnClass::Text => 1,
        ColumnClass::Binary => 2,
        _ => 3,
    }
}

/// Some baseline: what its fields look like, for [`misfit`].
const SOUND: &str = r#"{"format": "", "schema_version": 1, "build": "", "receipt": "", "seed": 1, "as_of": null, "id_name": "",
"definitions": {"id": "", "min_orders": 5, "frequency": "", "loyalty": "", "high": ""},
"extract": {"layout": "star", "orders": 1, "order_lines": 1, "period": {"first": 1, "last": 1},
 "columns": [{"role": "customer", "file": "", "column": "", "kind": "", "class": "integer"}],
 "quality": {"customers": 1, "qualified": 1, "below_minimum": 1, "no_gap": 1, "no_lines": 1, "invalid_score": 1,
  "missing_gap_share": 0.5, "null_key_share": 0.5, "orphan_line_share": 0.5, "unknown_product_share": 0.5,
  "unknown_flag_share": 0.5, "empty_order_share": 0.5, "orders_per_customer": 0.5, "lines_per_order": 0.5}},
"customers": 1,
"thresholds": {
 "frequency": {"threshold": 0.5, "p20": 0.5, "p50": 0.5, "p80": 0.5, "percentiles": {"edges": [0.5], "values": [0.5]}},
 "loyalty": {"threshold": 0.5, "p20": 0.5, "p50": 0.5, "p80": 0.5, "percentiles": {"edges": [0.5], "values": [0.5]}}},
"segments": [{"name": "Champions", "count": 1, "share": 0.5}],
"drivers": [{"name": "", "customers": 1, "mean": 0.5, "std": 0.5, "bins": {"edges": [0.5], "counts": [1]},
 "grid": {"edges": [0.5], "counts": [1]},
 "segments": [{"segment": "Champions", "customers": 1, "mean": 0.5, "std": 0.5, "counts": [1]}]}],
"migration": {"description": "", "kappa_frozen": 0.5, "agreement_frozen": 0.5, "kappa_ceiling": 0.5}, "sha256": ""}"#;

/// The field that keeps a value from being a baseline, in words.
fn misfit(value: &Value) -> Option<String> {
    let sound = serde_json::from_str(SOUND).ok()?;
    json::misfit(value, &sound, &|value| Baseline::deserialize(Json(value)).is_ok())
}

/// SHA-256 of the compact JSON with sorted keys, without the hash itself.
fn hash_of(value: &Value) -> String {
    let mut value = value.clone();
    if let Some(fields) = value.as_object_mut() {
        fields.remove("sha256");
    }
    // serde_json's map keeps its keys sorted, and writing a parsed value cannot fail.
    let text = value.to_string();
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_a_baseline_is_one() {
        let sound: Value = serde_json::from_str(SOUND).unwrap();
        let baseline = Baseline::deserialize(Json(sound.clone())).unwrap();
        assert_eq!(baseline.value().unwrap(), sound, "with every field that a baseline has");
    }
}
