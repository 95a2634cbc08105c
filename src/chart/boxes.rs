//! One metric in several groups as box plots: half of a group lies in its box, nine tenths between its whiskers.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::{Frame, fit, text_width};
use super::said::Said;
use super::scale::Scale;
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::pipeline::outcome::{FiveNumbers, MetricBoxes};
use crate::report::document::Table;
use crate::report::{figures, wording};
use crate::segments::findings::Segment;

/// What box plots are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boxes {
    /// Words and numbers.
    pub said: Said,
    /// What the values are.
    pub axis: Axis,
    /// The groups, from top to bottom.
    pub rows: Vec<Row>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name (untrusted text).
    pub name: String,
    /// The segment that it is, with glyph and colour.
    pub segment: Option<Segment>,
    /// Its quantiles; `None` for a group without customers.
    pub five: Option<FiveNumbers>,
}

impl Boxes {
    /// One metric in the four segments; `None` where nobody has a value. `unit` may be empty.
    pub fn of(found: &MetricBoxes, unit: &str) -> Option<Self> {
        let name = wording::metric(&found.name);
        let mut table = Table::new(format!("{name}: quantiles within each segment"))
            .words("Segment")
            .numbers("Customers")
            .numbers("5%")
            .numbers("25%")
            .numbers("Median")
            .numbers("75%")
            .numbers("95%");
        let mut rows = Vec::new();
        for (segment, five) in Segment::ALL.into_iter().zip(&found.boxes) {
            let numbers = five.as_ref().map_or_else(
                || std::iter::repeat_with(|| "–".to_owned()).take(6).collect::<Vec<_>>(),
                |five| {
                    let quantiles = five.quantiles().map(figures::mean);
                    std::iter::once(figures::integer(five.customers)).chain(quantiles).collect()
                },
            );
            table.row(std::iter::once(segment.into()).chain(numbers.into_iter().map(Into::into)));
            rows.push(Row { name: segment.name().to_owned(), segment: Some(segment), five: *five });
        }
        let sentence = sentence(&name, unit, &rows)?;
        let axis = Axis::new(f64::INFINITY, f64::NEG_INFINITY, unit)
            .with(rows.iter().filter_map(|row| row.five).flat_map(|five| five.quantiles()));
        Some(Self { said: Said::new(name, sentence, table), axis, rows })
    }
}

/// `Basket size: half of the Champions lie between 4 and 9 lines; medians run from 5.1 (At Risk) to 8 (Champions).`
fn sentence(name: &str, unit: &str, rows: &[Row]) -> Option<String> {
    let medians = || rows.iter().filter_map(|row| row.five.map(|five| (five.median, row.name.as_str())));
    let (low, lowest) = medians().min_by(|a, b| a.0.total_cmp(&b.0))?;
    let (high, highest) = medians().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    let name = wording::capital(name);
    Some(if lowest == highest || low == high {
        format!("{name}: the median is {}{unit} in every group that has anyone in it.", figures::mean(low))
    } else {
        format!(
            "{name}: medians run from {} ({lowest}) to {}{unit} ({highest}). Half of a group lies in its box, nine tenths \
             between its whiskers.",
            figures::mean(low),
            figures::mean(high)
        )
    })
}

/// The box plots; `None` where no group has a value.
pub fn draw(input: &Boxes, frame: Frame) -> Option<Scene> {
    let Boxes { said, axis, rows } = input;
    rows.iter().find(|row| row.five.is_some())?;
    let narrow = frame.is_narrow();
    let step = if narrow { 54.0 } else { 40.0 };
    let (left, right) = (if narrow { 8.0 } else { 176.0 }, frame.width - 12.0);
    let floor = 8.0 + step * rows.len() as f64;
    let mut scene = said.scene("boxes", frame.width, floor + if axis.label.is_empty() { 26.0 } else { 46.0 });
    axis.below(&mut scene, (left, right), (4.0, floor));
    let x = axis.scale(left, right);
    for (index, row) in rows.iter().enumerate() {
        let top = 8.0 + step * index as f64;
        let (label, centre) = if narrow { (top + 13.0, top + 34.0) } else { (top + 21.0, top + 16.0) };
        let mut start = 0.0;
        if let Some(segment) = row.segment {
            scene.glyph((0.0, label - 11.5), 13.0, segment, &format!("glyph ink-{}", segment.slug()));
            start = 20.0;
        }
        let room = if narrow { frame.width } else { left - 10.0 } - start;
        scene.text((start, label), Anchor::Start, fit(&row.name, 14.0, room), "row-label free halo");
        match row.five {
            Some(five) => one(&mut scene, row, five, (&x, centre)),
            None => scene.text((left, centre + 4.5), Anchor::Start, "nobody", "row-value tied"),
        }
    }
    Some(scene)
}

fn one(scene: &mut Scene, row: &Row, five: FiveNumbers, (x, centre): (&Scale, f64)) {
    let [p5, q25, median, q75, p95] = five.quantiles().map(|value| x.at(value));
    scene.line((p5, centre), (p95, centre), "whisker");
    for end in [p5, p95] {
        scene.line((end, centre - 4.0), (end, centre + 4.0), "whisker");
    }
    let [low, from, middle, to, high] = five.quantiles().map(figures::mean);
    let class = row.segment.map_or_else(|| "box".to_owned(), |segment| format!("box {}", segment.slug()));
    let shape = Shape::Rect { x: q25, y: centre - 8.0, width: (q75 - q25).max(1.0), height: 16.0 };
    scene.marks.push(Mark::new(shape, class).saying(format!(
        "{}, {}: median {middle}, half between {from} and {to}, nine tenths between {low} and {high}",
        row.name,
        figures::counted(five.customers, "customer", "customers")
    )));
    // A light line under a dark one: seen on any colour of box.
    scene.line((median, centre - 11.0), (median, centre + 11.0), "median under");
    scene.line((median, centre - 11.0), (median, centre + 11.0), "median");
    // The median in figures, beside the whisker where there is room.
    let width = text_width(&middle, 13.0) + 8.0;
    if p95 + width < scene.width {
        scene.text((p95 + 8.0, centre + 4.5), Anchor::Start, middle, "row-value halo");
    } else if p5 - width > x.at(f64::NEG_INFINITY) {
        scene.text((p5 - 8.0, centre + 4.5), Anchor::End, middle, "row-value halo");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five(median: f64) -> FiveNumbers {
        FiveNumbers {
            customers: 10,
            p05: median - 2.0,
            q25: median - 1.0,
            median,
            q75: median + 1.0,
            p95: median + 3.0,
        }
    }

    fn boxes(of: [Option<FiveNumbers>; 4]) -> Option<Boxes> {
        Boxes::of(&MetricBoxes { name: "avg_basket_size".into(), boxes: of }, "lines")
    }

    #[test]
    fn a_box_holds_the_middle_half() {
        let input = boxes([Some(five(5.0)), Some(five(8.0)), None, Some(five(20.0))]).unwrap();
        assert!(
            input.said.sentence.contains("from 5.00 (Champions) to 20.0 lines (At Risk)"),
            "{}",
            input.said.sentence
        );
        let scene = draw(&input, Frame::DOCUMENT).unwrap();
        let x = input.axis.scale(176.0, Frame::DOCUMENT.width - 12.0);
        let found: Vec<(f64, f64)> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark.shape {
                Shape::Rect { x, width, .. } if mark.class.starts_with("box") => Some((x, x + width)),
                _ => None,
            })
            .collect();
        let wanted = [(4.0, 6.0), (7.0, 9.0), (19.0, 21.0)].map(|(a, b)| (x.at(a), x.at(b)));
        assert_eq!(found, wanted);
        assert_eq!(scene.table.rows.len(), 4);
    }

    #[test]
    fn a_segment_of_nobody_says_so_and_nobody_at_all_is_nothing() {
        let input = boxes([Some(five(5.0)), None, None, None]).unwrap();
        let scene = draw(&input, Frame::wide(320.0)).unwrap();
        let nobody =
            scene.marks.iter().filter(|mark| matches!(&mark.shape, Shape::Text { words, .. } if words == "nobody"));
        assert_eq!(nobody.count(), 3);
        assert!(boxes([None; 4]).is_none());
    }

    #[test]
    fn one_customer_has_a_box_without_width() {
        let only = FiveNumbers { customers: 1, p05: 3.0, q25: 3.0, median: 3.0, q75: 3.0, p95: 3.0 };
        let input = boxes([None, None, None, Some(only)]).unwrap();
        assert!(input.said.sentence.contains("the median is 3.00 lines in every group"));
        assert!(draw(&input, Frame::wide(240.0)).is_some());
    }
}
