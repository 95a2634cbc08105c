//! Sorting the lines of one order by product.
//!
//! Most orders are short and their lines in no order. A place is then found for each line by counting the lines that come
//! before it: more comparisons than sorting needs, but none that a branch depends on, and several at once.

use super::history::Line;

/// Sorts the lines of one order by [`Line::place`].
pub(super) fn sort(lines: &mut [Line]) {
    match lines.len() {
        0 | 1 => {}
        2..=8 => by_counting::<8>(lines),
        9..=16 => by_counting::<16>(lines),
        17..=32 => by_counting::<32>(lines),
        _ => by_comparing(lines),
    }
}

/// In one place: a sort is thousands of bytes of machine code wherever it stands.
#[inline(never)]
fn by_comparing(lines: &mut [Line]) {
    lines.sort_unstable_by_key(|line| line.place());
}

/// Sorts at most `N` lines.
fn by_counting<const N: usize>(lines: &mut [Line]) {
    // Signed in the same order: processors have such a comparison, of unsigned numbers they have none.
    const SIGN: u32 = 1 << 31;
    let n = lines.len();
    let mut places = [i32::MAX; N];
    for (place, line) in places.iter_mut().zip(&*lines) {
        *place = (line.place() ^ SIGN).cast_signed();
    }
    let mut before = [0_u32; N];
    for &other in &places[..n] {
        for (before, &place) in before.iter_mut().zip(&places) {
            *before += u32::from(other < place);
        }
    }
    // Of every pair one comes before the other, unless two are the same: they would share a place.
    if before[..n].iter().sum::<u32>() as usize != n * (n - 1) / 2 {
        by_comparing(lines);
        return;
    }
    for (&place, &at) in places.iter().zip(&before).take(n) {
        lines[at as usize] = Line::at_place(place.cast_unsigned() ^ SIGN);
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_lines_are_sorted(lines in prop::collection::vec((0_u32..60, any::<bool>()), 0..40)) {
            let mut lines: Vec<Line> = lines.into_iter().map(|(product, again)| Line::new(product, again)).collect();
            let mut expected = lines.clone();
            expected.sort_by_key(|line| line.place());
            sort(&mut lines);
            prop_assert_eq!(lines, expected);
        }

        #[test]
        fn distinct_lines_are_sorted(count in 0_usize..40, step in 1_u32..1 << 25, again: u64) {
            let line = |i: usize| Line::new((i as u32).wrapping_mul(step) % ((1 << 31) - 1), again >> i & 1 == 1);
            let mut lines: Vec<Line> = (0..count).map(line).collect();
            let mut expected = lines.clone();
            expected.sort_by_key(|line| line.place());
            sort(&mut lines);
            prop_assert_eq!(lines, expected);
        }
    }

    #[test]
    fn what_is_no_line_comes_last() {
        let mut lines = vec![Line::NONE, Line::new(3, false), Line::NONE, Line::new((1 << 31) - 2, true)];
        sort(&mut lines);
        assert_eq!(lines, [Line::new(3, false), Line::new((1 << 31) - 2, true), Line::NONE, Line::NONE]);
    }
}
