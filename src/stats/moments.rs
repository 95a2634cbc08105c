//! Count, mean and spread of the groups of a one-way layout: all that the variance tests need.

use super::describe;

/// One group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// Number of values.
    pub count: u64,
    /// Mean.
    pub mean: f64,
    /// Sum of squared deviations from the mean; exactly 0 for a constant group.
    pub squares: f64,
}

impl Moments {
    /// Of one group's values; `None` for an empty group.
    pub fn of(x: &[f64]) -> Option<Self> {
        let (low, high) = describe::range(x)?;
        let count = x.len() as u64;
        if low == high {
            return Some(Self { count, mean: low, squares: 0.0 });
        }
        let mean = describe::mean(x)?;
        Some(Self { count, mean, squares: describe::sum_by(x, |v| (v - mean) * (v - mean)) })
    }

    /// Number of values as a float.
    pub fn n(&self) -> f64 {
        self.count as f64
    }

    /// Variance, ddof 1; `None` below two values.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.n() - 1.0))
    }
}

/// Moments of each of `groups` groups of a column, group of row i = `labels[i]`, in two passes.
///
/// Rows whose label is `groups` or more are left out. `None` stands for a group without rows.
/// Sums run in row order, one accumulator per group.
pub fn by_label(x: &[f64], labels: &[u8], groups: usize) -> Vec<Option<Moments>> {
    #[derive(Clone, Copy)]
    struct Running {
        count: u64,
        sum: f64,
        low: f64,
        high: f64,
        mean: f64,
        squares: f64,
    }
    let fresh = Running { count: 0, sum: 0.0, low: f64::INFINITY, high: f64::NEG_INFINITY, mean: 0.0, squares: 0.0 };
    let mut running = vec![fresh; groups];
    for (&v, &label) in x.iter().zip(labels) {
        if let Some(r) = running.get_mut(label as usize) {
            r.count += 1;
            r.sum += v;
            r.low = r.low.min(v);
            r.high = r.high.max(v);
        }
    }
    for r in &mut running {
        r.mean = r.sum / r.count as f64;
    }
    for (&v, &label) in x.iter().zip(labels) {
        if let Some(r) = running.get_mut(label as usize) {
            r.squares += (v - r.mean) * (v - r.mean);
        }
    }
    let finish = |r: Running| {
        (r.count > 0).then_some({
            if r.low == r.high {
                Moments { count: r.count, mean: r.low, squares: 0.0 }
            } else {
                Moments { count: r.count, mean: r.mean, squares: r.squares }
            }
        })
    };
    running.into_iter().map(finish).collect()
}

/// Moments of groups given as slices; `None` if one of them is empty.
pub fn of_groups<G: AsRef<[f64]>>(groups: &[G]) -> Option<Vec<Moments>> {
    groups.iter().map(|g| Moments::of(g.as_ref())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn labels_and_slices_agree() {
        let x = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0];
        let labels = [0, 1, 0, 1, 0, 9, 0];
        let found = by_label(&x, &labels, 3);
        let first = Moments::of(&[3.0, 4.0, 5.0, 2.0]).unwrap();
        assert_relative_eq!(found[0].unwrap().squares, first.squares);
        assert_eq!(found[1], Some(Moments { count: 2, mean: 1.0, squares: 0.0 }));
        assert_eq!(found[2], None);
        assert_eq!(Moments::of(&[]), None);
        assert_eq!(found[1].unwrap().variance(), Some(0.0));
        assert_eq!(Moments::of(&[2.0]).unwrap().variance(), None);
    }

    #[test]
    fn a_constant_group_has_no_rounding() {
        let constant = vec![0.1; 1001];
        assert_eq!(Moments::of(&constant).unwrap().squares, 0.0);
        assert_eq!(by_label(&constant, &[0; 1001], 1)[0].unwrap().squares, 0.0);
    }
}
