//! From a product's number to its neighbours: the rows of the item-item model.
//!
//! A shard holds rows of products of any numbers and says which. After the header: `count` (varint); the
//! numbers in rising order (varints: the first as it is, the others as gap − 1); the length of each row
//! (varints); the [`super::fingerprint`] of each product's id (u32); the rows. A row: the days between
//! repeat purchases (varint, 0 = unknown), how readily it is bought again (one byte), then one list a [`Relation`]. A list: its length (varint);
//! unless that is 0, the largest weight (f32), the numbers in rising order (the first as zigzag distance
//! from the row's own number, modulo 2³², the others as gap − 1), the weights (one byte each, 255 = the
//! largest).

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
    /// How readily those who bought it buy it again now, beside other products; 0 = they do not.
    pub again: u8,
    /// One list a relation, in the order of [`Relation::ALL`].
    pub lists: [Vec<Neighbour>; 3],
}

impl Row {
    /// The neighbours of one relation, in rising order of their numbers.
    pub fn list(&self, relation: Relation) -> &[Neighbour] {
        &self.lists[relation as usize]
    }
}

/// A product's row, on its way into a shard.
#[derive(Debug, Clone, Copy)]
pub struct PlacedRow<'a> {
    /// The product's number.
    pub number: u32,
    /// The [`super::fingerprint`] of its id.
    pub fingerprint: u32,
    /// Its row.
    pub row: &'a Row,
}

/// A row shard as read: rows are decoded when asked for.
#[derive(Debug, Clone)]
pub struct RowShard {
    bytes: Vec<u8>,
    numbers: Vec<u32>,
    /// Where the fingerprints start in `bytes`.
    fingerprints: usize,
    /// Where each row starts in `bytes`, and where the last ends.
    starts: Vec<u32>,
}

impl RowShard {
    /// The file with these rows, in rising order of their numbers; lists in any order, at most 1,024
    /// long, without repeats; weights are rounded to 1/255 of their list's largest.
    pub fn encode(placed: &[PlacedRow<'_>]) -> Vec<u8> {
        let rows: Vec<Vec<u8>> = placed.iter().map(|placed| put_row(placed.number, placed.row)).collect();
        let mut bytes = header(FileKind::Rows);
        put_varint(&mut bytes, rows.len() as u32);
        let mut next = 0;
        for placed in placed {
            put_varint(&mut bytes, placed.number - next);
            next = placed.number + 1;
        }
        for row in &rows {
            put_varint(&mut bytes, row.len() as u32);
        }
        for placed in placed {
            bytes.extend(placed.fingerprint.to_le_bytes());
        }
        for row in &rows {
            bytes.extend(row);
        }
        bytes
    }

    /// Reads the frame; [`RowShard::row`] reads what is in it.
    pub fn decode(bytes: Vec<u8>) -> Result<RowShard, ModelError> {
        let mut reader = Reader(body(FileKind::Rows, &bytes)?);
        let count = reader.count()?;
        let mut numbers = Vec::with_capacity(count);
        let mut next = Some(0u32);
        for _ in 0..count {
            let number = next.and_then(|next| next.checked_add(reader.varint().ok()?));
            let number = number.ok_or(ModelError::Damaged("number out of bounds"))?;
            numbers.push(number);
            next = number.checked_add(1);
        }
        let mut lengths = Vec::with_capacity(count);
        for _ in 0..count {
            lengths.push(reader.varint()?);
        }
        let fingerprints = bytes.len() - reader.0.len();
        reader.take(count * 4)?;
        let mut start = fingerprints + count * 4;
        let mut starts = Vec::with_capacity(count + 1);
        for length in lengths {
            starts.push(start as u32);
            start = start.saturating_add(length as usize);
        }
        starts.push(start as u32);
        if start != bytes.len() {
            return Err(ModelError::Damaged("rows do not fill the shard"));
        }
        Ok(RowShard { bytes, numbers, fingerprints, starts })
    }

    /// The number of a product by its fingerprint; `None` where another shard holds it.
    pub fn find(&self, fingerprint: u32) -> Option<u32> {
        let listed = self.bytes[self.fingerprints..].chunks_exact(4).take(self.numbers.len());
        let at = listed.map(|bytes| fingerprint.to_le_bytes() == bytes).position(|same| same)?;
        Some(self.numbers[at])
    }

    /// The numbers of the products whose rows are here, rising.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// The row of product `number`; `None` where another shard holds it.
    pub fn row(&self, number: u32) -> Result<Option<Row>, ModelError> {
        let Ok(at) = self.numbers.binary_search(&number) else { return Ok(None) };
        let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize);
        take_row(number, &self.bytes[start..end]).map(Some)
    }
}

fn put_row(number: u32, row: &Row) -> Vec<u8> {
    let mut bytes = Vec::new();
    put_varint(&mut bytes, row.repeat_days);
    bytes.push(row.again);
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
    let mut row = Row { repeat_days: reader.varint()?, again: reader.byte()?, ..Row::default() };
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
        let mut row = Row { repeat_days, again: 200, ..Row::default() };
        row.lists[Relation::Next as usize] =
            next.iter().map(|&(number, weight)| Neighbour { number, weight }).collect();
        row
    }

    fn read_all(bytes: Vec<u8>, number: u32) {
        if let Ok(shard) = RowShard::decode(bytes) {
            for number in shard.numbers().iter().copied().chain([number]) {
                let _ = (shard.row(number), shard.find(number));
            }
        }
    }

    #[test]
    fn a_row_comes_back_to_one_part_in_255() {
        let rows = [row(30, &[(4, 0.25), (900, 1.0), (11, 0.5)]), row(0, &[])];
        let placed = [(10, 7), (12, 9)].into_iter().zip(&rows);
        let placed: Vec<PlacedRow> =
            placed.map(|((number, fingerprint), row)| PlacedRow { number, fingerprint, row }).collect();
        let shard = RowShard::decode(RowShard::encode(&placed)).unwrap();
        assert_eq!([7, 9, 10].map(|fingerprint| shard.find(fingerprint)), [Some(10), Some(12), None]);
        let read = shard.row(10).unwrap().unwrap();
        assert_eq!((read.repeat_days, read.again), (30, 200));
        assert_eq!(read.list(Relation::Next).iter().map(|n| n.number).collect::<Vec<_>>(), [4, 11, 900]);
        for (read, written) in read.list(Relation::Next).iter().zip([0.25, 0.5, 1.0]) {
            assert!((read.weight - written).abs() <= 0.5 / 255.0 + 1e-6);
        }
        assert_eq!(shard.row(12).unwrap(), Some(row(0, &[])));
        assert_eq!([9, 11, 13].map(|number| shard.row(number)), [Ok(None), Ok(None), Ok(None)]);
    }

    proptest! {
        #[test]
        fn every_number_comes_back(first in 0u32..1_000_000, lists in proptest::collection::vec(
            proptest::collection::btree_map(any::<u32>(), 0.001f32..1000.0, 0..60), 0..8)) {
            let rows: Vec<Row> = lists.iter()
                .map(|list| row(1, &list.iter().map(|(&n, &w)| (n, w)).collect::<Vec<_>>())).collect();
            let placed: Vec<PlacedRow> = (first..).step_by(3).zip(&rows)
                .map(|(number, row)| PlacedRow { number, fingerprint: number ^ 0xabcd, row }).collect();
            let shard = RowShard::decode(RowShard::encode(&placed)).unwrap();
            for (number, list) in (first..).step_by(3).zip(&lists) {
                prop_assert_eq!(shard.find(number ^ 0xabcd), Some(number));
                let read = shard.row(number).unwrap().unwrap();
                let numbers: Vec<u32> = read.list(Relation::Next).iter().map(|n| n.number).collect();
                prop_assert_eq!(numbers, list.keys().copied().collect::<Vec<_>>());
            }
        }

        #[test]
        fn any_bytes_are_a_value_or_an_error(body: Vec<u8>, number: u32) {
            let mut bytes = header(FileKind::Rows);
            bytes.extend(body);
            read_all(bytes, number);
        }

        #[test]
        fn a_changed_byte_is_a_value_or_an_error(at: usize, byte: u8, number: u32) {
            let rows = [row(30, &[(4, 0.25), (900, 1.0), (11, 0.5)]), row(7, &[(1, 0.5)])];
            let placed: Vec<PlacedRow> = (5..).zip(&rows)
                .map(|(number, row)| PlacedRow { number, fingerprint: number, row }).collect();
            let mut bytes = RowShard::encode(&placed);
            let at = at % bytes.len();
            bytes[at] = byte;
            read_all(bytes, number);
        }
    }
}
