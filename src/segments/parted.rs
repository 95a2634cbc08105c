//! Values of customers, parted by their segments.

use super::findings::Segment;

/// The values of each segment's customers in [`Segment::ALL`]'s order, each in order of the rows; `labels` has one per
/// value.
pub fn parted<T>(values: impl IntoIterator<Item = T>, labels: &[Segment]) -> [Vec<T>; 4] {
    let mut own = Segment::ALL.map(|_| Vec::new());
    for (value, &label) in values.into_iter().zip(labels) {
        own[label as usize].push(value);
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_goes_to_its_segment() {
        let [first, second, third, fourth] = Segment::ALL;
        let labels = [third, first, third, second, first];
        let own = parted([1, 2, 3, 4, 5], &labels);
        assert_eq!(own, [vec![2, 5], vec![4], vec![1, 3], vec![]]);
        assert_eq!(own[fourth as usize].len(), 0);
    }
}
