//! The four segments as bars: for shares too uneven for the mosaic.

use super::frame::{Frame, fit};
use super::mosaic::Segments;
use super::scale::{Bend, Scale};
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::report::{figures, wording};

/// Height of one bar with its label.
const ROW: f64 = 58.0;

/// One bar per segment, from zero.
pub fn draw(input: &Segments, frame: Frame) -> Scene {
    let segments = &input.segments;
    let mut scene = Scene {
        name: "segments",
        title: "The four segments".to_owned(),
        sentence: input.sentence.clone(),
        width: frame.width,
        height: ROW * segments.len() as f64,
        marks: Vec::new(),
        table: input.table.clone(),
    };
    let longest = segments.iter().map(|segment| segment.share).fold(0.0, f64::max);
    let length = Scale::new(Bend::Linear, (0.0, longest), (0.0, frame.width));
    for (row, segment) in segments.iter().enumerate() {
        let top = ROW * row as f64;
        let name = segment.name;
        let said = format!(
            "{}: {} customers, {}. They {}.",
            segment.label,
            figures::integer(segment.count),
            figures::percent_to(segment.share, 2),
            wording::definition(name)
        );
        scene.glyph((0.0, top + 6.0), 13.0, name, &format!("glyph ink-{}", name.slug()));
        let label = fit(&segment.label, 15.0, frame.width - 160.0);
        scene.text((20.0, top + 18.0), Anchor::Start, label, "bar-name");
        scene.marks.push(
            Mark::new(
                Shape::Text {
                    at: (frame.width - 70.0, top + 18.0),
                    anchor: Anchor::End,
                    words: figures::integer(segment.count),
                },
                "bar-count",
            )
            .named(format!("segment-count-{}", name.slug())),
        );
        scene.text((frame.width, top + 18.0), Anchor::End, figures::percent_to(segment.share, 2), "bar-share");
        scene.marks.push(
            Mark::new(
                Shape::Rect { x: 0.0, y: top + 28.0, width: length.at(segment.share), height: 16.0 },
                format!("tile {}", name.slug()),
            )
            .saying(said),
        );
        scene.line((0.0, top + 28.0), (0.0, top + 44.0), "axis");
    }
    scene
}
