//! The thresholds as an instrument: two lines that can be moved, and what follows from where they stand.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use crate::chart::segment_map::{Plane, SegmentMap};
use crate::report::figures;
use crate::segments::findings::Segment;
use crate::segments::thresholds::TypedThresholds;
use crate::ui::components::card::customer;
use crate::ui::components::glyph::glyph_markup;
use crate::ui::components::names::names;
use crate::ui::components::plane::{Ground, Line, PlaneView, days};
use crate::ui::components::section::{live, waiting};
use crate::ui::json;
use crate::ui::session::Session;
use crate::ui::state::State;
use crate::view::segments::{Firmness, Tried};

/// The page.
pub fn segments() -> AnyView {
    let state: State = expect_context();
    // The instrument is built once and stays while results come and go.
    let some = Memo::new(move |_| state.shown.with(Option::is_some));
    let session = StoredValue::new_local(Session::expect());
    Effect::new(move || {
        if state.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.millis.is_some())) {
            session.with_value(Session::prepare_lines);
        }
    });
    let anyone = Memo::new(move |_| {
        state
            .shown
            .with(|shown| shown.as_ref().is_some_and(|shown| json::open(&shown.view.segments).in_force.is_some()))
    });
    view! {
        <header class="page-head">
            <h1>"Two lines make the four segments"</h1>
            <p class="standfirst">
                "Move a line: who changes sides, how sure the labels are and what can still be tested follow at once."
            </p>
        </header>
        {move || if anyone.get() { instrument(state) } else { ().into_any() }}
        {move || if some.get() { ().into_any() } else { waiting() }}
        {live(|pages| &json::open(&pages.segments).sections)}
        {move || anyone.get().then(customer)}
        {move || anyone.get().then(names)}
    }
    .into_any()
}

fn instrument(state: State) -> AnyView {
    let in_force = Memo::new(move |_| {
        state.shown.with(|shown| {
            shown.as_ref().and_then(|shown| json::open(&shown.view.segments).in_force.clone()).map(Arc::new)
        })
    });
    let now = Memo::new(move |_| state.lines.tried.get().or_else(|| in_force.get()));
    // What follows only after a moment stays on screen until it is there.
    let weighed = Memo::new(move |before: Option<&Option<Arc<Tried>>>| {
        now.get().filter(|tried| tried.weighed.is_some()).or_else(|| before.cloned().flatten())
    });
    let base = Memo::new(move |_| {
        state.shown.with(|shown| json::open(&shown.as_ref()?.view.segments).map.clone().map(Arc::new))
    });
    let map = Memo::new(move |_| {
        let (mut map, tried) = (SegmentMap::clone(&*base.get()?), now.get()?);
        for own in &mut map.segments {
            if let Some(part) = tried.segments.get(own.name as usize) {
                (own.count, own.share) = (part.count, part.share);
            }
        }
        Some(Arc::new(map))
    });
    let ground = Memo::new(move |_| {
        let (tried, map) = (in_force.get()?, base.get()?);
        let plane = Plane::of(&map.density, crate::chart::frame::Frame::DOCUMENT)?;
        Some(Ground {
            medians: crate::chart::segment_map::Cuts {
                frequency: tried.median_frequency,
                loyalty: tried.median_loyalty,
            },
            days: (plane.fastest, plane.slowest),
        })
    });
    view! {
        <section class="instrument" aria-label="The lines, and what follows from them">
            <div class="instrument-plane">
                <div class="line-fields">
                    {field(state, Line::Frequency, ground, now)}
                    {field(state, Line::Loyalty, ground, now)}
                </div>
                <PlaneView map=map ground=ground/>
                {commands(state, in_force, now)}
            </div>
            <div class="instrument-reading">
                <div class="quarters">
                    {[Segment::LoyalOccasionals, Segment::Champions, Segment::AtRisk, Segment::FrequentExplorers]
                        .map(|segment| quarter(state, segment, now, weighed)).into_iter().collect_view()}
                </div>
                {sure(weighed)}
                {effects(weighed)}
            </div>
        </section>
    }
    .into_any()
}

/// A typed value beside the line that it moves.
fn field(state: State, line: Line, ground: Memo<Option<Ground>>, now: Memo<Option<Arc<Tried>>>) -> AnyView {
    let session = StoredValue::new_local(Session::expect());
    let shown = move || {
        ground.get().map(|ground| {
            let value = ground.value(state.lines.wanted.get(), line);
            // A number field wants a plain number.
            match line {
                Line::Frequency => format!("{value:.1}"),
                Line::Loyalty => format!("{:.1}", value * 100.0),
            }
        })
    };
    let typed = move |event: ev::Event| {
        let input = event_target::<web_sys::HtmlInputElement>(&event);
        let value = Some(input.value_as_number()).filter(|value| value.is_finite() && *value >= 0.0);
        let (Some(value), Some(ground)) = (value, ground.get_untracked()) else {
            input.set_value(&shown().unwrap_or_default());
            return;
        };
        let value = if line == Line::Loyalty { (value / 100.0).min(1.0) } else { value };
        let to = ground.put(state.lines.wanted.get_untracked(), line, value);
        session.with_value(|session| session.move_lines(to, true));
        input.set_value(&untrack(shown).unwrap_or_default());
    };
    let ties = move || {
        now.with(|tried| {
            tried.as_ref().map(|tried| match line {
                Line::Frequency => tried.frequency_ties.clone(),
                Line::Loyalty => tried.loyalty_ties.clone(),
            })
        })
    };
    let recommended = move || {
        ground.get().map(|ground| match line {
            Line::Frequency => {
                format!("or more often; recommended {}", figures::decimal(days(ground.medians.frequency), 1))
            }
            Line::Loyalty => {
                format!("of lines bought before; recommended {}", figures::percent(ground.medians.loyalty))
            }
        })
    };
    let (before, after, testid, step) = match line {
        Line::Frequency => ("Frequent: every", "days", "typed-frequency", "0.1"),
        Line::Loyalty => ("Loyal: at least", "% known", "typed-loyalty", "0.1"),
    };
    view! {
        <div class="line-field">
            <label>
                <span>{before}</span>
                <input type="number" min="0" step=step inputmode="decimal" data-testid=testid prop:value=shown on:change=typed/>
                <span>{after}</span>
            </label>
            <p class="line-note">{recommended}" · "{ties}</p>
        </div>
    }
    .into_any()
}

fn commands(state: State, in_force: Memo<Option<Arc<Tried>>>, now: Memo<Option<Arc<Tried>>>) -> AnyView {
    let session = StoredValue::new_local(Session::expect());
    let open = Memo::new(move |_| {
        in_force.with(|tried| tried.as_ref().is_some_and(|tried| tried.typed != state.lines.wanted.get()))
    });
    let still = Memo::new(move |_| state.lines.past.with(Vec::is_empty));
    let departed = Memo::new(move |_| state.lines.wanted.get() != TypedThresholds::default());
    let words = move || {
        let moved = now.with(|tried| tried.as_ref().map(|tried| tried.moved.clone()).unwrap_or_default());
        if !departed.get() && !open.get() {
            return "These are the recommended lines; documents and files use them.".to_owned();
        }
        let use_of = if open.get() {
            "Tried only: documents and files still use the lines in force."
        } else {
            "Documents and files use these lines and say so."
        };
        format!("{moved} {use_of}").trim().to_owned()
    };
    view! {
        <div class="line-commands">
            <p class="line-state">
                <span class="departed-mark" data-testid="departed" hidden=move || !departed.get()>"Departed from recommended"</span>
                <span role="status" data-testid="line-state">{words}</span>
            </p>
            <div class="line-buttons">
                <button type="button" class="button small" data-testid="apply-lines"
                    disabled=move || !open.get() || state.under_way()
                    on:click=move |_| session.with_value(Session::apply_lines)>"Use these lines"</button>
                <button type="button" class="button small plain" data-testid="undo-lines" disabled=move || still.get()
                    on:click=move |_| session.with_value(Session::undo_lines)>"Undo"</button>
                <button type="button" class="button small plain" data-testid="reset-lines" disabled=move || !departed.get()
                    on:click=move |_| session.with_value(|session| session.move_lines(TypedThresholds::default(), true))>
                    "Back to recommended"
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// One segment where it stands in the plane.
fn quarter(
    state: State,
    segment: Segment,
    now: Memo<Option<Arc<Tried>>>,
    weighed: Memo<Option<Arc<Tried>>>,
) -> AnyView {
    let part = Memo::new(move |_| {
        now.with(|tried| tried.as_ref()?.segments.get(segment as usize).cloned()).unwrap_or_default()
    });
    let firm = Memo::new(move |_| {
        weighed
            .with(|tried| tried.as_ref()?.weighed.as_ref()?.segments.get(segment as usize).cloned())
            .unwrap_or_default()
    });
    let name = Memo::new(move |_| {
        let shown = state.shown.get();
        shown
            .and_then(|shown| json::open(&shown.view.segments).names.get(segment as usize).cloned())
            .unwrap_or_default()
    });
    let glyph = |firm: &Firmness| match firm.class.as_str() {
        "pass" => "✓",
        "caveat" => "!",
        _ => "–",
    };
    view! {
        <div class=format!("quarter {}", segment.slug()) data-testid=format!("try-{}", segment.slug())>
            <h2><span inner_html=glyph_markup(segment)></span>{name}</h2>
            <p class="quarter-count" data-testid=format!("try-count-{}", segment.slug())>{move || part.get().words}</p>
            <p class="quarter-share">
                <span>{move || part.get().percent}</span>
                <span class="quarter-change">{move || part.get().change}</span>
            </p>
            <p class="quarter-firm">{move || firm.get().confidence}" median certainty"</p>
            <p class=move || format!("quarter-trial {}", firm.get().class) title=move || firm.get().detail>
                <span class="unseen">{move || firm.get().detail}</span>
                <span class="status-glyph" aria-hidden="true">{move || glyph(&firm.get())}</span>
                {move || firm.get().trial}
            </p>
        </div>
    }
    .into_any()
}

fn sure(weighed: Memo<Option<Arc<Tried>>>) -> AnyView {
    let share = Memo::new(move |_| weighed.with(|tried| tried.as_ref()?.weighed.as_ref()?.sure_share));
    let words = move || {
        weighed
            .with(|tried| tried.as_ref().and_then(|tried| Some(tried.weighed.as_ref()?.sure.clone())))
            .unwrap_or_default()
    };
    view! {
        <div class="sure">
            <p class="sure-figure" data-testid="try-sure">{words}</p>
            <p class="sure-words">"of customers are at least 80% certain of their segment"</p>
            <div class="meter" aria-hidden="true">
                <span style:width=move || format!("{:.1}%", share.get().unwrap_or(0.0) * 100.0)></span>
            </div>
        </div>
    }
    .into_any()
}

fn effects(weighed: Memo<Option<Arc<Tried>>>) -> AnyView {
    let rows = move || {
        weighed.with(|tried| {
            let bars = tried.as_ref().and_then(|tried| tried.weighed.as_ref()).map(|found| found.effects.clone());
            let longest = bars.iter().flatten().map(|bar| bar.size).fold(0.06, f64::max);
            bars.into_iter()
                .flatten()
                .map(|bar| {
                    view! {
                        <li>
                            <span class="effect-name">{bar.name}</span>
                            <span class="meter" aria-hidden="true">
                                <span style:width=format!("{:.1}%", bar.size / longest * 100.0)></span>
                            </span>
                            <span class="effect-size">{bar.words}</span>
                        </li>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <div class="live-effects" data-testid="try-effects">
            <h2>"What they tell apart beyond the rule"</h2>
            <p>"Rank ε² of what the two scores do not contain."</p>
            <ul>{rows}</ul>
        </div>
    }
    .into_any()
}
