//! Named rows of dots with intervals: rivals, resamples, anything that is compared line by line.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::{Frame, fit, text_width};
use super::line::Tone;
use super::said::Said;
use super::scale::Scale;
use super::scene::{Anchor, Mark, Scene, Shape};

/// Which comparison it is: names the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// The rule against its rivals.
    BakeOff,
    /// Observed beside structureless data.
    Null,
    /// Does the same partition come back?
    Stability,
    /// Random halves, beside shuffled labels.
    Split,
}

impl Subject {
    /// Name of the scene.
    pub fn name(self) -> &'static str {
        match self {
            Self::BakeOff => "bake-off",
            Self::Null => "null-benchmark",
            Self::Stability => "stability",
            Self::Split => "split",
        }
    }
}

/// What rows of dots are drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dots {
    /// Which comparison it is.
    pub subject: Subject,
    /// Words and numbers.
    pub said: Said,
    /// What the dots measure.
    pub axis: Axis,
    /// Values that matter, with words.
    pub levels: Vec<(f64, String)>,
    /// The rows, from top to bottom.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its name (untrusted text).
    pub name: String,
    /// Begins a group of that title; may be empty.
    pub group: String,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// Does the interval belong to chance rather than to the dot?
    pub null: bool,
    /// Its dots.
    pub dots: Vec<Dot>,
    /// At the right edge.
    pub value: String,
}

/// One dot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dot {
    /// Its value.
    pub at: f64,
    /// Accent: filled; ink: filled, of no colour; grey: hollow.
    pub tone: Tone,
    /// What it says.
    pub said: String,
}

/// The rows; `None` where there is no dot.
pub fn draw(input: &Dots, frame: Frame) -> Option<Scene> {
    let Dots { subject, said, axis, levels, rows } = input;
    rows.iter().find(|row| !row.dots.is_empty())?;
    let narrow = frame.is_narrow();
    let step = if narrow { 46.0 } else { 32.0 };
    let group_height = 30.0;
    let widest = rows.iter().map(|row| text_width(&row.value, 13.0)).fold(0.0, f64::max);
    let names = rows.iter().map(|row| text_width(&row.name, 14.0) * 1.08).fold(120.0, f64::max).min(frame.width * 0.42);
    let (left, right) = (if narrow { 8.0 } else { names + 22.0 }, frame.width - widest.max(2.0) - 22.0);
    let top = if levels.is_empty() { 8.0 } else { 26.0 };
    let groups = rows.iter().filter(|row| !row.group.is_empty()).count() as f64;
    let floor = top + step * rows.len() as f64 + group_height * groups;
    let mut scene = said.scene(subject.name(), frame.width, floor + if axis.label.is_empty() { 26.0 } else { 46.0 });
    axis.below(&mut scene, (left, right), (top - 4.0, floor));
    let x = axis.scale(left, right);
    self::levels(&mut scene, levels, &x, (left, right, top, floor));
    let mut y = top;
    for row in rows {
        if !row.group.is_empty() {
            let words = fit(&row.group, 13.0, frame.width);
            scene.text((0.0, y + 19.0), Anchor::Start, words, "group-label halo");
            y += group_height;
        }
        one(&mut scene, row, &x, (y, step, left), narrow);
        y += step;
    }
    Some(scene)
}

/// Upright lines; words that would run into those before them are left to the lines.
fn levels(scene: &mut Scene, levels: &[(f64, String)], x: &Scale, (left, right, top, floor): (f64, f64, f64, f64)) {
    let mut free = left;
    for (index, (value, words)) in levels.iter().enumerate() {
        let at = x.at(*value);
        scene.line((at, top - 6.0), (at, floor), "threshold");
        let width = text_width(words, 12.5);
        // To the right of its line, unless that is where the next one or the edge is.
        let end = levels.get(index + 1).map_or(right, |(next, _)| x.at(*next)).min(right);
        let before = (at - 4.0 - width).max(0.0);
        let start = if at + 4.0 + width <= end || before < free { at + 4.0 } else { before };
        if start + width > scene.width {
            continue;
        }
        if start >= free {
            scene.text((start, top - 12.0), Anchor::Start, fit(words, 12.5, scene.width - start), "band-label");
            free = start + width + 6.0;
        }
    }
}

fn one(scene: &mut Scene, row: &Row, x: &Scale, (y, step, left): (f64, f64, f64), narrow: bool) {
    let centre = y + if narrow { step - 13.0 } else { step / 2.0 };
    let strong = row.dots.iter().any(|dot| dot.tone == Tone::Accent);
    let class = if strong { "free" } else { "tied" };
    let (label, room) = if narrow { (y + 17.0, scene.width) } else { (centre + 4.5, left - 14.0) };
    scene.text((0.0, label), Anchor::Start, fit(&row.name, 14.0, room), &format!("row-label {class} halo"));
    if let Some((low, high)) = row.interval {
        let (from, to) = (x.at(low), x.at(high));
        if row.null {
            let shape = Shape::Rect { x: from, y: centre - 8.0, width: (to - from).max(2.0), height: 16.0 };
            scene.marks.push(Mark::new(shape, "null-bar"));
        } else {
            scene.line((from, centre), (to, centre), &format!("interval {class}"));
        }
    }
    for dot in &row.dots {
        let class = match dot.tone {
            Tone::Accent => "dot free",
            Tone::Ink => "dot ink",
            Tone::Grey => "dot tied",
        };
        let shape = Shape::Circle { at: (x.at(dot.at), centre), radius: 5.0 };
        scene.marks.push(Mark::new(shape, class).saying(dot.said.clone()));
    }
    if !row.value.is_empty() {
        scene.text((scene.width, centre + 4.5), Anchor::End, row.value.clone(), &format!("row-value {class}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(names: &[&str]) -> Dots {
        let row = |(index, name): (usize, &&str)| Row {
            name: (*name).to_owned(),
            group: if index == 0 { "First".into() } else { String::new() },
            interval: Some((0.1, 0.3)),
            dots: vec![Dot { at: 0.2, tone: Tone::Accent, said: "two".into() }],
            value: "0.2".into(),
            ..Row::default()
        };
        Dots {
            subject: Subject::BakeOff,
            said: Said::default(),
            axis: Axis::new(0.0, 0.4, "R²"),
            levels: vec![(0.0, "as good as the rule".into()), (0.01, "a hundredth more".into())],
            rows: names.iter().enumerate().map(row).collect(),
        }
    }

    #[test]
    fn dots_and_intervals_stand_where_the_axis_says() {
        let input = dots(&["one", "two"]);
        let scene = draw(&input, Frame::DOCUMENT).unwrap();
        let x = input.axis.scale(142.0, 680.0 - text_width("0.2", 13.0) - 22.0);
        let found: Vec<f64> = scene
            .marks
            .iter()
            .filter_map(|mark| if let Shape::Circle { at, .. } = mark.shape { Some(at.0) } else { None })
            .collect();
        assert_eq!(found, [x.at(0.2); 2]);
        let interval = scene.marks.iter().find(|mark| mark.class == "interval free").unwrap();
        let Shape::Line { from, to } = interval.shape else { panic!("an interval is a line") };
        assert_eq!((from.0, to.0), (x.at(0.1), x.at(0.3)));
    }

    #[test]
    fn labels_of_levels_keep_apart() {
        let words = |frame| {
            let scene = draw(&dots(&["one"]), frame).unwrap();
            assert_eq!(scene.marks.iter().filter(|mark| mark.class == "threshold").count(), 2);
            let mut ends: Vec<(f64, f64)> = scene
                .marks
                .iter()
                .filter_map(|mark| match &mark.shape {
                    Shape::Text { at, words, .. } if mark.class == "band-label" => {
                        Some((at.0, at.0 + text_width(words, 12.5)))
                    }
                    _ => None,
                })
                .collect();
            ends.sort_by(|a, b| a.0.total_cmp(&b.0));
            ends
        };
        for frame in [Frame::DOCUMENT, Frame::wide(320.0), Frame::wide(240.0)] {
            let ends = words(frame);
            assert!(!ends.is_empty() && ends.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{ends:?}");
        }
        assert!(draw(&dots(&[]), Frame::DOCUMENT).is_none());
    }
}
