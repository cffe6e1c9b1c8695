//! `cargo xtask bench`: numbers worth watching, measured on this machine.

mod bytes;
mod train;

use crate::error::Error;
use crate::test::browser_for_tests;
use crate::{build, process};
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
    /// What a new visitor downloads, over real visits: rows and catalogue, mean and 95th percentile
    Bytes(bytes::Args),
    /// What a training costs: seconds, peak memory, files and bytes
    Train(train::Args),
}

/// Measures.
///
/// # Errors
/// When something does not build, a visit does not end with cards, or a training fails.
pub fn run(args: &Args) -> Result<(), Error> {
    match &args.what {
        What::Page { site } => page(site.as_ref()),
        What::Bytes(args) => bytes::run(args),
        What::Train(args) => train::run(args),
    }
}

fn page(site: Option<&PathBuf>) -> Result<(), Error> {
    build::run()?;
    browser_for_tests()?;
    let mut command = process::cargo();
    command.args(["bench", "--quiet", "--package", "tanish-tests", "--bench", "page", "--profile", "dev"]);
    if let Some(site) = site {
        command.arg("--").arg(std::path::absolute(site).map_err(Error::io(site))?);
    }
    process::run(&mut command)
}
