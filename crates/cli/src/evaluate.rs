//! `tanish evaluate`.

use crate::shown::Shown;
use crate::train::{columns, preset, print};
use std::error::Error;
use std::path::PathBuf;
use tanish_train::input::{ColumnNames, Preset};
use tanish_train::{Counting, Exam, Options, Protocol, Repeat, evaluate};

#[derive(clap::Args)]
pub struct Args {
    /// Files to train on: session rows (session_id, timestamp, product_id[, visitor_id, action, quantity]) as
    /// CSV, TSV, JSON lines or Parquet, event logs, or with --preset an export of orders
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    train: Vec<PathBuf>,
    /// Files to predict, of the same kind
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    test: Vec<PathBuf>,
    /// next-item: every prefix of a test session predicts its next product; basket: each test session is
    /// bought at once and predicted from the visitor's earlier ones in the training file
    #[arg(long, default_value = "next-item")]
    protocol: Protocol,
    /// exclude: what was just viewed (next-item) or ever bought (basket) is not recommended, and a miss
    /// where it is wanted
    #[arg(long, default_value = "keep")]
    repeat: Repeat,
    /// Catalogue files, as for `tanish train`
    #[arg(long, num_args = 1.., value_name = "FILE")]
    catalog: Vec<PathBuf>,
    /// What kind of export the files are: uci-online-retail, shopify, woocommerce or ga4
    #[arg(long, value_parser = preset)]
    preset: Option<Preset>,
    /// The files' names of columns: session_id=InvoiceNo,product_id=StockCode,…
    #[arg(long, value_name = "OURS=THEIRS,…", value_parser = columns)]
    columns: Option<ColumnNames>,
    /// Ids of rows that are no products (postage, vouchers …), separated by commas
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    exclude_products: Vec<String>,
    /// Do not choose settings by the training file: count at fixed ones
    #[arg(long)]
    fixed_settings: bool,
    /// Threads; 0 = as many as the machine has
    #[arg(long, default_value_t = 0)]
    threads: usize,
    /// Print the report as one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let exam = Exam {
        train: args.train,
        test: args.test,
        protocol: args.protocol,
        repeat: args.repeat,
        options: Options {
            catalog: args.catalog,
            preset: args.preset,
            columns: args.columns.unwrap_or_default(),
            exclude_products: args.exclude_products,
            counting: Counting { tune: !args.fixed_settings, ..Counting::default() },
            threads: args.threads,
            ..Options::new("")
        },
    };
    let mut shown = Shown::new(args.json);
    let evaluation = evaluate(&exam, &mut shown);
    shown.end();
    print(evaluation, args.json)
}
