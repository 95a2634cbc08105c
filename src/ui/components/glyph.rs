//! A segment's glyph: the quadrant it takes in the plane of frequency and loyalty.

use leptos::prelude::*;

use crate::chart::scene::quarter;
use crate::segments::findings::Segment;

/// The glyph, in the segment's colour; its name stands beside it, so it is silent.
pub fn glyph(segment: Segment) -> impl IntoView {
    let (column, row) = quarter(segment);
    view! {
        <svg class=format!("glyph ink-{}", segment.slug()) viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
            <rect class="glyph-frame" x="1" y="1" width="12" height="12"/>
            <rect class="glyph-fill" x=(1 + 6 * column).to_string() y=(1 + 6 * row).to_string() width="6" height="6"/>
        </svg>
    }
}

/// The four quarters in their colours: the mark of the house.
pub fn house_mark() -> impl IntoView {
    let tiles = Segment::ALL.map(|segment| {
        let (column, row) = quarter(segment);
        view! {
            <rect class=format!("tile {}", segment.slug()) x=(12 * column).to_string() y=(12 * row).to_string()
                width="10" height="10"/>
        }
    });
    view! {
        <svg class="mark" viewBox="0 0 22 22" width="22" height="22" aria-hidden="true">{tiles.into_iter().collect_view()}</svg>
    }
}
