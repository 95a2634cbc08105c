//! Where generated files go: a folder on disk natively, memory in tests and in the page.

use std::collections::BTreeMap;
use std::io::{self, Write};

/// A place for named files, written front to back, one or several at a time.
pub trait Folder {
    /// A file being written.
    type File: Write + Send;

    /// Begins a file.
    fn create(&mut self, name: &str) -> io::Result<Self::File>;

    /// Ends a file: everything written must be durable when this returns.
    fn close(&mut self, name: &str, file: Self::File) -> io::Result<()>;
}

/// Files in memory, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryFolder {
    /// The closed files.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Folder for MemoryFolder {
    type File = Vec<u8>;

    fn create(&mut self, _name: &str) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn close(&mut self, name: &str, file: Vec<u8>) -> io::Result<()> {
        self.files.insert(name.to_owned(), file);
        Ok(())
    }
}
