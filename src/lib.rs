//! Quadrant turns an order extract into a customer segmentation one can defend.
//!
//! # Steps
//! Data walks one way through the rooms; a room uses the rooms above it and [`stats`], never one below.
//! 1. [`extract`]: files to order history (byte ranges, roles, join, integrity).
//! 2. [`readiness`]: can these customers be segmented at all? Gates from the order history alone.
//! 3. [`features`]: 15 behavioural features and one share per category.
//! 4. [`prepare`]: impute, winsorise, standardise, components, feature sets.
//! 5. [`clustering`]: the tribunal: are there clusters, or would structureless data look the same?
//! 6. [`segments`]: two scores, two thresholds, four segments.
//! 7. [`validation`]: effects, coupling, reliability, out-of-time.
//! 8. [`planning`] and [`decision`]: experiments and monitoring; all gates, one verdict, one recommendation.
//!
//! [`pipeline`] runs the steps, [`report`], [`chart`] and [`export`] write the outcome down, [`view`] is what the page
//! shows of it, `protocol`
//! and `worker` carry it to the page, `ui` shows it.

pub mod crew;
pub mod ordered;
pub mod pace;
pub mod stats;

pub mod clustering;
pub mod decision;
pub mod extract;
pub mod features;
pub mod pipeline;
pub mod planning;
pub mod prepare;
pub mod readiness;
pub mod segments;
pub mod validation;

pub mod chart;
pub mod export;
pub mod generate;
pub mod report;
pub mod view;

pub mod protocol;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod ui;
#[cfg(target_arch = "wasm32")]
pub mod worker;
