//! Outcome to scenes: pure geometry, then SVG text.
//!
//! A chart is a function from findings and a [`frame::Frame`] (how wide it may be) to a [`scene::Scene`]: marks with
//! classes (colours live in the style sheet), a title, one sentence and the table behind it. The page draws the scene
//! live, documents embed it with [`svg::write`].
//!
//! - [`mosaic`]: the four segments, area = share; [`bars`]: the same where a part is too small to be written on.
//! - [`segment_map`]: density of customers over the two scores.
//! - [`histogram`]: one metric.
//! - [`forest`]: effects with intervals.
//! - [`shares_over_time`]: the four shares from step to step.
//! - [`k_curve`]: silhouette over k, beside what structureless data would score.

pub mod bars;
pub mod drawing;
pub mod forest;
pub mod frame;
pub mod histogram;
pub mod k_curve;
pub mod mosaic;
pub mod scale;
pub mod scene;
pub mod segment_map;
pub mod shares_over_time;
pub mod svg;
