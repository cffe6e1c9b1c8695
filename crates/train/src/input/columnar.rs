//! Apache Parquet, row by row.

use super::record::{Record, Sink};
use super::report::Problem;
use super::source::Body;
use jiff::Timestamp;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads a table. Groups get names with dots, lists of plain values are joined by `|`.
///
/// The library underneath asserts what a well-formed file guarantees, so a damaged file may make it
/// panic: that is caught here and becomes a fault like any other.
pub(crate) fn read(body: Body, sink: &mut dyn Sink) {
    let mut rows = 0;
    let read = catch_unwind(AssertUnwindSafe(|| match body {
        Body::File(file) => {
            SerializedFileReader::new(file).and_then(|reader| each_row(&reader, &mut rows, sink))
        }
        Body::Held(bytes) => {
            SerializedFileReader::new(bytes).and_then(|reader| each_row(&reader, &mut rows, sink))
        }
        Body::Stream(_) => Err(ParquetError::General("not in memory".into())),
    }));
    match read {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            sink.fault(rows + 1, Problem::BrokenOff, format!("the rest cannot be read: {error}"))
        }
        Err(_) => sink.fault(rows + 1, Problem::BrokenOff, "the rest cannot be read: damaged pages".into()),
    }
}

fn each_row(reader: &dyn FileReader, rows: &mut u64, sink: &mut dyn Sink) -> Result<(), ParquetError> {
    let mut columns = Vec::new();
    let mut record = Record::default();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        for row in RowIter::from_row_group(None, &*group)? {
            *rows += 1;
            record.begin(*rows);
            let mut next = 0;
            for (name, field) in row?.into_columns() {
                set(&mut columns, &mut record, &mut next, name, &field);
            }
            sink.row(&columns, &record);
        }
    }
    Ok(())
}

/// Sets the cells of a field. Every row has the same schema, so columns are numbered by position.
fn set(columns: &mut Vec<String>, record: &mut Record, next: &mut usize, name: String, field: &Field) {
    if let Field::Group(row) = field {
        for (member, field) in row.get_column_iter() {
            set(columns, record, next, format!("{name}.{member}"), field);
        }
        return;
    }
    let column = match columns.get(*next) {
        Some(known) if *known == name => *next,
        // A group that is null has no members, which shifts those after it.
        _ => columns.iter().position(|known| *known == name).unwrap_or_else(|| {
            columns.push(name);
            columns.len() - 1
        }),
    };
    *next = column + 1;
    if let Some(text) = text(field) {
        record.set(column, &text);
    }
}

fn text(field: &Field) -> Option<String> {
    let instant = |time: Result<Timestamp, jiff::Error>| time.ok().map(|time| time.to_string());
    match field {
        Field::Null => None,
        Field::Str(text) => Some(text.clone()),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok().map(str::to_owned),
        Field::Float(number) => Some(number.to_string()),
        Field::Double(number) => Some(number.to_string()),
        Field::Date(days) => instant(Timestamp::from_second(i64::from(*days) * 86_400)),
        Field::TimestampMillis(millis) => instant(Timestamp::from_millisecond(*millis)),
        Field::TimestampMicros(micros) => instant(Timestamp::from_microsecond(*micros)),
        Field::ListInternal(list) => {
            Some(list.elements().iter().filter_map(text).collect::<Vec<_>>().join("|"))
        }
        other => Some(other.to_string()),
    }
}
