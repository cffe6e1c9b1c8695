//! What the tests of training share.
#![allow(dead_code, reason = "every test file uses another part")]

use std::path::{Path, PathBuf};
use tanish::model::{
    CardShard, CatalogEntry, Entry, IndexShard, Name, Relation, Row, RowShard, index_shard_of,
};
use tanish_train::{Options, Summary, train};

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// Trains; the caller sets what it needs in a fresh [`Options`].
pub fn run(out: &Path, set: impl FnOnce(&mut Options)) -> Summary {
    let mut options = Options::new(out);
    set(&mut options);
    train(&options, &mut ()).unwrap_or_else(|error| panic!("{error}"))
}

/// A published site, read as the page reads it.
pub struct Published {
    out: PathBuf,
    pub entry: Entry,
    pub catalog: CatalogEntry,
}

impl Published {
    pub fn open(out: &Path) -> Published {
        let read = |name: Name| std::fs::read(out.join(name.to_string())).unwrap();
        Published {
            out: out.to_owned(),
            entry: Entry::decode(&read(Name::Entry)).unwrap(),
            catalog: CatalogEntry::decode(&read(Name::CatalogEntry)).unwrap(),
        }
    }

    pub fn read(&self, name: Name) -> Vec<u8> {
        std::fs::read(self.out.join(name.to_string())).unwrap()
    }

    /// Number and row shard of a product.
    pub fn place(&self, id: &str) -> Option<(u32, u32)> {
        let shard = index_shard_of(id, self.entry.index_shards);
        let shard =
            IndexShard::decode(&self.read(Name::Index(self.entry.generation.clone(), shard))).unwrap();
        shard.find(id).map(|place| (place.number, place.row_shard))
    }

    pub fn card(&self, number: u32) -> tanish::model::Card {
        let shard = self.catalog.shard_of(number);
        let cards =
            CardShard::decode(&self.read(Name::Cards(self.catalog.generation.clone(), shard))).unwrap().cards;
        cards[(number - shard * self.catalog.cards_per_shard) as usize].clone()
    }

    /// Number and row of a product.
    pub fn row(&self, id: &str) -> (u32, Row) {
        let (number, shard) = self.place(id).unwrap_or_else(|| panic!("{id} is not in the index"));
        let shard = RowShard::decode(self.read(Name::Rows(self.entry.generation.clone(), shard))).unwrap();
        (number, shard.row(number).unwrap().unwrap())
    }

    /// Ids of the neighbours of a product, best first.
    pub fn neighbours(&self, id: &str, relation: Relation) -> Vec<String> {
        let mut list = self.row(id).1.list(relation).to_vec();
        list.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.number.cmp(&b.number)));
        list.iter().map(|neighbour| self.card(neighbour.number).id).collect()
    }

    pub fn popular(&self) -> Vec<String> {
        self.entry.popular.iter().map(|popular| self.card(popular.number).id).collect()
    }
}

/// Every file below a folder with its content, by relative name.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, folder, &mut found);
    found.sort();
    found
}
