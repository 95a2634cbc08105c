//! How many customers would stand elsewhere if the thresholds had been drawn a little differently.

use crate::pace::{Cancelled, Pace};
use crate::stats::ari::Contingency;
use crate::stats::rng::Rng;
use crate::stats::{describe, quantile, radix};

use super::findings::{Segment, SensitivityPoint};
use super::rule::{Segmentation, label};

/// Percentiles shown, in points: 40 to 60 by 2.
const POINTS: std::ops::RangeInclusive<u32> = 40..=60;
/// Step between them.
const STEP: usize = 2;
/// Sizes of the tenants whose thresholds are re-estimated; one above the number of customers counts as that number.
const SIZES: [usize; 3] = [200, 1_000, 5_000];
/// Resamples per size: the 95th percentile then rests on 20 of them \[judgement\].
const DRAWS: usize = 400;

/// Movement at other percentiles, then at thresholds re-estimated on resamples of the customers.
///
/// A resample of n customers, with replacement, gives two medians; all customers are labelled by
/// them and compared with the labels in force.
pub async fn sensitivity(found: &Segmentation, seed: u64, pace: &Pace) -> Result<Vec<SensitivityPoint>, Cancelled> {
    let n = found.labels.len();
    let mut sizes: Vec<usize> = SIZES.iter().map(|&size| size.min(n)).filter(|&size| size > 0).collect();
    sizes.dedup();
    let steps = (POINTS.step_by(STEP).count() + sizes.len() * DRAWS) as u64;
    let mut done = 0;
    let mut points = Vec::new();
    let moves = Moves::new(found);
    for point in POINTS.step_by(STEP) {
        pace.tick(done, steps).await?;
        done += 1;
        let at = f64::from(point) / 100.0;
        let cuts = quantile::of_sorted(&moves.freq.sorted, at).zip(quantile::of_sorted(&moves.loyalty.sorted, at));
        let Some((moved, ari)) = cuts.and_then(|(f, l)| moves.to(f, l)) else { continue };
        points.push(SensitivityPoint {
            at,
            kind: "percentile".to_owned(),
            moved_share: moved,
            moved_share_p95: moved,
            ari,
        });
    }
    for size in sizes {
        let mut rng = Rng::stream(seed, "threshold_sensitivity");
        let (mut shares, mut aris) = (Vec::with_capacity(DRAWS), Vec::with_capacity(DRAWS));
        let (mut freq, mut loyalty) = (vec![0.0; size], vec![0.0; size]);
        for _ in 0..DRAWS {
            pace.tick(done, steps).await?;
            done += 1;
            for (f, l) in freq.iter_mut().zip(&mut loyalty) {
                let i = rng.index(n);
                *f = found.freq[i];
                *l = found.loyalty[i];
            }
            let cuts = quantile::select(&mut freq, 0.5).zip(quantile::select(&mut loyalty, 0.5));
            if let Some((moved, ari)) = cuts.and_then(|(f, l)| moves.to(f, l)) {
                shares.push(moved);
                aris.push(ari);
            }
        }
        if let (Some(moved_share), Some(moved_share_p95), Some(ari)) =
            (describe::mean(&shares), quantile::quantile(&shares, 0.95), describe::mean(&aris))
        {
            points.push(SensitivityPoint {
                at: size as f64,
                kind: "re_estimated".to_owned(),
                moved_share,
                moved_share_p95,
                ari,
            });
        }
    }
    Ok(points)
}

/// One score, sorted, with the row of each place.
struct Axis {
    sorted: Vec<f64>,
    rows: Vec<u32>,
}

impl Axis {
    fn new(scores: &[f64]) -> Self {
        let (sorted, rows) = radix::sorted(scores).into_iter().unzip();
        Self { sorted, rows }
    }

    /// Rows that one threshold calls high and the other low.
    fn between(&self, a: f64, b: f64) -> &[u32] {
        let from = self.sorted.partition_point(|score| *score < a.min(b));
        let to = self.sorted.partition_point(|score| *score < a.max(b));
        &self.rows[from..to]
    }
}

/// Moves against the labels in force. Only the customers between the old and the new thresholds are looked at: a few
/// in a hundred, twelve hundred times.
struct Moves<'a> {
    found: &'a Segmentation,
    freq: Axis,
    loyalty: Axis,
    counts: [u64; 4],
}

impl<'a> Moves<'a> {
    fn new(found: &'a Segmentation) -> Self {
        let mut counts = [0; 4];
        for &now in &found.labels {
            counts[now as usize] += 1;
        }
        Self { found, freq: Axis::new(&found.freq), loyalty: Axis::new(&found.loyalty), counts }
    }

    /// Share that moves and ARI against the labels in force, at other thresholds.
    fn to(&self, frequency: f64, loyalty: f64) -> Option<(f64, f64)> {
        let found = self.found;
        let (old_frequency, old_loyalty) = (found.thresholds.frequency.used, found.thresholds.loyalty.used);
        let mut table = [[0_u64; 4]; 4];
        for (i, &count) in self.counts.iter().enumerate() {
            table[i][i] = count;
        }
        let mut go = |row: usize| {
            let now = found.labels[row] as usize;
            table[now][now] -= 1;
            table[now][label(found.freq[row], found.loyalty[row], frequency, loyalty) as usize] += 1;
        };
        for &row in self.freq.between(old_frequency, frequency) {
            go(row as usize);
        }
        for &row in self.loyalty.between(old_loyalty, loyalty) {
            let freq = found.freq[row as usize];
            // Those whose frequency changes sides too have been counted.
            if (freq >= old_frequency) == (freq >= frequency) {
                go(row as usize);
            }
        }
        let stay: u64 = (0..Segment::ALL.len()).map(|i| table[i][i]).sum();
        let counts = Contingency { counts: table.concat(), rows: 4, columns: 4 };
        let ari = counts.adjusted_rand_index()?;
        Some((1.0 - stay as f64 / found.labels.len() as f64, ari))
    }
}
