//! Correlations of the eight user metrics.

use crate::pace::{Cancelled, Pace};
use crate::stats::correlation::pearson_of_pairs;
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
