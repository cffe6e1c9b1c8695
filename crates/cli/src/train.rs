//! `tanish train`.

use crate::shown::Shown;
use serde::Serialize;
use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use tanish_train::input::{ColumnNames, Preset};
use tanish_train::{Counting, Layout, Options, TrainError, train};

/// Where the widget's files lie after `cargo xtask build`.
const WIDGET: &str = "pkg";

#[derive(clap::Args)]
pub struct Args {
    /// Order files: CSV, TSV, JSON lines or Parquet, plain or gzipped; `-` is standard input
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present_any = ["events", "catalog"])]
    orders: Vec<PathBuf>,
    /// Event logs of the relay, or session rows; of a folder all *.jsonl are read
    #[arg(long, num_args = 1.., value_name = "FILE")]
    events: Vec<PathBuf>,
    /// Catalogue: CSV, Google Merchant Center feed (TSV, XML) or Shopify products.json;
    /// without one, titles and prices are taken from the orders; with nothing else, prices, stock and titles
    /// are renewed and the model stays
    #[arg(long, num_args = 1.., value_name = "FILE")]
    catalog: Vec<PathBuf>,
    /// The site folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// What kind of export the orders are: uci-online-retail, shopify, woocommerce or ga4
    #[arg(long, value_parser = preset)]
    preset: Option<Preset>,
    /// The shop's names of columns: order_id=InvoiceNo,product_id=StockCode,…
    #[arg(long, value_name = "OURS=THEIRS,…", value_parser = columns)]
    columns: Option<ColumnNames>,
    /// The same for the catalogue: id=Artikul,title=Nomi,…
    #[arg(long, value_name = "OURS=THEIRS,…", value_parser = columns)]
    catalog_columns: Option<ColumnNames>,
    /// Ids of order lines that are no products (postage, vouchers …), separated by commas
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    exclude_products: Vec<String>,
    /// Folder with tanish.js and its module, to be copied into the site folder [default: pkg, where present]
    #[arg(long, value_name = "DIR")]
    widget: Option<PathBuf>,
    /// ISO 4217 code for a new site.json, as in UZS
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<String>,
    /// Do not choose settings by these data: count at fixed ones
    #[arg(long)]
    fixed_settings: bool,
    /// How the site folder is laid out: files (a file a shard), or packed (few files, read by HTTP ranges:
    /// for hosts that cap the number of files)
    #[arg(long, value_name = "LAYOUT", default_value = "files", value_parser = layout)]
    layout: Layout,
    /// Threads; 0 = as many as the machine has
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn preset(text: &str) -> Result<Preset, String> {
    text.parse().map_err(|error: TrainError| error.to_string())
}

fn layout(text: &str) -> Result<Layout, String> {
    match text {
        "files" => Ok(Layout::Files),
        "packed" => Ok(Layout::Packed),
        _ => Err("give files or packed".into()),
    }
}

pub(crate) fn columns(text: &str) -> Result<ColumnNames, String> {
    ColumnNames::parse(text).map_err(|error| error.to_string())
}

fn currency(text: &str) -> Result<String, String> {
    let fits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if fits { Ok(text.to_owned()) } else { Err("give three capital letters, as in UZS".into()) }
}

pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let options = Options {
        orders: args.orders,
        events: args.events,
        catalog: args.catalog,
        preset: args.preset,
        columns: args.columns.unwrap_or_default(),
        catalog_columns: args.catalog_columns.unwrap_or_default(),
        exclude_products: args.exclude_products,
        widget: args.widget.or_else(|| Some(PathBuf::from(WIDGET)).filter(|folder| folder.is_dir())),
        currency: args.currency,
        layout: args.layout,
        counting: Counting { tune: !args.fixed_settings, ..Counting::default() },
        threads: args.threads,
        ..Options::new(args.out)
    };
    let mut shown = Shown::new(args.json);
    let summary = train(&options, &mut shown);
    shown.end();
    print(summary, args.json)
}

/// Prints a report; what was wrong with the options is wrong usage.
pub fn print<T: Serialize + Display>(done: Result<T, TrainError>, json: bool) -> Result<(), Box<dyn Error>> {
    let report = match done {
        Err(error @ TrainError::Option { .. }) => {
            clap::Error::raw(clap::error::ErrorKind::ValueValidation, format!("{error}\n")).exit()
        }
        other => other?,
    };
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        write!(out, "{report}")?;
    }
    Ok(())
}
