//! Numerics without business nouns; every function is held to an outside oracle.
#![allow(clippy::float_cmp, reason = "where numerics compare floats for equality, the same bits are meant")]
#![allow(clippy::excessive_precision, reason = "published coefficients are quoted digit by digit")]

pub mod ari;
pub mod circular;
pub mod describe;
pub mod measured;
pub mod normal;
pub mod quantile;
pub mod rng;
