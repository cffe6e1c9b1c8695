//! A site folder, read as the page reads it.

use crate::TrainError;
use std::fs;
use std::path::{Path, PathBuf};
use tanish::model::{Card, CardShard, CatalogEntry, Entry, ModelError, Name, Pack, Packed, RowFile};

/// A site folder.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder at `root`, whatever is in it.
    pub fn new(root: &Path) -> Folder {
        Folder { root: root.to_owned() }
    }

    /// The model's entry, where there is a sound one.
    pub fn entry(&self) -> Option<Entry> {
        Entry::decode(&self.file(&Name::Entry).ok()?).ok()
    }

    /// The catalogue's entry, where there is a sound one.
    pub fn catalog(&self) -> Option<CatalogEntry> {
        CatalogEntry::decode(&self.file(&Name::CatalogEntry).ok()?).ok()
    }

    /// All cards, in the order of the products' numbers.
    ///
    /// # Errors
    /// No catalogue, or a file of it that is missing or damaged.
    pub fn cards(&self) -> Result<Vec<Card>, TrainError> {
        let entry = self.file(&Name::CatalogEntry)?;
        let entry = CatalogEntry::decode(&entry).map_err(damaged(&Name::CatalogEntry))?;
        let mut cards = Vec::new();
        for shard in 0..entry.shards() {
            let name = entry.cards(shard);
            let bytes = match &name {
                Name::Cards(_, _, 0) => self.first_cards(&entry, shard)?,
                patch => self.file(patch)?,
            };
            cards.extend(CardShard::decode(&bytes).map_err(damaged(&name))?.cards);
        }
        Ok(cards)
    }

    /// A row shard, also out of a pack.
    ///
    /// # Errors
    /// A file that is missing or damaged.
    pub fn rows(&self, entry: &Entry, file: RowFile) -> Result<Vec<u8>, TrainError> {
        let (packed, shard) = match file {
            RowFile::Head(shard) => (Packed::Head, shard),
            RowFile::Tail(shard) => (Packed::Tail, shard),
        };
        let shards = [entry.places.head_shards, entry.places.tail_shards][packed as usize];
        self.shard(Name::Rows(entry.generation.clone(), file), packed, shard, shards, entry.pack)
    }

    /// A card shard as first published, also out of a pack.
    pub(crate) fn first_cards(&self, entry: &CatalogEntry, shard: u32) -> Result<Vec<u8>, TrainError> {
        let name = Name::Cards(entry.generation.clone(), shard, 0);
        self.shard(name, Packed::Cards, shard, entry.shards(), entry.pack)
    }

    fn shard(
        &self,
        name: Name,
        packed: Packed,
        shard: u32,
        shards: u32,
        per_pack: u32,
    ) -> Result<Vec<u8>, TrainError> {
        let Some(number) = shard.checked_div(per_pack) else { return self.file(&name) };
        let (Name::Rows(generation, _) | Name::Cards(generation, ..)) = &name else {
            return self.file(&name);
        };
        let file = Name::Pack(generation.clone(), packed, number);
        let bytes = self.file(&file)?;
        let directory = Pack::directory(shards.saturating_sub(number * per_pack).min(per_pack)) as usize;
        let cut = || damaged(&file)(ModelError::Damaged("cut short"));
        let pack = Pack::decode(bytes.get(..directory).ok_or_else(cut)?).map_err(damaged(&file))?;
        let (start, end) = pack.range(shard % per_pack).ok_or_else(cut)?;
        bytes.get(start as usize..end as usize).map(<[u8]>::to_vec).ok_or_else(cut)
    }

    /// A file as it lies there.
    ///
    /// # Errors
    /// When it is missing or cannot be read.
    pub fn file(&self, name: &Name) -> Result<Vec<u8>, TrainError> {
        let path = self.root.join(name.to_string());
        fs::read(&path).map_err(|source| TrainError::Read { file: path.display().to_string(), source })
    }
}

fn damaged(name: &Name) -> impl Fn(ModelError) -> TrainError + use<> {
    let name = name.to_string();
    move |source| TrainError::Damaged { name: name.clone(), source }
}
