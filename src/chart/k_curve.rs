//! Silhouette over the number of clusters, every feature set under the same terms, beside what structureless data
//! would score.

use super::frame::{Frame, fit};
use super::scale::{Bend, Scale, spread, ticks};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::clustering::findings::{ClusteringFindings, NullBenchmark, SetFindings};
use crate::report::document::Table;
use crate::report::{figures, wording};

/// Upper ends of no structure and weak structure (Kaufman and Rousseeuw).
const BANDS: [(f64, &str); 3] = [(0.25, "weak structure above"), (0.5, "reasonable above"), (0.7, "strong above")];

/// The curve; `None` where no silhouette was measured.
pub fn draw(findings: &ClusteringFindings, frame: Frame) -> Option<Scene> {
    let curves: Vec<(&SetFindings, Vec<(u32, f64)>)> = findings
        .sets
        .iter()
        .map(|set| (set, set.grid.iter().filter_map(|cell| cell.silhouette.value().map(|s| (cell.k, *s))).collect()))
        .filter(|(_, points): &(_, Vec<_>)| !points.is_empty())
        .collect();
    let peak = |points: &[(u32, f64)]| points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    let best = curves.iter().max_by(|a, b| peak(&a.1).total_cmp(&peak(&b.1)))?.0;
    let all = || curves.iter().flat_map(|(_, points)| points.iter().copied());
    let (first, last) = (all().map(|p| p.0).min()?, all().map(|p| p.0).max()?);
    let nulls = &findings.null_benchmark;
    let highest =
        all().map(|p| p.1).chain(nulls.iter().map(|null| null.null_mean + 2.0 * null.null_sd)).fold(0.3, f64::max);
    let lowest = all().map(|p| p.1).fold(0.0, f64::min);
    let narrow = frame.is_narrow();
    let height = if narrow { 340.0 } else { 400.0 };
    let (left, right, top, floor) = (40.0, frame.width - if narrow { 8.0 } else { 196.0 }, 16.0, height - 44.0);
    let x = Scale::new(Bend::Linear, (f64::from(first), f64::from(last)), (left + 12.0, right - 8.0));
    let y = Scale::new(Bend::Linear, (lowest, highest + 0.02), (floor, top));
    let mut scene = Scene {
        name: "k-curve",
        title: "Is there anything to cut along?".to_owned(),
        sentence: sentence(findings, best, peak(&curves.iter().find(|(set, _)| set.id == best.id)?.1)),
        width: frame.width,
        height,
        marks: Vec::new(),
        table: table(findings),
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
    null_marks(&mut scene, nulls, best, (x, y));
    for (set, points) in &curves {
        let class = if set.id == best.id { "curve best" } else { "curve" };
        let line = points.iter().map(|(k, s)| (x.at(f64::from(*k)), y.at(*s))).collect();
        scene.marks.push(Mark::new(Shape::Path(line), class));
    }
    for (k, silhouette) in curves.iter().filter(|(set, _)| set.id == best.id).flat_map(|(_, points)| points) {
        scene.marks.push(
            Mark::new(Shape::Circle { at: (x.at(f64::from(*k)), y.at(*silhouette)), radius: 4.0 }, "dot best").saying(
                format!(
                    "{}, k = {k}: silhouette {}",
                    wording::feature_set(&best.id),
                    figures::coefficient(*silhouette)
                ),
            ),
        );
    }
    if !narrow {
        labels(&mut scene, &curves, best, right, (y, top, floor));
    }
    Some(scene)
}

/// What structureless data score: a band through the k that were tried on the best set, or a bar at one k.
fn null_marks(scene: &mut Scene, nulls: &[NullBenchmark], best: &SetFindings, (x, y): (Scale, Scale)) {
    let mut ours: Vec<&NullBenchmark> = nulls.iter().filter(|null| null.set == best.id).collect();
    ours.sort_by(|a, b| a.reference.cmp(&b.reference).then(a.k.cmp(&b.k)));
    let reference = ours.first().map(|null| null.reference.clone()).unwrap_or_default();
    ours.retain(|null| null.reference == reference);
    let low = |null: &NullBenchmark| y.at(null.null_mean - 2.0 * null.null_sd);
    let high = |null: &NullBenchmark| y.at(null.null_mean + 2.0 * null.null_sd);
    let across = |null: &NullBenchmark| x.at(f64::from(null.k));
    if ours.len() > 1 {
        let mut area: Vec<(f64, f64)> = ours.iter().map(|null| (across(null), high(null))).collect();
        area.extend(ours.iter().rev().map(|null| (across(null), low(null))));
        scene.marks.push(Mark::new(Shape::Area(area), "null-band"));
    }
    for null in &ours {
        let centre = across(null);
        let (top, bottom) = (high(null), low(null));
        scene.marks.push(
            Mark::new(
                Shape::Rect { x: centre - 9.0, y: top.min(bottom - 3.0), width: 18.0, height: (bottom - top).max(3.0) },
                "null-bar",
            )
            .saying(format!(
                "Structureless data, k = {}: silhouette {} on average over {} draws; observed {} ({})",
                null.k,
                figures::coefficient(null.null_mean),
                null.draws,
                figures::coefficient(null.observed),
                figures::p_value(null.p)
            )),
        );
    }
    if let Some(last) = ours.last() {
        scene.text((across(last), low(last) + 18.0), Anchor::Middle, "structureless data", "null-label halo");
    }
}

fn labels(
    scene: &mut Scene,
    curves: &[(&SetFindings, Vec<(u32, f64)>)],
    best: &SetFindings,
    right: f64,
    (y, top, floor): (Scale, f64, f64),
) {
    let mut ends: Vec<(f64, &SetFindings)> =
        curves.iter().filter_map(|(set, points)| points.last().map(|point| (y.at(point.1), *set))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f64> = ends.iter().map(|end| end.0).collect();
    for (at, (end, set)) in spread(&wanted, 18.0, top, floor).into_iter().zip(&ends) {
        let class = if set.id == best.id { "curve-label best" } else { "curve-label" };
        scene.line((right - 4.0, *end), (right + 10.0, at), "leader");
        scene.text((right + 14.0, at + 4.5), Anchor::Start, fit(&wording::feature_set(&set.id), 13.0, 180.0), class);
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

fn sentence(findings: &ClusteringFindings, best: &SetFindings, peak: f64) -> String {
    let null = findings
        .null_benchmark
        .iter()
        .filter(|null| null.set == best.id)
        .max_by(|a, b| a.observed.total_cmp(&b.observed));
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
        wording::inside(&wording::feature_set(&best.id))
    )
}
