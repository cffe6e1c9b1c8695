//! The catalogue's files: published whole, or only the shards that changed.

use super::{Site, arranged, encoding, generation, shards_in_pack};
use crate::TrainError;
use crate::input::catalog::Product;
use crate::options::Layout;
use crate::site::Folder;
use sha2::{Digest, Sha256};
use tanish::model::{Card, CardShard, CatalogEntry, Entry, MAX_PATCHES, Name, Packed, Patch, TopCards};

/// How many of the popular products have their cards in one file.
const TOP_CARDS: usize = 60;
/// How many of the newest have theirs in the same file: the page puts so many in the visitor's order.
const NEWEST_CARDS: usize = 24;
/// Bytes of a card shard: an answer's cards lie in several, so each is kept small.
const CARD_SHARD: usize = 4 * 1024;

/// What a card shows of a product.
pub(crate) fn card(product: &Product) -> Card {
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
        list_price: product.list_price,
        sold_out: product.sold_out.clone(),
        margin: product.margin_place,
    }
}

/// A catalogue to be published.
pub(super) struct CatalogFiles {
    pub entry: CatalogEntry,
    /// Files of a new generation: its folder is made at one stroke.
    pub whole: Vec<(Name, Vec<u8>)>,
    /// Files that join the folder as it is.
    pub single: Vec<(Name, Vec<u8>)>,
}

/// The catalogue of these cards for a model. Where the folder has one of the same model, only the shards
/// that changed are new: as long as they are fewer than half, and few enough for the entry to name them.
pub(super) fn files(
    site: &Site,
    model: &Entry,
    folder: &Folder,
    layout: Layout,
) -> Result<CatalogFiles, TrainError> {
    let cards = &site.cards;
    let before = folder.catalog();
    let before = before.as_ref().filter(|catalog| catalog.model == model.generation);
    let newest = site.newest.clone().or_else(|| Some(before?.newest.clone())).unwrap_or_default();
    let margin_cuts =
        site.margin_cuts.clone().or_else(|| Some(before?.margin_cuts.clone())).unwrap_or_default();
    let mut shown: Vec<u32> = model.popular.iter().map(|popular| popular.number).take(TOP_CARDS).collect();
    for &number in newest.iter().take(NEWEST_CARDS) {
        if !shown.contains(&number) {
            shown.push(number);
        }
    }
    let top =
        shown.into_iter().filter_map(|number| Some((number, cards.get(number as usize)?.clone()))).collect();
    let top = TopCards { cards: top }.encode().map_err(encoding("the cards of popular products"))?;
    let packed = layout == Layout::Packed;
    let standing = folder.catalog().filter(|catalog| {
        let alike = (catalog.pack > 0) == packed && catalog.products as usize == cards.len();
        catalog.model == model.generation && alike
    });
    if let Some(standing) = standing
        && let Some(patched) = patched(
            cards,
            CatalogEntry { newest: newest.clone(), margin_cuts: margin_cuts.clone(), ..standing },
            folder,
            &top,
        )?
    {
        return Ok(patched);
    }
    let whole = CardShard { cards: cards.clone() }.encode().map_err(encoding("the cards"))?;
    let per_shard = (cards.len() * CARD_SHARD / whole.len().max(1)).clamp(1, 4096) as u32;
    let shards = encoded(cards, per_shard)?;
    let pack = if packed { shards_in_pack(shards.iter()) } else { 0 };
    let generation = generation(shards.iter(), pack);
    let entry = CatalogEntry {
        generation: generation.clone(),
        model: model.generation.clone(),
        products: cards.len() as u32,
        cards_per_shard: per_shard,
        pack,
        top: version(&top),
        patches: Vec::new(),
        margin_cuts,
        newest,
    };
    let single = vec![(entry.top(), top)];
    Ok(CatalogFiles { whole: arranged(&generation, Packed::Cards, shards, pack), single, entry })
}

/// What changed since the folder's catalogue was published whole; `None` where that is too much.
fn patched(
    cards: &[Card],
    standing: CatalogEntry,
    folder: &Folder,
    top: &[u8],
) -> Result<Option<CatalogFiles>, TrainError> {
    let shards = encoded(cards, standing.cards_per_shard)?;
    let most = MAX_PATCHES.min(shards.len() / 2);
    let (mut patches, mut single) = (Vec::new(), Vec::new());
    for (shard, bytes) in (0..).zip(shards) {
        // A folder that lost a file is published anew.
        let Ok(first) = folder.first_cards(&standing, shard) else { return Ok(None) };
        if first == bytes {
            continue;
        }
        if patches.len() == most {
            return Ok(None);
        }
        let patch = Patch { shard, version: version(&bytes) };
        single.push((Name::Cards(standing.generation.clone(), shard, patch.version), bytes));
        patches.push(patch);
    }
    let entry = CatalogEntry { top: version(top), patches, ..standing };
    single.push((entry.top(), top.to_vec()));
    Ok(Some(CatalogFiles { entry, whole: Vec::new(), single }))
}

fn encoded(cards: &[Card], per_shard: u32) -> Result<Vec<Vec<u8>>, TrainError> {
    let encode =
        |cards: &[Card]| CardShard { cards: cards.to_vec() }.encode().map_err(encoding("a card shard"));
    cards.chunks(per_shard as usize).map(encode).collect()
}

/// A hash of a file's content that is not 0.
fn version(bytes: &[u8]) -> u64 {
    let hash = Sha256::digest(bytes);
    hash.iter().take(8).fold(0, |version, &byte| version << 8 | u64::from(byte)).max(1)
}
