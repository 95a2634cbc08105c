//! Ward's minimum-variance hierarchical clustering by the nearest-neighbour chain.
//!
//! Distances between clusters come from their centroids and sizes, `sqrt(2 |A| |B| / (|A| + |B|)) |a - b|`
//! (scipy's `ward` heights), so memory is O(n d) and not O(n^2); time O(n^2 d). The chain (Murtagh 1983)
//! merges reciprocal nearest neighbours, which for Ward gives the same tree as always merging the nearest pair.

use super::matrix::{Matrix, squared_distance};
use crate::pace::{Cancelled, Pace};

/// Slots scanned together.
const LANES: usize = 8;
/// Coordinate of empty slots.
const FAR: f32 = 1e17;

/// One merge of the tree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Merge {
    /// First cluster: a row below n, else n + the index of an earlier merge. The smaller of the two.
    pub a: u32,
    /// Second cluster.
    pub b: u32,
    /// Ward distance at which they merge.
    pub height: f64,
    /// Rows in the merged cluster.
    pub size: u32,
}

/// The merges of n rows, lowest first: n - 1 of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Merges by ascending height.
    pub merges: Vec<Merge>,
    /// Number of rows.
    pub rows: usize,
}

impl Tree {
    /// Labels 0..k after undoing the last k - 1 merges, numbered by first appearance; k is kept within 1..=n.
    pub fn cut(&self, k: usize) -> Vec<u32> {
        let keep = self.rows.saturating_sub(k.clamp(1, self.rows.max(1)));
        let mut parent: Vec<u32> = (0..(self.rows + keep) as u32).collect();
        for (index, merge) in self.merges.iter().take(keep).enumerate() {
            parent[merge.a as usize] = (self.rows + index) as u32;
            parent[merge.b as usize] = (self.rows + index) as u32;
        }
        // Parents have higher numbers: one sweep from the top resolves every chain.
        for node in (0..parent.len()).rev() {
            parent[node] = parent[parent[node] as usize];
        }
        let mut names = vec![u32::MAX; parent.len()];
        let mut next = 0;
        parent[..self.rows]
            .iter()
            .map(|&root| {
                let name = &mut names[root as usize];
                if *name == u32::MAX {
                    *name = next;
                    next += 1;
                }
                *name
            })
            .collect()
    }

    /// Heights of the last `count` merges, highest first.
    pub fn last_heights(&self, count: usize) -> Vec<f64> {
        self.merges.iter().rev().take(count).map(|merge| merge.height).collect()
    }
}

/// Clusters that are still apart, in slots `0..ids.len()` of blocks of eight.
struct Front {
    d: usize,
    /// `values[block * d + f][lane]`: centroids for the scan.
    values: Vec<[f32; LANES]>,
    sizes: Vec<[f32; LANES]>,
    /// Centroids for the heights, by slot.
    centroids: Matrix<f64>,
    /// Raw merge number or row of every slot.
    ids: Vec<u32>,
}

impl Front {
    fn set(&mut self, slot: usize, centroid: Option<&[f64]>, size: f32) {
        let (block, lane) = (slot / LANES, slot % LANES);
        for f in 0..self.d {
            self.values[block * self.d + f][lane] = centroid.map_or(FAR, |c| c[f] as f32);
        }
        self.sizes[block][lane] = size;
    }

    /// The slot nearest to `slot` by the scan's distance (the lowest among equals) and that distance squared.
    fn nearest(&self, slot: usize) -> (usize, f32) {
        let own: Vec<f32> = self.centroids.row(slot).iter().map(|&value| value as f32).collect();
        let size = self.sizes[slot / LANES][slot % LANES];
        let mut best = [f32::INFINITY; LANES];
        let mut at = [0_u32; LANES];
        let blocks = self.ids.len().div_ceil(LANES);
        for (block, (values, sizes)) in
            self.values.chunks_exact(self.d.max(1)).zip(&self.sizes).take(blocks).enumerate()
        {
            let mut sums = [0.0_f32; LANES];
            for (lanes, value) in values.iter().zip(&own) {
                for lane in 0..LANES {
                    let difference = lanes[lane] - value;
                    sums[lane] += difference * difference;
                }
            }
            for lane in 0..LANES {
                let ward = 2.0 * size * sizes[lane] / (size + sizes[lane]) * sums[lane];
                let me = block * LANES + lane == slot;
                let ward = if me { f32::INFINITY } else { ward };
                at[lane] = if ward < best[lane] { block as u32 } else { at[lane] };
                best[lane] = if ward < best[lane] { ward } else { best[lane] };
            }
        }
        // Distances beyond f32 leave any other slot.
        let mut found = (usize::from(slot == 0), f32::INFINITY);
        for lane in 0..LANES {
            let candidate = at[lane] as usize * LANES + lane;
            if best[lane] < found.1 || (best[lane] == found.1 && best[lane].is_finite() && candidate < found.0) {
                found = (candidate, best[lane]);
            }
        }
        found
    }
}

/// The tree of all rows; fewer than two rows have no merge. Rows must be finite with at least one column.
pub async fn ward(x: &Matrix<f32>, pace: &Pace) -> Result<Tree, Cancelled> {
    let (n, d) = (x.rows(), x.columns());
    if n < 2 || d == 0 || !x.is_finite() {
        return Ok(Tree { merges: Vec::new(), rows: n });
    }
    let blocks = n.div_ceil(LANES);
    let mut front = Front {
        d,
        values: vec![[FAR; LANES]; blocks * d],
        sizes: vec![[1.0; LANES]; blocks],
        centroids: x.cast(),
        ids: (0..n as u32).collect(),
    };
    for slot in 0..n {
        let centroid = front.centroids.row(slot).to_vec();
        front.set(slot, Some(&centroid), 1.0);
    }
    let mut raw: Vec<Merge> = Vec::with_capacity(n - 1);
    let mut chain: Vec<usize> = Vec::new();
    while raw.len() + 1 < n {
        if chain.is_empty() {
            chain.push(0);
        }
        let tip = chain[chain.len() - 1];
        let (mut next, distance) = front.nearest(tip);
        if let [.., before, _] = chain[..] {
            // Among equals the one we came from, so that the chain ends.
            let (_, back) = pair_distance(&front, tip, before);
            if back <= distance {
                next = before;
            }
            if next == before {
                chain.truncate(chain.len() - 2);
                merge(&mut front, &mut chain, tip, before, n, &mut raw);
                let left = (n - raw.len()) as u64;
                let all = (n as u64) * (n as u64);
                pace.tick(all - left * left, all).await?;
                continue;
            }
        }
        chain.push(next);
    }
    Ok(sorted(&raw, n))
}

/// The scan's squared distance of two slots, with the same operations.
fn pair_distance(front: &Front, a: usize, b: usize) -> (usize, f32) {
    let (block, lane) = (b / LANES, b % LANES);
    let mut sum = 0.0_f32;
    for (f, &value) in front.centroids.row(a).iter().enumerate() {
        let difference = front.values[block * front.d + f][lane] - value as f32;
        sum += difference * difference;
    }
    let size = front.sizes[a / LANES][a % LANES];
    let other = front.sizes[block][lane];
    (b, 2.0 * size * other / (size + other) * sum)
}

/// Merges two slots into the lower one and closes the gap with the last slot.
fn merge(front: &mut Front, chain: &mut [usize], a: usize, b: usize, n: usize, raw: &mut Vec<Merge>) {
    let (low, high) = (a.min(b), a.max(b));
    let size = |slot: usize| f64::from(front.sizes[slot / LANES][slot % LANES]);
    let (size_low, size_high) = (size(low), size(high));
    let total = size_low + size_high;
    let apart = squared_distance(front.centroids.row(low), front.centroids.row(high));
    // Rounding must not put a parent below its children.
    let below = |slot: usize| raw.get((front.ids[slot] as usize).wrapping_sub(n)).map_or(0.0, |child| child.height);
    let height = (2.0 * size_low * size_high / total * apart).sqrt().max(below(low)).max(below(high));
    raw.push(Merge {
        a: front.ids[low].min(front.ids[high]),
        b: front.ids[low].max(front.ids[high]),
        height,
        size: total as u32,
    });
    let centroid: Vec<f64> = front
        .centroids
        .row(low)
        .iter()
        .zip(front.centroids.row(high))
        .map(|(x, y)| (size_low * x + size_high * y) / total)
        .collect();
    front.centroids.row_mut(low).copy_from_slice(&centroid);
    front.set(low, Some(&centroid), total as f32);
    front.ids[low] = (n + raw.len() - 1) as u32;
    let last = front.ids.len() - 1;
    if high != last {
        let moved = front.centroids.row(last).to_vec();
        let moved_size = front.sizes[last / LANES][last % LANES];
        front.centroids.row_mut(high).copy_from_slice(&moved);
        front.set(high, Some(&moved), moved_size);
        front.ids[high] = front.ids[last];
        for link in chain {
            if *link == last {
                *link = high;
            }
        }
    }
    front.set(last, None, 1.0);
    front.ids.pop();
}

/// Raw merges (in chain order) by height, renumbered; equal heights keep children before parents.
fn sorted(raw: &[Merge], n: usize) -> Tree {
    let mut order: Vec<usize> = (0..raw.len()).collect();
    order.sort_by(|&i, &j| raw[i].height.total_cmp(&raw[j].height).then(i.cmp(&j)));
    let mut rank = vec![0_u32; raw.len()];
    for (position, &index) in order.iter().enumerate() {
        rank[index] = position as u32;
    }
    let name = |id: u32| if (id as usize) < n { id } else { n as u32 + rank[id as usize - n] };
    let merges = order
        .iter()
        .map(|&index| {
            let merge = raw[index];
            let (a, b) = (name(merge.a), name(merge.b));
            Merge { a: a.min(b), b: a.max(b), ..merge }
        })
        .collect();
    Tree { merges, rows: n }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;
    use crate::stats::rng::Rng;

    fn tree(x: &Matrix<f32>) -> Tree {
        block_on(ward(x, &Pace::unhurried())).unwrap()
    }

    /// Heights by the definition: always merge the pair that raises the within sum of squares least.
    fn by_definition(x: &Matrix<f32>) -> Vec<f64> {
        let mut clusters: Vec<(Vec<f64>, f64)> =
            x.iter_rows().map(|row| (row.iter().map(|&v| f64::from(v)).collect(), 1.0)).collect();
        let mut heights = Vec::new();
        while clusters.len() > 1 {
            let mut best = (0, 0, f64::INFINITY);
            for i in 0..clusters.len() {
                for j in 0..i {
                    let ((a, p), (b, q)) = (&clusters[i], &clusters[j]);
                    let height = (2.0 * p * q / (p + q) * squared_distance(a, b)).sqrt();
                    if height < best.2 {
                        best = (i, j, height);
                    }
                }
            }
            let (b, q) = clusters.swap_remove(best.0);
            let (a, p) = &mut clusters[best.1];
            for (x, y) in a.iter_mut().zip(&b) {
                *x = (*p * *x + q * y) / (*p + q);
            }
            *p += q;
            heights.push(best.2);
        }
        heights
    }

    #[test]
    fn agrees_with_the_definition() {
        let mut rng = Rng::new(3);
        for n in [2, 3, 9, 40, 90] {
            let x = Matrix::new((0..n * 3).map(|_| rng.normal() as f32).collect(), n, 3).unwrap();
            let found = tree(&x);
            assert_eq!(found.merges.len(), n - 1);
            for (merge, expected) in found.merges.iter().zip(by_definition(&x)) {
                assert!((merge.height - expected).abs() < 1e-5 * expected.max(1.0), "{} {expected}", merge.height);
            }
            assert_eq!(found.merges.last().map(|m| m.size as usize), Some(n));
            for k in 1..=n {
                let labels = found.cut(k);
                assert_eq!(labels.iter().max().map(|&m| m as usize + 1), Some(k));
            }
        }
    }

    #[test]
    fn agrees_with_scipy() {
        // scipy.cluster.hierarchy.linkage([[0,0],[0,1],[4,0],[4,2],[9,9]], "ward")
        let x = Matrix::from_rows(&[[0.0_f32, 0.0], [0.0, 1.0], [4.0, 0.0], [4.0, 2.0], [9.0, 9.0]]).unwrap();
        let found = tree(&x);
        let expected = [(0, 1, 1.0, 2), (2, 3, 2.0, 2), (5, 6, SCIPY[0], 4), (4, 7, SCIPY[1], 5)];
        for (merge, (a, b, height, size)) in found.merges.iter().zip(expected) {
            assert_eq!((merge.a, merge.b, merge.size), (a, b, size));
            assert!((merge.height - height).abs() < 1e-12, "{merge:?} {height}");
        }
        assert_eq!(found.cut(3), vec![0, 0, 1, 1, 2]);
        assert_eq!(found.last_heights(1), vec![found.merges[3].height]);
    }
    const SCIPY: [f64; 2] = [5.7008771254956905, 13.68575902169843];

    #[test]
    fn degenerate_input_has_an_answer() {
        assert_eq!(tree(&Matrix::zeros(0, 2)).cut(3), Vec::<u32>::new());
        assert_eq!(tree(&Matrix::zeros(1, 2)).cut(1), vec![0]);
        let same = tree(&Matrix::zeros(20, 2));
        assert!(same.merges.iter().all(|merge| merge.height == 0.0));
        assert_eq!(same.cut(1), vec![0; 20]);
        assert_eq!(same.cut(4).iter().max(), Some(&3));
    }
}
