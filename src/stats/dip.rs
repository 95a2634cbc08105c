//! Hartigan and Hartigan's dip: how far a sample is from its nearest unimodal distribution.
//!
//! The statistic is the largest distance between the empirical distribution function and the closest
//! unimodal one. Ties make lattices that look multimodal: where values repeat by construction (days,
//! ratios of small counts) spread them with [`jittered`] before testing.

use super::dip_table::{PROBABILITIES, QUANTILES, SIZES, UNIT};
use super::rng::Rng;
use super::{describe, quantile, radix};

/// The dip test of unimodality.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dip {
    /// The statistic, 0..=0.25. Mixtures of two equal normals ±1.25σ apart give .005, ±1.5σ .017, ±2σ .046.
    pub d: f64,
    /// p by interpolating simulated critical values of √n·D in √n; 1 for n <= 3.
    pub p: f64,
}

/// Dip and p of values in any order; `None` for an empty column or one with NaN.
///
/// Above n = 72,000 the last row of critical values serves as the asymptotic one.
pub fn dip_test(x: &[f64]) -> Option<Dip> {
    let mut sorted = x.to_vec();
    radix::sort(&mut sorted);
    dip_test_sorted(&sorted)
}

/// As [`dip_test`] for values in ascending order.
pub fn dip_test_sorted(sorted: &[f64]) -> Option<Dip> {
    let d = statistic(sorted)?;
    Some(Dip { d, p: p_value(sorted.len(), d) })
}

/// The floor 1/(2n) that R's `dip(min.is.0 = FALSE)` gives, where Python's default gives less.
pub fn floored(d: f64, n: usize) -> f64 {
    d.max(0.5 / n as f64)
}

/// A copy with normal noise of `share` standard deviations, drawn from `rng`: breaks a lattice of ties.
///
/// `None` below two values or for a constant column.
pub fn jittered(x: &[f64], share: f64, rng: &mut Rng) -> Option<Vec<f64>> {
    let sd = describe::std(x, 1).filter(|&sd| sd > 0.0)?;
    Some(x.iter().map(|v| v + share * sd * rng.normal()).collect())
}

/// Share of values that equal another one: 0 for a continuous column. `sorted` ascending; `None` if empty.
pub fn tied_share(sorted: &[f64]) -> Option<f64> {
    if sorted.is_empty() {
        return None;
    }
    let tied: usize = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).filter(|&length| length > 1).sum();
    Some(tied as f64 / sorted.len() as f64)
}

/// p of a dip `d` at sample size `n`.
pub fn p_value(n: usize, d: f64) -> f64 {
    if n <= 3 {
        return 1.0;
    }
    let above = SIZES.partition_point(|&size| (size as usize) < n);
    let last = SIZES.len() - 1;
    let row = |i: usize| {
        let size = f64::from(SIZES.get(i).copied().unwrap_or(1)).sqrt();
        QUANTILES.get(i).map_or([0.0; PROBABILITIES.len()], |row| row.map(|q| size * (f64::from(q) * UNIT)))
    };
    let critical = if above == 0 || above > last {
        row(above.min(last))
    } else {
        let (low, high) = (f64::from(SIZES[above - 1]), f64::from(SIZES[above]));
        let weight = (n as f64 - low) / (high - low);
        let (below, over) = (row(above - 1), row(above));
        let mut mixed = below;
        for (value, target) in mixed.iter_mut().zip(over) {
            *value += weight * (target - *value);
        }
        mixed
    };
    let at = (n as f64).sqrt() * d;
    let next = critical.partition_point(|&c| c <= at);
    let (Some(&c1), Some(&p1)) = (critical.get(next), PROBABILITIES.get(next)) else { return 0.0 };
    let Some(before) = next.checked_sub(1) else { return 1.0 };
    let (c0, p0) = (critical[before], PROBABILITIES[before]);
    1.0 - (p0 + (at - c0) / (c1 - c0) * (p1 - p0))
}

/// The dip of values in ascending order; `None` for an empty column or one with NaN.
///
/// Algorithm AS 217 (P. M. Hartigan 1985) with its later corrections: the modal interval shrinks from
/// the whole range; each round takes the greatest convex minorant and the least concave majorant of the
/// distribution function over it, finds where they are furthest apart, and measures how far the
/// distribution function strays from them outside that place. O(n) per round, few rounds.
pub fn statistic(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    let (&first, &last) = (sorted.first()?, sorted.last()?);
    if last.is_nan() || first.is_nan() {
        return None;
    }
    if n < 2 || first == last {
        return Some(0.0);
    }
    let minorant = convex_minorant(sorted);
    let majorant = concave_majorant(sorted);
    // Heights are counted in steps of the distribution function (1/n); the dip is half a gap.
    let (mut low, mut high, mut dip) = (0, n - 1, 0.0_f64);
    loop {
        let lower = chain(&minorant, high, low);
        let upper = chain(&majorant, low, high);
        let (gap, from, to) = widest_gap(sorted, &lower, &upper);
        if gap < dip {
            break;
        }
        let below = lower.get(from..).map_or(0.0, |part| {
            part.windows(2).map(|w| stray(sorted, w[1], w[0], Side::AboveMinorant)).fold(0.0, f64::max)
        });
        let above = upper.get(to..).map_or(0.0, |part| {
            part.windows(2).map(|w| stray(sorted, w[0], w[1], Side::BelowMajorant)).fold(0.0, f64::max)
        });
        dip = dip.max(below).max(above);
        let (new_low, new_high) = (lower[from], upper[to]);
        if new_low == low && new_high == high {
            break;
        }
        (low, high) = (new_low, new_high);
    }
    Some(dip / (2.0 * n as f64))
}

/// For each j, the point before it on the greatest convex minorant of (x, index) over 0..=j.
fn convex_minorant(x: &[f64]) -> Vec<usize> {
    let mut before = vec![0; x.len()];
    for j in 1..x.len() {
        let mut at = j - 1;
        while at != 0 {
            let next = before[at];
            // Is `at` on the chain, i.e. is the slope into it smaller than the slope out of it?
            if (x[j] - x[at]) * ((at - next) as f64) < (x[at] - x[next]) * ((j - at) as f64) {
                break;
            }
            at = next;
        }
        before[j] = at;
    }
    before
}

/// For each k, the point after it on the least concave majorant over k..n.
fn concave_majorant(x: &[f64]) -> Vec<usize> {
    let end = x.len() - 1;
    let mut after = vec![end; x.len()];
    for k in (0..end).rev() {
        let mut at = k + 1;
        while at != end {
            let next = after[at];
            if (x[at] - x[k]) * ((next - at) as f64) < (x[next] - x[at]) * ((at - k) as f64) {
                break;
            }
            at = next;
        }
        after[k] = at;
    }
    after
}

/// The vertices from `start` along `links` until `end` is reached or passed.
fn chain(links: &[usize], start: usize, end: usize) -> Vec<usize> {
    let mut vertices = vec![start];
    let mut at = start;
    while (start > end && at > end) || (start < end && at < end) {
        at = links[at];
        vertices.push(at);
    }
    vertices
}

/// Where minorant (`lower`, descending) and majorant (`upper`, ascending) are furthest apart.
///
/// Answers the gap in steps and the positions in both chains that bound the new modal interval.
fn widest_gap(x: &[f64], lower: &[usize], upper: &[usize]) -> (f64, usize, usize) {
    let (mut from, mut to) = (lower.len() - 1, upper.len() - 1);
    if lower.len() == 2 && upper.len() == 2 {
        return (0.0, from, to);
    }
    let mut gap = 0.0;
    // Walk both chains from the low end; at each vertex compare with the segment of the other chain above it.
    let (mut i, mut j) = (lower.len() - 2, 1);
    loop {
        let (g, l) = (lower[i], upper[j]);
        if g > l {
            let g1 = lower[i + 1];
            let d = (l - g1 + 1) as f64 - (x[l] - x[g1]) * ((g - g1) as f64) / (x[g] - x[g1]);
            j += 1;
            if d >= gap {
                (gap, from, to) = (d, i + 1, j - 1);
            }
        } else {
            let l1 = upper[j - 1];
            let d = (x[g] - x[l1]) * ((l - l1) as f64) / (x[l] - x[l1]) - (g as f64 - l1 as f64 - 1.0);
            let here = i;
            i = i.saturating_sub(1);
            if d >= gap {
                (gap, from, to) = (d, here, j);
            }
        }
        j = j.min(upper.len() - 1);
        if lower[i] == upper[j] {
            return (gap, from, to);
        }
    }
}

#[derive(Clone, Copy)]
enum Side {
    AboveMinorant,
    BelowMajorant,
}

/// Largest distance, at least one step, of the distribution function from the chord between two vertices.
fn stray(x: &[f64], from: usize, to: usize, side: Side) -> f64 {
    let (start, end) = (x[from], x[to]);
    let mut largest = 1.0_f64;
    if to - from > 1 && end != start {
        let slope = (to - from) as f64 / (end - start);
        for (step, &v) in x[from..=to].iter().enumerate() {
            let chord = (v - start) * slope;
            let distance = match side {
                Side::AboveMinorant => step as f64 + 1.0 - chord,
                Side::BelowMajorant => chord - (step as f64 - 1.0),
            };
            largest = largest.max(distance);
        }
    }
    largest
}

/// The dip test after the lattice rule: values are jittered by `share` when over 5% of its values are tied.
///
/// Answers the test, whether noise was added, and is `None` for an empty, constant or NaN column.
pub fn dip_test_lattice(x: &[f64], share: f64, rng: &mut Rng) -> Option<(Dip, bool)> {
    let mut sorted = x.to_vec();
    radix::sort(&mut sorted);
    quantile::of_sorted(&sorted, 0.5)?;
    if tied_share(&sorted)? > LATTICE_SHARE {
        let spread = jittered(x, share, rng)?;
        return dip_test(&spread).map(|dip| (dip, true));
    }
    dip_test_sorted(&sorted).map(|dip| (dip, false))
}

/// Above this share of tied values a column counts as a lattice. A judgement: rounding of ratios of small
/// counts ties far more, continuous columns far less.
pub const LATTICE_SHARE: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn same_as_diptest() {
        // diptest 0.12.0: diptest(x) on the 500 fractional parts of i·√2, their cubes, two heaps, a lattice.
        for (name, (x, d, p)) in ["weyl", "cubed", "heaps", "lattice"].iter().zip(cases()) {
            let found = dip_test(&x).unwrap();
            assert_relative_eq!(found.d, d, max_relative = 1e-12);
            // diptest's p comes of its own simulation, ours of ours (`dip_table`): they agree to the error of both,
            // bounded by four standard errors of 100,000 draws each (ours has 400,000 at this size), and by the tables'
            // last step at the ends.
            let error = 4.0 * (2.0 * p * (1.0 - p) / 100_000.0).sqrt() + 1e-4;
            assert!((found.p - p).abs() < error, "{name}: {} {p}", found.p);
        }
    }

    fn cases() -> [(Vec<f64>, f64, f64); 4] {
        let weyl: Vec<f64> = (0..500).map(|i| (f64::from(i) * std::f64::consts::SQRT_2).fract()).collect();
        let cubed = weyl.iter().map(|v| v * v * v).collect();
        let heaps = weyl.iter().enumerate().map(|(i, v)| v * v + if i % 3 == 0 { 0.9 } else { 0.0 }).collect();
        let lattice = weyl.iter().map(|v| (v * v * 12.0).floor()).collect();
        let [a, b, c, d] = DIPTEST;
        [(weyl, a.0, a.1), (cubed, b.0, b.1), (heaps, c.0, c.1), (lattice, d.0, d.1)]
    }
    const DIPTEST: [(f64, f64); 4] =
        [(0.003074102931436869, 1.0), (0.001962757931049641, 1.0), (0.043257596085804206, 0.0), (0.058, 0.0)];

    #[test]
    fn degenerate_columns() {
        assert_eq!(dip_test(&[]), None);
        assert_eq!(dip_test(&[1.0, f64::NAN]), None);
        assert_eq!(dip_test(&[3.0]), Some(Dip { d: 0.0, p: 1.0 }));
        assert_eq!(dip_test(&[3.0; 10]), Some(Dip { d: 0.0, p: 1.0 }));
        assert_eq!(jittered(&[3.0; 10], 0.1, &mut Rng::new(1)), None);
        assert_eq!(tied_share(&[]), None);
        assert_eq!(floored(0.0, 10), 0.05);
    }

    #[test]
    fn shift_scale_and_mirror_do_not_matter() {
        let x: Vec<f64> = (0..200).map(|i| (f64::from(i) * 0.618_033_988_75).fract() + f64::from(i % 2)).collect();
        let d = dip_test(&x).unwrap().d;
        let moved: Vec<f64> = x.iter().map(|v| 8.0 * v + 1024.0).collect();
        let mirrored: Vec<f64> = x.iter().map(|v| -v).collect();
        assert_relative_eq!(dip_test(&moved).unwrap().d, d, max_relative = 1e-9);
        assert_relative_eq!(dip_test(&mirrored).unwrap().d, d, max_relative = 1e-12);
    }

    #[test]
    fn a_lattice_of_one_heap_is_unimodal_once_spread() {
        let mut rng = Rng::new(11);
        let x: Vec<f64> = (0..20_000).map(|_| (rng.normal() * 4.0).round()).collect();
        let raw = dip_test(&x).unwrap();
        let (spread, noisy) = dip_test_lattice(&x, 0.1, &mut rng).unwrap();
        assert!(noisy && raw.p < 0.001 && spread.p > 0.5, "{raw:?} {spread:?}");
    }
}
