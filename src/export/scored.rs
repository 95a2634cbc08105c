//! `assignments.parquet` and `assignments.csv` of a later extract: every customer, at frozen thresholds, with a status.

use std::io::{BufWriter, Write};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray};
use arrow_schema::{DataType, Field};

use crate::extract::ids::Ids;
use crate::pipeline::later::{Scored, Status};
use crate::planning::monitoring::Drift;
use crate::segments::findings::Segment;
use crate::segments::rule::labels;
use crate::stats::json::indented;

use super::assignments::{is_text, number, text_cell};
use super::{ExportError, sheet};

const FILE: &str = "assignments.parquet";
const CSV: &str = "assignments.csv";
/// The measured columns.
const SCORES: [&str; 5] = ["freq_score", "loyalty_score", "freq_percentile", "loyalty_percentile", "confidence"];

/// How a customer stood in the earlier assignments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    /// Not in them.
    Unknown,
    /// In them, without a segment.
    Without,
    /// In a segment.
    In(Segment),
}

impl Before {
    fn segment(self) -> Option<Segment> {
        match self {
            Self::In(segment) => Some(segment),
            Self::Unknown | Self::Without => None,
        }
    }
}

/// How a customer stands to the earlier assignments.
fn change(before: Before, now: Option<Segment>, gone: bool) -> &'static str {
    match (before, now) {
        _ if gone => "gone",
        (Before::Unknown, _) => "new",
        (Before::Without, Some(_)) => "qualified",
        (Before::In(_), None) => "unqualified",
        (Before::Without, None) => "same",
        (Before::In(before), Some(now)) => {
            if before == now {
                "same"
            } else {
                "moved"
            }
        }
    }
}

/// The rows of the file: the customers of the extract, then those who are gone.
struct Rows<'a> {
    scored: &'a Scored,
    gone: &'a [u32],
    /// Segments at the medians of this extract: who would move if it were recalibrated.
    shadow: Vec<Segment>,
}

impl<'a> Rows<'a> {
    fn of(scored: &'a Scored) -> Self {
        let found = &scored.segmentation;
        let (frequency, loyalty) = (found.thresholds.frequency.p50, found.thresholds.loyalty.p50);
        Self {
            scored,
            gone: scored.previous.as_ref().map_or(&[], |(_, matched)| matched.gone.as_slice()),
            shadow: labels(&found.freq, &found.loyalty, frequency, loyalty),
        }
    }

    fn len(&self) -> usize {
        self.scored.ids.len() + self.gone.len()
    }

    /// Is it known how customers stood before?
    fn has_past(&self) -> bool {
        self.scored.previous.is_some()
    }

    fn is_gone(&self, at: usize) -> bool {
        at >= self.scored.ids.len()
    }

    fn row(&self, at: usize) -> Option<usize> {
        self.scored.row.get(at).copied().flatten().map(|row| row as usize)
    }

    fn segment(&self, at: usize) -> Option<Segment> {
        self.scored.segmentation.labels.get(self.row(at)?).copied()
    }

    fn shadow(&self, at: usize) -> Option<Segment> {
        self.shadow.get(self.row(at)?).copied()
    }

    fn status(&self, at: usize) -> Status {
        self.scored.status.get(at).copied().unwrap_or(Status::Gone)
    }

    /// A finite value of the row, if it has one.
    fn value(&self, at: usize, values: Option<&[f64]>) -> Option<f64> {
        values?.get(self.row(at)?).copied().filter(|value| value.is_finite())
    }

    /// Both scores, both percentiles and the confidence.
    fn columns(&self) -> [Option<&'a [f64]>; 5] {
        let found = &self.scored.segmentation;
        [
            Some(&found.freq),
            Some(&found.loyalty),
            Some(&found.freq_percentile),
            Some(&found.loyalty_percentile),
            found.confidence.as_deref(),
        ]
    }

    /// The place in the earlier assignments: of a customer of the extract, or of one below who is gone.
    fn before(&self, at: usize) -> Before {
        let Some((previous, matched)) = &self.scored.previous else { return Before::Unknown };
        let place = match at.checked_sub(self.scored.ids.len()) {
            None => matched.before.get(at).copied().flatten(),
            Some(left) => matched.gone.get(left).copied(),
        };
        match place {
            Some(_) => previous.segment(place).map_or(Before::Without, Before::In),
            None => Before::Unknown,
        }
    }

    fn change(&self, at: usize) -> &'static str {
        change(self.before(at), self.segment(at), self.is_gone(at))
    }
}

/// Writes the scored customers: the columns of `assignments.parquet` (`segment`, scores and percentiles null for a
/// customer without a segment), then `status` and `shadow_segment` (where the medians of this extract would put the
/// customer; nothing counts by it); with earlier assignments also `previous_segment` and `change` (`same`,
/// `moved`, `new`, `qualified`, `unqualified`, `gone`), and the customers who are gone below the others.
///
/// # Errors
/// [`ExportError`]: the writer failed.
pub fn parquet(scored: &Scored, out: impl Write + Send) -> Result<(), ExportError> {
    let all = Rows::of(scored);
    let ids = match &scored.previous {
        Some((previous, _)) if !all.gone.is_empty() => {
            let left = previous.ids.gather(all.gone);
            let both = arrow_select::concat::concat(&[scored.ids.array().as_ref(), left.array().as_ref()]);
            Ids::new(both.map_err(|e| ExportError::Parquet { file: FILE, source: e.into() })?)
        }
        _ => scored.ids.clone(),
    };
    let mut fields = vec![Field::new("segment", DataType::Utf8, true)];
    fields.extend(SCORES.map(|name| Field::new(name, DataType::Float64, true)));
    fields.push(Field::new("status", DataType::Utf8, false));
    fields.push(Field::new("shadow_segment", DataType::Utf8, true));
    if all.has_past() {
        fields.push(Field::new("previous_segment", DataType::Utf8, true));
        fields.push(Field::new("change", DataType::Utf8, false));
    }
    let columns = |rows: std::ops::Range<usize>| {
        let names = |name: &dyn Fn(usize) -> Option<&'static str>| -> ArrayRef {
            Arc::new(rows.clone().map(name).collect::<StringArray>())
        };
        let mut columns = vec![names(&|at| all.segment(at).map(Segment::name))];
        for values in all.columns() {
            columns.push(Arc::new(rows.clone().map(|at| all.value(at, values)).collect::<Float64Array>()));
        }
        columns.push(names(&|at| Some(all.status(at).name())));
        columns.push(names(&|at| all.shadow(at).map(Segment::name)));
        if all.has_past() {
            columns.push(names(&|at| all.before(at).segment().map(Segment::name)));
            columns.push(names(&|at| Some(all.change(at))));
        }
        columns.into_iter()
    };
    sheet::write(FILE, &scored.id_name, &ids, all.len(), fields, columns, out)
}

/// Writes the same as CSV, by the rules of [`super::assignments::csv`]; absent values are empty.
///
/// # Errors
/// [`ExportError`]: `out` failed.
pub fn csv(scored: &Scored, out: impl Write) -> Result<(), ExportError> {
    write_csv(scored, out).map_err(|source| ExportError::Io { file: CSV, source })
}

fn write_csv(scored: &Scored, out: impl Write) -> std::io::Result<()> {
    let all = Rows::of(scored);
    let mut out = BufWriter::with_capacity(1 << 16, out);
    write!(out, "{},segment", text_cell(&scored.id_name))?;
    for name in SCORES {
        write!(out, ",{name}")?;
    }
    out.write_all(b",status,shadow_segment")?;
    out.write_all(if all.has_past() { b",previous_segment,change\r\n" } else { b"\r\n" })?;
    let text_ids = is_text(scored.ids.array().data_type());
    let mut text = String::new();
    for at in 0..all.len() {
        let id = match (at.checked_sub(scored.ids.len()), &scored.previous) {
            (Some(left), Some((previous, _))) => {
                all.gone.get(left).map_or_else(String::new, |&place| previous.ids.text(place as usize))
            }
            _ => scored.ids.text(at),
        };
        out.write_all(if text_ids { text_cell(&id) } else { id }.as_bytes())?;
        write!(out, ",{}", all.segment(at).map_or("", Segment::name))?;
        for values in all.columns() {
            text.clear();
            text += ",";
            if let Some(value) = all.value(at, values) {
                number(&mut text, value);
            }
            out.write_all(text.as_bytes())?;
        }
        write!(out, ",{},{}", all.status(at).name(), all.shadow(at).map_or("", Segment::name))?;
        if all.has_past() {
            write!(out, ",{},{}", all.before(at).segment().map_or("", Segment::name), all.change(at))?;
        }
        out.write_all(b"\r\n")?;
    }
    out.flush()
}

/// Writes `drift.json`: indented, one newline at the end.
///
/// # Errors
/// [`ExportError`]: `out` failed.
pub fn drift_json(drift: &Drift, mut out: impl Write) -> Result<(), ExportError> {
    let text = indented(drift).map_err(|source| ExportError::Json { file: "drift.json", source })?;
    out.write_all(&text).map_err(|source| ExportError::Io { file: "drift.json", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_has_its_name() {
        let (a, b) = (Segment::AtRisk, Segment::Champions);
        for (before, now, gone, name) in [
            (Before::Unknown, Some(a), false, "new"),
            (Before::Unknown, None, false, "new"),
            (Before::Without, Some(a), false, "qualified"),
            (Before::In(a), None, false, "unqualified"),
            (Before::In(a), Some(a), false, "same"),
            (Before::Without, None, false, "same"),
            (Before::In(a), Some(b), false, "moved"),
            (Before::In(a), None, true, "gone"),
        ] {
            assert_eq!(change(before, now, gone), name);
        }
    }
}
