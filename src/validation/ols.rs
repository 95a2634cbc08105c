//! Least squares for the continuous contender and for what the median split costs.

/// Coefficients of a linear model, intercept first; predicts what it was not fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Intercept, then one per column.
    pub coefficients: Vec<f64>,
}

/// Ridge on the standardised columns, relative to n: only keeps collinear columns from blowing up.
const RIDGE: f64 = 1e-8;

impl Linear {
    /// Least squares of `y` on `columns` (one slice per predictor, all as long as `y`); `None` without rows
    /// or where a value is not finite.
    ///
    /// Columns are centred and scaled, the normal equations solved by Cholesky; constant columns get 0.
    pub fn fit(columns: &[&[f64]], y: &[f64]) -> Option<Self> {
        let n = y.len();
        if n == 0 || columns.iter().any(|column| column.len() != n) {
            return None;
        }
        let mean = |x: &[f64]| x.iter().sum::<f64>() / n as f64;
        let y_mean = mean(y);
        let means: Vec<f64> = columns.iter().map(|column| mean(column)).collect();
        let scales: Vec<f64> = columns
            .iter()
            .zip(&means)
            .map(|(column, m)| (column.iter().map(|x| (x - m) * (x - m)).sum::<f64>() / n as f64).sqrt())
            .collect();
        if !(y_mean.is_finite() && scales.iter().all(|scale| scale.is_finite())) {
            return None;
        }
        let varies: Vec<usize> =
            (0..columns.len()).filter(|&j| scales[j] > 1e-12 * means[j].abs() && scales[j] > 0.0).collect();
        let p = varies.len();
        let z: Vec<Vec<f64>> =
            varies.iter().map(|&j| columns[j].iter().map(|x| (x - means[j]) / scales[j]).collect()).collect();
        let centred: Vec<f64> = y.iter().map(|y| y - y_mean).collect();
        let mut gram = vec![0.0; p * p];
        let mut moment = vec![0.0; p];
        for a in 0..p {
            moment[a] = dot(&z[a], &centred);
            for b in 0..=a {
                let sum = dot(&z[a], &z[b]);
                gram[a * p + b] = sum;
                gram[b * p + a] = sum;
            }
            gram[a * p + a] += RIDGE * n as f64;
        }
        let beta = solve(gram, moment, p)?;
        let mut coefficients = vec![0.0; columns.len() + 1];
        coefficients[0] = y_mean;
        for (&j, b) in varies.iter().zip(beta) {
            coefficients[j + 1] = b / scales[j];
            coefficients[0] -= b / scales[j] * means[j];
        }
        coefficients.iter().all(|c| c.is_finite()).then_some(Self { coefficients })
    }

    /// Predictions for rows of the same columns.
    pub fn predict(&self, columns: &[&[f64]], rows: usize) -> Vec<f64> {
        let intercept = self.coefficients.first().copied().unwrap_or(0.0);
        let mut out = vec![intercept; rows];
        for (column, b) in columns.iter().zip(self.coefficients.iter().skip(1)) {
            for (value, x) in out.iter_mut().zip(*column) {
                *value += b * x;
            }
        }
        out
    }
}

/// Sum of products in four fixed lanes.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 4];
    for (a, b) in a.chunks(4).zip(b.chunks(4)) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum()
}

/// Solves `a x = b` for symmetric positive definite `a` of order `p`, row-major; `None` if it is not.
fn solve(mut a: Vec<f64>, mut b: Vec<f64>, p: usize) -> Option<Vec<f64>> {
    for j in 0..p {
        for k in 0..j {
            let l = a[j * p + k];
            for i in j..p {
                a[i * p + j] -= a[i * p + k] * l;
            }
        }
        let pivot = a[j * p + j];
        if pivot.is_nan() || pivot <= 0.0 {
            return None;
        }
        let root = pivot.sqrt();
        for i in j..p {
            a[i * p + j] /= root;
        }
    }
    for i in 0..p {
        for k in 0..i {
            b[i] -= a[i * p + k] * b[k];
        }
        b[i] /= a[i * p + i];
    }
    for i in (0..p).rev() {
        for k in i + 1..p {
            b[i] -= a[k * p + i] * b[k];
        }
        b[i] /= a[i * p + i];
    }
    Some(b)
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    #[test]
    fn an_exact_plane_is_found() {
        let a: Vec<f64> = (0..50).map(|i| f64::from(i % 7)).collect();
        let b: Vec<f64> = (0..50).map(|i| f64::from(i * i % 11)).collect();
        let y: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 3.0 + 2.0 * a - 0.5 * b).collect();
        let model = Linear::fit(&[&a, &b], &y).unwrap();
        for (found, expected) in model.coefficients.iter().zip([3.0, 2.0, -0.5]) {
            assert!((found - expected).abs() < 1e-6, "{:?}", model.coefficients);
        }
        assert!((model.predict(&[&[1.0], &[2.0]], 1)[0] - 4.0).abs() < 1e-6);
    }

    #[test]
    fn the_figures_of_numpy() {
        // numpy.linalg.lstsq on [1, x] with x = 1..5, y = 2, 4, 5, 4, 5: 2.2, 0.6.
        let model = Linear::fit(&[&[1.0, 2.0, 3.0, 4.0, 5.0]], &[2.0, 4.0, 5.0, 4.0, 5.0]).unwrap();
        assert!((model.coefficients[0] - 2.2).abs() < 1e-7 && (model.coefficients[1] - 0.6).abs() < 1e-7);
    }

    #[test]
    fn constant_and_repeated_columns_do_no_harm() {
        let x = [1.0, 2.0, 3.0, 4.0];
        let model = Linear::fit(&[&x, &[7.0; 4], &x], &[2.0, 4.0, 6.0, 8.0]).unwrap();
        let predicted = model.predict(&[&[5.0], &[7.0], &[5.0]], 1)[0];
        assert!((predicted - 10.0).abs() < 1e-5, "{predicted}");
        assert_eq!(model.coefficients[2], 0.0);
        assert_eq!(Linear::fit(&[&[]], &[]), None);
        assert_eq!(Linear::fit(&[&[f64::NAN, 1.0]], &[1.0, 2.0]), None);
    }
}
