//! Winsorising and standardising one feature.

use serde::{Deserialize, Serialize};

use crate::stats::measured::Measured;
use crate::stats::quantile;

/// Quantiles at which a feature is cut off, each in 0..=1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Winsor {
    /// Lower quantile.
    pub low: f64,
    /// Upper quantile.
    pub high: f64,
}

impl Winsor {
    /// The canonical ablations' 0.5% and 99.5%.
    pub const CANONICAL: Self = Self { low: 0.005, high: 0.995 };
}

/// How one feature becomes a z-score: clip to `low..=high`, subtract `mean`, divide by `scale`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Lower limit; minus infinity without winsorising.
    pub low: f64,
    /// Upper limit; infinity without winsorising.
    pub high: f64,
    /// Mean of the clipped values.
    pub mean: f64,
    /// Standard deviation (ddof 0) of the clipped values; 1 for a constant feature.
    pub scale: f64,
}

impl Scaling {
    /// Learns the scaling from all values; absent without values or if one is not finite.
    ///
    /// Quantiles are linearly interpolated (type 7); a variance within rounding of 0 counts as 0 (sklearn's
    /// `StandardScaler`), and its feature becomes 0 everywhere.
    pub fn fit(values: &[f64], winsor: Option<Winsor>) -> Measured<Self> {
        if values.is_empty() || values.iter().any(|value| !value.is_finite()) {
            return Measured::absent("the feature has missing values or none at all", "customers with this feature");
        }
        let (low, high) = match winsor {
            None => (f64::NEG_INFINITY, f64::INFINITY),
            Some(winsor) => match limits(values, winsor) {
                Some(limits) => limits,
                None => return Measured::absent("the cut-off quantiles lie outside 0 to 1", "quantiles in 0 to 1"),
            },
        };
        let n = values.len() as f64;
        let clip = |value: f64| value.max(low).min(high);
        let mean = values.iter().map(|&value| clip(value)).sum::<f64>() / n;
        let squares: f64 = values.iter().map(|&value| (clip(value) - mean) * (clip(value) - mean)).sum();
        let variance = squares / n;
        let rounding = n * mean * f64::EPSILON;
        let constant = variance <= n * f64::EPSILON * variance + rounding * rounding;
        Measured::Value(Self { low, high, mean, scale: if constant { 1.0 } else { variance.sqrt() } })
    }

    /// The z-score of one value.
    pub fn apply(&self, value: f64) -> f64 {
        (value.max(self.low).min(self.high) - self.mean) / self.scale
    }
}

/// Values at the two quantiles.
fn limits(values: &[f64], winsor: Winsor) -> Option<(f64, f64)> {
    let mut scratch = values.to_vec();
    let low = quantile::select(&mut scratch, winsor.low)?;
    let high = quantile::select(&mut scratch, winsor.high)?;
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_numpy_and_sklearn() {
        let x = [3., 1., 4., 1., 5., 9., 2., 6., 5., 3., 5., 8.];
        let scaling = Scaling::fit(&x, Some(Winsor { low: 0.1, high: 0.9 }));
        let scaling = scaling.value().unwrap();
        assert!((scaling.low - 1.1).abs() < 1e-12 && (scaling.high - 7.8).abs() < 1e-12);
        assert!((scaling.mean - 4.233333333333333).abs() < 1e-12);
        assert!((scaling.scale - 2.199368596261714).abs() < 1e-12);
        assert!((scaling.apply(9.0) - 1.6216775454232464).abs() < 1e-12);
        assert!((scaling.apply(1.0) + 1.424651301586777).abs() < 1e-12);
    }

    #[test]
    fn constant_features_become_zero() {
        let scaling = Scaling::fit(&[0.1; 7], Some(Winsor::CANONICAL));
        let scaling = scaling.value().unwrap();
        assert!((scaling.scale - 1.0).abs() < 1e-15 && scaling.apply(0.1).abs() < 1e-15);
        assert!(Scaling::fit(&[], None).missing().is_some());
        assert!(Scaling::fit(&[1.0, f64::NAN], None).missing().is_some());
        assert!(Scaling::fit(&[1.0, 2.0], Some(Winsor { low: 0.9, high: 0.1 })).missing().is_some());
    }
}
