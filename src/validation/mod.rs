//! Room 7: effects, coupling, reliability, out-of-time, bake-off.

pub mod coupling;
pub mod cut;
pub mod findings;
pub mod ols;
pub mod outcomes;
pub mod prefix_features;
pub mod reliability;
pub mod split;
pub mod timeline;
pub mod window_scores;

#[cfg(test)]
mod simulate;
