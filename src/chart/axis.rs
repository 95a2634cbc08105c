//! Axes with round ticks, what they measure, and room for both on a phone.

use serde::{Deserialize, Serialize};

use super::frame::{fit, text_width};
use super::scale::{Bend, Scale, tick_words, ticks};
use super::scene::{Anchor, Scene};
use crate::report::figures;

/// What an axis covers and measures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// Lowest value.
    pub low: f64,
    /// Highest value.
    pub high: f64,
    /// What it measures, with its unit.
    pub label: String,
    /// Are its values shares, to be read as percent?
    pub percent: bool,
}

impl Axis {
    /// From `low` to `high`.
    pub fn new(low: f64, high: f64, label: impl Into<String>) -> Self {
        Self { low, high, label: label.into(), percent: false }
    }

    /// Shares, to be read as percent.
    pub fn shares(low: f64, high: f64, label: impl Into<String>) -> Self {
        Self { percent: true, ..Self::new(low, high, label) }
    }

    /// Wide enough for these values too; what is not finite is left out.
    #[must_use]
    pub fn with(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        for value in values.into_iter().filter(|value| value.is_finite()) {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
        self
    }

    /// The scale onto these pixels.
    pub(super) fn scale(&self, from: f64, to: f64) -> Scale {
        Scale::new(Bend::Linear, (self.low, self.high), (from, to))
    }

    /// Round values on it, about `wanted` of them, in words.
    fn marked(&self, wanted: u32) -> Vec<(f64, String)> {
        let at = ticks(self.low, self.high, wanted);
        let words = if self.percent {
            let hundred: Vec<f64> = at.iter().map(|tick| tick * 100.0).collect();
            tick_words(&hundred).into_iter().map(|words| format!("{words}%")).collect()
        } else {
            tick_words(&at)
        };
        at.into_iter().zip(words).collect()
    }

    /// Draws it along the bottom at `floor`, from `left` to `right`; lines go up to `top`.
    /// Takes 44 pixels below the floor with a label, 24 without.
    pub(super) fn below(&self, scene: &mut Scene, (left, right): (f64, f64), (top, floor): (f64, f64)) {
        let scale = self.scale(left, right);
        let wanted = ((right - left) / 70.0).clamp(2.0, 8.0) as u32;
        for (tick, words) in self.marked(wanted) {
            let at = scale.at(tick);
            scene.line((at, top), (at, floor), "grid");
            scene.line((at, floor), (at, floor + 5.0), "tick");
            let half = text_width(&words, 13.0) / 2.0;
            let anchor = if at < half {
                Anchor::Start
            } else if at > scene.width - half {
                Anchor::End
            } else {
                Anchor::Middle
            };
            scene.text((at, floor + 19.0), anchor, words, "tick-label");
        }
        scene.line((left, floor), (right, floor), "axis");
        if !self.label.is_empty() {
            let words = fit(&self.label, 13.0, scene.width);
            let start = left.min(scene.width - text_width(&words, 13.0)).max(0.0);
            scene.text((start, floor + 38.0), Anchor::Start, words, "axis-label");
        }
    }

    /// Draws it along the left at `left`, from `floor` up to `top`; lines go to `right`. The label stands above it.
    pub(super) fn beside(&self, scene: &mut Scene, (left, right): (f64, f64), (top, floor): (f64, f64)) {
        let scale = self.scale(floor, top);
        let wanted = ((floor - top) / 50.0).clamp(2.0, 6.0) as u32;
        for (tick, words) in self.marked(wanted) {
            let at = scale.at(tick);
            scene.line((left, at), (right, at), if tick == 0.0 { "axis" } else { "grid" });
            scene.text((left - 8.0, at + 4.5), Anchor::End, words, "tick-label");
        }
        if !self.label.is_empty() {
            scene.text((0.0, top - 10.0), Anchor::Start, fit(&self.label, 13.0, scene.width), "axis-label");
        }
    }

    /// A value as its ticks would say it, with three significant digits.
    pub fn words(&self, value: f64) -> String {
        if self.percent { figures::percent(value) } else { figures::mean(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::said::Said;

    #[test]
    fn ticks_say_percent_where_shares_are_measured() {
        let words: Vec<String> = Axis::shares(0.0, 1.0, "").marked(4).into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["0%", "50%", "100%"]);
        assert_eq!(Axis::new(0.0, 1.0, "").with([f64::NAN, 3.0, -1.0]), Axis::new(-1.0, 3.0, ""));
    }

    #[test]
    fn an_axis_of_nothing_is_a_line() {
        let mut scene = Said::default().scene("x", 320.0, 100.0);
        for axis in [Axis::new(1.0, 1.0, "a"), Axis::new(f64::NAN, 2.0, "b"), Axis::new(0.0, 1.0, "x".repeat(200))] {
            axis.below(&mut scene, (40.0, 300.0), (10.0, 60.0));
            axis.beside(&mut scene, (40.0, 300.0), (10.0, 60.0));
        }
        assert!(scene.marks.iter().filter(|mark| mark.class == "axis").count() >= 3);
    }
}
