//! CSV and its kin: quoted text cells with one byte between them.

use super::record::{MAX_ROW, Record, Sink};
use super::report::Problem;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::{self, BufRead};

/// Most cells in a row.
const MAX_CELLS: usize = 4096;

/// Reads a whole table: a header, then rows. A stream that fails half-way is a fault of its last row.
pub(crate) fn read(input: Box<dyn BufRead>, delimiter: u8, sink: &mut dyn Sink) {
    let mut rows = Rows::new(input, delimiter);
    let mut columns: Vec<String> = Vec::new();
    let mut record = Record::default();
    loop {
        let line = rows.line;
        match rows.next() {
            Ok(Raw::End) => return,
            // Without a header no row can be understood: the next row is not one.
            Ok(Raw::Overlong) if columns.is_empty() => {
                return sink.fault(
                    rows.start,
                    Problem::Overlong,
                    "the header is too long: is this a table?".into(),
                );
            }
            Ok(Raw::Overlong) => sink.fault(
                rows.start,
                Problem::Overlong,
                format!("a row longer than {MAX_ROW} bytes or {MAX_CELLS} cells: is a quote left open?"),
            ),
            Ok(Raw::Row) => match rows.cells() {
                None if columns.is_empty() => {
                    let reason = "the header is not UTF-8, so no row can be read: save the file as UTF-8";
                    return sink.fault(rows.start, Problem::NotUtf8, reason.into());
                }
                None => sink.fault(rows.start, Problem::NotUtf8, "not UTF-8: save the file as UTF-8".into()),
                Some(cells) if columns.is_empty() && rows.start == 1 && names_delimiter(&cells) => {}
                Some(cells) if columns.is_empty() => {
                    columns = cells.iter().map(|c| c.trim().to_owned()).collect()
                }
                Some(cells) => {
                    let filled = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
                    if filled > columns.len() || cells.len() < columns.len() {
                        let reason = format!("{} cells where the header has {}", cells.len(), columns.len());
                        sink.fault(rows.start, Problem::BrokenRow, reason);
                        continue;
                    }
                    record.begin(rows.start);
                    cells
                        .iter()
                        .take(columns.len())
                        .enumerate()
                        .for_each(|(column, cell)| record.set(column, cell));
                    sink.row(&columns, &record);
                }
            },
            Err(error) => {
                return sink.fault(line, Problem::BrokenOff, format!("the rest cannot be read: {error}"));
            }
        }
    }
}

/// Whether a row is the one in which Excel names the delimiter: `sep=;`.
fn names_delimiter(cells: &[&str]) -> bool {
    match cells {
        ["sep=", ""] => true,
        [cell] => cell.strip_prefix("sep=").is_some_and(|rest| rest.len() == 1),
        _ => false,
    }
}

enum Raw {
    Row,
    Overlong,
    End,
}

struct Rows {
    input: Box<dyn BufRead>,
    parser: Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    cells: usize,
    /// Line of the next byte.
    line: u64,
    /// Line the last row starts on.
    start: u64,
}

impl Rows {
    fn new(input: Box<dyn BufRead>, delimiter: u8) -> Rows {
        let parser = ReaderBuilder::new().delimiter(delimiter).build();
        Rows {
            input,
            parser,
            bytes: vec![0; 4096],
            ends: vec![0; 64],
            filled: 0,
            cells: 0,
            line: 1,
            start: 1,
        }
    }

    fn next(&mut self) -> io::Result<Raw> {
        self.skip_blank_lines()?;
        (self.start, self.filled, self.cells) = (self.line, 0, 0);
        let mut overlong = false;
        loop {
            let input = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            let (result, read, wrote, ended) =
                self.parser.read_record(input, &mut self.bytes[self.filled..], &mut self.ends[self.cells..]);
            self.line += input[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.input.consume(read);
            self.filled += wrote;
            self.cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.bytes.len() < MAX_ROW => {
                    self.bytes.resize(self.bytes.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_CELLS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                // Beyond the bounds the row is read on, over itself, to find where it ends.
                ReadRecordResult::OutputFull => (overlong, self.filled) = (true, 0),
                ReadRecordResult::OutputEndsFull => (overlong, self.cells) = (true, 0),
                ReadRecordResult::Record if overlong => return Ok(Raw::Overlong),
                ReadRecordResult::Record => return Ok(Raw::Row),
                ReadRecordResult::End => return Ok(Raw::End),
            }
        }
    }

    /// Line ends before a row: empty lines, and the second half of a CR LF.
    fn skip_blank_lines(&mut self) -> io::Result<()> {
        loop {
            match self.input.fill_buf()?.first() {
                Some(b'\n') => self.line += 1,
                Some(b'\r') => {}
                _ => return Ok(()),
            }
            self.input.consume(1);
        }
    }

    /// The cells of the last row; `None` where they are not UTF-8.
    fn cells(&self) -> Option<Vec<&str>> {
        let mut start = 0;
        self.ends[..self.cells]
            .iter()
            .map(|&end| {
                let cell = std::str::from_utf8(self.bytes.get(start..end)?).ok();
                start = end;
                cell
            })
            .collect()
    }
}

/// The byte between the cells: the one that splits the first rows into the most cells, equally often.
pub(crate) fn sniff_delimiter(head: &[u8], tabs_likely: bool) -> u8 {
    let first = head.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    if let Some(&[delimiter]) = first.strip_prefix(b"sep=") {
        return delimiter;
    }
    let candidates = if tabs_likely { *b"\t,;|" } else { *b",;\t|" };
    let score = |delimiter: u8| {
        let widths = first_widths(head, delimiter);
        let Some(&header) = widths.first() else { return 0 };
        let even = widths.iter().filter(|&&width| width == header).count();
        if header > 1 { even * 1000 / widths.len() * 10_000 + header } else { 0 }
    };
    let mut best = (score(candidates[0]), candidates[0]);
    for delimiter in &candidates[1..] {
        let score = score(*delimiter);
        if score > best.0 {
            best = (score, *delimiter);
        }
    }
    best.1
}

/// How many cells each of the first rows has.
fn first_widths(head: &[u8], delimiter: u8) -> Vec<usize> {
    const ROWS: usize = 20;
    let mut parser = ReaderBuilder::new().delimiter(delimiter).build();
    let (mut bytes, mut ends) = ([0; 1024], [0; 256]);
    let (mut widths, mut width, mut rest) = (Vec::new(), 0, head);
    while widths.len() < ROWS {
        let (result, read, _, ended) = parser.read_record(rest, &mut bytes, &mut ends);
        rest = &rest[read..];
        width += ended;
        match result {
            ReadRecordResult::Record => widths.push(std::mem::take(&mut width)),
            ReadRecordResult::End => break,
            // The head may stop inside a row, which then says nothing.
            ReadRecordResult::InputEmpty if rest.is_empty() && !widths.is_empty() => break,
            _ => {}
        }
    }
    widths
}
