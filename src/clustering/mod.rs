//! Room 5: the clustering tribunal. Are there clusters, or would structureless data look the same?
//!
//! [`tribunal`] hears the evidence on every feature set (`grid`, `stability`, `silhouette_plot`, [`null_benchmark`]) and on samples
//! (`ward`, [`density`], `mixture`), [`verdict`] weighs it, `canonical` puts the published figures beside ours.
//! [`effort`] says how much of all that is computed; [`exact`] does one solution on all customers, on demand.

pub mod density;
pub mod effort;
pub mod exact;
pub mod findings;
pub mod null_benchmark;
pub mod tribunal;
pub mod verdict;

mod canonical;
mod grid;
mod mixture;
mod sample;
mod silhouette_plot;
mod stability;
mod ward;
