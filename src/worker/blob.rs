//! A dropped file as a byte-range source: `Blob.slice` + `FileReaderSync`, which exists only in workers.

use std::cell::RefCell;

use js_sys::Uint8Array;
use web_sys::{File, FileReaderSync};

use super::remote;
use crate::extract::remote::{Form, RemoteDecoder};
use crate::extract::source::{Source, SourceError};

thread_local! {
    /// JavaScript handles must not cross threads, sources must be able to: a source holds an index here.
    static FILES: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
}

/// A file that the page sent, read by ranges and never whole.
#[derive(Debug)]
pub struct BlobSource {
    slot: usize,
    name: String,
    len: u64,
}

impl BlobSource {
    /// Registers `file`.
    pub fn new(file: File) -> Self {
        let (name, len) = (file.name(), file.size() as u64);
        let slot = FILES.with_borrow_mut(|files| {
            files.push(file);
            files.len() - 1
        });
        Self { slot, name, len }
    }
}

impl Source for BlobSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError> {
        let end = offset + buf.len() as u64;
        let bytes = FILES.with_borrow(|files| {
            let file = files.get(self.slot)?;
            let slice = file.slice_with_f64_and_f64(offset as f64, end as f64).ok()?;
            let buffer = FileReaderSync::new().ok()?.read_as_array_buffer(&slice).ok()?;
            Some(Uint8Array::new(&buffer))
        });
        match bytes {
            Some(bytes) if bytes.length() as usize == buf.len() => {
                bytes.copy_to(buf);
                Ok(())
            }
            Some(bytes) => {
                let detail = format!("asked for {} bytes at {offset}, got {}", buf.len(), bytes.length());
                Err(SourceError::Changed { detail })
            }
            // Browsers refuse to read a file that changed on disk after it was chosen.
            None => Err(SourceError::Failed {
                offset,
                detail: "the browser refused; has the file changed or moved?".to_owned(),
            }),
        }
    }

    fn remote(&self, columns: &[(usize, Form)]) -> Option<Box<dyn RemoteDecoder>> {
        FILES.with_borrow(|files| remote::decoder(files.get(self.slot)?, columns))
    }
}
