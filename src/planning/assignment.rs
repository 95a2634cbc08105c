//! Who is treated: deterministic hash buckets, and exact halves of a fixed list.
//!
//! Any system that knows FNV-1a can repeat the assignment from the customer's id and the experiment's
//! name alone, without a stored list.

/// Buckets of [`bucket`]: shares are multiples of 1/10,000.
const BUCKETS: u32 = 10_000;

/// FNV-1a, 32 bits.
pub fn fnv1a_32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// `GrowthBook`'s hash version 2: FNV-1a of the decimal text of FNV-1a of `seed + id`.
fn hash(seed: &str, id: &str) -> u32 {
    let inner =
        id.bytes().fold(fnv1a_32(seed.as_bytes()), |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let (mut digits, mut first, mut rest) = ([0; 10], 10, inner);
    loop {
        first -= 1;
        digits[first] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return fnv1a_32(&digits[first..]);
        }
    }
}

/// Bucket of a customer, in 0..1 by steps of 1/10,000 (`seed`/`a` gives 0.0505).
pub fn bucket(seed: &str, id: &str) -> f64 {
    f64::from(hash(seed, id) % BUCKETS) / f64::from(BUCKETS)
}

/// The seed of one stratum: `experiment|segment|band` (no band: `experiment|segment`).
pub fn stratum_seed(experiment: &str, segment: &str, band: Option<&str>) -> String {
    match band {
        Some(band) => format!("{experiment}|{segment}|{band}"),
        None => format!("{experiment}|{segment}"),
    }
}

/// Arm of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// Left alone.
    Control,
    /// Treated.
    Treatment,
}

/// Streaming assignment: bucket below `control_share` is control, the rest treatment.
pub fn arm(seed: &str, id: &str, control_share: f64) -> Arm {
    if bucket(seed, id) < control_share { Arm::Control } else { Arm::Treatment }
}

/// Assignment of a fixed list within one stratum: sorted by hash (then by id), the first share is control.
///
/// Exact balance: control gets `round(n · control_share)`. Answers the arms in the order of `ids`.
pub fn fixed_list<S: AsRef<str>>(seed: &str, ids: &[S], control_share: f64) -> Vec<Arm> {
    let mut order: Vec<(u32, &str, usize)> =
        ids.iter().enumerate().map(|(i, id)| (hash(seed, id.as_ref()), id.as_ref(), i)).collect();
    order.sort_unstable();
    let controls = (ids.len() as f64 * control_share.clamp(0.0, 1.0)).round() as usize;
    let mut arms = vec![Arm::Treatment; ids.len()];
    for &(_, _, i) in order.iter().take(controls) {
        if let Some(slot) = arms.get_mut(i) {
            *slot = Arm::Control;
        }
    }
    arms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors() {
        // FNV's own test vectors (Fowler, Noll, Vo).
        assert_eq!(fnv1a_32(b""), 0x811c_9dc5);
        assert_eq!(fnv1a_32(b"a"), 0xe40c_292c);
        assert_eq!(fnv1a_32(b"foobar"), 0xbf9c_f968);
        assert_eq!((bucket("seed", "a") * 1e4).round() as u32, 505);
        for id in ["", "a", "4711", "grüße"] {
            let inner = fnv1a_32(format!("seed{id}").as_bytes());
            assert_eq!(hash("seed", id), fnv1a_32(inner.to_string().as_bytes()));
        }
    }

    #[test]
    fn fixed_lists_are_balanced_and_independent_of_order() {
        let ids: Vec<String> = (0..101).map(|i| format!("u{i}")).collect();
        let arms = fixed_list("e|s", &ids, 0.5);
        assert_eq!(arms.iter().filter(|&&a| a == Arm::Control).count(), 51);
        let reversed: Vec<String> = ids.iter().rev().cloned().collect();
        let mut again = fixed_list("e|s", &reversed, 0.5);
        again.reverse();
        assert_eq!(arms, again);
        assert!(fixed_list::<&str>("e", &[], 0.5).is_empty());
    }

    #[test]
    fn seeds_name_the_stratum() {
        assert_eq!(stratum_seed("e", "Champions", None), "e|Champions");
        assert_eq!(stratum_seed("e", "Champions", Some("5-9")), "e|Champions|5-9");
    }
}
