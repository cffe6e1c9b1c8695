//! `tanish demo`: the sample shop on one port — pages, model, relay and a toy CRM.

mod assets;
mod derived;
mod dressed;
mod error;
mod gate;
mod opening;
mod patience;
mod sample;
mod serve;
mod shop;
mod training;

#[cfg(test)]
mod starting;
#[cfg(test)]
mod tests;

use error::DemoError;
use shop::catalog::Catalog;
use shop::money::Currency;
use shop::state::Shop;
use std::error::Error;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tracing_subscriber::EnvFilter;
use training::Trainer;

/// Serve the sample shop, trained on its own synthetic orders or on real ones.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Order files of another shop, to show its products instead of the sample's
    #[arg(long, value_name = "FILE", num_args = 1..)]
    orders: Vec<PathBuf>,
    /// What kind of export the orders are: uci-online-retail, shopify, woocommerce, ga4
    #[arg(long, requires = "orders", value_parser = preset)]
    preset: Option<tanish_train::input::Preset>,
    /// Names of the orders' columns: `ours=theirs,…`
    #[arg(long, requires = "orders", value_name = "OURS=THEIRS,…")]
    columns: Option<String>,
    /// Catalogue of the orders' products; without it titles and prices come from the orders
    #[arg(long, requires = "orders", value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// ISO 4217 code of the prices [default: UZS; GBP with --preset uci-online-retail]
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// Port to listen on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// Folder of the shop's pages
    #[arg(long, value_name = "DIR", default_value = "www")]
    www: PathBuf,
    /// Folder of the built widget
    #[arg(long, value_name = "DIR", default_value = "pkg")]
    widget: PathBuf,
    /// Folder for what the demo writes: orders, site folder, the relay's queue and event log
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    data: PathBuf,
}

/// The widget's files a page cannot do without.
const WIDGET: [&str; 1] = ["tanish.js"];

fn preset(name: &str) -> Result<tanish_train::input::Preset, String> {
    name.parse().map_err(|error: tanish_train::TrainError| error.to_string())
}

/// Trains, then serves until interrupted.
pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    start_log();
    opening::check(&args.www)?;
    check_widget(&args.widget)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // The port is taken before the training, so that a taken one is told at once.
    let listener = runtime.block_on(serve::listen(args.host, args.port))?;
    // The relay's lock is taken before anything is written into its folder or beside it.
    let relay = {
        let _inside = runtime.enter();
        serve::open_relay(&listener, &args.data)?
    };
    let (shop, trainer) = open(&args)?;
    runtime.block_on(serve::run(listener, relay, shop, trainer, &args.www, &args.data))
}

/// The relay's warnings go to standard error; RUST_LOG sets how much is told.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second start in one process keeps the first log.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

fn check_widget(widget: &Path) -> Result<(), DemoError> {
    let wasm = || {
        let entries = std::fs::read_dir(widget).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| entry.path().extension().is_some_and(|end| end == "wasm"))
    };
    let missing = WIDGET.into_iter().find(|name| !widget.join(name).is_file());
    match missing.or_else(|| (!wasm()).then_some("the .wasm module")) {
        Some(missing) => Err(DemoError::Widget { widget: widget.into(), missing }),
        None => Ok(()),
    }
}

/// Trains and opens the shop.
fn open(args: &Args) -> Result<(Arc<Shop>, Arc<Trainer>), Box<dyn Error>> {
    let today = jiff::Zoned::now().date();
    let code = args.currency.as_deref().unwrap_or(match args.preset {
        Some(tanish_train::input::Preset::UciOnlineRetail) => "GBP",
        _ => "UZS",
    });
    let currency = Currency::new(code).ok_or_else(|| DemoError::Currency(code.to_owned()))?;
    training::write_site_json(&args.data, &currency)?;
    let (shop, trainer) = if args.orders.is_empty() {
        let orders = training::write_sample_orders(&args.www, &args.data, today)?;
        let catalog = opening::sample_catalog(&args.www);
        let trainer = Trainer::new(args, vec![orders], catalog, &currency)?;
        report(&trainer.train()?);
        let popular = trainer.popular()?;
        (opening::sample(&args.www, today, currency, popular)?, trainer)
    } else {
        let (trainer, catalog) = foreign(args, &currency)?;
        let popular = trainer.popular()?;
        (opening::real(&args.www, today, currency, catalog, Vec::new(), popular)?, trainer)
    };
    Ok((Arc::new(shop), Arc::new(trainer)))
}

/// Trains on somebody's orders: with their own catalogue as it is, or with one made from the orders.
fn foreign(args: &Args, currency: &Currency) -> Result<(Trainer, Catalog), Box<dyn Error>> {
    let Some(given) = &args.catalog else {
        let (path, catalog) = derived::catalog(args, currency)?;
        let trainer = Trainer::new(args, args.orders.clone(), path, currency)?;
        report(&trainer.train()?);
        return Ok((trainer, catalog));
    };
    let trainer = Trainer::new(args, args.orders.clone(), given.clone(), currency)?;
    report(&trainer.train()?);
    let products = derived::products(&training::cards(&training::site(&args.data))?);
    if products.is_empty() {
        return Err(DemoError::Empty(given.clone()).into());
    }
    Ok((trainer, Catalog::new(products)))
}

#[allow(clippy::print_stdout, reason = "a command line tool reports on standard output")]
fn report(summary: &tanish_train::Summary) {
    print!("{summary}");
}
