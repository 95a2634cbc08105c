//! The top of Ward's tree: which groups were joined last, and at what price.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::Frame;
use super::said::Said;
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::clustering::findings::{DendrogramMerge, WardFindings};
use crate::report::document::Table;
use crate::report::figures;

/// Merges listed in the table: the last ones.
const LISTED: usize = 12;
/// A last merge this many times as high as the one before stands out.
const STANDS_OUT: f64 = 1.5;

/// What the tree is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dendrogram {
    /// Words and numbers.
    pub said: Said,
    /// The merges, lowest first: `n` of them join `n + 1` clusters, numbered from 0; merge `i` makes cluster
    /// `n + 1 + i`.
    pub merges: Vec<DendrogramMerge>,
}

impl Dendrogram {
    /// Of Ward's findings; `None` without a merge.
    pub fn of(found: &WardFindings) -> Option<Self> {
        let merges = &found.dendrogram;
        let last = merges.last()?;
        let mut table = Table::new("The last merges of Ward’s tree, highest first")
            .numbers("Clusters left")
            .numbers("Height")
            .numbers("Customers joined");
        for (index, merge) in merges.iter().rev().take(LISTED).enumerate() {
            table.row([
                (index + 1).to_string().into(),
                figures::mean(merge.height).into(),
                figures::integer(merge.rows).into(),
            ]);
        }
        let before = merges.iter().rev().nth(1).map(|merge| merge.height);
        let compared = match before {
            Some(before) if before > 0.0 && last.height / before >= STANDS_OUT => format!(
                " the last merge stands {} times as high as the one before it: two groups lie apart.",
                figures::decimal(last.height / before, 1)
            ),
            Some(_) => " heights fall off without a break, so that no number of groups suggests itself.".to_owned(),
            None => " there is one merge only.".to_owned(),
        };
        let sentence = format!(
            "Ward’s tree of {}, its last {}:{compared}",
            figures::counted(found.rows, "sampled customer", "sampled customers"),
            figures::counted(merges.len() as u64, "merge", "merges")
        );
        Some(Self { said: Said::new("Where a tree would cut", sentence, table), merges: merges.clone() })
    }
}

/// The tree; `None` where it does not hang together.
pub fn draw(input: &Dendrogram, frame: Frame) -> Option<Scene> {
    let merges = &input.merges;
    let leaves = merges.len() + 1;
    let order = order(merges)?;
    let (top, floor) = (34.0, if frame.is_narrow() { 260.0 } else { 320.0 });
    let (left, right) = (48.0, frame.width - 8.0);
    let mut scene = input.said.scene("dendrogram", frame.width, floor + 26.0);
    let axis = Axis::new(0.0, 0.0, "Height of the merge (Ward)").with(merges.iter().map(|merge| merge.height));
    axis.beside(&mut scene, (left, right), (top, floor));
    let y = axis.scale(floor, top);
    let step = (right - left) / leaves as f64;
    // Where each cluster stands: leaves on the floor, merges in the middle of what they join.
    let mut places = vec![(0.0, floor); leaves + merges.len()];
    for (index, leaf) in order.into_iter().enumerate() {
        *places.get_mut(leaf)? = (left + step * (index as f64 + 0.5), floor);
    }
    for (index, merge) in merges.iter().enumerate() {
        let (a, b) = (*places.get(merge.a as usize)?, *places.get(merge.b as usize)?);
        let height = y.at(merge.height);
        let class = if index + 1 == merges.len() { "branch last" } else { "branch" };
        let said = format!(
            "{} joined at height {}, {} left",
            figures::counted(merge.rows, "customer", "customers"),
            figures::mean(merge.height),
            figures::counted((merges.len() - index) as u64, "cluster", "clusters")
        );
        let path = vec![a, (a.0, height), (b.0, height), b];
        scene.marks.push(Mark::new(Shape::Path(path), class).saying(said));
        *places.get_mut(leaves + index)? = (f64::midpoint(a.0, b.0), height);
    }
    let words = format!("the last {leaves} clusters");
    scene.text((f64::midpoint(left, right), floor + 19.0), Anchor::Middle, words, "tick-label");
    Some(scene)
}

/// Leaves from left to right so that no branches cross; `None` where a merge names a cluster that is not there yet.
fn order(merges: &[DendrogramMerge]) -> Option<Vec<usize>> {
    let leaves = merges.len() + 1;
    let mut below: Vec<Vec<usize>> = (0..leaves).map(|leaf| vec![leaf]).collect();
    for merge in merges {
        let first = std::mem::take(below.get_mut(merge.a as usize)?);
        let second = std::mem::take(below.get_mut(merge.b as usize)?);
        if first.is_empty() || second.is_empty() {
            return None;
        }
        // The smaller branch on the left.
        let (mut left, right) = if first.len() <= second.len() { (first, second) } else { (second, first) };
        left.extend(right);
        below.push(left);
    }
    below.pop().filter(|order| order.len() == leaves)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(a: u32, b: u32, height: f64, rows: u64) -> DendrogramMerge {
        DendrogramMerge { a, b, height, rows }
    }

    fn tree(merges: Vec<DendrogramMerge>) -> Dendrogram {
        Dendrogram { said: Said::default(), merges }
    }

    #[test]
    fn branches_do_not_cross() {
        let merges = vec![merge(0, 3, 1.0, 5), merge(1, 2, 2.0, 6), merge(4, 5, 4.0, 11)];
        assert_eq!(order(&merges).unwrap(), [0, 3, 1, 2]);
        let scene = draw(&tree(merges), Frame::DOCUMENT).unwrap();
        let tops: Vec<f64> = scene
            .marks
            .iter()
            .filter_map(|mark| match &mark.shape {
                Shape::Path(points) => Some(points[1].1),
                _ => None,
            })
            .collect();
        assert_eq!(tops, [248.5, 177.0, 34.0]);
    }

    #[test]
    fn what_does_not_hang_together_is_not_drawn() {
        for merges in
            [vec![merge(0, 0, 1.0, 2)], vec![merge(0, 9, 1.0, 2)], vec![merge(0, 1, 1.0, 2), merge(0, 2, 2.0, 3)]]
        {
            assert!(draw(&tree(merges), Frame::DOCUMENT).is_none());
        }
        assert!(draw(&tree(vec![merge(0, 1, 0.0, 2)]), Frame::wide(240.0)).is_some());
    }
}
