//! Outcome and customers to files.
pub mod artifact;
