//! What holds of every scene, whatever it was drawn from.
#![allow(dead_code, unreachable_pub, reason = "a test helper of which each binary uses a part")]

use quadrant::chart::frame::text_width;
use quadrant::chart::scene::{Anchor, Scene, Shape};
use quadrant::chart::svg;

/// Words, a table, and no mark or word outside the picture.
pub fn inside(scene: &Scene) {
    let name = scene.name;
    let width = scene.width;
    assert!(!scene.title.is_empty() && !scene.sentence.is_empty(), "{name}");
    assert!(!scene.table.rows.is_empty(), "{name}");
    assert!(scene.table.rows.iter().all(|row| row.len() == scene.table.columns.len()), "{name}");
    for mark in &scene.marks {
        let points = match &mark.shape {
            Shape::Rect { x, y, width, height } => vec![(*x, *y), (x + width, y + height)],
            Shape::Line { from, to } => vec![*from, *to],
            Shape::Path(points) | Shape::Area(points) => points.clone(),
            Shape::Circle { at, .. } => vec![*at],
            Shape::Text { at, anchor, words } => {
                // The narrowest face that a reader may have; no class is set smaller than 12 pixels.
                let long = text_width(words, 12.0) * 0.85;
                let from = match anchor {
                    Anchor::Start => at.0,
                    Anchor::Middle => at.0 - long / 2.0,
                    Anchor::End => at.0 - long,
                };
                vec![(from, at.1), (from + long, at.1)]
            }
            Shape::Glyph { at, size, .. } => vec![*at, (at.0 + size, at.1 + size)],
        };
        for (x, y) in points {
            let inside = x >= -2.0 && x <= width + 2.0 && y >= -0.5 && y <= scene.height + 0.5;
            assert!(x.is_finite() && y.is_finite() && inside, "{name} at {width}: {mark:?} reaches {x}, {y}");
        }
    }
}

/// Its SVG is one well-formed element without any markup of its data.
pub fn harmless(scene: &Scene) {
    let svg = svg::write(scene);
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{}", scene.name);
    assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("onerror=\""), "{}: {svg}", scene.name);
    assert!(!svg.contains(['\u{0}', '\u{202e}']), "{}", scene.name);
    assert_eq!(svg.matches('<').count(), svg.matches('>').count(), "{}", scene.name);
    assert!(!svg.contains("NaN") && !svg.contains("inf"), "{}: {svg}", scene.name);
}
