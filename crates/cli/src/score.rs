//! `tanish score`.

use crate::shown::Shown;
use crate::train::{columns, preset};
use std::error::Error;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tanish::score::{Model, Outlook, Period, RfmScale};
use tanish::shop::Config;
use tanish_train::input::{ColumnNames, Preset};
use tanish_train::score::{Params, ScoreOptions, Scores, score};
use tanish_train::{Options, TrainError};

#[derive(clap::Args)]
pub struct Args {
    /// Order files: CSV, TSV, JSON lines or Parquet, plain or gzipped; `-` is standard input. Columns
    /// customer_id, timestamp, and amount, or quantity and price; product_id, order_id, cost, coupon and
    /// discount where known
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present = "events")]
    orders: Vec<PathBuf>,
    /// Event logs of the relay: orders that the order files do not have, and who a browser belongs to
    #[arg(long, num_args = 1.., value_name = "FILE")]
    events: Vec<PathBuf>,
    /// The last day whose orders count [default: the day of the newest order]
    #[arg(long, value_name = "DATE", value_parser = date)]
    at: Option<i64>,
    /// Unit of recency, t and horizon
    #[arg(long, value_enum, default_value = "week")]
    period: PeriodName,
    /// The model of how often a customer buys
    #[arg(long, value_enum, default_value = "mbgnbd")]
    model: ModelName,
    /// Periods to look ahead [default: a year: 365 days, 52 weeks or 12 months]
    #[arg(long, value_name = "N", value_parser = horizon)]
    horizon: Option<f64>,
    /// Discount a month, as a part of 1
    #[arg(long, value_name = "PER-MONTH", default_value_t = 0.01, value_parser = discount)]
    discount: f64,
    /// Parameters of models that are not to be fitted, in JSON as --json prints them
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// The shop's site.json: money is scored by its rfm.money; without, by the quintiles of the customers
    #[arg(long, value_name = "FILE")]
    site: Option<PathBuf>,
    /// What kind of export the orders are: uci-online-retail, shopify, woocommerce or ga4
    #[arg(long, value_parser = preset)]
    preset: Option<Preset>,
    /// The shop's names of columns: customer_id=Klient,timestamp=Sana,…
    #[arg(long, value_name = "OURS=THEIRS,…", value_parser = columns)]
    columns: Option<ColumnNames>,
    /// Ids of order lines that are no products (postage, vouchers …), separated by commas
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    exclude_products: Vec<String>,
    #[command(flatten)]
    form: Form,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Form {
    /// Print customers and models as one JSON object
    #[arg(long)]
    json: bool,
    /// Print a table of the customers, ready to load into a CRM
    #[arg(long)]
    csv: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum PeriodName {
    Day,
    Week,
    Month,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ModelName {
    Bgnbd,
    Mbgnbd,
}

fn date(text: &str) -> Result<i64, String> {
    tanish_train::input::instant(text)
}

fn horizon(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 36_525.0 => Ok(number),
        _ => Err("give a number of periods greater than 0, at most 36525".into()),
    }
}

fn discount(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..1.0).contains(&number) => Ok(number),
        _ => Err("give a part of 1, such as 0.01 for one percent a month".into()),
    }
}

pub fn run(args: Args) -> Result<(), Box<dyn Error>> {
    let period = match args.period {
        PeriodName::Day => Period::Day,
        PeriodName::Week => Period::Week,
        PeriodName::Month => Period::Month,
    };
    let year = Outlook::year(period);
    let options = ScoreOptions {
        input: Options {
            orders: args.orders,
            events: args.events,
            preset: args.preset,
            columns: args.columns.unwrap_or_default(),
            exclude_products: args.exclude_products,
            ..Options::new("")
        },
        at: args.at,
        model: match args.model {
            ModelName::Bgnbd => Model::BgNbd,
            ModelName::Mbgnbd => Model::MbgNbd,
        },
        outlook: Outlook { horizon: args.horizon.unwrap_or(year.horizon), discount: args.discount, ..year },
        params: args.params.as_deref().map(Params::read).transpose()?.unwrap_or_default(),
        money: args.site.as_deref().map(money).transpose()?.flatten(),
    };
    let mut shown = Shown::new(true);
    let scores = score(&options, &mut shown);
    shown.end();
    let scores = match scores {
        Err(error @ TrainError::Option { .. }) => {
            clap::Error::raw(clap::error::ErrorKind::ValueValidation, format!("{error}\n")).exit()
        }
        other => other?,
    };
    tell(&scores);
    let mut out = BufWriter::new(io::stdout().lock());
    if args.form.json {
        serde_json::to_writer(&mut out, &scores)?;
        writeln!(out)?;
    } else {
        scores.write_csv(&mut out)?;
    }
    Ok(out.flush()?)
}

/// `rfm.money` of a `site.json`, or the default scale where its currency is US dollars.
fn money(path: &Path) -> Result<Option<[f64; 4]>, Box<dyn Error>> {
    let read = |source| TrainError::Read { file: path.display().to_string(), source };
    let text = std::fs::read_to_string(path).map_err(read)?;
    let site = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let (config, problems) = Config::read(&site);
    match problems.into_iter().find(|problem| problem.contains("rfm")) {
        Some(problem) => Err(format!("{}: {problem}", path.display()).into()),
        None => Ok(config.rfm.map(|scale: RfmScale| scale.money)),
    }
}

/// What could not be scored, and why, beside the table.
#[allow(clippy::print_stderr, reason = "a command line tool speaks on standard error")]
fn tell(scores: &Scores) {
    for note in &scores.about.notes {
        eprintln!("note: {note}");
    }
    let models = &scores.models;
    let reasons = [
        ("bgnbd", &models.bgnbd.reason),
        ("mbgnbd", &models.mbgnbd.reason),
        ("gammagamma", &models.gammagamma.reason),
    ];
    for (name, reason) in reasons {
        if let Some(reason) = reason {
            eprintln!("note: {name}: {reason}");
        }
    }
}
