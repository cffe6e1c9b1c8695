//! What was read, kept and refused, and why.

use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Most examples kept for each kind of problem.
const EXAMPLES: usize = 5;

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Not a row of this format: wrong number of cells, broken JSON.
    BrokenRow,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A row, a field or an id beyond every sensible length.
    Overlong,
    /// The file ends in the middle of its compression or of a row.
    BrokenOff,
    /// No product id.
    NoProduct,
    /// Neither an order nor a customer (in events: neither a session nor a visitor).
    NoOrder,
    /// A time in no known form.
    BadTimestamp,
    /// A number in no known form.
    BadNumber,
    /// A number or a time beyond every sensible range.
    Absurd,
    /// An address that is neither http(s) nor relative; only the address is dropped.
    BadAddress,
    /// A value in no known form in a place that can stay empty; only the value is dropped.
    BadValue,
    /// An id that came before in the catalogue; the first stands.
    RepeatedId,
    /// An event said to have happened after it was received; the time of receipt stands for it.
    ClockAhead,
    /// A time long after nearly all others: the work of a wrong clock.
    FarFuture,
}

impl Problem {
    fn words(self) -> &'static str {
        match self {
            Problem::BrokenRow => "broken rows",
            Problem::NotUtf8 => "rows that are not UTF-8",
            Problem::Overlong => "overlong rows or fields",
            Problem::BrokenOff => "files broken off",
            Problem::NoProduct => "rows without a product",
            Problem::NoOrder => "rows without order or customer",
            Problem::BadTimestamp => "rows with an unreadable time",
            Problem::BadNumber => "rows with an unreadable number",
            Problem::Absurd => "rows with an absurd value",
            Problem::BadAddress => "addresses dropped (neither http(s) nor relative)",
            Problem::BadValue => "values dropped (unreadable)",
            Problem::RepeatedId => "rows with an id that came before",
            Problem::ClockAhead => "events of clocks that run ahead (time of receipt taken)",
            Problem::FarFuture => "rows with a time long after all others",
        }
    }
}

/// A place in the input and what was the matter there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// The file.
    pub file: String,
    /// Line (row in Parquet, product in JSON documents), from 1.
    pub line: u64,
    /// What was the matter.
    pub reason: String,
}

impl fmt::Display for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// How often something happened, and where it did first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// How often.
    pub count: u64,
    /// The first few places.
    pub examples: Vec<Example>,
}

impl Tally {
    /// Counts one; `reason` is built only when it becomes an example.
    pub fn add(&mut self, file: &str, line: u64, reason: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(Example { file: file.to_owned(), line, reason: reason() });
        }
    }
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileRead {
    /// Its name; `-` is standard input.
    pub name: String,
    /// What it was taken for, by its content.
    pub format: String,
    /// Rows seen in it.
    pub rows: u64,
}

/// What became of the rows of one kind of input.
///
/// `rows = kept + duplicates + not_products + other + known + bad`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReadReport {
    /// The files, in the order read.
    pub files: Vec<FileRead>,
    /// Rows seen, without headers; rows that hold several products count once a product.
    pub rows: u64,
    /// Rows used.
    pub kept: u64,
    /// Of the kept: goods that came back or were cancelled.
    pub returned: u64,
    /// Of the kept: without a customer, so of use for baskets and popularity only.
    pub without_customer: u64,
    /// Rows equal to another in every column read.
    pub duplicates: Tally,
    /// Rows of postage, fees, vouchers and other things that are not products.
    pub not_products: Tally,
    /// Rows of kinds that do not teach anything (page views, unpaid orders …).
    pub other: u64,
    /// Events of orders that stood in the order files already.
    pub known: u64,
    /// Rows refused, by problem.
    pub bad: BTreeMap<Problem, Tally>,
    /// Values dropped or replaced in rows that were kept, by problem.
    pub mended: BTreeMap<Problem, Tally>,
    /// Remarks on whole files.
    pub notes: Vec<String>,
}

impl ReadReport {
    /// Rows refused in all.
    pub fn bad_rows(&self) -> u64 {
        self.bad.values().map(|tally| tally.count).sum()
    }

    /// Works out [`ReadReport::kept`] once all else is counted.
    pub(crate) fn settle(&mut self) {
        let lost =
            self.duplicates.count + self.not_products.count + self.other + self.known + self.bad_rows();
        self.kept = self.rows.saturating_sub(lost);
    }

    /// Why nothing was kept, in one line.
    pub fn blame(&self) -> String {
        let worst = self.bad.iter().max_by_key(|(_, tally)| tally.count);
        let read = format!("{} rows read", self.rows);
        match worst {
            None => read,
            Some((problem, tally)) => {
                let example = tally.examples.first().map(|e| format!(" ({e})")).unwrap_or_default();
                format!("{read}, {} {}{example}", tally.count, problem.words())
            }
        }
    }
}

impl fmt::Display for ReadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            writeln!(f, "  {} ({}): {} rows", file.name, file.format, file.rows)?;
        }
        writeln!(f, "  kept {} of {} rows", self.kept, self.rows)?;
        for (count, words) in [
            (self.returned, "of these returns or cancellations"),
            (self.without_customer, "of these without a customer"),
            (self.other, "rows of other kinds passed over"),
            (self.known, "rows of orders known already"),
        ] {
            if count > 0 {
                writeln!(f, "  {count} {words}")?;
            }
        }
        let named =
            [(&self.duplicates, "exact duplicates dropped"), (&self.not_products, "rows not of products")];
        let classed = self.bad.iter().chain(&self.mended).map(|(problem, tally)| (tally, problem.words()));
        for (tally, words) in named.into_iter().chain(classed) {
            if tally.count > 0 {
                writeln!(f, "  {} {words}", tally.count)?;
                for example in &tally.examples {
                    writeln!(f, "      {example}")?;
                }
            }
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "  note: {note}"))
    }
}
