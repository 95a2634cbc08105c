//! Hours and weekdays live on a circle: 23 and 1 average to 0, not to 12.

use std::f64::consts::PI;

use crate::stats::circular::{Circular, from_sums};

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

    /// Mean and spread; `None` if empty. Definitions and edges: [`crate::stats::circular`].
    pub fn describe(&self, circle: &Circle) -> Option<Circular> {
        let mut found = from_sums(self.sin, self.cos, f64::from(self.n), circle.period)?;
        if self.seen.is_power_of_two() {
            // Equal steps have no spread; their summed vectors say so only up to rounding.
            found.std = 0.0;
        }
        Some(found)
    }

    /// `(mean, std)`, NaN where undefined.
    pub fn mean_and_std(&self, circle: &Circle) -> (f64, f64) {
        let found = self.describe(circle);
        (found.and_then(|c| c.mean).unwrap_or(f64::NAN), found.map_or(f64::NAN, |c| c.std))
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
            let found = sum(circle, steps).mean_and_std(circle);
            assert!((found.0 - mean).abs() <= 1e-9 * mean.abs().max(1.0), "{steps:?}");
            assert!((found.1 - std).abs() <= 1e-9 * std, "{steps:?}");
        }
        let opposite = sum(&day, &[6, 18]).describe(&day).unwrap();
        assert_eq!((opposite.mean, opposite.std), (None, 12.0));
        assert_eq!(sum(&day, &[5, 5, 5]).mean_and_std(&day).1, 0.0);
    }

    #[test]
    fn edges_of_the_circle() {
        let days = Circle::weekdays();
        assert_eq!(sum(&days, &[6, 6, 6]).mean_and_std(&days).1, 0.0);
        assert_eq!(sum(&days, &[0, 0]).mean_and_std(&days).0, 0.0);
        let everywhere = sum(&days, &[0, 1, 2, 3, 4, 5, 6]).describe(&days).unwrap();
        assert_eq!((everywhere.mean, everywhere.std), (None, 3.5));
        assert_eq!(sum(&days, &[]).describe(&days), None);
        assert_eq!(sum(&days, &[200]), CircularSum::default());
    }
}
