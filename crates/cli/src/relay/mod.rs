//! `tanish relay`.

mod contacts;
mod dead;
mod dry;
mod init;
mod presets;
mod test;

use clap::{Subcommand, ValueEnum};
use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tanish_relay::{Config, Destination, Relay, RelayError};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

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
    /// List the CRMs the relay can talk to, and what each promises
    Presets {
        /// Print one preset's file, to start your own from
        #[arg(long, value_name = "PRESET")]
        show: Option<String>,
    },
    /// Write a commented configuration for a preset
    Init(init::Args),
    /// Send one test contact to a destination, and say what went wrong
    Test(test::Args),
    /// Show the requests events would become, and send nothing
    DryRun(dry::Args),
    /// List, show, replay or drop the events no destination would take
    #[command(subcommand)]
    Dead(dead::Action),
    /// Write everybody the relay knows as CSV, for a CRM's import
    Contacts,
}

#[derive(Clone, Copy, ValueEnum)]
enum Log {
    Text,
    Json,
}

pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    match &args.action {
        None => serve(&args),
        Some(Action::Presets { show }) => presets::run(show.as_deref()),
        Some(Action::Init(init)) => init::run(init, &args.config),
        Some(Action::Test(test)) => test::run(test, &args.config),
        Some(Action::DryRun(dry)) => dry::run(dry, &args.config),
        Some(Action::Dead(action)) => dead::run(action, &args.config),
        Some(Action::Contacts) => contacts::run(&args.config),
    }
}

/// A configured destination, by its name or by its preset's.
fn find<'a>(config: &'a Config, name: &str) -> Result<&'a Destination, Box<dyn Error>> {
    let named = config.destinations.iter().find(|one| one.name == name);
    let found = named.or_else(|| config.destinations.iter().find(|one| one.target.preset().name == name));
    found.ok_or_else(|| {
        let known: Vec<&str> = config.destinations.iter().map(|one| one.name.as_str()).collect();
        format!("no destination {name:?} is configured; there are: {}", known.join(", ")).into()
    })
}

/// The queue's database, where a relay has run.
fn database(config: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let database = Relay::database(&Config::load_without_secrets(config)?.data);
    if database.exists() {
        return Ok(database);
    }
    Err(format!("{} is not there: has a relay run with this configuration?", database.display()).into())
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
