//! The engine's files: fetched once, compiled once, handed to every worker that is started. Such a worker asks nobody for
//! anything, so one started anew works with the network off.
//!
//! The address carries the build, and the wasm its hash (both written into the page by `.ci/stamp.mjs`): an engine of
//! another build than the page's cannot start. A server that sends the wasm under a wrong MIME type is no obstacle.

use js_sys::{Array, Promise};
use leptos::prelude::{document, window};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Response, Url, Worker};

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

/// Fetches, checks and compiles the engine; then it ends. Seven megabytes are work that would hold up the page's thread.
///
/// A browser's cache may fail to write a file of this size while the service worker asks for it too
/// (`net::ERR_CACHE_WRITE_FAILURE` in Chromium), and the fetch fails with it; it may also hold a spoiled copy, which the
/// hash gives away. Once more, then, past the cache. As bytes: the server's MIME type does not matter.
const LOADER: &str = "onmessage=async({data:[url,integrity]})=>{try{\
    const get=cache=>fetch(url,{cache,integrity});\
    const wasm=await get('default').catch(()=>get('no-store'));\
    if(!wasm.ok)throw Error(`the server answered ${wasm.status} for ${url}`);\
    postMessage([await WebAssembly.compile(await wasm.arrayBuffer())])\
    }catch(error){postMessage([,error.message])}}";

/// Why there is no engine.
pub enum Fault {
    /// The browser starts no workers here.
    Blocked(JsValue),
    /// The network, the server's status, the hash, or the module itself.
    Missing(JsValue),
}

impl From<JsValue> for Fault {
    fn from(error: JsValue) -> Self {
        Self::Missing(error)
    }
}

/// Fetches and compiles the engine.
///
/// # Errors
/// What the browser said.
pub async fn fetch() -> Result<Kit, Fault> {
    let (loader, address_of_loader) = worker(LOADER).map_err(Fault::Blocked)?;
    let message = JsFuture::from(Promise::new(&mut |resolve, reject| {
        loader.set_onmessage(Some(&resolve));
        loader.set_onerror(Some(&reject));
    }));
    // Whole, since the worker has no address of its own that one could be relative to.
    let base = document().base_uri()?.unwrap_or_default();
    let wasm = Url::new_with_base(&address("engine_bg.wasm"), &base)?.href();
    loader.post_message(&Array::of2(&wasm.into(), &stamped("data-engine").unwrap_or_default().into()))?;
    // Both at once.
    let script = async {
        let response = JsFuture::from(window().fetch_with_str(&address("engine.js"))).await?;
        Ok::<_, JsValue>(JsFuture::from(answered(response)?.text()?).await?.as_string().unwrap_or_default())
    };
    let (script, message) = (script.await, message.await);
    loader.terminate();
    let _ = Url::revoke_object_url(&address_of_loader);
    let said = Array::from(&message?.unchecked_into::<MessageEvent>().data());
    let module = said.get(0);
    if module.is_undefined() {
        return Err(Fault::Missing(js_sys::Error::new(&said.get(1).as_string().unwrap_or_default()).into()));
    }
    Ok(Kit { script: script?, module })
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
        let (worker, url) = worker(&script)?;
        worker.post_message(&self.module)?;
        Ok((worker, url))
    }
}

/// A worker with this script, and the script's address.
fn worker(script: &str) -> Result<(Worker, String), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&script.into()), &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    Ok((Worker::new(&url)?, url))
}
