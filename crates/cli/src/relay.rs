//! `tanish relay`.

use clap::{Subcommand, ValueEnum};
use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use tanish::time::rfc3339;
use tanish_relay::queue::{DeadLetter, replay};
use tanish_relay::{Config, Relay, RelayError};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Dead letters listed at a time.
const LISTED: usize = 1000;

#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// The configuration
    #[arg(long, global = true, value_name = "FILE", default_value = "relay.toml")]
    config: PathBuf,
    /// Listen here, whatever the configuration says
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Form of the log on standard error; RUST_LOG sets how much is told
    #[arg(long, value_enum, default_value_t = Log::Text)]
    log: Log,
}

#[derive(Subcommand)]
enum Action {
    /// List the events no destination would take, or send them again
    Dead {
        /// Put all of them back in the queue
        #[arg(long)]
        replay: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Log {
    Text,
    Json,
}

pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    match args.action {
        Some(Action::Dead { replay }) => dead(&args.config, replay),
        None => serve(&args),
    }
}

fn serve(args: &Args) -> Result<(), Box<dyn Error>> {
    start_log(args.log);
    let mut config = Config::load(&args.config)?;
    config.listen = args.listen.unwrap_or(config.listen);
    let address = config.listen;
    let relay = Relay::open(config)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener =
            TcpListener::bind(address).await.map_err(|source| RelayError::Listen { address, source })?;
        let stop = crate::stop::signal()?;
        tracing::info!(address = %listener.local_addr()?, "listening");
        relay.serve(listener, stop).await?;
        tracing::info!("stopped");
        Ok(())
    })
}

fn start_log(form: Log) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match form {
        Log::Text => log.with_ansi(false).init(),
        Log::Json => log.json().init(),
    }
}

fn dead(config: &Path, again: bool) -> Result<(), Box<dyn Error>> {
    let database = Relay::database(&Config::load_without_secrets(config)?.data);
    if !database.exists() {
        return Err(
            format!("{} is not there: has a relay run with this configuration?", database.display()).into()
        );
    }
    let mut out = io::stdout().lock();
    if again {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let count = replay(&database, u64::try_from(now)?)?;
        writeln!(out, "{count} events are back in the queue")?;
        return Ok(());
    }
    let letters = DeadLetter::list(&database, LISTED)?;
    for letter in &letters {
        let failure = &letter.failure;
        let status = failure.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        // Quoted: what a destination answered must not steer the terminal.
        writeln!(
            out,
            "{}\t{}\t{:?}\t{} tries\t{status}\t{}\t{:?}",
            rfc3339(letter.at),
            letter.destination,
            letter.message_id,
            letter.attempts,
            failure.reason,
            failure.response
        )?;
    }
    if letters.len() == LISTED {
        writeln!(out, "(only the oldest {LISTED} are listed)")?;
    }
    Ok(())
}
