//! Outcome and customers to files.
