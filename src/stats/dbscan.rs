//! DBSCAN: clusters as connected dense regions, the rest noise; and the radius read off the k-distance curve.
//!
//! Ester et al. 1996 with sklearn's conventions: a row is a core point if at least `min_samples` rows (itself
//! included) lie within eps; clusters are numbered by their lowest core row; a border row joins the
//! lowest-numbered cluster it touches.

use super::matrix::Matrix;
use crate::pace::{Cancelled, Pace};

const LANES: usize = 8;
/// Coordinate differences between two turns of the host.
const WORK_PER_TICK: usize = 1 << 23;

/// One clustering.
#[derive(Clone, Debug, PartialEq)]
pub struct Dbscan {
    /// Cluster of every row; `None` is noise.
    pub labels: Vec<Option<u32>>,
    /// Number of clusters.
    pub clusters: u32,
}

impl Dbscan {
    /// Share of the rows that is noise; 0 without rows.
    pub fn noise_share(&self) -> f64 {
        let noise = self.labels.iter().filter(|label| label.is_none()).count();
        noise as f64 / self.labels.len().max(1) as f64
    }
}

/// Rows in blocks of eight, feature by feature.
struct Blocks {
    d: usize,
    rows: usize,
    values: Vec<[f32; LANES]>,
}

impl Blocks {
    fn new(x: &Matrix<f32>) -> Self {
        let (rows, d) = (x.rows(), x.columns());
        // Padding is NaN: no comparison with it holds.
        let mut values = vec![[f32::NAN; LANES]; rows.div_ceil(LANES) * d];
        for i in 0..rows {
            for (f, &value) in x.row(i).iter().enumerate() {
                values[i / LANES * d + f][i % LANES] = value;
            }
        }
        Self { d, rows, values }
    }

    /// Squared distances of `row` to all rows: `each(block, eight distances)`.
    fn scan(&self, row: &[f32], mut each: impl FnMut(usize, [f32; LANES])) {
        for (block, values) in self.values.chunks_exact(self.d.max(1)).enumerate() {
            let mut sums = [0.0_f32; LANES];
            for (lanes, value) in values.iter().zip(row) {
                for lane in 0..LANES {
                    let difference = lanes[lane] - value;
                    sums[lane] += difference * difference;
                }
            }
            each(block, sums);
        }
    }

    /// Calls `each` for every row within the squared radius, ascending.
    fn within(&self, row: &[f32], radius: f32, mut each: impl FnMut(usize)) {
        self.scan(row, |block, distances| {
            for (lane, distance) in distances.into_iter().enumerate() {
                if distance <= radius {
                    each(block * LANES + lane);
                }
            }
        });
    }

    fn rows_per_tick(&self) -> usize {
        WORK_PER_TICK / (self.rows * self.d).max(1) + 1
    }
}

/// Clusterings for several radii in one pass over the distances to count neighbours: O(n^2 d).
pub async fn dbscan(x: &Matrix<f32>, eps: &[f64], min_samples: usize, pace: &Pace) -> Result<Vec<Dbscan>, Cancelled> {
    let n = x.rows();
    let blocks = Blocks::new(x);
    let radii: Vec<f32> = eps.iter().map(|eps| (eps * eps) as f32).collect();
    let mut counts = vec![vec![0_u32; n]; radii.len()];
    let total = n as u64 * (1 + 2 * radii.len() as u64);
    for i in 0..n {
        let mut lanes = vec![[0_u32; LANES]; radii.len()];
        blocks.scan(x.row(i), |_, distances| {
            for (lanes, &radius) in lanes.iter_mut().zip(&radii) {
                for lane in 0..LANES {
                    lanes[lane] += u32::from(distances[lane] <= radius);
                }
            }
        });
        for (counts, lanes) in counts.iter_mut().zip(&lanes) {
            counts[i] = lanes.iter().sum();
        }
        if i % blocks.rows_per_tick() == 0 {
            pace.tick(i as u64, total).await?;
        }
    }
    let mut found = Vec::with_capacity(radii.len());
    for (index, (&radius, counts)) in radii.iter().zip(&counts).enumerate() {
        let core: Vec<bool> = counts.iter().map(|&count| count as usize >= min_samples).collect();
        let from = n as u64 * (1 + 2 * index as u64);
        found.push(connect(x, &blocks, radius, &core, &pace.part(from, from + 2 * n as u64, total)).await?);
    }
    Ok(found)
}

/// Joins core rows within the radius, then hands border rows to them.
async fn connect(
    x: &Matrix<f32>,
    blocks: &Blocks,
    radius: f32,
    core: &[bool],
    pace: &Pace,
) -> Result<Dbscan, Cancelled> {
    let n = x.rows();
    let mut parent: Vec<u32> = (0..n as u32).collect();
    for i in (0..n).filter(|&i| core[i]) {
        blocks.within(x.row(i), radius, |j| {
            if j < i && core[j] {
                let (a, b) = (root(&mut parent, i as u32), root(&mut parent, j as u32));
                // The lowest row is the root, so that clusters are numbered by it.
                parent[a.max(b) as usize] = a.min(b);
            }
        });
        if i % blocks.rows_per_tick() == 0 {
            pace.tick(i as u64, 2 * n as u64).await?;
        }
    }
    let mut labels: Vec<Option<u32>> = vec![None; n];
    let mut clusters = 0;
    for i in (0..n).filter(|&i| core[i]) {
        let top = root(&mut parent, i as u32) as usize;
        if top == i {
            labels[i] = Some(clusters);
            clusters += 1;
        } else {
            labels[i] = labels[top];
        }
    }
    if clusters > 0 {
        let of_core = labels.clone();
        for i in (0..n).filter(|&i| !core[i]) {
            blocks.within(x.row(i), radius, |j| {
                if core[j] && labels[i].is_none_or(|own| of_core[j].is_some_and(|other| other < own)) {
                    labels[i] = of_core[j];
                }
            });
            if i % blocks.rows_per_tick() == 0 {
                pace.tick((n + i) as u64, 2 * n as u64).await?;
            }
        }
    }
    Ok(Dbscan { labels, clusters })
}

fn root(parent: &mut [u32], mut node: u32) -> u32 {
    while parent[node as usize] != node {
        parent[node as usize] = parent[parent[node as usize] as usize];
        node = parent[node as usize];
    }
    node
}

/// Distance of every `queries` row to its `neighbour`-th nearest row (itself the first), ascending.
///
/// Rows that do not exist are left out; empty if there are fewer than `neighbour` rows.
pub async fn k_distances(
    x: &Matrix<f32>,
    queries: &[u32],
    neighbour: usize,
    pace: &Pace,
) -> Result<Vec<f64>, Cancelled> {
    let n = x.rows();
    if neighbour == 0 || neighbour > n {
        return Ok(Vec::new());
    }
    let blocks = Blocks::new(x);
    let mut distances = Vec::with_capacity(n + LANES);
    let mut curve = Vec::with_capacity(queries.len());
    for (done, &query) in queries.iter().enumerate() {
        if query as usize >= n {
            continue;
        }
        distances.clear();
        blocks.scan(x.row(query as usize), |_, lanes| distances.extend_from_slice(&lanes));
        distances.truncate(n);
        let (_, nth, _) = distances.select_nth_unstable_by(neighbour - 1, f32::total_cmp);
        curve.push(f64::from(nth.sqrt()));
        if done % blocks.rows_per_tick() == 0 {
            pace.tick(done as u64, queries.len() as u64).await?;
        }
    }
    curve.sort_by(f64::total_cmp);
    Ok(curve)
}

/// The knee of an ascending k-distance curve: the point farthest below the chord from its first to its last
/// point, both axes scaled to 0..1 (Satopaa et al. 2011, convex increasing). `None` if the curve is flat.
pub fn knee(curve: &[f64]) -> Option<f64> {
    let (&first, &last) = (curve.first()?, curve.last()?);
    if last <= first || curve.len() < 3 {
        return None;
    }
    let mut best = (0.0, None);
    for (i, &value) in curve.iter().enumerate() {
        let below = i as f64 / (curve.len() - 1) as f64 - (value - first) / (last - first);
        if below > best.0 {
            best = (below, Some(value));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;

    fn run(x: &Matrix<f32>, eps: f64, min_samples: usize) -> Dbscan {
        block_on(dbscan(x, &[eps], min_samples, &Pace::unhurried())).unwrap().remove(0)
    }

    #[test]
    fn agrees_with_sklearn_s_example() {
        // sklearn's documentation: DBSCAN(eps=3, min_samples=2) on these rows gives [0, 0, 0, 1, 1, -1].
        let x = [[1., 2.], [2., 2.], [2., 3.], [8., 7.], [8., 8.], [25., 80.]];
        let found = run(&Matrix::from_rows(&x).unwrap(), 3.0, 2);
        assert_eq!(found.labels, [Some(0), Some(0), Some(0), Some(1), Some(1), None]);
        assert_eq!(found.clusters, 2);
        assert!((found.noise_share() - 1.0 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn a_border_row_joins_the_first_cluster() {
        // 5.0 touches core rows of both clusters and is none itself.
        let x = Matrix::from_rows(&[[6.0_f32], [6.1], [6.2], [6.3], [4.0], [3.9], [3.8], [3.7], [5.0]]).unwrap();
        let found = run(&x, 1.0, 4);
        assert_eq!(found.labels[8], Some(0));
        assert_eq!(found.clusters, 2);
        let reversed = x.select_rows(&(0..9).rev().collect::<Vec<u32>>());
        assert_eq!(run(&reversed, 1.0, 4).labels[0], Some(0), "the cluster of 3.7, now the first");
    }

    #[test]
    fn a_chain_is_one_cluster() {
        let x = Matrix::new((0..100).map(|i| ((i * 37) % 100) as f32).collect(), 100, 1).unwrap();
        assert_eq!(run(&x, 1.0, 2).clusters, 1);
        assert_eq!(run(&x, 0.5, 2).noise_share(), 1.0);
        assert_eq!(run(&x, 0.5, 1).clusters, 100);
    }

    #[test]
    fn the_knee_is_where_the_curve_turns() {
        let curve: Vec<f64> =
            (0..100).map(|i| if i < 90 { 1.0 + 0.001 * f64::from(i) } else { f64::from(i - 88) }).collect();
        assert!(knee(&curve).is_some_and(|eps| (1.05..2.5).contains(&eps)));
        assert_eq!(knee(&[1.0; 9]), None);
        assert_eq!(knee(&[]), None);
        let x = Matrix::from_rows(&[[0.0_f32], [1.0], [3.0]]).unwrap();
        let curve = block_on(k_distances(&x, &[0, 1, 2, 9], 2, &Pace::unhurried())).unwrap();
        assert_eq!(curve, vec![1.0, 1.0, 2.0]);
        assert!(block_on(k_distances(&x, &[0], 4, &Pace::unhurried())).unwrap().is_empty());
    }

    #[test]
    fn no_rows_no_clusters() {
        let found = run(&Matrix::zeros(0, 2), 1.0, 5);
        assert_eq!((found.clusters, found.noise_share()), (0, 0.0));
        assert_eq!(run(&Matrix::zeros(7, 2), 1.0, 5).clusters, 1);
    }
}
