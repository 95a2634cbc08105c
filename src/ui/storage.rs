//! What the page keeps in this browser: a few short texts under names that begin with `quadrant.`, all listed and erasable
//! on the About page. Storage may be denied; then nothing is kept and everything works.

use leptos::prelude::window;
use web_sys::Storage;

use super::json;

use crate::extract::remembered::{Remembered, shape};
use crate::extract::schema::{Inspection, Mapping};
use crate::ordered::ordered;

/// All names begin with it.
const PREFIX: &str = "quadrant.";
/// Light or dark; also read by `public/theme.js`.
pub const THEME: &str = "quadrant.theme";
/// Followed by the shape of the files.
const MAPPING: &str = "quadrant.mapping.";

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Keeps `value` under `name`, where storage allows.
pub fn keep(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(name, value);
    }
}

/// One text that is kept.
pub struct Kept {
    /// What it is, for people.
    pub what: &'static str,
    /// Its name.
    pub name: String,
    /// The text.
    pub value: String,
}

/// All that is kept, by name; `None` where storage is denied.
pub fn kept() -> Option<Vec<Kept>> {
    let storage = storage()?;
    let length = storage.length().ok()?;
    let names =
        (0..length).filter_map(|index| storage.key(index).ok().flatten()).filter(|name| name.starts_with(PREFIX));
    let kept = |name: String| Kept {
        what: what(&name),
        value: storage.get_item(&name).ok().flatten().unwrap_or_default(),
        name,
    };
    Some(ordered(names).into_iter().map(kept).collect())
}

fn what(name: &str) -> &'static str {
    if name == THEME {
        "Light or dark, as you chose"
    } else if name == "quadrant.names" {
        "Your names of the segments and of the unit of money"
    } else if name.starts_with(MAPPING) {
        "Columns that you chose for files of one shape"
    } else {
        "A setting that you made"
    }
}

/// Erases all of it.
pub fn erase() {
    for kept in kept().unwrap_or_default() {
        forget(&kept.name);
    }
}

fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(name);
    }
}

/// Keeps the reader's mapping for files of this shape.
pub fn remember(inspection: &Inspection, mapping: &Mapping) {
    if let Some(text) = json::write(&Remembered::of(inspection, mapping)) {
        keep(&mapping_name(inspection), &text);
    }
}

/// The mapping kept for files of this shape, if it fits them and differs from what was detected.
pub fn recall(inspection: &Inspection) -> Option<Mapping> {
    let text = storage()?.get_item(&mapping_name(inspection)).ok().flatten()?;
    let mapping = json::read::<Remembered>(&text)?.fitted(inspection)?;
    (mapping != inspection.mapping).then_some(mapping)
}

/// Forgets the mapping for files of this shape.
pub fn forget_mapping(inspection: &Inspection) {
    forget(&mapping_name(inspection));
}

fn mapping_name(inspection: &Inspection) -> String {
    [MAPPING, &shape(inspection)].concat()
}
