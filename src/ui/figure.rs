//! Draws a scene of `chart` in the page: its SVG, a note on hover and focus, its sentence, its table.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::components::section::behind;
use super::components::table::table_view;
use crate::chart::drawing::Drawing;
use crate::chart::frame::Frame;
use crate::chart::scene::Scene;
use crate::chart::svg;
use crate::ui::state::State;

/// Figures so far.
static DRAWN: AtomicU32 = AtomicU32::new(0);

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

/// A figure, drawn at the width there is, and again when that changes.
#[component]
pub fn Figure(
    /// What is drawn.
    drawing: Arc<Drawing>,
    /// The words above it.
    #[prop(default = Words::All)]
    words: Words,
) -> impl IntoView {
    let Viewport(viewport) = expect_context();
    let labels = expect_context::<State>().labels;
    let plate: NodeRef<Div> = NodeRef::new();
    let (room, set_room) = signal(None::<f64>);
    Effect::new(move || {
        viewport.track();
        if let Some(plate) = plate.get() {
            let width = f64::from(plate.client_width());
            if room.get_untracked() != Some(width) {
                set_room.set(Some(width));
            }
        }
    });
    let scene = Memo::new(move |_| room.get().and_then(|width| drawing.draw_named(Frame::wide(width), &labels.get())));
    // Several charts of one kind may stand on a page, and every id only once.
    let number = DRAWN.fetch_add(1, Ordering::Relaxed);
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
            {move || scene.with(|scene| scene.as_ref().map_or_else(|| ().into_any(), |scene| caption(scene, words)))}
            <div class="plate" node_ref=plate
                on:pointerover=move |event| point(event.target())
                on:pointerleave=move |_| set_tip.set(None)
                on:focusin=move |event| point(event.target())
                on:focusout=move |_| set_tip.set(None)
            >
                <div class="ink" inner_html=move || scene.with(|scene| {
                    scene.as_ref().map(|scene| svg::write_as(scene, &format!("{}-{number}", scene.name))).unwrap_or_default()
                })></div>
                {move || tip.get().map(|(words, x, y)| {
                    let near_right = room.get_untracked().is_some_and(|width| x > width * 0.62);
                    let near_left = room.get_untracked().is_some_and(|width| x < width * 0.38);
                    view! {
                        <p class="tip" class:to-left=near_right class:to-right=near_left aria-hidden="true"
                            style:left=px(x) style:top=px(y)>{words}</p>
                    }
                })}
            </div>
            {move || scene.with(|scene| scene.as_ref().map_or_else(|| ().into_any(), |scene| numbers(scene, words)))}
        </figure>
    }
}

/// Whole pixels are enough for a note.
fn px(at: f64) -> String {
    format!("{}px", at.round() as i32)
}

fn caption(scene: &Scene, words: Words) -> AnyView {
    let title = scene.title.clone();
    let heading = match words {
        Words::None => return ().into_any(),
        Words::Alone => view! { <h2>{title}</h2> }.into_any(),
        Words::All => view! { <h3>{title}</h3> }.into_any(),
    };
    view! {
        <figcaption>
            {heading}
            <p>{scene.sentence.clone()}</p>
        </figcaption>
    }
    .into_any()
}

fn numbers(scene: &Scene, words: Words) -> AnyView {
    if words == Words::None || scene.table.rows.is_empty() {
        return ().into_any();
    }
    behind("The numbers behind it".to_owned(), table_view(scene.table.clone()))
}
