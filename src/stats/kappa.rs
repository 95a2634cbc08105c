//! Movement between classes from one time to the next, and agreement beyond chance.

/// Transition between two labellings of the same rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// Counts, rows = before, columns = after.
    pub matrix: Vec<Vec<u64>>,
    /// The matrix with each row divided by its sum (zeros for a class without rows before).
    pub row_share: Vec<Vec<f64>>,
    /// Share of rows that keep their class.
    pub agreement: f64,
    /// Cohen's kappa; `None` when chance alone gives full agreement (one class on both sides).
    pub kappa: Option<f64>,
}

/// Transition between `before` and `after` over classes `0..classes`.
///
/// `None` when the lengths differ, there are no rows, or a label is out of range.
pub fn transition(before: &[u8], after: &[u8], classes: usize) -> Option<Transition> {
    if before.len() != after.len() || before.is_empty() {
        return None;
    }
    let mut matrix = vec![vec![0_u64; classes]; classes];
    for (&from, &to) in before.iter().zip(after) {
        *matrix.get_mut(from as usize)?.get_mut(to as usize)? += 1;
    }
    let n = before.len() as f64;
    let row_sums: Vec<f64> = matrix.iter().map(|row| row.iter().sum::<u64>() as f64).collect();
    let column_sums: Vec<f64> =
        (0..classes).map(|j| matrix.iter().filter_map(|row| row.get(j)).sum::<u64>() as f64).collect();
    let row_share = matrix
        .iter()
        .zip(&row_sums)
        .map(|(row, &sum)| row.iter().map(|&c| if sum > 0.0 { c as f64 / sum } else { 0.0 }).collect())
        .collect();
    let kept: u64 = matrix.iter().enumerate().filter_map(|(i, row)| row.get(i)).sum();
    let agreement = kept as f64 / n;
    let chance = row_sums.iter().zip(&column_sums).map(|(r, c)| r * c).sum::<f64>() / (n * n);
    let kappa = (chance < 1.0).then(|| (agreement - chance) / (1.0 - chance));
    Some(Transition { matrix, row_share, agreement, kappa })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_labels() {
        assert_eq!(transition(&[], &[], 2), None);
        assert_eq!(transition(&[0], &[0, 1], 2), None);
        assert_eq!(transition(&[0], &[5], 2), None);
        let one = transition(&[1, 1], &[1, 1], 2).unwrap();
        assert_eq!((one.agreement, one.kappa), (1.0, None));
        assert_eq!(one.row_share[0], [0.0, 0.0]);
    }

    #[test]
    fn chance_is_zero() {
        let found = transition(&[0, 0, 1, 1], &[0, 1, 0, 1], 2).unwrap();
        assert_eq!(found.kappa, Some(0.0));
    }
}
