//! Our labels against a segment column that the file brought along.

use std::collections::BTreeMap;

use super::findings::{GivenSegmentAgreement, Segment};

/// Unknown names shown at most.
const SHOWN: usize = 10;

/// Compares row by row: `given[c]` belongs to customer `c`, `rows` are the customers of the labels.
///
/// Names are compared without regard to case, and with `_` and `-` as spaces.
pub fn agreement(given: &[Option<String>], rows: &[u32], labels: &[Segment]) -> GivenSegmentAgreement {
    let (mut customers, mut agree) = (0, 0);
    let mut unknown: BTreeMap<&str, u64> = BTreeMap::new();
    for (&c, &label) in rows.iter().zip(labels) {
        let Some(name) = given.get(c as usize).and_then(Option::as_deref) else { continue };
        customers += 1;
        match named(name) {
            Some(segment) => agree += u64::from(segment == label),
            None => *unknown.entry(name).or_default() += 1,
        }
    }
    let mut unknown: Vec<(String, u64)> = unknown.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    // Names ascend already; a stable sort by count keeps that order among equals.
    unknown.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    unknown.truncate(SHOWN);
    GivenSegmentAgreement { customers, agree, unknown }
}

/// The segment of that name.
pub fn named(name: &str) -> Option<Segment> {
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let name = plain(name);
    Segment::ALL.into_iter().find(|segment| plain(segment.name()) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_leniently_and_the_rest_is_listed() {
        let given: Vec<Option<String>> = ["Champions", "at_risk", "VIP", "vip", "VIP", "frequent-explorers"]
            .into_iter()
            .map(|name| Some(name.to_owned()))
            .chain([None])
            .collect();
        let labels = [
            Segment::Champions,
            Segment::Champions,
            Segment::AtRisk,
            Segment::AtRisk,
            Segment::AtRisk,
            Segment::FrequentExplorers,
            Segment::AtRisk,
        ];
        let found = agreement(&given, &[0, 1, 2, 3, 4, 5, 6], &labels);
        assert_eq!((found.customers, found.agree), (6, 2));
        assert_eq!(found.unknown, [("VIP".to_owned(), 2), ("vip".to_owned(), 1)]);
    }
}
