//! Adjusting p-values for the number of tests in a family.

/// How a family of tests is adjusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// p·m: family-wise.
    Bonferroni,
    /// Holm's step-down: family-wise, never weaker than Bonferroni. For declared families.
    Holm,
    /// Benjamini and Hochberg's step-up: false discovery rate. For exploratory scans.
    BenjaminiHochberg,
}

/// Adjusted p-values in the order given, at most 1; reject where the adjusted p is at most alpha.
///
/// All `p` must be numbers in 0..=1 (statsmodels' `multipletests`).
pub fn adjust(p: &[f64], method: Adjustment) -> Vec<f64> {
    let m = p.len() as f64;
    let mut order: Vec<usize> = (0..p.len()).collect();
    order_by(&mut order, |&i, &j| f64::total_cmp(value(p, i), value(p, j)));
    let mut adjusted = vec![1.0; p.len()];
    let mut set = |i: usize, v: f64| {
        if let Some(slot) = adjusted.get_mut(i) {
            *slot = v.min(1.0);
        }
    };
    match method {
        Adjustment::Bonferroni => order.iter().for_each(|&i| set(i, value(p, i) * m)),
        Adjustment::Holm => {
            let mut running: f64 = 0.0;
            for (rank, &i) in order.iter().enumerate() {
                running = running.max(value(p, i) * (m - rank as f64));
                set(i, running);
            }
        }
        Adjustment::BenjaminiHochberg => {
            let mut running = f64::INFINITY;
            for (rank, &i) in order.iter().enumerate().rev() {
                running = running.min(value(p, i) * m / (rank as f64 + 1.0));
                set(i, running);
            }
        }
    }
    adjusted
}

use crate::ordered::order_by;

fn value(p: &[f64], i: usize) -> &f64 {
    p.get(i).unwrap_or(&1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_families() {
        assert!(adjust(&[], Adjustment::Holm).is_empty());
        for method in [Adjustment::Bonferroni, Adjustment::Holm, Adjustment::BenjaminiHochberg] {
            assert_eq!(adjust(&[0.03], method), [0.03]);
            assert_eq!(
                adjust(&[0.9, 0.8], method).iter().copied().fold(0.0, f64::max).min(1.0),
                if method == Adjustment::BenjaminiHochberg { 0.9 } else { 1.0 }
            );
        }
        assert_eq!(adjust(&[0.04, 0.01], Adjustment::Holm), [0.04, 0.02]);
    }
}
