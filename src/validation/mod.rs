//! Room 7: effects, coupling, reliability, out-of-time, bake-off.

pub mod bake_off;
pub(crate) mod contenders;
pub mod coupling;
pub mod cut;
pub mod effects;
pub mod findings;
pub mod held_out;
pub mod migration;
pub mod ols;
pub mod out_of_time;
pub mod outcomes;
pub mod prefix_features;
pub mod ranked;
pub mod reliability;
pub mod split;
pub mod time_machine;
pub mod timeline;
pub mod window_scores;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod invariance;
#[cfg(test)]
mod simulate;
