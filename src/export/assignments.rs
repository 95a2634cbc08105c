//! `assignments.parquet` and `assignments.csv`: every qualified customer in its segment.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray};
use arrow_schema::{DataType, Field};

use crate::extract::ids::Ids;
use crate::segments::findings::Segment;
use crate::segments::rule::Segmentation;

use super::{ExportError, sheet};

const PARQUET: &str = "assignments.parquet";
const CSV: &str = "assignments.csv";

/// Columns after the id, in both files.
const COLUMNS: [&str; 6] =
    ["segment", "freq_score", "loyalty_score", "freq_percentile", "loyalty_percentile", "confidence"];

/// Writes `assignments.parquet`.
///
/// Columns: the customer id under its own name `id_name` and in its own type, `segment` (published name),
/// `freq_score`, `loyalty_score`, `freq_percentile`, `loyalty_percentile` (mid-ranks, 0..1) and `confidence` (0..1,
/// null without order history). `ids` holds one id per row of `segmentation`; without one (nobody qualified) the file
/// has its columns and no row.
///
/// # Errors
/// [`ExportError`]: the writer failed, or `ids` and `segmentation` differ in length.
pub fn parquet(
    id_name: &str,
    ids: &Ids,
    segmentation: Option<&Segmentation>,
    out: impl Write + Send,
) -> Result<(), ExportError> {
    let fields = COLUMNS
        .iter()
        .map(|&name| match name {
            "segment" => Field::new(name, DataType::Utf8, false),
            _ => Field::new(name, DataType::Float64, name == "confidence"),
        })
        .collect();
    let floats = |values: &[f64]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    let columns = |rows: std::ops::Range<usize>| {
        let found = segmentation.into_iter();
        found.flat_map(move |found| {
            let rows = rows.clone();
            let names = found.labels[rows.clone()].iter().map(|segment| segment.name());
            let confidence: Float64Array = rows.clone().map(|row| confidence(found, row)).collect();
            [
                Arc::new(StringArray::from_iter_values(names)) as ArrayRef,
                floats(&found.freq[rows.clone()]),
                floats(&found.loyalty[rows.clone()]),
                floats(&found.freq_percentile[rows.clone()]),
                floats(&found.loyalty_percentile[rows]),
                Arc::new(confidence),
            ]
        })
    };
    let rows = segmentation.map_or(0, |found| found.labels.len());
    sheet::write(PARQUET, id_name, ids, rows, fields, columns, out)
}

/// The confidence of a row; `None` where it has none.
fn confidence(segmentation: &Segmentation, row: usize) -> Option<f64> {
    segmentation.confidence.as_ref().and_then(|all| all.get(row)).copied().filter(|value| value.is_finite())
}

/// Writes `assignments.csv`: RFC 4180 (comma, CR LF, quotes doubled), UTF-8, the columns of [`parquet()`].
///
/// Floats are the shortest text that reads back to the same bits; an absent confidence is empty. Text cells that a
/// spreadsheet would take for a formula (first character `=`, `+`, `-`, `@`, tab, CR or LF) get a leading `'`;
/// numbers never do.
///
/// # Errors
/// [`ExportError`]: `out` failed, or `ids` and `segmentation` differ in length.
pub fn csv(id_name: &str, ids: &Ids, segmentation: Option<&Segmentation>, out: impl Write) -> Result<(), ExportError> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    rows(id_name, ids, segmentation, |_| true, |_, row| out.write_all(row))?;
    out.flush().map_err(unwritten)
}

/// Writes the customers of one segment, with the columns and by the rules of [`csv`].
///
/// # Errors
/// As [`csv`].
pub fn list(
    id_name: &str,
    ids: &Ids,
    segmentation: &Segmentation,
    segment: Segment,
    out: impl Write,
) -> Result<(), ExportError> {
    let mut out = BufWriter::with_capacity(BUFFER, out);
    rows(id_name, ids, Some(segmentation), |own| own == segment, |_, row| out.write_all(row))?;
    out.flush().map_err(unwritten)
}

/// Writes what [`csv`] writes to `all` and what [`list`] writes to the `lists` of the segments, in contract order: each
/// row is put into words once.
///
/// # Errors
/// As [`csv`].
pub fn csv_and_lists<W: Write>(
    id_name: &str,
    ids: &Ids,
    segmentation: &Segmentation,
    all: W,
    lists: [W; 4],
) -> Result<(), ExportError> {
    let mut all = BufWriter::with_capacity(BUFFER, all);
    let mut lists = lists.map(|list| BufWriter::with_capacity(BUFFER, list));
    rows(
        id_name,
        ids,
        Some(segmentation),
        |_| true,
        |segment, row| {
            all.write_all(row)?;
            match segment {
                Some(segment) => lists[segment as usize].write_all(row),
                None => lists.iter_mut().try_for_each(|list| list.write_all(row)),
            }
        },
    )?;
    lists.iter_mut().chain([&mut all]).try_for_each(Write::flush).map_err(unwritten)
}

/// Small writes are gathered up to here.
const BUFFER: usize = 1 << 16;

fn unwritten(source: io::Error) -> ExportError {
    ExportError::Io { file: CSV, source }
}

/// Hands the header (of no segment) and the row of every customer of a `wanted` segment to `put`.
fn rows(
    id_name: &str,
    ids: &Ids,
    segmentation: Option<&Segmentation>,
    wanted: impl Fn(Segment) -> bool,
    mut put: impl FnMut(Option<Segment>, &[u8]) -> io::Result<()>,
) -> Result<(), ExportError> {
    let labels = segmentation.map_or(&[][..], |found| &found.labels);
    if ids.len() != labels.len() {
        return Err(ExportError::Rows { file: CSV, ids: ids.len(), rows: labels.len() });
    }
    let text_ids = is_text(ids.array().data_type());
    let mut write = || -> io::Result<()> {
        let mut row = text_cell(id_name);
        for name in COLUMNS {
            row += ",";
            row += name;
        }
        row += "\r\n";
        put(None, row.as_bytes())?;
        let Some(found) = segmentation else { return Ok(()) };
        for (at, &segment) in labels.iter().enumerate().filter(|(_, segment)| wanted(**segment)) {
            row.clear();
            let id = ids.text(at);
            row += &if text_ids { text_cell(&id) } else { id };
            row += ",";
            row += segment.name();
            for score in [&found.freq, &found.loyalty, &found.freq_percentile, &found.loyalty_percentile] {
                row += ",";
                number(&mut row, score[at]);
            }
            row += ",";
            if let Some(confidence) = confidence(found, at) {
                number(&mut row, confidence);
            }
            row += "\r\n";
            put(Some(segment), row.as_bytes())?;
        }
        Ok(())
    };
    write().map_err(unwritten)
}

/// The shortest text that reads back to the same number, written as [`std::fmt::Display`] does: without exponent, and
/// without a point in whole numbers.
pub(super) fn number(text: &mut String, value: f64) {
    let mut buffer = zmij::Buffer::new();
    let quick = buffer.format(value);
    if quick.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')) {
        *text += quick.strip_suffix(".0").unwrap_or(quick);
    } else {
        use std::fmt::Write;
        // A string takes anything.
        let _ = write!(text, "{value}");
    }
}

/// Could a value of this type begin with anything but a digit or a minus sign of a number?
pub(super) fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
            | DataType::FixedSizeBinary(_)
    )
}

/// Could the text call something in a spreadsheet? What begins like a telephone number (`+49 151`) or a code (`-k1`) cannot,
/// though it may be shown as another number; and an id must come out as it came in.
fn armed(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-' | '/' | ':');
    match text.strip_prefix(['+', '-']) {
        Some(rest) => !rest.chars().all(plain),
        None => text.starts_with(['=', '@', '\t', '\r', '\n']),
    }
}

/// A text cell, quoted where RFC 4180 asks and disarmed where a spreadsheet would compute it.
pub(super) fn text_cell(text: &str) -> String {
    let armed = armed(text);
    let quoted = text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    let mut cell = String::with_capacity(text.len() + 3);
    if quoted {
        cell.push('"');
    }
    if armed {
        cell.push('\'');
    }
    for c in text.chars() {
        cell.push(c);
        if c == '"' {
            cell.push('"');
        }
    }
    if quoted {
        cell.push('"');
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rng::Rng;

    #[test]
    fn numbers_are_as_displayed() {
        let text = |value: f64| {
            let mut text = String::new();
            number(&mut text, value);
            text
        };
        let odd = [0.0, -0.0, 1.0, -2.0, 0.1, 1e-5, 9e-6, 1e15, 1e16, 1e17, 1e300, f64::MIN_POSITIVE, f64::NAN];
        let mut rng = Rng::new(11);
        let shares = (0..20_000).map(|i| f64::from(i) / 20_000.0).chain((0..20_000).map(|_| rng.uniform()));
        for value in odd.into_iter().chain([f64::INFINITY, f64::NEG_INFINITY]).chain(shares.collect::<Vec<_>>()) {
            assert_eq!(text(value), value.to_string());
        }
        for value in (0..20_000).map(|_| f64::from_bits(rng.next_u64())).filter(|value| value.is_finite()) {
            let (ours, theirs) = (text(value), value.to_string());
            // Of two texts that are as short and as near the one may have either.
            assert!(ours == theirs || ours.len() == theirs.len(), "{ours} {theirs}");
            assert_eq!(ours.parse(), Ok(value));
        }
    }

    #[test]
    fn formulas_are_disarmed_and_separators_quoted() {
        for (text, cell) in [
            ("plain", "plain"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+31 20", "+31 20"),
            ("-5", "-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("+4915100001", "+4915100001"),
            ("-k1", "-k1"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-1+SUM(A1)", "'-1+SUM(A1)"),
            ("two\nlines", "\"two\nlines\""),
            (" edge", "\" edge\""),
            ("größe", "größe"),
            ("'quoted", "'quoted"),
        ] {
            assert_eq!(text_cell(text), cell, "{text:?}");
        }
    }
}
