//! The demo extract's first screen and pictures, held against readable goldens.
//!
//! `QUADRANT_UPDATE=1 cargo test --test documents` writes the goldens anew; look at the difference before committing it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should panic")]

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use quadrant::chart::frame::Frame;
use quadrant::chart::scene::{Scene, Shape};
use quadrant::chart::{forest, histogram, k_curve, mosaic, segment_map, svg};
use quadrant::extract::source::{FileSource, Source};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::outcome::Outcome;
use quadrant::pipeline::params::Params;
use quadrant::pipeline::run::run;
use quadrant::report::brief;
use quadrant::view::{View, view};

/// The demo, run once for all tests.
fn demo() -> &'static Outcome {
    static DEMO: OnceLock<Outcome> = OnceLock::new();
    DEMO.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("public/demo");
        let names = ["orders", "order_products__prior", "products", "aisles", "departments"];
        let sources = names
            .iter()
            .map(|name| Arc::new(FileSource::open(&folder.join(format!("{name}.parquet"))).unwrap()) as Arc<dyn Source>)
            .collect();
        let params = Params::default().check().unwrap();
        block_on(run(sources, None, &params, &Pace::unhurried(), &|_| {})).unwrap().outcome
    })
}

fn golden(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(name);
    if std::env::var_os("QUADRANT_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, found).unwrap();
        return;
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    let line = wanted.lines().zip(found.lines()).position(|(a, b)| a != b);
    assert!(
        wanted == found,
        "{} differs (first at line {line:?}); QUADRANT_UPDATE=1 writes it anew.\nfound:\n{found}",
        path.display()
    );
}

fn scenes(frame: Frame) -> Vec<Scene> {
    let demo = demo();
    let results = &demo.results;
    let words = histogram::Words { title: "Orders".into(), ..histogram::Words::default() };
    [
        Some(mosaic::draw(&mosaic::Segments::of(results), frame)),
        demo.drawings
            .score_density
            .value()
            .and_then(|density| segment_map::draw(&segment_map::SegmentMap::of(results, density)?, frame)),
        results.validation.value().and_then(|found| forest::draw(&forest::Forest::of(&found.effects)?, frame)),
        results.clustering.value().and_then(|found| k_curve::draw(&k_curve::Curves::of(found)?, frame)),
        demo.drawings
            .order_counts
            .value()
            .and_then(|counts| histogram::draw(&histogram::Counted::of(counts, words), frame)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn the_first_screen_reads_as_it_should() {
    golden("brief.txt", &format!("{:#?}\n", brief::brief(&demo().results)));
}

#[test]
fn scenes_are_drawn_as_they_should_be() {
    for scene in scenes(Frame::DOCUMENT) {
        golden(&format!("{}.svg", scene.name), &svg::write(&scene).replace("><", ">\n<"));
    }
}

#[test]
fn every_scene_has_words_a_table_and_stays_inside_at_any_width() {
    for width in [240.0, 320.0, 358.0, 520.0, 680.0, 960.0] {
        for scene in scenes(Frame::wide(width)) {
            let name = scene.name;
            assert!(!scene.title.is_empty() && !scene.sentence.is_empty(), "{name}");
            assert!(!scene.table.rows.is_empty(), "{name}");
            assert!(scene.table.rows.iter().all(|row| row.len() == scene.table.columns.len()), "{name}");
            for mark in &scene.marks {
                let points = match &mark.shape {
                    Shape::Rect { x, y, width, height } => vec![(*x, *y), (x + width, y + height)],
                    Shape::Line { from, to } => vec![*from, *to],
                    Shape::Path(points) | Shape::Area(points) => points.clone(),
                    Shape::Circle { at, .. } | Shape::Text { at, .. } => vec![*at],
                    Shape::Glyph { at, size, .. } => vec![*at, (at.0 + size, at.1 + size)],
                };
                for (x, y) in points {
                    let inside = x >= -0.5 && x <= scene.width + 0.5 && y >= -0.5 && y <= scene.height + 0.5;
                    assert!(x.is_finite() && y.is_finite() && inside, "{name} at {width}: {mark:?}");
                }
            }
        }
    }
}

/// The page gets no more than this: it must arrive whole, and small.
#[test]
fn the_view_arrives_as_it_was_sent() {
    let view = view(demo());
    let text = serde_json::to_string(&view).unwrap();
    let back: View = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert!(text.len() < 200_000, "{} bytes", text.len());
    for part in ["gates", "depth"] {
        assert!(view.data.iter().any(|section| section.id == part), "{part}");
    }
    assert!(view.overview.segments.is_some() && view.overview.map.is_some());
    assert_eq!(view.overview.brief, brief::brief(&demo().results));
    assert!(!view.clustering.sections.is_empty() && !view.validation.is_empty());
}
