//! Room 2: can these customers be segmented at all?
//!
//! [`assess`](assess::assess) looks at the order history, [`assess_customers`](assess::assess_customers) at a
//! customer-level file, which can answer less and says so. [`gates`] knows every gate of the project.

pub mod assess;
pub mod clock;
mod correlations;
mod diagnostics;
pub mod findings;
pub mod gates;
mod stability;
mod summary;
#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod testing;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
