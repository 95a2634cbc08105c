//! The worker: registers the engine behind the protocol (wasm only).

#[cfg(target_arch = "wasm32")]
fn main() {
    use wasm_bindgen::JsCast;
    // wasm-bindgen's start function runs in whatever context loaded it; this one is a worker's.
    quadrant::worker::Engine::register(js_sys::global().unchecked_into());
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("this is the page's worker; build it for wasm32-unknown-unknown (see `make build`)");
}
