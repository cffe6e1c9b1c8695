//! `cargo xtask test`: everything that can be tested on one machine.

mod install;
mod summary;

use crate::error::Error;
use crate::steps::step;
use crate::{build, process};
pub use install::browser as browser_for_tests;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus};
use summary::Summary;

/// What `test` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Fail where a test lacks the data or the tool it needs, instead of skipping it
    #[arg(long)]
    require_data: bool,
    /// Run only tests whose name contains this
    filter: Option<String>,
}

/// The suites that a visitor's browser runs, whichever it is.
const BROWSER_SUITES: [&str; 6] = ["script_tag", "visits", "privacy", "delivery", "unbroken", "demo"];

/// How much to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What every change has to pass.
    Usual,
    /// The slow tests too: those marked `#[ignore]`.
    Full,
}

/// Builds the widget, gets a browser, and runs the tests.
///
/// # Errors
/// When something does not build, a tool is missing, or a test fails.
pub fn run(args: &Args, extent: Extent) -> Result<(), Error> {
    build::run()?;
    build::conformance()?;
    println!("getting what the tests need");
    let require = args.require_data || std::env::var_os("CI").is_some();
    step("browser", install::browser)?;
    step("firefox, webkit", || install::other_browsers(require))?;
    step("node", || install::node(require))?;
    let mut summary = Summary::default();
    let mut command = process::cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]);
    if args.require_data {
        command.env("TANISH_REQUIRE_DATA", "1");
    }
    if require {
        command.env("TANISH_REQUIRE_TOOLS", "1");
    }
    command.arg("--").args(&args.filter);
    if extent == Extent::Full {
        command.arg("--include-ignored");
    }
    println!("cargo test --workspace");
    let mut status = stream(&mut command, |line| {
        println!("{line}");
        summary.read(line);
    })?;
    if extent == Extent::Full && args.filter.is_none() {
        for engine in ["firefox", "webkit"] {
            println!("the browser tests in {engine}");
            let ended = stream(&mut in_engine(engine), |line| {
                println!("{line}");
                summary.read(line);
            })?;
            status = if status.success() { ended } else { status };
        }
    }
    print!("{summary}");
    if status.success() { Ok(()) } else { Err(Error::Failed { command: "cargo test".to_owned(), status }) }
}

/// The tests of the whole in another engine. What only Chromium's driver can do runs in Chromium all the same.
fn in_engine(engine: &str) -> Command {
    let mut command = process::cargo();
    command.args(["test", "--package", "tanish-tests", "--no-fail-fast"]).env("TANISH_ENGINE", engine);
    for suite in BROWSER_SUITES {
        command.args(["--test", suite]);
    }
    command
}

/// Runs a command and hands over its lines, of both its streams in the order written.
fn stream(command: &mut Command, mut each: impl FnMut(&str)) -> Result<ExitStatus, Error> {
    let (reader, writer) = std::io::pipe().map_err(Error::io("pipe"))?;
    command.stdout(writer.try_clone().map_err(Error::io("pipe"))?).stderr(writer);
    let mut child = command.spawn().map_err(|source| Error::Spawn {
        command: command.get_program().to_string_lossy().into_owned(),
        source,
    })?;
    // The command holds the pipe's writing end; reading ends when nobody does.
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(Error::io("pipe"))? > 0 {
        each(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
    child.wait().map_err(Error::io("cargo test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn both_streams_arrive_in_order() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; echo out; exit 3"]);
        let status = stream(&mut command, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["out", "err", "out"]);
        assert_eq!(status.code(), Some(3));
    }
}
