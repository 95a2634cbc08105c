//! Hours and weekdays live on a circle: 23 and 1 average to 0, not to 12.

use std::f64::consts::PI;

/// The unit vectors of the whole steps of one period.
#[derive(Clone, Debug)]
pub struct Circle {
    period: f64,
    vectors: Vec<(f64, f64)>,
}

impl Circle {
    /// The 24 hours of a day.
    pub fn hours() -> Self {
        Self::of(24)
    }

    /// The 7 days of a week.
    pub fn weekdays() -> Self {
        Self::of(7)
    }

    fn of(period: u8) -> Self {
        let step = 2.0 * PI / f64::from(period);
        let vectors = (0..period).map(|i| libm::sincos(f64::from(i) * step)).collect();
        Self { period: f64::from(period), vectors }
    }

    /// The period: 24 hours or 7 days.
    pub fn period(&self) -> f64 {
        self.period
    }
}

/// Sum of unit vectors; its direction is the circular mean, its length tells the spread.
///
/// Same definitions as `scipy.stats.circmean(high=period)` and `circstd`, with the edges of a whole
/// circle made whole: the mean never equals the period, the spread never exceeds half of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CircularSum {
    sin: f64,
    cos: f64,
    n: u32,
    /// Bit `i` is set if step `i` occurred.
    seen: u32,
}

impl CircularSum {
    /// Adds one whole step; a step outside the period is ignored.
    pub fn add(&mut self, circle: &Circle, step: u8) {
        if let Some(&(sin, cos)) = circle.vectors.get(usize::from(step)) {
            self.sin += sin;
            self.cos += cos;
            self.n += 1;
            self.seen |= 1 << step;
        }
    }

    /// Length of the mean vector, 0..=1; NaN if empty.
    pub fn resultant(&self) -> f64 {
        let n = f64::from(self.n);
        libm::hypot(self.sin / n, self.cos / n)
    }

    /// Direction of the mean vector in `[0, period)`; NaN if empty or without direction (length below 1e-12).
    pub fn mean(&self, circle: &Circle) -> f64 {
        let resultant = self.resultant();
        if resultant.is_nan() || resultant < 1e-12 {
            return f64::NAN;
        }
        let mean = libm::atan2(self.sin, self.cos) * circle.period / (2.0 * PI);
        let mean = if mean < 0.0 { mean + circle.period } else { mean };
        // A hair below 0 would come out as the period itself, which is 0 again.
        if circle.period - mean < 1e-12 * circle.period { 0.0 } else { mean }
    }

    /// sqrt(-2 ln R) x period / 2 pi, at most half the period; 0 for equal steps; NaN if empty.
    pub fn std(&self, circle: &Circle) -> f64 {
        if self.n == 0 {
            return f64::NAN;
        }
        if self.seen.is_power_of_two() {
            return 0.0;
        }
        let resultant = self.resultant();
        let half = circle.period / 2.0;
        if resultant <= 0.0 {
            return half;
        }
        let spread = (-2.0 * libm::log(resultant)).max(0.0).sqrt() * circle.period / (2.0 * PI);
        spread.min(half)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    fn sum(circle: &Circle, steps: &[u8]) -> CircularSum {
        let mut sum = CircularSum::default();
        for &step in steps {
            sum.add(circle, step);
        }
        sum
    }

    #[test]
    fn scipy_agrees() {
        // Cases S001..S008 of the statistical reference (scipy 1.17.1).
        let (day, week) = (Circle::hours(), Circle::weekdays());
        let cases: [(&Circle, &[u8], f64, f64); 6] = [
            (&day, &[23, 0, 1, 2], 0.4999999999999991, 1.123545105411414),
            (&day, &[8, 7, 12, 7, 15, 7, 9, 14, 16, 8], 9.971437346823455, 3.580711587758342),
            (&week, &[2, 3, 3, 4, 4, 2, 1, 1, 1, 4], 2.5000000000000004, 1.3232980346714782),
            (&week, &[6, 0, 0, 6, 5], 6.222056074701365, 0.76550753143606),
            (&day, &[0, 23, 1], 0.0, 0.8188482906580697),
            (&day, &[0, 3, 9, 14, 20], 0.2897781010180963, 7.757516386272917),
        ];
        for (circle, steps, mean, std) in cases {
            let found = sum(circle, steps);
            assert!((found.mean(circle) - mean).abs() <= 1e-9 * mean.abs().max(1.0), "{steps:?}");
            assert!((found.std(circle) - std).abs() <= 1e-9 * std, "{steps:?}");
        }
        assert!(sum(&day, &[6, 18]).mean(&day).is_nan());
        assert_eq!(sum(&day, &[6, 18]).std(&day), 12.0);
        assert_eq!(sum(&day, &[5, 5, 5]).std(&day), 0.0);
    }

    #[test]
    fn edges_of_the_circle() {
        let days = Circle::weekdays();
        assert_eq!(sum(&days, &[6, 6, 6]).std(&days), 0.0);
        assert_eq!(sum(&days, &[0, 0]).mean(&days), 0.0);
        assert_eq!(sum(&Circle::hours(), &[23, 1]).mean(&Circle::hours()), 0.0);
        let everywhere = sum(&days, &[0, 1, 2, 3, 4, 5, 6]);
        assert!(everywhere.mean(&days).is_nan());
        assert_eq!(everywhere.std(&days), 3.5);
        assert!(sum(&days, &[]).std(&days).is_nan());
        assert_eq!(sum(&days, &[200]), CircularSum::default());
    }
}
