//! A segment's glyph: the quadrant it takes in the plane of frequency and loyalty.

use leptos::prelude::*;

use crate::chart::scene::quarter;
use crate::segments::findings::Segment;

/// The glyph, in the segment's colour; its name stands beside it, so it is silent.
pub fn glyph_markup(segment: Segment) -> String {
    let (column, row) = quarter(segment);
    format!(
        "<svg class=\"glyph ink-{}\" viewBox=\"0 0 14 14\" width=\"14\" height=\"14\" aria-hidden=\"true\">\
         <rect class=\"glyph-frame\" x=\"1\" y=\"1\" width=\"12\" height=\"12\"/>\
         <rect class=\"glyph-fill\" x=\"{}\" y=\"{}\" width=\"6\" height=\"6\"/></svg>",
        segment.slug(),
        1 + 6 * column,
        1 + 6 * row
    )
}

/// The four quarters in their colours: the mark of the house.
pub fn house_mark() -> AnyView {
    let mut tiles = String::new();
    for segment in Segment::ALL {
        let (column, row) = quarter(segment);
        tiles.push_str(&format!(
            "<rect class=\"tile {}\" x=\"{}\" y=\"{}\" width=\"10\" height=\"10\"/>",
            segment.slug(),
            12 * column,
            12 * row
        ));
    }
    view! { <svg class="mark" viewBox="0 0 22 22" width="22" height="22" aria-hidden="true" inner_html=tiles></svg> }
        .into_any()
}
