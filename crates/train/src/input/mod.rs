//! From files to numbers: orders, events and the catalogue, read defensively and reported honestly.

pub(crate) mod catalog;
pub mod cell;
mod columnar;
pub(crate) mod columns;
mod delimited;
mod derive;
pub(crate) mod events;
#[cfg(test)]
mod hostile;
mod jsonl;
mod open;
pub(crate) mod orders;
mod preset;
mod record;
pub(crate) mod report;
mod segment;
mod source;
mod table;

pub use columns::ColumnNames;
pub use open::{LogSink, files, read_log, read_orders, read_table};
pub use orders::{Deal, OrderLine, OrderRules, TakeLines, Trade};
pub use preset::Preset;
pub use record::{Record, Sink, plain_name};
pub use report::{Example, FileRead, Problem, ReadReport, Tally};

use crate::history::{History, Input};
use crate::{Options, Phase, Progress, TrainError};
use catalog::{Catalog, ProductRows};
use events::{SessionRows, TakeEvents};
use orders::OrderRows;
use segment::Log;
use source::{Body, Format, Meter, Source};
use std::collections::HashSet;
use std::io::BufRead;
use std::path::Path;
use table::Counted;

/// How the files of a log are named.
const LOGS: [&str; 2] = [".jsonl", ".jsonl.gz"];

/// What was read.
pub(crate) struct Inputs {
    pub history: History,
    pub catalog: Catalog,
    pub orders: ReadReport,
    pub events: ReadReport,
    /// Also of the catalogue derived from orders, which has no files.
    pub products: ReadReport,
}

/// Reads everything a run is given.
///
/// # Errors
/// A file that cannot be opened or is of a foreign kind, a table without a needed column, or nothing
/// left after all bad rows are set aside.
pub(crate) fn read(options: &Options, progress: &mut dyn Progress) -> Result<Inputs, TrainError> {
    read_for(options, false, progress)
}

/// The same; `of_customers`: for their worth, where rows need name no product.
pub(crate) fn read_for(
    options: &Options,
    of_customers: bool,
    progress: &mut dyn Progress,
) -> Result<Inputs, TrainError> {
    let mut event_report = ReadReport::default();
    let events = files(&options.events, &LOGS, &mut event_report.notes)?;
    let sizes = options.orders.iter().chain(&events).chain(&options.catalog);
    let total = sizes.map(|path| std::fs::metadata(path).map(|data| data.len()).ok()).sum();
    progress.begin(Phase::Read, total);
    let mut reading =
        Reading { options, of_customers, meter: Meter::default(), progress, history: History::default() };
    reading.history.listen = options.catalog.is_empty() && !of_customers;
    let mut order_report = ReadReport::default();
    for path in &options.orders {
        reading.orders(path, &mut order_report)?;
    }
    reading.history.end_orders();
    let mut seen = HashSet::new();
    for path in &events {
        reading.events(path, &mut event_report, &mut seen)?;
    }
    let mut catalog = Catalog::default();
    let mut product_report = ReadReport::default();
    for path in &options.catalog {
        reading.catalog(path, &mut product_report, &mut catalog)?;
    }
    let mut history = reading.history;
    history.settle(&mut order_report, &mut event_report);
    product_report.settle();
    if history.lines.is_empty() && history.touches.is_empty() {
        let blames = [&order_report, &event_report].map(|report| (report.rows > 0).then(|| report.blame()));
        let reason = blames.into_iter().flatten().collect::<Vec<_>>().join("; ");
        let notes = [&order_report, &event_report].map(|report| report.notes.join("; "));
        let notes = notes.into_iter().find(|notes| !notes.is_empty());
        let reason =
            if reason.is_empty() { notes.unwrap_or_else(|| "the files have no rows".into()) } else { reason };
        return Err(TrainError::NothingLeft { reason });
    }
    if of_customers {
        // Their worth needs no catalogue.
    } else if options.catalog.is_empty() {
        derive::catalog(&history, &mut catalog, &mut product_report);
    } else if catalog.products.is_empty() {
        return Err(TrainError::NothingLeft { reason: format!("catalogue: {}", product_report.blame()) });
    }
    Ok(Inputs { history, catalog, orders: order_report, events: event_report, products: product_report })
}

/// Reads the catalogue alone.
///
/// # Errors
/// A file that cannot be opened or is no catalogue, or no product left in any.
pub(crate) fn read_catalog(
    options: &Options,
    progress: &mut dyn Progress,
) -> Result<(Catalog, ReadReport), TrainError> {
    let sizes = options.catalog.iter();
    let total = sizes.map(|path| std::fs::metadata(path).map(|data| data.len()).ok()).sum();
    progress.begin(Phase::Read, total);
    let mut reading = Reading {
        options,
        of_customers: false,
        meter: Meter::default(),
        progress,
        history: History::default(),
    };
    let (mut catalog, mut report) = (Catalog::default(), ReadReport::default());
    for path in &options.catalog {
        reading.catalog(path, &mut report, &mut catalog)?;
    }
    report.settle();
    if catalog.products.is_empty() {
        return Err(TrainError::NothingLeft { reason: format!("catalogue: {}", report.blame()) });
    }
    Ok((catalog, report))
}

/// Reads one file row by row, as orders where `options` name a preset, else as sessions or a log.
///
/// # Errors
/// As [`read`], but for rows: what cannot be read is only counted in `report`.
pub(crate) fn read_rows<T: TakeEvents + TakeLines>(
    path: &Path,
    options: &Options,
    report: &mut ReadReport,
    take: &mut T,
) -> Result<(), TrainError> {
    let mut source = Source::open(path, &Meter::default())?;
    let name = source.name.clone();
    let exclude: HashSet<String> = options.exclude_products.iter().cloned().collect();
    if options.preset.is_some() {
        let rules = OrderRules {
            columns: options.columns.clone(),
            preset: options.preset,
            without_products: false,
            exclude,
            of_customers: false,
        };
        let mut rows = OrderRows::new(&rules, &name, report, take);
        table::read(source, &orders::LISTS, &mut rows)?;
        return rows.check_columns();
    }
    let is_log = is_log(&mut source);
    match source {
        Source { body: Body::Stream(input), .. } if is_log => {
            let mut seen = HashSet::new();
            let mut log = Log { exclude: &exclude, file: &name, report, seen: &mut seen, take };
            jsonl::read_objects(input, &mut |line, object| match object {
                Ok(event) => log.event(line, &event),
                Err((problem, reason)) => log.fault(line, problem, reason),
            });
            Ok(())
        }
        source => {
            let mut rows = SessionRows::new(options, &exclude, &name, report, take);
            table::read(source, &orders::LISTS, &mut rows)?;
            rows.check_columns()
        }
    }
}

struct Reading<'a> {
    options: &'a Options,
    of_customers: bool,
    meter: Meter,
    progress: &'a mut dyn Progress,
    history: History,
}

impl Reading<'_> {
    fn open(&self, path: &Path, report: &mut ReadReport) -> Result<Source, TrainError> {
        let source = Source::open(path, &self.meter)?;
        if source.format == Format::Empty {
            report.notes.push(format!("{} is empty", source.name));
        }
        Ok(source)
    }

    /// Runs a table through a sink, with progress; its entry in the report.
    fn table(&mut self, source: Source, sink: &mut dyn Sink) -> Result<FileRead, TrainError> {
        let (name, format) = (source.name.clone(), source.format.name().to_owned());
        let (meter, progress) = (self.meter.clone(), &mut *self.progress);
        let mut tick = || progress.at(meter.read());
        let mut counted = Counted { inner: sink, rows: 0, tick: &mut tick };
        table::read(source, &orders::LISTS, &mut counted)?;
        Ok(FileRead { name, format, rows: counted.rows })
    }

    fn orders(&mut self, path: &Path, report: &mut ReadReport) -> Result<(), TrainError> {
        let source = self.open(path, report)?;
        let name = source.name.clone();
        self.history.begin_file(&name, Input::Orders);
        let rules = OrderRules {
            columns: self.options.columns.clone(),
            preset: self.options.preset,
            without_products: false,
            exclude: self.options.exclude_products.iter().cloned().collect(),
            of_customers: self.of_customers,
        };
        let mut history = std::mem::take(&mut self.history);
        let mut rows = OrderRows::new(&rules, &name, report, &mut history);
        let read = self.table(source, &mut rows);
        let checked = rows.check_columns();
        self.history = history;
        let read = read?;
        checked?;
        report.files.push(read);
        Ok(())
    }

    fn events(
        &mut self,
        path: &Path,
        report: &mut ReadReport,
        seen: &mut HashSet<[u64; 2]>,
    ) -> Result<(), TrainError> {
        let mut source = self.open(path, report)?;
        let is_log = is_log(&mut source);
        let name = source.name.clone();
        self.history.begin_file(&name, if is_log { Input::Events } else { Input::Sessions });
        let exclude: HashSet<String> = self.options.exclude_products.iter().cloned().collect();
        let mut history = std::mem::take(&mut self.history);
        let read = match source {
            Source { body: Body::Stream(input), .. } if is_log => {
                let mut log = Log { exclude: &exclude, file: &name, report, seen, take: &mut history };
                Ok(self.log(input, &mut log))
            }
            source => {
                let mut rows = SessionRows::new(self.options, &exclude, &name, report, &mut history);
                self.table(source, &mut rows).and_then(|read| rows.check_columns().map(|()| read))
            }
        };
        self.history = history;
        report.files.push(read?);
        Ok(())
    }

    fn log(&mut self, input: Box<dyn BufRead>, log: &mut Log<'_>) -> FileRead {
        let (meter, progress) = (self.meter.clone(), &mut *self.progress);
        let mut rows = 0;
        jsonl::read_objects(input, &mut |line, object| {
            rows += 1;
            if rows % 8192 == 0 {
                progress.at(meter.read());
            }
            match object {
                Ok(event) => log.event(line, &event),
                Err((problem, reason)) => log.fault(line, problem, reason),
            }
        });
        FileRead { name: log.file.to_owned(), format: "event log".into(), rows }
    }

    fn catalog(
        &mut self,
        path: &Path,
        report: &mut ReadReport,
        catalog: &mut Catalog,
    ) -> Result<(), TrainError> {
        let source = self.open(path, report)?;
        let (name, format, before) = (source.name.clone(), source.format.name().to_owned(), report.rows);
        let mut rows = ProductRows::new(&self.options.catalog_columns, &name, report, catalog);
        catalog::read(source, &mut rows)?;
        self.progress.at(self.meter.read());
        report.files.push(FileRead { name, format, rows: report.rows - before });
        Ok(())
    }
}

/// Whether JSON lines are events rather than session rows; lines that are neither are faults of a log.
fn is_log(source: &mut Source) -> bool {
    let Source { format: Format::Json, body: Body::Stream(input), .. } = source else { return false };
    jsonl::first_object(&mut **input)
        .is_none_or(|object| ["event", "type", "messageId"].iter().any(|name| object.contains_key(*name)))
}

/// Milliseconds since 1970 of a date or time in any form that a table may hold.
///
/// # Errors
/// What is the matter with it, in words.
pub fn instant(text: &str) -> Result<i64, String> {
    cell::timestamp(text).map_err(|(_, reason)| reason)
}
