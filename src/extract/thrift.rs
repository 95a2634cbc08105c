//! A look into Parquet's footer (Thrift's compact protocol) for what the decoder leaves out.

/// Structures and lists within one another, at most.
const DEEPEST: u32 = 16;

/// Does the structure that `bytes` begin with have a field of this number? A structure that breaks off has not.
pub(super) fn has_field(bytes: &[u8], number: i64) -> bool {
    fields(&mut { bytes }, DEEPEST, Some(number)) == Some(true)
}

/// Walks over a structure; says whether the field that is `wanted` came by. `None` if it breaks off.
fn fields(bytes: &mut &[u8], depth: u32, wanted: Option<i64>) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    let mut number = 0_i64;
    loop {
        let head = byte(bytes)?;
        if head == 0 {
            return Some(false);
        }
        number = match head >> 4 {
            0 => zigzag(varint(bytes)?),
            step => number.checked_add(i64::from(step))?,
        };
        if wanted == Some(number) {
            return Some(true);
        }
        // A field's type is its value, if it is true or false.
        if !matches!(head & 15, 1 | 2) {
            value(bytes, head & 15, depth)?;
        }
    }
}

/// Walks over a value of a type.
fn value(bytes: &mut &[u8], kind: u8, depth: u32) -> Option<()> {
    match kind {
        1..=3 => drop(byte(bytes)?),
        4..=6 => drop(varint(bytes)?),
        7 => drop(bytes.split_off(..8)?),
        8 => drop({
            let length = usize::try_from(varint(bytes)?).ok()?;
            bytes.split_off(..length)?
        }),
        9 | 10 => {
            let depth = depth.checked_sub(1)?;
            let head = byte(bytes)?;
            let length = if head >> 4 == 15 { varint(bytes)? } else { u64::from(head >> 4) };
            for _ in 0..length {
                value(bytes, head & 15, depth)?;
            }
        }
        11 => {
            let depth = depth.checked_sub(1)?;
            let length = varint(bytes)?;
            let kinds = if length > 0 { byte(bytes)? } else { 0 };
            for _ in 0..length {
                value(bytes, kinds >> 4, depth)?;
                value(bytes, kinds & 15, depth)?;
            }
        }
        12 => drop(fields(bytes, depth, None)?),
        _ => return None,
    }
    Some(())
}

fn byte(bytes: &mut &[u8]) -> Option<u8> {
    bytes.split_off_first().copied()
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let next = byte(bytes)?;
        number |= u64::from(next & 0x7f).checked_shl(shift)?;
        if next & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1: i32 2 · 2: list of two structures { 4: binary "abc" } · 5: double · 8: structure { 1: true }
    const BYTES: [u8; 28] = [
        0x15, 0x04, 0x19, 0x2c, 0x48, 3, b'a', b'b', b'c', 0, 0x48, 3, b'a', b'b', b'c', 0, 0x37, 0, 0, 0, 0, 0, 0, 0,
        0, 0x3c, 0x11, 0,
    ];

    #[test]
    fn fields_are_found_behind_whatever_stands_before_them() {
        for (number, found) in [(1, true), (2, true), (3, false), (4, false), (5, true), (8, true), (9, false)] {
            assert_eq!(has_field(&[&BYTES[..], &[0]].concat(), number), found, "{number}");
        }
    }

    #[test]
    fn what_breaks_off_or_is_endless_has_no_further_field() {
        for end in 0..=BYTES.len() {
            assert!(!has_field(&BYTES[..end], 9));
        }
        assert!(!has_field(&[0x1c; 1_000], 9), "structures in structures");
        assert!(!has_field(&vec![0x19; 1 << 20], 9), "lists in lists");
        assert!(!has_field(&[[0x1b, 1].as_slice(), &[0xbb, 1].repeat(1 << 19)].concat(), 9), "maps in maps");
        assert!(!has_field(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 9), "a long list");
    }
}
