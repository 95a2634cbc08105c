//! Outcome and customers to files.
//!
//! Every writer takes `impl Write`: a file natively, a `Vec<u8>` in the worker. Ids leave exactly as they came.

pub mod artifact;
pub mod assignments;
pub mod baseline;
pub mod documents;
pub mod error;
pub mod experiment;
pub mod features;
pub mod operations;
pub mod outputs;
pub mod receipt;
pub mod results;
pub mod scored;
mod sheet;
pub mod sql;
pub mod tray;
pub mod verify;

pub use error::ExportError;
