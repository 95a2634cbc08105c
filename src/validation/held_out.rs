//! Which customers are kept for the test, and their scores as groups.

use crate::stats::radix;
use crate::stats::rng::Rng;

/// For every customer of the history: is this one held out? Half are, by the seed.
///
/// By customer index, which follows the ids: the order of rows in the files does not matter.
pub fn held_out(customers: usize, seed: u64) -> Vec<bool> {
    let mut rng = Rng::stream(seed, "held_out");
    (0..customers).map(|_| rng.chance(0.5)).collect()
}

/// Group of each score, ascending and without gaps, equal scores together; and how many groups there are.
pub fn groups(scores: &[f64]) -> (Vec<u32>, usize) {
    let order = radix::sorted(scores);
    let mut group = vec![0; scores.len()];
    let mut count = 0_u32;
    for equal in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        for &(_, i) in equal {
            group[i as usize] = count;
        }
        count += 1;
    }
    (group, count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::auc::auc_of_counts;

    #[test]
    fn groups_lead_to_the_reference_auc() {
        // stat_cases S081 (scikit-learn).
        let score = [3.0, 2.0, 2.0, 1.0, 3.0, 0.0, 1.0, 0.0, 2.0, 3.0];
        let y = [1, 1, 0, 0, 1, 0, 1, 0, 0, 1];
        let (group, count) = groups(&score);
        let (mut yes, mut no) = (vec![0.0; count], vec![0.0; count]);
        for (&g, y) in group.iter().zip(y) {
            if y == 1 { yes[g as usize] += 1.0 } else { no[g as usize] += 1.0 }
        }
        assert!((auc_of_counts(&yes, &no).unwrap() - 0.86).abs() < 1e-12);
    }

    #[test]
    fn half_are_held_out_and_the_seed_decides() {
        let out = held_out(10_000, 1);
        let share = out.iter().filter(|&&held| held).count() as f64 / 10_000.0;
        assert!((share - 0.5).abs() < 0.02, "{share}");
        assert_eq!(out, held_out(10_000, 1));
        assert_ne!(out, held_out(10_000, 2));
    }
}
