//! The longest silence of every stage: how long the host must wait for its turn, and so for a cancel.
//!
//! `cargo run --release --example ticks -- [quick|full] FILE...` prints, per stage, the longest interval between two
//! ticks, where in the stage it ended, and the stage's seconds. Nothing is asserted: a busy machine is no bug. In the
//! browser the page must hear of progress at least every half second and of a cancel within a quarter.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool that prints, and stops where it cannot go on")]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quadrant::extract::source::{FileSource, Source};
use quadrant::pace::{Pace, Pacer, block_on};
use quadrant::pipeline::params::{Depth, Params};
use quadrant::pipeline::run::run;

/// What one stage was seen to do.
#[derive(Default)]
struct Stage {
    name: &'static str,
    ticks: u64,
    longest: Duration,
    /// Of the stage's bar, when the longest silence ended.
    at: f64,
    /// Silences longer than 50 ms.
    long: u64,
    total: Duration,
    /// Did the bar ever move back?
    back: bool,
}

/// Records every call; never yields, always wants to be told.
#[derive(Default)]
struct Watch {
    stages: RefCell<Vec<Stage>>,
    last: Cell<Option<Instant>>,
    silence: Cell<Duration>,
    bar: Cell<f64>,
}

impl Watch {
    fn heard(&self) {
        let now = Instant::now();
        let silence = self.last.replace(Some(now)).map_or(Duration::ZERO, |last| now - last);
        self.silence.set(silence);
        if let Some(stage) = self.stages.borrow_mut().last_mut() {
            stage.ticks += 1;
            stage.total += silence;
            stage.long += u64::from(silence > Duration::from_millis(50));
            if silence > stage.longest {
                stage.longest = silence;
                stage.at = self.bar.get();
            }
        }
    }
}

struct Handle(Rc<Watch>);

impl Pacer for Handle {
    fn stage(&self, name: &'static str) {
        self.0.heard();
        self.0.bar.set(0.0);
        self.0.stages.borrow_mut().push(Stage { name, ..Stage::default() });
    }
    fn report(&self, done: u64, total: u64) {
        let at = done as f64 / total.max(1) as f64;
        if at + 1e-9 < self.0.bar.get()
            && let Some(stage) = self.0.stages.borrow_mut().last_mut()
        {
            stage.back = true;
        }
        self.0.bar.set(at);
    }
    fn due(&self) -> bool {
        self.0.heard();
        true
    }
    fn rest(&self) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(std::future::ready(()))
    }
    fn cancelled(&self) -> bool {
        false
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let depth = match arguments.next().as_deref() {
        Some("quick") => Depth::Quick,
        Some("full") => Depth::Full,
        _ => panic!("ticks quick|full FILE..."),
    };
    let sources: Vec<Arc<dyn Source>> =
        arguments.map(|path| Arc::new(FileSource::open(path.as_ref()).unwrap()) as Arc<dyn Source>).collect();
    let watch = Rc::new(Watch::default());
    let pace = Pace::new(Handle(Rc::clone(&watch)));
    let params = Params { depth, ..Params::default() }.check().unwrap();
    let start = Instant::now();
    let finished = block_on(run(sources, None, &params, &pace, &|_| {})).unwrap();
    watch.heard();
    println!("{:<12} {:>9} {:>10} {:>12} {:>8} {:>8}", "stage", "seconds", "ticks", "longest ms", "at bar", "> 50 ms");
    for stage in watch.stages.borrow().iter() {
        println!(
            "{:<12} {:>9.2} {:>10} {:>12.1} {:>8.3} {:>8} {}",
            stage.name,
            stage.total.as_secs_f64(),
            stage.ticks,
            stage.longest.as_secs_f64() * 1e3,
            stage.at,
            stage.long,
            if stage.back { "the bar moved back" } else { "" }
        );
    }
    let customers = finished.tables.ids.len();
    println!("{customers} customers, {:.1} s in all", start.elapsed().as_secs_f64());
}
