//! The worker's side of sharing the thread: a clock, progress messages, a turn for the event loop.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel};

use super::Engine;
use crate::pace::Pacer;
use crate::protocol::{Event, RunId};

/// Milliseconds between two turns of the event loop: well under the quarter second that Cancel may take.
const TURN_MILLIS: f64 = 50.0;

/// Milliseconds since the worker started.
pub(super) fn now() -> f64 {
    js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>().performance().map_or(0.0, |clock| clock.now())
}

/// The day in UTC, `YYYY-MM-DD`.
pub(super) fn today() -> String {
    let now = String::from(js_sys::Date::new_0().to_iso_string());
    now.chars().take(10).collect()
}

/// So many milliseconds later.
pub(super) async fn sleep(scope: &DedicatedWorkerGlobalScope, millis: i32) {
    let over = Promise::new(&mut |resolve, _reject| {
        let _ = scope.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis);
    });
    // The promise only ever resolves.
    let _ = JsFuture::from(over).await;
}

/// Turns of the event loop, one at a time: by a message channel, because nested timers are clamped to 4 ms and a microtask
/// would let nothing in.
#[derive(Clone)]
pub(super) struct Turns(Option<MessageChannel>);

impl Turns {
    pub(super) fn new() -> Self {
        Self(MessageChannel::new().ok())
    }

    /// Lets in what waits.
    pub(super) async fn next(&self) {
        let Some(channel) = &self.0 else { return };
        let turn = Promise::new(&mut |resolve, _reject| {
            channel.port1().set_onmessage(Some(&resolve));
            // A plain null can always be cloned.
            let _ = channel.port2().post_message(&JsValue::NULL);
        });
        // The promise only ever resolves.
        let _ = JsFuture::from(turn).await;
    }
}

/// One run's pacer.
pub(super) struct WorkerPacer {
    engine: Rc<Engine>,
    run: RunId,
    stage: Cell<&'static str>,
    rested_at: Cell<f64>,
    cancelled: Rc<Cell<bool>>,
    turns: Turns,
}

impl WorkerPacer {
    pub(super) fn new(engine: Rc<Engine>, run: RunId, cancelled: Rc<Cell<bool>>) -> Self {
        Self { engine, run, stage: Cell::new(""), rested_at: Cell::new(now()), cancelled, turns: Turns::new() }
    }
}

impl Pacer for WorkerPacer {
    fn stage(&self, name: &'static str) {
        self.stage.set(name);
        self.report(0, 0);
    }

    fn report(&self, done: u64, total: u64) {
        let stage = self.stage.get().to_owned();
        self.engine.tell(&Event::Progressed { run: self.run, stage, done, total });
    }

    fn due(&self) -> bool {
        now() - self.rested_at.get() >= TURN_MILLIS
    }

    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(async move {
            self.turns.next().await;
            self.rested_at.set(now());
        })
    }

    fn cancelled(&self) -> bool {
        self.cancelled.get()
    }
}
