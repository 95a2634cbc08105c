//! Several threads natively, one in a page: work that is split up or goes on beside the main line.
//!
//! Every piece of work is a function of its own inputs, and the pieces are put together in order, so the results are
//! the same whatever the number of workers. A page's engine has one thread and does the pieces in turn.

use std::future::Future;

pub use host::{Beside, Piped, both, each, piped, together, workers};

/// Items one after the other, for which one may have to wait.
pub trait Items {
    /// What they are.
    type Item;
    /// The next one; `None` after the last.
    fn pull(&mut self) -> impl Future<Output = Option<Self::Item>>;
}

impl<I: Iterator> Items for I {
    type Item = I::Item;

    async fn pull(&mut self) -> Option<I::Item> {
        self.next()
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod host {
    use std::future::Future;
    use std::marker::PhantomData;
    use std::panic::resume_unwind;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use super::Items;
    use crate::pace::{Cancelled, Pace, Pacer, block_on};

    /// More threads than this share one memory and gain nothing.
    const MOST: usize = 8;
    /// Between two looks whether work is done.
    const LOOK: Duration = Duration::from_millis(2);

    /// Pieces worth making of work that can be split.
    pub fn workers() -> usize {
        thread::available_parallelism().map_or(1, |n| n.get().min(MOST))
    }

    /// Does all `pieces`, each on a thread of its own but the first, which reports to `pace`; results in order.
    ///
    /// # Errors
    /// `pace` cancelled.
    pub async fn together<P, T, W>(pieces: Vec<P>, work: W, pace: &Pace) -> Result<Vec<T>, Cancelled>
    where
        P: Send,
        T: Send,
        W: AsyncFn(P, &Pace) -> Result<T, Cancelled> + Sync,
    {
        let stop = Arc::new(AtomicBool::new(false));
        let mut pieces = pieces.into_iter();
        let Some(first) = pieces.next() else { return Ok(Vec::new()) };
        thread::scope(|scope| {
            let rest: Vec<_> = pieces
                .map(|piece| {
                    let (work, stop) = (&work, Arc::clone(&stop));
                    scope.spawn(move || block_on(work(piece, &Pace::new(Stoppable(stop)))))
                })
                .collect();
            let mut done = vec![block_on(work(first, pace)).inspect_err(|_| stop.store(true, Ordering::Relaxed))];
            done.extend(rest.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))));
            done.into_iter().collect()
        })
    }

    /// `work` of each of `0..count`, several at a time: whoever is free takes the next. Results in order.
    ///
    /// # Errors
    /// `pace` cancelled.
    pub async fn each<T, W>(count: usize, work: W, pace: &Pace) -> Result<Vec<T>, Cancelled>
    where
        T: Send,
        W: AsyncFn(usize, &Pace) -> Result<T, Cancelled> + Sync,
    {
        let next = AtomicUsize::new(0);
        let some = async |_worker: usize, pace: &Pace| {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                if at >= count {
                    return Ok(done);
                }
                done.push((at, work(at, &pace.part(at as u64, at as u64 + 1, count as u64)).await?));
            }
        };
        let mut done: Vec<_> =
            together((0..workers().min(count)).collect(), some, pace).await?.into_iter().flatten().collect();
        done.sort_by_key(|(at, _)| *at);
        Ok(done.into_iter().map(|(_, result)| result).collect())
    }

    /// Does `here` and `there` at the same time; only `here` reports to `pace`.
    ///
    /// # Errors
    /// `pace` cancelled.
    pub async fn both<A, B, H, T>(here: H, there: T, pace: &Pace) -> Result<(A, B), Cancelled>
    where
        B: Send,
        H: AsyncFnOnce(&Pace) -> Result<A, Cancelled>,
        T: AsyncFnOnce(&Pace) -> Result<B, Cancelled> + Send,
    {
        let stop = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| {
            let flag = Arc::clone(&stop);
            let there = scope.spawn(move || block_on(there(&Pace::new(Stoppable(flag)))));
            let here = block_on(here(pace)).inspect_err(|_| stop.store(true, Ordering::Relaxed));
            let there = there.join().unwrap_or_else(|panic| resume_unwind(panic));
            Ok((here?, there?))
        })
    }

    /// Items that may wait: enough to even out, too few to weigh.
    const WAITING: usize = 2;

    /// What [`piped`] makes, in order.
    pub struct Piped<'a, T>(Receiver<T>, PhantomData<&'a T>);

    impl<T> Piped<'_, T> {
        /// The next one; `None` after the last.
        #[expect(clippy::unused_async, reason = "in a page one may have to wait for another worker")]
        pub async fn next(&mut self) -> Option<T> {
            self.0.recv().ok()
        }
    }

    /// Hands what `make` makes of `items`, on a thread of its own and a few ahead, to `take`. What `take` leaves is not
    /// made.
    pub async fn piped<'a, I: Items + Send, T: Send + 'a, R>(
        mut items: I,
        mut make: impl FnMut(I::Item) -> T + Send,
        take: impl AsyncFnOnce(&mut Piped<'a, T>) -> R,
    ) -> R {
        thread::scope(|scope| {
            let (sender, receiver) = sync_channel(WAITING);
            scope.spawn(move || {
                block_on(async {
                    while let Some(item) = items.pull().await {
                        if sender.send(make(item)).is_err() {
                            return;
                        }
                    }
                });
            });
            block_on(take(&mut Piped(receiver, PhantomData)))
        })
    }

    /// Work under way beside the main line. Dropping it stops the work at its next tick.
    pub struct Beside<T> {
        thread: Option<JoinHandle<Result<T, Cancelled>>>,
        stop: Arc<AtomicBool>,
    }

    impl<T: Send + 'static> Beside<T> {
        /// Starts `work`.
        pub fn start<W>(work: W) -> Self
        where
            W: AsyncFnOnce(&Pace) -> Result<T, Cancelled> + Send + 'static,
        {
            let stop = Arc::new(AtomicBool::new(false));
            let flag = Arc::clone(&stop);
            let thread = thread::spawn(move || block_on(work(&Pace::new(Stoppable(flag)))));
            Self { thread: Some(thread), stop }
        }

        /// What came of it, once it is done.
        ///
        /// # Errors
        /// `pace` cancelled.
        #[expect(clippy::unused_async, reason = "in a page the work is done here, and yields")]
        pub async fn finish(mut self, pace: &Pace) -> Result<T, Cancelled> {
            let Some(thread) = self.thread.take() else { return Err(Cancelled) };
            while !thread.is_finished() {
                pace.check()?;
                thread::sleep(LOOK);
            }
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        }
    }

    impl<T> Drop for Beside<T> {
        fn drop(&mut self) {
            self.stop.store(true, Ordering::Relaxed);
        }
    }

    /// Reports to nobody, rests never, stops when asked.
    struct Stoppable(Arc<AtomicBool>);

    impl Pacer for Stoppable {
        fn stage(&self, _name: &'static str) {}
        fn report(&self, _done: u64, _total: u64) {}
        fn due(&self) -> bool {
            // Only a tick that is due asks whether to stop.
            true
        }
        fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
            Box::pin(std::future::ready(()))
        }
        fn cancelled(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }
}

#[cfg(target_arch = "wasm32")]
mod host {
    use std::future::Future;
    use std::pin::Pin;

    use super::Items;
    use crate::pace::{Cancelled, Pace};

    /// Pieces worth making of work that can be split.
    pub fn workers() -> usize {
        1
    }

    /// Does all `pieces` in turn; results in order.
    pub async fn together<P, T, W>(pieces: Vec<P>, work: W, pace: &Pace) -> Result<Vec<T>, Cancelled>
    where
        W: AsyncFn(P, &Pace) -> Result<T, Cancelled>,
    {
        let count = pieces.len() as u64;
        let mut done = Vec::with_capacity(pieces.len());
        for (at, piece) in pieces.into_iter().enumerate() {
            done.push(work(piece, &pace.part(at as u64, at as u64 + 1, count)).await?);
        }
        Ok(done)
    }

    /// `work` of each of `0..count` in turn; results in order.
    pub async fn each<T, W>(count: usize, work: W, pace: &Pace) -> Result<Vec<T>, Cancelled>
    where
        W: AsyncFn(usize, &Pace) -> Result<T, Cancelled>,
    {
        let mut done = Vec::with_capacity(count);
        for at in 0..count {
            done.push(work(at, &pace.part(at as u64, at as u64 + 1, count as u64)).await?);
        }
        Ok(done)
    }

    /// What [`piped`] makes, in order.
    pub struct Piped<'a, T>(Box<dyn Make<T> + 'a>);

    impl<T> Piped<'_, T> {
        /// The next one; `None` after the last.
        pub async fn next(&mut self) -> Option<T> {
            self.0.next().await
        }
    }

    trait Make<T> {
        fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<T>> + '_>>;
    }

    struct Made<I, M>(I, M);

    impl<I: Items, T, M: FnMut(I::Item) -> T> Make<T> for Made<I, M> {
        fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<T>> + '_>> {
            Box::pin(async { self.0.pull().await.map(&mut self.1) })
        }
    }

    /// Hands what `make` makes of `items` to `take`, each made when it is asked for.
    pub async fn piped<'a, I: Items + 'a, T, R>(
        items: I,
        make: impl FnMut(I::Item) -> T + 'a,
        take: impl AsyncFnOnce(&mut Piped<'a, T>) -> R,
    ) -> R {
        take(&mut Piped(Box::new(Made(items, make)))).await
    }

    /// Does `here`, then `there`.
    pub async fn both<A, B, H, T>(here: H, there: T, pace: &Pace) -> Result<(A, B), Cancelled>
    where
        H: AsyncFnOnce(&Pace) -> Result<A, Cancelled>,
        T: AsyncFnOnce(&Pace) -> Result<B, Cancelled>,
    {
        let here = here(&pace.part(0, 1, 2)).await?;
        Ok((here, there(&pace.part(1, 2, 2)).await?))
    }

    type Work<T> = Box<dyn FnOnce(Pace) -> Pin<Box<dyn Future<Output = Result<T, Cancelled>>>>>;

    /// Work whose turn has not come.
    pub struct Beside<T>(Work<T>);

    impl<T: 'static> Beside<T> {
        /// Puts `work` off until it is asked for.
        pub fn start<W>(work: W) -> Self
        where
            W: AsyncFnOnce(&Pace) -> Result<T, Cancelled> + 'static,
        {
            Self(Box::new(move |pace| Box::pin(async move { work(&pace).await })))
        }

        /// Does it.
        pub async fn finish(self, pace: &Pace) -> Result<T, Cancelled> {
            (self.0)(pace.clone()).await
        }
    }
}

/// `0..n` in at most `pieces` ranges of about the same weight, where `before(i)` is the weight of all before `i`.
pub fn ranges(n: usize, pieces: usize, before: impl Fn(usize) -> u64) -> Vec<std::ops::Range<usize>> {
    let total = before(n);
    let pieces = pieces.max(1) as u64;
    let mut from = 0;
    let mut found = Vec::new();
    for piece in 1..=pieces {
        let wanted = (u128::from(total) * u128::from(piece) / u128::from(pieces)) as u64;
        // The first index by which enough is gathered.
        let (mut low, mut high) = (from, n);
        while low < high {
            let middle = low + (high - low) / 2;
            if before(middle) < wanted {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let to = if piece == pieces { n } else { low };
        if to > from || (piece == pieces && found.is_empty()) {
            found.push(from..to);
            from = to;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::{Pace, block_on};

    #[test]
    fn pieces_come_back_in_order() {
        let pace = Pace::unhurried();
        for count in 0..5_u32 {
            let square = async |n: u32, pace: &Pace| pace.tick(0, 1).await.map(|()| n * n);
            let squares = block_on(together((0..count).collect(), square, &pace));
            assert_eq!(squares, Ok((0..count).map(|n| n * n).collect()));
        }
    }

    #[test]
    fn each_comes_back_in_order_whoever_did_it() {
        let pace = Pace::unhurried();
        for count in [0, 1, 2, 7, 100] {
            // The later, the shorter.
            let work = async |n: usize, pace: &Pace| {
                let sum: usize = (0..(count - n) * 1_000).sum();
                pace.tick(0, 1).await.map(|()| (n, sum))
            };
            let done = block_on(each(count, work, &pace)).unwrap();
            assert_eq!(done.iter().map(|(n, _)| *n).collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_was_done_beside_comes_back() {
        let beside = Beside::start(async |pace: &Pace| pace.tick(0, 1).await.map(|()| 42));
        assert_eq!(block_on(beside.finish(&Pace::unhurried())), Ok(42));
    }

    #[test]
    fn two_pieces_come_back_both() {
        let pace = Pace::unhurried();
        let text = "borrowed".to_owned();
        let here = async |pace: &Pace| pace.tick(0, 1).await.map(|()| text.len());
        let there = async |pace: &Pace| pace.tick(0, 1).await.map(|()| text.as_str());
        assert_eq!(block_on(both(here, there, &pace)), Ok((8, "borrowed")));
    }

    #[test]
    fn what_is_piped_comes_in_order_and_may_be_left() {
        let mut made = 0;
        let numbers = std::iter::from_fn(|| {
            made += 1;
            Some(made)
        });
        let some = block_on(piped(
            numbers,
            |n: u32| n * n,
            async |squares: &mut Piped<'_, u32>| {
                let mut some = Vec::new();
                while some.len() < 5
                    && let Some(square) = squares.next().await
                {
                    some.push(square);
                }
                some
            },
        ));
        assert_eq!(some, [1, 4, 9, 16, 25]);
        assert!(made < 10, "{made} were made");
    }

    #[test]
    fn ranges_cover_everything_once_and_weigh_about_the_same() {
        let weights = [5_u64, 0, 0, 1, 1, 9, 1, 1, 0, 2];
        let before = |i: usize| weights[..i].iter().sum();
        for pieces in 0..14 {
            let found = ranges(weights.len(), pieces, before);
            assert!(found.len() <= pieces.max(1));
            let all: Vec<usize> = found.iter().cloned().flatten().collect();
            assert_eq!(all, (0..weights.len()).collect::<Vec<_>>());
        }
        assert_eq!(ranges(10, 2, before), [0..6, 6..10]);
        assert_eq!(ranges(0, 3, |_| 0), vec![0..0; 1]);
    }
}
