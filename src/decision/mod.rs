//! Room 8b: all gates, one verdict, one recommendation.

pub mod findings;
