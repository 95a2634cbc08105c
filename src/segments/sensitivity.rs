//! How many customers would stand elsewhere if the thresholds had been drawn a little differently.

use crate::pace::{Cancelled, Pace};
use crate::stats::ari::Contingency;
use crate::stats::rng::Rng;
use crate::stats::{describe, quantile};

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
    let (mut freq, mut loyalty) = (found.freq.clone(), found.loyalty.clone());
    freq.sort_unstable_by(f64::total_cmp);
    loyalty.sort_unstable_by(f64::total_cmp);
    for point in POINTS.step_by(STEP) {
        pace.tick(done, steps).await?;
        done += 1;
        let at = f64::from(point) / 100.0;
        let cuts = quantile::of_sorted(&freq, at).zip(quantile::of_sorted(&loyalty, at));
        let Some((moved, ari)) = cuts.and_then(|(f, l)| movement(found, f, l)) else { continue };
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
            if let Some((moved, ari)) = cuts.and_then(|(f, l)| movement(found, f, l)) {
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

/// Share that moves and ARI against the labels in force, at other thresholds.
fn movement(found: &Segmentation, frequency: f64, loyalty: f64) -> Option<(f64, f64)> {
    let mut table = [[0_u64; 4]; 4];
    for ((&f, &l), &now) in found.freq.iter().zip(&found.loyalty).zip(&found.labels) {
        table[now as usize][label(f, l, frequency, loyalty) as usize] += 1;
    }
    let stay: u64 = (0..Segment::ALL.len()).map(|i| table[i][i]).sum();
    let counts = Contingency { counts: table.concat(), rows: 4, columns: 4 };
    let ari = counts.adjusted_rand_index()?;
    Some((1.0 - stay as f64 / found.labels.len() as f64, ari))
}
