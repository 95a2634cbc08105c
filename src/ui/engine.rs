//! The engine's files: fetched once by the page, compiled once, handed to every worker that is started. A worker of its
//! own asks nobody for anything, so one started anew works with the network off.
//!
//! The address carries the build, and the wasm its hash (both written into the page by `.ci/stamp.mjs`): an engine of
//! another build than the page's cannot start. A server that sends the wasm under a wrong MIME type is no obstacle.

use js_sys::{Array, WebAssembly};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, RequestInit, Response, Url, Worker};

/// What a worker is made of.
#[derive(Clone)]
pub struct Kit {
    script: String,
    module: JsValue,
}

/// An attribute of the script element that started the page.
fn stamped(name: &str) -> Option<String> {
    document().query_selector("script[data-page-js]").ok().flatten().and_then(|tag| tag.get_attribute(name))
}

/// The name of the build; a development build has none.
pub fn build() -> Option<String> {
    stamped("data-build")
}

/// The address of a file of this build, relative to the page.
pub fn address(name: &str) -> String {
    build().map_or_else(|| format!("./{name}"), |build| format!("./{name}?v={build}"))
}

/// Fetches and compiles the engine.
///
/// # Errors
/// What the browser said: the network, the server's status, the hash, or the module itself.
pub async fn fetch() -> Result<Kit, JsValue> {
    let init = RequestInit::new();
    if let Some(hash) = stamped("data-engine") {
        init.set_integrity(&hash);
    }
    // Both at once.
    let script = window().fetch_with_str(&address("engine.js"));
    let wasm = window().fetch_with_str_and_init(&address("engine_bg.wasm"), &init);
    let script =
        JsFuture::from(answered(JsFuture::from(script).await?)?.text()?).await?.as_string().unwrap_or_default();
    let mut wasm = JsFuture::from(wasm).await;
    if wasm.is_err() {
        // A browser's cache may fail to write a file of this size while the service worker asks for it too
        // (net::ERR_CACHE_WRITE_FAILURE in Chromium), and the fetch fails with it; it may also hold a spoiled copy, which
        // the hash gives away. Once more, past the cache.
        js_sys::Reflect::set(&init, &"cache".into(), &"no-store".into())?;
        wasm = JsFuture::from(window().fetch_with_str_and_init(&address("engine_bg.wasm"), &init)).await;
    }
    let bytes = JsFuture::from(answered(wasm?)?.array_buffer()?).await?;
    // Not while it arrives: that checks the module on the page's thread, a tenth of a second and more in which nothing
    // answers; and the server's MIME type does not matter.
    let module = JsFuture::from(WebAssembly::compile(&bytes)).await?;
    Ok(Kit { script, module })
}

/// The response, if the server had the file.
fn answered(response: JsValue) -> Result<Response, JsValue> {
    let response: Response = response.dyn_into()?;
    if response.ok() {
        return Ok(response);
    }
    Err(js_sys::Error::new(&format!("the server answered {} for {}", response.status(), response.url())).into())
}

impl Kit {
    /// Starts a worker from a `blob:` script, because such a worker inherits the page's content security policy (one
    /// started from an address does not): the engine is as unable to phone home as the page. With it, the address to
    /// be given back.
    ///
    /// # Errors
    /// The browser starts no workers here.
    pub fn start(&self) -> Result<(Worker, String), JsValue> {
        // The first message is the compiled engine, which stays at hand for a second worker (see `worker::remote`). A
        // rejected promise in a worker is silent to the page unless it is thrown again.
        let script = format!(
            "addEventListener('unhandledrejection',e=>setTimeout(()=>{{throw e.reason}}));{}\n\
             addEventListener('message',e=>wasm_bindgen({{module_or_path:self.engineModule=e.data}}),{{once:true}});",
            self.script
        );
        let kind = BlobPropertyBag::new();
        kind.set_type("text/javascript");
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&script.into()), &kind)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let worker = Worker::new(&url)?;
        worker.post_message(&self.module)?;
        Ok((worker, url))
    }
}
