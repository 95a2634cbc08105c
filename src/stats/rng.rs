//! The one seeded generator of the project.
//!
//! `ChaCha` with 8 rounds (`rand_chacha`), whose output is specified and the same on every platform. What
//! is drawn from it is specified here and not left to a crate, so that a seed means the same draws for
//! ever:
//! - the 256-bit key is four outputs of `SplitMix64` started at the seed, little-endian;
//! - [`Rng::stream`] selects the cipher's 64-bit stream number, FNV-1a of the purpose's name, so that one
//!   more draw in one kernel never shifts the draws of another;
//! - [`Rng::uniform`] is the top 53 bits of one 64-bit word times 2⁻⁵³;
//! - [`Rng::below`] is Lemire's multiplication with rejection;
//! - [`Rng::normal`] is the normal quantile of `(top 53 bits + ½)·2⁻⁵³`: one word per draw, no state.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};

use super::normal;

/// 2⁻⁵³.
const STEP: f64 = 1.0 / 9_007_199_254_740_992.0;

/// A deterministic generator: same seed, same stream, same draws everywhere.
#[derive(Clone, Debug)]
pub struct Rng {
    chacha: ChaCha8Rng,
}

impl Rng {
    /// The generator of `seed`, on stream 0.
    pub fn new(seed: u64) -> Self {
        let mut state = seed;
        let mut key = [0_u8; 32];
        for word in key.chunks_exact_mut(8) {
            word.copy_from_slice(&split_mix(&mut state).to_le_bytes());
        }
        Self { chacha: ChaCha8Rng::from_seed(key) }
    }

    /// The generator of `seed` for one `purpose` ("kmeans", "bootstrap"), independent of all other purposes.
    pub fn stream(seed: u64, purpose: &str) -> Self {
        let mut rng = Self::new(seed);
        rng.chacha.set_stream(fnv1a(purpose.as_bytes()));
        rng
    }

    /// The generator of `seed` for draw `index` of one `purpose`, so that draws may be computed in any order.
    pub fn substream(seed: u64, purpose: &str, index: u64) -> Self {
        let mut rng = Self::new(seed);
        let mut hash = fnv1a(purpose.as_bytes());
        for byte in index.to_le_bytes() {
            hash = fnv1a_step(hash, byte);
        }
        rng.chacha.set_stream(hash);
        rng
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.chacha.next_u64()
    }

    /// Uniform on `[0, 1)`, a multiple of 2⁻⁵³.
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * STEP
    }

    /// Standard normal: the quantile function at a uniform on the open interval.
    pub fn normal(&mut self) -> f64 {
        normal::quantile(((self.next_u64() >> 11) as f64 + 0.5) * STEP)
    }

    /// Uniform integer in `0..n`, exactly unbiased; 0 for `n = 0`.
    pub fn below(&mut self, n: u64) -> u64 {
        let mut wide = u128::from(self.next_u64()) * u128::from(n);
        if (wide as u64) < n {
            let threshold = n.wrapping_neg() % n;
            while (wide as u64) < threshold {
                wide = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (wide >> 64) as u64
    }

    /// Uniform index into a slice of length `n`; 0 for `n = 0`.
    pub fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Shuffles in place (Fisher-Yates from the end).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.index(i + 1));
        }
    }

    /// `k` distinct indices of `0..n` in random order (all of them when `k >= n`); a partial Fisher-Yates.
    pub fn sample(&mut self, n: usize, k: usize) -> Vec<usize> {
        let k = k.min(n);
        let mut indices: Vec<usize> = (0..n).collect();
        for i in 0..k {
            indices.swap(i, i + self.index(n - i));
        }
        indices.truncate(k);
        indices
    }

    /// `k` indices of `0..n` with replacement: one bootstrap resample.
    pub fn resample(&mut self, n: usize, k: usize) -> Vec<usize> {
        if n == 0 { Vec::new() } else { (0..k).map(|_| self.index(n)).collect() }
    }
}

/// One step of `SplitMix64` (Steele, Lea and Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| fnv1a_step(hash, byte))
}

pub(crate) fn fnv1a_step(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::describe;

    #[test]
    fn split_mix_matches_its_published_vector() {
        // java.util.SplittableRandom / prng.di.unimi.it with seed 1234567.
        let mut state = 1_234_567;
        assert_eq!(split_mix(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(split_mix(&mut state), 3_203_168_211_198_807_973);
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |mut rng: Rng| rng.next_u64();
        assert_eq!(first(Rng::stream(42, "kmeans")), first(Rng::stream(42, "kmeans")));
        assert_ne!(first(Rng::stream(42, "kmeans")), first(Rng::stream(42, "gap")));
        assert_ne!(first(Rng::new(1)), first(Rng::new(2)));
        assert_ne!(first(Rng::substream(42, "gap", 0)), first(Rng::substream(42, "gap", 1)));
    }

    #[test]
    fn draws_are_frozen() {
        // A changed number here means that every seeded result in the world changes.
        let mut rng = Rng::new(42);
        let words: Vec<u64> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(words, FROZEN);
    }
    /// From the cipher written down independently (Python), key and words as documented above.
    const FROZEN: [u64; 3] = [3_536_907_876_931_541_756, 1_681_417_456_739_323_905, 17_856_965_759_995_586_207];

    #[test]
    fn normals_have_the_right_moments() {
        let mut rng = Rng::stream(7, "moments");
        let x: Vec<f64> = (0..200_000).map(|_| rng.normal()).collect();
        assert!(describe::mean(&x).unwrap().abs() < 0.01);
        assert!((describe::variance(&x, 1).unwrap() - 1.0).abs() < 0.02);
        assert!(describe::skewness(&x).unwrap().g1.abs() < 0.03);
    }

    #[test]
    fn integers_are_uniform() {
        let mut rng = Rng::new(3);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[rng.index(7)] += 1;
        }
        assert!(counts.iter().all(|&c| (9_500..10_500).contains(&c)), "{counts:?}");
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.below(1), 0);
    }

    #[test]
    fn samples_are_distinct_and_complete() {
        let mut rng = Rng::new(5);
        let mut all = rng.sample(100, 200);
        assert_eq!(all.len(), 100);
        all.sort_unstable();
        assert!(all.iter().enumerate().all(|(i, &v)| i == v));
        let mut few = rng.sample(100_000, 50);
        few.sort_unstable();
        few.dedup();
        assert_eq!(few.len(), 50);
        assert!(rng.sample(0, 5).is_empty() && rng.resample(0, 5).is_empty());
        let mut items: Vec<u8> = (0..50).collect();
        rng.shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<u8>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<u8>>());
    }
}
