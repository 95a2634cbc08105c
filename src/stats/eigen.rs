//! Eigenvalues and eigenvectors of a symmetric matrix.

use super::matrix::Matrix;
use crate::ordered::order_by;
use crate::pace::{Cancelled, Pace, block_on};

/// Why a decomposition has no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EigenError {
    /// The matrix is not square.
    #[error("a {rows} x {columns} matrix has no eigenvalues")]
    NotSquare {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// A value is NaN or infinite.
    #[error("row {row} of the matrix holds a value that is not finite")]
    NotFinite {
        /// First such row.
        row: usize,
    },
    /// The iteration did not settle (never seen on finite symmetric input).
    #[error("eigenvalue {index} did not converge")]
    NotConverged {
        /// Its index.
        index: usize,
    },
    /// The host stopped the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Eigenpairs of a symmetric matrix, the largest eigenvalue first.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// Eigenvalues, descending.
    pub values: Vec<f64>,
    /// One eigenvector of length 1 per row, in the order of `values`; its sign is arbitrary.
    pub vectors: Matrix<f64>,
}

/// Eigen decomposition of the symmetric n x n matrix `a` (its lower triangle is read).
///
/// Householder reduction to tridiagonal form, then implicit QL with Wilkinson-like shifts: the EISPACK
/// routines `tred2` and `tql2` (Bowdler, Martin, Reinsch, Wilkinson 1968) in fixed order. O(n^3).
pub fn symmetric_eigen(a: &Matrix<f64>) -> Result<Eigen, EigenError> {
    block_on(symmetric_eigen_paced(a, &Pace::unhurried()))
}

/// [`symmetric_eigen`] for hundreds of rows, which takes long enough to let the host have its turn.
pub async fn symmetric_eigen_paced(a: &Matrix<f64>, pace: &Pace) -> Result<Eigen, EigenError> {
    let n = a.rows();
    if a.columns() != n {
        return Err(EigenError::NotSquare { rows: n, columns: a.columns() });
    }
    if let Some(row) = (0..n).find(|&i| a.row(i).iter().any(|value| !value.is_finite())) {
        return Err(EigenError::NotFinite { row });
    }
    if n == 0 {
        return Ok(Eigen { values: Vec::new(), vectors: Matrix::zeros(0, 0) });
    }
    let mut v: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| a.row(i.max(j))[i.min(j)]).collect()).collect();
    let mut d = vec![0.0; n];
    let mut e = vec![0.0; n];
    tridiagonalise(&mut v, &mut d, &mut e, pace).await?;
    // The rotations mix columns; on the transpose they run along rows.
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|j| (0..n).map(|i| v[i][j]).collect()).collect();
    implicit_ql(&mut vectors, &mut d, &mut e, pace).await?;
    let mut order: Vec<usize> = (0..n).collect();
    order_by(&mut order, |&i, &j| d[j].total_cmp(&d[i]).then(i.cmp(&j)));
    let mut sorted = Matrix::zeros(n, n);
    for (to, &from) in order.iter().enumerate() {
        sorted.row_mut(to).copy_from_slice(&vectors[from]);
    }
    Ok(Eigen { values: order.iter().map(|&i| d[i]).collect(), vectors: sorted })
}

/// `tred2`: on return `d` is the diagonal, `e[1..]` the sub-diagonal and `v` the transformation.
async fn tridiagonalise(v: &mut [Vec<f64>], d: &mut [f64], e: &mut [f64], pace: &Pace) -> Result<(), Cancelled> {
    let n = d.len();
    d.copy_from_slice(&v[n - 1]);
    for i in (1..n).rev() {
        pace.tick((n - i) as u64, 3 * n as u64).await?;
        let scale: f64 = d[..i].iter().map(|x| x.abs()).sum();
        let mut h = 0.0;
        if scale <= 0.0 {
            e[i] = d[i - 1];
            for j in 0..i {
                d[j] = v[i - 1][j];
                v[i][j] = 0.0;
                v[j][i] = 0.0;
            }
        } else {
            for x in &mut d[..i] {
                *x /= scale;
                h += *x * *x;
            }
            let f = d[i - 1];
            let g = if f > 0.0 { -h.sqrt() } else { h.sqrt() };
            e[i] = scale * g;
            h -= f * g;
            d[i - 1] = f - g;
            e[..i].fill(0.0);
            for j in 0..i {
                let f = d[j];
                v[j][i] = f;
                let mut g = e[j] + v[j][j] * f;
                for k in j + 1..i {
                    g += v[k][j] * d[k];
                    e[k] += v[k][j] * f;
                }
                e[j] = g;
            }
            let mut f = 0.0;
            for j in 0..i {
                e[j] /= h;
                f += e[j] * d[j];
            }
            let hh = f / (h + h);
            for j in 0..i {
                e[j] -= hh * d[j];
            }
            for j in 0..i {
                let (f, g) = (d[j], e[j]);
                for k in j..i {
                    v[k][j] -= f * e[k] + g * d[k];
                }
                d[j] = v[i - 1][j];
                v[i][j] = 0.0;
            }
        }
        d[i] = h;
    }
    for i in 0..n - 1 {
        pace.tick((n + i) as u64, 3 * n as u64).await?;
        v[n - 1][i] = v[i][i];
        v[i][i] = 1.0;
        let h = d[i + 1];
        if h != 0.0 {
            for k in 0..=i {
                d[k] = v[k][i + 1] / h;
            }
            for j in 0..=i {
                let g: f64 = (0..=i).map(|k| v[k][i + 1] * v[k][j]).sum();
                for k in 0..=i {
                    v[k][j] -= g * d[k];
                }
            }
        }
        for row in v.iter_mut().take(i + 1) {
            row[i + 1] = 0.0;
        }
    }
    for j in 0..n {
        d[j] = v[n - 1][j];
        v[n - 1][j] = 0.0;
    }
    v[n - 1][n - 1] = 1.0;
    e[0] = 0.0;
    Ok(())
}

/// `tql2` on transposed vectors: row i of `v` becomes the eigenvector of `d[i]`.
async fn implicit_ql(v: &mut [Vec<f64>], d: &mut [f64], e: &mut [f64], pace: &Pace) -> Result<(), EigenError> {
    let n = d.len();
    e.rotate_left(1);
    e[n - 1] = 0.0;
    let mut f = 0.0;
    let mut tiny: f64 = 0.0;
    for l in 0..n {
        pace.tick((2 * n + l) as u64, 3 * n as u64).await?;
        tiny = tiny.max(d[l].abs() + e[l].abs());
        let mut m = l;
        while m < n - 1 && e[m].abs() > f64::EPSILON * tiny {
            m += 1;
        }
        if m > l {
            let mut rounds = 0;
            loop {
                rounds += 1;
                if rounds > 60 {
                    return Err(EigenError::NotConverged { index: l });
                }
                let mut g = d[l];
                let mut p = (d[l + 1] - g) / (2.0 * e[l]);
                let mut r = libm::hypot(p, 1.0);
                if p < 0.0 {
                    r = -r;
                }
                d[l] = e[l] / (p + r);
                d[l + 1] = e[l] * (p + r);
                let dl1 = d[l + 1];
                let h = g - d[l];
                for x in &mut d[l + 2..] {
                    *x -= h;
                }
                f += h;
                p = d[m];
                let (mut c, mut c2, mut c3) = (1.0, 1.0, 1.0);
                let el1 = e[l + 1];
                let (mut s, mut s2) = (0.0, 0.0);
                for i in (l..m).rev() {
                    c3 = c2;
                    c2 = c;
                    s2 = s;
                    g = c * e[i];
                    let h = c * p;
                    r = libm::hypot(p, e[i]);
                    e[i + 1] = s * r;
                    s = e[i] / r;
                    c = p / r;
                    p = c * d[i] - s * g;
                    d[i + 1] = h + s * (c * g + s * d[i]);
                    let (low, high) = v.split_at_mut(i + 1);
                    for (x, y) in low[i].iter_mut().zip(&mut high[0]) {
                        let h = *y;
                        *y = s * *x + c * h;
                        *x = c * *x - s * h;
                    }
                }
                p = -s * s2 * c3 * el1 * e[l] / dl1;
                e[l] = s * p;
                d[l] = c * p;
                if e[l].abs() <= f64::EPSILON * tiny {
                    break;
                }
            }
        }
        d[l] += f;
        e[l] = 0.0;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn residual(a: &Matrix<f64>, eigen: &Eigen) -> f64 {
        let n = a.rows();
        let mut worst: f64 = 0.0;
        for c in 0..n {
            let v = eigen.vectors.row(c);
            for i in 0..n {
                let av: f64 = a.row(i).iter().zip(v).map(|(x, y)| x * y).sum();
                worst = worst.max((av - eigen.values[c] * v[i]).abs());
            }
            for other in 0..=c {
                let dot: f64 = eigen.vectors.row(other).iter().zip(v).map(|(x, y)| x * y).sum();
                worst = worst.max((dot - f64::from(u8::from(other == c))).abs());
            }
        }
        worst
    }

    #[test]
    fn known_spectra() {
        // The second-difference matrix has eigenvalues 2 - 2 cos(pi j / (n + 1)).
        let n = 149;
        let mut a = Matrix::zeros(n, n);
        for i in 0..n {
            a.row_mut(i)[i] = 2.0;
            if i > 0 {
                a.row_mut(i)[i - 1] = -1.0;
                a.row_mut(i - 1)[i] = -1.0;
            }
        }
        let eigen = symmetric_eigen(&a).unwrap();
        for (j, value) in eigen.values.iter().enumerate() {
            let expected = 2.0 - 2.0 * libm::cos(std::f64::consts::PI * (n - j) as f64 / (n + 1) as f64);
            assert!((value - expected).abs() < 1e-12, "{j}: {value} {expected}");
        }
        assert!(residual(&a, &eigen) < 1e-11);
    }

    #[test]
    fn dense_repeated_and_singular() {
        for n in [1, 2, 3, 7, 30] {
            for kind in 0..3 {
                let mut a = Matrix::zeros(n, n);
                for i in 0..n {
                    for j in 0..n {
                        a.row_mut(i)[j] = match kind {
                            0 => ((i * 7 + j * 7 + i * j) % 11) as f64 - 5.0,
                            1 => f64::from(u8::from(i == j)),
                            _ => 1.0,
                        };
                    }
                }
                let eigen = symmetric_eigen(&a).unwrap();
                assert!(residual(&a, &eigen) < 1e-11, "n {n} kind {kind}: {}", residual(&a, &eigen));
                assert!(eigen.values.windows(2).all(|w| w[0] >= w[1]));
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(matches!(symmetric_eigen(&Matrix::zeros(2, 3)), Err(EigenError::NotSquare { .. })));
        let nan = Matrix::new(vec![1.0, f64::NAN, f64::NAN, 1.0], 2, 2).unwrap();
        assert!(matches!(symmetric_eigen(&nan), Err(EigenError::NotFinite { row: 0 })));
        assert!(symmetric_eigen(&Matrix::zeros(0, 0)).unwrap().values.is_empty());
    }
}
