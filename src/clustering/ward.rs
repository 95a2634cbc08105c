//! Ward's tree on a sample, cut at every k of the grid.

use super::effort::Effort;
use super::findings::{DendrogramMerge, WardFindings};
use super::grid::cell;
use super::sample;
use crate::pace::{Cancelled, Pace};
use crate::prepare::matrix::Prepared;
use crate::stats::indices::within_sum_of_squares;
use crate::stats::measured::Measured;
use crate::stats::ward::{Tree, ward};

/// Merges of the dendrogram that is drawn.
const DRAWN: usize = 29;

/// The tree of a sample of the prepared rows; absent below 3 rows or when not asked for.
pub(super) async fn hierarchy(
    prepared: &Prepared,
    effort: &Effort,
    seed: u64,
    pace: &Pace,
) -> Result<Measured<WardFindings>, Cancelled> {
    if effort.ward_rows == 0 {
        return Ok(Measured::absent("not computed at this depth", "full depth"));
    }
    let x = sample::of(&prepared.x, effort.ward_rows, seed, "ward");
    if x.rows() < 3 {
        return Ok(Measured::absent("a tree needs three or more customers", "more customers"));
    }
    let tree = ward(&x, &pace.part(0, 1, 2)).await?;
    if tree.merges.is_empty() {
        return Ok(Measured::absent("the features are not finite", "finite features"));
    }
    let chosen = sample::rows(x.rows(), effort.silhouette_rows, seed, "ward silhouette");
    let pace = pace.part(1, 2, 2);
    let last = effort.max_k.min(x.rows() - 1);
    let mut grid = Vec::new();
    for k in 2..=last {
        let labels = tree.cut(k);
        let inertia = within_sum_of_squares(&x, &labels);
        let part = pace.part(k as u64 - 2, k as u64 - 1, last as u64 - 1);
        grid.push(cell(&x, k as u32, inertia, &labels, &chosen, &part).await?);
    }
    Ok(Measured::Value(WardFindings {
        set: prepared.id.clone(),
        rows: x.rows() as u64,
        grid,
        last_merges: tree.last_heights(DRAWN),
        dendrogram: top(&tree),
    }))
}

/// The last merges, with the clusters below them renumbered from 0.
fn top(tree: &Tree) -> Vec<DendrogramMerge> {
    let drawn = DRAWN.min(tree.merges.len());
    let first = tree.rows + tree.merges.len() - drawn;
    let merges = &tree.merges[tree.merges.len() - drawn..];
    let mut leaves: Vec<u32> =
        merges.iter().flat_map(|merge| [merge.a, merge.b]).filter(|&node| (node as usize) < first).collect();
    leaves.sort_unstable();
    let name = |node: u32| match leaves.binary_search(&node) {
        Ok(leaf) => leaf as u32,
        Err(_) => (leaves.len() + node as usize - first) as u32,
    };
    merges
        .iter()
        .map(|merge| DendrogramMerge {
            a: name(merge.a),
            b: name(merge.b),
            height: merge.height,
            rows: u64::from(merge.size),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::block_on;
    use crate::stats::matrix::Matrix;

    #[test]
    fn the_top_of_the_tree_is_numbered_from_zero() {
        for n in [2_usize, 5, 30, 100] {
            let x = Matrix::new((0..n).map(|i| (i * i % 101) as f32).collect(), n, 1).unwrap();
            let tree = block_on(ward(&x, &Pace::unhurried())).unwrap();
            let top = top(&tree);
            let m = top.len() as u32;
            assert_eq!(top.len(), DRAWN.min(n - 1));
            let mut seen: Vec<u32> = top.iter().flat_map(|merge| [merge.a, merge.b]).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..2 * m).collect::<Vec<u32>>(), "every cluster but the last is merged once");
            assert!(top.iter().enumerate().all(|(i, merge)| merge.a.max(merge.b) < m + 1 + i as u32));
            assert_eq!(top.last().map(|merge| merge.rows), Some(n as u64));
        }
    }
}
