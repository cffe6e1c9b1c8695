//! `tanish report`.

use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tanish_report::{Costs, Heading, Inputs, Read, Report, csv, html, read, read_costs};
use tanish_train::TrainError;
use tanish_train::input::{ColumnNames, Preset};

#[derive(clap::Args)]
pub struct Args {
    /// Event logs of the relay, or session rows: JSON lines, Parquet or CSV, plain or gzipped; of a folder
    /// all *.jsonl and *.parquet are read
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present = "orders")]
    events: Vec<PathBuf>,
    /// Order files, as `tanish train` reads them; an order that events tell of too counts once
    #[arg(long, num_args = 1.., value_name = "FILE")]
    orders: Vec<PathBuf>,
    /// What channels cost: CSV with source or campaign, and cost
    #[arg(long, num_args = 1.., value_name = "FILE")]
    cost: Vec<PathBuf>,
    /// The HTML file to write
    #[arg(long, value_name = "FILE", required_unless_present_any = ["json", "csv"])]
    out: Option<PathBuf>,
    /// Print the numbers as one JSON object
    #[arg(long)]
    json: bool,
    /// Print the tables as CSV: section, table, row, column, value
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// The shop's name, for the head of the page
    #[arg(long, default_value = "")]
    shop: String,
    /// What kind of export the orders are: uci-online-retail, shopify, woocommerce or ga4
    #[arg(long, value_parser = preset)]
    preset: Option<Preset>,
    /// The shop's names of order columns: order_id=InvoiceNo,product_id=StockCode,…
    #[arg(long, value_name = "OURS=THEIRS,…", value_parser = columns)]
    columns: Option<ColumnNames>,
}

fn preset(text: &str) -> Result<Preset, String> {
    text.parse().map_err(|error: TrainError| error.to_string())
}

fn columns(text: &str) -> Result<ColumnNames, String> {
    ColumnNames::parse(text).map_err(|error| error.to_string())
}

pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let inputs = Inputs {
        events: args.events,
        orders: args.orders,
        preset: args.preset,
        columns: args.columns.unwrap_or_default(),
    };
    let costs = args.cost.iter().try_fold(Costs::default(), |costs, path| read_costs(path, costs))?;
    let (facts, told) = read(&inputs)?;
    let report = Report::new(&facts, &costs);
    let mut out = io::stdout().lock();
    if let Some(path) = &args.out {
        let page = html(&report, &Heading { shop: args.shop, notes: notes(&told) })?;
        write(path, &page)?;
    }
    if args.json {
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else if args.csv {
        out.write_all(csv(&report).as_bytes())?;
    } else {
        for note in notes(&told) {
            writeln!(out, "{note}")?;
        }
        if let Some(path) = &args.out {
            writeln!(out, "written: {}", path.display())?;
        }
    }
    Ok(())
}

/// Whole or not at all: a report that is being read must not be half of one.
fn write(path: &Path, page: &str) -> Result<(), Box<dyn Error>> {
    let told = |error| format!("cannot write {}: {error}", path.display());
    let mut draft = path.as_os_str().to_owned();
    draft.push(".part");
    std::fs::write(&draft, page).and_then(|()| std::fs::rename(&draft, path)).map_err(told)?;
    Ok(())
}

/// What was read and refused, a line each.
fn notes(read: &Read) -> Vec<String> {
    let mut notes = Vec::new();
    for (what, report) in [("events", &read.events), ("orders", &read.orders)] {
        for file in &report.files {
            notes.push(format!("{what}: {} ({}), {} rows", file.name, file.format, file.rows));
        }
        if report.duplicates.count > 0 {
            notes.push(format!("{what}: {} told twice, counted once", report.duplicates.count));
        }
        if report.bad_rows() > 0 {
            notes.push(format!("{what}: {} could not be used: {}", report.bad_rows(), report.blame()));
        }
        notes.extend(report.notes.iter().map(|note| format!("{what}: {note}")));
    }
    notes
}
