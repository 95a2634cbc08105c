//! Runs: neighbouring rows of a file that belong to one order.
//!
//! Lines of one order stand together in most files, but orders that are neighbours in the file lie anywhere in memory, and
//! a look at a place that was not looked at lately costs as much as a hundred additions. So there is one look per run.
//! (Counting and dealing out room go from run to run as they come: the looks overlap. Sorting runs by neighbourhood first
//! took half as long again.)

use super::orders::NO_ORDER;

/// Neighbouring rows of one order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Run {
    /// Position of the order, or a sentinel of `orders`; once [`allot`]ted, where its first line goes.
    pub(super) order: u32,
    pub(super) rows: u32,
}

/// Rows per run from which runs are worth keeping: they then weigh at most half of what the lines do.
const ROWS_PER_RUN: u64 = 4;
/// Runs that are kept whatever the lines weigh.
const FREE_RUNS: u64 = 1 << 16;

/// The runs of a whole file, from the first pass for the second; `None` where they are too many.
pub(super) struct Kept {
    pub(super) runs: Option<Vec<Run>>,
    rows: u64,
}

impl Kept {
    pub(super) fn new() -> Self {
        Self { runs: Some(Vec::new()), rows: 0 }
    }

    /// Keeps the runs of a batch, or gives all of them up; those that are not kept are handed to `left`.
    pub(super) fn push(&mut self, runs: &[Run], rows: usize, mut left: impl FnMut(&[Run])) {
        self.rows += rows as u64;
        let Some(kept) = &mut self.runs else {
            left(runs);
            return;
        };
        kept.extend_from_slice(runs);
        if kept.len() as u64 > self.rows / ROWS_PER_RUN + FREE_RUNS {
            left(kept);
            self.runs = None;
        }
    }
}

/// Deals kept runs out again, batch by batch.
pub(super) struct Deal {
    runs: std::vec::IntoIter<Run>,
    rest: Run,
    allotted: bool,
}

impl Deal {
    /// `allotted`: the runs name places (see [`allot`]).
    pub(super) fn new(runs: Vec<Run>, allotted: bool) -> Self {
        Self { runs: runs.into_iter(), rest: Run { order: NO_ORDER, rows: 0 }, allotted }
    }

    /// The runs of the next `rows` rows; fewer when there are no more.
    pub(super) fn take(&mut self, rows: usize) -> Vec<Run> {
        let mut dealt = Vec::new();
        let mut wanted = rows as u32;
        while wanted > 0 {
            if self.rest.rows == 0 {
                match self.runs.next() {
                    Some(run) => self.rest = run,
                    None => break,
                }
            }
            let run = Run { order: self.rest.order, rows: self.rest.rows.min(wanted) };
            self.rest.rows -= run.rows;
            if self.allotted && run.order != NO_ORDER {
                self.rest.order += run.rows;
            }
            wanted -= run.rows;
            dealt.push(run);
        }
        dealt
    }
}

/// Runs between two looks at the clock: a hundredth of a second's work.
pub(super) const AT_ONCE: usize = 1 << 19;

/// Adds the rows of each run to its order's count.
pub(super) fn tally(runs: &[Run], counts: &mut [u32]) {
    for run in runs {
        if let Some(count) = counts.get_mut(run.order as usize) {
            *count += run.rows;
        }
    }
}

/// Puts the place of each run's first line where its order stood ([`NO_ORDER`] if it has none), and moves the orders'
/// `next` free places on.
pub(super) fn allot(runs: &mut [Run], next: &mut [u32]) {
    for run in runs {
        run.order = match next.get_mut(run.order as usize) {
            Some(next) => {
                let at = *next;
                *next += run.rows;
                at
            }
            None => NO_ORDER,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::rng::Rng;

    /// Runs of orders in disorder, some of them of none.
    fn runs(count: usize, orders: u32) -> Vec<Run> {
        let mut rng = Rng::new(5);
        let order = |rng: &mut Rng| {
            if rng.chance(0.01) { NO_ORDER - rng.below(4) as u32 } else { rng.below(u64::from(orders)) as u32 }
        };
        (0..count).map(|_| Run { order: order(&mut rng), rows: rng.below(9) as u32 }).collect()
    }

    #[test]
    fn a_run_that_two_batches_share_is_dealt_out_in_two() {
        let run = |order, rows| Run { order, rows };
        let runs = vec![run(7, 3), run(NO_ORDER, 4), run(2, 5)];
        let mut orders = Deal::new(runs.clone(), false);
        assert_eq!(orders.take(5), [run(7, 3), run(NO_ORDER, 2)]);
        assert_eq!(orders.take(4), [run(NO_ORDER, 2), run(2, 2)]);
        assert_eq!(orders.take(9), [run(2, 3)]);
        let mut places = Deal::new(runs, true);
        assert_eq!(places.take(2), [run(7, 2)]);
        assert_eq!(places.take(7), [run(9, 1), run(NO_ORDER, 4), run(2, 2)]);
        assert_eq!(places.take(2), [run(4, 2)]);
        assert_eq!(places.take(2), [run(6, 1)]);
    }

    #[test]
    fn places_of_runs_of_one_order_follow_one_another() {
        let runs = runs(5_000, 200);
        let mut counts = vec![0; 200];
        tally(&runs, &mut counts);
        let mut next: Vec<u32> = counts.iter().scan(0, |sum, n| Some(std::mem::replace(sum, *sum + n))).collect();
        let (starts, mut placed) = (next.clone(), runs.clone());
        allot(&mut placed, &mut next);
        // Every place is taken once, by a run of the order whose place it is.
        let mut taken = vec![None; counts.iter().sum::<u32>() as usize];
        for (run, placed) in runs.iter().zip(&placed) {
            assert_eq!(run.rows, placed.rows);
            if run.order >= 200 {
                assert_eq!(placed.order, NO_ORDER);
                continue;
            }
            for at in placed.order..placed.order + placed.rows {
                assert_eq!(taken[at as usize].replace(run.order), None);
            }
        }
        let owner = |at: u32| starts.partition_point(|start| *start <= at) as u32 - 1;
        for (at, taken) in taken.iter().enumerate() {
            assert_eq!(*taken, Some(owner(at as u32)));
        }
    }
}
