//! From files to [`Facts`].

mod costs;
mod event;
mod gather;
mod json;
mod source;
mod table;

pub use costs::read_costs;

use crate::facts::{Facts, Line, NONE, Trade};
use crate::fixed::Money;
use gather::Gather;
use std::path::PathBuf;
use tanish_train::TrainError;
use tanish_train::input::{
    self, ColumnNames, FileRead, OrderLine, OrderRules, Preset, ReadReport, TakeLines,
};

/// How the files of a log are named.
const LOGS: [&str; 3] = [".jsonl", ".jsonl.gz", ".parquet"];

/// What is read.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Event logs, or folders of them.
    pub events: Vec<PathBuf>,
    /// Order files.
    pub orders: Vec<PathBuf>,
    /// What kind of export the orders are.
    pub preset: Option<Preset>,
    /// The shop's names of order columns.
    pub columns: ColumnNames,
}

/// What was read, and what was not and why.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Read {
    /// Of events.
    pub events: ReadReport,
    /// Of orders.
    pub orders: ReadReport,
}

/// Reads everything.
///
/// # Errors
/// A file that cannot be opened, is of a foreign kind, or is an order table without a needed column. Rows
/// that cannot be used are counted in [`Read`].
pub fn read(inputs: &Inputs) -> Result<(Facts, Read), TrainError> {
    let mut facts = Facts::default();
    let mut read = Read::default();
    for path in input::files(&inputs.events, &LOGS, &mut read.events.notes)? {
        let mut gather = Gather::new(&mut facts, path.display().to_string(), &mut read.events);
        let file = input::read_log(&path, &table::LISTS, &mut gather)?;
        gather.end();
        read.events.files.push(FileRead { ..file });
    }
    let rules = OrderRules {
        columns: inputs.columns.clone(),
        preset: inputs.preset,
        without_products: true,
        ..OrderRules::default()
    };
    for path in &inputs.orders {
        input::read_orders(path, &rules, &mut read.orders, &mut Lines(&mut facts))?;
    }
    read.events.kept = read.events.rows - read.events.bad_rows() - read.events.duplicates.count;
    read.orders.kept =
        read.orders.rows - read.orders.bad_rows() - read.orders.not_products.count - read.orders.other;
    Ok((facts, read))
}

/// Takes the lines of order files.
struct Lines<'a>(&'a mut Facts);

impl TakeLines for Lines<'_> {
    fn line(&mut self, _: u64, line: OrderLine<'_>) {
        let facts = &mut *self.0;
        let trade = match line.trade {
            input::Trade::Sold => Trade::Sold,
            input::Trade::Returned => Trade::Returned,
            // Their own row says that they count for nothing.
            input::Trade::Undone => return,
        };
        let word = |facts: &mut Facts, text: Option<&str>| text.map_or(NONE, |text| facts.words.number(text));
        let [coupon, channel] = line.of_order;
        let product = Some(line.product).filter(|product| !product.is_empty());
        let product = word(facts, product);
        if let (Some(title), true) = (line.says[0], product != NONE) {
            let title = facts.words.number(title);
            facts.title(product, title);
        }
        let person = line.customer.map_or(NONE, |customer| gather::person(facts, 'c', customer));
        facts.note(line.at);
        let line = Line {
            at: line.at,
            order: facts.words.number(&line.order),
            product,
            person,
            amount: Money::of(line.price.unwrap_or(0.0) * line.quantity),
            pieces: (line.quantity * 1000.0).round() as i64,
            country: word(facts, line.country),
            channel: word(facts, channel),
            coupon: word(facts, coupon),
            cost: line.deal.cost.map(Money::of),
            trade,
            of_file: true,
        };
        facts.lines.push(line);
    }
}
