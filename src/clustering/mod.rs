//! Room 5: the clustering tribunal.

pub mod findings;
