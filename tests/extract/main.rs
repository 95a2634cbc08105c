//! The extract room from the outside: files in, order history out.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::type_complexity,
    clippy::from_iter_instead_of_collect,
    clippy::default_trait_access,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod bad_input;
mod csv;
mod fixtures;
mod hostile;
mod kernels;
mod names;
mod reads;
mod real_data;
mod rules;
mod scale;
mod support;
