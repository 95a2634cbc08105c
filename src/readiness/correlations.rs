//! Correlations of the eight user metrics.

use crate::pace::{Cancelled, Pace};
use crate::stats::correlation::pearson;
use crate::stats::measured::Measured;

use super::findings::CorrelationTable;

/// Pearson's r of every pair over the customers who have both; NaN marks a missing value.
pub(super) async fn correlations(columns: &[(&str, &[f64])], pace: &Pace) -> Result<CorrelationTable, Cancelled> {
    let n = columns.len();
    let mut matrix = vec![vec![Measured::Value(1.0); n]; n];
    for i in 0..n {
        pace.tick(i as u64, n as u64).await?;
        for j in i..n {
            let r = pearson_of_pairs(columns[i].1, columns[j].1).map_or_else(
                || Measured::absent("one of the two does not vary, or fewer than two customers have both", ""),
                |r| Measured::Value(if i == j { 1.0 } else { r }),
            );
            matrix[i][j] = r.clone();
            matrix[j][i] = r;
        }
    }
    Ok(CorrelationTable { metrics: columns.iter().map(|(name, _)| (*name).to_owned()).collect(), matrix })
}

/// Pearson's r over the pairs without NaN.
fn pearson_of_pairs(x: &[f64], y: &[f64]) -> Option<f64> {
    if !x.iter().chain(y).any(|v| v.is_nan()) {
        return pearson(x, y);
    }
    let (x, y): (Vec<f64>, Vec<f64>) =
        x.iter().zip(y).filter(|(a, b)| !a.is_nan() && !b.is_nan()).map(|(&a, &b)| (a, b)).unzip();
    pearson(&x, &y)
}
