//! The order of work.

pub mod ask;
mod draft;
pub mod drawings;
pub mod error;
pub mod labels;
pub mod later;
pub mod outcome;
pub mod params;
pub mod run;
pub mod stage;
pub mod trial;
mod validate;
