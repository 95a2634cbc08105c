//! Sharing the thread: long work reports progress and lets its host breathe.
//!
//! The engine runs on one thread of a browser worker. Kernels that take longer than a blink are
//! `async` and call [`Pace::tick`] in their outer loops; the host decides when that yields (to let a
//! Cancel message in) and where the progress goes. Natively nothing ever yields and [`block_on`]
//! drives the whole run. The analysis knows neither clock nor browser.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// The run was cancelled by its host; unwinds through `?` and produces no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// What a host offers to the work it runs.
pub trait Pacer {
    /// A stage begins; `name` is stable and machine-readable (`"features"`).
    fn stage(&self, name: &'static str);
    /// `done` of `total` units of the current stage are finished.
    fn report(&self, done: u64, total: u64);
    /// Is it time to report and let the host run? Called often; must be cheap.
    fn due(&self) -> bool;
    /// Gives the host its turn.
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>>;
    /// Has the host asked the work to stop?
    fn cancelled(&self) -> bool;
}

/// A cheap handle to the host's [`Pacer`].
#[derive(Clone)]
pub struct Pace(Rc<dyn Pacer>);

impl Pace {
    /// Wraps a host.
    pub fn new(pacer: impl Pacer + 'static) -> Self {
        Self(Rc::new(pacer))
    }

    /// A host that never yields, never cancels and drops all reports: for tests and plain calls.
    pub fn unhurried() -> Self {
        Self::new(Unhurried)
    }

    /// Announces a stage and gives the host its turn once.
    pub async fn stage(&self, name: &'static str) -> Result<(), Cancelled> {
        self.0.stage(name);
        self.breathe().await
    }

    /// Reports `done` of `total` and yields if the host wants its turn.
    ///
    /// Call it every few milliseconds of work; it costs one virtual call when nothing is due.
    pub async fn tick(&self, done: u64, total: u64) -> Result<(), Cancelled> {
        if self.0.due() {
            self.0.report(done, total);
            self.breathe().await
        } else {
            Ok(())
        }
    }

    /// As [`Pace::tick`] for synchronous code that cannot yield: reports, and stops if cancelled.
    pub fn beat(&self, done: u64, total: u64) -> Result<(), Cancelled> {
        if self.0.due() {
            self.0.report(done, total);
        }
        self.check()
    }

    /// Stops if cancelled and reports nothing: for a wait of which nobody knows how far it has come.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.0.cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// A handle for one part of the current stage: what it reports counts as `from..to` of `whole`.
    ///
    /// A kernel that knows only its own progress thus moves the whole bar forward, and never back.
    pub fn part(&self, from: u64, to: u64, whole: u64) -> Self {
        Self::new(Part { outer: Rc::clone(&self.0), from, to, whole })
    }

    async fn breathe(&self) -> Result<(), Cancelled> {
        self.0.rest().await;
        self.check()
    }
}

/// A share of an outer host's progress.
struct Part {
    outer: Rc<dyn Pacer>,
    from: u64,
    to: u64,
    whole: u64,
}

/// Steps that one unit of a [`Part`] is divided into.
const FINE: u64 = 1000;

impl Pacer for Part {
    /// Parts belong to the stage that is running.
    fn stage(&self, _name: &'static str) {}
    fn report(&self, done: u64, total: u64) {
        let width = self.to.saturating_sub(self.from) * FINE;
        let inside = if total == 0 { 0 } else { (done.min(total) as f64 / total as f64 * width as f64) as u64 };
        self.outer.report(self.from * FINE + inside, self.whole * FINE);
    }
    fn due(&self) -> bool {
        self.outer.due()
    }
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        self.outer.rest()
    }
    fn cancelled(&self) -> bool {
        self.outer.cancelled()
    }
}

struct Unhurried;

impl Pacer for Unhurried {
    fn stage(&self, _name: &'static str) {}
    fn report(&self, _done: u64, _total: u64) {}
    fn due(&self) -> bool {
        false
    }
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(std::future::ready(()))
    }
    fn cancelled(&self) -> bool {
        false
    }
}

/// Drives a future whose host never really waits (native runs, tests).
///
/// Polls until ready; only use it with a [`Pacer`] whose `rest` is ready at once.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    struct Recorder(Rc<RefCell<Vec<(u64, u64)>>>);

    impl Pacer for Recorder {
        fn stage(&self, _name: &'static str) {}
        fn report(&self, done: u64, total: u64) {
            self.0.borrow_mut().push((done, total));
        }
        fn due(&self) -> bool {
            true
        }
        fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
            Box::pin(std::future::ready(()))
        }
        fn cancelled(&self) -> bool {
            self.0.borrow().len() > 3
        }
    }

    #[test]
    fn parts_report_their_share_of_the_whole_and_pass_cancellation_on() {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let pace = Pace::new(Recorder(Rc::clone(&seen)));
        let part = pace.part(1, 3, 4).part(1, 2, 2);
        for done in 0..=2 {
            assert!(block_on(part.tick(done, 2)).is_ok());
        }
        assert!(block_on(part.tick(2, 2)).is_err());
        let shares: Vec<f64> = seen.borrow().iter().map(|&(done, total)| done as f64 / total as f64).collect();
        assert_eq!(shares, vec![0.5, 0.625, 0.75, 0.75]);
    }
}
