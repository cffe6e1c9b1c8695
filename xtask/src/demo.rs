//! `cargo xtask demo`: the sample shop on this machine.

use crate::error::Error;
use crate::steps::step;
use crate::{build, process};

/// What `tanish demo` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Passed on to `tanish demo`: its `--help` lists them
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds the widget and the command, then hands over to `tanish demo`.
///
/// # Errors
/// When something does not build, or the demo ends with an error.
pub fn run(args: &Args) -> Result<(), Error> {
    build::run()?;
    println!("building the command");
    step("cargo build, package tanish-cli", || {
        process::run(process::cargo().args(["build", "--quiet", "--package", "tanish-cli"]))
    })?;
    let mut demo = process::cargo();
    demo.args(["run", "--quiet", "--package", "tanish-cli", "--bin", "tanish", "--", "demo"]);
    process::run(demo.args(&args.rest))
}
