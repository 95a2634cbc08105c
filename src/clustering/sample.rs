//! Which rows are looked at: drawn once by the one generator, the same for every feature set.

use crate::stats::matrix::Matrix;
use crate::stats::rng::Rng;

/// `wanted` of `n` rows without replacement, ascending; all of them if there are no more.
pub(super) fn rows(n: usize, wanted: usize, seed: u64, purpose: &str) -> Vec<u32> {
    if wanted >= n {
        return (0..n as u32).collect();
    }
    let mut rows: Vec<u32> = Rng::stream(seed, purpose).sample(n, wanted).into_iter().map(|row| row as u32).collect();
    rows.sort_unstable();
    rows
}

/// `wanted` of the matrix's rows.
pub(super) fn of(x: &Matrix<f32>, wanted: usize, seed: u64, purpose: &str) -> Matrix<f32> {
    x.select_rows(&rows(x.rows(), wanted, seed, purpose))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_ascending_distinct_and_repeatable() {
        let some = rows(1_000, 100, 7, "grid");
        assert_eq!(some.len(), 100);
        assert!(some.windows(2).all(|pair| pair[0] < pair[1]) && some.iter().all(|&row| row < 1_000));
        assert_eq!(some, rows(1_000, 100, 7, "grid"));
        assert_ne!(some, rows(1_000, 100, 8, "grid"));
        assert_eq!(rows(3, 100, 7, "grid"), vec![0, 1, 2]);
        assert!(rows(0, 5, 7, "grid").is_empty());
    }
}
