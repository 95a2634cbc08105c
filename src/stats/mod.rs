//! Numerics without business nouns; every function is held to an outside oracle.

pub mod measured;
