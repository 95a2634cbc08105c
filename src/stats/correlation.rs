//! Correlation of two columns, and what dichotomising does to it.

use std::f64::consts::{FRAC_2_PI, PI};

use super::{describe, ranks};

/// Pearson's r; `None` when the lengths differ, below two rows, or for a constant column.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || x.len() < 2 {
        return None;
    }
    let (mean_x, mean_y) = (describe::mean(x)?, describe::mean(y)?);
    let (mut xx, mut yy, mut xy) = ([0.0_f64; 4], [0.0_f64; 4], [0.0_f64; 4]);
    for (cx, cy) in x.chunks(4).zip(y.chunks(4)) {
        for (lane, (&a, &b)) in cx.iter().zip(cy).enumerate() {
            let (dx, dy) = (a - mean_x, b - mean_y);
            xx[lane] += dx * dx;
            yy[lane] += dy * dy;
            xy[lane] += dx * dy;
        }
    }
    let total = |lanes: [f64; 4]| lanes.iter().fold(0.0, |sum, lane| sum + lane);
    let (xx, yy, xy) = (total(xx), total(yy), total(xy));
    let n = x.len() as f64;
    if describe::is_rounding_noise(xx / n, mean_x) || describe::is_rounding_noise(yy / n, mean_y) {
        return None;
    }
    let r = xy / (xx.sqrt() * yy.sqrt());
    r.is_finite().then(|| r.clamp(-1.0, 1.0))
}

/// Pearson's r over the rows without NaN in either column (pandas' `corr`); `None` as [`pearson`].
pub fn pearson_of_pairs(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() || !x.iter().chain(y).any(|v| v.is_nan()) {
        return pearson(x, y);
    }
    let (x, y): (Vec<f64>, Vec<f64>) =
        x.iter().zip(y).filter(|(a, b)| !a.is_nan() && !b.is_nan()).map(|(&a, &b)| (a, b)).unzip();
    pearson(&x, &y)
}

/// Spearman's rank correlation: Pearson's r of the mid-ranks.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    if x.len() != y.len() {
        return None;
    }
    pearson(&ranks::mid_ranks(x).ranks, &ranks::mid_ranks(y).ranks)
}

/// Reliability of the whole from the correlation of its halves: `2r / (1 + r)`; `None` for r <= -1.
pub fn spearman_brown(r: f64) -> Option<f64> {
    (r > -1.0).then(|| 2.0 * r / (1.0 + r))
}

/// Tetrachoric correlation of two scores cut at their medians: `sin(π (c - ½))`, c the share of concordant rows.
pub fn tetrachoric_from_median_split(concordant_share: f64) -> f64 {
    libm::sin(PI * (concordant_share - 0.5))
}

/// How far two median splits of measurements correlated at rho agree (bivariate normal).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitAgreement {
    /// Probability of the same side: ½ + asin(ρ)/π. With ρ a reliability: that a split repeats.
    pub agreement: f64,
    /// Cohen's kappa of it: 2 asin(ρ)/π.
    pub kappa: f64,
}

/// Agreement of two median splits; rho is clamped to -1..=1.
pub fn median_split_agreement(rho: f64) -> SplitAgreement {
    let share = libm::asin(rho.clamp(-1.0, 1.0)) / PI;
    SplitAgreement { agreement: 0.5 + share, kappa: 2.0 * share }
}

/// By what a median split of a normal predictor multiplies its correlation: √(2/π).
pub fn median_split_r_factor() -> f64 {
    FRAC_2_PI.sqrt()
}

/// By what it multiplies R²: 2/π.
pub fn median_split_r2_factor() -> f64 {
    FRAC_2_PI
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn undefined_is_none() {
        assert_eq!(pearson(&[1.0], &[2.0]), None);
        assert_eq!(pearson(&[1.0, 2.0], &[2.0]), None);
        assert_eq!(pearson(&[0.1; 7], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]), None);
        assert_eq!(spearman_brown(-1.0), None);
    }

    #[test]
    fn pairs_with_a_hole_are_left_out() {
        let (x, y) = ([1.0, f64::NAN, 2.0, 3.0, 9.0], [2.0, 7.0, 3.5, 5.0, f64::NAN]);
        assert_eq!(pearson_of_pairs(&x, &y), pearson(&[1.0, 2.0, 3.0], &[2.0, 3.5, 5.0]));
        assert_eq!(pearson_of_pairs(&x[..3], &y), None);
        assert_eq!(pearson_of_pairs(&[f64::NAN; 3], &[1.0, 2.0, 3.0]), None);
    }

    #[test]
    fn monotone_is_perfect_in_rank() {
        let x: Vec<f64> = (1..=11).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|v| v * v * v).collect();
        assert_relative_eq!(spearman(&x, &y).unwrap(), 1.0);
        let down: Vec<f64> = x.iter().map(|v| -v).collect();
        assert_relative_eq!(pearson(&x, &down).unwrap(), -1.0);
    }
}
