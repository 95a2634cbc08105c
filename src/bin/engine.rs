//! The worker: registers the engine behind the protocol (wasm only).

fn main() {}
