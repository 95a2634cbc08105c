//! Room 4: impute, winsorise, standardise, components, feature sets.

pub mod findings;
