//! The bundled demo is what the generator makes, byte for byte, and travels light.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test that cannot go on should panic")]
#![cfg(not(target_arch = "wasm32"))]

use std::path::Path;

use quadrant::extract::findings::Layout;
use quadrant::generate::folder::MemoryFolder;
use quadrant::generate::{Scenario, Spec, generate};
use quadrant::pace::Pace;

#[test]
fn the_demo_is_generated_and_small() {
    let spec = Spec { customers: 3_000, layout: Layout::Star, scenario: Scenario::Typical, seed: 7 }.check().unwrap();
    let mut made = MemoryFolder::default();
    generate(&spec, &mut made, &Pace::unhurried()).unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("public/demo");
    let mut names: Vec<String> =
        std::fs::read_dir(&demo).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, made.files.keys().cloned().collect::<Vec<_>>(), "files in public/demo");
    for (name, bytes) in &made.files {
        let bundled = std::fs::read(demo.join(name)).unwrap();
        assert!(
            bundled == *bytes,
            "public/demo/{name} is not what the generator makes; run: \
             quadrant generate --customers 3000 --layout star --scenario typical --seed 7 --out public/demo"
        );
    }
    let total: usize = made.files.values().map(Vec::len).sum();
    assert!(total < 2_500_000, "{total} bytes");
}
