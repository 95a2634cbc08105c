//! Recalibration in the shadow: what new medians would be, and whom they would move. Nothing is changed by it.

use serde::{Deserialize, Serialize};

use crate::segments::findings::Segment;
use crate::segments::rule::{Segmentation, counts, labels};

/// One threshold, frozen and as the window would have it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowThreshold {
    /// In force.
    pub frozen: f64,
    /// Median of this window.
    pub now: f64,
}

/// One segment under both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowShare {
    /// The segment.
    pub segment: Segment,
    /// Share at frozen thresholds.
    pub frozen: f64,
    /// Share at new ones.
    pub now: f64,
}

/// The effect that recalibrating on this window would have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    /// Of the frequency score.
    pub frequency: ShadowThreshold,
    /// Of the loyalty score.
    pub loyalty: ShadowThreshold,
    /// Customers who would change segment.
    pub moved: u64,
    /// Their share.
    pub moved_share: f64,
    /// Rows = at frozen thresholds, columns = at new ones, contract order.
    pub matrix: Vec<Vec<u64>>,
    /// Shares under both.
    pub shares: Vec<ShadowShare>,
}

/// Re-estimates both medians on scores that were segmented at frozen thresholds.
pub fn shadow(found: &Segmentation) -> Shadow {
    let (frequency, loyalty) = (&found.thresholds.frequency, &found.thresholds.loyalty);
    let after = labels(&found.freq, &found.loyalty, frequency.p50, loyalty.p50);
    let mut matrix = vec![vec![0; Segment::ALL.len()]; Segment::ALL.len()];
    let mut moved = 0;
    for (&before, &after) in found.labels.iter().zip(&after) {
        moved += u64::from(before != after);
        if let Some(cell) = matrix.get_mut(before as usize).and_then(|row: &mut Vec<u64>| row.get_mut(after as usize)) {
            *cell += 1;
        }
    }
    let total = found.labels.len().max(1) as f64;
    let shares = Segment::ALL
        .into_iter()
        .zip(counts(&found.labels).into_iter().zip(counts(&after)))
        .map(|(segment, (frozen, now))| ShadowShare { segment, frozen: frozen as f64 / total, now: now as f64 / total })
        .collect();
    Shadow {
        frequency: ShadowThreshold { frozen: frequency.used, now: frequency.p50 },
        loyalty: ShadowThreshold { frozen: loyalty.used, now: loyalty.p50 },
        moved,
        moved_share: moved as f64 / total,
        matrix,
        shares,
    }
}
