//! A source whose ends are read once: there formats say what they are, and it is asked for at every opening.

use std::sync::OnceLock;

use super::remote::{Form, RemoteDecoder};
use super::source::{Source, SourceError};

/// Bytes kept of the beginning: the marks of formats.
const HEAD: u64 = 64;
/// Bytes kept of the end: most footers.
const TAIL: u64 = 1 << 16;

/// Where asking costs more than bytes do (a browser asks another process), a file's ends are kept.
///
/// A file that changes meanwhile is noticed as before: rows are never read from what is kept, unless all of them lie there.
pub struct Ends<S> {
    source: S,
    head: OnceLock<Vec<u8>>,
    tail: OnceLock<Vec<u8>>,
}

impl<S: Source> Ends<S> {
    /// Keeps the ends of `source`.
    pub fn new(source: S) -> Self {
        Self { source, head: OnceLock::new(), tail: OnceLock::new() }
    }

    /// The bytes `from..to`, if they lie within an end; read unless they are known.
    fn kept(&self, from: u64, to: u64) -> Result<Option<&[u8]>, SourceError> {
        let length = self.source.len();
        let tail = length.saturating_sub(TAIL);
        let (begin, end, known) = if to <= HEAD.min(length) {
            (0, HEAD.min(length), &self.head)
        } else if (tail..=length).contains(&from) && to <= length {
            (tail, length, &self.tail)
        } else {
            return Ok(None);
        };
        let bytes = if let Some(bytes) = known.get() {
            bytes
        } else {
            let mut bytes = vec![0; (end - begin) as usize];
            self.source.read(begin, &mut bytes)?;
            known.get_or_init(|| bytes)
        };
        Ok(Some(&bytes[(from - begin) as usize..(to - begin) as usize]))
    }
}

impl<S: Source> Source for Ends<S> {
    fn name(&self) -> &str {
        self.source.name()
    }

    fn len(&self) -> u64 {
        self.source.len()
    }

    fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError> {
        let end = offset.saturating_add(buf.len() as u64);
        match self.kept(offset, end)? {
            Some(bytes) => {
                buf.copy_from_slice(bytes);
                Ok(())
            }
            None => self.source.read(offset, buf),
        }
    }

    fn expect(&self, offset: u64, length: usize) {
        self.source.expect(offset, length);
    }

    fn remote(&self, columns: &[(usize, Form)]) -> Option<Box<dyn RemoteDecoder>> {
        self.source.remote(columns)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::source::BytesSource;
    use super::*;

    /// Notes what it is asked for.
    struct Asked(BytesSource, Mutex<Vec<(u64, usize)>>);

    impl Source for Asked {
        fn name(&self) -> &str {
            self.0.name()
        }

        fn len(&self) -> u64 {
            self.0.len()
        }

        fn read(&self, offset: u64, buf: &mut [u8]) -> Result<(), SourceError> {
            self.1.lock().unwrap().push((offset, buf.len()));
            self.0.read(offset, buf)
        }
    }

    fn ends(length: usize) -> (Vec<u8>, Ends<Asked>) {
        let bytes: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        let source = Asked(BytesSource::new("x", bytes.clone()), Mutex::default());
        (bytes, Ends::new(source))
    }

    #[test]
    fn bytes_are_those_of_the_source_wherever_they_lie() {
        for length in [0, 1, 10, 64, 65, 100, 65_536, 65_600, 200_000] {
            let (bytes, source) = ends(length);
            let places = [0, 1, 4, 60, 64, 100, 65_535, 65_536, 134_463, 134_464, 134_465, 199_996, length];
            for from in places.into_iter().filter(|from| *from <= length) {
                for wanted in [0, 1, 4, 63, 65, 40_000] {
                    let mut found = vec![0; wanted];
                    let read = source.read(from as u64, &mut found);
                    match bytes.get(from..from + wanted) {
                        Some(expected) => assert_eq!((read, found.as_slice()), (Ok(()), expected)),
                        None => assert!(read.is_err(), "{wanted} bytes at {from} of {length}"),
                    }
                }
            }
            assert!(source.read(u64::MAX, &mut [0]).is_err());
        }
    }

    #[test]
    fn each_end_is_read_once() {
        let (_, source) = ends(200_000);
        for _ in 0..3 {
            source.read(0, &mut [0; 4]).unwrap();
            source.read(199_992, &mut [0; 8]).unwrap();
            source.read(190_000, &mut [0; 9_992]).unwrap();
        }
        assert_eq!(*source.source.1.lock().unwrap(), [(0, 64), (134_464, 65_536)]);
    }
}
