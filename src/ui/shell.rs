//! What the browser says about the page as a whole: is it kept for visits without a network, is a new version waiting,
//! how many requests went out since everything had loaded. `public/offline.js` does the talking; here it is only read.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

/// The signals.
#[derive(Clone, Copy)]
pub struct Shell {
    /// `keeping`, `kept`, `none`; empty until it is known.
    pub offline: ReadSignal<String>,
    /// A new version waits for a reload.
    pub update: ReadSignal<bool>,
    /// Requests since everything had loaded; `None` until it has.
    pub requests: ReadSignal<Option<u32>>,
}

fn said(name: &str) -> String {
    document().document_element().and_then(|root| root.get_attribute(name)).unwrap_or_default()
}

/// Follows what `public/offline.js` says.
pub fn provide() {
    let (offline, set_offline) = signal(String::new());
    let (update, set_update) = signal(false);
    let (requests, set_requests) = signal(None);
    let listen = Closure::<dyn FnMut()>::new(move || {
        set_offline.set(said("data-offline"));
        set_update.set(said("data-update") == "ready");
        set_requests.set(said("data-requests").parse().ok());
    });
    let _ = window().add_event_listener_with_callback("quadrant:shell", listen.as_ref().unchecked_ref());
    // Lives as long as the tab.
    listen.forget();
    provide_context(Shell { offline, update, requests });
}

/// Tells `public/offline.js`: `loaded`, `update` or `forget`.
pub fn tell(what: &str) {
    if let Ok(event) = web_sys::Event::new(&["quadrant:", what].concat()) {
        let _ = window().dispatch_event(&event);
    }
}
