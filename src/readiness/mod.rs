//! Room 2: diagnostics and the gates that the order history alone can answer.

pub mod findings;
