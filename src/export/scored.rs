//! `assignments.parquet` of a later extract: every customer, at frozen thresholds, with a status.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, StringArray};
use arrow_schema::{DataType, Field};

use crate::extract::ids::Ids;
use crate::pipeline::later::{Scored, Status};
use crate::segments::findings::Segment;

use super::{ExportError, sheet};

const FILE: &str = "assignments.parquet";

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

/// Writes the scored customers: the columns of `assignments.parquet` (`segment`, scores and percentiles null for a
/// customer without a segment), then `status`; with earlier assignments also `previous_segment` and `change` (`same`,
/// `moved`, `new`, `qualified`, `unqualified`, `gone`), and the customers who are gone below the others.
///
/// # Errors
/// [`ExportError`]: the writer failed.
pub fn parquet(scored: &Scored, out: impl Write + Send) -> Result<(), ExportError> {
    let gone = scored.previous.as_ref().map(|(previous, matched)| (previous, matched.gone.as_slice()));
    let gone_count = gone.map_or(0, |(_, gone)| gone.len());
    let ids = match gone {
        Some((previous, gone)) if !gone.is_empty() => {
            let left = previous.ids.gather(gone);
            let both = arrow_select::concat::concat(&[scored.ids.array().as_ref(), left.array().as_ref()]);
            Ids::new(both.map_err(|e| ExportError::Parquet { file: FILE, source: e.into() })?)
        }
        _ => scored.ids.clone(),
    };
    let customers = scored.ids.len();
    let mut fields = vec![Field::new("segment", DataType::Utf8, true)];
    for name in ["freq_score", "loyalty_score", "freq_percentile", "loyalty_percentile", "confidence"] {
        fields.push(Field::new(name, DataType::Float64, true));
    }
    fields.push(Field::new("status", DataType::Utf8, false));
    if gone.is_some() {
        fields.push(Field::new("previous_segment", DataType::Utf8, true));
        fields.push(Field::new("change", DataType::Utf8, false));
    }
    let found = &scored.segmentation;
    let row = |at: usize| scored.row.get(at).copied().flatten().map(|row| row as usize);
    let segment = |at: usize| row(at).and_then(|row| found.labels.get(row)).copied();
    // The place in the earlier assignments: of a customer of the extract, or of one below who is gone.
    let before = |at: usize| -> Before {
        let place = scored.previous.as_ref().and_then(|(_, matched)| match at.checked_sub(customers) {
            None => matched.before.get(at).copied().flatten(),
            Some(left) => matched.gone.get(left).copied(),
        });
        match (&scored.previous, place) {
            (Some((previous, _)), Some(_)) => previous.segment(place).map_or(Before::Without, Before::In),
            _ => Before::Unknown,
        }
    };
    let columns = |rows: std::ops::Range<usize>| -> Vec<ArrayRef> {
        let floats = |values: Option<&[f64]>| -> ArrayRef {
            let value = |at| row(at).and_then(|row| values?.get(row).copied()).filter(|v: &f64| v.is_finite());
            Arc::new(rows.clone().map(value).collect::<Float64Array>())
        };
        let names = |name: &dyn Fn(usize) -> Option<&'static str>| -> ArrayRef {
            Arc::new(rows.clone().map(name).collect::<StringArray>())
        };
        let mut columns = vec![
            names(&|at| segment(at).map(Segment::name)),
            floats(Some(&found.freq)),
            floats(Some(&found.loyalty)),
            floats(Some(&found.freq_percentile)),
            floats(Some(&found.loyalty_percentile)),
            floats(found.confidence.as_deref()),
            names(&|at| Some(scored.status.get(at).copied().unwrap_or(Status::Gone).name())),
        ];
        if gone.is_some() {
            columns.push(names(&|at| before(at).segment().map(Segment::name)));
            columns.push(names(&|at| Some(change(before(at), segment(at), at >= customers))));
        }
        columns
    };
    sheet::write(FILE, &scored.id_name, &ids, customers + gone_count, fields, columns, out)
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
