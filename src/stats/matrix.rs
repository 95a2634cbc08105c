//! A dense matrix of rows: observations down, features across.

/// A coordinate that widens to `f64` before anything is summed: `f32` in distance kernels, `f64` elsewhere.
pub trait Coordinate: Copy + Default + PartialEq + PartialOrd + Into<f64> + 'static {
    /// The nearest value of this type.
    fn narrow(value: f64) -> Self;
}

impl Coordinate for f64 {
    fn narrow(value: f64) -> Self {
        value
    }
}

impl Coordinate for f32 {
    fn narrow(value: f64) -> Self {
        value as f32
    }
}

/// A row-major matrix of shape rows x columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix<T> {
    values: Vec<T>,
    rows: usize,
    columns: usize,
}

impl<T: Coordinate> Matrix<T> {
    /// `rows * columns` zeros.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { values: vec![T::default(); rows * columns], rows, columns }
    }

    /// Row-major `values` of shape `rows` x `columns`; `None` if the lengths disagree.
    pub fn new(values: Vec<T>, rows: usize, columns: usize) -> Option<Self> {
        (rows.checked_mul(columns) == Some(values.len())).then_some(Self { values, rows, columns })
    }

    /// One slice per row; `None` if the rows have different lengths.
    pub fn from_rows<R: AsRef<[T]>>(rows: &[R]) -> Option<Self> {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        let mut values = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            if row.as_ref().len() != columns {
                return None;
            }
            values.extend_from_slice(row.as_ref());
        }
        Some(Self { values, rows: rows.len(), columns })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Row `i`. Panics if `i` is not below [`Matrix::rows`].
    pub fn row(&self, i: usize) -> &[T] {
        &self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// Row `i`, to write to. Panics if `i` is not below [`Matrix::rows`].
    pub fn row_mut(&mut self, i: usize) -> &mut [T] {
        &mut self.values[i * self.columns..(i + 1) * self.columns]
    }

    /// All rows in order (none if there are no columns).
    pub fn iter_rows(&self) -> std::slice::ChunksExact<'_, T> {
        self.values.chunks_exact(self.columns.max(1))
    }

    /// The values, row by row.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The values, row by row, to write to.
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The rows named by `rows`, in that order; indices that do not exist are left out.
    pub fn select_rows(&self, rows: &[u32]) -> Self {
        let mut values = Vec::with_capacity(rows.len() * self.columns);
        let mut taken = 0;
        for &row in rows {
            if (row as usize) < self.rows {
                values.extend_from_slice(self.row(row as usize));
                taken += 1;
            }
        }
        Self { values, rows: taken, columns: self.columns }
    }

    /// The same matrix in another width.
    pub fn cast<U: Coordinate>(&self) -> Matrix<U> {
        let values = self.values.iter().map(|&value| U::narrow(value.into())).collect();
        Matrix { values, rows: self.rows, columns: self.columns }
    }

    /// Mean of every column, summed from the first row to the last; zeros if there are no rows.
    pub fn column_means(&self) -> Vec<f64> {
        let mut means = vec![0.0; self.columns];
        for row in self.iter_rows() {
            for (mean, &value) in means.iter_mut().zip(row) {
                *mean += value.into();
            }
        }
        if self.rows > 0 {
            for mean in &mut means {
                *mean /= self.rows as f64;
            }
        }
        means
    }

    /// Is every value finite?
    pub fn is_finite(&self) -> bool {
        self.values.iter().all(|&value| value.into().is_finite())
    }

    /// Number of distinct rows, counting no further than `enough`; `-0` and `0` are the same.
    pub fn distinct_rows(&self, enough: usize) -> usize {
        let mut seen: Vec<usize> = Vec::new();
        for i in 0..self.rows {
            if seen.len() >= enough {
                break;
            }
            if !seen.iter().any(|&j| self.row(j) == self.row(i)) {
                seen.push(i);
            }
        }
        seen.len()
    }
}

/// Squared Euclidean distance, summed in coordinate order.
pub fn squared_distance<A: Coordinate, B: Coordinate>(a: &[A], b: &[B]) -> f64 {
    let mut sum = 0.0;
    for (&x, &y) in a.iter().zip(b) {
        let difference: f64 = x.into() - y.into();
        sum += difference * difference;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_checked() {
        assert!(Matrix::new(vec![1.0, 2.0, 3.0], 2, 2).is_none());
        assert!(Matrix::from_rows(&[vec![1.0], vec![1.0, 2.0]]).is_none());
        let empty = Matrix::<f64>::from_rows::<Vec<f64>>(&[]).unwrap();
        assert_eq!((empty.rows(), empty.columns(), empty.iter_rows().count()), (0, 0, 0));
        assert_eq!(Matrix::<f32>::zeros(3, 0).iter_rows().count(), 0);
    }

    #[test]
    fn rows_are_selected_and_counted() {
        let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]]).unwrap();
        assert_eq!(x.select_rows(&[2, 1, 9]).values(), &[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(x.distinct_rows(5), 2);
        assert_eq!(x.distinct_rows(1), 1);
        assert_eq!(x.column_means(), vec![5.0 / 3.0, 8.0 / 3.0]);
        assert!((squared_distance(x.row(0), x.row(1)) - 8.0).abs() < 1e-15);
    }
}
