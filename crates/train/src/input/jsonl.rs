//! JSON, one object a line.

use super::cell::Fault;
use super::record::{MAX_ROW, Record, Sink};
use super::report::Problem;
use serde_json::Value;
use std::collections::HashMap;
use std::io::{self, BufRead, Read};

/// Most different names in one file.
const MAX_COLUMNS: usize = 2000;

/// One line, checked to be a JSON object.
pub(crate) type Object = serde_json::Map<String, Value>;

/// The object on the first line, without reading it off.
pub(crate) fn first_object(input: &mut dyn BufRead) -> Option<Object> {
    let head = input.fill_buf().ok()?;
    let line = head.split(|&byte| byte == b'\n').next()?;
    serde_json::from_slice(line).ok()
}

/// Reads every line as a JSON object and hands it on with its line number; `Err` is a fault of the line.
pub(crate) fn read_objects(
    input: Box<dyn BufRead>,
    each: &mut dyn FnMut(u64, Result<Object, (Problem, String)>),
) {
    read_lines(input, &mut |line, text| {
        let object = text.and_then(|text| {
            serde_json::from_str(text)
                .map_err(|error| (Problem::BrokenRow, format!("not a JSON object: {error}")))
        });
        each(line, object);
    });
}

/// Hands on every line that is not blank with its number; `Err` is a fault of the line.
pub(crate) fn read_lines(mut input: Box<dyn BufRead>, each: &mut dyn FnMut(u64, Result<&str, Fault>)) {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        match (&mut input).take(MAX_ROW as u64 + 1).read_until(b'\n', &mut bytes) {
            Ok(0) => return,
            Ok(count) if count > MAX_ROW && bytes.last() != Some(&b'\n') => {
                each(line, Err((Problem::Overlong, format!("a line longer than {MAX_ROW} bytes"))));
                if skip_line(&mut input).is_err() {
                    return;
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                return each(line, Err((Problem::BrokenOff, format!("the rest cannot be read: {error}"))));
            }
        }
        let Ok(text) = std::str::from_utf8(&bytes) else {
            each(line, Err((Problem::NotUtf8, "not UTF-8".into())));
            continue;
        };
        if text.trim().is_empty() {
            continue;
        }
        each(line, Ok(text));
    }
}

fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|&byte| byte == b'\n');
        let (read, done) = (end.map_or(buffer.len(), |end| end + 1), end.is_some() || buffer.is_empty());
        input.consume(read);
        if done {
            return Ok(());
        }
    }
}

/// Reads a table. Members of members get names with dots (`geo.country`), lists of plain values are
/// joined by `|`, and an object with a list of objects under a name in `lists` (`items`) gives one
/// row for each of them, with names such as `items.item_id`.
pub(crate) fn read(input: Box<dyn BufRead>, lists: &[&str], sink: &mut dyn Sink) {
    let mut table = Table::default();
    read_objects(input, &mut |line, object| match object {
        Err((problem, reason)) => sink.fault(line, problem, reason),
        Ok(object) => table.rows(line, &object, lists, sink),
    });
}

#[derive(Default)]
struct Table {
    columns: Vec<String>,
    numbers: HashMap<String, usize>,
    record: Record,
}

impl Table {
    fn rows(&mut self, line: u64, object: &Object, lists: &[&str], sink: &mut dyn Sink) {
        let list = lists.iter().find_map(|name| match object.get(*name) {
            Some(Value::Array(items)) if items.iter().any(Value::is_object) => Some((*name, items)),
            _ => None,
        });
        let (name, items) = match list {
            None => ("", [Value::Null].as_slice()),
            Some((name, items)) => (name, items.as_slice()),
        };
        for item in items {
            self.record.begin(line);
            let mut fits = true;
            for (key, value) in object.iter().filter(|(key, _)| name.is_empty() || key.as_str() != name) {
                fits &= self.set(key.clone(), value);
            }
            if !name.is_empty() {
                fits &= self.set(name.to_owned(), item);
            }
            if fits {
                sink.row(&self.columns, &self.record);
            } else {
                sink.fault(line, Problem::Overlong, format!("more than {MAX_COLUMNS} different names"));
            }
        }
    }

    /// Sets the cell (or cells) of one member; false when there are too many names.
    fn set(&mut self, name: String, value: &Value) -> bool {
        let text = match value {
            Value::Null => return true,
            Value::Object(members) => {
                return members.iter().all(|(key, value)| self.set(format!("{name}.{key}"), value));
            }
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let plain = |item: &Value| match item {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(_) | Value::Bool(_) => Some(item.to_string()),
                    _ => None,
                };
                items.iter().filter_map(plain).collect::<Vec<_>>().join("|")
            }
            other => other.to_string(),
        };
        let next = self.columns.len();
        let number = match self.numbers.get(&name) {
            Some(&number) => number,
            None if next >= MAX_COLUMNS => return false,
            None => {
                self.numbers.insert(name.clone(), next);
                self.columns.push(name);
                next
            }
        };
        self.record.set(number, &text);
        true
    }
}
