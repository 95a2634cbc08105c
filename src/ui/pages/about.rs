//! Method, privacy, licence, build.

use leptos::prelude::*;

use crate::pipeline::outcome::{Build, SCHEMA_VERSION};
use crate::report::wording;
use crate::segments::findings::Segment;
use crate::ui::components::glyph::glyph_markup;

/// The page.
#[component]
pub fn About() -> impl IntoView {
    let mut segments = String::new();
    for segment in Segment::ALL {
        let (name, means) = (segment.name(), wording::definition(segment));
        let glyph = glyph_markup(segment);
        segments.push_str(&format!("<li><span class=\"segment\">{glyph}<strong>{name}</strong></span> {means}.</li>"));
    }
    view! {
        <article class="paper">
            <h1>"How it works, and what it keeps"</h1>
            <h2>"The rule"</h2>
            <p>
                "Two scores per customer: how often they order (from the mean days between orders) and how much of what they \
                 order they have bought before. Each is cut at the median of the extract, and a score on the line counts as high."
            </p>
            <ul class="points" inner_html=segments></ul>
            <h2>"The order of work"</h2>
            <p>
                "Read the extract and check it; ask whether its customers can be segmented at all; build features; test whether \
                 clustering finds more than structureless data would show; apply the rule; validate it on what is not tied to it, \
                 and on later orders where there are any; weigh the evidence once, and let every sentence follow from that."
            </p>
            <h2>"Privacy"</h2>
            <p>
                "Your files are read by this browser tab and nowhere else. The page is a handful of static files; its content \
                 security policy forbids any connection but to its own address, for the page and for the engine alike. Load it, \
                 go offline, and drop your files: it works just the same."
            </p>
            <p>"The only thing stored on this device is your choice of light or dark."</p>
            <h2>"Build"</h2>
            <p>{format!("Version {}, results schema {SCHEMA_VERSION}. MIT licence.", Build::current().version)}</p>
        </article>
    }
}
