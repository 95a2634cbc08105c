//! Silhouette over the number of clusters, every feature set under the same terms, beside what structureless data
//! would score.

use super::frame::{Frame, fit, text_width};
use super::scale::{Bend, Scale, spread, ticks};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::clustering::findings::{ClusteringFindings, NullBenchmark};
use crate::ordered::order_by;
use crate::report::document::Table;
use crate::report::{figures, wording};
use serde::{Deserialize, Serialize};

/// Upper ends of no structure and weak structure (Kaufman and Rousseeuw).
const BANDS: [(f64, &str); 3] = [(0.25, "weak structure above"), (0.5, "reasonable above"), (0.7, "strong above")];

/// What the curves are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curves {
    /// One per feature set with a silhouette.
    pub curves: Vec<Curve>,
    /// What structureless data score on the best set, by k.
    pub nulls: Vec<Null>,
    /// Lowest and highest silhouette that must find room.
    pub range: (f64, f64),
    /// What it says.
    pub sentence: String,
    /// The numbers behind it.
    pub table: Table,
}

/// One feature set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Its name for people.
    pub name: String,
    /// Has it the best silhouette of all?
    pub best: bool,
    /// Number of clusters and silhouette.
    pub points: Vec<(u32, f64)>,
    /// Number of clusters, and the sampling interval of the silhouette; of the best set only.
    pub intervals: Vec<(u32, f64, f64)>,
}

/// What structureless data score at one k.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Null {
    /// Number of clusters.
    pub k: u32,
    /// Mean silhouette.
    pub mean: f64,
    /// Standard deviation over draws.
    pub sd: f64,
    /// In words.
    pub said: String,
}

impl Curves {
    /// Of these findings; `None` where no silhouette was measured.
    pub fn of(findings: &ClusteringFindings) -> Option<Self> {
        let mut curves: Vec<(&str, Curve)> = Vec::new();
        for set in &findings.sets {
            let points: Vec<(u32, f64)> =
                set.grid.iter().filter_map(|cell| cell.silhouette.value().map(|s| (cell.k, *s))).collect();
            if !points.is_empty() {
                let intervals = set
                    .grid
                    .iter()
                    .filter_map(|cell| Some((cell.k, *cell.silhouette_low.value()?, *cell.silhouette_high.value()?)));
                let name = wording::feature_set(&set.id);
                curves.push((&set.id, Curve { name, best: false, points, intervals: intervals.collect() }));
            }
        }
        let peak = |curve: &Curve| curve.points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
        let (best, top) = curves.iter().map(|(id, curve)| (*id, peak(curve))).max_by(|a, b| a.1.total_cmp(&b.1))?;
        let own = |id: &str, curve: Curve| {
            let best = id == best;
            Curve { best, intervals: if best { curve.intervals } else { Vec::new() }, ..curve }
        };
        let curves: Vec<Curve> = curves.into_iter().map(|(id, curve)| own(id, curve)).collect();
        let all = || curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.1));
        // The band where it was measured on this set, else the one k of the verdict.
        let banded = findings.null_band.iter().any(|null| null.set == best);
        let nulls = if banded { &findings.null_band } else { &findings.null_benchmark };
        let highest = all().chain(nulls.iter().map(|null| null.null_mean + 2.0 * null.null_sd)).fold(0.3, f64::max);
        Some(Self {
            nulls: nulls_of(nulls, best),
            range: (all().fold(0.0, f64::min), highest),
            sentence: sentence(findings, best, top),
            table: table(findings),
            curves,
        })
    }
}

/// Of the first reference tried on this set, by k.
fn nulls_of(nulls: &[NullBenchmark], set: &str) -> Vec<Null> {
    let mut ours: Vec<&NullBenchmark> = nulls.iter().filter(|null| null.set == set).collect();
    order_by(&mut ours, |a, b| a.reference.cmp(&b.reference).then(a.k.cmp(&b.k)));
    let reference = ours.first().map(|null| null.reference.clone()).unwrap_or_default();
    ours.retain(|null| null.reference == reference);
    let said = |null: &NullBenchmark| {
        format!(
            "Structureless data, k = {}: silhouette {} on average over {} draws; observed {} ({})",
            null.k,
            figures::coefficient(null.null_mean),
            null.draws,
            figures::coefficient(null.observed),
            figures::p_value(null.p)
        )
    };
    ours.into_iter().map(|null| Null { k: null.k, mean: null.null_mean, sd: null.null_sd, said: said(null) }).collect()
}

/// The curves; `None` where there are none.
pub fn draw(input: &Curves, frame: Frame) -> Option<Scene> {
    let Curves { curves, nulls, range: (lowest, highest), sentence, table } = input;
    let (lowest, highest) = (*lowest, *highest);
    let all = || curves.iter().flat_map(|curve| curve.points.iter().map(|point| point.0));
    let (first, last) = (all().min()?, all().max()?);
    let narrow = frame.is_narrow();
    let height = if narrow { 340.0 } else { 400.0 };
    let (left, right, top, floor) = (40.0, frame.width - if narrow { 8.0 } else { 224.0 }, 16.0, height - 44.0);
    let x = Scale::new(Bend::Linear, (f64::from(first), f64::from(last)), (left + 12.0, right - 8.0));
    let y = Scale::new(Bend::Linear, (lowest, highest + 0.02), (floor, top));
    let mut scene = Scene {
        name: "k-curve",
        title: "Is there anything to cut along?".to_owned(),
        sentence: sentence.clone(),
        width: frame.width,
        height,
        marks: Vec::new(),
        table: table.clone(),
    };
    for tick in ticks(lowest, highest, 5) {
        let at = y.at(tick);
        scene.line((left, at), (right, at), if tick == 0.0 { "axis" } else { "grid" });
        scene.text((left - 8.0, at + 4.5), Anchor::End, figures::decimal(tick, 2), "tick-label");
    }
    for (level, name) in BANDS.into_iter().filter(|(level, _)| *level < highest) {
        let at = y.at(level);
        scene.line((left, at), (right, at), "band strong");
        scene.text((right, at - 6.0), Anchor::End, name, "band-label halo");
    }
    for k in first..=last {
        scene.text((x.at(f64::from(k)), floor + 19.0), Anchor::Middle, k.to_string(), "tick-label");
    }
    scene.text((left, floor + 38.0), Anchor::Start, "Number of clusters, k", "axis-label");
    null_marks(&mut scene, nulls, (x, y));
    for curve in curves.iter().filter(|curve| curve.intervals.len() > 1) {
        let across = |k: u32| x.at(f64::from(k));
        let mut band: Vec<(f64, f64)> = curve.intervals.iter().map(|(k, _, high)| (across(*k), y.at(*high))).collect();
        band.extend(curve.intervals.iter().rev().map(|(k, low, _)| (across(*k), y.at(*low))));
        scene.marks.push(Mark::new(Shape::Area(band), "interval-band"));
    }
    for curve in curves {
        let class = if curve.best { "curve best" } else { "curve" };
        let line = curve.points.iter().map(|(k, s)| (x.at(f64::from(*k)), y.at(*s))).collect();
        scene.marks.push(Mark::new(Shape::Path(line), class));
    }
    for curve in curves.iter().filter(|curve| curve.best) {
        for (k, silhouette) in &curve.points {
            let dot = Shape::Circle { at: (x.at(f64::from(*k)), y.at(*silhouette)), radius: 4.0 };
            let within = curve.intervals.iter().find(|interval| interval.0 == *k);
            let within = within.map_or_else(String::new, |(_, low, high)| {
                format!(", 95% interval {}", figures::interval(*low, *high))
            });
            let said = format!("{}, k = {k}: silhouette {}{within}", curve.name, figures::coefficient(*silhouette));
            scene.marks.push(Mark::new(dot, "dot best").saying(said));
        }
    }
    if narrow {
        // Only the best has room for its name, above its highest point.
        for curve in curves.iter().filter(|curve| curve.best) {
            let peak = curve.points.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((k, silhouette)) = peak {
                let words = fit(&curve.name, 13.0, right - left - 20.0);
                let start = (x.at(f64::from(k)) + 8.0).min(right - text_width(&words, 13.0)).max(left);
                scene.text((start, y.at(silhouette) - 10.0), Anchor::Start, words, "curve-label best halo");
            }
        }
    } else {
        labels(&mut scene, curves, right, (y, top, floor));
    }
    Some(scene)
}

/// What structureless data score: a band through the k that were tried on the best set, or a bar at one k.
fn null_marks(scene: &mut Scene, ours: &[Null], (x, y): (Scale, Scale)) {
    let low = |null: &Null| y.at(null.mean - 2.0 * null.sd);
    let high = |null: &Null| y.at(null.mean + 2.0 * null.sd);
    let across = |null: &Null| x.at(f64::from(null.k));
    if ours.len() > 1 {
        let mut area: Vec<(f64, f64)> = ours.iter().map(|null| (across(null), high(null))).collect();
        area.extend(ours.iter().rev().map(|null| (across(null), low(null))));
        scene.marks.push(Mark::new(Shape::Area(area), "null-band"));
    }
    for null in ours {
        let centre = across(null);
        let (top, bottom) = (high(null), low(null));
        let bar =
            Shape::Rect { x: centre - 9.0, y: top.min(bottom - 3.0), width: 18.0, height: (bottom - top).max(3.0) };
        scene.marks.push(Mark::new(bar, "null-bar").saying(null.said.clone()));
    }
    const WORDS: &str = "structureless data";
    match ours {
        [] => {}
        // Above a bar alone: curves and ticks lie below.
        [one] => scene.text((across(one) - 9.0, high(one) - 6.0), Anchor::Start, WORDS, "null-label halo"),
        [.., last] => {
            let at = across(last).max(text_width(WORDS, 12.5) / 2.0 + 2.0);
            scene.text((at, low(last) + 18.0), Anchor::Middle, WORDS, "null-label halo");
        }
    }
}

fn labels(scene: &mut Scene, curves: &[Curve], right: f64, (y, top, floor): (Scale, f64, f64)) {
    let mut ends: Vec<(f64, &Curve)> =
        curves.iter().filter_map(|curve| curve.points.last().map(|point| (y.at(point.1), curve))).collect();
    order_by(&mut ends, |a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f64> = ends.iter().map(|end| end.0).collect();
    for (at, (end, curve)) in spread(&wanted, 18.0, top, floor).into_iter().zip(&ends) {
        let class = if curve.best { "curve-label best" } else { "curve-label" };
        scene.line((right - 4.0, *end), (right + 10.0, at), "leader");
        scene.text((right + 14.0, at + 4.5), Anchor::Start, fit(&curve.name, 13.0, 208.0), class);
    }
}

/// The grid of every set.
pub fn table(findings: &ClusteringFindings) -> Table {
    let mut table = Table::new("k-means on every feature set: the same rows, seed and grid")
        .words("Feature set")
        .numbers("Columns")
        .numbers("k")
        .numbers("Silhouette")
        .numbers("Interval")
        .numbers("Calinski-Harabasz")
        .numbers("Davies-Bouldin")
        .numbers("Smallest cluster");
    for set in &findings.sets {
        for cell in &set.grid {
            let number = |value: &crate::stats::measured::Measured<f64>, format: fn(f64) -> String| {
                crate::report::tables::or_dash(value, format)
            };
            let interval = match (cell.silhouette_low.value(), cell.silhouette_high.value()) {
                (Some(low), Some(high)) => figures::interval(*low, *high),
                _ => "–".to_owned(),
            };
            table.row([
                wording::feature_set(&set.id).into(),
                figures::integer(set.features).into(),
                cell.k.to_string().into(),
                number(&cell.silhouette, figures::coefficient).into(),
                interval.into(),
                number(&cell.calinski_harabasz, figures::mean).into(),
                number(&cell.davies_bouldin, figures::coefficient).into(),
                figures::percent(cell.smallest_cluster_share).into(),
            ]);
        }
    }
    table
}

fn sentence(findings: &ClusteringFindings, best: &str, peak: f64) -> String {
    let null =
        findings.null_benchmark.iter().filter(|null| null.set == best).max_by(|a, b| a.observed.total_cmp(&b.observed));
    let beside = null.map_or_else(String::new, |null| {
        format!(
            " Structureless data of the same shape scores {} at k = {}.",
            figures::coefficient(null.null_mean),
            null.k
        )
    });
    format!(
        "The best separation of any set and any k is {} ({}).{beside}",
        figures::coefficient(peak),
        wording::inside(&wording::feature_set(best))
    )
}
