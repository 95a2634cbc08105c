//! Structural checks of encoded page content, before Parquet's decoders trust it.
//!
//! The decoders assert where a broken file should be an error (varints longer than ten bytes, run
//! lengths beyond the data, prefixes beyond the last value), and in the browser a panic ends the engine.
//! Each check walks headers and run lengths, never single values.

/// Bytes that a varint of 64 bits can take.
const LONGEST_VARINT: usize = 10;

/// An unsigned LEB128 number at `at`, and where it ends.
fn varint(data: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for i in 0..LONGEST_VARINT {
        let byte = *data.get(at + i)?;
        value |= u64::from(byte & 0x7f).checked_shl(7 * i as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, at + i + 1));
        }
    }
    None
}

fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// Walks a hybrid of run lengths and bit-packed groups with `width` bits per value.
///
/// Returns how many of the first `wanted` values are 1 (meaningful for a width of 1) when the data really
/// hold `wanted` values, else `None`.
pub(super) fn hybrid_ones(data: &[u8], width: u32, wanted: usize) -> Option<usize> {
    let value_bytes = width.div_ceil(8) as usize;
    let (mut at, mut left, mut ones) = (0, wanted, 0);
    while left > 0 {
        let (header, next) = varint(data, at)?;
        let run = usize::try_from(header >> 1).ok().filter(|run| *run > 0 && u32::try_from(*run).is_ok())?;
        at = next;
        if header & 1 == 0 {
            let value = data.get(at..at.checked_add(value_bytes)?)?;
            let count = run.min(left);
            match (width, value) {
                (1, [0]) => {}
                (1, [1]) => ones += count,
                (1, _) => return None,
                _ => {}
            }
            at += value_bytes;
            left -= count;
        } else {
            let count = run.checked_mul(8)?.min(left);
            let packed = data.get(at..)?;
            // A writer may cut the padding of the last group off, but not its values.
            let bits = count.checked_mul(width as usize)?;
            if packed.len() < bits.div_ceil(8) {
                return None;
            }
            if width == 1 {
                ones += ones_in(packed, count);
            }
            at = at.saturating_add(run.checked_mul(width as usize)?);
            left -= count;
        }
    }
    Some(ones)
}

/// Number of 1 bits among the first `bits` bits.
pub(super) fn ones_in(data: &[u8], bits: usize) -> usize {
    let whole: usize = data.iter().take(bits / 8).map(|b| b.count_ones() as usize).sum();
    let rest = bits % 8;
    match data.get(bits / 8) {
        Some(last) if rest > 0 => whole + (last & ((1u8 << rest) - 1)).count_ones() as usize,
        _ => whole,
    }
}

/// Walks a delta-binary-packed stream that must hold between `least` and `most` values.
///
/// Hands every value to `each` (as Parquet's 32-bit decoder would compute it) and returns where the stream
/// ends; `None` if it is broken.
pub(super) fn delta(data: &[u8], least: usize, most: usize, mut each: impl FnMut(i32)) -> Option<usize> {
    let (block, at) = varint(data, 0)?;
    let (minis, at) = varint(data, at)?;
    let (total, at) = varint(data, at)?;
    let (first, mut at) = varint(data, at)?;
    let (block, minis) = (usize::try_from(block).ok()?, usize::try_from(minis).ok()?);
    let total = usize::try_from(total).ok().filter(|t| (least..=most).contains(t))?;
    if block == 0 || block > 1 << 20 || minis == 0 || !block.is_multiple_of(128) || !block.is_multiple_of(minis) {
        return None;
    }
    let per_mini = block / minis;
    if !per_mini.is_multiple_of(32) {
        return None;
    }
    if total == 0 {
        return Some(at);
    }
    let mut value = zigzag(first) as i32;
    each(value);
    let mut left = total - 1;
    while left > 0 {
        let (least_delta, next) = varint(data, at)?;
        let least_delta = zigzag(least_delta) as i32;
        let widths = data.get(next..next.checked_add(minis)?)?;
        at = next + minis;
        for &width in widths {
            // Trailing miniblocks of the last block take no room, whatever width they claim.
            if left == 0 {
                break;
            }
            if width > 64 {
                return None;
            }
            let packed = data.get(at..at.checked_add(usize::from(width) * per_mini / 8)?)?;
            for i in 0..per_mini.min(left) {
                let delta = bits_at(packed, i * usize::from(width), width) as i32;
                value = value.wrapping_add(least_delta).wrapping_add(delta);
                each(value);
            }
            at += packed.len();
            left -= per_mini.min(left);
        }
    }
    Some(at)
}

/// `width` bits from bit `from`, least significant first.
fn bits_at(data: &[u8], from: usize, width: u8) -> u64 {
    let mut value = 0u64;
    for i in 0..usize::from(width) {
        let bit = from + i;
        let byte = data.get(bit / 8).copied().unwrap_or(0);
        value |= u64::from(byte >> (bit % 8) & 1) << i;
    }
    value
}

/// As [`delta`] for integer columns: block structure only, since their values cannot mislead anybody.
pub(super) fn delta_structure(data: &[u8], least: usize, most: usize, type_bits: u8) -> Option<()> {
    let (block, at) = varint(data, 0)?;
    let (minis, at) = varint(data, at)?;
    let (total, at) = varint(data, at)?;
    let (_, mut at) = varint(data, at)?;
    let (block, minis) = (usize::try_from(block).ok()?, usize::try_from(minis).ok()?);
    let total = usize::try_from(total).ok().filter(|t| (least..=most).contains(t))?;
    if block == 0 || block > 1 << 20 || minis == 0 || !block.is_multiple_of(128) || !block.is_multiple_of(minis) {
        return None;
    }
    let per_mini = block / minis;
    if !per_mini.is_multiple_of(32) {
        return None;
    }
    let mut left = total.saturating_sub(1);
    while left > 0 {
        let (_, next) = varint(data, at)?;
        let widths = data.get(next..next.checked_add(minis)?)?;
        at = next + minis;
        for &width in widths {
            if left == 0 {
                break;
            }
            if width > type_bits {
                return None;
            }
            let here = per_mini.min(left);
            // The last miniblock's padding may be cut off, its values may not.
            if data.len().saturating_sub(at) < (here * usize::from(width)).div_ceil(8) {
                return None;
            }
            at += usize::from(width) * per_mini / 8;
            left -= here;
        }
    }
    Some(())
}

/// Delta-length byte arrays: lengths that are no negative numbers and fit the data.
pub(super) fn delta_lengths(data: &[u8], least: usize, most: usize) -> Option<()> {
    let (mut sum, mut negative) = (0u64, false);
    let end = delta(data, least, most, |length| {
        negative |= length < 0;
        sum += u64::from(length.unsigned_abs());
    })?;
    (!negative && sum <= (data.len().checked_sub(end)?) as u64).then_some(())
}

/// Delta byte arrays: prefixes no longer than the value before, suffixes that fit, and altogether no more
/// than `most_bytes` when written out.
pub(super) fn delta_strings(data: &[u8], least: usize, most: usize, most_bytes: u64) -> Option<()> {
    let mut prefixes = Vec::new();
    let end = delta(data, least, most, |length| prefixes.push(length))?;
    let rest = data.get(end..)?;
    let mut index = 0;
    let (mut length, mut suffixes, mut written, mut sound) = (0u64, 0u64, 0u64, true);
    let end = delta(rest, prefixes.len(), prefixes.len(), |suffix| {
        let prefix = prefixes.get(index).copied().unwrap_or(-1);
        index += 1;
        sound &= suffix >= 0 && prefix >= 0 && u64::from(prefix.unsigned_abs()) <= length;
        length = u64::from(prefix.unsigned_abs()) + u64::from(suffix.unsigned_abs());
        suffixes += u64::from(suffix.unsigned_abs());
        written = written.saturating_add(length);
    })?;
    (sound && written <= most_bytes && suffixes <= (rest.len().checked_sub(end)?) as u64).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_groups_are_counted() {
        // A run of five ones, then a group of eight of which three are ones.
        let data = [5 << 1, 1, 1 << 1 | 1, 0b0000_0111];
        assert_eq!(hybrid_ones(&data, 1, 13), Some(8));
        assert_eq!(hybrid_ones(&data, 1, 6), Some(6));
        assert_eq!(hybrid_ones(&data, 1, 14), None);
        assert_eq!(hybrid_ones(&[0xff; 12], 1, 1), None);
        assert_eq!(hybrid_ones(&[], 1, 0), Some(0));
    }

    #[test]
    fn delta_streams_are_walked() {
        // 7, 5, 3, 1, 2, 3, 4, 5 as in the format's specification: block 128, 4 miniblocks, first 7, least -2,
        // widths 2: deltas 0 0 0 3 3 3 3.
        let mut data = vec![0x80, 0x01, 4, 8, 14, 3, 2, 0, 0, 0];
        data.extend([0b1100_0000, 0b0011_1111, 0, 0, 0, 0, 0, 0]);
        let mut values = Vec::new();
        assert_eq!(delta(&data, 8, 8, |v| values.push(v)), Some(data.len()));
        assert_eq!(values, [7, 5, 3, 1, 2, 3, 4, 5]);
        assert_eq!(delta_structure(&data, 8, 8, 64), Some(()));
        assert_eq!(delta_structure(&data, 9, 9, 64), None);
        assert_eq!(delta(&data[..12], 8, 8, |_| ()), None);
        assert_eq!(delta(&[0xff; 30], 0, 1000, |_| ()), None);
    }
}
