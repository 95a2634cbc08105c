//! What the page keeps between visits beside the theme: the reader's names. Storage may be denied; then nothing is kept.

use leptos::prelude::*;

use super::{dom, json};
use crate::pipeline::labels::Labels;

const NAMES: &str = "quadrant.names";

/// The names kept; the published ones where nothing usable is.
pub fn labels() -> Labels {
    let kept = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(NAMES).ok().flatten());
    let labels = kept.and_then(|text| json::read::<Labels>(&text)).unwrap_or_default().cleaned();
    if labels.ambiguous(dom::lower) { Labels::default() } else { labels }
}

/// Keeps them.
pub fn keep_labels(labels: &Labels) {
    let Ok(Some(storage)) = window().local_storage() else { return };
    if labels.is_plain() {
        let _ = storage.remove_item(NAMES);
    } else if let Some(text) = json::write(labels) {
        let _ = storage.set_item(NAMES, &text);
    }
}
