//! Room 8a: experiments and monitoring.

pub mod assignment;
pub mod baseline;
pub mod drivers;
pub mod error;
pub mod experiments;
pub mod findings;
pub mod readout;
pub mod window;
