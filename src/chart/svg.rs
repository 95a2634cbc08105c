//! A scene as SVG text. All words are escaped; colours are classes.

use std::fmt::Write as _;

use super::scene::{Anchor, Mark, Scene, Shape};

/// Up to how many marks that say something each can be reached by the tab key; above it, the table serves.
const FOCUSABLE: usize = 48;

/// The whole `<svg>` element; its ids begin with the scene's name.
pub fn write(scene: &Scene) -> String {
    write_as(scene, scene.name)
}

/// The same with ids of its own, for a page that shows several charts of one kind.
pub fn write_as(scene: &Scene, id: &str) -> String {
    let focusable = scene.marks.iter().filter(|mark| mark.detail.is_some()).count() <= FOCUSABLE;
    let mut out = String::with_capacity(256 + scene.marks.len() * 96);
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart chart-{name}\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"{role}\" aria-labelledby=\"{id}-title {id}-desc\">\
         <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{sentence}</desc>",
        name = scene.name,
        width = Px(scene.width),
        height = Px(scene.height),
        role = if focusable { "group" } else { "img" },
        title = escape(&scene.title),
        sentence = escape(&scene.sentence),
    );
    for mark in &scene.marks {
        one(&mut out, mark, focusable);
    }
    out.push_str("</svg>");
    out
}

fn one(out: &mut String, mark: &Mark, focusable: bool) {
    let mut attributes = format!(" class=\"{}\"", escape(&mark.class));
    if let Some(opacity) = mark.opacity {
        let _ = write!(attributes, " fill-opacity=\"{}\"", Px(opacity));
    }
    if let Some(testid) = &mark.testid {
        let _ = write!(attributes, " data-testid=\"{}\"", escape(testid));
    }
    if let Some(detail) = &mark.detail {
        let _ = write!(attributes, " data-detail=\"{}\"", escape(detail));
        if focusable {
            let _ = write!(attributes, " tabindex=\"0\" role=\"img\" aria-label=\"{}\"", escape(detail));
        }
    }
    let _ = match &mark.shape {
        Shape::Rect { x, y, width, height } => write!(
            out,
            "<rect{attributes} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
            Px(*x),
            Px(*y),
            Px(width.max(0.0)),
            Px(height.max(0.0))
        ),
        Shape::Line { from, to } => write!(
            out,
            "<line{attributes} x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
            Px(from.0),
            Px(from.1),
            Px(to.0),
            Px(to.1)
        ),
        Shape::Path(points) => write!(out, "<path{attributes} d=\"{}\"/>", path(points, false)),
        Shape::Area(points) => write!(out, "<path{attributes} d=\"{}\"/>", path(points, true)),
        Shape::Circle { at, radius } => {
            write!(out, "<circle{attributes} cx=\"{}\" cy=\"{}\" r=\"{}\"/>", Px(at.0), Px(at.1), Px(radius.max(0.0)))
        }
        Shape::Text { at, anchor, words } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            write!(
                out,
                "<text{attributes} x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                Px(at.0),
                Px(at.1),
                escape(words)
            )
        }
        Shape::Glyph { at: (x, y), size, quarter } => {
            let half = size / 2.0;
            let (left, top) = (x + half * f64::from(quarter.0), y + half * f64::from(quarter.1));
            write!(
                out,
                "<g{attributes}><rect class=\"glyph-frame\" x=\"{}\" y=\"{}\" width=\"{side}\" height=\"{side}\"/>\
                 <rect class=\"glyph-fill\" x=\"{}\" y=\"{}\" width=\"{half}\" height=\"{half}\"/></g>",
                Px(*x),
                Px(*y),
                Px(left),
                Px(top),
                side = Px(*size),
                half = Px(half),
            )
        }
    };
}

fn path(points: &[(f64, f64)], close: bool) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    for (index, (x, y)) in points.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if index == 0 { "M" } else { "L" }, Px(*x), Px(*y));
    }
    if close && !points.is_empty() {
        d.push('Z');
    }
    d
}

/// A coordinate with at most two decimals and no needless zeros.
struct Px(f64);

impl std::fmt::Display for Px {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if self.0.is_finite() { (self.0 * 100.0).round() / 100.0 } else { 0.0 };
        // -0 is written as 0.
        write!(f, "{}", if value == 0.0 { 0.0 } else { value })
    }
}

/// Escapes text for element content and double-quoted attributes.
pub fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(' '),
            // Characters that XML forbids, and marks that turn the direction of all that follows.
            control if control.is_control() => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {}
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::Table;

    fn scene(marks: Vec<Mark>) -> Scene {
        Scene {
            name: "x",
            title: "T".into(),
            sentence: "S".into(),
            width: 100.0,
            height: 50.5,
            marks,
            table: Table::new("t"),
        }
    }

    #[test]
    fn shapes_are_written() {
        let svg = write(&scene(vec![
            Mark::new(Shape::Rect { x: 1.0, y: 2.0, width: 3.456, height: -1.0 }, "bar").opaque(0.5).named("t"),
            Mark::new(Shape::Path(vec![(0.0, 0.0), (1.5, -0.001)]), "line"),
            Mark::new(Shape::Area(vec![(0.0, 0.0), (1.0, 1.0), (2.0, 0.0)]), "band"),
            Mark::new(Shape::Circle { at: (5.0, f64::NAN), radius: 2.0 }, "dot").saying("five"),
        ]));
        for part in [
            "viewBox=\"0 0 100 50.5\"",
            "<rect class=\"bar\" fill-opacity=\"0.5\" data-testid=\"t\" x=\"1\" y=\"2\" width=\"3.46\" height=\"0\"/>",
            "d=\"M0 0L1.5 0\"",
            "d=\"M0 0L1 1L2 0Z\"",
            "<circle class=\"dot\" data-detail=\"five\" tabindex=\"0\" role=\"img\" aria-label=\"five\" cx=\"5\" cy=\"0\" r=\"2\"/>",
        ] {
            assert!(svg.contains(part), "{part} in {svg}");
        }
    }

    #[test]
    fn untrusted_words_are_escaped_everywhere() {
        let evil = "\"><script>alert('1')</script>&\u{0}\u{202e}";
        let mut one = scene(vec![]);
        one.title = evil.into();
        one.text((0.0, 0.0), Anchor::Start, evil, "label");
        one.marks.push(Mark::new(Shape::Circle { at: (0.0, 0.0), radius: 1.0 }, evil).saying(evil).named(evil));
        let svg = write(&one);
        assert!(!svg.contains("<script") && !svg.contains(['\u{0}', '\u{202e}']) && !svg.contains("\"\">"), "{svg}");
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
    }

    #[test]
    fn too_many_marks_are_not_tab_stops() {
        let dot = || Mark::new(Shape::Circle { at: (0.0, 0.0), radius: 1.0 }, "dot").saying("d");
        assert!(write(&scene((0..48).map(|_| dot()).collect())).contains("tabindex"));
        assert!(!write(&scene((0..49).map(|_| dot()).collect())).contains("tabindex"));
    }
}
