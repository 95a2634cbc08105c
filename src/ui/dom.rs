//! What the page asks of the browser beside drawing: the demo's files, saving, `window.__quadrant`.

use super::engine;
use js_sys::{Array, Function, JSON, JsString, Object, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DataTransfer, EventTarget, File, FileList, HtmlAnchorElement, HtmlElement, Response, Url,
};

/// The demo's files, in `./demo/`.
const DEMO: [&str; 5] =
    ["orders.parquet", "order_products__prior.parquet", "products.parquet", "aisles.parquet", "departments.parquet"];

/// Fetches the demo extract from the page's own origin. Errors say which file.
pub async fn fetch_demo() -> Result<Vec<File>, String> {
    // All at once, then in order.
    let pending: Vec<_> =
        DEMO.iter().map(|name| (name, window().fetch_with_str(&engine::address(&format!("demo/{name}"))))).collect();
    let mut files = Vec::with_capacity(DEMO.len());
    for (name, promise) in pending {
        let lost = |_| format!("The demo extract could not be loaded: {name} did not arrive.");
        let response: Response = JsFuture::from(promise).await.and_then(JsCast::dyn_into).map_err(lost)?;
        if !response.ok() {
            return Err(format!(
                "The demo extract could not be loaded: {name} is not on this server ({}).",
                response.status()
            ));
        }
        let blob = JsFuture::from(response.blob().map_err(lost)?).await.map_err(lost)?;
        files.push(File::new_with_blob_sequence(&Array::of1(&blob), name).map_err(lost)?);
    }
    Ok(files)
}

/// In small letters, by the browser's tables: those of the library are a page's weight.
pub fn lower(words: &str) -> String {
    JsString::from(words).to_lower_case().into()
}

/// The page's clock, in milliseconds.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Moves the focus to the element of this id.
pub fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// The files of a list, in its order.
pub fn files_of(list: Option<FileList>) -> Vec<File> {
    list.map(|list| (0..list.length()).filter_map(|index| list.get(index)).collect()).unwrap_or_default()
}

/// The files of a drop.
pub fn files_dropped(transfer: Option<DataTransfer>) -> Vec<File> {
    files_of(transfer.and_then(|transfer| transfer.files()))
}

/// Hands `bytes` to the reader as a file.
pub fn save(bytes: &Uint8Array, name: &str, mime: &str) {
    let kind = BlobPropertyBag::new();
    kind.set_type(mime);
    let Ok(blob) = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &kind) else { return };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else { return };
    if let Ok(anchor) = document().create_element("a").map(JsCast::unchecked_into::<HtmlAnchorElement>) {
        anchor.set_href(&url);
        anchor.set_download(name);
        anchor.click();
    }
    // The browser has taken hold of the blob by then.
    set_timeout(move || drop(Url::revoke_object_url(&url)), std::time::Duration::from_secs(60));
}

/// What stands under `name` in a message of the engine; null if nothing.
pub fn beside(message: &JsValue, name: &str) -> JsValue {
    Reflect::get(message, &name.into()).unwrap_or(JsValue::NULL)
}

/// Sets up `window.__quadrant.results()`: the last results.json, or null. It is parsed when asked for.
pub fn publish_results(finished: impl Fn() -> JsValue + 'static) {
    let results = Closure::<dyn Fn() -> JsValue>::new(move || {
        finished().as_string().and_then(|text| JSON::parse(&text).ok()).unwrap_or(JsValue::NULL)
    });
    let handle = Object::new();
    let _ = Reflect::set(&handle, &"results".into(), results.as_ref().unchecked_ref::<Function>());
    let _ = Reflect::set(&window(), &"__quadrant".into(), &handle);
    // Lives as long as the tab.
    results.forget();
}

/// Copies `words` to the clipboard and says so on the button. Where that is not allowed, the table that the button
/// stands in is selected instead, and the button says what to press.
pub fn copy(words: &str, button: Option<EventTarget>) {
    let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) else { return };
    let navigator = window().navigator();
    // Absent where the page did not come over a secure connection.
    let there = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    let written = there.then(|| navigator.clipboard().write_text(words));
    leptos::task::spawn_local(async move {
        let done = match written {
            Some(written) => JsFuture::from(written).await.is_ok(),
            None => false,
        };
        if !done {
            select(&button);
        }
        let before = button.text_content();
        button.set_text_content(Some(if done { "Copied" } else { "Selected: now press Ctrl or ⌘ and C" }));
        let long = if done { 2 } else { 8 };
        set_timeout(move || button.set_text_content(before.as_deref()), std::time::Duration::from_secs(long));
    });
}

/// Selects the rows of the table around `button`.
fn select(button: &HtmlElement) {
    let table = button.closest("table").ok().flatten();
    if let (Some(table), Ok(Some(selection))) = (table, window().get_selection()) {
        let _ = selection.select_all_children(&table);
    }
}
