//! A square or oblong of numbers between -1 and 1: the stronger, the darker, with the number in it where it fits.

use serde::{Deserialize, Serialize};

use super::frame::{Frame, fit, text_width};
use super::said::Said;
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::report::figures;

/// Which matrix it is: names the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// Correlations of features.
    Correlations,
    /// Agreement between partitions.
    Agreement,
}

impl Subject {
    /// Name of the scene.
    pub fn name(self) -> &'static str {
        match self {
            Self::Correlations => "correlations",
            Self::Agreement => "agreement",
        }
    }
}

/// What a heatmap is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heatmap {
    /// Which matrix it is.
    pub subject: Subject,
    /// Words and numbers.
    pub said: Said,
    /// Names of the rows and of the columns alike (untrusted text).
    pub names: Vec<String>,
    /// Rows of numbers between -1 and 1; `None` where there is none.
    pub cells: Vec<Vec<Option<f64>>>,
    /// From this size on a cell is framed.
    pub marked: f64,
}

/// Names that are drawn; beyond it the table serves.
const MOST: usize = 24;
/// Below this width of a cell no number stands in it.
const NUMBERED: f64 = 33.0;

/// The heatmap, its lower triangle only, since it is the same above; `None` where there are less than two names.
pub fn draw(input: &Heatmap, frame: Frame) -> Option<Scene> {
    let names = input.names.get(..input.names.len().min(MOST))?;
    if names.len() < 2 {
        return None;
    }
    let size = names.len();
    let widest = names.iter().map(|name| text_width(name, 13.0)).fold(0.0, f64::max) + 34.0;
    let label = widest.min(frame.width * if frame.is_narrow() { 0.42 } else { 0.34 });
    let cell = ((frame.width - label) / (size - 1) as f64).clamp(4.0, 58.0);
    let high = cell.clamp(18.0, 34.0);
    // Every second or third number where all would run into one another.
    let every = (18.0 / cell).ceil().max(1.0) as usize;
    let mut scene = input.said.scene(input.subject.name(), frame.width, high * (size - 1) as f64 + 24.0);
    for (row, name) in names.iter().enumerate().skip(1) {
        let top = high * (row - 1) as f64;
        let words = fit(&format!("{} {name}", row + 1), 13.0, label - 8.0);
        scene.text((0.0, top + high / 2.0 + 4.5), Anchor::Start, words, "heat-label");
        for (column, other) in names.iter().enumerate().take(row) {
            let value = input.cells.get(row).and_then(|cells| cells.get(column)).copied().flatten();
            let left = label + cell * column as f64;
            one(&mut scene, (left, top, cell, high), value, (name, other), input.marked);
        }
        // A column goes by the number of its row.
        let column = row - 1;
        if column.is_multiple_of(every) {
            let words = (column + 1).to_string();
            let middle = (label + cell * (column as f64 + 0.5)).min(scene.width - text_width(&words, 13.0) / 2.0);
            scene.text((middle, high * (size - 1) as f64 + 16.0), Anchor::Middle, words, "tick-label");
        }
    }
    let first = names.first()?;
    let at = label + cell + 6.0;
    let words = fit(&format!("1 {first}"), 13.0, frame.width - at);
    if size > 2 && !words.starts_with('…') {
        scene.text((at, high / 2.0 + 4.5), Anchor::Start, words, "heat-label");
    }
    Some(scene)
}

fn one(
    scene: &mut Scene,
    (x, y, width, height): (f64, f64, f64, f64),
    value: Option<f64>,
    (name, other): (&str, &str),
    marked: f64,
) {
    let shape = Shape::Rect { x, y, width: width - 1.0, height: height - 1.0 };
    let Some(value) = value.filter(|value| value.is_finite()) else {
        scene.marks.push(Mark::new(shape, "heat none").saying(format!("{name} and {other}: not measured")));
        return;
    };
    let strength = value.abs().min(1.0);
    let sign = if value < 0.0 { "heat minus" } else { "heat plus" };
    let said = format!("{name} and {other}: {}", figures::decimal(value, 2));
    scene.marks.push(Mark::new(shape, sign).opaque(0.04 + 0.96 * strength).saying(said));
    if strength >= marked {
        let frame = Shape::Rect { x: x + 1.0, y: y + 1.0, width: width - 3.0, height: height - 3.0 };
        scene.marks.push(Mark::new(frame, "heat-frame"));
    }
    if width >= NUMBERED {
        let class = if strength > 0.55 { "heat-value on" } else { "heat-value" };
        let at = (x + width / 2.0 - 0.5, y + height / 2.0 + 4.0);
        scene.text(at, Anchor::Middle, figures::decimal(value, 2), class);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heatmap(names: usize) -> Heatmap {
        Heatmap {
            subject: Subject::Correlations,
            said: Said::default(),
            names: (0..names).map(|index| format!("feature {index}")).collect(),
            cells: (0..names)
                .map(|row| {
                    (0..names).map(|column| if row == column { None } else { Some(-0.9 + 0.1 * row as f64) }).collect()
                })
                .collect(),
            marked: 0.85,
        }
    }

    #[test]
    fn the_lower_triangle_is_drawn_once() {
        for (names, cells) in [(2, 1), (15, 105), (24, 276), (500, 276)] {
            let scene = draw(&heatmap(names), Frame::wide(320.0)).unwrap();
            assert_eq!(
                scene
                    .marks
                    .iter()
                    .filter(|mark| mark.class.starts_with("heat p") || mark.class.starts_with("heat m"))
                    .count(),
                cells
            );
        }
        assert!(draw(&heatmap(1), Frame::DOCUMENT).is_none() && draw(&heatmap(0), Frame::DOCUMENT).is_none());
    }

    #[test]
    fn strength_is_opacity_and_strong_ones_are_framed() {
        let mut input = heatmap(3);
        input.cells = vec![vec![None; 3], vec![Some(-0.9), None, None], vec![Some(0.25), None, None]];
        let scene = draw(&input, Frame::DOCUMENT).unwrap();
        let opacity = |class: &str| scene.marks.iter().find(|mark| mark.class == class).and_then(|mark| mark.opacity);
        assert_eq!((opacity("heat minus"), opacity("heat plus")), (Some(0.04 + 0.96 * 0.9), Some(0.04 + 0.96 * 0.25)));
        assert_eq!(scene.marks.iter().filter(|mark| mark.class == "heat-frame").count(), 1);
        assert_eq!(scene.marks.iter().filter(|mark| mark.class == "heat none").count(), 1);
    }
}
