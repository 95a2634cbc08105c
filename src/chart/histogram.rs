//! One metric as a histogram: bars as high as customers per unit of width, so that unequal bins do not deceive.

use super::frame::Frame;
use super::scale::{Bend, Scale, tick_words, ticks};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::pipeline::outcome::Histogram;
use crate::report::document::Table;
use crate::report::{figures, wording};
use serde::{Deserialize, Serialize};

/// What a histogram is told beside its numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// Title.
    pub title: String,
    /// One sentence; empty: how many customers, and the median as far as the bins tell.
    pub sentence: String,
    /// A value to mark (a threshold), with words.
    pub note: Option<(f64, String)>,
}

/// What a histogram is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// Title.
    pub title: String,
    /// What it says.
    pub sentence: String,
    /// A value to mark, with words.
    pub note: Option<(f64, String)>,
    /// Lower edge, upper edge, customers; ascending.
    pub bins: Vec<(f64, f64, u64)>,
    /// The numbers behind it.
    pub table: Table,
}

impl Counted {
    /// Of a histogram, with its words.
    pub fn of(histogram: &Histogram, words: Words) -> Self {
        let Words { title, sentence, note } = words;
        let bins: Vec<(f64, f64, u64)> = histogram
            .edges
            .windows(2)
            .zip(&histogram.counts)
            .filter_map(|(edges, count)| match edges {
                [low, high] if high > low => Some((*low, *high, *count)),
                _ => None,
            })
            .collect();
        let total: u64 = bins.iter().map(|bin| bin.2).sum();
        let mut table = Table::new(format!("{}, customers per bin", wording::metric(&histogram.name)))
            .numbers("From")
            .numbers("To")
            .numbers("Customers")
            .numbers("Share");
        for (low, high, count) in &bins {
            table.row([
                figures::score(*low).into(),
                figures::score(*high).into(),
                figures::integer(*count).into(),
                figures::percent(*count as f64 / total as f64).into(),
            ]);
        }
        let sentence = if sentence.is_empty() {
            let median = figures::mean(median(&bins, total));
            format!("{} customers; half of them at {median} or less.", figures::integer(total))
        } else {
            sentence
        };
        Self { title, sentence, note, bins, table }
    }
}

/// The histogram; `None` where it is empty.
pub fn draw(input: &Counted, frame: Frame) -> Option<Scene> {
    let Counted { title, sentence, note, bins, table } = input;
    let (first, last) = (bins.first()?.0, bins.last()?.1);
    let tallest = bins.iter().map(|(low, high, count)| *count as f64 / (high - low)).fold(0.0, f64::max);
    let total: u64 = bins.iter().map(|bin| bin.2).sum();
    if total == 0 {
        return None;
    }
    let (top, floor) = (if note.is_some() { 26.0 } else { 8.0 }, 150.0);
    let x = Scale::new(Bend::Linear, (first, last), (1.0, frame.width - 1.0));
    let y = Scale::new(Bend::Linear, (0.0, tallest), (floor, top));
    let mut marks = Vec::with_capacity(bins.len());
    for (low, high, count) in bins {
        let share = figures::percent(*count as f64 / total as f64);
        let (left, right, level) = (x.at(*low), x.at(*high), y.at(*count as f64 / (high - low)));
        marks.push(
            Mark::new(
                Shape::Rect { x: left, y: level, width: (right - left - 1.0).max(0.5), height: floor - level },
                "bar",
            )
            .saying(format!(
                "{} to {}: {}, {share}",
                figures::mean(*low),
                figures::mean(*high),
                figures::counted(*count, "customer", "customers")
            )),
        );
    }
    let mut scene = Scene {
        name: "histogram",
        title: title.clone(),
        sentence: sentence.clone(),
        width: frame.width,
        height: floor + 24.0,
        marks,
        table: table.clone(),
    };
    scene.line((0.0, floor), (frame.width, floor), "axis");
    let marked = ticks(first, last, if frame.is_narrow() { 4 } else { 7 });
    for (tick, words) in marked.iter().zip(tick_words(&marked)) {
        let at = x.at(*tick);
        scene.line((at, floor), (at, floor + 5.0), "tick");
        let anchor = if at < 14.0 {
            Anchor::Start
        } else if at > frame.width - 14.0 {
            Anchor::End
        } else {
            Anchor::Middle
        };
        scene.text((at, floor + 19.0), anchor, words, "tick-label");
    }
    if let Some((value, words)) = note {
        let at = x.at(*value);
        scene.line((at, top - 8.0), (at, floor), "threshold");
        let (anchor, shift) = if at > frame.width / 2.0 { (Anchor::End, -6.0) } else { (Anchor::Start, 6.0) };
        scene.text((at + shift, top), anchor, words.clone(), "threshold-label halo");
    }
    Some(scene)
}

/// The median as far as bins tell: linear within the bin that holds it.
fn median(bins: &[(f64, f64, u64)], total: u64) -> f64 {
    let half = total as f64 / 2.0;
    let mut below = 0.0;
    for (low, high, count) in bins {
        let count = *count as f64;
        if below + count >= half && count > 0.0 {
            return low + (high - low) * (half - below) / count;
        }
        below += count;
    }
    bins.last().map_or(0.0, |bin| bin.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(edges: &[f64], counts: &[u64]) -> Counted {
        let found = Histogram { name: "avg_basket_size".into(), edges: edges.to_vec(), counts: counts.to_vec() };
        Counted::of(&found, Words::default())
    }

    #[test]
    fn area_is_customers() {
        let scene = draw(&histogram(&[0.0, 1.0, 3.0], &[10, 20]), Frame::wide(301.0)).unwrap();
        let heights: Vec<f64> = scene
            .marks
            .iter()
            .filter(|mark| mark.class == "bar")
            .map(|mark| if let Shape::Rect { height, .. } = mark.shape { height } else { 0.0 })
            .collect();
        // Twice the customers in a bin twice as wide: as high.
        assert!((heights[0] - heights[1]).abs() < 1e-9, "{heights:?}");
        assert_eq!(scene.table.rows.len(), 2);
    }

    #[test]
    fn the_median_is_found_within_its_bin() {
        assert!((median(&[(0.0, 1.0, 10), (1.0, 3.0, 20)], 30) - 1.5).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_draw() {
        for (edges, counts) in [(&[][..], &[][..]), (&[0.0, 1.0][..], &[0][..]), (&[1.0, 1.0][..], &[5][..])] {
            assert!(draw(&histogram(edges, counts), Frame::DOCUMENT).is_none());
        }
    }
}
