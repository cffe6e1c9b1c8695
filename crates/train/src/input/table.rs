//! A table of any format, as rows.

use super::record::{Record, Sink};
use super::report::Problem;
use super::source::{Body, Format, Source};
use super::{columnar, delimited, jsonl};
use crate::TrainError;

/// Reads the rows of a source. `lists`: see [`jsonl::read`].
///
/// # Errors
/// The source is no table at all; faults inside it go to the sink.
pub(crate) fn read(source: Source, lists: &[&str], sink: &mut dyn Sink) -> Result<(), TrainError> {
    match (source.format, source.body) {
        (Format::Empty, _) => {}
        (Format::Delimited(delimiter), Body::Stream(input)) => delimited::read(input, delimiter, sink),
        (Format::Json, Body::Stream(input)) => jsonl::read(input, lists, sink),
        (Format::Parquet, body) => columnar::read(body, lists, sink),
        (format, body) => {
            let mend = match format {
                Format::JsonList => "write one object a line (jq -c '.[]')",
                _ => "give CSV, TSV, JSON lines or Parquet",
            };
            return Err(Source { name: source.name, format, body }.unwanted(mend));
        }
    }
    Ok(())
}

/// Counts rows and tells the caller now and then, on the way to another sink.
pub(crate) struct Counted<'a> {
    /// Where rows go.
    pub inner: &'a mut dyn Sink,
    /// Rows and faults so far.
    pub rows: u64,
    /// Called every few thousand rows.
    pub tick: &'a mut dyn FnMut(),
}

impl Counted<'_> {
    fn count(&mut self) {
        self.rows += 1;
        if self.rows.is_multiple_of(8192) {
            (self.tick)();
        }
    }
}

impl Sink for Counted<'_> {
    fn row(&mut self, columns: &[String], record: &Record) {
        self.count();
        self.inner.row(columns, record);
    }

    fn wants(&self, column: &str) -> bool {
        self.inner.wants(column)
    }

    fn fault(&mut self, line: u64, problem: Problem, reason: String) {
        self.count();
        self.inner.fault(line, problem, reason);
    }
}
