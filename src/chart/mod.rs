//! Outcome to scenes: pure geometry, then SVG text.
//!
//! A chart is a function from findings and a [`frame::Frame`] (how wide it may be) to a [`scene::Scene`]: marks with
//! classes (colours live in the style sheet), a title, one sentence and the table behind it. [`svg::write`] makes
//! it markup. Documents embed that; for the page the engine draws at the width that the page has (see [`sketch`]).
//!
//! - [`mosaic`]: the four segments, area = share; [`bars`]: the same where a part is too small to be written on.
//! - [`segment_map`]: density of customers over the two scores.
//! - [`histogram`]: one metric.
//! - [`forest`]: effects with intervals.
//! - [`shares_over_time`]: the four shares from step to step.
//! - [`k_curve`]: silhouette over k, beside what structureless data would score.
//! - [`boxes`]: one metric in several groups; [`dots`]: rows of dots with intervals; [`mod@line`]: curves with bands;
//!   [`heatmap`], [`flow`] (who moves where), [`clock`] (hours and weekdays), [`silhouette`], [`dendrogram`],
//!   [`loadings`].
//! - [`calibration`], [`power`], [`reliability`], [`scree`], [`thresholds`]: findings as curves;
//!   [`nulls`], [`rivals`], [`split`], [`stability`]: as rows of dots; [`correlations`]: as heatmaps.

pub mod axis;
pub mod bars;
pub mod boxes;
pub mod calibration;
pub mod clock;
pub mod correlations;
pub mod dendrogram;
pub mod dots;
pub mod drawing;
pub mod flow;
pub mod forest;
pub mod frame;
pub mod heatmap;
pub mod histogram;
pub mod k_curve;
pub mod line;
pub mod loadings;
pub mod mosaic;
pub mod nulls;
pub mod power;
pub mod reliability;
pub mod rivals;
pub mod said;
pub mod scale;
pub mod scene;
pub mod scree;
pub mod segment_map;
pub mod shares_over_time;
pub mod silhouette;
pub mod sketch;
pub mod split;
pub mod stability;
pub mod svg;
pub mod thresholds;
