//! The demo extract's first screen and pictures, held against readable goldens.
//!
//! `QUADRANT_UPDATE=1 cargo test --test documents` writes the goldens anew; look at the difference before committing it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use quadrant::chart::frame::Frame;
use quadrant::chart::scene::Scene;
use quadrant::chart::sketch::Sketch;
use quadrant::chart::{boxes, line, power, svg};
use quadrant::extract::source::{FileSource, Source};
use quadrant::pace::{Pace, block_on};
use quadrant::pipeline::labels::Labels;
use quadrant::pipeline::outcome::Outcome;
use quadrant::pipeline::params::Params;
use quadrant::pipeline::run::run;
use quadrant::report::brief;
use quadrant::view::pages::Pages;
use quadrant::view::{Piece, View, view};

#[path = "support/scenes.rs"]
mod support;

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

/// As the engine draws it for the page.
fn drawn(sketch: &Sketch, frame: Frame) -> Option<Scene> {
    let scene = sketch.draws()?(frame, &Labels::default())?;
    assert_eq!((&scene.title, &scene.sentence), (&sketch.said.title, &sketch.said.sentence));
    assert_eq!(scene.table, sketch.said.table);
    Some(scene)
}

/// Every picture that the page shows of the demo, and the power curve of its experiment plan.
fn scenes(frame: Frame) -> Vec<Scene> {
    let demo = demo();
    let view = view(demo);
    let sections = [&view.data, &view.features.sections, &view.clustering.sections, &view.validation];
    let figures = sections.into_iter().flatten().flat_map(|section| &section.pieces).filter_map(|piece| match piece {
        Piece::Figure(sketch) => drawn(sketch, frame),
        _ => None,
    });
    let first = [&view.overview.segments, &view.overview.map].into_iter().flatten();
    let boxes = demo.drawings.boxes.iter().find(|boxes| boxes.name == "avg_basket_size").unwrap();
    let own = [
        boxes::draw(&boxes::Boxes::of(boxes, "lines").unwrap(), frame),
        line::draw(&power::power(&demo.results.planning).unwrap(), frame),
    ];
    first.filter_map(|sketch| drawn(sketch, frame)).chain(figures).chain(own.into_iter().flatten()).collect()
}

#[test]
fn the_first_screen_reads_as_it_should() {
    golden("brief.txt", &format!("{:#?}\n", brief::brief(&demo().results)));
}

#[test]
fn scenes_are_drawn_as_they_should_be() {
    let mut seen = BTreeSet::new();
    for scene in scenes(Frame::DOCUMENT) {
        // Of two pictures of a kind the first stands for both.
        if seen.insert(scene.name) {
            golden(&format!("{}.svg", scene.name), &svg::write(&scene).replace("><", ">\n<"));
        }
    }
    let all = "segments segment-map histogram clock correlations k-curve null-benchmark silhouette stability agreement scree \
               loadings forest calibration reliability flow thresholds split boxes power";
    assert_eq!(seen, all.split_whitespace().collect());
}

#[test]
fn every_scene_has_words_a_table_and_stays_inside_at_any_width() {
    for width in [240.0, 320.0, 358.0, 520.0, 680.0, 960.0] {
        for scene in scenes(Frame::wide(width)) {
            support::inside(&scene);
        }
    }
}

/// The page gets no more than this: it must arrive whole, and small, above all what it reads at once. The charts' numbers
/// are in it as tables, since the page draws none of them.
#[test]
fn the_view_arrives_as_it_was_sent() {
    let view = view(demo());
    let text = serde_json::to_string(&view).unwrap();
    let back: View = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    let pages = Pages::from(view.clone());
    let sent = serde_json::to_string(&pages).unwrap();
    let arrived: Pages = serde_json::from_str(&sent).unwrap();
    assert_eq!(arrived, pages);
    assert_eq!(*arrived.features.open(|text| serde_json::from_str(text).ok()), view.features);
    assert_eq!(*arrived.validation.open(|text| serde_json::from_str(text).ok()), view.validation);
    let parts = [
        ("strip and overview", serde_json::to_string(&(&view.strip, &view.overview)).unwrap().len(), 20_000),
        ("features", serde_json::to_string(&view.features).unwrap().len(), 150_000),
        ("all", sent.len(), 300_000),
    ];
    for (what, bytes, most) in parts {
        println!("{what}: {bytes} bytes");
        assert!(bytes < most, "{what}: {bytes} bytes, at most {most}");
    }
    for part in ["gates", "depth"] {
        assert!(view.data.iter().any(|section| section.id == part), "{part}");
    }
    assert!(view.overview.segments.is_some() && view.overview.map.is_some());
    assert_eq!(view.overview.brief, brief::brief(&demo().results));
    assert!(!view.clustering.sections.is_empty() && !view.validation.is_empty());
}
