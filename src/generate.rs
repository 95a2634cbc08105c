//! Synthetic extracts with planted truth.
