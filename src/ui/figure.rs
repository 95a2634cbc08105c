//! A chart in the page: its words and table at once, and its picture, which the engine draws at the width there is
//! (`Request::Draw`). The markup is set as it comes; every mark that says something carries it as `data-detail`, and one
//! listener per figure shows it on hover and focus. Charts that follow the hand are drawn in the page
//! ([`super::components::plane`]).

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::components::section::behind;
use super::components::table::table_view;
use super::place;
use super::session::Session;
use crate::chart::said::Said;
use crate::chart::sketch::Sketch;
use crate::ui::state::State;

/// How long a width must last before a picture that is there is drawn anew.
const STILL: Duration = Duration::from_millis(80);
/// Figures so far.
static DRAWN: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// The pictures of the figures on the page, by their numbers.
    static WALL: RefCell<BTreeMap<u32, RwSignal<Option<String>>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Width of the window, so that charts are drawn anew when it changes.
#[derive(Clone, Copy)]
struct Viewport(ReadSignal<f64>);

/// Follows the window's width.
pub fn provide_viewport() {
    let width = || window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(1024.0);
    let (now, set_now) = signal(width());
    let resized = window_event_listener(ev::resize, move |_| {
        if (now.get_untracked() - width()).abs() >= 1.0 {
            set_now.set(width());
        }
    });
    // The page lives as long as the tab.
    std::mem::forget(resized);
    provide_context(Viewport(now));
}

/// The window's width, followed.
pub fn viewport() -> ReadSignal<f64> {
    let Viewport(width) = expect_context();
    width
}

/// How much of a figure's words is shown above it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Title and sentence, within a section that has a heading.
    All,
    /// Title and sentence; the title is the section's heading.
    Alone,
    /// None, and no table: the page around has both (readers of the figure by ear still get the words).
    None,
}

/// A figure: its words at once, its picture as soon as the engine has drawn it at the width there is, and again when
/// that changes.
#[component]
pub fn Figure(
    /// What is drawn.
    sketch: Arc<Sketch>,
    /// The words above it.
    #[prop(default = Words::All)]
    words: Words,
) -> impl IntoView {
    if sketch.said.title.is_empty() {
        return ().into_any();
    }
    let Viewport(viewport) = expect_context();
    let state: State = expect_context();
    let session = Session::expect();
    let engines = session.engines;
    let session = StoredValue::new_local(session);
    let plate: NodeRef<Div> = NodeRef::new();
    let (room, set_room) = signal(None::<f64>);
    Effect::new(move || {
        viewport.track();
        let Some(plate) = plate.get() else { return };
        // With the next frame: asked for now, the browser would lay out the page in the midst of its being built.
        request_animation_frame(move || {
            let width = f64::from(plate.client_width());
            if room.try_get_untracked().is_some_and(|room| room != Some(width)) {
                set_room.set(Some(width));
            }
        });
    });
    // Several charts of one kind may stand on a page, and every id only once.
    let number = DRAWN.fetch_add(1, Ordering::Relaxed);
    let picture = RwSignal::new(None::<String>);
    WALL.with_borrow_mut(|wall| wall.insert(number, picture));
    on_cleanup(move || {
        WALL.with_borrow_mut(|wall| wall.remove(&number));
    });
    let height = room_for(&sketch, room);
    let (caption, numbers) = (caption(&sketch.said, words), numbers(&sketch.said, words));
    let draw = move |width| session.with_value(|session| session.draw(number, sketch.drawing.clone(), width));
    let mut later = debounce(STILL, draw.clone());
    let made = Memo::new(move |_| {
        state
            .shown
            .with(|shown| shown.as_ref().map(|shown| (shown.recipe.engine, shown.recipe.run, shown.millis.is_some())))
    });
    Effect::new(move || {
        let Some(width) = room.get() else { return };
        // What an engine left undone, the next one does once it has the result; names stand in the picture.
        engines.track();
        // Read, not only tracked: a memo that nobody reads is never computed, and then it tells of nothing.
        let _ = made.get();
        state.labels.track();
        if picture.with_untracked(Option::is_some) { later(width) } else { draw(width) }
    });
    let (tip, set_tip) = signal(None::<(String, f64, f64)>);
    let point = move |target: Option<web_sys::EventTarget>| {
        set_tip.set(target.and_then(|target| target.dyn_into::<Element>().ok()).and_then(|mark| {
            let detail = mark.get_attribute("data-detail")?;
            let (mark, plate) = (mark.get_bounding_client_rect(), plate.get_untracked()?.get_bounding_client_rect());
            let x = mark.left() + mark.width() / 2.0 - plate.left();
            Some((detail, x.clamp(0.0, plate.width()), mark.top() - plate.top()))
        }));
    };
    view! {
        <figure class="figure">
            {caption}
            <div class="plate" node_ref=plate style:min-height=move || if picture.with(Option::is_some) { None } else { height() }
                on:pointerover=move |event| point(event.target())
                on:pointerleave=move |_| set_tip.set(None)
                on:focusin=move |event| point(event.target())
                on:focusout=move |_| set_tip.set(None)
            >
                <div class="ink" inner_html=move || picture.get().unwrap_or_default()></div>
                {move || tip.get().map(|(words, x, y)| {
                    let near_right = room.get_untracked().is_some_and(|width| x > width * 0.62);
                    let near_left = room.get_untracked().is_some_and(|width| x < width * 0.38);
                    view! {
                        <p class="tip" class:to-left=near_right class:to-right=near_left aria-hidden="true"
                            style:left=px(x) style:top=px(y)>{words}</p>
                    }
                })}
            </div>
            {numbers}
        </figure>
    }
    .into_any()
}

/// Hangs up what the engine drew; the reader keeps their place. False if a figure stays without a picture, because the
/// engine that knew it is gone.
pub fn hang(figure: u32, svg: String) -> bool {
    // The figure may be gone meanwhile.
    let Some(picture) = WALL.with_borrow(|wall| wall.get(&figure).copied()) else { return true };
    if svg.is_empty() {
        return picture.with_untracked(Option::is_some);
    }
    if picture.with_untracked(|now| now.as_ref() != Some(&svg)) {
        place::keep(move || picture.set(Some(svg)));
    }
    true
}

/// How high a picture that is not there yet will be about.
fn room_for(sketch: &Arc<Sketch>, room: ReadSignal<Option<f64>>) -> impl Fn() -> Option<String> + use<> {
    let sketch = Arc::clone(sketch);
    move || Some(format!("{}px", sketch.height(room.get().unwrap_or(680.0))?))
}

/// Whole pixels are enough for a note.
fn px(at: f64) -> String {
    format!("{}px", at.round() as i32)
}

fn caption(said: &Said, words: Words) -> AnyView {
    let title = said.title.clone();
    let heading = match words {
        Words::None => return ().into_any(),
        Words::Alone => view! { <h2>{title}</h2> }.into_any(),
        Words::All => view! { <h3>{title}</h3> }.into_any(),
    };
    view! {
        <figcaption>
            {heading}
            <p>{said.sentence.clone()}</p>
        </figcaption>
    }
    .into_any()
}

fn numbers(said: &Said, words: Words) -> AnyView {
    if words == Words::None || said.table.rows.is_empty() {
        return ().into_any();
    }
    behind("The numbers behind it".to_owned(), table_view(said.table.clone()))
}
