//! How well each customer of a sample sits in its cluster: one shape per cluster, widest on top.

use serde::{Deserialize, Serialize};

use super::axis::Axis;
use super::frame::Frame;
use super::said::Said;
use super::scene::{Anchor, Mark, Scene, Shape};
use crate::clustering::findings::SilhouettePlot;
use crate::ordered::order_by;
use crate::report::document::Table;
use crate::report::{figures, wording};

/// What the plot is drawn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Silhouettes {
    /// Words and numbers.
    pub said: Said,
    /// Mean over all.
    pub mean: f64,
    /// The clusters, largest first.
    pub clusters: Vec<Cluster>,
}

/// One cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// Its share of the sample.
    pub share: f64,
    /// Mean silhouette width.
    pub mean: f64,
    /// Widths of its customers, descending, thinned.
    pub widths: Vec<f64>,
    /// In words.
    pub said: String,
}

impl Silhouettes {
    /// Of these findings; `None` where no cluster has a width.
    pub fn of(found: &SilhouettePlot) -> Option<Self> {
        let total: u64 = found.clusters.iter().map(|cluster| cluster.rows).sum();
        if total == 0 {
            return None;
        }
        let mut table = Table::new(format!(
            "Silhouette widths within each cluster, {} sampled",
            figures::counted(total, "customer", "customers")
        ))
        .words("Cluster")
        .numbers("Share")
        .numbers("Mean")
        .numbers("Lowest")
        .numbers("Highest")
        .numbers("Nearer to another");
        let mut ordered: Vec<_> = found.clusters.iter().collect();
        order_by(&mut ordered, |a, b| b.rows.cmp(&a.rows));
        let mut clusters = Vec::new();
        for (index, cluster) in ordered.iter().enumerate() {
            let share = cluster.rows as f64 / total as f64;
            let said = format!(
                "Cluster {}: {} of the sample, mean width {}, {} nearer to another cluster",
                index + 1,
                figures::percent(share),
                figures::coefficient(cluster.mean),
                figures::percent(cluster.misplaced_share)
            );
            table.row([
                format!("Cluster {}", index + 1).into(),
                figures::percent(share).into(),
                figures::coefficient(cluster.mean).into(),
                cluster.widths.last().map_or_else(|| "–".to_owned(), |w| figures::coefficient(*w)).into(),
                cluster.widths.first().map_or_else(|| "–".to_owned(), |w| figures::coefficient(*w)).into(),
                figures::percent(cluster.misplaced_share).into(),
            ]);
            clusters.push(Cluster { share, mean: cluster.mean, widths: cluster.widths.clone(), said });
        }
        let misplaced: f64 =
            found.clusters.iter().map(|cluster| cluster.misplaced_share * cluster.rows as f64).sum::<f64>()
                / total as f64;
        let sentence = format!(
            "{}, cut into {}: {} of the customers sampled lie nearer to another cluster than to their own; the mean width \
             is {}. 1 is deep inside its cluster; full bars, all of one length, would be clusters.",
            wording::feature_set(&found.set),
            found.k,
            figures::percent(misplaced),
            figures::coefficient(found.mean)
        );
        Some(Self {
            said: Said::new("How well customers sit in their clusters", sentence, table),
            mean: found.mean,
            clusters,
        })
    }
}

/// The plot; `None` where there is nothing to draw.
pub fn draw(input: &Silhouettes, frame: Frame) -> Option<Scene> {
    let Silhouettes { said, mean, clusters } = input;
    clusters.iter().find(|cluster| !cluster.widths.is_empty())?;
    let lowest = clusters.iter().flat_map(|cluster| cluster.widths.iter().copied()).fold(-0.1, f64::min).max(-1.0);
    let axis = Axis::new(lowest, 1.0, "Silhouette width");
    let narrow = frame.is_narrow();
    let (left, right, top, gap) =
        (if narrow { 4.0 } else { 118.0 }, frame.width - 6.0, 26.0, if narrow { 26.0 } else { 10.0 });
    let body = 300.0;
    let floor = top + body + gap * clusters.len() as f64;
    let mut scene = said.scene("silhouette", frame.width, floor + 46.0);
    axis.below(&mut scene, (left, right), (top - 4.0, floor));
    let x = axis.scale(left, right);
    let mut y = top;
    for (index, cluster) in clusters.iter().enumerate() {
        let height = body * cluster.share;
        let name = format!("Cluster {}", index + 1);
        let share = figures::percent_whole(cluster.share);
        if narrow {
            scene.text((0.0, y + 17.0), Anchor::Start, format!("{name}, {share}"), "row-label free halo");
            y += gap;
        } else {
            let middle = (y + height / 2.0).clamp(top + 8.0, floor - 14.0);
            scene.text((0.0, middle + 4.5), Anchor::Start, format!("{name}, {share}"), "row-label free");
        }
        let step = height / cluster.widths.len().max(1) as f64;
        let mut area = vec![(x.at(0.0), y)];
        for (row, width) in cluster.widths.iter().enumerate() {
            // Steps, so that the outline is made of the customers themselves.
            area.push((x.at(*width), y + step * row as f64));
            area.push((x.at(*width), y + step * (row + 1) as f64));
        }
        area.push((x.at(0.0), y + height));
        scene.marks.push(Mark::new(Shape::Area(area), "silhouette-area").saying(cluster.said.clone()));
        y += height + if narrow { 0.0 } else { gap };
    }
    scene.line((x.at(0.0), top - 4.0), (x.at(0.0), floor), "axis");
    let at = x.at(*mean);
    scene.line((at, top - 8.0), (at, floor), "threshold accent");
    let words = format!("mean {}", figures::coefficient(*mean));
    scene.text((at + 5.0, top - 12.0), Anchor::Start, words, "threshold-label accent");
    Some(scene)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clustering::findings::SilhouetteCluster;

    fn plot(clusters: &[(u64, &[f64])]) -> SilhouettePlot {
        SilhouettePlot {
            set: "behavioural".into(),
            k: clusters.len() as u32,
            mean: 0.2,
            clusters: clusters
                .iter()
                .map(|(rows, widths)| SilhouetteCluster {
                    rows: *rows,
                    mean: 0.2,
                    misplaced_share: 0.25,
                    widths: widths.to_vec(),
                })
                .collect(),
        }
    }

    #[test]
    fn heights_are_shares_and_the_largest_comes_first() {
        let input = Silhouettes::of(&plot(&[(25, &[0.3, -0.1]), (75, &[0.5, 0.4, 0.1])])).unwrap();
        assert!((input.clusters[0].share - 0.75).abs() < 1e-12);
        let scene = draw(&input, Frame::DOCUMENT).unwrap();
        let heights: Vec<f64> = scene
            .marks
            .iter()
            .filter_map(|mark| match &mark.shape {
                Shape::Area(points) => Some(points.last()?.1 - points.first()?.1),
                _ => None,
            })
            .collect();
        assert_eq!(heights, [225.0, 75.0]);
    }

    #[test]
    fn nothing_to_draw() {
        assert!(Silhouettes::of(&plot(&[])).is_none());
        assert!(Silhouettes::of(&plot(&[(0, &[])])).is_none());
        let one = Silhouettes::of(&plot(&[(1, &[0.0])])).unwrap();
        assert!(draw(&one, Frame::wide(240.0)).is_some());
    }
}
