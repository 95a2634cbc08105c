//! Room 6: two scores, two thresholds, four segments.
//!
//! [`scores`] and [`thresholds`] feed the [`rule`]; [`profile`] describes what came out;
//! [`confidence`], [`bootstrap`] and [`sensitivity`] say how firm it is; [`card`] explains one
//! customer; [`agreement`] compares with segments that a file brought along; [`parted`] is for whoever looks at the
//! segments one by one.

pub mod agreement;
pub mod bootstrap;
pub mod card;
pub mod confidence;
pub mod findings;
pub mod parted;
pub mod profile;
pub mod rule;
pub mod scores;
pub mod sensitivity;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
pub mod thresholds;
