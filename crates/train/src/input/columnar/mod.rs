//! Apache Parquet: column by column from the file, row by row to the sink.

mod column;
mod leaf;

use super::record::{Record, Sink};
use super::report::Problem;
use super::source::Body;
use column::Column;
use leaf::Leaf;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Rows decoded at a time: enough to keep each column's decoder busy, little enough to stay in the cache.
const BATCH: usize = 1024;

/// Reads a table. Groups get names with dots, lists of plain values are joined by `|`, and a list of
/// groups under a name in `lists` (`items`) gives one row for each of them, with names such as
/// `items.item_id`. Maps, and lists inside lists, are passed over.
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
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let leaves = leaf::leaves(&schema, lists);
    let names: Vec<String> = leaves.iter().map(|leaf| leaf.name.clone()).collect();
    let leaves: Vec<(usize, Leaf)> =
        leaves.into_iter().enumerate().filter(|(_, leaf)| sink.wants(&leaf.name)).collect();
    let mut record = Record::default();
    for number in 0..reader.num_row_groups() {
        let group = reader.get_row_group(number)?;
        let columns = leaves.iter().map(|(cell, leaf)| {
            let from = group.get_column_reader(leaf.column)?;
            Ok(Column::new(*cell, leaf, from))
        });
        let mut columns = columns.collect::<Result<Vec<_>, ParquetError>>()?;
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        while left > 0 {
            let batch = left.min(BATCH);
            for column in &mut columns {
                if column.fill(batch)? != batch {
                    return Err(ParquetError::General(format!("{} ends early", column.leaf.name)));
                }
            }
            for _ in 0..batch {
                *rows += 1;
                row(*rows, &names, &mut columns, lists.len(), &mut record, sink);
            }
            left -= batch;
        }
    }
    Ok(())
}

/// Hands on the row under the cursors, or a row for each element of the first of `lists` that has any.
fn row(
    line: u64,
    names: &[String],
    columns: &mut [Column<'_>],
    lists: usize,
    record: &mut Record,
    sink: &mut dyn Sink,
) {
    let listed = (0..lists).find_map(|list| {
        let of_list = columns.iter().filter(|column| column.leaf.list == Some(list));
        of_list.map(Column::elements).max().filter(|elements| *elements > 0).map(|elements| (list, elements))
    });
    for element in 0..listed.map_or(1, |(_, elements)| elements) {
        record.begin(line);
        for column in columns.iter_mut() {
            match (column.leaf.list, listed) {
                (None, _) => column.set(record),
                (Some(list), Some((listed, _))) if list == listed => column.set_element(element, record),
                _ => {}
            }
        }
        sink.row(names, record);
    }
    columns.iter_mut().for_each(Column::next);
}
