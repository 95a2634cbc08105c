//! Values by position.

use arrow_array::{Array, ArrayRef, downcast_integer_array};
use arrow_schema::ArrowError;

use crate::ranges::{Part, copied};

/// How [`take`] treats positions beyond the end.
#[derive(Clone, Debug, Default)]
pub struct TakeOptions {
    /// Answer with an error; else they panic.
    pub check_bounds: bool,
}

/// The values at `indices`, null where the index is null.
///
/// # Errors
/// The indices are no integers; one lies beyond the end and `check_bounds` is set.
///
/// # Panics
/// One lies beyond the end and `check_bounds` is not set.
pub fn take(values: &dyn Array, indices: &dyn Array, options: Option<TakeOptions>) -> Result<ArrayRef, ArrowError> {
    let at: Vec<Option<usize>> = downcast_integer_array!(
        indices => indices.iter().map(|index| index.map(|index| usize::try_from(index).unwrap_or(usize::MAX))).collect(),
        other => return Err(ArrowError::InvalidArgumentError(format!("Take only supported for integers, got {other:?}"))),
    );
    if options.is_some_and(|options| options.check_bounds)
        && let Some(beyond) = at.iter().flatten().find(|&&at| at >= values.len())
    {
        return Err(ArrowError::ComputeError(format!(
            "Array index out of bounds, cannot get item at index {beyond} from {} entries",
            values.len()
        )));
    }
    copied(&[values], runs(&at), at.contains(&None), at.len())
}

/// Neighbouring positions as one range.
fn runs(at: &[Option<usize>]) -> impl Iterator<Item = Part> {
    let follows = |before: &Option<usize>, after: &Option<usize>| match (before, after) {
        (Some(before), Some(after)) => before.checked_add(1) == Some(*after),
        (before, after) => before.is_none() && after.is_none(),
    };
    at.chunk_by(follows).map(|run| match run[0] {
        Some(start) => Part::Range(0, start, start.saturating_add(run.len())),
        None => Part::Nulls(run.len()),
    })
}
