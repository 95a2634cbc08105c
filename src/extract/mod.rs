//! Room 1: files to order history.

pub mod findings;
pub mod history;
pub mod ids;
pub mod schema;
