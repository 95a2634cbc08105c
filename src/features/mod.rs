//! Room 3: the order history becomes one row of numbers per customer.
//!
//! [`catalogue`] says what each feature is, [`build`] computes all of them in one pass,
//! [`customers`] takes them as given, [`table`] holds them, [`quality`] looks at them.

pub mod build;
pub mod catalogue;
pub mod customers;
pub mod findings;
mod impute;
pub mod quality;
pub mod table;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
