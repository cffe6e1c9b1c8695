//! What a training costs: time, peak memory, what it writes.

use crate::error::Error;
use crate::{process, workspace};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What `bench train` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Order files
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present = "products")]
    orders: Vec<PathBuf>,
    /// Instead: visits of a shop that does not exist, with so many products …
    #[arg(long, value_name = "COUNT", requires = "events", conflicts_with = "orders")]
    products: Option<u64>,
    /// … and so many looks and purchases
    #[arg(long, value_name = "COUNT", requires = "products")]
    events: Option<u64>,
    /// Further arguments of `tanish train`
    #[arg(last = true)]
    rest: Vec<String>,
}

/// How often the child's memory is looked at; the system keeps the peak, so only the end matters.
const LOOK: Duration = Duration::from_millis(10);

/// Trains in a process of its own and tells what it cost.
///
/// # Errors
/// When the command does not build or the training fails.
pub fn run(args: &Args) -> Result<(), Error> {
    process::run(process::cargo().args(["build", "--quiet", "--package", "tanish-cli"]))?;
    let out = workspace::root().join("target/bench-train");
    if out.exists() {
        std::fs::remove_dir_all(&out).map_err(Error::io(&out))?;
    }
    // Beside this program: through `cargo run` it would be cargo whose memory is looked at.
    let here = std::env::current_exe().map_err(Error::io("xtask"))?;
    let mut command = Command::new(here.with_file_name(format!("tanish{}", std::env::consts::EXE_SUFFIX)));
    command.args(["train", "--json", "--out"]);
    command.arg(&out);
    match args.products.zip(args.events) {
        Some((products, events)) => {
            command.arg("--events").arg(synthetic(products, events)?);
        }
        None => {
            command.arg("--orders");
            for orders in &args.orders {
                command.arg(std::path::absolute(orders).map_err(Error::io(orders))?);
            }
        }
    }
    command.args(&args.rest).stdout(Stdio::piped()).stderr(Stdio::null());
    let started = Instant::now();
    let (summary, cost) = process::watch(&mut command, follow)?;
    let seconds = started.elapsed().as_secs_f64();
    let (files, bytes) = weigh(&out)?;
    print(&summary, seconds, cost, files, bytes)
}

/// Writes session rows of a shop that does not exist; the file.
fn synthetic(products: u64, events: u64) -> Result<PathBuf, Error> {
    let file = workspace::root().join("target/bench-train.csv");
    let rows = std::fs::File::create(&file).map_err(Error::io(&file))?;
    let mut command = process::cargo();
    command.args(["run", "--quiet", "--package", "tanish-train", "--example", "synthetic", "--"]);
    command.args([products.to_string(), events.to_string()]).stdout(rows);
    process::run(&mut command)?;
    Ok(file)
}

/// What a process took, as far as the system tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// Bytes of memory at most.
    pub peak: Option<u64>,
    /// Seconds of all its threads on a processor.
    pub cpu: Option<f64>,
}

/// Reads what the child writes and what it took.
pub(super) fn follow(child: &mut Child) -> std::io::Result<(Vec<u8>, Cost)> {
    let mut stdout = child.stdout.take();
    let reader = std::thread::spawn(move || {
        let mut written = Vec::new();
        stdout.as_mut().map_or(Ok(0), |stdout| stdout.read_to_end(&mut written)).map(|_| written)
    });
    let mut cost = Cost::default();
    while child.try_wait()?.is_none() {
        cost.peak = cost.peak.max(peak_memory(child.id()));
        cost.cpu = cpu_seconds(child.id()).or(cost.cpu);
        std::thread::sleep(LOOK);
    }
    let written = reader.join().unwrap_or_else(|_| Ok(Vec::new()))?;
    Ok((written, cost))
}

/// The high-water mark of a process's resident memory, from Linux's /proc.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

/// The processor time of a process, from Linux's /proc, which counts hundredths of seconds.
fn cpu_seconds(process: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold blanks; user and system time are the 12th and 13th fields after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
    Some((ticks(11)? + ticks(12)?) / 100.0)
}

/// Files and bytes of a folder, all the way down.
fn weigh(folder: &Path) -> Result<(u64, u64), Error> {
    let mut sum = (0, 0);
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let meta = std::fs::metadata(&path).map_err(Error::io(&path))?;
        let (files, bytes) = if meta.is_dir() { weigh(&path)? } else { (1, meta.len()) };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    Ok(sum)
}

#[allow(clippy::print_stdout, reason = "a command line tool reports on standard output")]
fn print(summary: &[u8], seconds: f64, cost: Cost, files: u64, bytes: u64) -> Result<(), Error> {
    let told: serde_json::Value = serde_json::from_slice(summary)
        .map_err(|error| Error::Message(format!("tanish train --json: {error}")))?;
    for key in ["products", "customers", "orders", "visits"] {
        println!("{key:<12} {:>12}", told[key].as_u64().unwrap_or(0));
    }
    println!("{:<12} {seconds:>12.2}", "seconds");
    match cost.cpu {
        Some(cpu) => println!("{:<12} {cpu:>12.2}", "cpu seconds"),
        None => println!("{:<12} {:>12}", "cpu seconds", "not told by this system"),
    }
    for phase in told["seconds"].as_array().into_iter().flatten() {
        let (name, seconds) = (phase["phase"].as_str().unwrap_or_default(), phase["seconds"].as_f64());
        println!("  {name:<10} {:>12.2}", seconds.unwrap_or_default());
    }
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    match cost.peak {
        Some(peak) => println!("{:<12} {:>12.1}", "peak MB", megabytes(peak)),
        None => println!("{:<12} {:>12}", "peak MB", "not told by this system"),
    }
    println!("{:<12} {files:>12}", "files");
    println!("{:<12} {:>12.2}", "written MB", megabytes(bytes));
    Ok(())
}
