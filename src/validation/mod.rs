//! Room 7: effects, coupling, reliability, out-of-time, bake-off.

pub mod findings;
