//! A few items in order, in little code: the library's sorts are compiled once per type, and each weighs as much on the
//! page as a component.

use std::cmp::Ordering;

/// The items in ascending order, equal ones as they came. For lists that a person could read: it moves what it has to.
pub fn ordered<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all = Vec::new();
    for item in items {
        let at = all.partition_point(|before| *before <= item);
        all.insert(at, item);
    }
    all
}

/// Puts a few items in the order of `compare`, equal ones as they came. As [`ordered`], for lists that a person could read.
pub fn order_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && compare(&items[at], &items[at - 1]) == Ordering::Less {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_place_as_the_library_sorts() {
        let items = [(3, 'a'), (1, 'b'), (2, 'c'), (1, 'a'), (3, 'b'), (0, 'x')];
        let (mut few, mut sorted) = (items, items);
        sorted.sort_by_key(|item| std::cmp::Reverse(item.0));
        order_by(&mut few, |a, b| b.0.cmp(&a.0));
        assert_eq!(few, sorted);
        order_by(&mut [] as &mut [u8], u8::cmp);
    }

    #[test]
    fn as_the_library_sorts() {
        let items = [(3, 'a'), (1, 'b'), (2, 'c'), (1, 'a'), (3, 'a')];
        let mut sorted = items.to_vec();
        sorted.sort_unstable();
        assert_eq!(ordered(items), sorted);
        assert_eq!(ordered(Vec::<u8>::new()), Vec::<u8>::new());
    }

    #[test]
    fn equal_items_stay_as_they_came() {
        #[derive(Debug)]
        struct Named(u8, &'static str);
        impl Ord for Named {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.0.cmp(&other.0)
            }
        }
        impl PartialOrd for Named {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }
        impl PartialEq for Named {
            fn eq(&self, other: &Self) -> bool {
                self.cmp(other).is_eq()
            }
        }
        impl Eq for Named {}
        let names: Vec<&str> = ordered([Named(2, "a"), Named(1, "b"), Named(2, "c")]).iter().map(|it| it.1).collect();
        assert_eq!(names, ["b", "a", "c"]);
    }
}
