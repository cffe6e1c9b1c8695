//! The files at hand, and what is still missing to read a row or a card.

use crate::model::{
    Card, CardShard, CatalogEntry, Entry, IndexShard, ModelError, Name, ProductRef, Row, RowShard, TopCards,
    index_shard_of,
};

/// A file that was not asked for, is not there, or is here.
#[derive(Debug, Clone, Default)]
enum Slot<T> {
    #[default]
    Unknown,
    Absent,
    Here(T),
}

impl<T> Slot<T> {
    fn here(&self) -> Option<&T> {
        match self {
            Slot::Here(file) => Some(file),
            _ => None,
        }
    }
}

/// Shards by number. A visitor needs a handful, so a list serves better than a map.
#[derive(Debug, Clone)]
struct Shards<T>(Vec<(u32, Slot<T>)>);

impl<T> Default for Shards<T> {
    fn default() -> Shards<T> {
        Shards(Vec::new())
    }
}

impl<T> Shards<T> {
    fn get(&self, shard: u32) -> &Slot<T> {
        self.0.iter().find(|(number, _)| *number == shard).map_or(&Slot::Unknown, |(_, slot)| slot)
    }

    fn put(&mut self, shard: u32, slot: Slot<T>) {
        self.0.retain(|(number, _)| *number != shard);
        self.0.push((shard, slot));
    }
}

/// One file and what became of it, for `diagnostics()`.
#[derive(Debug, Clone, PartialEq)]
pub struct FileState {
    /// Relative to the site folder.
    pub name: String,
    /// Its size; 0 when absent.
    pub bytes: usize,
    /// Whether it was there and sound.
    pub loaded: bool,
}

/// The files at hand.
#[derive(Debug, Default)]
pub struct Library {
    entry: Slot<Entry>,
    catalog: Slot<CatalogEntry>,
    top: Slot<TopCards>,
    index: Shards<IndexShard>,
    rows: Shards<RowShard>,
    cards: Shards<CardShard>,
    log: Vec<FileState>,
}

impl Library {
    /// Takes a file that arrived, or `None` for one that is not there. A damaged one counts as absent
    /// and is reported.
    pub fn put(&mut self, name: &str, bytes: Option<Vec<u8>>) -> Result<(), ModelError> {
        let size = bytes.as_ref().map_or(0, Vec::len);
        let done = name.parse().and_then(|name| self.read(name, bytes));
        self.log.push(FileState { name: name.to_owned(), bytes: size, loaded: size > 0 && done.is_ok() });
        done
    }

    /// What became of each file.
    pub fn files(&self) -> &[FileState] {
        &self.log
    }

    /// The model's entry, where it is at hand.
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.here()
    }

    fn read(&mut self, name: Name, bytes: Option<Vec<u8>>) -> Result<(), ModelError> {
        fn slot<T>(read: Option<Result<T, ModelError>>) -> (Slot<T>, Result<(), ModelError>) {
            match read {
                None => (Slot::Absent, Ok(())),
                Some(Ok(file)) => (Slot::Here(file), Ok(())),
                Some(Err(error)) => (Slot::Absent, Err(error)),
            }
        }
        let done;
        match name {
            Name::Entry => (self.entry, done) = slot(bytes.map(|bytes| Entry::decode(&bytes))),
            Name::CatalogEntry => {
                (self.catalog, done) = slot(bytes.map(|bytes| CatalogEntry::decode(&bytes)))
            }
            Name::Top(_) => (self.top, done) = slot(bytes.map(|bytes| TopCards::decode(&bytes))),
            Name::Index(_, shard) => {
                let (file, read) = slot(bytes.map(|bytes| IndexShard::decode(&bytes)));
                self.index.put(shard, file);
                done = read;
            }
            Name::Rows(_, shard) => {
                let (file, read) = slot(bytes.map(RowShard::decode));
                self.rows.put(shard, file);
                done = read;
            }
            Name::Cards(_, shard) => {
                let (file, read) = slot(bytes.map(|bytes| CardShard::decode(&bytes)));
                self.cards.put(shard, file);
                done = read;
            }
        }
        done
    }
}

/// Reads from a library and remembers what was missing.
pub struct Reading<'a> {
    library: &'a Library,
    /// Files to fetch before trying again.
    pub needs: Vec<Name>,
}

impl<'a> Reading<'a> {
    /// Starts reading.
    pub fn new(library: &'a Library) -> Reading<'a> {
        Reading { library, needs: Vec::new() }
    }

    fn need(&mut self, name: Name) {
        if !self.needs.contains(&name) {
            self.needs.push(name);
        }
    }

    fn get<T>(&mut self, slot: &'a Slot<T>, name: impl FnOnce() -> Name) -> Option<&'a T> {
        if let Slot::Unknown = slot {
            self.need(name());
        }
        slot.here()
    }

    /// The model's entry.
    pub fn entry(&mut self) -> Option<&'a Entry> {
        self.get(&self.library.entry, || Name::Entry)
    }

    /// The catalogue's entry, if its cards use the model's numbers.
    fn catalog(&mut self) -> Option<&'a CatalogEntry> {
        let model = self.entry();
        let catalog = self.get(&self.library.catalog, || Name::CatalogEntry)?;
        (catalog.model == model?.generation).then_some(catalog)
    }

    /// Where a product stands in the model.
    pub fn place(&mut self, product: &str) -> Option<ProductRef> {
        let entry = self.entry()?;
        let shard = index_shard_of(product, entry.index_shards);
        let index =
            self.get(self.library.index.get(shard), || Name::Index(entry.generation.clone(), shard))?;
        index.find(product).filter(|place| place.number < entry.products)
    }

    /// The row of a product. A damaged row counts as none.
    pub fn row(&mut self, place: ProductRef) -> Option<Row> {
        let entry = self.entry()?;
        let shard = place.row_shard;
        let rows = self.get(self.library.rows.get(shard), || Name::Rows(entry.generation.clone(), shard))?;
        rows.row(place.number).ok().flatten()
    }

    /// The card of a product.
    pub fn card(&mut self, number: u32) -> Option<&'a Card> {
        let catalog = self.catalog()?;
        let top = self.library.top.here().map_or(&[][..], |top| &top.cards);
        if let Some((_, card)) = top.iter().find(|(top, _)| *top == number) {
            return Some(card);
        }
        if number >= catalog.products {
            return None;
        }
        let shard = catalog.shard_of(number);
        let cards =
            self.get(self.library.cards.get(shard), || Name::Cards(catalog.generation.clone(), shard))?;
        cards.cards.get((number % catalog.cards_per_shard) as usize)
    }

    /// Asks for the cards of the most popular products, which lie in one file.
    pub fn top(&mut self) {
        if let Some(catalog) = self.catalog() {
            self.get(&self.library.top, || Name::Top(catalog.generation.clone()));
        }
    }

    /// Whether a card is not here only because a file is still to be fetched.
    pub fn missing(&self, number: u32) -> bool {
        match self.library.catalog.here() {
            None => matches!(self.library.catalog, Slot::Unknown),
            Some(catalog) => {
                number < catalog.products
                    && matches!(self.library.cards.get(catalog.shard_of(number)), Slot::Unknown)
            }
        }
    }
}
