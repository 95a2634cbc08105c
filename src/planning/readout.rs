//! Reading an experiment out: effect with interval, guardrails, CUPED, and whether the split can be trusted.

use crate::stats::chi_squared::{self, GoodnessOfFit};
use crate::stats::{binomial, describe, proportions};

/// p below which a sample ratio mismatch raises the alarm (`GrowthBook`'s default).
pub const SRM_ALARM: f64 = 0.001;

/// Treatment against control on a yes/no outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProportionReadout {
    /// Treatment share less control share.
    pub difference: f64,
    /// Relative to control; `None` when control has none.
    pub relative: Option<f64>,
    /// Pooled z; 0 when the pooled share has no variance.
    pub z: f64,
    /// Two-sided p.
    pub p: f64,
    /// Newcombe's 95% interval of the difference.
    pub interval_95: (f64, f64),
    /// Newcombe's 90% interval: its ends are the one-sided 5% limits.
    pub interval_90: (f64, f64),
}

impl ProportionReadout {
    /// For a guardrail where more is worse: does the 90% upper limit lie below `margin`?
    pub fn noninferior(&self, margin: f64) -> bool {
        self.interval_90.1 < margin
    }

    /// Does even the 90% lower limit exceed `margin`? Then the guardrail says stop.
    pub fn harmful(&self, margin: f64) -> bool {
        self.interval_90.0 > margin
    }
}

/// Reads out `treated` of `treatment` against `controlled` of `control`; `None` for an empty arm or more hits than customers.
pub fn proportion(treated: u64, treatment: u64, controlled: u64, control: u64) -> Option<ProportionReadout> {
    let interval = |level| proportions::newcombe(treated, treatment, controlled, control, level);
    let (interval_95, interval_90) = (interval(0.95)?, interval(0.90)?);
    let baseline = controlled as f64 / control as f64;
    let difference = treated as f64 / treatment as f64 - baseline;
    let (z, p) = proportions::share_shift(controlled, control, treated, treatment)
        .map_or((0.0, 1.0), |shift| (shift.z, shift.p));
    let relative = (baseline > 0.0).then(|| difference / baseline);
    Some(ProportionReadout { difference, relative, z, p, interval_95, interval_90 })
}

/// Adjustment of an outcome by a covariate measured before the experiment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cuped {
    /// θ = cov(Y, X) / var(X), both arms pooled.
    pub theta: f64,
    /// Difference of arm means, unadjusted.
    pub difference_raw: f64,
    /// Difference of arm means of `Y - θ (X - mean X)`.
    pub difference: f64,
    /// Variance of the adjusted outcome over that of the raw one, both arms pooled: 1 - r².
    pub variance_ratio: f64,
}

/// CUPED over two arms, outcome `y` and covariate `x` row by row.
///
/// `None` for an empty arm, unequal lengths, or a constant outcome or covariate.
pub fn cuped(y_treatment: &[f64], x_treatment: &[f64], y_control: &[f64], x_control: &[f64]) -> Option<Cuped> {
    if y_treatment.len() != x_treatment.len() || y_control.len() != x_control.len() {
        return None;
    }
    let y = [y_treatment, y_control].concat();
    let x = [x_treatment, x_control].concat();
    let (mean_y, mean_x) = (describe::mean(&y)?, describe::mean(&x)?);
    let products: Vec<f64> = y.iter().zip(&x).map(|(b, a)| (b - mean_y) * (a - mean_x)).collect();
    let (var_y, var_x) = (describe::variance(&y, 1)?, describe::variance(&x, 1)?);
    if var_x <= 0.0 || var_y <= 0.0 {
        return None;
    }
    let theta = describe::sum(&products) / (y.len() as f64 - 1.0) / var_x;
    let adjust =
        |y: &[f64], x: &[f64]| -> Vec<f64> { y.iter().zip(x).map(|(b, a)| b - theta * (a - mean_x)).collect() };
    let (treatment, control) = (adjust(y_treatment, x_treatment), adjust(y_control, x_control));
    let adjusted = [treatment.as_slice(), control.as_slice()].concat();
    Some(Cuped {
        theta,
        difference_raw: describe::mean(y_treatment)? - describe::mean(y_control)?,
        difference: describe::mean(&treatment)? - describe::mean(&control)?,
        variance_ratio: describe::variance(&adjusted, 1)? / var_y,
    })
}

/// Check of the split itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRatio {
    /// Pearson's test against the planned shares.
    pub fit: GoodnessOfFit,
    /// p < .001: do not read the experiment out.
    pub mismatch: bool,
}

/// Sample ratio mismatch: arm sizes against the planned shares. `None` as for [`chi_squared::goodness_of_fit`].
pub fn sample_ratio(observed: &[u64], weights: &[f64]) -> Option<SampleRatio> {
    chi_squared::goodness_of_fit(observed, weights).map(|fit| SampleRatio { fit, mismatch: fit.p < SRM_ALARM })
}

/// Rejections at level `alpha` that `runs` A/A comparisons should give, as a 95% range (37..=64 of 1,000 at .05).
pub fn aa_acceptance(runs: u64, alpha: f64) -> Option<(u64, u64)> {
    Some((binomial::quantile(0.025, runs, alpha)?, binomial::quantile(0.975, runs, alpha)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_none() {
        assert_eq!(proportion(1, 0, 1, 10), None);
        assert_eq!(proportion(11, 10, 1, 10), None);
        assert_eq!(cuped(&[1.0], &[1.0, 2.0], &[1.0], &[1.0]), None);
        assert_eq!(cuped(&[1.0, 2.0], &[1.0, 1.0], &[1.0], &[1.0]), None);
        assert_eq!(cuped(&[], &[], &[], &[]), None);
        assert_eq!(sample_ratio(&[0, 0], &[0.5, 0.5]), None);
    }

    #[test]
    fn nobody_responds() {
        let found = proportion(0, 100, 0, 100).unwrap();
        assert_eq!((found.difference, found.relative, found.p), (0.0, None, 1.0));
        assert!(found.noninferior(0.5) && !found.harmful(0.0));
    }
}
