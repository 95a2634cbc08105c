//! Kruskal and Wallis: do the groups differ in rank? Untouched by any monotone change of scale.

use super::anova::GroupsError;
use super::{chi_squared, ranks};

/// The Kruskal-Wallis test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kruskal {
    /// H, corrected for ties.
    pub h: f64,
    /// Groups - 1.
    pub df: f64,
    /// `P(χ² > H)`.
    pub p: f64,
    /// Rank ε² = H (n + 1) / (n² - 1): share of the ranks' variance, 0..=1.
    pub epsilon_squared: f64,
    /// Rank η² = (H - k + 1) / (n - k); may be slightly negative.
    pub eta_squared: f64,
}

/// H from the rank sums and sizes of the groups and `ties` = Σ(t³ - t).
pub fn from_rank_sums(rank_sums: &[(f64, u64)], ties: f64) -> Result<Kruskal, GroupsError> {
    if rank_sums.len() < 2 {
        return Err(GroupsError::TooFewGroups);
    }
    let n = rank_sums.iter().map(|&(_, count)| count).sum::<u64>() as f64;
    let k = rank_sums.len() as f64;
    if rank_sums.iter().any(|&(_, count)| count == 0) || n <= k {
        return Err(GroupsError::TooFewValues);
    }
    let correction = 1.0 - ties / (n * n * n - n);
    if correction <= 0.0 {
        return Err(GroupsError::Constant);
    }
    // Σ R²/n - n(n+1)²/4 cancels at large n: sum the squared deviations of the mean ranks instead.
    let centre = 0.5 * (n + 1.0);
    let spread: f64 = rank_sums
        .iter()
        .map(|&(sum, count)| {
            let deviation = sum / count as f64 - centre;
            count as f64 * deviation * deviation
        })
        .sum();
    let h = 12.0 / (n * (n + 1.0)) * spread / correction;
    let df = k - 1.0;
    let p = chi_squared::sf(h, df).ok_or(GroupsError::Overflow)?;
    Ok(Kruskal { h, df, p, epsilon_squared: h * (n + 1.0) / (n * n - 1.0), eta_squared: (h - k + 1.0) / (n - k) })
}

/// Kruskal-Wallis of groups given as slices.
pub fn one_way<G: AsRef<[f64]>>(groups: &[G]) -> Result<Kruskal, GroupsError> {
    let all: Vec<f64> = groups.iter().flat_map(|g| g.as_ref().iter().copied()).collect();
    let found = ranks::mid_ranks(&all);
    let mut rest = found.ranks.as_slice();
    let mut sums = Vec::with_capacity(groups.len());
    for g in groups {
        let (own, after) = rest.split_at_checked(g.as_ref().len()).ok_or(GroupsError::TooFewValues)?;
        sums.push((own.iter().sum(), own.len() as u64));
        rest = after;
    }
    from_rank_sums(&sums, found.ties)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_groups() {
        assert_eq!(one_way(&[vec![1.0]]), Err(GroupsError::TooFewGroups));
        assert_eq!(one_way(&[vec![1.0, 2.0], vec![]]), Err(GroupsError::TooFewValues));
        assert_eq!(one_way(&[vec![1.0; 4], vec![1.0; 3]]), Err(GroupsError::Constant));
    }

    #[test]
    fn full_separation_bounds_epsilon() {
        let found = one_way(&[vec![1.0, 1.0, 1.0], vec![2.0, 2.0, 2.0]]).unwrap();
        assert!((found.epsilon_squared - 1.0).abs() < 1e-12);
    }
}
