//! Apache Parquet, row by row.

use super::record::{Record, Sink};
use super::report::Problem;
use super::source::Body;
use jiff::Timestamp;
use parquet::basic::{LogicalType, Repetition, TimeUnit};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use parquet::record::reader::RowIter;
use parquet::schema::types::{Type, TypePtr};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads a table. Groups get names with dots, lists of plain values are joined by `|`, and a list of
/// groups under a name in `lists` (`items`) gives one row for each of them, with names such as
/// `items.item_id`.
///
/// The library underneath asserts what a well-formed file guarantees, so a damaged file may make it
/// panic: that is caught here and becomes a fault like any other.
pub(crate) fn read(body: Body, lists: &[&str], sink: &mut dyn Sink) {
    let mut rows = 0;
    let read = catch_unwind(AssertUnwindSafe(|| match body {
        Body::File(file) => {
            SerializedFileReader::new(file).and_then(|reader| each_row(&reader, lists, &mut rows, sink))
        }
        Body::Held(bytes) => {
            SerializedFileReader::new(bytes).and_then(|reader| each_row(&reader, lists, &mut rows, sink))
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

fn each_row(
    reader: &dyn FileReader,
    lists: &[&str],
    rows: &mut u64,
    sink: &mut dyn Sink,
) -> Result<(), ParquetError> {
    let schema = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
    let mut table = Table::default();
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        for row in RowIter::from_row_group(None, &*group)? {
            *rows += 1;
            table.rows(*rows, &row?.into_columns(), schema.get_fields(), lists, sink);
        }
    }
    Ok(())
}

#[derive(Default)]
struct Table {
    columns: Vec<String>,
    record: Record,
    /// Column after the one set last.
    next: usize,
}

impl Table {
    /// The row, or a row for each group of its list.
    fn rows(
        &mut self,
        line: u64,
        fields: &[(String, Field)],
        types: &[TypePtr],
        lists: &[&str],
        sink: &mut dyn Sink,
    ) {
        let list = lists.iter().find_map(|name| {
            let at = fields.iter().position(|(field, _)| field == name)?;
            match &fields[at].1 {
                Field::ListInternal(list) if list.elements().iter().any(|e| matches!(e, Field::Group(_))) => {
                    Some((at, list.elements()))
                }
                _ => None,
            }
        });
        let (listed, elements) = match list {
            None => (fields.len(), [Field::Null].as_slice()),
            Some((at, elements)) => (at, elements),
        };
        for element in elements {
            self.record.begin(line);
            self.next = 0;
            for (at, (name, field)) in fields.iter().enumerate() {
                let of = types.get(at).map(|of| &**of);
                if at == listed {
                    self.set(name.clone(), element, of.map(element_type));
                } else {
                    self.set(name.clone(), field, of);
                }
            }
            sink.row(&self.columns, &self.record);
        }
    }

    /// Sets the cells of a field. Every row has the same schema, so columns are numbered by position.
    fn set(&mut self, name: String, field: &Field, of: Option<&Type>) {
        if let Field::Group(row) = field {
            let types = of.filter(|of| of.is_group()).map_or(&[] as &[TypePtr], Type::get_fields);
            for (at, (member, field)) in row.get_column_iter().enumerate() {
                self.set(format!("{name}.{member}"), field, types.get(at).map(|of| &**of));
            }
            return;
        }
        let column = match self.columns.get(self.next) {
            Some(known) if *known == name => self.next,
            // A group that is null has no members, which shifts those after it.
            _ => self.columns.iter().position(|known| *known == name).unwrap_or_else(|| {
                self.columns.push(name);
                self.columns.len() - 1
            }),
        };
        self.next = column + 1;
        let long = match field {
            Field::Long(number) => of.and_then(unit).and_then(|unit| long_instant(*number, unit)),
            _ => None,
        };
        if let Some(text) = long.or_else(|| text(field)) {
            self.record.set(column, &text);
        }
    }
}

/// The type of a list's elements: with a group between the two, or without as older writers have it.
fn element_type(list: &Type) -> &Type {
    let repeated = match list {
        Type::GroupType { fields, .. } if fields.len() == 1 && !repeats(list) => &*fields[0],
        _ => return list,
    };
    let is_element = matches!(repeated.name(), "array") || repeated.name().ends_with("_tuple");
    match repeated {
        Type::GroupType { fields, .. } if fields.len() == 1 && !is_element => &fields[0],
        _ => repeated,
    }
}

fn repeats(of: &Type) -> bool {
    let info = of.get_basic_info();
    info.has_repetition() && info.repetition() == Repetition::REPEATED
}

/// The unit of a column of instants. The row reader knows only those with the older kind of annotation,
/// which there is none of for nanoseconds and for instants without a zone.
fn unit(of: &Type) -> Option<TimeUnit> {
    match of.get_basic_info().logical_type_ref() {
        Some(LogicalType::Timestamp(timestamp)) => Some(timestamp.unit),
        _ => None,
    }
}

fn long_instant(number: i64, unit: TimeUnit) -> Option<String> {
    let instant = match unit {
        TimeUnit::MILLIS => Timestamp::from_millisecond(number),
        TimeUnit::MICROS => Timestamp::from_microsecond(number),
        TimeUnit::NANOS => Timestamp::from_nanosecond(i128::from(number)),
    };
    instant.ok().map(|instant| instant.to_string())
}

fn text(field: &Field) -> Option<String> {
    let instant = |time: Result<Timestamp, jiff::Error>| time.ok().map(|time| time.to_string());
    match field {
        // Groups stand here only inside lists that are not expanded.
        Field::Null | Field::Group(_) => None,
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
