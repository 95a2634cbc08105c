//! Room 8a: experiments and monitoring.

pub mod assignment;
pub mod baseline;
pub mod cohort;
pub mod drivers;
pub mod error;
pub mod experiments;
pub mod findings;
pub mod monitoring;
pub mod operations;
pub mod quality;
pub mod readout;
pub mod shadow;
pub mod window;
