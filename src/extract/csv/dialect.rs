//! What a file is by its beginning: text at all, in which encoding, and with which marks between fields.

use std::str::from_utf8;

use super::records::{BLOCK, Fault, Marks, Records};
use crate::extract::error::ExtractError;
use crate::extract::parquet_file::looks_like;

/// Delimiters that are tried, with their names.
const DELIMITERS: [(u8, &str); 4] = [(b',', "commas"), (b';', "semicolons"), (b'\t', "tabs"), (b'|', "bars")];
/// Records that say how a file is marked.
const RECORDS: usize = 200;
/// Bytes among which control characters are counted.
const LOOK: usize = 4096;

/// The name of a delimiter, in the plural.
pub(super) fn delimiter_name(delimiter: u8) -> &'static str {
    DELIMITERS.iter().find(|(d, _)| *d == delimiter).map_or("", |(_, name)| name)
}

/// Refuses beginnings that are no text in UTF-8. `complete`: there is no more than this.
pub(super) fn check_text(file: &str, text: &[u8], complete: bool) -> Result<(), ExtractError> {
    let neither = |detail: &str| Err(ExtractError::NotParquet { file: file.to_owned(), detail: detail.to_owned() });
    let not_utf8 = |detail: String| Err(ExtractError::NotUtf8 { file: file.to_owned(), column: None, detail });
    if text.is_empty() {
        return neither("it is empty");
    }
    if text.starts_with(b"\xff\xfe") || text.starts_with(b"\xfe\xff") {
        return not_utf8("it is UTF-16".to_owned());
    }
    if text.starts_with(b"PAR1") {
        return neither("it is a Parquet file in a gzip archive; unpack it");
    }
    if text.get(257..262) == Some(b"ustar") {
        return neither("it is a tar archive; unpack it");
    }
    let look = &text[..text.len().min(LOOK)];
    let nuls = look.iter().filter(|b| **b == 0).count();
    if nuls * 3 > look.len()
        && look.iter().enumerate().filter(|(_, b)| **b == 0).map(|(i, _)| i % 2).is_sorted_by(|a, b| a == b)
    {
        return not_utf8("it is UTF-16".to_owned());
    }
    let control = look.iter().filter(|b| b.is_ascii_control() && !b.is_ascii_whitespace()).count();
    let head = [0, 1, 2, 3].map(|i| text.get(i).copied().unwrap_or(0));
    let known = looks_like(&head);
    let trimmed = text.trim_ascii_start();
    let json = trimmed.first() == Some(&b'{')
        || trimmed.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii_start().first() == Some(&b'{'));
    if let Some(known) = known {
        return neither(known);
    }
    if json {
        return neither("it looks like JSON");
    }
    if matches!(trimmed, [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..]) {
        return neither("it looks like HTML or XML");
    }
    if control * 100 > look.len() {
        return neither("it does not begin with Parquet's mark, and it is no text");
    }
    if let Err(error) = from_utf8(text)
        && (complete || error.error_len().is_some())
    {
        let at = error.valid_up_to();
        let line = text[..at].iter().filter(|b| **b == b'\n').count() + 1;
        return not_utf8(format!("line {line} holds the byte 0x{:02x}, as Latin-1 or Windows-1252 would", text[at]));
    }
    Ok(())
}

/// How the fields of `text` are marked: the marks under which most records have as many fields as the first.
pub(super) fn find_marks(file: &str, text: &[u8], complete: bool) -> Result<Marks, ExtractError> {
    let backslash = text.windows(2).any(|pair| pair == b"\\\"");
    let mut best: Option<(Agreement, Marks)> = None;
    let mut unclosed = false;
    let mut header = 0;
    for escaped in [false, true] {
        for (delimiter, _) in DELIMITERS {
            if escaped && !backslash {
                continue;
            }
            let marks = Marks { delimiter, backslash: escaped };
            let agreement = agree(text, marks, complete);
            unclosed |= agreement.unclosed;
            header = header.max(agreement.fields);
            if agreement.fields >= 2 && best.is_none_or(|(b, _)| agreement.beats(&b)) {
                best = Some((agreement, marks));
            }
        }
    }
    match best {
        Some((agreement, marks)) if agreement.rows == 0 || agreement.alike * 2 > agreement.rows => Ok(marks),
        _ if unclosed => Err(ExtractError::UnclosedQuote { file: file.to_owned(), row: 0, line: 1 }),
        _ => Err(ExtractError::NotParquet {
            file: file.to_owned(),
            detail: if header < 2 {
                "it is text, but no comma, semicolon, tab or bar divides its first line into columns".to_owned()
            } else {
                "it is text, but its lines do not have the same number of columns".to_owned()
            },
        }),
    }
}

/// How well marks fit.
#[derive(Clone, Copy, Debug)]
struct Agreement {
    /// Fields of the first record.
    fields: usize,
    /// Further records looked at.
    rows: usize,
    /// Of these, records with as many fields.
    alike: usize,
    /// A quote was opened and not closed.
    unclosed: bool,
}

impl Agreement {
    /// More records alike; then more fields; then the one tried before.
    fn beats(&self, other: &Self) -> bool {
        let share = |a: &Self| if a.rows == 0 { (1, 1) } else { (a.alike, a.rows) };
        let ((a, n), (b, m)) = (share(self), share(other));
        let ours = (!self.unclosed, a * m, self.fields);
        let theirs = (!other.unclosed, b * n, other.fields);
        ours > theirs
    }
}

fn agree(text: &[u8], marks: Marks, complete: bool) -> Agreement {
    let mut records = Records::new(text, marks, BLOCK.min(text.len() + 1));
    let mut found = Agreement { fields: 0, rows: 0, alike: 0, unclosed: false };
    let mut last = None;
    for row in 0..=RECORDS {
        match records.advance() {
            Ok(true) if row == 0 => found.fields = records.len(),
            Ok(true) => {
                found.rows += 1;
                let alike = records.len() == found.fields;
                found.alike += usize::from(alike);
                last = Some(alike);
            }
            Ok(false) => {
                // What has been read may end in the middle of its last record.
                if let (false, Some(alike)) = (complete, last) {
                    found.rows -= 1;
                    found.alike -= usize::from(alike);
                }
                break;
            }
            Err(Fault::Unclosed) => {
                found.unclosed = complete || row == 0;
                break;
            }
            Err(_) => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &str) -> Result<(u8, bool), &'static str> {
        find_marks("x.csv", text.as_bytes(), true).map(|m| (m.delimiter, m.backslash)).map_err(|e| e.code())
    }

    #[test]
    fn marks_are_found_by_agreement() {
        for (text, expected) in [
            ("a,b\n1,2\n", (b',', false)),
            ("a;b;c\n1,5;2,5;x\n2,5;3,5;y\n", (b';', false)),
            ("a\tb\n1,5\t2\n", (b'\t', false)),
            ("a|b\n1|2\n", (b'|', false)),
            ("id,name\n1,\"a;b;c\"\n2,\"d;e;f\"\n", (b',', false)),
            ("id;name\n1;Beans, red\n2;Peas, dried, green\n", (b';', false)),
            ("id,name\n1,\"a \\\"b\\\", c\"\n2,d\n", (b',', true)),
            ("id,name\n1,\"c:\\\"\n2,d\n", (b',', false)),
            ("a,b", (b',', false)),
        ] {
            assert_eq!(marks(text), Ok(expected), "{text}");
        }
        assert_eq!(marks("just words\nand more of them\n"), Err("not_parquet"));
        assert_eq!(marks("Dear all, hello\nthis is, a note, really\nand, so, on, and on\n"), Err("not_parquet"));
        assert_eq!(marks("\"a,b\n1,2\n"), Err("unclosed_quote"));
    }

    #[test]
    fn what_is_no_text_is_refused_with_its_reason() {
        let error = |bytes: &[u8]| check_text("x", bytes, true).unwrap_err();
        let utf16: Vec<u8> = "a,b\n1,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, code, word) in [
            (&b""[..], "not_parquet", "empty"),
            (b"\xff\xfea\0", "not_utf8", "UTF-16"),
            (&utf16, "not_utf8", "UTF-16"),
            (b"id,name\n1,Caf\xe9\n", "not_utf8", "line 2"),
            (b"{\"a\": 1}", "not_parquet", "JSON"),
            (b"[ {\"a\": 1}]", "not_parquet", "JSON"),
            (b"<!DOCTYPE html>", "not_parquet", "HTML"),
            (b"PK\x03\x04rest", "not_parquet", "zip"),
            (b"PAR1rest", "not_parquet", "gzip archive"),
            (&[7; 100], "not_parquet", "no text"),
        ] {
            let error = error(bytes);
            assert_eq!(error.code(), code, "{error}");
            assert!(error.to_string().contains(word), "{error}");
        }
        assert!(check_text("x", "id,näme\n".as_bytes(), true).is_ok());
        // A character that the look cut in two is none that is wrong.
        assert!(check_text("x", b"id,n\xc3", false).is_ok());
        assert!(check_text("x", b"id,n\xc3", true).is_err());
    }
}
