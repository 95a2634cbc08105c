//! Room 4: from features to matrices that can be clustered.
//!
//! [`scale`] winsorises and standardises a feature, [`components`] takes the category block apart,
//! [`sets`] says which features go together ([`own`]: those that a person adds), [`matrix`] applies a set to a
//! feature table. Missing values have been filled by the features room.

pub mod components;
pub mod findings;
pub mod matrix;
pub mod own;
pub mod scale;
pub mod sets;
