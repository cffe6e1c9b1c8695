//! The files at hand, and what is still missing to read a row or a card.

use crate::model::{
    Card, CardShard, CatalogEntry, ENTRIES, Entry, ModelError, Name, Pack, Packed, ProductRef, Row, RowFile,
    RowShard, TopCards, fingerprint, key_of,
};
use core::cell::{Cell, RefCell};
use core::fmt;

/// Bytes of shards kept; what was not used for longest goes first.
const ROOM: usize = 16 << 20;
/// Most times the entries are asked for again because they do not belong together: one of them may be from
/// just before a training was published, the other from just after.
const MAX_DOUBTS: u8 = 2;
/// Most files told by [`Library::files`].
const MAX_LOG: usize = 200;

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

    /// Takes a newer one. What is here is not given up for one that is missing or damaged.
    fn renew(&mut self, read: Option<Result<T, ModelError>>) -> Result<(), ModelError> {
        let (slot, done) = match read {
            Some(Ok(file)) => (Slot::Here(file), Ok(())),
            Some(Err(error)) => (Slot::Absent, Err(error)),
            None => (Slot::Absent, Ok(())),
        };
        if self.here().is_none() || slot.here().is_some() {
            *self = slot;
        }
        done
    }
}

/// What a shard file holds.
#[derive(Debug)]
enum Shard {
    Rows(RowShard),
    Cards(CardShard),
    Top(TopCards),
    Pack(Pack),
    Absent,
}

impl Shard {
    fn read(name: &Name, bytes: Option<Vec<u8>>) -> Result<Shard, ModelError> {
        let Some(bytes) = bytes else { return Ok(Shard::Absent) };
        match name {
            Name::Cards(..) => CardShard::decode(&bytes).map(Shard::Cards),
            Name::Top(..) => TopCards::decode(&bytes).map(Shard::Top),
            Name::Pack(..) => Pack::decode(&bytes).map(Shard::Pack),
            _ => RowShard::decode(bytes).map(Shard::Rows),
        }
    }
}

/// A shard at hand, or known to be absent.
#[derive(Debug)]
struct Held {
    key: u64,
    name: Name,
    bytes: usize,
    /// The number of the answer it was last looked at for.
    used: Cell<u32>,
    shard: Shard,
}

/// Kind and number of a shard: what it is found by.
fn key(name: &Name) -> u64 {
    let (kind, number) = match name {
        Name::Entry | Name::CatalogEntry => (0, 0),
        Name::Rows(_, RowFile::Head(shard)) => (1, *shard),
        Name::Rows(_, RowFile::Tail(shard)) => (2, *shard),
        Name::Cards(_, shard, _) => (3, *shard),
        Name::Top(..) => (4, 0),
        Name::Pack(_, packed, pack) => (5 + *packed as u64, *pack),
    };
    kind << 32 | u64::from(number)
}

/// A file to fetch, written as its name, or as `name@pack#from-to` where it lies in those bytes of a
/// pack (`to` is the last of them).
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// By this name the bytes are given to [`Library::put`].
    pub name: Name,
    /// The pack it lies in, first byte and byte after the last.
    pub place: Option<(Name, u32, u32)>,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(f)?;
        match &self.place {
            Some((pack, start, end)) => write!(f, "@{pack}#{start}-{}", end - 1),
            None => Ok(()),
        }
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

/// The files at hand: the two entries, and shards of the generations they name, never of others.
#[derive(Debug, Default)]
pub struct Library {
    entry: Slot<Entry>,
    catalog: Slot<CatalogEntry>,
    /// How many entries came since they belonged together.
    doubts: u8,
    /// By rising key.
    shards: Vec<Held>,
    /// Shards asked for and not yet come.
    wanted: RefCell<Vec<Name>>,
    /// How many answers were given.
    answers: Cell<u32>,
    log: Vec<FileState>,
}

impl Library {
    /// Takes a file that was asked for and arrived, or `None` for one that is not there. A damaged one
    /// counts as absent and is reported. An entry may come at any time, and again: shards it no longer names
    /// are forgotten.
    pub fn put(&mut self, name: &str, bytes: Option<Vec<u8>>) -> Result<(), ModelError> {
        let size = bytes.as_ref().map_or(0, Vec::len);
        let done = self.read(name, bytes);
        self.log.retain(|file| file.name != name);
        if self.log.len() == MAX_LOG {
            self.log.remove(0);
        }
        self.log.push(FileState { name: name.to_owned(), bytes: size, loaded: size > 0 && done.is_ok() });
        done
    }

    /// What became of each file, the last 200.
    pub fn files(&self) -> &[FileState] {
        &self.log
    }

    /// The model's entry, where it is at hand.
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.here()
    }

    fn read(&mut self, name: &str, bytes: Option<Vec<u8>>) -> Result<(), ModelError> {
        if name == ENTRIES[0] {
            self.entry.renew(bytes.map(|bytes| Entry::decode(&bytes)))?;
        } else if name == ENTRIES[1] {
            self.catalog.renew(bytes.map(|bytes| CatalogEntry::decode(&bytes)))?;
        } else {
            // Compared as they are written: reading names would cost the module more.
            let wanted = self.wanted.get_mut();
            let at = wanted.iter().position(|wanted| wanted.to_string() == name);
            let name = wanted.swap_remove(at.ok_or(ModelError::NotAsked)?);
            return self.hold(name, bytes);
        }
        self.doubts = match (self.entry.here(), self.catalog.here()) {
            (Some(entry), Some(catalog)) if catalog.model != entry.generation => {
                self.doubts.saturating_add(1)
            }
            _ => 0,
        };
        let mut shards = core::mem::take(&mut self.shards);
        shards.retain(|held| self.names(&held.name));
        self.shards = shards;
        Ok(())
    }

    /// Whether the entries name this shard. What arrives late, from before a new entry, is of no use.
    fn names(&self, name: &Name) -> bool {
        let entry = self.entry.here();
        let of_model = |generation: &String| entry.is_some_and(|entry| entry.generation == *generation);
        match (name, self.catalog.here()) {
            (Name::Rows(generation, _) | Name::Pack(generation, Packed::Head | Packed::Tail, _), _) => {
                of_model(generation)
            }
            (Name::Cards(_, shard, _), Some(catalog)) => catalog.cards(*shard) == *name,
            (Name::Top(..), Some(catalog)) => catalog.top() == *name,
            (Name::Pack(generation, ..), Some(catalog)) => catalog.generation == *generation,
            _ => false,
        }
    }

    fn hold(&mut self, name: Name, bytes: Option<Vec<u8>>) -> Result<(), ModelError> {
        if !self.names(&name) {
            return Ok(());
        }
        let size = bytes.as_ref().map_or(0, Vec::len);
        let (shard, done) = match Shard::read(&name, bytes) {
            Ok(shard) => (shard, Ok(())),
            Err(error) => (Shard::Absent, Err(error)),
        };
        let key = key(&name);
        let held = Held { key, name, bytes: size, used: self.answers.clone(), shard };
        match self.shards.binary_search_by_key(&key, |held| held.key) {
            Ok(at) => self.shards[at] = held,
            Err(at) => self.shards.insert(at, held),
        }
        self.make_room(ROOM);
        done
    }

    /// Forgets what was not used for longest, but nothing the question at hand looked at.
    fn make_room(&mut self, room: usize) {
        while self.shards.iter().map(|held| held.bytes).sum::<usize>() > room {
            let oldest = self.shards.iter().enumerate().min_by_key(|(_, held)| held.used.get());
            match oldest.map(|(at, held)| (at, held.used.get())) {
                Some((at, used)) if used < self.answers.get() => drop(self.shards.remove(at)),
                _ => break,
            }
        }
    }

    /// Notes that a question was answered: what it looked at may be forgotten from now on.
    pub(super) fn answered(&self) {
        self.answers.set(self.answers.get().wrapping_add(1));
    }

    fn find(&self, name: &Name) -> Option<&Held> {
        let at = self.shards.binary_search_by_key(&key(name), |held| held.key).ok()?;
        let held = &self.shards[at];
        held.used.set(self.answers.get());
        Some(held)
    }
}

/// Reads from a library and remembers what was missing.
pub struct Reading<'a> {
    library: &'a Library,
    /// Files to fetch before trying again.
    pub needs: Vec<Request>,
}

impl<'a> Reading<'a> {
    /// Starts reading.
    pub fn new(library: &'a Library) -> Reading<'a> {
        Reading { library, needs: Vec::new() }
    }

    /// Numbers of the newest products.
    pub fn newest(&mut self) -> &'a [u32] {
        self.catalog().map_or(&[], |catalog| &catalog.newest)
    }

    /// The card of a product, where it is among those that lie in one file and that file is here.
    pub fn top_card(&self, number: u32) -> Option<&'a Card> {
        let library = self.library;
        match &library.find(&library.catalog.here()?.top())?.shard {
            Shard::Top(top) => top.cards.iter().find(|(top, _)| *top == number).map(|(_, card)| card),
            _ => None,
        }
    }

    /// Where it reads from.
    pub fn library(&self) -> &'a Library {
        self.library
    }

    /// The thresholds that cards' margins are told by; none where the catalogue's entry is not at hand.
    pub fn margin_cuts(&self) -> &'a [f64] {
        self.library.catalog.here().map_or(&[], |catalog| &catalog.margin_cuts)
    }

    fn need(&mut self, name: Name, place: Option<(Name, u32, u32)>) {
        if !self.needs.iter().any(|request| request.name == name) {
            let mut wanted = self.library.wanted.borrow_mut();
            if !wanted.contains(&name) {
                wanted.push(name.clone());
            }
            self.needs.push(Request { name, place });
        }
    }

    fn entry_of<T>(&mut self, slot: &'a Slot<T>, name: Name) -> Option<&'a T> {
        if let Slot::Unknown = slot {
            self.need(name, None);
        }
        slot.here()
    }

    /// A shard, `None` where it is not there yet. `pack`: what it is packed with, its number among
    /// those, how many there are of them, and in one pack.
    fn shard(&mut self, name: Name, pack: (Packed, u32, u32, u32)) -> Option<&'a Shard> {
        let library = self.library;
        if let Some(held) = library.find(&name) {
            return Some(&held.shard);
        }
        let (packed, shard, shards, per_pack) = pack;
        let (Name::Rows(generation, _) | Name::Cards(generation, _, 0)) = &name else {
            self.need(name, None);
            return None;
        };
        let Some(number) = shard.checked_div(per_pack) else {
            self.need(name, None);
            return None;
        };
        let file = Name::Pack(generation.clone(), packed, number);
        match library.find(&file).map(|held| &held.shard) {
            None => {
                let inside = shards.saturating_sub(number * per_pack).min(per_pack);
                self.need(file.clone(), Some((file, 0, Pack::directory(inside))));
                None
            }
            Some(Shard::Pack(pack)) => match pack.range(shard % per_pack) {
                Some((start, end)) => {
                    self.need(name, Some((file, start, end)));
                    None
                }
                None => Some(&Shard::Absent),
            },
            Some(_) => Some(&Shard::Absent),
        }
    }

    /// The model's entry.
    pub fn entry(&mut self) -> Option<&'a Entry> {
        self.entry_of(&self.library.entry, Name::Entry)
    }

    /// The catalogue's entry, if its cards use the model's numbers.
    fn catalog(&mut self) -> Option<&'a CatalogEntry> {
        let model = self.entry();
        let catalog = self.entry_of(&self.library.catalog, Name::CatalogEntry)?;
        let fits = catalog.model == model?.generation;
        if !fits && self.library.doubts <= MAX_DOUBTS {
            self.need(Name::Entry, None);
            self.need(Name::CatalogEntry, None);
        }
        fits.then_some(catalog)
    }

    fn rows(&mut self, file: RowFile) -> Option<&'a Shard> {
        let entry = self.entry()?;
        let (packed, shard, shards) = match file {
            RowFile::Head(shard) => (Packed::Head, shard, entry.places.head_shards),
            RowFile::Tail(shard) => (Packed::Tail, shard, entry.places.tail_shards),
        };
        self.shard(Name::Rows(entry.generation.clone(), file), (packed, shard, shards, entry.pack))
    }

    /// Where a product stands in the model; `None` also while the file that says so is still to come.
    pub fn place(&mut self, product: &str) -> Option<ProductRef> {
        let entry = self.entry()?;
        let key = key_of(product);
        let (head, tail) = (entry.places.head(key), entry.places.tail(key));
        // The head answers for products it does not know, too, once in a while.
        for file in [head, tail].into_iter().flatten() {
            let Shard::Rows(rows) = self.rows(file)? else { continue };
            if let Some(number) = rows.find(fingerprint(key)).filter(|number| *number < entry.products) {
                return Some(ProductRef { number, file });
            }
        }
        None
    }

    /// The row of a group, which has a number past all cards; so no product is taken for it.
    pub fn group(&mut self, id: &str) -> Option<Row> {
        let place = self.place(id)?;
        let products = self.catalog()?.products;
        self.row(place).filter(|_| place.number >= products)
    }

    /// The row of a product. A damaged row counts as none.
    pub fn row(&mut self, place: ProductRef) -> Option<Row> {
        match self.rows(place.file)? {
            Shard::Rows(rows) => rows.row(place.number).ok().flatten(),
            _ => None,
        }
    }

    /// The card of a product.
    pub fn card(&mut self, number: u32) -> Option<&'a Card> {
        let catalog = self.catalog()?;
        if let Some(card) = self.top_card(number) {
            return Some(card);
        }
        if number >= catalog.products {
            return None;
        }
        let shard = catalog.shard_of(number);
        match self.shard(catalog.cards(shard), (Packed::Cards, shard, catalog.shards(), catalog.pack))? {
            Shard::Cards(cards) => cards.cards.get((number % catalog.cards_per_shard) as usize),
            _ => None,
        }
    }

    /// Asks for the cards of the most popular products, which lie in one file.
    pub fn top(&mut self) {
        if let Some(catalog) = self.catalog() {
            self.shard(catalog.top(), (Packed::Cards, 0, 0, 0));
        }
    }

    /// Whether a card is not here only because a file is still to be fetched.
    pub fn missing(&self, number: u32) -> bool {
        match self.library.catalog.here() {
            None => matches!(self.library.catalog, Slot::Unknown),
            Some(catalog) => {
                let mut again = Reading::new(self.library);
                number < catalog.products && again.card(number).is_none() && !again.needs.is_empty()
            }
        }
    }
}

/// The card of a product by its id, if all it takes is at hand.
pub fn card_of<'a>(product: &str, library: &'a Library) -> Option<&'a Card> {
    let mut reading = Reading::new(library);
    let place = reading.place(product)?;
    reading.card(place.number)
}

#[cfg(test)]
#[path = "library_tests.rs"]
mod tests;
