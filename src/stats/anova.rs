//! One-way analysis of variance with its effect sizes.

use super::fisher;
use super::moments::{self, Moments};

/// Why a comparison of groups says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupsError {
    /// Fewer than two groups have values.
    #[error("fewer than two groups have values")]
    TooFewGroups,
    /// No degrees of freedom are left inside the groups, or one group is too small for its variance.
    #[error("the groups hold too few values")]
    TooFewValues,
    /// All values are the same.
    #[error("all values are the same")]
    Constant,
    /// At least one group has no variance where the test weighs by it.
    #[error("a group has no variance")]
    ConstantGroup,
    /// An arithmetic overflow: the values are too large to be squared.
    #[error("the values are too large")]
    Overflow,
}

/// One-way ANOVA.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anova {
    /// F = (SSB / df1) / (SSW / df2); infinite when the groups are constant but differ.
    pub f: f64,
    /// Groups - 1.
    pub df1: f64,
    /// N - groups.
    pub df2: f64,
    /// `P(F > f)`, 0 only by underflow or for infinite F.
    pub p: f64,
    /// Effect sizes.
    pub effect: EffectSizes,
}

/// Shares of variance that the groups explain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectSizes {
    /// η² = F·df1 / (F·df1 + df2): of the sample, biased upwards.
    pub eta_squared: f64,
    /// ω² = (F - 1)·df1 / [(F - 1)·df1 + N], floored at 0.
    pub omega_squared: f64,
    /// ε² = (F - 1)·df1 / (F·df1 + df2), floored at 0.
    pub epsilon_squared: f64,
}

/// Two-sided interval from the noncentral F distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EffectInterval {
    /// Noncentrality at the low end (0 when even F = 0 cannot be excluded).
    pub noncentrality_low: f64,
    /// At the high end.
    pub noncentrality_high: f64,
    /// η² = λ / (λ + df2), low end (effectsize's `F_to_eta2`).
    pub eta_low: f64,
    /// High end.
    pub eta_high: f64,
    /// The population's share λ / (λ + N), which ω² estimates: low end.
    pub omega_low: f64,
    /// High end.
    pub omega_high: f64,
}

/// One-way ANOVA of groups given by their moments (empty groups left out beforehand).
///
/// As scipy's `f_oneway`: constant groups that differ give F = ∞, p = 0; one constant everywhere is an error.
pub fn from_moments(groups: &[Moments]) -> Result<Anova, GroupsError> {
    if groups.len() < 2 {
        return Err(GroupsError::TooFewGroups);
    }
    let n: f64 = groups.iter().map(Moments::n).sum();
    let (df1, df2) = (groups.len() as f64 - 1.0, n - groups.len() as f64);
    if df2 < 1.0 {
        return Err(GroupsError::TooFewValues);
    }
    let within: f64 = groups.iter().map(|g| g.squares).sum();
    let between = between_squares(groups);
    if within == 0.0 && constant_means(groups) {
        return Err(GroupsError::Constant);
    }
    if !(within.is_finite() && between.is_finite()) {
        return Err(GroupsError::Overflow);
    }
    let f = (between / df1) / (within / df2);
    let p = fisher::sf(f, df1, df2).ok_or(GroupsError::Overflow)?;
    Ok(Anova { f, df1, df2, p, effect: effect_sizes(f, df1, df2) })
}

/// One-way ANOVA of groups given as slices.
pub fn one_way<G: AsRef<[f64]>>(groups: &[G]) -> Result<Anova, GroupsError> {
    from_moments(&moments::of_groups(groups).ok_or(GroupsError::TooFewValues)?)
}

/// η², ω², ε² of an F; all 1 for an infinite one.
pub fn effect_sizes(f: f64, df1: f64, df2: f64) -> EffectSizes {
    if f == f64::INFINITY {
        return EffectSizes { eta_squared: 1.0, omega_squared: 1.0, epsilon_squared: 1.0 };
    }
    let n = df1 + df2 + 1.0;
    let excess = (f - 1.0) * df1;
    EffectSizes {
        eta_squared: f * df1 / (f * df1 + df2),
        omega_squared: (excess / (excess + n)).max(0.0),
        epsilon_squared: (excess / (f * df1 + df2)).max(0.0),
    }
}

/// Interval of η² (and of ω²'s population value) at `level` (0.95) for an F; `None` unless F is finite and positive.
pub fn effect_interval(f: f64, df1: f64, df2: f64, level: f64) -> Option<EffectInterval> {
    let tail = 0.5 * (1.0 - level);
    let noncentrality_low = fisher::noncentrality(f, df1, df2, 1.0 - tail)?;
    let noncentrality_high = fisher::noncentrality(f, df1, df2, tail)?;
    let n = df1 + df2 + 1.0;
    Some(EffectInterval {
        noncentrality_low,
        noncentrality_high,
        eta_low: noncentrality_low / (noncentrality_low + df2),
        eta_high: noncentrality_high / (noncentrality_high + df2),
        omega_low: noncentrality_low / (noncentrality_low + n),
        omega_high: noncentrality_high / (noncentrality_high + n),
    })
}

/// `Σ n (mean - grand mean)²`, by differences from the first mean so that a large common level does no harm.
fn between_squares(groups: &[Moments]) -> f64 {
    let base = groups.first().map_or(0.0, |g| g.mean);
    let n: f64 = groups.iter().map(Moments::n).sum();
    let grand = groups.iter().map(|g| g.n() * (g.mean - base)).sum::<f64>() / n;
    groups.iter().map(|g| g.n() * (g.mean - base - grand) * (g.mean - base - grand)).sum()
}

fn constant_means(groups: &[Moments]) -> bool {
    groups.first().is_some_and(|first| groups.iter().all(|g| g.mean == first.mean))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_groups() {
        assert_eq!(one_way::<&[f64]>(&[]), Err(GroupsError::TooFewGroups));
        assert_eq!(one_way(&[vec![1.0, 2.0]]), Err(GroupsError::TooFewGroups));
        assert_eq!(one_way(&[vec![1.0], vec![2.0]]), Err(GroupsError::TooFewValues));
        assert_eq!(one_way(&[vec![0.1; 3], vec![0.1; 4]]), Err(GroupsError::Constant));
        let apart = one_way(&[vec![1.0; 3], vec![2.0; 3]]).unwrap();
        assert_eq!((apart.f, apart.p, apart.effect.eta_squared), (f64::INFINITY, 0.0, 1.0));
        assert_eq!(effect_interval(f64::INFINITY, 1.0, 4.0, 0.95), None);
        assert_eq!(one_way(&[vec![1e200, 2e200], vec![-1e200, 3e200]]), Err(GroupsError::Overflow));
    }

    #[test]
    fn no_effect_is_floored() {
        let same = one_way(&[vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 3.0]]).unwrap();
        assert_eq!((same.f, same.effect.omega_squared, same.effect.epsilon_squared), (0.0, 0.0, 0.0));
        assert_eq!(same.p, 1.0);
    }
}
