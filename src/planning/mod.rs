//! Room 8a: experiments and monitoring.
//!
//! - [`measure`]: KPIs, their spread and the eligible customers by week, from the order history.
//! - [`plan`]: those summaries and a design to one experiment per segment, a pure function.
//! - [`baseline`], [`window`]: what monitoring compares with.
//! - [`experiments`]: the formulas; [`assignment`]: who is treated; [`readout`]: what came of it.

pub mod assignment;
pub mod baseline;
pub mod cohort;
pub mod drivers;
pub mod error;
pub mod experiments;
pub mod findings;
pub mod measure;
pub mod monitoring;
pub mod operations;
pub mod plan;
pub mod power;
pub mod quality;
pub mod readout;
pub mod shadow;
pub mod window;
