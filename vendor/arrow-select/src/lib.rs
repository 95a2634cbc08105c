//! The kernels of the crate `arrow-select` that parquet and arrow-ipc name: [`concat`], [`filter`] and [`take`]. Each is
//! one loop over [`ranges`], whatever the type.

pub mod concat;
pub mod filter;
pub mod take;

mod ranges;
