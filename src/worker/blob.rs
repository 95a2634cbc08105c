//! A dropped file as a byte-range source: `Blob.slice` + `FileReaderSync`, which exists only in workers.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, File, FileReaderSync};

use super::remote;
use crate::extract::remote::{Form, RemoteDecoder};
use crate::extract::source::{Source, SourceError};

/// Ranges of all files that may be on their way.
const EXPECTED: usize = 8;

thread_local! {
    /// JavaScript handles must not cross threads, sources must be able to: a source holds an index here.
    static FILES: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
    /// Ranges that were asked for before they are needed.
    static AHEAD: RefCell<Vec<Range>> = const { RefCell::new(Vec::new()) };
}

/// A range of a file on its way, or here.
struct Range {
    slot: usize,
    offset: u64,
    end: u64,
    bytes: Rc<RefCell<Option<JsValue>>>,
}

/// A file that the page sent, read by ranges and never whole.
#[derive(Debug)]
pub struct BlobSource {
    slot: usize,
    name: String,
    len: u64,
    reads_ahead: bool,
}

impl BlobSource {
    /// Registers `file`.
    pub fn new(file: File) -> Self {
        let (name, len) = (file.name(), file.size() as u64);
        let slot = FILES.with_borrow_mut(|files| {
            files.push(file);
            files.len() - 1
        });
        Self { slot, name, len, reads_ahead: false }
    }

    /// Registers `file`, of which what is [expected](Source::expect) is fetched while the worker does something else: for
    /// one that gives the event loop a turn often.
    pub fn reading_ahead(file: File) -> Self {
        Self { reads_ahead: true, ..Self::new(file) }
    }

    fn slice(&self, offset: u64, end: u64) -> Option<Blob> {
        FILES.with_borrow(|files| files.get(self.slot)?.slice_with_f64_and_f64(offset as f64, end as f64).ok())
    }

    /// The range, if it has been expected and is here.
    fn ahead(&self, offset: u64, end: u64) -> Option<Uint8Array> {
        AHEAD.with_borrow_mut(|ahead| {
            let at = ahead.iter().position(|it| it.slot == self.slot && it.offset <= offset && end <= it.end)?;
            // One that is still on its way comes too late.
            let range = ahead.remove(at);
            let bytes = Uint8Array::new(range.bytes.borrow().as_ref()?);
            Some(bytes.subarray((offset - range.offset) as u32, (end - range.offset) as u32))
        })
    }
}

/// Lets go of what was fetched for nothing.
pub(super) fn forget() {
    AHEAD.take();
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
        let bytes = self.ahead(offset, end).or_else(|| {
            let buffer = FileReaderSync::new().ok()?.read_as_array_buffer(&self.slice(offset, end)?).ok()?;
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

    fn expect(&self, offset: u64, length: usize) {
        let end = offset.saturating_add(length as u64).min(self.len);
        let known = |ahead: &Vec<Range>| ahead.iter().any(|it| it.slot == self.slot && it.offset == offset);
        if !self.reads_ahead || AHEAD.with_borrow(known) {
            return;
        }
        let Some(promise) = self.slice(offset, end).map(|blob| blob.array_buffer()) else { return };
        let bytes = Rc::new(RefCell::new(None));
        let arrived = Rc::clone(&bytes);
        spawn_local(async move {
            // What cannot be read is asked for again, and the reason met, when it is needed.
            arrived.replace(JsFuture::from(promise).await.ok());
        });
        AHEAD.with_borrow_mut(|ahead| {
            if ahead.len() == EXPECTED {
                ahead.remove(0);
            }
            ahead.push(Range { slot: self.slot, offset, end, bytes });
        });
    }

    fn remote(&self, columns: &[(usize, Form)]) -> Option<Box<dyn RemoteDecoder>> {
        FILES.with_borrow(|files| remote::decoder(files.get(self.slot)?, columns))
    }
}
