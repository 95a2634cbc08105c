//! Room 6: scores, thresholds, the rule, profiles, confidence.

pub mod findings;
