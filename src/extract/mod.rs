//! Room 1: files to order history.
//!
//! Files are Parquet or CSV; what they are is found by content.
//! [`inspect`] looks at footers and first rows and proposes which column plays which role;
//! [`read`] takes the files and a [`schema::Mapping`] to an order history (or, at customer level, to a
//! table of customers) and says in its findings what was dropped, merged or derived on the way.

pub mod columns;
pub mod ends;
pub mod error;
pub mod findings;
mod flags;
pub mod history;
pub mod ids;
pub mod remembered;
pub mod remote;
mod repeats;
pub mod schema;
pub mod source;

mod bought;
mod bound;
mod catalogue;
mod chunks;
pub(crate) mod clock;
mod csv;
mod customers;
mod encodings;
mod hash;
mod held_out;
mod inspect;
mod keys;
mod lines;
mod mapping;
mod notes;
mod numbers;
mod orders;
mod pages;
mod parquet_file;
mod preview;
mod read;
mod read_ahead;
mod remedy;
mod reorders;
mod runs;
mod synonyms;
mod table;
mod thrift;
pub(crate) mod time;
mod unfit;
mod zones;

pub use bought::Bought;
pub use hash::sha256;
pub use inspect::inspect;
pub use read::{ReadOptions, read};
