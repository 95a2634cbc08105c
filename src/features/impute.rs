//! Filling the holes, and keeping count of them.

use crate::stats::measured::NotMeasured;
use crate::stats::quantile;

use super::catalogue::{Behavioural, Imputation};

/// What imputation did to the behavioural columns.
pub(super) struct Imputed {
    /// The columns; `None` where nobody has a value.
    pub(super) columns: [Option<Vec<f64>>; 15],
    /// Per row, a bit per imputed feature.
    pub(super) masks: Vec<u16>,
    /// Missing values per feature.
    pub(super) missing: [u64; 15],
    /// Features that had to be given up.
    pub(super) absent: Vec<(Behavioural, NotMeasured)>,
}

/// Replaces NaN in every column; a column without any value is dropped with its reason.
///
/// `columns[f]` is `Err(reason)` for a feature that the extract cannot have.
pub(super) fn impute(rows: usize, columns: [Result<Vec<f64>, NotMeasured>; 15]) -> Imputed {
    let mut out = Imputed { columns: Default::default(), masks: vec![0; rows], missing: [0; 15], absent: Vec::new() };
    for (feature, column) in Behavioural::ALL.into_iter().zip(columns) {
        match column.and_then(|column| fill(feature, column, &mut out)) {
            Ok(column) => out.columns[feature.index()] = Some(column),
            Err(reason) => out.absent.push((feature, reason)),
        }
    }
    out
}

fn fill(feature: Behavioural, mut column: Vec<f64>, out: &mut Imputed) -> Result<Vec<f64>, NotMeasured> {
    let mut present: Vec<f64> = column.iter().copied().filter(|value| !value.is_nan()).collect();
    let missing = column.len() - present.len();
    if missing == 0 {
        return Ok(column);
    }
    let Some(median) = quantile::select(&mut present, 0.5) else {
        return Err(NotMeasured::new(
            format!("no customer has a value of {}", feature.name()),
            "customers with a longer history",
        ));
    };
    let stand_in = match feature.imputation() {
        Imputation::Zero => 0.0,
        Imputation::Median => median,
    };
    for (value, mask) in column.iter_mut().zip(&mut out.masks) {
        if value.is_nan() {
            *value = stand_in;
            *mask |= 1 << feature.index();
        }
    }
    out.missing[feature.index()] = missing as u64;
    Ok(column)
}
