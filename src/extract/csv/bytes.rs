//! A [`Source`] as a stream of text: range by range, unpacked if it is gzip, without a byte order mark.

use std::io::{BufReader, Cursor, Error, ErrorKind, Read, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::extract::error::ExtractError;
use crate::extract::parquet_file::source_error;
use crate::extract::source::{Source, SourceError};

/// Bytes of a packed file read at once; of a plain file, as many as the reader asks for.
const RANGE: usize = 1 << 18;
/// No table packs better than this; what does is made to fill somebody's memory.
const MOST_RATIO: u64 = 250;
/// Bytes that may come out of any gzip file.
const FREE_BYTES: u64 = 64 << 20;

/// The mark that some writers put before UTF-8.
const MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// A stream that moves between threads.
pub(super) type Bytes = Box<dyn Read + Send>;

/// Is the file gzip?
pub(super) fn is_gzip(source: &dyn Source) -> std::result::Result<bool, SourceError> {
    let mut head = [0; 2];
    if source.len() < 2 {
        return Ok(false);
    }
    source.read(0, &mut head)?;
    Ok(head == [0x1f, 0x8b])
}

/// The text of `source` from its first character, and how many bytes of the file have been asked for so far.
pub(super) fn text_of(source: &Arc<dyn Source>, gzip: bool) -> Result<(Bytes, Arc<AtomicU64>)> {
    let ranges = Ranges::new(Arc::clone(source));
    let taken = Arc::clone(&ranges.at);
    let mut bytes: Bytes = if gzip {
        Box::new(Unpacked {
            inner: MultiGzDecoder::new(BufReader::with_capacity(RANGE, ranges)),
            left: source.len().saturating_mul(MOST_RATIO).saturating_add(FREE_BYTES),
        })
    } else {
        Box::new(ranges)
    };
    let mut head = Vec::with_capacity(MARK.len());
    bytes.by_ref().take(MARK.len() as u64).read_to_end(&mut head)?;
    if head == MARK {
        head.clear();
    }
    Ok((Box::new(Cursor::new(head).chain(bytes)), taken))
}

/// What a failed read says about the file.
pub(super) fn read_error(file: &str, error: Error) -> ExtractError {
    let kind = error.kind();
    let said = error.to_string();
    match error.into_inner().map(<dyn std::error::Error + Send + Sync>::downcast::<SourceError>) {
        Some(Ok(source)) => source_error(file.to_owned(), &source),
        _ if kind == ErrorKind::UnexpectedEof => ExtractError::Truncated {
            file: file.to_owned(),
            detail: "it ends in the middle of its gzip data".to_owned(),
        },
        _ => ExtractError::Damaged {
            file: file.to_owned(),
            column: None,
            row_group: None,
            detail: format!("it cannot be unpacked ({})", said.chars().take(200).collect::<String>()),
        },
    }
}

/// Reads a source from its first byte to its last.
struct Ranges {
    source: Arc<dyn Source>,
    at: Arc<AtomicU64>,
}

impl Ranges {
    fn new(source: Arc<dyn Source>) -> Self {
        Self { source, at: Arc::default() }
    }
}

impl Read for Ranges {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let at = self.at.load(Ordering::Relaxed);
        let left = usize::try_from(self.source.len() - at).unwrap_or(usize::MAX);
        let wanted = buf.len().min(left);
        if wanted > 0 {
            self.source.read(at, &mut buf[..wanted]).map_err(Error::other)?;
            self.at.store(at + wanted as u64, Ordering::Relaxed);
        }
        Ok(wanted)
    }
}

/// Unpacks, and stops where no table would go on.
struct Unpacked<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let n = self.inner.read(buf)?;
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| {
            Error::new(ErrorKind::InvalidData, format!("it unpacks to more than {MOST_RATIO} times its size"))
        })?;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::extract::source::BytesSource;

    fn source(bytes: &[u8]) -> Arc<dyn Source> {
        Arc::new(BytesSource::new("x.csv", bytes.to_vec()))
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::best());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn all(bytes: &[u8]) -> std::result::Result<Vec<u8>, ExtractError> {
        let source = source(bytes);
        let mut out = Vec::new();
        let gzip = is_gzip(source.as_ref()).unwrap();
        let mut text = text_of(&source, gzip).map_err(|e| read_error("x.csv", e))?.0;
        text.read_to_end(&mut out).map_err(|e| read_error("x.csv", e))?;
        Ok(out)
    }

    #[test]
    fn plain_packed_and_marked_text_is_the_same_text() {
        let text = b"a,b\n1,2\n".to_vec();
        let marked = [&MARK[..], &text].concat();
        let two_members = [packed(b"a,b\n"), packed(b"1,2\n")].concat();
        for bytes in [text.clone(), marked.clone(), packed(&text), packed(&marked), two_members] {
            assert_eq!(all(&bytes).unwrap(), text);
        }
        assert_eq!(all(b"").unwrap(), b"");
        assert_eq!(all(b"\xef\xbb").unwrap(), b"\xef\xbb");
    }

    #[test]
    fn packed_text_that_ends_early_or_is_wrong_is_an_error() {
        let bytes = packed(&b"some text, and some more, and 12345".repeat(50));
        for cut in 2..bytes.len() {
            let error = all(&bytes[..cut]).unwrap_err();
            assert!(matches!(error, ExtractError::Truncated { .. }), "{cut}: {error}");
        }
        let mut wrong = bytes.clone();
        let n = wrong.len();
        wrong[n - 6] ^= 1;
        assert_eq!(all(&wrong).unwrap_err().code(), "damaged");
    }

    #[test]
    fn a_bomb_is_defused() {
        let mut bomb = packed(&vec![b'7'; 65 << 20]);
        assert!(bomb.len() < 80_000);
        bomb = bomb.repeat(40);
        let mut sink = std::io::sink();
        let source = source(&bomb);
        let mut text = text_of(&source, true).unwrap().0;
        let error = std::io::copy(&mut text, &mut sink).unwrap_err();
        assert!(error.to_string().contains("250 times"), "{error}");
    }
}
