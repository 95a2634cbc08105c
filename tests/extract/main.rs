//! The extract room from the outside: files in, order history out.
#![cfg(not(target_arch = "wasm32"))]

mod real_data;
mod support;
