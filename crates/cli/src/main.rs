//! The `tanish` command.

mod demo;
mod evaluate;
mod relay;
mod report;
mod score;
mod shown;
mod stats;
mod stop;
mod train;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Personalisation in the shopper's own browser, from static files.
#[derive(Parser)]
#[command(name = "tanish", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the demo shop: train on it, start the relay, open the page
    Demo(demo::Args),
    /// Turn orders, events and a catalogue into the files a page reads
    Train(train::Args),
    /// Score every customer: how likely to return, how often, worth how much
    Score(score::Args),
    /// Measure how well a model trained on one file predicts another, beside simple rules
    Evaluate(evaluate::Args),
    /// Run the first-party server: events in, any CRM out
    Relay(relay::Args),
    /// Write what the marketer reads: tests, recommendations, customers, products, channels, contacts
    Report(report::Args),
    /// Compare two groups, check a split, adjust p-values: the A/B calculator
    Stats(stats::Args),
}

/// Exit status of a run that met bad input. Wrong usage exits with 2, by clap.
const BAD_INPUT: u8 = 1;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(args) => demo::run(args),
        Command::Train(args) => train::run(args),
        Command::Score(args) => score::run(args),
        Command::Evaluate(args) => evaluate::run(args),
        Command::Relay(args) => relay::run(args),
        Command::Report(args) => report::run(args),
        Command::Stats(args) => stats::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&*error);
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// One line a cause, outermost first.
#[allow(clippy::print_stderr, reason = "a command line tool speaks on standard error")]
fn tell(error: &dyn std::error::Error) {
    eprintln!("tanish: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        eprintln!("  because: {cause}");
        source = cause.source();
    }
}
