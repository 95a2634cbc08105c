//! A feature set applied to a feature table: the matrix that clustering sees.

use std::borrow::Cow;

use crate::features::table::{FeatureTable, Shares};
use crate::pace::{Cancelled, Pace};
use crate::stats::matrix::Matrix;
use crate::stats::measured::Measured;
use crate::stats::quantile;

use super::components::CategoryComponents;
use super::scale::Scaling;
use super::sets::{CategoryBlock, Column, FeatureSet};

/// Prepared features of some customers.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// The set's id.
    pub id: String,
    /// Name of every column.
    pub names: Vec<String>,
    /// Table row of every row of `x`.
    pub rows: Vec<u32>,
    /// rows x columns.
    pub x: Matrix<f32>,
    /// Columns of the set that the extract does not have.
    pub left_out: Vec<String>,
}

/// Applies `set` to the table rows named by `rows` (all must exist).
///
/// Limits, means and scales come from *all* rows of the table, so that a sample is scaled as the whole is.
/// `components` is needed by sets with a component block. Absent if no column remains, a needed block is absent or
/// there is no row.
pub async fn prepare(
    table: &FeatureTable,
    set: &FeatureSet,
    components: &Measured<CategoryComponents>,
    rows: &[u32],
    pace: &Pace,
) -> Result<Measured<Prepared>, Cancelled> {
    if rows.is_empty() || rows.iter().any(|&row| row as usize >= table.rows()) {
        return Ok(Measured::absent("no customer qualifies", "customers with enough orders"));
    }
    let mut names = Vec::new();
    let mut left_out = Vec::new();
    let mut columns: Vec<Vec<f32>> = Vec::new();
    if set.categories != CategoryBlock::Without
        && let Shares::Absent(missing) = table.shares()
    {
        return Ok(Measured::NotMeasured(missing.clone()));
    }
    let steps = (table.share_count() + set.columns.len()) as u64;
    let mut block = None;
    match set.categories {
        CategoryBlock::Without => {}
        CategoryBlock::Shares => {
            for (c, name) in table.names().into_iter().take(table.share_count()).enumerate() {
                match scaled(&table.column(c), set, rows) {
                    Some(column) => {
                        names.push(name);
                        columns.push(column);
                    }
                    None => left_out.push(name),
                }
                pace.tick(c as u64, steps).await?;
            }
        }
        CategoryBlock::Components(count) => match components {
            Measured::NotMeasured(missing) => return Ok(Measured::NotMeasured(missing.clone())),
            Measured::Value(components) => {
                let scores = components.scores(table, rows, count, &pace.part(0, 1, 2)).await?;
                names.extend((1..=scores.columns()).map(|c| format!("component_{c}")));
                block = Some(scores);
            }
        },
        CategoryBlock::LogRatios { pseudo_count } => {
            let ratios = log_ratios(table, rows, pseudo_count, pace).await?;
            names.extend(table.names().into_iter().take(table.share_count()).map(|name| format!("clr_{name}")));
            block = Some(ratios);
        }
    }
    for (index, &column) in set.columns.iter().enumerate() {
        match values(table, column).and_then(|values| scaled(&values, set, rows)) {
            Some(scaled) => {
                names.push(column.name().to_owned());
                columns.push(scaled);
            }
            None => left_out.push(column.name().to_owned()),
        }
        pace.tick((table.share_count() + index) as u64, steps).await?;
    }
    if names.is_empty() {
        return Ok(Measured::absent("none of the set's features could be measured", left_out.join(", ")));
    }
    let x = assemble(block.as_ref(), &columns, rows.len());
    Ok(Measured::Value(Prepared { id: set.id.clone(), names, rows: rows.to_vec(), x, left_out }))
}

/// The block's columns, then the single ones.
fn assemble(block: Option<&Matrix<f32>>, columns: &[Vec<f32>], rows: usize) -> Matrix<f32> {
    let width = block.map_or(0, Matrix::columns);
    let mut x = Matrix::zeros(rows, width + columns.len());
    for i in 0..rows {
        let row = x.row_mut(i);
        if let Some(block) = block {
            row[..width].copy_from_slice(block.row(i));
        }
        for (slot, column) in row[width..].iter_mut().zip(columns) {
            *slot = column[i];
        }
    }
    x
}

/// All values of a column; `None` if the table lacks it or nobody has a value.
fn values(table: &FeatureTable, column: Column) -> Option<Cow<'_, [f64]>> {
    match column {
        Column::Canonical(feature) => table.behavioural(feature).map(Cow::Borrowed),
        Column::Corrected(feature) => {
            let values = table.corrected(feature)?;
            if values.iter().all(|value| value.is_finite()) {
                return Some(Cow::Borrowed(values));
            }
            let mut known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
            let median = quantile::select(&mut known, 0.5)?;
            Some(Cow::Owned(values.iter().map(|&value| if value.is_finite() { value } else { median }).collect()))
        }
    }
}

/// The chosen rows of a column, winsorised and standardised by all of them.
fn scaled(values: &[f64], set: &FeatureSet, rows: &[u32]) -> Option<Vec<f32>> {
    let scaling = Scaling::fit(values, set.winsorise);
    let scaling = scaling.value()?;
    Some(rows.iter().map(|&row| scaling.apply(values[row as usize]) as f32).collect())
}

/// Centred log-ratios, and these centred over the rows.
async fn log_ratios(
    table: &FeatureTable,
    rows: &[u32],
    pseudo_count: f64,
    pace: &Pace,
) -> Result<Matrix<f32>, Cancelled> {
    /// Lines that a row of shares without lines is taken to stand for.
    const NOMINAL_LINES: f64 = 100.0;
    let p = table.share_count();
    let mut ratios = Matrix::<f32>::zeros(rows.len(), p);
    let mut means = vec![0.0; p];
    let mut shares = vec![0.0; p];
    for (i, &row) in rows.iter().enumerate() {
        table.fill_shares(row as usize, &mut shares);
        let lines = table.lines().map_or(NOMINAL_LINES, |lines| f64::from(lines[row as usize]));
        let nothing = libm::log(pseudo_count);
        let mut sum = 0.0;
        for share in &mut shares {
            *share = if *share > 0.0 { libm::log(*share * lines + pseudo_count) } else { nothing };
            sum += *share;
        }
        let centre = sum / p as f64;
        for ((to, mean), value) in ratios.row_mut(i).iter_mut().zip(&mut means).zip(&shares) {
            *to = (value - centre) as f32;
            *mean += value - centre;
        }
        if i % 2048 == 0 {
            pace.tick(i as u64, rows.len() as u64).await?;
        }
    }
    for i in 0..rows.len() {
        for (value, mean) in ratios.row_mut(i).iter_mut().zip(&means) {
            *value -= (mean / rows.len() as f64) as f32;
        }
    }
    Ok(ratios)
}
