//! Correlations of the eight user metrics.

use crate::stats::measured::Measured;

use super::findings::CorrelationTable;

/// Pearson's r of every pair over the customers who have both; NaN marks a missing value.
pub(super) fn correlations(columns: &[(&str, &[f64])]) -> CorrelationTable {
    let n = columns.len();
    let mut matrix = vec![vec![Measured::Value(1.0); n]; n];
    for i in 0..n {
        for j in i..n {
            let r = pearson(columns[i].1, columns[j].1).map_or_else(
                || Measured::absent("one of the two does not vary, or fewer than two customers have both", ""),
                |r| Measured::Value(if i == j { 1.0 } else { r }),
            );
            matrix[i][j] = r.clone();
            matrix[j][i] = r;
        }
    }
    CorrelationTable { metrics: columns.iter().map(|(name, _)| (*name).to_owned()).collect(), matrix }
}

/// Pearson's r over the pairs without NaN, two passes; `None` below two pairs or without variation.
fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    let pairs = || x.iter().zip(y).map(|(&a, &b)| (a, b)).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (mut n, mut sum_x, mut sum_y) = (0_u64, 0.0, 0.0);
    for (a, b) in pairs() {
        n += 1;
        sum_x += a;
        sum_y += b;
    }
    let (mean_x, mean_y) = (sum_x / n as f64, sum_y / n as f64);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in pairs() {
        let (a, b) = (a - mean_x, b - mean_y);
        xx += a * a;
        yy += b * b;
        xy += a * b;
    }
    (n > 1 && xx > 0.0 && yy > 0.0).then(|| (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}
