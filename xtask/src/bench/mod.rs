//! `cargo xtask bench`: numbers worth watching, measured on this machine.

mod bytes;
mod report;
mod train;

use crate::error::Error;
use crate::test::browser_for_tests;
use crate::{build, process};
use std::ffi::OsString;
use std::path::PathBuf;

/// What `bench` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// What a first and a second visit cost in Chromium
    Page {
        /// A site folder to visit instead of the sample one
        #[arg(long)]
        site: Option<PathBuf>,
    },
    /// How long a recommendation takes in Chromium: 100,000 products, a history of 50
    Speed {
        /// How many products instead
        #[arg(long)]
        products: Option<u32>,
    },
    /// What a new visitor downloads, over real visits: rows and catalogue, mean and 95th percentile
    Bytes(bytes::Args),
    /// How many events a second the relay takes, beside plain SQLite inserts
    Relay {
        /// Events to send
        #[arg(long, default_value_t = 1_000_000)]
        events: u64,
    },
    /// What a training costs: seconds, peak memory, files and bytes
    Train(train::Args),
    /// What a report costs over ten million events in Parquet: seconds, peak memory
    Report(report::Args),
}

/// Measures.
///
/// # Errors
/// When something does not build, a visit does not end with cards, or a training fails.
pub fn run(args: &Args) -> Result<(), Error> {
    match &args.what {
        What::Page { site } => {
            let site =
                site.as_ref().map(|site| std::path::absolute(site).map_err(Error::io(site))).transpose()?;
            in_browser("page", site.map(PathBuf::into_os_string))
        }
        What::Speed { products } => in_browser("speed", products.map(|products| products.to_string().into())),
        What::Bytes(args) => bytes::run(args),
        What::Relay { events } => relay(*events),
        What::Train(args) => train::run(args),
        What::Report(args) => report::run(args),
    }
}

/// Builds the widget and runs a bench of `tests`.
fn in_browser(bench: &str, argument: Option<OsString>) -> Result<(), Error> {
    build::run()?;
    browser_for_tests()?;
    let mut command = process::cargo();
    command.args(["bench", "--quiet", "--package", "tanish-tests", "--bench", bench, "--profile", "dev"]);
    if let Some(argument) = argument {
        command.arg("--").arg(argument);
    }
    process::run(&mut command)
}

fn relay(events: u64) -> Result<(), Error> {
    let mut command = process::cargo();
    command.args([
        "bench",
        "--quiet",
        "--package",
        "tanish-relay",
        "--bench",
        "throughput",
        "--profile",
        "dev",
    ]);
    command.arg("--").arg(events.to_string());
    process::run(&mut command)
}
