//! The page: panic hook, mount `ui::App` (wasm only).

fn main() {}
