//! Progress on stderr: one line that rewrites itself on a terminal, one line per stage elsewhere.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::{IsTerminal, Write};
use std::pin::Pin;
use std::time::{Duration, Instant};

use quadrant::pace::{Pace, Pacer};

/// Time between two updates of the line.
const EVERY: Duration = Duration::from_millis(200);

/// A pacer that never yields and writes to stderr.
struct Stderr {
    terminal: bool,
    stage: RefCell<String>,
    last: Cell<Instant>,
}

/// A pace that shows progress, beginning in `stage`.
pub(crate) fn pace(stage: &str) -> Pace {
    let terminal = std::io::stderr().is_terminal();
    Pace::new(Stderr { terminal, stage: RefCell::new(stage.to_owned()), last: Cell::new(Instant::now()) })
}

impl Stderr {
    fn show(&self, text: &str) {
        // Progress is a courtesy: a closed stderr must not stop the work.
        let mut stderr = std::io::stderr().lock();
        let _ = if self.terminal { write!(stderr, "\r\x1b[2K{text}") } else { writeln!(stderr, "{text}") };
        let _ = stderr.flush();
    }
}

impl Pacer for Stderr {
    fn stage(&self, name: &'static str) {
        self.show(name);
        name.clone_into(&mut self.stage.borrow_mut());
        self.last.set(Instant::now());
    }

    fn report(&self, done: u64, total: u64) {
        self.last.set(Instant::now());
        // Without a terminal a line per stage is enough: logs are read later.
        if self.terminal && total > 0 {
            self.show(&format!("{} {:>3}%", self.stage.borrow(), done.saturating_mul(100) / total));
        }
    }

    fn due(&self) -> bool {
        self.last.get().elapsed() >= EVERY
    }

    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(std::future::ready(()))
    }

    fn cancelled(&self) -> bool {
        false
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        if self.terminal {
            self.show("");
        }
    }
}
