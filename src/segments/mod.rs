//! Room 6: two scores, two thresholds, four segments.

pub mod findings;
pub mod rule;
pub mod scores;
pub mod thresholds;
