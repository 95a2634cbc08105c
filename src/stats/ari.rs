//! Agreement of two partitions of the same rows: contingency table and adjusted Rand index.

/// Counts of rows by label in each of two partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contingency {
    /// Rows per pair of labels, row-major: `counts[i * columns + j]`.
    pub counts: Vec<u64>,
    /// Distinct labels of the first partition.
    pub rows: usize,
    /// Distinct labels of the second partition.
    pub columns: usize,
}

/// Contingency table of two labellings, labels in ascending order.
///
/// `None` when the lengths differ or there are no rows.
pub fn contingency<A: Copy + Ord, B: Copy + Ord>(a: &[A], b: &[B]) -> Option<Contingency> {
    if a.len() != b.len() || a.is_empty() {
        return None;
    }
    let (labels_a, labels_b) = (distinct(a), distinct(b));
    let columns = labels_b.len();
    let mut counts = vec![0_u64; labels_a.len() * columns];
    for (x, y) in a.iter().zip(b) {
        let (i, j) = (index_of(&labels_a, x), index_of(&labels_b, y));
        if let Some(count) = counts.get_mut(i * columns + j) {
            *count += 1;
        }
    }
    Some(Contingency { counts, rows: labels_a.len(), columns })
}

/// Adjusted Rand index of two labellings, -0.5..=1; label names do not matter.
///
/// `None` when the lengths differ or there are no rows.
pub fn adjusted_rand_index<A: Copy + Ord, B: Copy + Ord>(a: &[A], b: &[B]) -> Option<f64> {
    contingency(a, b)?.adjusted_rand_index()
}

impl Contingency {
    /// Adjusted Rand index of the two partitions; empty rows and columns do not matter.
    ///
    /// `2(tp·tn - fn·fp) / [(tp+fn)(fn+tn) + (tp+fp)(fp+tn)]` over ordered pairs of rows, in exact
    /// integers (scikit-learn's `adjusted_rand_score`); identical partitions give 1. `None` for an
    /// empty table.
    pub fn adjusted_rand_index(&self) -> Option<f64> {
        let n: i128 = self.counts.iter().map(|&c| i128::from(c)).sum();
        if n == 0 {
            return None;
        }
        let square = |c: u64| i128::from(c) * i128::from(c);
        let cells: i128 = self.counts.iter().map(|&c| square(c)).sum();
        let rows: i128 = self.counts.chunks(self.columns).map(|row| square(row.iter().sum())).sum();
        let columns: i128 =
            (0..self.columns).map(|j| square(self.counts.iter().skip(j).step_by(self.columns).sum())).sum();
        let (tp, fp, fne) = (cells - n, columns - cells, rows - cells);
        let tn = n * n - fp - fne - cells;
        if fp == 0 && fne == 0 {
            return Some(1.0);
        }
        let over = 2 * (tp * tn - fne * fp);
        let under = (tp + fne) * (fne + tn) + (tp + fp) * (fp + tn);
        Some(over as f64 / under as f64)
    }
}

fn distinct<T: Copy + Ord>(labels: &[T]) -> Vec<T> {
    // Few labels, many rows: collect runs first, so that the sort sees little.
    let mut seen: Vec<T> = Vec::new();
    for &label in labels {
        if let Err(at) = seen.binary_search(&label) {
            seen.insert(at, label);
        }
    }
    seen
}

fn index_of<T: Ord>(labels: &[T], label: &T) -> usize {
    labels.binary_search(label).unwrap_or_else(|at| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_matter() {
        let a = [0_u32, 0, 1, 1, 2, 2];
        let b = ["x", "x", "q", "q", "m", "m"];
        assert_eq!(adjusted_rand_index(&a, &b), Some(1.0));
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(adjusted_rand_index::<u32, u32>(&[], &[]), None);
        assert_eq!(adjusted_rand_index(&[1_u32], &[1_u32, 2]), None);
    }

    #[test]
    fn big_tables_do_not_overflow() {
        let a: Vec<u8> = (0..200_000_u32).map(|i| (i % 4) as u8).collect();
        let b: Vec<u8> = (0..200_000_u32).map(|i| (i / 4 % 4) as u8).collect();
        let ari = adjusted_rand_index(&a, &b).unwrap();
        assert!(ari.abs() < 1e-4, "{ari}");
    }
}
