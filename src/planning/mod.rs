//! Room 8a: experiments and monitoring.

pub mod findings;
