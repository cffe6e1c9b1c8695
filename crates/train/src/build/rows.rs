//! Rows into shards, and the entry's table of where they are.

use super::encoding;
use super::pack::{Packing, SHARD, size};
use crate::TrainError;
use crate::count::Counts;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use tanish::model::{Head, ModelError, PlacedRow, Places, Row, RowShard, fingerprint, key_of};

/// Bytes of the table of head products. With it the entry file stays below 8 KB.
const TABLE: f64 = 7000.0;
/// Fingerprint bits in the table where the head is not the whole catalogue: of the other products one in
/// 32 is looked for in a head shard first.
const FEW_BITS: u8 = 5;
/// Fingerprint bits where there is room.
const MANY_BITS: u8 = 8;
/// What the table takes beside the bits of its values.
const OVERHEAD: f64 = 1.05;
/// Size a tail shard should have, in bytes: it is fetched for one product.
const TAIL_SHARD: usize = 4 * 1024;

/// How many products the entry file can place.
pub(super) fn head_size(counts: &Counts) -> usize {
    let products = counts.popularity.len();
    let table = |products: usize, shards: f64, fingerprint: u8| {
        products as f64 * OVERHEAD * (f64::from(fingerprint) + shards.log2().ceil()) / 8.0 + 96.0
    };
    let mut sizes: Vec<(u64, f64)> =
        (0..products as u32).map(|p| (counts.popularity[p as usize], size(counts, p))).collect();
    sizes.sort_unstable_by_key(|(popularity, _)| Reverse(*popularity));
    let mut filled = 0.0;
    let fits = sizes.into_iter().enumerate().take_while(|(at, (_, size))| {
        filled += size;
        table(at + 1, (filled / SHARD as f64).ceil().max(1.0), FEW_BITS) <= TABLE
    });
    fits.count()
}

/// Everything the model knows of where rows are, and the shards.
pub(super) struct RowFiles {
    pub places: Places,
    pub head: Vec<Vec<u8>>,
    pub tail: Vec<Vec<u8>>,
    /// Products of which another in the same shard has the same fingerprint: they have no row.
    pub eclipsed: u64,
}

/// Encodes rows: `rows` and `ids` by number, `packing` says what lies together.
///
/// # Errors
/// A table that cannot be built, which would be a mistake of this crate.
pub(super) fn files(packing: &Packing, rows: &[Row], ids: &[&str]) -> Result<RowFiles, TrainError> {
    let keys: Vec<u64> = ids.par_iter().map(|id| key_of(id)).collect();
    let mut number = 0;
    let mut head: Vec<Vec<u32>> = Vec::new();
    for group in &packing.head {
        head.push((number..number + group.len() as u32).collect());
        number += group.len() as u32;
    }
    let placed: Vec<(u64, u32)> = (0..)
        .zip(&head)
        .flat_map(|(shard, numbers)| numbers.iter().map(move |&number| (number, shard)))
        .map(|(number, shard)| (keys[number as usize], shard))
        .collect();
    let mut places = Places {
        head_shards: head.len() as u32,
        tail_shards: 0,
        head: table(&placed, head.len())
            .ok_or(ModelError::Damaged("the head's table cannot be filled"))
            .map_err(encoding("model/entry.bin"))?,
    };
    let bytes: usize =
        (number..rows.len() as u32).into_par_iter().map(|number| encode(&[number], rows, &keys).len()).sum();
    places.tail_shards = bytes.div_ceil(TAIL_SHARD) as u32;
    let mut tail: Vec<Vec<u32>> = vec![Vec::new(); places.tail_shards as usize];
    for number in number..rows.len() as u32 {
        if let Some(tanish::model::RowFile::Tail(shard)) = places.tail(keys[number as usize]) {
            tail[shard as usize].push(number);
        }
    }
    let mut eclipsed = 0;
    for numbers in head.iter_mut().chain(&mut tail) {
        let mut seen = HashSet::new();
        let before = numbers.len();
        numbers.retain(|&number| seen.insert(fingerprint(keys[number as usize])));
        eclipsed += (before - numbers.len()) as u64;
    }
    let encode = |shards: &[Vec<u32>]| shards.par_iter().map(|shard| encode(shard, rows, &keys)).collect();
    Ok(RowFiles { head: encode(&head), tail: encode(&tail), places, eclipsed })
}

fn table(placed: &[(u64, u32)], shards: usize) -> Option<Head> {
    // Two ids with one key would be asked for two shards; the more visited stands first.
    let unique: HashMap<u64, u32> = placed.iter().rev().copied().collect();
    let mut unique: Vec<(u64, u32)> = unique.into_iter().collect();
    unique.sort_unstable();
    let shard_bits = shards.max(1).next_power_of_two().trailing_zeros() as u8;
    let head = |bits| Head::build(&unique, shard_bits, bits);
    head(MANY_BITS).filter(|head| head.bytes() as f64 <= TABLE).or_else(|| head(FEW_BITS))
}

fn encode(numbers: &[u32], rows: &[Row], keys: &[u64]) -> Vec<u8> {
    let placed = |&number: &u32| PlacedRow {
        number,
        fingerprint: fingerprint(keys[number as usize]),
        row: &rows[number as usize],
    };
    RowShard::encode(&numbers.iter().map(placed).collect::<Vec<_>>())
}
