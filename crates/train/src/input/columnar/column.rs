//! One column's values, a batch at a time, and its cell of each row.

use super::super::record::Record;
use super::leaf::Leaf;
use jiff::Timestamp;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;
use std::fmt::Write as _;
use tanish::time::rfc3339;

/// Decoded values of the present batch, without those that are null.
enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// A column with a cursor on the present row.
pub(super) struct Column<'a> {
    pub leaf: &'a Leaf,
    cell: usize,
    reader: ColumnReader,
    kind: Kind,
    values: Values,
    defined: Vec<i16>,
    repeated: Vec<i16>,
    /// The row's first level, and its first value.
    level: usize,
    value: usize,
    scratch: String,
}

/// What the numbers or bytes stand for, as far as it needs no general conversion.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Number,
    Instant(TimeUnit),
    Other,
}

impl Kind {
    fn of(describes: &ColumnDescPtr) -> Kind {
        match (describes.logical_type_ref(), describes.converted_type()) {
            (Some(LogicalType::Timestamp(timestamp)), _) => Kind::Instant(timestamp.unit),
            (_, ConvertedType::TIMESTAMP_MILLIS) => Kind::Instant(TimeUnit::MILLIS),
            (_, ConvertedType::TIMESTAMP_MICROS) => Kind::Instant(TimeUnit::MICROS),
            (_, ConvertedType::UTF8 | ConvertedType::JSON | ConvertedType::ENUM) => Kind::Text,
            (None, ConvertedType::NONE) => Kind::Number,
            _ => Kind::Other,
        }
    }
}

impl<'a> Column<'a> {
    pub fn new(cell: usize, leaf: &'a Leaf, reader: ColumnReader) -> Column<'a> {
        let values = match &reader {
            ColumnReader::BoolColumnReader(_) => Values::Bool(Vec::new()),
            ColumnReader::Int32ColumnReader(_) => Values::Int32(Vec::new()),
            ColumnReader::Int64ColumnReader(_) => Values::Int64(Vec::new()),
            ColumnReader::Int96ColumnReader(_) => Values::Int96(Vec::new()),
            ColumnReader::FloatColumnReader(_) => Values::Float(Vec::new()),
            ColumnReader::DoubleColumnReader(_) => Values::Double(Vec::new()),
            ColumnReader::ByteArrayColumnReader(_) => Values::Bytes(Vec::new()),
            ColumnReader::FixedLenByteArrayColumnReader(_) => Values::Fixed(Vec::new()),
        };
        let kind = Kind::of(&leaf.describes);
        let (defined, repeated, scratch) = (Vec::new(), Vec::new(), String::new());
        Column { leaf, cell, reader, kind, values, defined, repeated, level: 0, value: 0, scratch }
    }

    /// Decodes the next rows; how many there were.
    pub fn fill(&mut self, rows: usize) -> Result<usize, ParquetError> {
        (self.level, self.value) = (0, 0);
        self.defined.clear();
        self.repeated.clear();
        let (defined, repeated) = (&mut self.defined, &mut self.repeated);
        macro_rules! read {
            ($reader:expr, $values:expr) => {{
                $values.clear();
                $reader.read_records(rows, Some(defined), Some(repeated), $values).map(|read| read.0)
            }};
        }
        match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(reader), Values::Bool(values)) => read!(reader, values),
            (ColumnReader::Int32ColumnReader(reader), Values::Int32(values)) => read!(reader, values),
            (ColumnReader::Int64ColumnReader(reader), Values::Int64(values)) => read!(reader, values),
            (ColumnReader::Int96ColumnReader(reader), Values::Int96(values)) => read!(reader, values),
            (ColumnReader::FloatColumnReader(reader), Values::Float(values)) => read!(reader, values),
            (ColumnReader::DoubleColumnReader(reader), Values::Double(values)) => read!(reader, values),
            (ColumnReader::ByteArrayColumnReader(reader), Values::Bytes(values)) => read!(reader, values),
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::Fixed(values)) => {
                read!(reader, values)
            }
            _ => Err(ParquetError::General("a column of two types".into())),
        }
    }

    /// One past the row's last level.
    fn end(&self) -> usize {
        if self.leaf.describes.max_rep_level() == 0 {
            return self.level + 1;
        }
        let rest = self.repeated.get(self.level + 1..).unwrap_or_default();
        rest.iter().position(|level| *level == 0).map_or(self.repeated.len(), |next| self.level + 1 + next)
    }

    fn defined(&self, level: usize) -> i16 {
        // Columns that are required all the way have no levels.
        self.defined.get(level).copied().unwrap_or(0)
    }

    fn is_value(&self, level: usize) -> bool {
        self.defined(level) == self.leaf.describes.max_def_level()
    }

    /// How many elements the row's list has.
    pub fn elements(&self) -> usize {
        (self.level..self.end()).filter(|level| self.defined(*level) >= self.leaf.element).count()
    }

    /// Sets the row's cell.
    pub fn set(&mut self, record: &mut Record) {
        if !self.leaf.is_joined() {
            if self.is_value(self.level) {
                self.write(self.value, record);
            }
            return;
        }
        let mut joined = String::new();
        let mut value = self.value;
        for level in self.level..self.end() {
            if self.is_value(level) {
                if value > self.value {
                    joined.push('|');
                }
                joined.push_str(self.text(value).unwrap_or_default());
                value += 1;
            }
        }
        if self.elements() > 0 {
            record.set(self.cell, &joined);
        }
    }

    /// Sets the cell of the row's list's element.
    pub fn set_element(&mut self, element: usize, record: &mut Record) {
        let level = self.level + element;
        if level < self.end() && self.is_value(level) {
            let before = (self.level..level).filter(|level| self.is_value(*level)).count();
            self.write(self.value + before, record);
        }
    }

    /// Goes to the next row.
    pub fn next(&mut self) {
        let end = self.end();
        self.value += (self.level..end).filter(|level| self.is_value(*level)).count();
        self.level = end;
    }

    fn write(&mut self, value: usize, record: &mut Record) {
        let cell = self.cell;
        if let Some(text) = self.text(value) {
            record.set(cell, text);
        }
    }

    /// A value as the text of a cell.
    fn text(&mut self, value: usize) -> Option<&str> {
        // Text, which is most of most tables, needs no copy.
        if let (Values::Bytes(values), Kind::Text | Kind::Number) = (&self.values, self.kind) {
            return std::str::from_utf8(values.get(value)?.data()).ok();
        }
        self.scratch.clear();
        let (out, describes) = (&mut self.scratch, &self.leaf.describes);
        match (&self.values, self.kind) {
            (Values::Int64(values), Kind::Instant(unit)) => instant(*values.get(value)?, unit, out)?,
            (Values::Int64(values), Kind::Number) => write!(out, "{}", values.get(value)?).ok()?,
            (Values::Int32(values), Kind::Number) => write!(out, "{}", values.get(value)?).ok()?,
            (Values::Double(values), _) => write!(out, "{}", values.get(value)?).ok()?,
            (Values::Float(values), _) => write!(out, "{}", values.get(value)?).ok()?,
            (values, _) => out.push_str(&converted(&values.field(value, describes)?)?),
        }
        Some(&self.scratch)
    }
}

impl Values {
    /// By the library's own rules of conversion.
    fn field(&self, at: usize, describes: &ColumnDescPtr) -> Option<Field> {
        Some(match self {
            Values::Bool(values) => Field::convert_bool(describes, *values.get(at)?),
            Values::Int32(values) => Field::convert_int32(describes, *values.get(at)?),
            Values::Int64(values) => Field::convert_int64(describes, *values.get(at)?),
            Values::Int96(values) => Field::convert_int96(describes, *values.get(at)?),
            Values::Float(values) => Field::convert_float(describes, *values.get(at)?),
            Values::Double(values) => Field::convert_double(describes, *values.get(at)?),
            Values::Bytes(values) => Field::convert_byte_array(describes, values.get(at)?.clone()).ok()?,
            Values::Fixed(values) => {
                Field::convert_byte_array(describes, values.get(at)?.clone().into()).ok()?
            }
        })
    }
}

/// Writes an instant in RFC 3339.
fn instant(number: i64, unit: TimeUnit, out: &mut String) -> Option<()> {
    let millis = match unit {
        TimeUnit::MILLIS => number,
        TimeUnit::MICROS => number.div_euclid(1_000),
        TimeUnit::NANOS => number.div_euclid(1_000_000),
    };
    // The library's own is right for all times, ours is quick for those that shops live in.
    if (0..4_102_444_800_000).contains(&millis) {
        out.push_str(&rfc3339(millis.unsigned_abs()));
    } else {
        out.push_str(&Timestamp::from_millisecond(millis).ok()?.to_string());
    }
    Some(())
}

fn converted(field: &Field) -> Option<String> {
    let instant = |time: Result<Timestamp, jiff::Error>| time.ok().map(|time| time.to_string());
    match field {
        Field::Str(text) => Some(text.clone()),
        Field::Bytes(bytes) => std::str::from_utf8(bytes.data()).ok().map(str::to_owned),
        Field::Date(days) => instant(Timestamp::from_second(i64::from(*days) * 86_400)),
        Field::TimestampMillis(millis) => instant(Timestamp::from_millisecond(*millis)),
        Field::TimestampMicros(micros) => instant(Timestamp::from_microsecond(*micros)),
        other => Some(other.to_string()),
    }
}
