//! Room 8a: experiments and monitoring.

pub mod assignment;
pub mod experiments;
pub mod findings;
pub mod readout;
