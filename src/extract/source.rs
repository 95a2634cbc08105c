//! Where bytes come from: byte ranges of a file that may be far larger than memory.
//!
//! The worker implements [`Source`] over `Blob.slice` and `FileReaderSync`, the command line over a
//! file, tests over bytes. Nothing in this room ever asks for a whole file.

use std::fmt;

use super::remote::{Form, RemoteDecoder};

/// A file that can be read in ranges.
///
/// `Send + Sync` because Parquet's reader asks for it; a single-threaded host wraps what it has.
pub trait Source: Send + Sync {
    /// The file's name as given (untrusted text).
    fn name(&self) -> &str;

    /// The file's length in bytes, as it was when the source was made.
    fn len(&self) -> u64;

    /// Is the file empty?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fills `buf` from `offset`. Anything short of all of `buf` is an error.
    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError>;

    /// Appends `length` bytes from `offset` to `buf`. Anything short of that is an error.
    fn append(&self, offset: u64, length: usize, buf: &mut Vec<u8>) -> Result<(), SourceError> {
        let at = buf.len();
        buf.resize(at + length, 0);
        self.read(offset, &mut buf[at..])
    }

    /// These bytes will be asked for next, as far as one can tell: a host that can fetch them meanwhile may.
    fn expect(&self, _offset: u64, _length: usize) {}

    /// Another worker that decodes `columns` of this Parquet file, where the host has one to spare; they may come in the
    /// form beside them.
    fn remote(&self, _columns: &[(usize, Form)]) -> Option<Box<dyn RemoteDecoder>> {
        None
    }
}

/// A range that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file is not what it was when it was opened: shorter, longer, modified, or gone.
    #[error("the file changed while it was read ({detail})")]
    Changed {
        /// What was noticed.
        detail: String,
    },
    /// The host could not read.
    #[error("the file could not be read at byte {offset} ({detail})")]
    Failed {
        /// Where.
        offset: u64,
        /// The host's words.
        detail: String,
    },
}

/// Bytes in memory: tests and the bundled demo.
#[derive(Clone)]
pub struct BytesSource {
    name: String,
    bytes: bytes::Bytes,
}

impl BytesSource {
    /// A source named `name` over `bytes`.
    pub fn new(name: impl Into<String>, bytes: impl Into<bytes::Bytes>) -> Self {
        Self { name: name.into(), bytes: bytes.into() }
    }
}

impl fmt::Debug for BytesSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BytesSource").field("name", &self.name).field("bytes", &self.bytes.len()).finish()
    }
}

impl Source for BytesSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError> {
        let range = usize::try_from(offset)
            .ok()
            .and_then(|start| Some(start..start.checked_add(buf.len())?))
            .and_then(|range| self.bytes.get(range));
        match range {
            Some(bytes) => {
                buf.copy_from_slice(bytes);
                Ok(())
            }
            None => {
                Err(SourceError::Changed { detail: format!("{} bytes at byte {offset} lie beyond its end", buf.len()) })
            }
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::FileSource;

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::fs::File;
    use std::io::{Read, Seek, SeekFrom};
    use std::path::Path;
    use std::sync::{Mutex, PoisonError};
    use std::time::SystemTime;

    use super::{Source, SourceError};

    /// A file on disk; notices when its length or modification time changes under it.
    #[derive(Debug)]
    pub struct FileSource {
        name: String,
        len: u64,
        modified: Option<SystemTime>,
        file: Mutex<File>,
    }

    impl FileSource {
        /// Opens `path`; the source is named by its file name.
        pub fn open(path: &Path) -> std::io::Result<Self> {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            if metadata.is_dir() {
                return Err(std::io::Error::new(std::io::ErrorKind::IsADirectory, "a folder, not a file"));
            }
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            Ok(Self { name, len: metadata.len(), modified: metadata.modified().ok(), file: Mutex::new(file) })
        }
    }

    impl FileSource {
        /// Hands the file to `read`, standing at `offset`, if it is what it was; `length` bytes are expected.
        fn at(
            &self,
            offset: u64,
            length: usize,
            read: impl FnOnce(&mut File) -> std::io::Result<()>,
        ) -> Result<(), SourceError> {
            // A reader that panicked half-way leaves only a file position behind; the next seek mends it.
            let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
            let failed = |error: &std::io::Error| SourceError::Failed { offset, detail: error.to_string() };
            let metadata = file.metadata().map_err(|e| failed(&e))?;
            if metadata.len() != self.len {
                let detail = format!("it had {} bytes, now it has {}", self.len, metadata.len());
                return Err(SourceError::Changed { detail });
            }
            if metadata.modified().ok() != self.modified {
                return Err(SourceError::Changed { detail: "it was written to".to_owned() });
            }
            file.seek(SeekFrom::Start(offset)).map_err(|e| failed(&e))?;
            read(&mut file).map_err(|e| match e.kind() {
                std::io::ErrorKind::UnexpectedEof => {
                    SourceError::Changed { detail: format!("{length} bytes at byte {offset} are not there") }
                }
                _ => failed(&e),
            })
        }
    }

    impl Source for FileSource {
        fn name(&self) -> &str {
            &self.name
        }

        fn len(&self) -> u64 {
            self.len
        }

        fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError> {
            self.at(offset, buf.len(), |file| file.read_exact(buf))
        }

        fn append(&self, offset: u64, length: usize, buf: &mut Vec<u8>) -> Result<(), SourceError> {
            self.at(offset, length, |file| match file.take(length as u64).read_to_end(buf)? {
                read if read == length => Ok(()),
                _ => Err(std::io::ErrorKind::UnexpectedEof.into()),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_exact() {
        let source = BytesSource::new("a", vec![1, 2, 3, 4]);
        let mut two = [0; 2];
        source.read(2, &mut two).unwrap();
        assert_eq!(two, [3, 4]);
        assert!(source.read(3, &mut two).is_err());
        assert!(source.read(u64::MAX, &mut two).is_err());
        source.read(4, &mut []).unwrap();
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn a_file_that_changes_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.parquet");
        std::fs::write(&path, [7; 10]).unwrap();
        let source = FileSource::open(&path).unwrap();
        let mut buf = [0; 4];
        source.read(6, &mut buf).unwrap();
        assert_eq!(buf, [7; 4]);
        std::fs::write(&path, [7; 9]).unwrap();
        assert!(matches!(source.read(0, &mut buf), Err(SourceError::Changed { .. })));
        assert!(FileSource::open(dir.path()).is_err());
    }
}
