//! The page (wasm only): Leptos views over the outcome of the worker.
//!
//! - [`state`]: what the page knows; one enum [`state::Phase`] for what happens now, and the outcome shown, which
//!   stays on screen while a new run goes on.
//! - [`client`]: the only owner of the worker.
//! - [`engine`]: what a worker is made of, fetched once.
//! - [`session`]: what a reader asks for, turned into messages and state.
//! - [`lines`]: the thresholds as the reader moves them.
//! - [`json`]: messages and what is kept, as text.
//! - [`preferences`]: what the page keeps between visits beside the theme.
//! - [`storage`]: what is kept in this browser. [`shell`]: the page as the browser keeps it. [`place`]: the reader's
//!   place on a page that is drawn anew.
//! - [`route`]: the page named in the URL's fragment.
//! - [`app`], [`pages`], [`components`], [`figure`], [`prose`]: what is seen. No number is formatted here: all pass
//!   `report::figures`.

pub mod app;
pub mod client;
pub mod components;
pub mod dom;
pub mod engine;
pub mod figure;
pub mod json;
pub mod lines;
pub mod pages;
pub mod place;
pub mod preferences;
pub mod prose;
pub mod route;
pub mod session;
pub mod shell;
pub mod state;
pub mod storage;
pub mod theme;

/// Mounts the page, in a task of its own: the one that this is called from has set the module up.
pub fn start() {
    console_error_panic_hook::set_once();
    let mount = || {
        if let Some(boot) = leptos::prelude::document().get_element_by_id("boot") {
            boot.remove();
        }
        leptos::mount::mount_to_body(app::App);
    };
    leptos::prelude::set_timeout(mount, std::time::Duration::ZERO);
}
