//! How many customers an experiment needs, what a given number can detect, and how long it takes.
//!
//! All sizes are per arm and real numbers: round up where customers are counted. `None` stands for
//! inputs without an answer (no difference to detect, probabilities outside 0..1, ...).
#![allow(clippy::float_cmp, reason = "no difference at all has no sample size; any other has")]

use std::f64::consts::FRAC_2_PI;

use crate::stats::{fisher, normal, roots, student};

/// Error rates of a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// Probability of a false alarm, .05 or its Bonferroni share.
    pub alpha: f64,
    /// Probability of finding the effect, .80.
    pub power: f64,
    /// Does the test look in both directions?
    pub two_sided: bool,
}

impl Default for Design {
    fn default() -> Self {
        Self { alpha: 0.05, power: 0.8, two_sided: true }
    }
}

impl Design {
    /// The same design planned at `alpha / tests` (Bonferroni); analyse with Holm.
    pub fn shared_among(self, tests: u32) -> Self {
        Self { alpha: self.alpha / f64::from(tests.max(1)), ..self }
    }

    fn valid(&self) -> bool {
        self.alpha > 0.0 && self.alpha < 1.0 && self.power > 0.0 && self.power < 1.0
    }

    /// Alpha of one tail.
    fn tail(&self) -> f64 {
        if self.two_sided { 0.5 * self.alpha } else { self.alpha }
    }

    /// Critical value of the test.
    fn z_alpha(&self) -> f64 {
        normal::upper_quantile(self.tail())
    }

    /// Quantile of the power.
    fn z_power(&self) -> f64 {
        normal::quantile(self.power)
    }

    /// Power of a normal test: `effect` in units of the alternative's standard error, the critical value
    /// in units of the null's, `null_over_alternative` their ratio. Both tails if two-sided.
    fn normal_power(&self, effect: f64, null_over_alternative: f64) -> f64 {
        let critical = self.z_alpha() * null_over_alternative;
        let upper = normal::sf(critical - effect);
        if self.two_sided { upper + normal::cdf(-critical - effect) } else { upper }
    }
}

fn probability(p: f64) -> bool {
    p > 0.0 && p < 1.0
}

/// Treatment arm for two proportions with pooled variance under the null; control is `ratio` times as large.
///
/// `{z₁₋α/₂ √[p̄q̄(1 + 1/k)] + z_power √[p₁q₁ + p₂q₂/k]}² / δ²` with p̄ = (p₁ + k p₂)/(1 + k)
/// (statsmodels' `samplesize_proportions_2indep_onetail`). The project's standard.
pub fn proportion_pooled(control: f64, treatment: f64, ratio: f64, design: Design) -> Option<f64> {
    if !(probability(control) && probability(treatment) && ratio > 0.0 && design.valid()) || control == treatment {
        return None;
    }
    let (null, alternative) = proportion_deviations(control, treatment, ratio);
    let root = design.z_alpha() * null + design.z_power() * alternative;
    let difference = treatment - control;
    Some(root * root / (difference * difference))
}

/// Standard deviations of the difference, for one treated customer: under the null and the alternative.
fn proportion_deviations(control: f64, treatment: f64, ratio: f64) -> (f64, f64) {
    let pooled = (treatment + ratio * control) / (1.0 + ratio);
    let null = (pooled * (1.0 - pooled) * (1.0 + 1.0 / ratio)).sqrt();
    let alternative = (treatment * (1.0 - treatment) + control * (1.0 - control) / ratio).sqrt();
    (null, alternative)
}

/// An arcsine sample size and its effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arcsine {
    /// Cohen's `h = 2 asin √p_treatment - 2 asin √p_control`.
    pub h: f64,
    /// Per arm.
    pub per_arm: f64,
}

/// Two proportions after the arcsine transform (statsmodels' `NormalIndPower`), equal arms.
pub fn proportion_arcsine(control: f64, treatment: f64, design: Design) -> Option<Arcsine> {
    if !(probability(control) && probability(treatment) && design.valid()) || control == treatment {
        return None;
    }
    let h = 2.0 * libm::asin(treatment.sqrt()) - 2.0 * libm::asin(control.sqrt());
    // The closed form 2 (z + z)² / h² leaves the far tail out; a two-sided test needs a little less.
    let excess = |n: f64| design.normal_power(h.abs() * (0.5 * n).sqrt(), 1.0) - design.power;
    let per_arm = roots::expanding(excess, 0.0, 1.0 / (h * h), 1e-14)?;
    Some(Arcsine { h, per_arm })
}

/// The online calculators' formula (Evan Miller's style): the baseline's variance in both null arms.
///
/// `(z₁₋α/₂ √[2p(1-p)] + z_power √[p(1-p) + (p+d)(1-p-d)])² / d²`; smaller than [`proportion_pooled`].
pub fn proportion_baseline(p: f64, d: f64, design: Design) -> Option<f64> {
    if !(probability(p) && probability(p + d) && design.valid()) || d == 0.0 {
        return None;
    }
    let variance = p * (1.0 - p);
    let root =
        design.z_alpha() * (2.0 * variance).sqrt() + design.z_power() * (variance + (p + d) * (1.0 - p - d)).sqrt();
    Some(root * root / (d * d))
}

/// Smallest absolute rise over `control` that `per_arm` customers in each arm can detect.
///
/// Solves the pooled test's power; `None` when no rise below 1 - control is enough.
pub fn mde_proportion(control: f64, per_arm: f64, design: Design) -> Option<f64> {
    if !(probability(control) && per_arm >= 2.0 && design.valid()) {
        return None;
    }
    let excess = |difference: f64| {
        proportion_power(control, control + difference, per_arm, design).map_or(f64::NAN, |power| power - design.power)
    };
    let most = (1.0 - control) * (1.0 - 1e-9);
    roots::brent(excess, 1e-12, most, 1e-13)
}

/// Power of the pooled test of two proportions with `per_arm` customers in each arm.
///
/// `Φ((|δ| √n - z₁₋α/₂ σ₀) / σ₁)`, σ₀ and σ₁ the deviations under the null and the alternative; both tails if two-sided.
pub fn proportion_power(control: f64, treatment: f64, per_arm: f64, design: Design) -> Option<f64> {
    if !(probability(control) && probability(treatment) && per_arm > 0.0 && design.valid()) {
        return None;
    }
    let (null, alternative) = proportion_deviations(control, treatment, 1.0);
    let effect = (treatment - control).abs() * per_arm.sqrt() / alternative;
    Some(design.normal_power(effect, null / alternative))
}

/// Power to find two means `d` standard deviations apart with `per_arm` customers in each arm, known variance:
/// `Φ(|d| √(n/2) - z₁₋α/₂)`, both tails if two-sided.
pub fn mean_power(d: f64, per_arm: f64, design: Design) -> Option<f64> {
    (d.is_finite() && per_arm > 0.0 && design.valid())
        .then(|| design.normal_power(d.abs() * (0.5 * per_arm).sqrt(), 1.0))
}

/// Per arm for two means `d` standard deviations apart, known variance: `2 (z + z)² / d²`.
pub fn mean_normal(d: f64, design: Design) -> Option<f64> {
    let z = design.z_alpha() + design.z_power();
    (d != 0.0 && d.is_finite() && design.valid()).then(|| 2.0 * z * z / (d * d))
}

/// The same for the t test: solves the noncentral power (a two-sided t test is an F test with 1 degree of freedom).
///
/// Only two-sided designs.
pub fn mean_t(d: f64, design: Design) -> Option<f64> {
    if !design.two_sided {
        return None;
    }
    let start = mean_normal(d, design)?;
    let excess = |n: f64| {
        let df = 2.0 * n - 2.0;
        let power = student::two_sided_quantile(design.alpha, df)
            .and_then(|t| fisher::noncentral_tails(t * t, 1.0, df, 0.5 * n * d * d))
            .map(|tails| tails.upper);
        power.map_or(f64::NAN, |power| power - design.power)
    };
    roots::expanding(excess, (start - 1.0).max(1.5), 2.0, 1e-13)
}

/// Smallest difference of means, in the unit of `sd`: `(z + z) sd √(2/n)`, times √(1 - ρ²) with CUPED.
pub fn mde_mean(sd: f64, per_arm: f64, cuped_rho: f64, design: Design) -> Option<f64> {
    if !(sd > 0.0 && per_arm >= 2.0 && cuped_rho.abs() < 1.0 && design.valid()) {
        return None;
    }
    let z = design.z_alpha() + design.z_power();
    Some(z * sd * (2.0 / per_arm).sqrt() * (1.0 - cuped_rho * cuped_rho).sqrt())
}

/// Per arm for two rates over equal exposure: `(z + z)² (1/r₁ + 1/r₂ + 2κ) / ln²(r₁/r₂)`.
///
/// κ is the negative binomial dispersion (variance = r + κ r²); κ = 0 is Poisson, which for real
/// purchase counts asks for too few.
pub fn rate(control: f64, treatment: f64, dispersion: f64, design: Design) -> Option<f64> {
    if !(control > 0.0 && treatment > 0.0 && dispersion >= 0.0 && design.valid()) || control == treatment {
        return None;
    }
    let log_ratio = libm::log(treatment / control);
    let z = design.z_alpha() + design.z_power();
    Some(z * z * rate_variance(control, treatment, dispersion) / (log_ratio * log_ratio))
}

fn rate_variance(control: f64, treatment: f64, dispersion: f64) -> f64 {
    1.0 / treatment + 1.0 / control + 2.0 * dispersion
}

/// Power of the log rate ratio test with `per_arm` customers.
pub fn rate_power(control: f64, treatment: f64, dispersion: f64, per_arm: f64, design: Design) -> Option<f64> {
    if !(control > 0.0 && treatment > 0.0 && dispersion >= 0.0 && per_arm > 0.0 && design.valid()) {
        return None;
    }
    let error = (rate_variance(control, treatment, dispersion) / per_arm).sqrt();
    Some(design.normal_power(libm::log(treatment / control).abs() / error, 1.0))
}

/// Smallest rate ratio above 1 that `per_arm` customers in each arm can detect.
pub fn mde_rate_ratio(control: f64, dispersion: f64, per_arm: f64, design: Design) -> Option<f64> {
    if !(control > 0.0 && dispersion >= 0.0 && per_arm >= 2.0 && design.valid()) {
        return None;
    }
    let excess = |rise: f64| {
        rate_power(control, control * (1.0 + rise), dispersion, per_arm, design)
            .map_or(f64::NAN, |power| power - design.power)
    };
    // The power tends to a limit below 1 for tiny arms with large dispersion; then there is no answer.
    let rise = roots::brent(excess, 1e-9, 1e6, 1e-13)?;
    Some(1.0 + rise)
}

/// Per arm to show that a guardrail proportion worsens by less than `margin`: `(z₁₋α + z_power)² 2pq / Δ²`.
///
/// One-sided at `alpha`. Pass when the upper limit of the 1 - 2α interval lies below the margin.
pub fn noninferiority(p: f64, margin: f64, alpha: f64, power: f64) -> Option<f64> {
    if !(probability(p) && margin > 0.0 && probability(alpha) && probability(power)) {
        return None;
    }
    let z = normal::upper_quantile(alpha) + normal::quantile(power);
    Some(z * z * 2.0 * p * (1.0 - p) / (margin * margin))
}

/// Power each of several guardrails needs so that all pass together: `1 - (1 - power) / G`; alpha is not adjusted.
pub fn guardrail_power(power: f64, guardrails: u32) -> f64 {
    1.0 - (1.0 - power) / f64::from(guardrails.max(1))
}

/// What CUPED keeps of the variance, and so of the sample size: 1 - ρ².
pub fn cuped_factor(rho: f64) -> f64 {
    1.0 - rho * rho
}

/// Correlation left inside one half when a normal covariate is cut at its median.
///
/// `ρ √f / √(1 - ρ² + ρ² f)`, f = 1 - 2/π: segments made by median cuts shrink CUPED's gain, so estimate ρ
/// inside the segment.
pub fn rho_within_half(rho: f64) -> f64 {
    let f = 1.0 - FRAC_2_PI;
    rho * f.sqrt() / (1.0 - rho * rho + rho * rho * f).sqrt()
}

/// How long an experiment takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// Whole weeks of enrolment.
    pub enrol_weeks: u32,
    /// With the weeks that the last customer's outcome needs.
    pub total_weeks: u32,
}

/// Weeks to enrol two arms of `per_arm` at `weekly_eligible · traffic`, then `outcome_days` to wait.
///
/// At least `min_weeks` of enrolment (a whole weekly cycle twice: 2, a judgement). `None` without eligible customers
/// or beyond a million weeks.
pub fn duration(
    per_arm: f64,
    weekly_eligible: f64,
    traffic: f64,
    outcome_days: f64,
    min_weeks: u32,
) -> Option<Duration> {
    let weekly = weekly_eligible * traffic;
    if !(per_arm > 0.0 && weekly > 0.0 && outcome_days >= 0.0) {
        return None;
    }
    let weeks = (2.0 * per_arm / weekly).ceil();
    let wait = (outcome_days / 7.0).ceil();
    if weeks + wait > 1e6 {
        return None;
    }
    let enrol_weeks = (weeks as u32).max(min_weeks);
    Some(Duration { enrol_weeks, total_weeks: enrol_weeks + wait as u32 })
}

/// The effect that a one-way comparison of `groups` groups among `rows` customers detects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectableEffect {
    /// Cohen's f.
    pub f: f64,
    /// η² = f² / (1 + f²).
    pub eta_squared: f64,
}

/// Solves the power of the one-way F test (statsmodels' `FTestAnovaPower`).
pub fn detectable_eta_squared(rows: u64, groups: u32, alpha: f64, power: f64) -> Option<DetectableEffect> {
    let (n, k) = (rows as f64, f64::from(groups));
    if !(groups >= 2 && n > k + 1.0 && probability(alpha) && probability(power) && power > alpha) {
        return None;
    }
    let (df1, df2) = (k - 1.0, n - k);
    let critical = fisher::upper_quantile(alpha, df1, df2)?;
    let lambda = fisher::noncentrality(critical, df1, df2, 1.0 - power)?;
    let f2 = lambda / n;
    Some(DetectableEffect { f: f2.sqrt(), eta_squared: f2 / (1.0 + f2) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn no_answer_is_none() {
        let design = Design::default();
        assert_eq!(proportion_pooled(0.2, 0.2, 1.0, design), None);
        assert_eq!(proportion_pooled(0.0, 0.2, 1.0, design), None);
        assert_eq!(proportion_arcsine(0.2, 1.2, design), None);
        assert_eq!(proportion_baseline(0.9, 0.2, design), None);
        assert_eq!(mde_proportion(0.5, 1.0, design), None);
        assert_eq!(mde_proportion(0.9, 3.0, design), None);
        assert_eq!(mean_normal(0.0, design), None);
        assert_eq!(mean_t(0.1, Design { two_sided: false, ..design }), None);
        assert_eq!(mde_mean(0.0, 100.0, 0.0, design), None);
        assert_eq!(rate(1.0, 1.0, 0.0, design), None);
        assert_eq!(noninferiority(0.02, 0.0, 0.05, 0.9), None);
        assert_eq!(duration(100.0, 0.0, 1.0, 30.0, 2), None);
        assert_eq!(detectable_eta_squared(4, 4, 0.05, 0.8), None);
        assert_eq!(proportion_pooled(0.2, 0.3, 1.0, Design { alpha: 0.0, ..design }), None);
    }

    #[test]
    fn sizes_and_detectable_effects_invert() {
        let design = Design::default();
        for p in [0.02, 0.15, 0.55] {
            let d = mde_proportion(p, 5000.0, design).unwrap();
            assert_relative_eq!(proportion_pooled(p, p + d, 1.0, design).unwrap(), 5000.0, max_relative = 1e-4);
        }
        let n = rate(1.6, 1.9, 0.4, design).unwrap();
        assert_relative_eq!(mde_rate_ratio(1.6, 0.4, n, design).unwrap(), 1.9 / 1.6, max_relative = 1e-6);
        for (control, treatment) in [(0.2, 0.22), (0.02, 0.03), (0.5, 0.4)] {
            let n = proportion_pooled(control, treatment, 1.0, design).unwrap();
            assert_relative_eq!(proportion_power(control, treatment, n, design).unwrap(), 0.8, max_relative = 1e-3);
        }
        let n = mean_normal(0.1, design).unwrap();
        assert_relative_eq!(mean_power(-0.1, n, design).unwrap(), 0.8, max_relative = 1e-3);
        let n = mean_t(0.2, design).unwrap();
        assert!(n > mean_normal(0.2, design).unwrap());
    }

    #[test]
    fn more_tests_need_more_customers() {
        let alone = proportion_pooled(0.2, 0.22, 1.0, Design::default()).unwrap();
        let shared = proportion_pooled(0.2, 0.22, 1.0, Design::default().shared_among(4)).unwrap();
        assert!(shared > alone);
        assert_eq!(duration(10.0, 1500.0, 1.0, 0.0, 2).unwrap().enrol_weeks, 2);
    }
}
