//! Cholesky factor of a symmetric positive definite matrix.

use super::matrix::Matrix;

/// Lower triangular L with L L' = a (the lower triangle of `a` is read); `None` unless positive definite.
pub fn cholesky(a: &Matrix<f64>) -> Option<Matrix<f64>> {
    let n = a.rows();
    if a.columns() != n {
        return None;
    }
    let mut l = Matrix::zeros(n, n);
    for i in 0..n {
        for j in 0..=i {
            let mut sum = a.row(i)[j];
            for m in 0..j {
                sum -= l.row(i)[m] * l.row(j)[m];
            }
            if i == j {
                if !(sum > 0.0 && sum.is_finite()) {
                    return None;
                }
                l.row_mut(i)[i] = sum.sqrt();
            } else {
                l.row_mut(i)[j] = sum / l.row(j)[j];
            }
        }
    }
    Some(l)
}

/// ln det of the factored matrix: `2 sum ln L_ii`.
pub fn log_determinant(l: &Matrix<f64>) -> f64 {
    2.0 * (0..l.rows()).map(|i| libm::log(l.row(i)[i])).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_factor() {
        let a = Matrix::from_rows(&[[4.0, 12.0, -16.0], [12.0, 37.0, -43.0], [-16.0, -43.0, 98.0]]).unwrap();
        let l = cholesky(&a).unwrap();
        assert_eq!(l.values(), &[2.0, 0.0, 0.0, 6.0, 1.0, 0.0, -8.0, 5.0, 3.0]);
        assert!((log_determinant(&l) - libm::log(36.0)).abs() < 1e-12);
    }

    #[test]
    fn indefinite_matrices_have_none() {
        assert!(cholesky(&Matrix::from_rows(&[[1.0, 2.0], [2.0, 1.0]]).unwrap()).is_none());
        assert!(cholesky(&Matrix::from_rows(&[[f64::NAN]]).unwrap()).is_none());
        assert!(cholesky(&Matrix::zeros(2, 3)).is_none());
        assert!(cholesky(&Matrix::zeros(0, 0)).is_some());
    }
}
