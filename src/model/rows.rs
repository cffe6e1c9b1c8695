//! From a product's number to its neighbours: the rows of the item-item model.
//!
//! A shard holds the rows of consecutive numbers. After the header: `first` (varint), `count`
//! (varint), the length of each row (varints), the rows. A row: the days between repeat purchases
//! (varint, 0 = unknown), then one list a [`Relation`]. A list: its length (varint); unless that is
//! 0, the largest weight (f32), the numbers in rising order (the first as zigzag distance from the
//! row's own number, modulo 2³², the others as gap − 1), the weights (one byte each, 255 = the largest).

use super::file::{body, header};
use super::wire::{Reader, put_varint, unzigzag, zigzag};
use super::{FileKind, ModelError};

/// Longest list in a row.
const MAX_LIST: usize = 1024;

/// How two products relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Wanted after the other, in a later step of a visit or a later order.
    Next = 0,
    /// Bought in the same order.
    Together = 1,
    /// Alike: shared attributes, viewed as alternatives.
    Similar = 2,
}

impl Relation {
    /// All, in the order they stand in a row.
    pub const ALL: [Relation; 3] = [Relation::Next, Relation::Together, Relation::Similar];
}

/// A product and how strongly it relates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Its number.
    pub number: u32,
    /// Its weight, greater than 0; comparable within one relation.
    pub weight: f32,
}

/// All neighbours of one product.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Median days between two purchases of it by one customer; 0 = unknown.
    pub repeat_days: u32,
    /// One list a relation, in the order of [`Relation::ALL`].
    pub lists: [Vec<Neighbour>; 3],
}

impl Row {
    /// The neighbours of one relation, in rising order of their numbers.
    pub fn list(&self, relation: Relation) -> &[Neighbour] {
        &self.lists[relation as usize]
    }
}

/// A row shard as read: rows are decoded when asked for.
#[derive(Debug, Clone)]
pub struct RowShard {
    bytes: Vec<u8>,
    first: u32,
    /// Where each row starts in `bytes`, and where the last ends.
    starts: Vec<u32>,
}

impl RowShard {
    /// The file with the rows of `first`, `first + 1`, …; lists in any order, at most 1,024 long,
    /// without repeats; weights are rounded to 1/255 of their list's largest.
    pub fn encode(first: u32, rows: &[Row]) -> Vec<u8> {
        let rows: Vec<Vec<u8>> = (first..).zip(rows).map(|(number, row)| put_row(number, row)).collect();
        let mut bytes = header(FileKind::Rows);
        put_varint(&mut bytes, first);
        put_varint(&mut bytes, rows.len() as u32);
        for row in &rows {
            put_varint(&mut bytes, row.len() as u32);
        }
        for row in &rows {
            bytes.extend(row);
        }
        bytes
    }

    /// Reads the frame; [`RowShard::row`] reads what is in it.
    pub fn decode(bytes: Vec<u8>) -> Result<RowShard, ModelError> {
        let mut reader = Reader(body(FileKind::Rows, &bytes)?);
        let first = reader.varint()?;
        let count = reader.count()?;
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push(reader.varint()?);
        }
        let mut start = bytes.len() - reader.0.len();
        let mut starts = Vec::with_capacity(count + 1);
        for length in lengths {
            starts.push(start as u32);
            start = start.saturating_add(length as usize);
        }
        starts.push(start as u32);
        if start != bytes.len() {
            return Err(ModelError::Damaged("rows do not fill the shard"));
        }
        Ok(RowShard { bytes, first, starts })
    }

    /// The row of product `number`; `None` where another shard holds it.
    pub fn row(&self, number: u32) -> Result<Option<Row>, ModelError> {
        let Some(at) = number.checked_sub(self.first).map(|at| at as usize) else { return Ok(None) };
        match self.starts.get(at..at.saturating_add(2)) {
            Some(&[start, end]) => take_row(number, &self.bytes[start as usize..end as usize]).map(Some),
            _ => Ok(None),
        }
    }
}

fn put_row(number: u32, row: &Row) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_varint(&mut bytes, row.repeat_days);
    for list in &row.lists {
        let mut list: Vec<Neighbour> =
            list.iter().copied().filter(|neighbour| neighbour.weight > 0.0).collect();
        list.sort_by_key(|neighbour| neighbour.number);
        list.dedup_by_key(|neighbour| neighbour.number);
        list.truncate(MAX_LIST);
        put_varint(&mut bytes, list.len() as u32);
        let largest = list.iter().map(|neighbour| neighbour.weight).fold(0.0, f32::max);
        if list.is_empty() {
            continue;
        }
        bytes.extend(largest.to_le_bytes());
        let mut last = None;
        for neighbour in &list {
            put_varint(
                &mut bytes,
                match last {
                    None => zigzag(neighbour.number.wrapping_sub(number) as i32),
                    Some(last) => neighbour.number - last - 1,
                },
            );
            last = Some(neighbour.number);
        }
        bytes
            .extend(list.iter().map(|neighbour| (neighbour.weight / largest * 255.0).round().max(1.0) as u8));
    }
    bytes
}

fn take_row(number: u32, bytes: &[u8]) -> Result<Row, ModelError> {
    let mut reader = Reader(bytes);
    let mut row = Row { repeat_days: reader.varint()?, ..Row::default() };
    for list in &mut row.lists {
        let count = reader.count()?;
        if count == 0 {
            continue;
        }
        if count > MAX_LIST {
            return Err(ModelError::Damaged("list too long"));
        }
        let largest = reader.f32()?;
        if !(largest > 0.0 && largest.is_finite()) {
            return Err(ModelError::Damaged("weight out of bounds"));
        }
        let mut last: Option<u32> = None;
        for _ in 0..count {
            let step = reader.varint()?;
            let next = match last {
                None => Some(number.wrapping_add(unzigzag(step) as u32)),
                Some(last) => last.checked_add(step).and_then(|next| next.checked_add(1)),
            };
            let number = next.ok_or(ModelError::Damaged("number out of bounds"))?;
            list.push(Neighbour { number, weight: 0.0 });
            last = next;
        }
        for (neighbour, weight) in list.iter_mut().zip(reader.take(count)?) {
            neighbour.weight = largest * f32::from(*weight) / 255.0;
        }
    }
    if reader.0.is_empty() { Ok(row) } else { Err(ModelError::Damaged("bytes after a row")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(repeat_days: u32, next: &[(u32, f32)]) -> Row {
        let mut row = Row { repeat_days, ..Row::default() };
        row.lists[Relation::Next as usize] =
            next.iter().map(|&(number, weight)| Neighbour { number, weight }).collect();
        row
    }

    #[test]
    fn a_row_comes_back_to_one_part_in_255() {
        let shard = RowShard::decode(RowShard::encode(
            10,
            &[row(30, &[(4, 0.25), (900, 1.0), (11, 0.5)]), row(0, &[])],
        ));
        let shard = shard.unwrap();
        let read = shard.row(10).unwrap().unwrap();
        assert_eq!(read.repeat_days, 30);
        assert_eq!(read.list(Relation::Next).iter().map(|n| n.number).collect::<Vec<_>>(), [4, 11, 900]);
        for (read, written) in read.list(Relation::Next).iter().zip([0.25, 0.5, 1.0]) {
            assert!((read.weight - written).abs() <= 0.5 / 255.0 + 1e-6);
        }
        assert_eq!(shard.row(11).unwrap(), Some(Row::default()));
        assert_eq!(shard.row(9).unwrap(), None);
        assert_eq!(shard.row(12).unwrap(), None);
    }

    proptest! {
        #[test]
        fn every_number_comes_back(first in 0u32..1_000_000, lists in proptest::collection::vec(
            proptest::collection::btree_map(any::<u32>(), 0.001f32..1000.0, 0..60), 0..8)) {
            let rows: Vec<Row> = lists.iter()
                .map(|list| row(1, &list.iter().map(|(&n, &w)| (n, w)).collect::<Vec<_>>())).collect();
            let shard = RowShard::decode(RowShard::encode(first, &rows)).unwrap();
            for (number, list) in (first..).zip(&lists) {
                let read = shard.row(number).unwrap().unwrap();
                let numbers: Vec<u32> = read.list(Relation::Next).iter().map(|n| n.number).collect();
                prop_assert_eq!(numbers, list.keys().copied().collect::<Vec<_>>());
            }
        }

        #[test]
        fn any_bytes_are_a_value_or_an_error(body: Vec<u8>, number: u32) {
            let mut bytes = header(FileKind::Rows);
            bytes.extend(body);
            if let Ok(shard) = RowShard::decode(bytes) {
                let _ = shard.row(number);
                let _ = shard.row(shard.first);
            }
        }
    }
}
