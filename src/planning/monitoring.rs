//! Has what the segments rest on moved? Thresholds and bin edges stay frozen; a re-estimated median would follow
//! whatever it is meant to watch.
//!
//! Bands are those of STATISTICS.md section 5, and know n: a band counts only where chance hardly reaches it.
//!
//! | signal | watch | alert, in two windows running |
//! |---|---|---|
//! | stability index of a driver | >= .10, p < .001 | >= .25, p < .001 |
//! | distance of its distribution functions (KS) | >= .10, p < .001 | >= .20, p < .001 |
//! | share of a segment | >= 3 points, p < .01 / 4 | > 5 points, p < .05 / 4 |
//! | mean of a driver within a segment | >= 10%, p < .001 / tests | never alone |
//! | kappa of the customers' movement | .10 below the reference, by 3 errors | never alone |
//! | completeness of the extract | too few orders: 10 points, p < .0001 | at once, p < .0001: data are not behaviour |
//!
//! Without any drift at most [`FALSE_ALARM`] of the windows are called watch or worse.

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Overlap};
use super::cohort::Movement;
use super::drivers::{Driver, Sample};
use super::error::PlanningError;
use super::quality::{QualityChange, quality_changes, uncounted_flags};
use super::shadow::{Shadow, shadow};
use super::window::{Period, Window};
use crate::report::figures::{coefficient, counted, decimal, integer, p_value, percent, significant};
use crate::segments::findings::Segment;
use crate::segments::rule::{Segmentation, counts};
use crate::stats::json::Json;
use crate::stats::measured::Measured;
use crate::stats::proportions::share_shift;
use crate::stats::{describe, kolmogorov, normal, psi};
use crate::validation::timeline::iso_date;

/// Marks the file.
pub const FORMAT: &str = "quadrant-drift";
/// Version of the names in `drift.json`.
pub const SCHEMA_VERSION: u32 = 1;
/// Share of windows without drift that may be called watch or worse: .01 by the shares (Bonferroni over four), .001 by
/// each of two tests of each of five drivers, less than .001 by the means.
pub const FALSE_ALARM: f64 = 0.02;

/// Stability index from which a driver is watched.
pub const PSI_WATCH: f64 = 0.10;
/// The same for the alert band.
pub const PSI_ALERT: f64 = 0.25;
/// Distance of the distribution functions from which a driver is watched.
pub const KS_WATCH: f64 = 0.10;
/// The same for the alert band.
pub const KS_ALERT: f64 = 0.20;
/// Chance below which a driver counts as moved.
pub const DRIVER_P: f64 = 0.001;
/// Shift of a share from which a segment is watched.
pub const SHARE_WATCH: f64 = 0.03;
/// Shift above which it is in the alert band.
pub const SHARE_ALERT: f64 = 0.05;
/// Chance, before Bonferroni, below which a watched share counts as moved.
pub const SHARE_P_WATCH: f64 = 0.01;
/// The same for the alert band.
pub const SHARE_P_ALERT: f64 = 0.05;
/// Relative change of a segment's mean that is worth a look \[judgement\].
pub const MEAN_WATCH: f64 = 0.10;
/// Loss of kappa against the reference that is worth a look \[judgement\].
pub const KAPPA_WATCH: f64 = 0.10;
/// Kappa that counts as poor where the baseline has no reference (Landis and Koch).
const KAPPA_POOR: f64 = 0.40;
/// Share of customers that new thresholds must move before recalibration is worth its disruption \[judgement\].
const RECALIBRATE: f64 = 0.05;

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Nothing moved beyond chance.
    Keep,
    /// Something moved; look again at the next window.
    Watch,
    /// It moved two windows running, or the data are broken: diagnose.
    Alert,
    /// It moved two windows running, customers behave otherwise, and new thresholds would matter: approve them or not.
    Recalibrate,
}

impl Call {
    /// Exit code of `quadrant monitor`.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Keep => 0,
            Self::Watch => 3,
            Self::Alert | Self::Recalibrate => 4,
        }
    }

    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Watch => "watch",
            Self::Alert => "alert",
            Self::Recalibrate => "recalibrate",
        }
    }
}

/// How far a signal reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Within its bands, or not beyond chance.
    Quiet,
    /// In the watch band.
    Watch,
    /// In the alert band.
    Alert,
}

/// One signal that is not quiet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// Stable name: `share:At Risk`, `psi:reorder_ratio`, `ks:...`, `mean:<driver>:<segment>`, `kappa`, `quality:...`.
    pub id: String,
    /// Its band.
    pub level: Level,
    /// Is it beyond chance at the level that makes a watch?
    pub sure: bool,
    /// Was it in the alert band in the window before, too?
    pub persistent: bool,
    /// What moved, in words.
    pub text: String,
}

/// A segment's share then and now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShareChange {
    /// The segment.
    pub segment: Segment,
    /// Customers in the baseline.
    pub count_before: u64,
    /// Share in the baseline.
    pub share_before: f64,
    /// Customers now.
    pub count_now: u64,
    /// Share now, at frozen thresholds.
    pub share_now: f64,
    /// Now less before.
    pub difference: f64,
    /// Two-proportion z, pooled.
    pub z: Measured<f64>,
    /// Its p, two-sided, unadjusted.
    pub p: Measured<f64>,
    /// Band.
    pub level: Level,
}

/// A driver's mean within a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeanChange {
    /// The segment.
    pub segment: Segment,
    /// Customers with a value now.
    pub customers: u64,
    /// Mean in the baseline.
    pub before: f64,
    /// Mean now.
    pub now: f64,
    /// Now less before, relative to before.
    pub relative: Measured<f64>,
    /// 95% interval of now less before, low end (Welch).
    pub low: Measured<f64>,
    /// High end.
    pub high: Measured<f64>,
    /// p of the difference (normal).
    pub p: Measured<f64>,
    /// Band.
    pub level: Level,
}

/// A driver then and now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DriverChange {
    /// Feature name.
    pub name: String,
    /// Customers with a value in the baseline.
    pub customers_before: u64,
    /// Customers with a value now.
    pub customers_now: u64,
    /// Mean in the baseline.
    pub mean_before: f64,
    /// Mean now.
    pub mean_now: f64,
    /// Stability index over the baseline's ten bins.
    pub psi: Measured<f64>,
    /// Chance of as much without drift.
    pub psi_p: Measured<f64>,
    /// What chance exceeds once in a thousand.
    pub psi_critical: Measured<f64>,
    /// Distance of the distribution functions on the baseline's grid: never more than the true one.
    pub ks: Measured<f64>,
    /// Chance of as much without drift.
    pub ks_p: Measured<f64>,
    /// What chance exceeds once in a thousand.
    #[serde(default = "unknown")]
    pub ks_critical: Measured<f64>,
    /// Band of the worse of the two.
    pub level: Level,
    /// Means within the segments.
    pub segments: Vec<MeanChange>,
}

/// Why it moved, as far as that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Nothing moved.
    None,
    /// The extract is not what it was.
    Data,
    /// Other customers came, or some left; those who stayed behave as before.
    Mix,
    /// The same customers behave otherwise.
    Behaviour,
    /// Not to be told without the earlier assignments.
    Unknown,
}

/// Which windows are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Hash of the baseline.
    pub baseline: String,
    /// Receipt id of the baseline's run.
    pub receipt: String,
    /// Customers in a segment, baseline.
    pub customers_before: u64,
    /// Customers in a segment, now.
    pub customers_now: u64,
    /// The baseline's period.
    pub period_before: Option<Period>,
    /// This window's.
    pub period_now: Option<Period>,
    /// How they lie to each other.
    pub overlap: Overlap,
}

/// `drift.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    /// [`FORMAT`].
    pub format: String,
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Version of the build.
    pub build: String,
    /// What to do.
    pub call: Call,
    /// Exit code of `quadrant monitor`: 0 keep, 3 watch, 4 alert or recalibrate.
    pub exit_code: u8,
    /// One line.
    pub summary: String,
    /// Why it moved.
    pub cause: Cause,
    /// Why that is thought.
    pub cause_text: String,
    /// Which windows.
    pub compared: Compared,
    /// Everything that is not quiet, heaviest first.
    pub signals: Vec<Signal>,
    /// The four shares.
    pub shares: Vec<ShareChange>,
    /// The core drivers.
    pub drivers: Vec<DriverChange>,
    /// Completeness.
    pub quality: Vec<QualityChange>,
    /// The same customers before and now.
    pub movement: Measured<Movement>,
    /// What new thresholds would be and do.
    pub shadow: Shadow,
    /// Earlier windows that persistence was judged by.
    pub windows_before: u64,
    /// What the reader should know.
    pub warnings: Vec<String>,
}

impl Drift {
    /// Reads an earlier `drift.json` made with `baseline`.
    ///
    /// # Errors
    /// [`PlanningError::Earlier`].
    pub fn read(bytes: &[u8], baseline: &Baseline) -> Result<Self, PlanningError> {
        let refuse = |detail: String| PlanningError::Earlier { detail };
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| refuse(error.to_string()))?;
        if value.get("format").and_then(serde_json::Value::as_str) != Some(FORMAT) {
            return Err(refuse(format!("the field \"format\" is not \"{FORMAT}\"")));
        }
        let version = value.get("schema_version").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if version > u64::from(SCHEMA_VERSION) {
            return Err(refuse(format!("it has schema version {version}; this build reads up to {SCHEMA_VERSION}")));
        }
        let drift = Self::deserialize(Json(value)).map_err(|error| refuse(error.to_string()))?;
        if drift.compared.baseline != baseline.sha256 {
            return Err(refuse("it was made with another baseline".to_owned()));
        }
        Ok(drift)
    }

    /// Is this a window after that of `earlier`? One window that counts twice would be its own confirmation.
    ///
    /// # Errors
    /// [`PlanningError::Earlier`].
    pub fn comes_after(&self, earlier: &Self) -> Result<(), PlanningError> {
        let refuse = |detail: String| Err(PlanningError::Earlier { detail });
        let shares = |drift: &Self| drift.shares.iter().map(|share| share.count_now).collect::<Vec<_>>();
        let means = |drift: &Self| drift.drivers.iter().map(|d| (d.customers_now, d.mean_now)).collect::<Vec<_>>();
        if shares(self) == shares(earlier) && means(self) == means(earlier) {
            return refuse("it was made from this very extract, and an alert needs two windows".to_owned());
        }
        match (earlier.compared.period_now, self.compared.period_now) {
            (Some(then), Some(now)) if now.last <= then.last => refuse(format!(
                "its window ends on {}, this one on {}: it is not the window before",
                iso_date(then.last),
                iso_date(now.last)
            )),
            _ => Ok(()),
        }
    }
}

/// Oldest first and each once: by the last days of their windows, else by the windows that each had behind it.
pub fn in_order(mut drifts: Vec<Drift>) -> Vec<Drift> {
    drifts.sort_by_key(|drift| (drift.compared.period_now.map(|period| period.last), drift.windows_before));
    drifts.dedup();
    drifts
}

/// The later window.
#[derive(Clone, Debug)]
pub struct Now<'a> {
    /// Version of the build.
    pub build: &'a str,
    /// The extract.
    pub window: &'a Window,
    /// How it lies to the baseline's.
    pub overlap: Overlap,
    /// Scores and segments at the frozen thresholds.
    pub segmentation: &'a Segmentation,
    /// The core drivers.
    pub samples: &'a [Sample],
    /// The same customers before and now.
    pub movement: Measured<Movement>,
    /// Drift files of the windows between the baseline and this one, oldest first.
    pub earlier: &'a [Drift],
}

/// Compares a window with the baseline.
pub fn monitor(baseline: &Baseline, now: &Now<'_>) -> Drift {
    let labels = &now.segmentation.labels;
    let mut signals = Vec::new();
    let quality = quality_changes(baseline, now.window, now.samples);
    for change in quality.iter().filter(|change| change.level > Level::Quiet) {
        signals.push(Signal {
            id: format!("quality:{}", change.name),
            level: change.level,
            sure: true,
            persistent: false,
            text: change.text.clone(),
        });
    }
    let shares = share_changes(baseline, labels, &mut signals);
    let drivers = driver_changes(baseline, now.samples, &mut signals);
    kappa_signal(baseline, &now.movement, &mut signals);
    let last = now.earlier.last();
    for signal in &mut signals {
        let before = last.and_then(|drift| drift.signals.iter().find(|s| s.id == signal.id));
        signal.persistent = signal.level == Level::Alert && before.is_some_and(|s| s.level == Level::Alert);
    }
    // Stable: within a level, in the order of the bands above.
    signals.sort_by_key(|s| (std::cmp::Reverse(s.persistent), std::cmp::Reverse(s.level), !s.sure));
    let shadow = shadow(now.segmentation);
    let broken = signals.iter().any(|s| s.id.starts_with("quality:") && s.level == Level::Alert);
    let flags = uncounted_flags(baseline, now.window).filter(|_| !broken && !signals.is_empty());
    let (cause, cause_text) = match flags {
        Some(text) => (Cause::Unknown, text),
        None => cause(&signals, &drivers, baseline, &now.movement),
    };
    let call = if broken {
        Call::Alert
    } else if signals.iter().any(|s| s.persistent) {
        if cause == Cause::Behaviour && shadow.moved_share >= RECALIBRATE { Call::Recalibrate } else { Call::Alert }
    } else if signals.iter().any(|s| s.sure) {
        Call::Watch
    } else {
        Call::Keep
    };
    let compared = Compared {
        baseline: baseline.sha256.clone(),
        receipt: baseline.receipt.clone(),
        customers_before: baseline.customers,
        customers_now: labels.len() as u64,
        period_before: baseline.extract.period,
        period_now: now.window.period,
        overlap: now.overlap,
    };
    Drift {
        format: FORMAT.to_owned(),
        schema_version: SCHEMA_VERSION,
        build: now.build.to_owned(),
        call,
        exit_code: call.exit_code(),
        summary: summary(call, &signals, &compared),
        cause,
        cause_text,
        warnings: warnings(baseline, now, &signals),
        compared,
        signals,
        shares,
        drivers,
        quality,
        movement: now.movement.clone(),
        shadow,
        windows_before: now.earlier.len() as u64,
    }
}

fn share_changes(baseline: &Baseline, labels: &[Segment], signals: &mut Vec<Signal>) -> Vec<ShareChange> {
    let now = counts(labels);
    let (before_total, now_total) = (baseline.customers, labels.len() as u64);
    let tests = baseline.segments.len() as f64;
    baseline
        .segments
        .iter()
        .zip(now)
        .map(|(before, count_now)| {
            let test = share_shift(before.count, before_total, count_now, now_total);
            let share_now = if now_total == 0 { 0.0 } else { count_now as f64 / now_total as f64 };
            let difference = share_now - before.share;
            let p = test.map_or(1.0, |test| test.p);
            let sure = difference.abs() >= SHARE_WATCH && p < SHARE_P_WATCH / tests;
            let level = if difference.abs() > SHARE_ALERT && p < SHARE_P_ALERT / tests {
                Level::Alert
            } else if sure {
                Level::Watch
            } else {
                Level::Quiet
            };
            if level > Level::Quiet {
                signals.push(Signal {
                    id: format!("share:{}", before.name.name()),
                    level,
                    sure,
                    persistent: false,
                    text: format!(
                        "{} went from {} to {} of the customers ({})",
                        before.name.name(),
                        percent(before.share),
                        percent(share_now),
                        p_value(p)
                    ),
                });
            }
            let constant = "the segment holds nobody, or everybody, both times";
            ShareChange {
                segment: before.name,
                count_before: before.count,
                share_before: before.share,
                count_now,
                share_now,
                difference,
                z: Measured::finite(test.map_or(f64::NAN, |test| test.z), constant),
                p: Measured::finite(test.map_or(f64::NAN, |test| test.p), constant),
                level,
            }
        })
        .collect()
}

fn driver_changes(baseline: &Baseline, samples: &[Sample], signals: &mut Vec<Signal>) -> Vec<DriverChange> {
    let tests = (baseline.drivers.len() * Segment::ALL.len()).max(1) as f64;
    baseline
        .drivers
        .iter()
        .filter_map(|driver| {
            let sample = samples.iter().find(|sample| sample.name == driver.name)?;
            Some(driver_change(driver, sample, tests, signals))
        })
        .collect()
}

fn driver_change(driver: &Driver, sample: &Sample, tests: f64, signals: &mut Vec<Signal>) -> DriverChange {
    let index = psi::from_counts(&driver.bins.counts, &psi::histogram(&sample.values, &driver.bins.edges));
    let ks = grid_ks(driver, sample);
    let band = |value: f64, p: f64, watch: f64, alert: f64| match value {
        _ if p >= DRIVER_P => Level::Quiet,
        value if value >= alert => Level::Alert,
        value if value >= watch => Level::Watch,
        _ => Level::Quiet,
    };
    let name = &driver.name;
    let mean_now = describe::mean(&sample.values).unwrap_or(0.0);
    let means = format!("mean {} to {}", significant(driver.mean, 3), significant(mean_now, 3));
    let n = integer(sample.values.len() as u64);
    let mut level = Level::Quiet;
    if let Some(index) = index {
        let found = band(index.psi, index.p, PSI_WATCH, PSI_ALERT);
        if found > Level::Quiet {
            let text = format!("{name}: PSI {} at n = {n} ({means}; {})", coefficient(index.psi), p_value(index.p));
            signals.push(Signal { id: format!("psi:{name}"), level: found, sure: true, persistent: false, text });
        }
        level = level.max(found);
    }
    if let Some((d, p)) = ks {
        let found = band(d, p, KS_WATCH, KS_ALERT);
        if found > Level::Quiet {
            let text = format!("{name}: KS distance {} at n = {n} ({})", coefficient(d), p_value(p));
            signals.push(Signal { id: format!("ks:{name}"), level: found, sure: true, persistent: false, text });
        }
        level = level.max(found);
    }
    let own = sample.parted();
    let segments = driver
        .segments
        .iter()
        .map(|before| {
            let change = mean_change(before, &own[before.segment as usize], tests);
            if change.level > Level::Quiet {
                let text = format!(
                    "{name} of {}: mean {} to {}",
                    change.segment.name(),
                    significant(change.before, 3),
                    significant(change.now, 3)
                );
                let id = format!("mean:{name}:{}", change.segment.name());
                signals.push(Signal { id, level: change.level, sure: true, persistent: false, text });
            }
            change
        })
        .collect();
    let few = "too few customers";
    DriverChange {
        name: name.clone(),
        customers_before: driver.customers,
        customers_now: sample.values.len() as u64,
        mean_before: driver.mean,
        mean_now,
        psi: Measured::finite(index.map_or(f64::NAN, |i| i.psi), few),
        psi_p: Measured::finite(index.map_or(f64::NAN, |i| i.p), few),
        psi_critical: Measured::finite(index.map_or(f64::NAN, |i| i.critical_001), few),
        ks: Measured::finite(ks.map_or(f64::NAN, |k| k.0), few),
        ks_p: Measured::finite(ks.map_or(f64::NAN, |k| k.1), few),
        ks_critical: Measured::finite(ks_critical(driver.grid.counts.iter().sum(), sample.values.len()), few),
        level,
        segments,
    }
}

/// Distance of the distribution functions at the edges of the grid, and its p.
///
/// Both functions are known exactly there, and the largest distance may lie between: D is a lower bound, p an upper.
fn grid_ks(driver: &Driver, sample: &Sample) -> Option<(f64, f64)> {
    let counts = psi::histogram(&sample.values, &driver.grid.edges);
    let (n, m) = (driver.grid.counts.iter().sum::<u64>() as f64, counts.iter().sum::<u64>() as f64);
    if n == 0.0 || m == 0.0 {
        return None;
    }
    let (mut before, mut now, mut d) = (0, 0, 0.0_f64);
    for (b, c) in driver.grid.counts.iter().zip(&counts) {
        before += b;
        now += c;
        d = d.max((before as f64 / n - now as f64 / m).abs());
    }
    let effective = (libm::rint(n * m / (n + m)) as u64).max(1);
    Some((d, kolmogorov::sf(effective, d)?))
}

/// The distance that chance exceeds once in a thousand: `sqrt(-ln(p / 2) / 2 * (1 / n + 1 / m))` (asymptotic).
fn ks_critical(n: u64, m: usize) -> f64 {
    (-libm::log(DRIVER_P / 2.0) / 2.0 * (1.0 / n as f64 + 1.0 / m as f64)).sqrt()
}

/// Drift files of an earlier build have no such figure.
fn unknown() -> Measured<f64> {
    Measured::absent("the drift file was written by an earlier build", "")
}

fn mean_change(before: &super::drivers::SegmentDriver, own: &[f64], tests: f64) -> MeanChange {
    let now = describe::mean(own).unwrap_or(0.0);
    let (n, m) = (before.customers as f64, own.len() as f64);
    let spread = describe::std(own, 1).unwrap_or(f64::NAN);
    let error = (before.std * before.std / n + spread * spread / m).sqrt();
    let difference = now - before.mean;
    let known = error.is_finite() && error > 0.0 && before.customers > 1;
    let p = if known { normal::two_sided_p(difference / error) } else { f64::NAN };
    let half = normal::upper_quantile(0.025) * error;
    let relative = difference / before.mean.abs();
    let moved = relative.is_finite() && relative.abs() >= MEAN_WATCH && p < DRIVER_P / tests;
    let few = "fewer than two customers on one side, or no spread";
    let some = |value: f64| Measured::finite(if known { value } else { f64::NAN }, few);
    MeanChange {
        segment: before.segment,
        customers: own.len() as u64,
        before: before.mean,
        now,
        relative: some(relative),
        low: some(difference - half),
        high: some(difference + half),
        p: Measured::finite(p, few),
        level: if moved { Level::Watch } else { Level::Quiet },
    }
}

fn kappa_signal(baseline: &Baseline, movement: &Measured<Movement>, signals: &mut Vec<Signal>) {
    let Some(movement) = movement.value() else { return };
    let (Some(&kappa), Some(&error)) = (movement.kappa.value(), movement.kappa_error.value()) else { return };
    let reference = baseline.migration.value().and_then(|found| found.kappa_frozen.value()).copied();
    let limit = reference.map_or(KAPPA_POOR, |reference| reference - KAPPA_WATCH);
    if kappa + 3.0 * error < limit {
        let beside = match reference {
            Some(reference) => format!("within the reference extract it was {}", coefficient(reference)),
            None => format!("below {} is poor", coefficient(KAPPA_POOR)),
        };
        let text = format!("customers change segment more than they should: kappa {} ({beside})", coefficient(kappa));
        signals.push(Signal { id: "kappa".to_owned(), level: Level::Watch, sure: true, persistent: false, text });
    }
}

/// Data, mix or behaviour: by the completeness of the extract, then by what those who stayed did themselves.
fn cause(
    signals: &[Signal],
    drivers: &[DriverChange],
    baseline: &Baseline,
    movement: &Measured<Movement>,
) -> (Cause, String) {
    if signals.is_empty() {
        return (Cause::None, "Nothing moved beyond chance.".to_owned());
    }
    if signals.iter().any(|s| s.id.starts_with("quality:") && s.level == Level::Alert) {
        let text = "The extract is not as whole as the baseline's: mend the data before reading anything else.";
        return (Cause::Data, text.to_owned());
    }
    if let Some(length) = signals.iter().find(|s| s.id == "quality:orders_per_customer") {
        let text = format!("{}. Compare windows of the same length before asking why.", length.text);
        return (Cause::Unknown, capital(&text));
    }
    let Measured::Value(movement) = movement else {
        let text = "Whether other customers came or the same ones changed cannot be told without the earlier \
                    assignments.";
        return (Cause::Unknown, text.to_owned());
    };
    // The axis that moved most, in units of the baseline's spread.
    let spread =
        |name: &str| baseline.drivers.iter().find(|d| d.name == name).map_or(1.0, |d| d.std.max(f64::MIN_POSITIVE));
    let size = |axis: &&super::cohort::AxisChange| ((axis.mean_now - axis.mean_before) / spread(&axis.name)).abs();
    let Some(axis) = movement.axes.iter().max_by(|a, b| size(a).total_cmp(&size(b))) else {
        return (Cause::Unknown, "No customer has a segment both times.".to_owned());
    };
    let outside = drivers.iter().find(|d| d.level > Level::Quiet && !movement.axes.iter().any(|a| a.name == d.name));
    let beside = outside.map_or_else(String::new, |d| format!(" {} moved as well.", d.name));
    let told = format!(
        "{}: of a change of {} the same customers account for {} and who came or left for {}.{beside}",
        axis.name,
        decimal(axis.mean_now - axis.mean_before, 3),
        decimal(axis.behaviour, 3),
        decimal(axis.mix, 3)
    );
    let stayers_changed = match (axis.stayers_low.value(), axis.stayers_high.value()) {
        (Some(&low), Some(&high)) => low > 0.0 || high < 0.0,
        _ => false,
    };
    if stayers_changed && axis.behaviour.abs() >= axis.mix.abs() {
        (Cause::Behaviour, told)
    } else {
        (Cause::Mix, told)
    }
}

fn summary(call: Call, signals: &[Signal], compared: &Compared) -> String {
    const SHOWN: usize = 3;
    let base = format!("{} customers against {}", integer(compared.customers_now), integer(compared.customers_before));
    if signals.is_empty() {
        return format!("{}: nothing moved beyond chance ({base})", call.name());
    }
    let told: Vec<&str> = signals.iter().take(SHOWN).map(|signal| signal.text.as_str()).collect();
    let more = signals.len().saturating_sub(SHOWN);
    let more =
        if more > 0 { format!("; {}", counted(more as u64, "more signal", "more signals")) } else { String::new() };
    format!("{}: {}{more} ({base})", call.name(), told.join("; "))
}

fn warnings(baseline: &Baseline, now: &Now<'_>, signals: &[Signal]) -> Vec<String> {
    let mut warnings: Vec<String> = baseline.renamed(now.window).iter().map(|words| format!("{words}.")).collect();
    warnings.extend(uncounted_flags(baseline, now.window));
    match now.overlap {
        Overlap::WholeHistory => warnings.push(
            "The extract covers the baseline's period again: averages over whole lifetimes change slowly and the two share \
             orders. Compare trailing windows (90 days, say) to see a change within two months."
                .to_owned(),
        ),
        Overlap::Rolling => warnings.push(
            "The windows overlap: what they share counts twice, so that two windows running are less than two observations."
                .to_owned(),
        ),
        Overlap::Unknown => warnings.push(
            "The extracts have no dates: that this one is later, and shares no orders with the baseline's, is taken on trust."
                .to_owned(),
        ),
        Overlap::None => {}
    }
    let before = now.earlier.last().and_then(|drift| drift.compared.period_now);
    if let (Overlap::None, Some(before), Some(period)) = (now.overlap, before, now.window.period)
        && period.first <= before.last
    {
        warnings.push(format!(
            "This window and the one before share the days from {} to {}: two windows running are then less than two \
             observations.",
            iso_date(period.first),
            iso_date(before.last)
        ));
    }
    if signals.iter().any(|s| s.level == Level::Alert && !s.persistent && !s.id.starts_with("quality:")) {
        warnings.push(
            "A signal in the alert band becomes an alert when the next window shows it too: give this drift.json along with \
             that window."
                .to_owned(),
        );
    }
    warnings
}

/// A sentence begins with a capital.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
