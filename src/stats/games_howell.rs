//! Games and Howell's comparisons of all pairs of groups, for unequal variances.

use std::f64::consts::SQRT_2;

use super::anova::GroupsError;
use super::moments::{self, Moments};
use super::studentized_range;

/// One pair of groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// Index of the first group.
    pub a: usize,
    /// Index of the second group, above `a`.
    pub b: usize,
    /// Mean of a less mean of b.
    pub difference: f64,
    /// Standard error `√(s²a/na + s²b/nb)`.
    pub standard_error: f64,
    /// difference / standard error.
    pub t: f64,
    /// Welch and Satterthwaite's degrees of freedom.
    pub df: f64,
    /// `P(Q > √2 |t|)`, Q the studentised range over all groups.
    pub p: f64,
    /// Hedges' g: difference over the pooled standard deviation, times `1 - 3 / (4(na + nb) - 9)`.
    pub hedges_g: f64,
}

/// All pairs, in the order (0,1), (0,2), ..., (1,2), ...
///
/// Every group needs two values; a pair in which neither group varies is an error.
pub fn from_moments(groups: &[Moments]) -> Result<Vec<Pair>, GroupsError> {
    if groups.len() < 2 {
        return Err(GroupsError::TooFewGroups);
    }
    let mut pairs = Vec::with_capacity(groups.len() * (groups.len() - 1) / 2);
    for (a, first) in groups.iter().enumerate() {
        for (b, second) in groups.iter().enumerate().skip(a + 1) {
            pairs.push(compare(a, first, b, second, groups.len())?);
        }
    }
    Ok(pairs)
}

/// All pairs of groups given as slices.
pub fn pairs<G: AsRef<[f64]>>(groups: &[G]) -> Result<Vec<Pair>, GroupsError> {
    from_moments(&moments::of_groups(groups).ok_or(GroupsError::TooFewValues)?)
}

fn compare(a: usize, first: &Moments, b: usize, second: &Moments, groups: usize) -> Result<Pair, GroupsError> {
    let (na, nb) = (first.n(), second.n());
    let va = first.variance().ok_or(GroupsError::TooFewValues)? / na;
    let vb = second.variance().ok_or(GroupsError::TooFewValues)? / nb;
    if va + vb == 0.0 {
        return Err(GroupsError::ConstantGroup);
    }
    let difference = first.mean - second.mean;
    let standard_error = (va + vb).sqrt();
    let t = difference / standard_error;
    let df = (va + vb) * (va + vb) / (va * va / (na - 1.0) + vb * vb / (nb - 1.0));
    let p = studentized_range::sf(SQRT_2 * t.abs(), groups, df)?;
    let pooled = ((first.squares + second.squares) / (na + nb - 2.0)).sqrt();
    let hedges_g = difference / pooled * (1.0 - 3.0 / (4.0 * (na + nb) - 9.0));
    if ![difference, standard_error, t, df, hedges_g].iter().all(|v| v.is_finite()) {
        return Err(GroupsError::Overflow);
    }
    Ok(Pair { a, b, difference, standard_error, t, df, p, hedges_g })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_groups() {
        assert_eq!(pairs(&[vec![1.0, 2.0]]), Err(GroupsError::TooFewGroups));
        assert_eq!(pairs(&[vec![1.0, 2.0], vec![1.0]]), Err(GroupsError::TooFewValues));
        assert_eq!(pairs(&[vec![1.0, 1.0], vec![2.0, 2.0]]), Err(GroupsError::ConstantGroup));
    }

    #[test]
    fn order_of_pairs() {
        let found = pairs(&[vec![1.0, 2.0, 4.0], vec![1.0, 3.0, 5.0], vec![0.0, 3.0, 9.0]]).unwrap();
        let order: Vec<_> = found.iter().map(|p| (p.a, p.b)).collect();
        assert_eq!(order, [(0, 1), (0, 2), (1, 2)]);
    }
}
