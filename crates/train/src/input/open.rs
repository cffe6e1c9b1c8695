//! Files of any format for the other crates: rows, lines of a log, orders.

use super::orders::{LISTS, OrderRows, OrderRules, TakeLines};
use super::record::Sink;
use super::report::{FileRead, ReadReport};
use super::source::{Body, Meter, Source};
use super::table::{self, Counted};
use super::{is_log, jsonl};
use crate::TrainError;
use std::path::{Path, PathBuf};

/// Takes a log: whole lines of JSON where the file has them, rows elsewhere.
pub trait LogSink: Sink {
    /// A line that may be a JSON object.
    fn line(&mut self, line: u64, json: &str);
}

/// The files named, and those of the folders named whose names end in one of `endings`, by name; folders
/// without any are noted.
///
/// # Errors
/// A folder that cannot be read.
pub fn files(
    paths: &[PathBuf],
    endings: &[&str],
    notes: &mut Vec<String>,
) -> Result<Vec<PathBuf>, TrainError> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let failed = |source| TrainError::Read { file: path.display().to_string(), source };
        let mut inside = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if endings.iter().any(|ending| name.ends_with(ending)) {
                inside.push(file);
            }
        }
        if inside.is_empty() {
            let plain: Vec<&str> =
                endings.iter().copied().filter(|ending| !ending.ends_with(".gz")).collect();
            let endings = plain.join(" or *");
            notes.push(format!("{} has no *{endings} files: name other files one by one", path.display()));
        }
        inside.sort();
        files.append(&mut inside);
    }
    Ok(files)
}

/// Reads an event log: lines of JSON, or a table whose lists of groups under a name in `lists` give a row
/// for each element (all with the same [`line`](super::Record::line)).
///
/// # Errors
/// A file that cannot be opened or is of a foreign kind.
pub fn read_log(path: &Path, lists: &[&str], sink: &mut dyn LogSink) -> Result<FileRead, TrainError> {
    let mut source = Source::open(path, &Meter::default())?;
    let is_log = is_log(&mut source);
    let name = source.name.clone();
    match source {
        Source { body: Body::Stream(input), .. } if is_log => {
            let mut rows = 0;
            jsonl::read_lines(input, &mut |line, text| {
                rows += 1;
                match text {
                    Ok(text) => sink.line(line, text),
                    Err((problem, reason)) => sink.fault(line, problem, reason),
                }
            });
            Ok(FileRead { name, format: "event log".into(), rows })
        }
        source => read_rows(source, lists, &mut Rows(sink)),
    }
}

/// Reads a table of any format; `lists` as in [`read_log`].
///
/// # Errors
/// A file that cannot be opened or is no table.
pub fn read_table(path: &Path, lists: &[&str], sink: &mut dyn Sink) -> Result<FileRead, TrainError> {
    read_rows(Source::open(path, &Meter::default())?, lists, sink)
}

/// Reads an order file; what cannot be used goes into `report`.
///
/// # Errors
/// A file that cannot be opened, is no table, or lacks a needed column.
pub fn read_orders(
    path: &Path,
    rules: &OrderRules,
    report: &mut ReadReport,
    take: &mut dyn TakeLines,
) -> Result<(), TrainError> {
    let source = Source::open(path, &Meter::default())?;
    let name = source.name.clone();
    let mut rows = OrderRows::new(rules, &name, report, take);
    let read = read_rows(source, &LISTS, &mut rows)?;
    rows.check_columns()?;
    report.files.push(read);
    Ok(())
}

fn read_rows(source: Source, lists: &[&str], sink: &mut dyn Sink) -> Result<FileRead, TrainError> {
    let (name, format) = (source.name.clone(), source.format.name().to_owned());
    let mut counted = Counted { inner: sink, rows: 0, tick: &mut || () };
    table::read(source, lists, &mut counted)?;
    Ok(FileRead { name, format, rows: counted.rows })
}

/// A log's sink as one of rows.
struct Rows<'a>(&'a mut dyn LogSink);

impl Sink for Rows<'_> {
    fn row(&mut self, columns: &[String], record: &super::Record) {
        self.0.row(columns, record);
    }

    fn wants(&self, column: &str) -> bool {
        self.0.wants(column)
    }

    fn fault(&mut self, line: u64, problem: super::Problem, reason: String) {
        self.0.fault(line, problem, reason);
    }
}
