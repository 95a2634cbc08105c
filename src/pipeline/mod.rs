//! The order of work.

pub mod outcome;
mod draft;
pub mod drawings;
pub mod error;
pub mod params;
pub mod run;
pub mod stage;
mod validate;
