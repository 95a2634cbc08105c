//! The order of work.

pub mod outcome;
pub mod params;
