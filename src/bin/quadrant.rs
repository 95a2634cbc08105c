//! The command line (native only): the same core as the page, batch by batch.

#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/analyze.rs"]
mod analyze;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/disk.rs"]
mod disk;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/fault.rs"]
mod fault;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/generate.rs"]
mod generate;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/monitor.rs"]
mod monitor;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/progress.rs"]
mod progress;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/score.rs"]
mod score;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/summary.rs"]
mod summary;
#[cfg(not(target_arch = "wasm32"))]
#[path = "quadrant/verify.rs"]
mod verify;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use clap::Parser;

    #[derive(Parser)]
    #[command(
        name = "quadrant",
        version,
        about = "Turns an order extract into a customer segmentation one can defend.",
        after_help = "Exit codes: 0 a result (a NO-GO verdict is a result), 2 unusable input, 1 a bug; \
                      monitor: 0 keep, 3 watch, 4 alert or recalibrate."
    )]
    struct Arguments {
        #[command(subcommand)]
        command: Command,
    }

    #[derive(clap::Subcommand)]
    enum Command {
        /// Analyze an extract: segments, evidence, verdict, files
        Analyze(analyze::Arguments),
        /// Score a later extract at a baseline's frozen thresholds
        Score(score::Arguments),
        /// Compare a later extract with a baseline: keep, watch, alert or recalibrate
        Monitor(monitor::Arguments),
        /// Write a synthetic extract with planted truth
        Generate(generate::Arguments),
        /// Run the files of a receipt again: identical, or what differs
        Verify(verify::Arguments),
    }

    // A panic is a bug of ours; Rust's own exit code for it would be 101, an abort's 134.
    std::panic::set_hook(Box::new(|info| {
        eprintln!("{}", fault::Fault::bug(info));
        std::process::exit(1);
    }));
    let done = match Arguments::parse().command {
        Command::Analyze(arguments) => analyze::run(&arguments).map(|()| std::process::ExitCode::SUCCESS),
        Command::Score(arguments) => score::run(&arguments).map(|()| std::process::ExitCode::SUCCESS),
        Command::Monitor(arguments) => monitor::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments).map(|()| std::process::ExitCode::SUCCESS),
        Command::Verify(arguments) => verify::run(&arguments).map(|()| std::process::ExitCode::SUCCESS),
    };
    match done {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("{fault}");
            fault.exit_code()
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}
