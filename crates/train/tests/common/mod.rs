//! What the tests of training share.
#![allow(dead_code, reason = "every test file uses another part")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use tanish::model::{CatalogEntry, Entry, ProductRef, Relation, Row, RowShard, fingerprint, key_of};
use tanish_train::site::Folder;
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
    folder: Folder,
    pub entry: Entry,
    pub catalog: CatalogEntry,
}

impl Published {
    pub fn open(out: &Path) -> Published {
        let folder = Folder::new(out);
        Published { entry: folder.entry().unwrap(), catalog: folder.catalog().unwrap(), folder }
    }

    /// Where a product stands.
    pub fn place(&self, id: &str) -> Option<ProductRef> {
        let key = key_of(id);
        let files = [self.entry.places.head(key), self.entry.places.tail(key)];
        files.into_iter().flatten().find_map(|file| {
            let number = self.rows(file).find(fingerprint(key))?;
            Some(ProductRef { number, file })
        })
    }

    fn rows(&self, file: tanish::model::RowFile) -> RowShard {
        RowShard::decode(self.folder.rows(&self.entry, file).unwrap()).unwrap()
    }

    pub fn card(&self, number: u32) -> tanish::model::Card {
        self.cards()[number as usize].clone()
    }

    /// By number.
    pub fn cards(&self) -> Vec<tanish::model::Card> {
        self.folder.cards().unwrap()
    }

    /// Number and row of a product.
    pub fn row(&self, id: &str) -> (u32, Row) {
        let place = self.place(id).unwrap_or_else(|| panic!("{id} has no place"));
        (place.number, self.rows(place.file).row(place.number).unwrap().unwrap())
    }

    /// Ids of the neighbours of a product, best first.
    pub fn neighbours(&self, id: &str, relation: Relation) -> Vec<String> {
        let mut list = self.row(id).1.list(relation).to_vec();
        list.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.number.cmp(&b.number)));
        let cards = self.cards();
        list.iter().map(|neighbour| cards[neighbour.number as usize].id.clone()).collect()
    }

    pub fn popular(&self) -> Vec<String> {
        let cards = self.cards();
        self.entry.popular.iter().map(|popular| cards[popular.number as usize].id.clone()).collect()
    }
}

/// A line past the test runner's capture, which `cargo xtask test` adds up.
fn tell(name: &str, ran: usize, skipped: usize) {
    let _ = writeln!(std::io::stderr(), "data cases: {name}: {ran} ran, {skipped} skipped");
}

/// The data, or a line that says it was skipped; with `TANISH_REQUIRE_DATA=1` a skip fails.
pub fn data(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("TANISH_DATA").map_or(beside, PathBuf::from);
    let file = folder.join(name);
    if file.is_file() {
        tell(name, 1, 0);
        return Some(file);
    }
    tell(name, 0, 1);
    let required = std::env::var_os("TANISH_REQUIRE_DATA").is_some_and(|value| value == "1");
    assert!(!required, "{name} is required and not there: set TANISH_DATA to the folder that holds it");
    None
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
