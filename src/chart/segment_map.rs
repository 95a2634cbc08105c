//! The segment map: density of customers over the two scores, with the thresholds of the rule.
//!
//! To the right: how often (mean days between orders, fewer to the right); upwards: the share of lines bought before.
//! Darker means more customers per area of the figure, so bins of unequal width do not deceive.

use super::frame::{Frame, fit, text_width};
use super::mosaic::{Share, shares};
use super::scale::{Bend, Scale, tick_words, ticks};
use super::scene::{Anchor, Mark, Scene, Shape, quarter};
use crate::pipeline::outcome::{Results, ScoreDensity};
use crate::report::document::Table;
use crate::report::naming::Naming;
use crate::report::{figures, tables};
use crate::segments::findings::{Segment, Thresholds};
use serde::{Deserialize, Serialize};

/// What the map is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentMap {
    /// The segments.
    pub segments: Vec<Share>,
    /// The thresholds in use.
    pub thresholds: Cuts,
    /// Customers over both scores.
    pub density: ScoreDensity,
    /// What it says.
    pub sentence: String,
    /// The numbers behind it.
    pub table: Table,
}

/// The thresholds in use, as scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cuts {
    /// Of the frequency score.
    pub frequency: f64,
    /// Of the loyalty score.
    pub loyalty: f64,
}

impl SegmentMap {
    /// Of these results; `None` without thresholds.
    pub fn of(results: &Results, density: &ScoreDensity) -> Option<Self> {
        let thresholds = results.thresholds.value()?;
        Some(Self {
            segments: shares(results),
            thresholds: Cuts { frequency: thresholds.frequency.used, loyalty: thresholds.loyalty.used },
            density: density.clone(),
            sentence: sentence(results, thresholds),
            table: Naming::tabled(&results.params.labels, tables::segments_table(results)),
        })
    }
}

/// The map; `None` where there is nothing to draw.
pub fn draw(input: &SegmentMap, frame: Frame) -> Option<Scene> {
    let SegmentMap { segments, thresholds, density, sentence, table } = input;
    let plane = Plane::of(density, frame)?;
    let Plane { left, right, top, floor, slowest, fastest } = plane;
    let narrow = frame.is_narrow();
    let (x, y) = plane.scales();
    let mut scene = Scene {
        name: "segment-map",
        title: "Where the customers are".to_owned(),
        sentence: sentence.clone(),
        width: frame.width,
        height: floor + 46.0,
        marks: Vec::new(),
        table: table.clone(),
    };
    axes(&mut scene, (fastest, slowest), (x, y), (left, right, top, floor));
    cells(&mut scene, density, thresholds, (x, y));
    lines(&mut scene, thresholds, (x, y), (left, right, top, floor));
    corners(&mut scene, segments, (left, right, top, floor), narrow);
    Some(scene)
}

/// The plot's place in the figure, so that a hand may take hold of the lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plane {
    /// Left edge, pixels.
    pub left: f64,
    /// Right edge.
    pub right: f64,
    /// Top edge.
    pub top: f64,
    /// Bottom edge.
    pub floor: f64,
    /// Days between orders at the left edge.
    pub slowest: f64,
    /// Days between orders at the right edge.
    pub fastest: f64,
}

impl Plane {
    /// Of the map as [`draw`] draws it.
    pub fn of(density: &ScoreDensity, frame: Frame) -> Option<Self> {
        let (slowest, fastest) = occupied(density)?;
        let height = if frame.is_narrow() { frame.width * 1.04 } else { (frame.width * 0.78).min(620.0) };
        Some(Self { left: 44.0, right: frame.width - 1.0, top: 30.0, floor: height - 46.0, slowest, fastest })
    }

    /// Where the lines stand: x of the frequency threshold, y of the loyalty threshold.
    pub fn at(&self, cuts: Cuts) -> (f64, f64) {
        let (x, y) = self.scales();
        (x.at(cuts.frequency), y.at(cuts.loyalty))
    }

    /// Mean days between orders at a place.
    pub fn days_at(&self, x: f64) -> f64 {
        let part = ((self.right - x) / (self.right - self.left)).clamp(0.0, 1.0);
        self.fastest + part * (self.slowest - self.fastest)
    }

    /// Share bought before at a height.
    pub fn loyalty_at(&self, y: f64) -> f64 {
        ((self.floor - y) / (self.floor - self.top)).clamp(0.0, 1.0)
    }

    fn scales(&self) -> (Axis, Scale) {
        (
            Axis(Scale::new(Bend::Linear, (self.fastest, self.slowest), (self.right, self.left))),
            Scale::new(Bend::Linear, (0.0, 1.0), (self.floor, self.top)),
        )
    }
}

/// Places a frequency score by its mean days between orders; fewer days stand further right.
#[derive(Clone, Copy, Debug)]
struct Axis(Scale);

impl Axis {
    fn at(&self, score: f64) -> f64 {
        self.0.at(days(score))
    }
}

/// Days between orders at the slowest and at the fastest edge with a customer between them.
fn occupied(density: &ScoreDensity) -> Option<(f64, f64)> {
    let columns = density.frequency_edges.len().checked_sub(1)?;
    let rows = density.loyalty_edges.len().checked_sub(1)?;
    let used = |column: &usize| (0..rows).any(|row| count(density, *column, row) > 0);
    let first = (0..columns).find(used)?;
    let last = (0..columns).rev().find(used)?;
    let slowest = days(*density.frequency_edges.get(first)?);
    // A score of 0 is no number of days: the next edge is slow enough.
    let slowest = if slowest.is_finite() { slowest } else { days(*density.frequency_edges.get(first + 1)?) * 2.0 };
    Some((slowest, days(*density.frequency_edges.get(last + 1)?)))
}

fn count(density: &ScoreDensity, column: usize, row: usize) -> u32 {
    let columns = density.frequency_edges.len().saturating_sub(1);
    density.counts.get(row * columns + column).copied().unwrap_or(0)
}

/// One cell of the map: its edges in days and share, and who is in it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    days: (f64, f64),
    loyalty: (f64, f64),
    customers: u32,
}

/// Customers that a cell should hold on average, lest the map be noise.
const CROWD: u64 = 5;

/// The cells with customers, `merge` x `merge` bins each.
fn merged(density: &ScoreDensity, merge: usize) -> Vec<Cell> {
    let (columns, rows) =
        (density.frequency_edges.len().saturating_sub(1), density.loyalty_edges.len().saturating_sub(1));
    let mut cells = Vec::new();
    for row in (0..rows).step_by(merge) {
        for column in (0..columns).step_by(merge) {
            let (to_row, to_column) = ((row + merge).min(rows), (column + merge).min(columns));
            let customers = (row..to_row)
                .flat_map(|row| (column..to_column).map(move |column| (column, row)))
                .map(|(c, r)| count(density, c, r))
                .sum();
            let edge = |edges: &[f64], at: usize| edges.get(at).copied().unwrap_or(f64::NAN);
            if customers > 0 {
                cells.push(Cell {
                    days: (
                        days(edge(&density.frequency_edges, to_column)),
                        days(edge(&density.frequency_edges, column)),
                    ),
                    loyalty: (edge(&density.loyalty_edges, row), edge(&density.loyalty_edges, to_row)),
                    customers,
                });
            }
        }
    }
    cells
}

fn cells(scene: &mut Scene, density: &ScoreDensity, thresholds: &Cuts, (x, y): (Axis, Scale)) {
    let total: u64 = density.counts.iter().map(|count| u64::from(*count)).sum();
    let cells = [1, 2]
        .into_iter()
        .map(|merge| merged(density, merge))
        .find(|cells| total >= CROWD * cells.len() as u64)
        .unwrap_or_else(|| merged(density, 4));
    let place = |cell: &Cell| (x.0.at(cell.days.1), x.0.at(cell.days.0), y.at(cell.loyalty.1), y.at(cell.loyalty.0));
    let dense = |cell: &Cell| {
        let (x0, x1, y0, y1) = place(cell);
        f64::from(cell.customers) / ((x1 - x0) * (y1 - y0)).max(1e-9)
    };
    // The densest cells are few: the 98th percentile takes full ink, so that the rest can be told apart.
    let mut densities: Vec<f64> = cells.iter().map(dense).collect();
    let rank = densities.len().saturating_sub(1) * 98 / 100;
    let full = if densities.is_empty() { 1.0 } else { *densities.select_nth_unstable_by(rank, f64::total_cmp).1 };
    let (cut_x, cut_y) = (x.at(thresholds.frequency), y.at(thresholds.loyalty));
    for cell in &cells {
        let (x0, x1, y0, y1) = place(cell);
        let ink = 0.10 + 0.90 * (dense(cell) / full).min(1.0).sqrt();
        let said = format!(
            "{}: an order every {} to {} days, {} to {} bought before",
            figures::counted(u64::from(cell.customers), "customer", "customers"),
            figures::decimal(cell.days.0, 1),
            figures::decimal(cell.days.1, 1),
            figures::percent_to(cell.loyalty.0, 0),
            figures::percent_to(cell.loyalty.1, 0),
        );
        // A cell that a threshold runs through is cut there, so that the colours change where the rule does.
        for (often, from, to) in [(false, x0, x1.min(cut_x)), (true, x0.max(cut_x), x1)] {
            for (loyal, above, below) in [(true, y0, y1.min(cut_y)), (false, y0.max(cut_y), y1)] {
                if to - from > 0.01 && below - above > 0.01 {
                    let shape = Shape::Rect { x: from, y: above, width: to - from, height: below - above };
                    let class = format!("cell {}", Segment::of(often, loyal).slug());
                    scene.marks.push(Mark::new(shape, class).opaque(ink).saying(said.clone()));
                }
            }
        }
    }
}

/// Mean days between orders of a frequency score.
fn days(score: f64) -> f64 {
    if score > 0.0 { (1.0 / score - 1.0).max(0.0) } else { f64::INFINITY }
}

type Room = (f64, f64, f64, f64);

fn axes(scene: &mut Scene, (fastest, slowest): (f64, f64), (x, y): (Axis, Scale), (left, right, _, floor): Room) {
    let days = ticks(fastest, slowest, if right - left < 420.0 { 4 } else { 7 });
    for (day, words) in days.iter().zip(tick_words(&days)) {
        let at = x.0.at(*day);
        scene.line((at, floor), (at, floor + 5.0), "tick");
        let anchor = if at > right - 12.0 { Anchor::End } else { Anchor::Middle };
        scene.text((at, floor + 19.0), anchor, words, "tick-label");
    }
    for tick in 0..=4 {
        let share = f64::from(tick) / 4.0;
        let at = y.at(share);
        scene.line((left, at), (right, at), "grid");
        scene.text((left - 8.0, at + 4.5), Anchor::End, figures::percent_to(share, 0), "tick-label");
    }
    scene.line((left, floor), (right, floor), "axis");
    scene.text((left, floor + 38.0), Anchor::Start, "Mean days between orders", "axis-label");
    scene.text((right, floor + 38.0), Anchor::End, "more often →", "axis-label");
}

fn lines(scene: &mut Scene, thresholds: &Cuts, (x, y): (Axis, Scale), (left, right, top, floor): Room) {
    let at = x.at(thresholds.frequency);
    scene.line((at, top), (at, floor), "threshold");
    let often = format!("{} days", figures::decimal(days(thresholds.frequency), 1));
    let half = text_width(&often, 13.0) / 2.0;
    scene.text((at.clamp(left + half, right - half), top - 10.0), Anchor::Middle, often, "threshold-label halo");
    let at = y.at(thresholds.loyalty);
    scene.line((left, at), (right, at), "threshold");
    let before = figures::percent(thresholds.loyalty);
    scene.text((right - 4.0, at - 6.0), Anchor::End, format!("{before} bought before"), "threshold-label halo");
}

fn corners(scene: &mut Scene, segments: &[Share], (left, right, top, floor): Room, narrow: bool) {
    for segment in segments {
        let name = segment.name;
        let (column, row) = quarter(name);
        let share = figures::percent_whole(segment.share);
        // Labels are set a little narrower than estimated.
        let label = fit(&segment.label, 12.0, (right - left) / 2.0 - if narrow { 24.0 } else { 74.0 });
        let words = if narrow { label } else { format!("{label} {share}") };
        let y = if row == 0 { top + 20.0 } else { floor - 12.0 };
        let class = format!("glyph ink-{}", name.slug());
        if column == 0 {
            scene.glyph((left + 8.0, y - 11.0), 12.0, name, &class);
            scene.text((left + 26.0, y), Anchor::Start, words, "corner-label halo");
        } else {
            scene.glyph((right - 20.0, y - 11.0), 12.0, name, &class);
            scene.text((right - 26.0, y), Anchor::End, words, "corner-label halo");
        }
    }
}

fn sentence(results: &Results, thresholds: &Thresholds) -> String {
    let days = figures::decimal(days(thresholds.frequency.used), 1);
    let share = figures::percent(thresholds.loyalty.used);
    let near = results
        .validation
        .value()
        .and_then(|validation| validation.confidence.share_at_least_80.value())
        .map(|sure| {
            format!(
                " {} of customers are sure of their side with a confidence of at least 80%; the others sit near a line.",
                figures::percent_whole(*sure)
            )
        })
        .unwrap_or_default();
    format!(
        "Two lines make the four segments: an order every {days} days on average, and {share} of order lines bought \
         before.{near}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn density() -> ScoreDensity {
        ScoreDensity {
            frequency_edges: vec![0.0, 0.05, 0.1, 0.5],
            loyalty_edges: vec![0.0, 0.5, 1.0],
            counts: vec![0, 4, 0, 0, 2, 1],
        }
    }

    #[test]
    fn only_the_occupied_range_is_drawn() {
        let (slowest, fastest) = occupied(&density()).unwrap();
        assert!((slowest - 19.0).abs() < 1e-9 && (fastest - 1.0).abs() < 1e-9);
        // An edge at a score of 0 stands for no number of days.
        let slow = ScoreDensity { counts: vec![3, 0, 0, 0, 0, 0], ..density() };
        assert!(occupied(&slow).unwrap().0.is_finite());
        let empty = ScoreDensity { counts: vec![0; 6], ..density() };
        assert_eq!(occupied(&empty), None);
        let none = ScoreDensity { frequency_edges: vec![], loyalty_edges: vec![], counts: vec![] };
        assert_eq!(occupied(&none), None);
    }

    #[test]
    fn a_hand_finds_the_line_where_it_is_drawn() {
        for width in [288.0, 680.0, 900.0] {
            let plane = Plane::of(&density(), Frame::wide(width)).unwrap();
            for (gap, loyalty) in [(3.0, 0.25), (12.5, 0.463), (18.9, 0.99)] {
                let (x, y) = plane.at(Cuts { frequency: 1.0 / (gap + 1.0), loyalty });
                assert!((plane.days_at(x) - gap).abs() < 1e-9 && (plane.loyalty_at(y) - loyalty).abs() < 1e-9);
            }
            assert!((plane.days_at(-50.0) - 19.0).abs() < 1e-9 && plane.loyalty_at(-9.0) <= 1.0);
        }
    }

    #[test]
    fn merging_loses_nobody() {
        for merge in [1, 2, 4] {
            let cells = merged(&density(), merge);
            assert_eq!(cells.iter().map(|cell| cell.customers).sum::<u32>(), 7, "{merge}");
            assert!(cells.iter().all(|cell| cell.days.0 < cell.days.1 && cell.loyalty.0 < cell.loyalty.1));
        }
    }

    #[test]
    fn counts_are_read_row_by_row() {
        assert_eq!(count(&density(), 1, 0), 4);
        assert_eq!(count(&density(), 2, 1), 1);
        assert_eq!(count(&density(), 9, 9), 0);
    }

    #[test]
    fn days_invert_the_score() {
        assert!((days(1.0 / 15.0) - 14.0).abs() < 1e-12);
        assert!(days(1.0).abs() < 1e-12);
        assert!(days(0.0).is_infinite());
    }
}
