//! Shannon entropy of a distribution over categories.

/// Entropy in bits of non-negative weights (counts or shares): `-Σ p log₂ p`; one category gives 0.
///
/// `None` when they sum to 0 or one is negative or not a number.
pub fn bits(weights: &[f64]) -> Option<f64> {
    let total: f64 = weights.iter().sum();
    if !(total > 0.0 && total.is_finite() && weights.iter().all(|&w| w >= 0.0)) {
        return None;
    }
    let sum: f64 = weights.iter().filter(|&&w| w > 0.0).map(|&w| w / total * libm::log2(w / total)).sum();
    Some(if sum < 0.0 { -sum } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        assert_eq!(bits(&[]), None);
        assert_eq!(bits(&[0.0, 0.0]), None);
        assert_eq!(bits(&[1.0, -1.0, 3.0]), None);
        assert_eq!(bits(&[7.0]), Some(0.0));
        assert_eq!(bits(&[1.0; 8]), Some(3.0));
    }
}
