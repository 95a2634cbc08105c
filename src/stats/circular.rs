//! Mean and spread on a circle: hours of the day (period 24), days of the week (period 7).

use std::f64::consts::TAU;

/// Below this mean resultant length the direction is rounding noise and the mean undefined.
const DIRECTIONLESS: f64 = 1e-12;

/// Circular mean and standard deviation in the unit of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circular {
    /// `atan2(Σ sin, Σ cos) · P/2π` in `0..P` (never P itself, unlike scipy); `None` when R < 1e-12.
    pub mean: Option<f64>,
    /// `√(-2 ln R) · P/2π`, capped at P/2 (R → 0 would be infinite); 0 when all values are the same.
    pub std: f64,
    /// Mean resultant length R, 0..=1.
    pub resultant: f64,
}

/// Circular mean and spread of values with `period`; `None` for an empty slice or a period that is not positive.
pub fn circular(x: &[f64], period: f64) -> Option<Circular> {
    let &first = x.first()?;
    let scale = TAU / period;
    let (mut sines, mut cosines) = (0.0, 0.0);
    for &v in x {
        sines += libm::sin(v * scale);
        cosines += libm::cos(v * scale);
    }
    let mut found = from_sums(sines, cosines, x.len() as f64, period)?;
    if x.iter().all(|&v| v == first) {
        // R of equal directions is 1 only up to rounding, and the root makes 1e-16 into 1e-8.
        found.std = 0.0;
    }
    Some(found)
}

/// The same from the sums of sines and cosines of `count` directions.
///
/// For callers that look the sine of an hour up in a table of 24. `None` unless `count` and `period` are positive.
pub fn from_sums(sines: f64, cosines: f64, count: f64, period: f64) -> Option<Circular> {
    if !(count > 0.0 && period > 0.0) {
        return None;
    }
    let (s, c) = (sines / count, cosines / count);
    let resultant = (s * s + c * c).sqrt().min(1.0);
    let unit = period / TAU;
    let cap = period / 2.0;
    if resultant < DIRECTIONLESS {
        return Some(Circular { mean: None, std: cap, resultant });
    }
    let mut mean = libm::atan2(s, c) * unit;
    if mean < 0.0 {
        mean += period;
    }
    if period - mean <= 4.0 * f64::EPSILON * period {
        mean = 0.0;
    }
    let std = if 1.0 - resultant <= 2.0 * f64::EPSILON {
        0.0
    } else {
        ((-2.0 * libm::log(resultant)).sqrt() * unit).min(cap)
    };
    Some(Circular { mean: Some(mean), std, resultant })
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn midnight_is_not_noon() {
        let found = circular(&[23.0, 0.0], 24.0).unwrap();
        assert_relative_eq!(found.mean.unwrap(), 23.5, epsilon = 1e-12);
    }

    #[test]
    fn degenerate_inputs() {
        assert_eq!(circular(&[], 24.0), None);
        assert_eq!(circular(&[1.0], 0.0), None);
        let one = circular(&[7.0], 24.0).unwrap();
        assert_eq!(one.std, 0.0);
        assert_relative_eq!(one.mean.unwrap(), 7.0, epsilon = 1e-12);
        let opposite = circular(&[6.0, 18.0], 24.0).unwrap();
        assert_eq!((opposite.mean, opposite.std), (None, 12.0));
    }

    #[test]
    fn mean_never_reaches_the_period() {
        for shift in 0..240 {
            let x: Vec<f64> = [-1.0, 0.0, 1.0].iter().map(|d| f64::from(shift) / 10.0 + d).collect();
            let mean = circular(&x, 24.0).unwrap().mean.unwrap();
            assert!((0.0..24.0).contains(&mean), "{mean}");
        }
    }
}
