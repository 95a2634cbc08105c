//! The plane of the two scores with the thresholds as lines that a hand, a finger or a key moves.

use std::sync::Arc;

use leptos::ev;
use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::chart::frame::Frame;
use crate::chart::segment_map::{Cuts, Plane, SegmentMap, draw};
use crate::chart::svg;
use crate::report::figures;
use crate::segments::thresholds::TypedThresholds;
use crate::ui::figure::viewport;
use crate::ui::session::Session;
use crate::ui::state::State;

/// Which of the two lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The upright one.
    Frequency,
    /// The level one.
    Loyalty,
}

/// A step of the arrow keys, and one of the page keys: days, and share.
const STEPS: [(f64, f64); 2] = [(0.1, 1.0), (0.005, 0.05)];

/// What the two lines know: where they may go, where they are recommended to be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// The recommended thresholds, the medians.
    pub medians: Cuts,
    /// Days between orders of the most and of the least frequent customers on the map.
    pub days: (f64, f64),
}

/// Mean days between orders of a frequency score, and back.
pub fn days(score: f64) -> f64 {
    1.0 / score - 1.0
}

fn score(days: f64) -> f64 {
    1.0 / (days.max(0.0) + 1.0)
}

impl Ground {
    /// The lines in force for what the reader wants.
    pub fn cuts(&self, wanted: TypedThresholds) -> Cuts {
        Cuts {
            frequency: wanted.frequency.unwrap_or(self.medians.frequency),
            loyalty: wanted.loyalty.unwrap_or(self.medians.loyalty),
        }
    }

    /// `wanted` with one line at a value in the reader's unit (days, share). Within half a tenth of the recommended
    /// line it snaps to it.
    pub fn put(&self, wanted: TypedThresholds, line: Line, value: f64) -> TypedThresholds {
        match line {
            Line::Frequency => {
                let near = (value - days(self.medians.frequency)).abs() < 0.05;
                TypedThresholds { frequency: (!near).then(|| score(value)), ..wanted }
            }
            Line::Loyalty => {
                let near = (value - self.medians.loyalty).abs() < 0.0005;
                TypedThresholds { loyalty: (!near).then(|| value.clamp(0.0, 1.0)), ..wanted }
            }
        }
    }

    /// A line's value in the reader's unit.
    pub fn value(&self, wanted: TypedThresholds, line: Line) -> f64 {
        let cuts = self.cuts(wanted);
        match line {
            Line::Frequency => days(cuts.frequency),
            Line::Loyalty => cuts.loyalty,
        }
    }

    /// Smallest and largest value of a line.
    pub fn range(&self, line: Line) -> (f64, f64) {
        match line {
            Line::Frequency => self.days,
            Line::Loyalty => (0.0, 1.0),
        }
    }

    /// Where a key takes the line; `None` for keys that mean nothing here.
    fn after_key(&self, wanted: TypedThresholds, line: Line, key: &str) -> Option<TypedThresholds> {
        let (low, high) = self.range(line);
        let now = self.value(wanted, line);
        // To the right is more often: fewer days.
        let (up, (small, large)) = match line {
            Line::Frequency => (-1.0, STEPS[0]),
            Line::Loyalty => (1.0, STEPS[1]),
        };
        // On the grid of the step, so that a line between two steps goes to the next one.
        let step = |by: f64, size: f64| {
            let at = now / size;
            let next = if by > 0.0 { (at + 1e-9).floor() + 1.0 } else { (at - 1e-9).ceil() - 1.0 };
            (next * size).clamp(low, high)
        };
        let value = match key {
            "ArrowRight" | "ArrowUp" => step(up, small),
            "ArrowLeft" | "ArrowDown" => step(-up, small),
            "PageUp" => step(up, large),
            "PageDown" => step(-up, large),
            "Home" => {
                if up > 0.0 {
                    low
                } else {
                    high
                }
            }
            "End" => {
                if up > 0.0 {
                    high
                } else {
                    low
                }
            }
            _ => return None,
        };
        Some(match line {
            // Tenths of a day, thousandths of a share: what is written is what is used.
            Line::Frequency => self.put(wanted, line, tenth(value)),
            Line::Loyalty => self.put(wanted, line, thousandth(value)),
        })
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

fn thousandth(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// The map, and a slider on each of its lines.
#[component]
pub fn PlaneView(
    /// What is drawn, lines and shares as they are now.
    map: Memo<Option<Arc<SegmentMap>>>,
    /// Where the lines may go.
    ground: Memo<Option<Ground>>,
) -> impl IntoView {
    let state: State = expect_context();
    let room: NodeRef<Div> = NodeRef::new();
    let (width, set_width) = signal(None::<f64>);
    let window = viewport();
    Effect::new(move || {
        window.track();
        if let Some(room) = room.get() {
            let now = f64::from(room.client_width());
            if width.get_untracked() != Some(now) {
                set_width.set(Some(now));
            }
        }
    });
    let frame = Memo::new(move |_| width.get().map(Frame::wide));
    let plane = Memo::new(move |_| {
        let frame = frame.get()?;
        map.with(|map| map.as_ref().and_then(|map| Plane::of(&map.density, frame)))
    });
    let cuts = Memo::new(move |_| Some(ground.get()?.cuts(state.lines.wanted.get())));
    let drawn = move || {
        let Some((frame, cuts)) = frame.get().zip(cuts.get()) else { return String::new() };
        map.with(|map| {
            let Some(map) = map else { return String::new() };
            let moved = SegmentMap { thresholds: cuts, ..(**map).clone() };
            draw(&moved, frame).map(|scene| svg::write(&scene)).unwrap_or_default()
        })
    };
    let place = Memo::new(move |_| Some((plane.get()?, plane.get()?.at(cuts.get()?))));
    view! {
        <div class="plane" node_ref=room>
            <div class="ink" inner_html=drawn></div>
            {handle(Line::Frequency, room, plane, place, ground)}
            {handle(Line::Loyalty, room, plane, place, ground)}
        </div>
    }
}

type Place = Memo<Option<(Plane, (f64, f64))>>;

fn handle(
    line: Line,
    room: NodeRef<Div>,
    plane: Memo<Option<Plane>>,
    place: Place,
    ground: Memo<Option<Ground>>,
) -> AnyView {
    let state: State = expect_context();
    let session = StoredValue::new_local(Session::expect());
    let held = RwSignal::new(None::<TypedThresholds>);
    let wanted = state.lines.wanted;
    let move_to =
        move |to: TypedThresholds, undoable: bool| session.with_value(|session| session.move_lines(to, undoable));
    let down = move |event: ev::PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(target) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        held.set(Some(wanted.get_untracked()));
    };
    let drag = move |event: ev::PointerEvent| {
        if held.with_untracked(Option::is_none) {
            return;
        }
        let (Some(plane), Some(ground), Some(room)) =
            (plane.get_untracked(), ground.get_untracked(), room.get_untracked())
        else {
            return;
        };
        let corner = room.get_bounding_client_rect();
        let value = match line {
            Line::Frequency => tenth(plane.days_at(f64::from(event.client_x()) - corner.left())),
            Line::Loyalty => thousandth(plane.loyalty_at(f64::from(event.client_y()) - corner.top())),
        };
        move_to(ground.put(wanted.get_untracked(), line, value), false);
    };
    let up = move |_: ev::PointerEvent| {
        let before = held.try_update(Option::take).flatten();
        if let Some(before) = before
            && before != wanted.get_untracked()
        {
            state.lines.remember(before);
        }
    };
    let key = move |event: ev::KeyboardEvent| {
        let Some(ground) = ground.get_untracked() else { return };
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        if let Some(to) = ground.after_key(wanted.get_untracked(), line, &event.key()) {
            event.prevent_default();
            move_to(to, true);
        }
    };
    let said = move || {
        ground.get().map(|ground| {
            let value = ground.value(wanted.get(), line);
            match line {
                Line::Frequency => format!("an order every {} days or more often", figures::decimal(value, 1)),
                Line::Loyalty => format!("at least {} bought before", figures::percent(value)),
            }
        })
    };
    // The score, so that the value grows with the arrow to the right and the one upwards.
    let as_score = move |value: f64| match line {
        Line::Frequency => score(value),
        Line::Loyalty => value,
    };
    let now = move || ground.get().map(|ground| figures::decimal(as_score(ground.value(wanted.get(), line)), 4));
    let end = move |low: bool| {
        ground.get().map(|ground| {
            let (small, large) = ground.range(line);
            let least = (line == Line::Frequency) != low;
            figures::decimal(as_score(if least { small } else { large }), 4)
        })
    };
    let (class, label, testid, orientation) = match line {
        Line::Frequency => ("line-slider upright", "Frequency line", "line-frequency", "horizontal"),
        Line::Loyalty => ("line-slider level", "Loyalty line", "line-loyalty", "vertical"),
    };
    let px = |at: f64| format!("{}px", (at * 2.0).round() / 2.0);
    let left = move || place.get().map(|(plane, (x, _))| px(if line == Line::Frequency { x } else { plane.left }));
    let top = move || place.get().map(|(plane, (_, y))| px(if line == Line::Frequency { plane.top } else { y }));
    let long = move || {
        place.get().map(|(plane, _)| {
            px(if line == Line::Frequency { plane.floor - plane.top } else { plane.right - plane.left })
        })
    };
    let upright = line == Line::Frequency;
    view! {
        <div class=class role="slider" tabindex="0" aria-label=label data-testid=testid aria-orientation=orientation
            aria-valuemin=move || end(true) aria-valuemax=move || end(false) aria-valuenow=now aria-valuetext=said
            style:left=left style:top=top
            style:width=move || if upright { None } else { long() }
            style:height=move || if upright { long() } else { None }
            on:pointerdown=down on:pointermove=drag on:pointerup=up on:pointercancel=up on:keydown=key>
            <span class="knob" aria-hidden="true"></span>
        </div>
    }
    .into_any()
}
