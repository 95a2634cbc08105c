//! D'Agostino and Pearson's omnibus test of normality.

use super::{chi_squared, describe};

/// K² = Z(skewness)² + Z(kurtosis)².
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NormalTest {
    /// The statistic.
    pub k2: f64,
    /// `P(χ²₂ > K²)`.
    pub p: f64,
}

/// scipy's `normaltest` (which moves a skewness of exactly 0 to 1; we do not); `None` below 8 values (the skewness test's limit) and for a constant column.
pub fn normal_test(x: &[f64]) -> Option<NormalTest> {
    if x.len() < 8 {
        return None;
    }
    let n = x.len() as f64;
    let mean = describe::mean(x)?;
    let m2 = describe::sum_by(x, |v| (v - mean) * (v - mean)) / n;
    let m4 = describe::sum_by(x, |v| (v - mean) * (v - mean) * (v - mean) * (v - mean)) / n;
    let zs = skewness_z(describe::skewness(x)?.g1, n);
    let zk = kurtosis_z(m4 / (m2 * m2), n)?;
    let k2 = zs * zs + zk * zk;
    Some(NormalTest { k2, p: chi_squared::sf(k2, 2.0)? })
}

/// D'Agostino (1970): the transformed skewness.
fn skewness_z(g1: f64, n: f64) -> f64 {
    let y = g1 * ((n + 1.0) * (n + 3.0) / (6.0 * (n - 2.0))).sqrt();
    let beta2 =
        3.0 * (n * n + 27.0 * n - 70.0) * (n + 1.0) * (n + 3.0) / ((n - 2.0) * (n + 5.0) * (n + 7.0) * (n + 9.0));
    let w2 = -1.0 + (2.0 * (beta2 - 1.0)).sqrt();
    let delta = 1.0 / (0.5 * libm::log(w2)).sqrt();
    let alpha = (2.0 / (w2 - 1.0)).sqrt();
    delta * libm::asinh(y / alpha)
}

/// Anscombe and Glynn (1983): the transformed kurtosis.
fn kurtosis_z(b2: f64, n: f64) -> Option<f64> {
    let expected = 3.0 * (n - 1.0) / (n + 1.0);
    let variance = 24.0 * n * (n - 2.0) * (n - 3.0) / ((n + 1.0) * (n + 1.0) * (n + 3.0) * (n + 5.0));
    let x = (b2 - expected) / variance.sqrt();
    let root_beta1 = 6.0 * (n * n - 5.0 * n + 2.0) / ((n + 7.0) * (n + 9.0))
        * (6.0 * (n + 3.0) * (n + 5.0) / (n * (n - 2.0) * (n - 3.0))).sqrt();
    let a = 6.0 + 8.0 / root_beta1 * (2.0 / root_beta1 + (1.0 + 4.0 / (root_beta1 * root_beta1)).sqrt());
    let denominator = 1.0 + x * (2.0 / (a - 4.0)).sqrt();
    if denominator == 0.0 {
        return None;
    }
    let cube = libm::cbrt((1.0 - 2.0 / a) / denominator.abs()).copysign(denominator);
    Some((1.0 - 2.0 / (9.0 * a) - cube) / (2.0 / (9.0 * a)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn same_as_scipy() {
        // scipy 1.17.1: normaltest([1..7, 20]), normaltest(np.arange(1, 31) ** 2)
        let x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 20.0];
        assert_relative_eq!(normal_test(&x).unwrap().k2, K2.0, max_relative = 1e-12);
        let x: Vec<f64> = (1..=30).map(|i| f64::from(i * i)).collect();
        assert_relative_eq!(normal_test(&x).unwrap().k2, K2.1, max_relative = 1e-12);
    }
    const K2: (f64, f64) = (14.953530075532672, 3.8582005415682414);

    #[test]
    fn undefined_is_none() {
        assert_eq!(normal_test(&[1.0; 20]), None);
        assert_eq!(normal_test(&[1.0, 2.0, 3.0]), None);
    }
}
