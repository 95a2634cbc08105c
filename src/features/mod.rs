//! Room 3: the feature catalogue, how it is built, and its quality.

pub mod findings;
