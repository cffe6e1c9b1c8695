//! `tanish relay test`: one contact, to see whether a destination is set up right.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use tanish_relay::Config;
use tanish_relay::delivery::probe;

#[derive(clap::Args)]
pub struct Args {
    /// A destination's name or preset
    destination: String,
    /// The test contact's address
    #[arg(long, default_value = "tanish-test@example.com")]
    email: String,
    /// The test contact's phone
    #[arg(long, default_value = "+998900000000")]
    phone: String,
}

pub fn run(args: &Args, config: &Path) -> Result<(), Box<dyn Error>> {
    let config = Config::load(config)?;
    let destination = super::find(&config, &args.destination)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let probe = runtime.block_on(probe(destination, &args.email, &args.phone))?;
    let mut out = io::stdout().lock();
    for seen in &probe.seen {
        writeln!(out, "{}: {}\n  {}", seen.step, seen.request, seen.end)?;
        if !seen.answer.is_empty() {
            // Quoted: an answer must not steer the terminal.
            writeln!(out, "  {:?}", seen.answer)?;
        }
    }
    if probe.fine {
        writeln!(out, "{}", probe.words)?;
        Ok(())
    } else {
        Err(probe.words.into())
    }
}
