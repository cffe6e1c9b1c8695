//! From counts to the files of a site folder.

mod cards;
mod pack;
mod publish;
mod rows;

pub(crate) use cards::card;
pub(crate) use publish::{Publishing, publish};

use crate::TrainError;
use crate::count::{Counts, Group, Scored};
use crate::input::catalog::{Catalog, Product};
use crate::options::Layout;
use pack::Packing;
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tanish::model::{
    Card, Entry, MAX_NEWEST, ModelError, Name, Neighbour, Pack, Packed, Popular, Row, RowFile,
};

/// Most products in the entry's list of popular ones.
const POPULAR: usize = 200;
/// Characters of a generation's name: 128 bits.
const GENERATION: usize = 32;
/// Size a pack should have, in bytes. A host that does not know ranges sends it whole.
const PACK: usize = 1 << 20;

/// What a site folder is to hold.
pub(crate) struct Site {
    /// `None`: the model stays as it is.
    pub model: Option<Model>,
    /// By number.
    pub cards: Vec<Card>,
    /// Numbers of the newest products; `None`: as in the catalogue that stands.
    pub newest: Option<Vec<u32>>,
    /// See [`CatalogEntry::margin_cuts`](tanish::model::CatalogEntry); `None`: as in the catalogue that stands.
    pub margin_cuts: Option<Vec<f64>>,
    /// The catalogue's languages beside its first.
    pub languages: Vec<String>,
}

/// A generation of the model.
pub(crate) struct Model {
    pub entry: Entry,
    pub files: Vec<(Name, Vec<u8>)>,
    /// Neighbours over all rows.
    pub neighbours: u64,
    /// Rows with at least one neighbour.
    pub rows: u64,
    /// Remarks.
    pub notes: Vec<String>,
}

/// Encodes everything.
///
/// # Errors
/// A value the format cannot hold, which would be a mistake of this crate.
pub(crate) fn build(counts: &Counts, catalog: &Catalog, layout: Layout) -> Result<Site, TrainError> {
    let products: Vec<&Product> = catalog.products.values().collect();
    let packing = Packing::new(counts, rows::head_size(counts));
    let order: Vec<u32> = packing.order().collect();
    let mut numbers = vec![0u32; order.len()];
    for (number, &product) in (0..).zip(&order) {
        numbers[product as usize] = number;
    }
    let mut rows: Vec<Row> = order.par_iter().map(|&product| row(counts, product, &numbers)).collect();
    // Groups have rows as products have, after them.
    rows.extend(counts.groups.iter().map(|group| group_row(group, &numbers)));
    let ids = order.iter().map(|&product| products[product as usize].id.as_str());
    let ids: Vec<&str> = ids.chain(counts.groups.iter().map(|group| group.id.as_str())).collect();
    let placed = rows::files(&packing, &rows, &ids)?;
    let pack = match layout {
        Layout::Files => 0,
        Layout::Packed => shards_in_pack(placed.head.iter().chain(&placed.tail)),
    };
    let generation = generation(placed.head.iter().chain(&placed.tail), pack);
    let mut files = arranged(&generation, Packed::Head, placed.head, pack);
    files.extend(arranged(&generation, Packed::Tail, placed.tail, pack));
    let entry = Entry {
        generation,
        trained_to: u64::try_from(counts.newest).unwrap_or(0),
        products: rows.len() as u32,
        places: placed.places,
        pack,
        settings: counts.settings,
        popular: popular(counts, &products, &numbers),
    };
    let length = |row: &Row| row.lists.iter().map(|list| list.len() as u64).sum::<u64>();
    let notes = (placed.eclipsed > 0).then(|| {
        format!(
            "{} products have no row: their ids cannot be told from another's in one shard",
            placed.eclipsed
        )
    });
    let model = Model {
        entry,
        files,
        neighbours: rows.iter().map(length).sum(),
        rows: rows.iter().filter(|row| length(row) > 0).count() as u64,
        notes: notes.into_iter().collect(),
    };
    let cards = order.iter().map(|&product| card(products[product as usize])).collect();
    let newest = Some(newest(counts, &products, &numbers));
    let margin_cuts = Some(catalog.margin_cuts.clone());
    Ok(Site { model: Some(model), cards, newest, margin_cuts, languages: languages(&products) })
}

fn encoding(name: &str) -> impl Fn(ModelError) -> TrainError {
    move |source| TrainError::Encode { name: name.to_owned(), source }
}

fn row(counts: &Counts, product: u32, numbers: &[u32]) -> Row {
    let list = |rows: &[Vec<Scored>]| {
        let neighbour =
            |&(other, score): &Scored| Neighbour { number: numbers[other as usize], weight: score as f32 };
        rows[product as usize].iter().map(neighbour).collect()
    };
    Row {
        repeat_days: counts.repeat_days[product as usize],
        again: counts.again[product as usize],
        lists: [list(&counts.next), list(&counts.together), list(&counts.similar)],
    }
}

/// How many of these shards, one with another, make a pack.
fn shards_in_pack<'a>(shards: impl Iterator<Item = &'a Vec<u8>> + Clone) -> u32 {
    let (count, bytes) = (shards.clone().count(), shards.map(Vec::len).sum::<usize>());
    (PACK * count / bytes.max(1)).clamp(1, 4096) as u32
}

/// Shards as files of their own, or `pack` in a file.
fn arranged(generation: &str, packed: Packed, shards: Vec<Vec<u8>>, pack: u32) -> Vec<(Name, Vec<u8>)> {
    let name = |shard| match packed {
        Packed::Head => Name::Rows(generation.to_owned(), RowFile::Head(shard)),
        Packed::Tail => Name::Rows(generation.to_owned(), RowFile::Tail(shard)),
        Packed::Cards => Name::Cards(generation.to_owned(), shard, 0),
    };
    match pack {
        0 => (0..).map(name).zip(shards).collect(),
        pack => {
            let name = |pack| Name::Pack(generation.to_owned(), packed, pack);
            (0..).map(name).zip(shards.chunks(pack as usize).map(Pack::encode)).collect()
        }
    }
}

/// What is popular in a group, as its row.
fn group_row(group: &Group, numbers: &[u32]) -> Row {
    let best = group.products.first().map_or(1.0, |&(_, weight)| weight as f64);
    let neighbour = |&(product, weight): &(u32, u64)| Neighbour {
        number: numbers[product as usize],
        weight: (weight as f64 / best) as f32,
    };
    let popular = group.products.iter().map(neighbour).collect();
    Row { repeat_days: 0, again: 0, lists: [popular, Vec::new(), Vec::new()] }
}

/// The products that came last and can be sold, newest first.
fn newest(counts: &Counts, products: &[&Product], numbers: &[u32]) -> Vec<u32> {
    let dated = (0..).zip(products).filter(|(_, product)| product.stock != Some(0));
    let date = |(at, product): (usize, &&Product)| {
        let date = product.added.or(counts.first_seen[at].and_then(|at| u64::try_from(at).ok()));
        Some((std::cmp::Reverse(date?), numbers[at]))
    };
    let mut dated: Vec<_> = dated.filter_map(date).collect();
    dated.sort_unstable();
    dated.into_iter().take(MAX_NEWEST).map(|(_, number)| number).collect()
}

/// The most popular products that can be sold, best first.
fn popular(counts: &Counts, products: &[&Product], numbers: &[u32]) -> Vec<Popular> {
    let mut ranked: Vec<u32> = (0..products.len() as u32)
        .filter(|&p| counts.popularity[p as usize] > 0 && products[p as usize].stock != Some(0))
        .collect();
    ranked.sort_unstable_by_key(|&p| (std::cmp::Reverse(counts.popularity[p as usize]), p));
    ranked.truncate(POPULAR);
    let best = ranked.first().map_or(1.0, |&p| counts.popularity[p as usize] as f64);
    let weight = |p: u32| (counts.popularity[p as usize] as f64 / best * 255.0).round() as u8;
    ranked.into_iter().map(|p| Popular { number: numbers[p as usize], weight: weight(p) }).collect()
}

pub(crate) fn languages(products: &[&Product]) -> Vec<String> {
    let mut languages: Vec<String> =
        products.iter().flat_map(|product| product.titles.keys().cloned()).collect();
    languages.sort_unstable();
    languages.dedup();
    languages
}

/// The name of a generation: a hash of the lengths and contents of its shards, and of how many of them
/// lie in one file.
fn generation<'a>(shards: impl Iterator<Item = &'a Vec<u8>>, pack: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(pack.to_le_bytes());
    for shard in shards {
        hash.update((shard.len() as u64).to_le_bytes());
        hash.update(shard);
    }
    let mut name: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    name.truncate(GENERATION);
    name
}
