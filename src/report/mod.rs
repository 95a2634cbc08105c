//! Outcome to documents.

pub mod figures;
