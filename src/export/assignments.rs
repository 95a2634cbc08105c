//! `assignments.parquet` and `assignments.csv`: every qualified customer in its segment.

use std::io::{BufWriter, Write};
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
    let rows = segmentation.map_or(0, |found| found.labels.len());
    if ids.len() != rows {
        return Err(ExportError::Rows { file: CSV, ids: ids.len(), rows });
    }
    write_csv(id_name, ids, segmentation, None, out).map_err(|source| ExportError::Io { file: CSV, source })
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
    let rows = segmentation.labels.len();
    if ids.len() != rows {
        return Err(ExportError::Rows { file: CSV, ids: ids.len(), rows });
    }
    write_csv(id_name, ids, Some(segmentation), Some(segment), out)
        .map_err(|source| ExportError::Io { file: CSV, source })
}

fn write_csv(
    id_name: &str,
    ids: &Ids,
    segmentation: Option<&Segmentation>,
    only: Option<Segment>,
    out: impl Write,
) -> std::io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, out);
    let text_ids = is_text(ids.array().data_type());
    write!(out, "{}", text_cell(id_name))?;
    for name in COLUMNS {
        write!(out, ",{name}")?;
    }
    out.write_all(b"\r\n")?;
    let Some(found) = segmentation else { return out.flush() };
    for (row, segment) in found.labels.iter().enumerate() {
        if only.is_some_and(|only| only != *segment) {
            continue;
        }
        let id = ids.text(row);
        if text_ids {
            out.write_all(text_cell(&id).as_bytes())?;
        } else {
            out.write_all(id.as_bytes())?;
        }
        let scores = [found.freq[row], found.loyalty[row], found.freq_percentile[row], found.loyalty_percentile[row]];
        let [freq, loyalty, freq_percentile, loyalty_percentile] = scores;
        write!(out, ",{},{freq},{loyalty},{freq_percentile},{loyalty_percentile},", segment.name())?;
        if let Some(confidence) = confidence(found, row) {
            write!(out, "{confidence}")?;
        }
        out.write_all(b"\r\n")?;
    }
    out.flush()
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
