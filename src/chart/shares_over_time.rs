//! Shares of the four segments from one step to the next: one line each, named at its end.

use serde::{Deserialize, Serialize};

use super::frame::{Frame, fit, text_width};
use super::scale::{Bend, Scale, spread, ticks};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::ordered::order_by;
use crate::report::document::Table;
use crate::report::figures;
use crate::segments::findings::Segment;

/// Side of the dots, and how far the glyphs stand from the plot.
const DOT: f64 = 3.5;

/// What the lines are drawn from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SharesOverTime {
    /// What it shows.
    pub title: String,
    /// What it says.
    pub sentence: String,
    /// The steps, oldest first.
    pub steps: Vec<ShareStep>,
    /// The steps are windows, not times within one extract: both may stand on one page, and have names of their own.
    pub windows: bool,
}

/// One step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShareStep {
    /// `2017-03-31`, `10 orders`, `Baseline`.
    pub label: String,
    /// Customers in a segment at it.
    pub customers: u64,
    /// Their shares, in contract order.
    pub shares: [f64; 4],
}

/// The lines; `None` with fewer than two steps.
pub fn draw(input: &SharesOverTime, frame: Frame) -> Option<Scene> {
    let steps = &input.steps;
    if steps.len() < 2 {
        return None;
    }
    let narrow = frame.is_narrow();
    let height = if narrow { 320.0 } else { 360.0 };
    let (left, right, top, floor) = (44.0, frame.width - if narrow { 26.0 } else { 176.0 }, 14.0, height - 44.0);
    let highest = steps.iter().flat_map(|step| step.shares).fold(0.1, f64::max);
    let x = Scale::new(Bend::Linear, (0.0, (steps.len() - 1) as f64), (left + 10.0, right - 10.0));
    let y = Scale::new(Bend::Linear, (0.0, (highest * 1.08).min(1.0)), (floor, top));
    let mut scene = Scene {
        name: if input.windows { "shares-over-windows" } else { "shares-over-time" },
        title: input.title.clone(),
        sentence: input.sentence.clone(),
        width: frame.width,
        height,
        marks: Vec::new(),
        table: table(input),
    };
    for tick in ticks(0.0, highest * 1.08, 5) {
        let at = y.at(tick);
        scene.line((left, at), (right, at), if tick == 0.0 { "axis" } else { "grid" });
        scene.text((left - 8.0, at + 4.5), Anchor::End, figures::percent_whole(tick), "tick-label");
    }
    below(&mut scene, steps, (x, floor, right - left));
    let mut ends = Vec::new();
    for (place, segment) in Segment::ALL.into_iter().enumerate() {
        let at = |index: usize, step: &ShareStep| (x.at(index as f64), y.at(step.shares[place]));
        let points: Vec<(f64, f64)> = steps.iter().enumerate().map(|(index, step)| at(index, step)).collect();
        scene.marks.push(Mark::new(Shape::Path(points.clone()), format!("share-line line-{}", segment.slug())));
        for (step, point) in steps.iter().zip(&points) {
            let said = format!(
                "{}, {}: {} of {}",
                segment.name(),
                step.label,
                figures::percent(step.shares[place]),
                figures::counted(step.customers, "customer", "customers")
            );
            let dot = Shape::Circle { at: *point, radius: DOT };
            scene.marks.push(Mark::new(dot, format!("share-dot {}", segment.slug())).saying(said));
        }
        ends.extend(points.last().map(|end| (end.1, segment)));
    }
    order_by(&mut ends, |a, b| a.0.total_cmp(&b.0));
    let wanted: Vec<f64> = ends.iter().map(|end| end.0).collect();
    for (at, (end, segment)) in spread(&wanted, 18.0, top + 6.0, floor).into_iter().zip(&ends) {
        scene.line((right - 4.0, *end), (right + 6.0, at), "leader");
        scene.glyph((right + 9.0, at - 6.5), 13.0, *segment, &format!("glyph ink-{}", segment.slug()));
        if !narrow {
            scene.text((right + 28.0, at + 4.5), Anchor::Start, segment.name(), "curve-label");
        }
    }
    Some(scene)
}

/// The steps' names, as many as find room.
fn below(scene: &mut Scene, steps: &[ShareStep], (x, floor, width): (Scale, f64, f64)) {
    const SIZE: f64 = 13.0;
    let longest = steps.iter().map(|step| text_width(&step.label, SIZE)).fold(24.0, f64::max).min(150.0);
    let fitting = ((width / (longest + 12.0)) as usize).max(2);
    let every = steps.len().div_ceil(fitting).max(1);
    let last = steps.len() - 1;
    for (index, step) in steps.iter().enumerate() {
        // The last step is always named; one that would touch it is not.
        if index == last || (index % every == 0 && last - index >= every) {
            let anchor = match index {
                0 => Anchor::Start,
                _ if index == last => Anchor::End,
                _ => Anchor::Middle,
            };
            let nudge = if index == 0 {
                -8.0
            } else if index == last {
                8.0
            } else {
                0.0
            };
            let at = (x.at(index as f64) + nudge, floor + 19.0);
            scene.text(at, anchor, fit(&step.label, SIZE, 150.0), "tick-label");
        }
    }
}

fn table(input: &SharesOverTime) -> Table {
    let mut table = Table::new(input.title.clone()).words("When").numbers("Customers");
    for segment in Segment::ALL {
        table = table.numbers(segment.name());
    }
    for step in &input.steps {
        let mut row = vec![step.label.clone().into(), figures::integer(step.customers).into()];
        row.extend(step.shares.map(|share| figures::percent(share).into()));
        table.row(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(count: usize) -> SharesOverTime {
        let step =
            |index: usize| ShareStep { label: format!("step {index}"), customers: 100, shares: [0.4, 0.1, 0.1, 0.4] };
        SharesOverTime { steps: (0..count).map(step).collect(), ..SharesOverTime::default() }
    }

    #[test]
    fn one_step_is_no_line() {
        assert!(draw(&steps(1), Frame::DOCUMENT).is_none());
        assert!(draw(&steps(0), Frame::DOCUMENT).is_none());
    }

    #[test]
    fn every_step_has_four_dots_and_a_row_and_labels_do_not_meet() {
        for width in [300.0, 680.0, 1200.0] {
            let scene = draw(&steps(36), Frame::wide(width)).unwrap();
            let dots = scene.marks.iter().filter(|mark| matches!(mark.shape, Shape::Circle { .. })).count();
            assert_eq!((dots, scene.table.rows.len()), (144, 36));
            let mut labels: Vec<(f64, f64)> = scene
                .marks
                .iter()
                .filter_map(|mark| match &mark.shape {
                    Shape::Text { at, anchor, words } if words.starts_with("step") => {
                        let wide = text_width(words, 13.0);
                        let from = match anchor {
                            Anchor::Start => at.0,
                            Anchor::Middle => at.0 - wide / 2.0,
                            Anchor::End => at.0 - wide,
                        };
                        Some((from, from + wide))
                    }
                    _ => None,
                })
                .collect();
            labels.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert!(labels.len() >= 2 && labels.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{width}: {labels:?}");
        }
    }

    #[test]
    fn equal_shares_have_names_apart() {
        let scene = draw(&steps(3), Frame::DOCUMENT).unwrap();
        let mut names: Vec<f64> = scene
            .marks
            .iter()
            .filter(|mark| mark.class == "curve-label")
            .filter_map(|mark| match &mark.shape {
                Shape::Text { at, .. } => Some(at.1),
                _ => None,
            })
            .collect();
        names.sort_by(f64::total_cmp);
        assert!(names.len() == 4 && names.windows(2).all(|pair| pair[1] - pair[0] >= 17.9), "{names:?}");
    }
}
