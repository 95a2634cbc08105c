//! The four segments as one figure: each tile's area is the segment's share, its place the rule's.

use super::bars;
use super::frame::{Frame, fit, text_width};
use super::scene::{Anchor, Mark, Scene, Shape, quarter};
use crate::pipeline::outcome::Results;
use crate::report::document::Table;
use crate::report::naming::Naming;
use crate::report::{figures, tables, wording};
use crate::segments::findings::{Segment, SegmentFindings};
use serde::{Deserialize, Serialize};

/// What the figure is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segments {
    /// The segments.
    pub segments: Vec<Share>,
    /// Mean days between orders at the threshold of frequency.
    pub days: Option<f64>,
    /// The four in one sentence.
    pub sentence: String,
    /// The numbers behind it.
    pub table: Table,
}

/// One segment's part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Which.
    pub name: Segment,
    /// What the reader calls it (untrusted).
    pub label: String,
    /// Customers.
    pub count: u64,
    /// Share of all in segments.
    pub share: f64,
}

impl Segments {
    /// Of these results.
    pub fn of(results: &Results) -> Self {
        Self {
            segments: shares(results),
            days: results.thresholds.value().map(|thresholds| 1.0 / thresholds.frequency.used - 1.0),
            sentence: Naming::told(&results.params.labels, sentence(&results.segments)),
            table: Naming::tabled(&results.params.labels, tables::segments_table(results)),
        }
    }
}

/// Each segment's part.
pub(super) fn shares(results: &Results) -> Vec<Share> {
    let label = |name| results.params.labels.name(name).to_owned();
    let share =
        |one: &SegmentFindings| Share { name: one.name, label: label(one.name), count: one.count, share: one.share };
    results.segments.iter().map(share).collect()
}

/// White between tiles.
const GAP: f64 = 3.0;
/// Smallest tile that can be written on.
const SMALLEST: (f64, f64) = (132.0, 84.0);

/// The figure, or bars where a tile would be too small to be written on.
pub fn draw(input: &Segments, frame: Frame) -> Scene {
    let narrow = frame.is_narrow();
    let height = if narrow { frame.width * 0.96 } else { (frame.width * 0.74).min(440.0) };
    let axis = 26.0;
    let plot = (frame.width, height - axis);
    let Some(tiles) = layout(&input.segments, plot) else { return bars::draw(input, frame) };
    if tiles.iter().any(|tile| tile.width < SMALLEST.0 || tile.height < SMALLEST.1) {
        return bars::draw(input, frame);
    }
    let mut scene = Scene {
        name: "segments",
        title: "The four segments".to_owned(),
        sentence: input.sentence.clone(),
        width: frame.width,
        height,
        marks: Vec::new(),
        table: input.table.clone(),
    };
    for tile in &tiles {
        write_tile(&mut scene, tile, narrow);
    }
    // The axis under the tiles: how often they order.
    let split =
        tiles.iter().find(|tile| quarter(tile.segment.name).0 == 1).map_or(plot.0 / 2.0, |tile| tile.x - GAP / 2.0);
    let base = plot.1 + 18.0;
    scene.text((0.0, base), Anchor::Start, "← order seldom", "axis-label");
    scene.text((plot.0, base), Anchor::End, "order often →", "axis-label");
    if let Some(days) = input.days {
        let days = figures::decimal(days, 1);
        let words = format!("every {days} days");
        let half = text_width(&words, 13.0) / 2.0;
        if split - half > 110.0 && split + half < plot.0 - 100.0 {
            scene.line((split, plot.1), (split, plot.1 + 5.0), "axis");
            scene.text((split, base), Anchor::Middle, words, "axis-label strong");
        }
    }
    scene
}

/// A segment's place.
#[derive(Clone, Debug, PartialEq)]
struct Tile<'a> {
    segment: &'a Share,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Columns as wide as the share of seldom and often, tiles as high as the share of loyal and not within them.
fn layout(segments: &[Share], (width, height): (f64, f64)) -> Option<Vec<Tile<'_>>> {
    let at = |column: u8, row: u8| segments.iter().find(|segment| quarter(segment.name) == (column, row));
    let total: u64 = segments.iter().map(|segment| segment.count).sum();
    let mut tiles = Vec::with_capacity(4);
    let mut x = 0.0;
    for column in 0..2 {
        let (top, bottom) = (at(column, 0)?, at(column, 1)?);
        let count = top.count + bottom.count;
        if total == 0 || count == 0 {
            return None;
        }
        let wide = (width - GAP) * count as f64 / total as f64;
        let high = (height - GAP) * top.count as f64 / count as f64;
        tiles.push(Tile { segment: top, x, y: 0.0, width: wide, height: high });
        tiles.push(Tile { segment: bottom, x, y: high + GAP, width: wide, height: height - GAP - high });
        x += wide + GAP;
    }
    Some(tiles)
}

fn write_tile(scene: &mut Scene, tile: &Tile<'_>, narrow: bool) {
    let Tile { segment, x, y, width, height } = *tile;
    let name = segment.name;
    let class = format!("on-{}", name.slug());
    scene.marks.push(Mark::new(Shape::Rect { x, y, width, height }, format!("tile {}", name.slug())).saying(format!(
        "{}: {} customers, {}. They {}.",
        segment.label,
        figures::integer(segment.count),
        figures::percent_to(segment.share, 2),
        wording::definition(name)
    )));
    let pad = if narrow { 10.0 } else { 16.0 };
    let room = width - 2.0 * pad - 19.0;
    let title = if text_width(&segment.label, 17.0) < room { "tile-name" } else { "tile-name small" };
    let label = fit(&segment.label, 14.0, room);
    scene.glyph((x + pad, y + pad + 1.0), 12.0, name, &format!("glyph {class}"));
    scene.text((x + pad + 18.0, y + pad + 12.0), Anchor::Start, label, &format!("{title} {class}"));
    let big = if narrow { 26.0 } else { 34.0 };
    let count = y + pad + 22.0 + big;
    scene.marks.push(
        Mark::new(
            Shape::Text { at: (x + pad, count), anchor: Anchor::Start, words: figures::integer(segment.count) },
            format!("tile-count {class}{}", if narrow { " small" } else { "" }),
        )
        .named(format!("segment-count-{}", name.slug())),
    );
    let share = figures::percent_to(segment.share, 2);
    let beside = x + pad + 1.05 * text_width(&figures::integer(segment.count), big) + 10.0;
    // The share stands beside the count where there is room, else under it.
    if beside + text_width(&share, 16.0) < x + width - pad {
        scene.text((beside, count), Anchor::Start, share, &format!("tile-share {class}"));
    } else if count + 22.0 < y + height - 4.0 {
        scene.text((x + pad, count + 22.0), Anchor::Start, share, &format!("tile-share {class}"));
    }
    let (first, second) = halves(name);
    if !narrow && count + 62.0 < y + height && text_width(first, 14.0) < width - 2.0 * pad {
        scene.text((x + pad, y + height - pad - 20.0), Anchor::Start, first, &format!("tile-note {class}"));
        scene.text((x + pad, y + height - pad), Anchor::Start, second, &format!("tile-note {class}"));
    }
}

/// The definition in two short lines.
fn halves(segment: Segment) -> (&'static str, &'static str) {
    match segment {
        Segment::Champions => ("Order often,", "repeat much of it"),
        Segment::FrequentExplorers => ("Order often,", "repeat little of it"),
        Segment::LoyalOccasionals => ("Order seldom,", "repeat much of it"),
        Segment::AtRisk => ("Order seldom,", "repeat little of it"),
    }
}

/// The four in one sentence.
fn sentence(segments: &[SegmentFindings]) -> String {
    let parts: Vec<String> = segments
        .iter()
        .map(|segment| {
            format!(
                "{} {} ({})",
                segment.name.name(),
                figures::integer(segment.count),
                figures::percent_to(segment.share, 2)
            )
        })
        .collect();
    format!("{}.", wording::list(&parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::measured::Measured;

    pub(super) fn four(counts: [u64; 4]) -> Vec<SegmentFindings> {
        let total: u64 = counts.iter().sum();
        Segment::ALL
            .into_iter()
            .zip(counts)
            .map(|(name, count)| SegmentFindings {
                name,
                count,
                share: if total == 0 { 0.0 } else { count as f64 / total as f64 },
                mean_freq_score: Measured::absent("", ""),
                mean_loyalty_score: Measured::absent("", ""),
                profile: std::collections::BTreeMap::new(),
                median_confidence: Measured::absent("", ""),
            })
            .collect()
    }

    fn of(segments: &[SegmentFindings]) -> Vec<Share> {
        let label = |one: &SegmentFindings| one.name.name().to_owned();
        segments
            .iter()
            .map(|one| Share { name: one.name, label: label(one), count: one.count, share: one.share })
            .collect()
    }

    #[test]
    fn areas_are_shares() {
        let segments = of(&four([61_317, 30_055, 29_851, 61_000]));
        let tiles = layout(&segments, (603.0, 403.0)).unwrap();
        let area: f64 = tiles.iter().map(|tile| tile.width * tile.height).sum();
        for tile in &tiles {
            assert!((tile.width * tile.height / area - tile.segment.share).abs() < 1e-9, "{tile:?}");
        }
        // Champions sit top right.
        let champions = tiles.iter().find(|tile| tile.segment.name == Segment::Champions).unwrap();
        assert!(champions.x > 250.0 && champions.y == 0.0);
    }

    #[test]
    fn an_empty_column_has_no_mosaic() {
        assert!(layout(&of(&four([5, 5, 0, 0])), (600.0, 400.0)).is_none());
        assert!(layout(&of(&four([0, 0, 0, 0])), (600.0, 400.0)).is_none());
        assert!(layout(&[], (600.0, 400.0)).is_none());
    }

    #[test]
    fn the_four_in_one_sentence() {
        assert_eq!(
            sentence(&four([61_317, 30_055, 29_851, 61_000])),
            "Champions 61,317 (33.65%), Frequent Explorers 30,055 (16.49%), Loyal Occasionals 29,851 (16.38%) and At \
             Risk 61,000 (33.48%)."
        );
    }
}
