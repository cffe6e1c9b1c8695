//! Development tasks: `cargo xtask <task>`.

mod bench;
mod build;
mod demo;
mod error;
mod process;
mod script;
mod size;
mod steps;
mod test;
mod workspace;

use clap::{Parser, Subcommand};
use error::Error;
use std::process::ExitCode;

/// Development tasks of Tanish.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the widget: fills pkg/ with tanish.js, engine.js and the module
    Build(build::Args),
    /// Build the widget, then train on the sample shop and serve it
    Demo(demo::Args),
    /// Build the widget and run the tests, in a real browser too; installs what they need
    Test(test::Args),
    /// As `test`, with the slow tests
    TestFull(test::Args),
    /// Measure on this machine
    Bench(bench::Args),
    /// Weigh the shipped files against size-budget.toml
    Size(size::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), Error> {
    match task {
        Task::Build(args) => build::task(&args),
        Task::Demo(args) => demo::run(&args),
        Task::Test(args) => test::run(&args, test::Extent::Usual),
        Task::TestFull(args) => test::run(&args, test::Extent::Full),
        Task::Bench(args) => bench::run(&args),
        Task::Size(args) => size::run(&args),
    }
}

#[allow(clippy::print_stderr, reason = "a command line tool speaks on standard error")]
fn report(error: &Error) {
    eprintln!("xtask: {error}");
}
