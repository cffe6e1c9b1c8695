//! What a report costs: time on the processor, peak memory.

use super::train::follow;
use crate::error::Error;
use crate::{process, workspace};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What `bench report` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Events of the log that is made for it
    #[arg(long, default_value_t = 10_000_000)]
    events: u64,
}

/// Makes a log as Parquet, reports on it in a process of its own and tells what that cost.
///
/// # Errors
/// When the command does not build or the report fails.
#[allow(clippy::print_stdout, reason = "a command line tool reports on standard output")]
pub fn run(args: &Args) -> Result<(), Error> {
    process::run(process::cargo().args(["build", "--quiet", "--package", "tanish-cli"]))?;
    let folder = workspace::root().join("target/bench-report");
    std::fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let log = folder.join(format!("{}.parquet", args.events));
    if !log.exists() {
        let mut make = process::cargo();
        make.args(["run", "--quiet", "--package", "tanish-report", "--example", "log", "--"]);
        process::run(make.arg(args.events.to_string()).arg(&log))?;
    }
    let bytes = std::fs::metadata(&log).map_err(Error::io(&log))?.len();
    // Beside this program: through `cargo run` it would be cargo whose memory is looked at.
    let here = std::env::current_exe().map_err(Error::io("xtask"))?;
    let mut command = Command::new(here.with_file_name(format!("tanish{}", std::env::consts::EXE_SUFFIX)));
    command.arg("report").arg("--events").arg(&log).arg("--out").arg(folder.join("report.html"));
    command.stdout(Stdio::piped());
    let started = Instant::now();
    let (_, cost) = process::watch(&mut command, follow)?;
    println!("{:<12} {:>12}", "events", args.events);
    println!("{:<12} {:>12.1}", "log MB", bytes as f64 / 1e6);
    // The report works on one thread: seconds on the clock of an idle machine are seconds of a processor.
    println!("{:<12} {:>12.2}", "seconds", started.elapsed().as_secs_f64());
    match cost.peak {
        Some(peak) => println!("{:<12} {:>12.1}", "peak MB", peak as f64 / 1e6),
        None => println!("{:<12} {:>12}", "peak MB", "not told by this system"),
    }
    Ok(())
}
