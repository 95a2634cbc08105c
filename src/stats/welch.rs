//! Welch's analysis of variance, for groups whose variances differ.

use super::anova::GroupsError;
use super::fisher;
use super::moments::{self, Moments};

/// Welch's F.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welch {
    /// The statistic.
    pub f: f64,
    /// Groups - 1.
    pub df1: f64,
    /// Approximate, a real.
    pub df2: f64,
    /// `P(F > f)`.
    pub p: f64,
}

/// Welch (1951): weights n/s², `F = Σw(m - m̄)²/(k-1) / [1 + 2(k-2)Λ/(k²-1)]`, df2 = (k²-1)/(3Λ).
///
/// Every group needs two values and a variance, since it is weighed by it.
pub fn from_moments(groups: &[Moments]) -> Result<Welch, GroupsError> {
    if groups.len() < 2 {
        return Err(GroupsError::TooFewGroups);
    }
    let k = groups.len() as f64;
    let mut weights = Vec::with_capacity(groups.len());
    for g in groups {
        let variance = g.variance().ok_or(GroupsError::TooFewValues)?;
        if variance == 0.0 {
            return Err(GroupsError::ConstantGroup);
        }
        weights.push(g.n() / variance);
    }
    let total: f64 = weights.iter().sum();
    let base = groups.first().map_or(0.0, |g| g.mean);
    let centre = groups.iter().zip(&weights).map(|(g, w)| w * (g.mean - base)).sum::<f64>() / total;
    let between =
        groups.iter().zip(&weights).map(|(g, w)| w * (g.mean - base - centre) * (g.mean - base - centre)).sum::<f64>()
            / (k - 1.0);
    let lambda: f64 = groups
        .iter()
        .zip(&weights)
        .map(|(g, w)| {
            let rest = 1.0 - w / total;
            rest * rest / (g.n() - 1.0)
        })
        .sum();
    let f = between / (1.0 + 2.0 * (k - 2.0) * lambda / (k * k - 1.0));
    let df2 = (k * k - 1.0) / (3.0 * lambda);
    if !f.is_finite() {
        return Err(GroupsError::Overflow);
    }
    let p = fisher::sf(f, k - 1.0, df2).ok_or(GroupsError::Overflow)?;
    Ok(Welch { f, df1: k - 1.0, df2, p })
}

/// Welch's F of groups given as slices.
pub fn one_way<G: AsRef<[f64]>>(groups: &[G]) -> Result<Welch, GroupsError> {
    from_moments(&moments::of_groups(groups).ok_or(GroupsError::TooFewValues)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_groups() {
        assert_eq!(one_way(&[vec![1.0, 2.0]]), Err(GroupsError::TooFewGroups));
        assert_eq!(one_way(&[vec![1.0, 2.0], vec![3.0]]), Err(GroupsError::TooFewValues));
        assert_eq!(one_way(&[vec![1.0, 2.0], vec![3.0, 3.0]]), Err(GroupsError::ConstantGroup));
    }
}
