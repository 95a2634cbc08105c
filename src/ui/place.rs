//! The reader's place on a page whose parts are drawn anew: what is at the top of the window stays there, what was
//! opened stays open, and the focus comes back. Parts that did not change are not drawn anew in the first place
//! (see [`super::components::section::live`]).

use std::cell::Cell;
use std::collections::BTreeMap;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// What may hold the focus or open.
const HANDLES: &str = "main :is(a, button, input, select, summary, [tabindex])";
/// What stands where a reader is.
const MARKS: &str = "main :is(h1, h2, h3, summary, [id], [data-testid])";

thread_local! {
    /// A place waits to be restored.
    static PENDING: Cell<bool> = const { Cell::new(false) };
}

/// Which element, as it can be found again: a name, and how many of that name come before it.
type Name = (String, usize);

/// Where the reader is.
#[derive(Default)]
struct Place {
    open: Vec<Name>,
    focus: Option<Name>,
    /// Marks from the top of the window downwards, and how far from it; the first that is still there counts.
    marks: Vec<(Name, f64)>,
}

/// How many marks are remembered.
const MARKS_HELD: usize = 8;
/// While it is on `<html>`, the browser does not hold the page by itself (style/base.css): once is enough.
const HELD: &str = "data-held";

/// All elements of `selector` with their names, in the order of the page.
fn named(selector: &str) -> Vec<(Name, Element)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<Element>().ok())
        .map(|element| {
            let own = ["data-testid", "id", "aria-label"].iter().find_map(|name| element.get_attribute(name));
            let words = own.or_else(|| element.text_content()).unwrap_or_default();
            let name = [element.tag_name(), words].concat();
            let count = seen.entry(name.clone()).or_default();
            *count += 1;
            ((name, *count), element)
        })
        .collect()
}

fn top(element: &Element) -> f64 {
    element.get_bounding_client_rect().top()
}

/// What is folded away or hidden stands nowhere.
fn drawn(element: &Element) -> bool {
    element.get_bounding_client_rect().height() > 0.0
}

fn now() -> Place {
    let focused = document().active_element();
    let mut place = Place::default();
    for (name, element) in named(HANDLES) {
        let opens = element.parent_element().filter(|parent| parent.tag_name() == "DETAILS");
        if opens.is_some_and(|details| details.has_attribute("open")) {
            place.open.push(name.clone());
        }
        if focused.as_ref() == Some(&element) {
            place.focus = Some(name);
        }
    }
    // At the very top nothing needs holding.
    if window().scroll_y().unwrap_or_default() > 0.0 {
        let marks = named(MARKS).into_iter().filter(|(_, mark)| drawn(mark)).map(|(name, mark)| (name, top(&mark)));
        place.marks = marks.filter(|(_, top)| *top >= 0.0).take(MARKS_HELD).collect();
    }
    place
}

impl Place {
    fn restore(&self) {
        for (name, element) in named(HANDLES) {
            if self.open.contains(&name)
                && let Some(details) = element.parent_element()
            {
                let _ = details.set_attribute("open", "");
            }
            // An element may have been put to another use meanwhile, with the focus still on it.
            if self.focus.as_ref() == Some(&name)
                && document().active_element().as_ref() != Some(&element)
                && let Some(element) = element.dyn_ref::<HtmlElement>()
            {
                if let Ok(Some(folded)) = element.closest("details:not([open])") {
                    let _ = folded.set_attribute("open", "");
                }
                let _ = element.focus();
            }
        }
        let now = named(MARKS);
        let found = self
            .marks
            .iter()
            .find_map(|(name, before)| now.iter().find(|(other, _)| other == name).map(|(_, mark)| top(mark) - before));
        if let Some(moved) = found.filter(|moved| moved.abs() >= 1.0) {
            window().scroll_by_with_x_and_y(0.0, moved);
        }
    }
}

/// Makes `change` to what is shown, and brings the reader back to their place before the next frame is painted.
pub fn keep(change: impl FnOnce()) {
    if PENDING.get() {
        // Several changes within one frame: the place is the one before the first.
        change();
        return;
    }
    PENDING.set(true);
    let place = now();
    let root = document().document_element();
    if let Some(root) = &root {
        let _ = root.set_attribute(HELD, "");
    }
    change();
    // Effects run before the next frame.
    request_animation_frame(move || {
        PENDING.set(false);
        place.restore();
        request_animation_frame(move || {
            if let Some(root) = root {
                let _ = root.remove_attribute(HELD);
            }
        });
    });
}
