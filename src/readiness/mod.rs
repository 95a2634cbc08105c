//! Room 2: can these customers be segmented at all?

pub mod clock;
pub mod findings;
