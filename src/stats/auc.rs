//! How well a score ranks a binary outcome: AUC, lift.

use super::ranks;

/// Area under the ROC curve; ties count one half (scikit-learn's `roc_auc_score`).
///
/// `None` when the lengths differ or one of the two outcomes is absent.
pub fn auc(score: &[f64], outcome: &[bool]) -> Option<f64> {
    if score.len() != outcome.len() {
        return None;
    }
    let positives = outcome.iter().filter(|&&y| y).count() as f64;
    let negatives = outcome.len() as f64 - positives;
    if positives == 0.0 || negatives == 0.0 {
        return None;
    }
    let ranks = ranks::mid_ranks(score).ranks;
    let sum: f64 = ranks.iter().zip(outcome).filter(|&(_, &y)| y).map(|(r, _)| r).sum();
    Some((sum - 0.5 * positives * (positives + 1.0)) / (positives * negatives))
}

/// The same from counts per group, groups ascending by score; `None` when all are yes or all are no.
///
/// What a bootstrap recounts by the thousand: no sorting, one pass over the groups.
pub fn auc_of_counts(yes: &[f64], no: &[f64]) -> Option<f64> {
    let (mut below, mut area) = (0.0, 0.0);
    let mut all_yes = 0.0;
    for (&yes, &no) in yes.iter().zip(no) {
        area += yes * (below + 0.5 * no);
        below += no;
        all_yes += yes;
    }
    (all_yes > 0.0 && below > 0.0).then(|| area / (all_yes * below))
}

/// Rate of the outcome among the rows whose score equals `level`, over the rate among all.
///
/// `None` when the lengths differ, no row has that score, or the outcome never occurs.
pub fn lift(score: &[f64], outcome: &[bool], level: f64) -> Option<f64> {
    if score.len() != outcome.len() {
        return None;
    }
    let all = outcome.iter().filter(|&&y| y).count() as f64 / outcome.len() as f64;
    let (mut rows, mut hits) = (0.0, 0.0);
    for (&s, &y) in score.iter().zip(outcome) {
        if s == level {
            rows += 1.0;
            hits += f64::from(u8::from(y));
        }
    }
    (rows > 0.0 && all > 0.0).then(|| hits / rows / all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_rows_agree() {
        let score = [0.0, 3.0, 1.0, 1.0, 2.0, 3.0, 0.0, 2.0];
        let y = [false, true, false, true, true, true, false, false];
        // Of the levels 0, 1, 2, 3.
        let (yes, no) = ([0.0, 1.0, 1.0, 2.0], [2.0, 1.0, 1.0, 0.0]);
        assert_eq!(auc(&score, &y), auc_of_counts(&yes, &no));
    }

    #[test]
    fn extremes() {
        let y = [false, false, true, true];
        assert_eq!(auc(&[1.0, 2.0, 3.0, 4.0], &y), Some(1.0));
        assert_eq!(auc(&[4.0, 3.0, 2.0, 1.0], &y), Some(0.0));
        assert_eq!(auc(&[1.0; 4], &y), Some(0.5));
        assert_eq!(auc(&[1.0; 4], &[true; 4]), None);
        assert_eq!(auc(&[1.0; 3], &y), None);
        assert_eq!(auc_of_counts(&[1.0, 2.0], &[0.0, 0.0]), None);
        assert_eq!(auc_of_counts(&[], &[]), None);
        assert_eq!(lift(&[1.0, 1.0, 2.0, 2.0], &y, 2.0), Some(2.0));
        assert_eq!(lift(&[1.0; 4], &y, 2.0), None);
        assert_eq!(lift(&[1.0; 4], &[false; 4], 1.0), None);
    }
}
