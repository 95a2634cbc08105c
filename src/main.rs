//! The page: panic hook, mount `ui::App` (wasm only; natively an empty main).

#[cfg(target_arch = "wasm32")]
fn main() {
    quadrant::ui::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
