//! From counts to the files of a site folder.

mod pack;
mod publish;

pub(crate) use publish::publish;

use crate::TrainError;
use crate::count::{Counts, Scored};
use crate::input::catalog::{Catalog, Product};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tanish::model::{
    Card, CardShard, CatalogEntry, Entry, IndexShard, ModelError, Name, Neighbour, Popular, ProductRef, Row,
    RowShard, Settings, TopCards, index_shard_of,
};

/// Most products in the entry's list of popular ones.
const POPULAR: usize = 200;
/// How many of the popular products have their cards in one file.
const TOP_CARDS: usize = 60;
/// Characters of a generation's name: 128 bits.
const GENERATION: usize = 32;

/// The files of a site folder: shards first, entries last.
pub(crate) struct Site {
    /// Content of the shards, by name.
    pub shards: Vec<(Name, Vec<u8>)>,
    /// Content of the entries, by name, in the order to publish them in.
    pub entries: Vec<(Name, Vec<u8>)>,
    /// Neighbours over all rows.
    pub neighbours: u64,
    /// Rows with at least one neighbour.
    pub rows: u64,
    /// The catalogue's languages beside its first.
    pub languages: Vec<String>,
}

/// Encodes everything.
///
/// # Errors
/// A value the format cannot hold, which would be a mistake of this crate.
pub(crate) fn build(counts: &Counts, catalog: &Catalog) -> Result<Site, TrainError> {
    let products: Vec<&Product> = catalog.products.values().collect();
    let order = pack::order(counts);
    let mut numbers = vec![0u32; order.len()];
    for (number, &product) in (0..).zip(&order) {
        numbers[product as usize] = number;
    }
    let rows: Vec<Row> = order.par_iter().map(|&product| row(counts, product, &numbers)).collect();
    let (row_shards, shard_of) = row_shards(&rows);
    let places = (0..).zip(&order).map(|(number, &product)| {
        let place = ProductRef { number, row_shard: shard_of[number as usize] };
        (products[product as usize].id.clone(), place)
    });
    let index = index_shards(places.collect())?;
    let model = generation(index.iter().chain(&row_shards));
    let popular = popular(counts, &products, &numbers);
    let cards: Vec<Card> = order.iter().map(|&product| card(products[product as usize])).collect();
    let (card_shards, cards_per_shard) = card_shards(&cards)?;
    let top = popular.iter().take(TOP_CARDS).map(|p| (p.number, cards[p.number as usize].clone())).collect();
    let top = TopCards { cards: top }.encode().map_err(encoding("the cards of popular products"))?;
    let shown = generation(card_shards.iter().chain([&top]));
    let entry = Entry {
        generation: model.clone(),
        trained_to: u64::try_from(counts.newest).unwrap_or(0),
        products: products.len() as u32,
        index_shards: index.len() as u32,
        settings: Settings::default(),
        popular,
    };
    let catalog_entry = CatalogEntry {
        generation: shown.clone(),
        model: model.clone(),
        products: products.len() as u32,
        cards_per_shard,
    };
    let mut shards = Vec::new();
    shards.extend((0..).zip(index).map(|(shard, bytes)| (Name::Index(model.clone(), shard), bytes)));
    shards.extend((0..).zip(row_shards).map(|(shard, bytes)| (Name::Rows(model.clone(), shard), bytes)));
    shards.extend((0..).zip(card_shards).map(|(shard, bytes)| (Name::Cards(shown.clone(), shard), bytes)));
    shards.push((Name::Top(shown), top));
    let entries = vec![
        (Name::Entry, entry.encode().map_err(encoding("model/entry.bin"))?),
        (Name::CatalogEntry, catalog_entry.encode().map_err(encoding("catalog/entry.bin"))?),
    ];
    let length = |row: &Row| row.lists.iter().map(|list| list.len() as u64).sum::<u64>();
    Ok(Site {
        shards,
        entries,
        neighbours: rows.iter().map(length).sum(),
        rows: rows.iter().filter(|row| length(row) > 0).count() as u64,
        languages: languages(&products),
    })
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
        lists: [list(&counts.next), list(&counts.together), list(&counts.similar)],
    }
}

/// Row shards of about [`pack::SHARD`] bytes, and the shard of each number.
fn row_shards(rows: &[Row]) -> (Vec<Vec<u8>>, Vec<u32>) {
    let sizes: Vec<usize> = (0..rows.len() as u32)
        .into_par_iter()
        .map(|number| RowShard::encode(number, &rows[number as usize..=number as usize]).len())
        .collect();
    let mut cuts = vec![0];
    let mut filled = 0;
    for (number, size) in sizes.into_iter().enumerate() {
        if filled > 0 && filled + size > pack::SHARD {
            cuts.push(number);
            filled = 0;
        }
        filled += size;
    }
    cuts.push(rows.len());
    let mut shard_of = Vec::with_capacity(rows.len());
    let mut shards = Vec::with_capacity(cuts.len());
    for cut in cuts.windows(2) {
        shard_of.resize(cut[1], shards.len() as u32);
        shards.push(RowShard::encode(cut[0] as u32, &rows[cut[0]..cut[1]]));
    }
    (shards, shard_of)
}

/// Index shards of about [`pack::SHARD`] bytes.
fn index_shards(places: Vec<(String, ProductRef)>) -> Result<Vec<Vec<u8>>, TrainError> {
    let bytes: usize = places.iter().map(|(id, _)| id.len() + 6).sum();
    let shards = bytes.div_ceil(pack::SHARD).max(1);
    let mut split: Vec<Vec<(String, ProductRef)>> = vec![Vec::new(); shards];
    for (id, place) in places {
        split[index_shard_of(&id, shards as u32) as usize].push((id, place));
    }
    split
        .into_iter()
        .map(|places| IndexShard::new(places).encode().map_err(encoding("an index shard")))
        .collect()
}

/// Bytes of a card shard: an answer's cards lie in several, so each is kept small.
const CARD_SHARD: usize = 4 * 1024;

/// Card shards of one count each, about [`CARD_SHARD`] bytes, and that count.
fn card_shards(cards: &[Card]) -> Result<(Vec<Vec<u8>>, u32), TrainError> {
    let whole = CardShard { cards: cards.to_vec() }.encode().map_err(encoding("the cards"))?;
    let count = (cards.len() * CARD_SHARD / whole.len().max(1)).clamp(1, 4096);
    let encode =
        |cards: &[Card]| CardShard { cards: cards.to_vec() }.encode().map_err(encoding("a card shard"));
    Ok((cards.chunks(count).map(encode).collect::<Result<_, _>>()?, count as u32))
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

fn card(product: &Product) -> Card {
    Card {
        id: product.id.clone(),
        title: product.title.clone(),
        titles: product.titles.clone().into_iter().collect(),
        price: product.price,
        url: product.url.clone(),
        image: product.image.clone(),
        stock: product.stock,
        added: product.added,
        attributes: product.attributes.clone().into_iter().collect(),
    }
}

fn languages(products: &[&Product]) -> Vec<String> {
    let mut languages: Vec<String> =
        products.iter().flat_map(|product| product.titles.keys().cloned()).collect();
    languages.sort_unstable();
    languages.dedup();
    languages
}

/// The name of a generation: a hash of the lengths and contents of its files.
fn generation<'a>(files: impl Iterator<Item = &'a Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    for file in files {
        hash.update((file.len() as u64).to_le_bytes());
        hash.update(file);
    }
    let mut name: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    name.truncate(GENERATION);
    name
}
