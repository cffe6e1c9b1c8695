//! What a new visitor downloads, over real visits.

use crate::error::Error;
use crate::{process, workspace};
use std::path::PathBuf;

/// What `bench bytes` takes.
#[derive(clap::Args)]
pub struct Args {
    /// The folder of the data [default: $TANISH_DATA, else shared/data beside the repository]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Measure the packed layout instead of a file a shard
    #[arg(long)]
    packed: bool,
}

/// Measures, in a program of `crates/train`.
///
/// # Errors
/// When it does not build, or the data are not there.
pub fn run(args: &Args) -> Result<(), Error> {
    let data = args.data.clone().or_else(|| std::env::var_os("TANISH_DATA").map(PathBuf::from));
    let data = data.unwrap_or_else(|| workspace::root().with_file_name("shared").join("data"));
    let data = std::path::absolute(&data).map_err(Error::io(&data))?;
    let mut command = process::cargo();
    command.args(["bench", "--quiet", "--package", "tanish-train", "--bench", "bytes", "--profile", "dev"]);
    command.arg("--").arg(data);
    if args.packed {
        command.arg("packed");
    }
    process::run(&mut command)
}
