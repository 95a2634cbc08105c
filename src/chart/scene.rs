//! What a chart draws, before it is SVG.

use super::frame::{fit, text_width};
use crate::report::document::Table;
use crate::report::naming::Naming;

/// Where a text is anchored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Begins at x.
    Start,
    /// Is centred on x.
    Middle,
    /// Ends at x.
    End,
}

/// A shape in pixels, y downwards.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A rectangle.
    Rect {
        /// Left.
        x: f64,
        /// Top.
        y: f64,
        /// Width.
        width: f64,
        /// Height.
        height: f64,
    },
    /// A straight line.
    Line {
        /// From.
        from: (f64, f64),
        /// To.
        to: (f64, f64),
    },
    /// A line through points.
    Path(Vec<(f64, f64)>),
    /// A closed area.
    Area(Vec<(f64, f64)>),
    /// A dot.
    Circle {
        /// Centre.
        at: (f64, f64),
        /// Radius.
        radius: f64,
    },
    /// Words; `y` is the base line.
    Text {
        /// Where.
        at: (f64, f64),
        /// How anchored.
        anchor: Anchor,
        /// The words, untrusted.
        words: String,
    },
    /// A segment's glyph in a square: the quadrant filled is the one it takes.
    Glyph {
        /// Left, top.
        at: (f64, f64),
        /// Side.
        size: f64,
        /// Column (0 = left) and row (0 = top) of the filled quarter.
        quarter: (u8, u8),
    },
}

/// A shape with its class in the style sheet and, where it stands for a number, what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The shape.
    pub shape: Shape,
    /// Classes.
    pub class: String,
    /// What it says on hover and focus.
    pub detail: Option<String>,
    /// Fill opacity, where it carries a number.
    pub opacity: Option<f64>,
    /// `data-testid`, where outsiders rely on one.
    pub testid: Option<String>,
}

impl Mark {
    /// A mark of a class.
    pub fn new(shape: Shape, class: impl Into<String>) -> Self {
        Self { shape, class: class.into(), detail: None, opacity: None, testid: None }
    }

    /// With what it says.
    pub fn saying(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With an opacity.
    pub fn opaque(mut self, opacity: f64) -> Self {
        self.opacity = Some(opacity);
        self
    }

    /// With a name for tests.
    pub fn named(mut self, testid: impl Into<String>) -> Self {
        self.testid = Some(testid.into());
        self
    }
}

/// A chart, drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Name, unique in a document (`segment-map`).
    pub name: &'static str,
    /// Title: what it shows, or better, what it says.
    pub title: String,
    /// One sentence for those who do not see it.
    pub sentence: String,
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// What is drawn, back to front.
    pub marks: Vec<Mark>,
    /// The numbers behind it.
    pub table: Table,
}

impl Scene {
    /// Puts the reader's names in place of the published ones. A name much longer than what it stands for is cut.
    pub fn name(&mut self, naming: Naming<'_>) {
        for words in [&mut self.title, &mut self.sentence] {
            naming.put(words);
        }
        naming.table(&mut self.table);
        for mark in &mut self.marks {
            if let Some(detail) = &mut mark.detail {
                naming.put(detail);
            }
            if let Shape::Text { words, .. } = &mut mark.shape {
                let room = (text_width(words, 14.0) * 1.25).max(150.0);
                let named = naming.words(words);
                if named != *words {
                    *words = fit(&named, 14.0, room);
                }
            }
        }
    }

    /// Adds a text.
    pub fn text(&mut self, at: (f64, f64), anchor: Anchor, words: impl Into<String>, class: &str) {
        self.marks.push(Mark::new(Shape::Text { at, anchor, words: words.into() }, class));
    }

    /// Adds a line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        self.marks.push(Mark::new(Shape::Line { from, to }, class));
    }

    /// Adds a segment's glyph, `size` pixels wide.
    pub fn glyph(&mut self, at: (f64, f64), size: f64, segment: crate::segments::findings::Segment, class: &str) {
        self.marks.push(Mark::new(Shape::Glyph { at, size, quarter: quarter(segment) }, class));
    }
}

/// Column (0 = seldom) and row (0 = loyal) of a segment in the plane.
pub fn quarter(segment: crate::segments::findings::Segment) -> (u8, u8) {
    use crate::segments::findings::Segment;
    match segment {
        Segment::Champions => (1, 0),
        Segment::FrequentExplorers => (1, 1),
        Segment::LoyalOccasionals => (0, 0),
        Segment::AtRisk => (0, 1),
    }
}
