//! Random numbers of the generator: one independent stream per customer.
//!
//! A stream is named by (seed, purpose, index) and nothing else, so that what a customer buys depends neither on who
//! came before nor on how the work was cut into chunks.

use crate::stats::rng::Rng;

/// What a stream is for; streams of different purposes never share numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The product catalogue.
    Catalogue,
    /// A customer's orders and lines.
    Customer,
    /// Units and money of a customer's lines (drawn apart: the star layout has none).
    Money,
    /// A customer's orders and lines in a later window.
    Window,
    /// Faults put into a column on purpose.
    Faults,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "generate catalogue",
            Self::Customer => "generate customer",
            Self::Money => "generate money",
            Self::Window => "generate window",
            Self::Faults => "generate faults",
        }
    }
}

/// One stream of random numbers with the distributions that the generator needs.
pub(super) struct Draw(Rng);

impl Draw {
    /// The stream of (seed, purpose, index).
    pub(super) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        Self(Rng::substream(seed, purpose.name(), index))
    }

    /// Uniform on [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }

    /// Uniform on 0..n.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        self.0.below(u64::from(n)) as u32
    }

    /// Shuffles in place.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        self.0.shuffle(items);
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Standard normal.
    pub(super) fn normal(&mut self) -> f64 {
        self.0.normal()
    }

    /// Log-normal with the given mean and standard deviation of the logarithm.
    pub(super) fn log_normal(&mut self, mean: f64, sd: f64) -> f64 {
        libm::exp(mean + sd * self.normal())
    }

    /// Gamma with the given shape and mean 1 (Marsaglia and Tsang 2000, with their boost below shape 1).
    pub(super) fn gamma(&mut self, shape: f64) -> f64 {
        let shape = shape.max(1e-3);
        let boosted = shape.max(1.0) + if shape < 1.0 { shape } else { 0.0 };
        let d = boosted - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        let drawn = loop {
            let x = self.normal();
            let v = 1.0 + c * x;
            if v <= 0.0 {
                continue;
            }
            let v = v * v * v;
            let u = self.uniform();
            if u < 1.0 - 0.0331 * x * x * x * x || libm::log(u.max(1e-300)) < 0.5 * x * x + d * (1.0 - v + libm::log(v))
            {
                break d * v;
            }
        };
        if shape < 1.0 { drawn * libm::pow(self.uniform().max(1e-300), 1.0 / shape) / shape } else { drawn / shape }
    }

    /// Beta with the given mean and concentration (a + b).
    pub(super) fn beta(&mut self, mean: f64, concentration: f64) -> f64 {
        let (a, b) = (mean * concentration, (1.0 - mean) * concentration);
        let (x, y) = (self.gamma(a) * a, self.gamma(b) * b);
        if x + y > 0.0 { x / (x + y) } else { mean }
    }

    /// Index drawn in proportion to the steps of a cumulative sum (ascending, last value = total).
    pub(super) fn pick(&mut self, cumulative: &[f64]) -> usize {
        let total = cumulative.last().copied().unwrap_or(0.0);
        let at = self.uniform() * total;
        cumulative.partition_point(|&c| c <= at).min(cumulative.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let n = 40_000;
        let values: Vec<f64> = (0..n).map(|_| draw()).collect();
        let mean = values.iter().sum::<f64>() / f64::from(n);
        let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / f64::from(n - 1);
        (mean, variance)
    }

    #[test]
    fn the_distributions_have_their_moments() {
        let mut draw = Draw::new(1, Purpose::Customer, 0);
        for (name, mean, variance, got) in [
            ("uniform", 0.5_f64, 1.0_f64 / 12.0, moments(|| draw.uniform())),
            ("normal", 0.0, 1.0, moments(|| draw.normal())),
            ("gamma 0.4", 1.0, 2.5, moments(|| draw.gamma(0.4))),
            ("gamma 3", 1.0, 1.0 / 3.0, moments(|| draw.gamma(3.0))),
            ("beta", 0.3, 0.3 * 0.7 / 11.0, moments(|| draw.beta(0.3, 10.0))),
            ("below", 4.5, 8.25, moments(|| f64::from(draw.below(10)))),
            ("log-normal", 1.105_170_918, 0.270_427_9, moments(|| draw.log_normal(0.0, 0.447_213_595))),
        ] {
            // Six standard errors of a mean of 40,000; variances within 10%.
            assert!((got.0 - mean).abs() < 6.0 * (variance / 40_000.0).sqrt(), "{name}: mean {got:?}, wanted {mean}");
            assert!((got.1 / variance - 1.0).abs() < 0.1, "{name}: variance {got:?}, wanted {variance}");
        }
    }

    #[test]
    fn streams_are_apart_and_repeat() {
        let first = |purpose, index| Draw::new(7, purpose, index).uniform().to_bits();
        assert_eq!(first(Purpose::Customer, 3), first(Purpose::Customer, 3));
        assert_ne!(first(Purpose::Customer, 3), first(Purpose::Customer, 4));
        assert_ne!(first(Purpose::Customer, 3), first(Purpose::Money, 3));
    }

    #[test]
    fn picks_follow_the_weights() {
        let mut draw = Draw::new(3, Purpose::Catalogue, 0);
        let cumulative = [1.0, 1.0, 4.0];
        let mut counts = [0_u32; 3];
        for _ in 0..8000 {
            counts[draw.pick(&cumulative)] += 1;
        }
        assert_eq!(counts[1], 0);
        assert!(counts[0].abs_diff(2000) < 200, "{counts:?}");
    }
}
