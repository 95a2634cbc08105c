//! Are the variances equal? Levene's test and Brown and Forsythe's robust form.

use super::anova::{self, GroupsError};
use super::moments::Moments;
use super::{describe, quantile};

/// From where the absolute deviations are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centre {
    /// The group's mean: Levene.
    Mean,
    /// The group's median: Brown-Forsythe.
    Median,
}

/// ANOVA of the absolute deviations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levene {
    /// W, an F with (k - 1, N - k) degrees of freedom; infinite when the deviations are constant but differ.
    pub w: f64,
    /// `P(F > w)`.
    pub p: f64,
}

/// W from the moments of the absolute deviations of each group.
pub fn from_deviations(groups: &[Moments]) -> Result<Levene, GroupsError> {
    anova::from_moments(groups).map(|found| Levene { w: found.f, p: found.p })
}

/// Levene's test of groups given as slices.
pub fn test<G: AsRef<[f64]>>(groups: &[G], centre: Centre) -> Result<Levene, GroupsError> {
    let deviations: Option<Vec<Moments>> = groups
        .iter()
        .map(|g| {
            let x = g.as_ref();
            let centre = match centre {
                Centre::Mean => describe::mean(x)?,
                Centre::Median => quantile::median(x)?,
            };
            let deviations: Vec<f64> = x.iter().map(|v| (v - centre).abs()).collect();
            Moments::of(&deviations)
        })
        .collect();
    from_deviations(&deviations.ok_or(GroupsError::TooFewValues)?)
}

/// Largest over smallest standard deviation; `None` below two groups with a variance, ∞ when one is constant.
pub fn sd_ratio(groups: &[Moments]) -> Option<f64> {
    let mut sds = groups.iter().filter_map(|g| g.variance().map(f64::sqrt));
    let first = sds.next()?;
    let mut several = false;
    let (low, high) = sds.fold((first, first), |(low, high), sd| {
        several = true;
        (low.min(sd), high.max(sd))
    });
    (several && high > 0.0).then(|| high / low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degenerate_groups() {
        assert_eq!(test(&[vec![1.0, 1.0], vec![2.0, 2.0]], Centre::Median), Err(GroupsError::Constant));
        assert_eq!(test(&[vec![1.0, 1.0], vec![]], Centre::Mean), Err(GroupsError::TooFewValues));
        let moments = |x: &[f64]| Moments::of(x).unwrap();
        assert_eq!(sd_ratio(&[moments(&[1.0, 2.0])]), None);
        assert_eq!(sd_ratio(&[moments(&[1.0, 2.0]), moments(&[1.0, 1.0])]), Some(f64::INFINITY));
        assert_eq!(sd_ratio(&[moments(&[1.0, 1.0]), moments(&[1.0, 1.0])]), None);
        assert_eq!(sd_ratio(&[moments(&[1.0, 2.0]), moments(&[1.0, 3.0])]), Some(2.0));
    }
}
