//! Another shop's cards in our site folder: they lead to our pages and show pictures we may load.
//!
//! The training reads the catalogue as it is, with all its names of a product; only what cards show is
//! changed, afterwards.

use super::derived;
use super::error::DemoError;
use super::training::{cards, read};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use tanish::model::{CardShard, CatalogEntry, ModelError, Name, TopCards};

/// Puts a dressed generation of the cards beside the one the site's catalogue names, then names it instead.
///
/// # Errors
/// A file that cannot be read or written; the site then stands as it was.
pub fn publish(site: &Path) -> Result<(), DemoError> {
    let mut entry: CatalogEntry = read(site, &Name::CatalogEntry, CatalogEntry::decode)?;
    let mut cards = cards(site)?;
    let mut top: TopCards = read(site, &Name::Top(entry.generation.clone()), TopCards::decode)?;
    derived::dress(&mut cards);
    for (number, card) in &mut top.cards {
        if let Some(dressed) = cards.get(*number as usize) {
            card.clone_from(dressed);
        }
    }
    let broken = |source: ModelError| DemoError::Model { path: site.into(), source };
    let shards = cards.chunks(entry.cards_per_shard as usize);
    let shards = shards.map(|cards| CardShard { cards: cards.to_vec() }.encode());
    let shards = shards.collect::<Result<Vec<_>, _>>().map_err(broken)?;
    let top = top.encode().map_err(broken)?;
    let generation = generation(shards.iter().chain([&top]));
    for (number, bytes) in (0..).zip(&shards) {
        replace(site, &Name::Cards(generation.clone(), number), bytes)?;
    }
    replace(site, &Name::Top(generation.clone()), &top)?;
    entry.generation = generation;
    replace(site, &Name::CatalogEntry, &entry.encode().map_err(broken)?)
}

/// A name of 32 hexadecimal digits that follows from the files' content.
fn generation<'a>(files: impl Iterator<Item = &'a Vec<u8>>) -> String {
    let mut halves = [DefaultHasher::new(), DefaultHasher::new()];
    halves[1].write_u8(1);
    for file in files {
        halves.iter_mut().for_each(|half| file.hash(half));
    }
    halves.iter().map(|half| format!("{:016x}", half.finish())).collect()
}

/// Replaces a file at one stroke.
fn replace(site: &Path, name: &Name, content: &[u8]) -> Result<(), DemoError> {
    let path = site.join(name.to_string());
    let staged = path.with_extension("new");
    let folder = path.parent().unwrap_or(site);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&staged, content))
        .and_then(|()| std::fs::rename(&staged, &path))
        .map_err(|source| DemoError::File { path, verb: "written", source })
}
