//! The order of work.

pub mod outcome;
pub mod error;
pub mod params;
pub mod run;
pub mod stage;
