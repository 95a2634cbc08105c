//! Text to records and fields, as RFC 4180 has it and as the `csv` crate reads it, in a buffer of fixed size.
//!
//! A record without a quote, which is nearly every one, is split in one look at each byte. Any other goes to
//! `csv-core`. Both end a record at CR, LF or CRLF and pass over empty lines.

use std::io::{Error, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// Bytes held; no record can be longer.
pub(super) const BLOCK: usize = 1 << 20;

const PLAIN: u8 = 0;
const FIELD: u8 = 1;
const RECORD: u8 = 2;
const QUOTE: u8 = 3;

/// How a file marks fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Between fields.
    pub(super) delimiter: u8,
    /// Is a quote within quotes written `\"`? Else it is doubled.
    pub(super) backslash: bool,
}

/// Why there is no further record.
#[derive(Debug)]
pub(super) enum Fault {
    /// The bytes stopped coming.
    Read(Error),
    /// A quote was opened and never closed.
    Unclosed,
    /// A record longer than the buffer.
    TooLong,
}

/// Where the fields of the record at hand lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In the buffer.
    Buffer,
    /// Unquoted in `unquoted`.
    Unquoted,
}

/// Splits a stream into records.
pub(super) struct Records<R> {
    bytes: R,
    buffer: Vec<u8>,
    /// Where the next record begins.
    at: usize,
    /// Where what has been read ends.
    end: usize,
    finished: bool,
    class: [u8; 256],
    marks: Marks,
    /// Start of each field, and one more: the end of the last plus 1.
    starts: Vec<usize>,
    place: Place,
    core: Reader,
    unquoted: Vec<u8>,
    ends: Vec<usize>,
    /// The line that the record at hand begins in, from 1.
    line: u64,
    next_line: u64,
    after_return: bool,
}

impl<R: Read> Records<R> {
    /// Splits `bytes`, at most `block` of which are held.
    pub(super) fn new(bytes: R, marks: Marks, block: usize) -> Self {
        let mut class = [PLAIN; 256];
        class[usize::from(marks.delimiter)] = FIELD;
        class[usize::from(b'\r')] = RECORD;
        class[usize::from(b'\n')] = RECORD;
        class[usize::from(b'"')] = QUOTE;
        let core = ReaderBuilder::new()
            .delimiter(marks.delimiter)
            .double_quote(!marks.backslash)
            .escape(marks.backslash.then_some(b'\\'))
            .build();
        Self {
            bytes,
            buffer: vec![0; block],
            at: 0,
            end: 0,
            finished: false,
            class,
            marks,
            starts: Vec::new(),
            place: Place::Buffer,
            core,
            unquoted: Vec::new(),
            ends: Vec::new(),
            line: 0,
            next_line: 1,
            after_return: false,
        }
    }

    /// Goes on to the next record; `false` when there is none.
    pub(super) fn advance(&mut self) -> Result<bool, Fault> {
        loop {
            self.skip_empty_lines();
            self.line = self.next_line;
            if self.at < self.end {
                if let Some(found) = self.split() {
                    return found.map(|()| true);
                }
            } else if self.finished {
                return Ok(false);
            }
            self.fill()?;
        }
    }

    /// The line that the record at hand begins in, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Was the end of the record at hand seen, or is it only that there is no more text?
    pub(super) fn ended(&self) -> bool {
        self.at < self.end || matches!(self.buffer[..self.end].last(), Some(b'\r' | b'\n'))
    }

    /// How the fields are marked.
    pub(super) fn marks(&self) -> Marks {
        self.marks
    }

    /// Fields of the record at hand.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// A field of the record at hand; empty beyond the last.
    #[inline]
    pub(super) fn field(&self, i: usize) -> &[u8] {
        let bytes = match self.place {
            Place::Buffer => &self.buffer,
            Place::Unquoted => &self.unquoted,
        };
        match (self.starts.get(i), self.starts.get(i + 1)) {
            (Some(&from), Some(&to)) => bytes.get(from..to - 1).unwrap_or_default(),
            _ => &[],
        }
    }

    fn skip_empty_lines(&mut self) {
        while let Some(&byte @ (b'\r' | b'\n')) = self.buffer[..self.end].get(self.at) {
            // The second half of CRLF ends no line of its own.
            self.next_line += u64::from(!(byte == b'\n' && self.after_return));
            self.after_return = byte == b'\r';
            self.at += 1;
        }
    }

    /// Splits the record that begins at `at`; `None` if its end has not been read yet.
    fn split(&mut self) -> Option<Result<(), Fault>> {
        self.starts.clear();
        self.starts.push(self.at);
        for (i, &byte) in self.buffer[self.at..self.end].iter().enumerate() {
            match self.class[usize::from(byte)] {
                PLAIN => {}
                FIELD => self.starts.push(self.at + i + 1),
                RECORD => {
                    let end = self.at + i;
                    self.close(end, end + 1, byte == b'\r');
                    return Some(Ok(()));
                }
                _ => return self.split_quoted(),
            }
        }
        if !self.finished {
            return None;
        }
        self.close(self.end, self.end, false);
        Some(Ok(()))
    }

    fn close(&mut self, end: usize, next: usize, returned: bool) {
        self.starts.push(end + 1);
        self.place = Place::Buffer;
        self.at = next;
        self.next_line += 1;
        self.after_return = returned;
    }

    fn split_quoted(&mut self) -> Option<Result<(), Fault>> {
        self.core.reset();
        let (mut read, mut written, mut fields) = (self.at, 0, 0);
        let mut closing = false;
        loop {
            let input = if closing { &b"\n"[..] } else { &self.buffer[read..self.end] };
            if input.is_empty() {
                if !self.finished {
                    return None;
                }
                // An end of line ends every record but one whose quote is still open.
                closing = true;
                continue;
            }
            let (result, taken, out, ends) =
                self.core.read_record(input, &mut self.unquoted[written..], &mut self.ends[fields..]);
            if !closing {
                read += taken;
            }
            written += out;
            fields += ends;
            match result {
                ReadRecordResult::InputEmpty if closing => return Some(Err(Fault::Unclosed)),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.unquoted.resize((self.unquoted.len() * 2).max(1024), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize((self.ends.len() * 2).max(64), 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        self.starts.clear();
        // Fields lie side by side here: each is moved one further from the last, to be cut like plain ones.
        self.spread(fields, written);
        let taken = &self.buffer[self.at..read];
        self.next_line += taken.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.after_return = taken.last() == Some(&b'\r');
        self.next_line += u64::from(self.after_return);
        self.place = Place::Unquoted;
        self.at = read;
        Some(Ok(()))
    }

    /// Puts one byte between the `fields` in `unquoted`, so that starts are told as in the buffer.
    fn spread(&mut self, fields: usize, written: usize) {
        self.unquoted.resize((written + fields).max(self.unquoted.len()), 0);
        for i in (0..fields).rev() {
            let from = if i == 0 { 0 } else { self.ends[i - 1] };
            self.unquoted.copy_within(from..self.ends[i], from + i);
        }
        self.starts.push(0);
        self.starts.extend((0..fields).map(|i| self.ends[i] + i + 1));
    }

    /// Reads on; what is left of the last block moves to the front.
    fn fill(&mut self) -> Result<(), Fault> {
        if self.finished {
            return Ok(());
        }
        self.buffer.copy_within(self.at..self.end, 0);
        self.end -= self.at;
        self.at = 0;
        if self.end == self.buffer.len() {
            // Only an open quote makes a record that long by mistake.
            let quoted = self.buffer.contains(&b'"');
            return Err(if quoted { Fault::Unclosed } else { Fault::TooLong });
        }
        while self.end < self.buffer.len() {
            match self.bytes.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.finished = true;
                    break;
                }
                Ok(n) => self.end += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Read(error)),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COMMA: Marks = Marks { delimiter: b',', backslash: false };

    /// Line number and fields.
    type Record = (u64, Vec<Vec<u8>>);

    fn split(text: &[u8], marks: Marks, block: usize) -> Result<Vec<Record>, Fault> {
        let mut records = Records::new(text, marks, block);
        let mut out = Vec::new();
        while records.advance()? {
            out.push((records.line(), (0..records.len()).map(|i| records.field(i).to_vec()).collect()));
        }
        Ok(out)
    }

    fn fields(text: &str) -> Vec<Vec<String>> {
        let text_of = |f: Vec<u8>| String::from_utf8(f).unwrap();
        split(text.as_bytes(), COMMA, 64)
            .unwrap()
            .into_iter()
            .map(|(_, r)| r.into_iter().map(text_of).collect())
            .collect()
    }

    #[test]
    fn writings_of_records() {
        for (text, expected) in [
            ("a,b\n1,2\n", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a,b\r\n1,2", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("a,b\r1,2\r", vec![vec!["a", "b"], vec!["1", "2"]]),
            ("\n\na,\n\n,\n", vec![vec!["a", ""], vec!["", ""]]),
            ("\"a\",\"b\"\"c\"\n", vec![vec!["a", "b\"c"]]),
            ("\"a\r\nb\",\"\"\r\n,x\"y\r\n", vec![vec!["a\r\nb", ""], vec!["", "x\"y"]]),
            ("1,\"a,b\"", vec![vec!["1", "a,b"]]),
            ("", vec![]),
        ] {
            assert_eq!(fields(text), expected, "{text:?}");
        }
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        let lines = |text: &str| -> Vec<u64> {
            split(text.as_bytes(), COMMA, 64).unwrap().into_iter().map(|(line, _)| line).collect()
        };
        assert_eq!(lines("a,b\n\n1,2\n\"x\ny\",2\n3,4\n"), [1, 3, 4, 6]);
        assert_eq!(lines("a,b\r\n\r\n\"1\",2\r\n\"x\r\ny\",2\r\n3,4"), [1, 3, 4, 6]);
        assert_eq!(lines("a\r\"b\"\rc\r"), [1, 2, 3]);
    }

    #[test]
    fn a_backslash_escapes_where_the_file_says_so() {
        let marks = Marks { delimiter: b',', backslash: true };
        let found = split(b"1,\"a \\\"b\\\", c\"\n", marks, 64).unwrap();
        assert_eq!(found[0].1, [b"1".to_vec(), b"a \"b\", c".to_vec()]);
    }

    #[test]
    fn an_open_quote_and_an_endless_record_are_faults() {
        assert!(matches!(split(b"a,\"b\n1,2\n", COMMA, 64), Err(Fault::Unclosed)));
        assert!(matches!(split(b"a,\"b\"\"", COMMA, 64), Err(Fault::Unclosed)));
        assert!(matches!(split(&[b'x'; 65], COMMA, 64), Err(Fault::TooLong)));
        assert!(split(&[b'x'; 63], COMMA, 64).is_ok());
    }

    /// Text of the bytes that matter, so that quotes and ends of lines meet often.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'\\'), Just(b'a'), any::<u8>()];
        prop::collection::vec(byte, 0..60)
    }

    proptest! {
        #[test]
        fn any_block_gives_the_same_records(text in texts(), block in 61usize..200, backslash: bool) {
            let marks = Marks { delimiter: b',', backslash };
            match (split(&text, marks, 1024), split(&text, marks, block)) {
                (Ok(whole), Ok(parts)) => prop_assert_eq!(whole, parts),
                (Err(a), Err(b)) => prop_assert_eq!(format!("{a:?}"), format!("{b:?}")),
                (a, b) => prop_assert!(false, "{:?} {:?}", a, b),
            }
        }

        #[test]
        fn records_are_those_of_the_csv_crate(text in texts(), backslash: bool) {
            let marks = Marks { delimiter: b',', backslash };
            let Ok(ours) = split(&text, marks, 1024) else { return Ok(()) };
            let mut theirs = csv::ReaderBuilder::new();
            theirs.has_headers(false).flexible(true).double_quote(!backslash).escape(backslash.then_some(b'\\'));
            let theirs: Vec<Vec<Vec<u8>>> = theirs
                .from_reader(&text[..])
                .byte_records()
                .map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect())
                .collect();
            prop_assert_eq!(ours.into_iter().map(|(_, r)| r).collect::<Vec<_>>(), theirs);
        }
    }
}
