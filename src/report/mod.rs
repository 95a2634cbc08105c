//! Outcome to documents.
