//! The entry files: small, revalidated, of one size however large the catalogue.

use super::file::check_generation;
use super::pack::MAX_PACK;
use super::{FileKind, ModelError, Name, Places, decode, encode};
use crate::time::Millis;
use serde::{Deserialize, Serialize};

/// Most products in [`Entry::popular`].
const MAX_POPULAR: usize = 256;
/// Most card shards replaced since a catalogue was published whole.
pub const MAX_PATCHES: usize = 512;

/// The model's entry, `model/entry.bin`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Folder of the shards: hexadecimal hash of their content.
    pub generation: String,
    /// Time of the newest order or event the model has seen.
    pub trained_to: Millis,
    /// How many rows have numbers: `0..products`. Past the products that have cards come the groups, see
    /// [`super::group_id`].
    pub products: u32,
    /// Which file a product's row is in.
    pub places: Places,
    /// Shards in one pack file; 0 = each shard is a file.
    pub pack: u32,
    /// How the page blends its sources, chosen by the trainer.
    pub settings: Settings,
    /// The most popular products, best first, at most 256.
    pub popular: Vec<Popular>,
}

/// One popular product.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Popular {
    /// Its number.
    pub number: u32,
    /// Its weight relative to the best, 0 to 255.
    pub weight: u8,
}

/// How the page blends what it knows. Decays are in steps, weights relative to each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// What was looked at `p` products ago speaks with `exp(-p / position_decay)`. Greater than 0.
    pub position_decay: f32,
    /// What was bought `p` orders ago speaks with `exp(-p / order_decay)`. Greater than 0.
    pub order_decay: f32,
    /// How much louder the newest product speaks.
    pub newest: f32,
    /// How many of the last products of the history speak, 1 to 100.
    pub window: u8,
    /// How much louder what was put into the cart or wished for speaks than what was looked at.
    pub cart_weight: f32,
    /// The same of what was bought.
    pub purchase_weight: f32,
    /// Weight of a product itself for each time it was looked at again.
    pub revisit: f32,
    /// Weight of the visitor's own purchases beside the model, both scaled to a maximum of 1; 0 = what was
    /// bought is not shown again.
    pub frequency_weight: f32,
    /// A purchase `p` orders ago counts `exp(-p / frequency_decay)`. Greater than 0.
    pub frequency_decay: f32,
    /// Weight of the most popular product beside the best of the model.
    pub popular_share: f32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            position_decay: 1.0,
            order_decay: 3.0,
            newest: 1.2,
            window: 20,
            cart_weight: 2.0,
            purchase_weight: 2.0,
            revisit: 0.01,
            frequency_weight: 1.0,
            frequency_decay: 15.0,
            popular_share: 1e-3,
        }
    }
}

impl Settings {
    /// Whether every number is within its bounds.
    fn are_sane(&self) -> bool {
        let decays = [self.position_decay, self.order_decay, self.frequency_decay];
        let weights = [
            self.newest,
            self.cart_weight,
            self.purchase_weight,
            self.revisit,
            self.frequency_weight,
            self.popular_share,
        ];
        (1..=100).contains(&self.window)
            && decays.iter().all(|decay| *decay > 0.0 && decay.is_finite())
            && weights.iter().all(|weight| *weight >= 0.0 && weight.is_finite())
    }
}

impl Entry {
    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, ModelError> {
        encode(FileKind::Entry, self)
    }

    /// Reads and checks the file.
    pub fn decode(bytes: &[u8]) -> Result<Entry, ModelError> {
        let entry: Entry = decode(FileKind::Entry, bytes)?;
        check_generation(&entry.generation)?;
        entry.places.check()?;
        let sane = entry.pack <= MAX_PACK
            && entry.popular.len() <= MAX_POPULAR
            && entry.popular.iter().all(|popular| popular.number < entry.products)
            && entry.settings.are_sane();
        if sane { Ok(entry) } else { Err(ModelError::Damaged("entry out of bounds")) }
    }
}

/// The catalogue's entry, `catalog/entry.bin`.
///
/// A change of a price replaces single card shards: the rest stays in the folder of the catalogue last
/// published whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// Folder of the shards: hexadecimal hash of what it held at first.
    pub generation: String,
    /// The model generation whose numbers the cards use.
    pub model: String,
    /// How many products have cards: `0..products`.
    pub products: u32,
    /// Cards in a shard; product `n` is in shard `n / cards_per_shard`. 1 to 4096.
    pub cards_per_shard: u32,
    /// Shards in one pack file; 0 = each shard is a file.
    pub pack: u32,
    /// Version of the cards of the most popular and the newest products: a hash of their content.
    pub top: u64,
    /// Shards replaced since, by rising number, at most [`MAX_PATCHES`].
    pub patches: Vec<Patch>,
    /// The margins that rules of `site.json` compare with, rising, at most [`MAX_CUTS`]. A card says on which
    /// side of each its product is, and no more.
    pub margin_cuts: Vec<f64>,
    /// Numbers of the newest products, newest first, at most [`MAX_NEWEST`].
    pub newest: Vec<u32>,
}

/// Most products in [`CatalogEntry::newest`].
pub const MAX_NEWEST: usize = 60;

/// Most thresholds of margins: their places fit a byte.
pub const MAX_CUTS: usize = 100;

/// Where a value lies among rising thresholds: `2 i + 1` on threshold `i`, `2 i` between `i - 1` and `i`.
pub fn position_among(cuts: &[f64], value: f64) -> u8 {
    let below = cuts.iter().take(MAX_CUTS).take_while(|cut| **cut < value).count();
    (2 * below + usize::from(cuts.get(below) == Some(&value))) as u8
}

/// A card shard that was replaced; it is a file of its own also where the others are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// Its number.
    pub shard: u32,
    /// A hash of its content; not 0.
    pub version: u64,
}

impl CatalogEntry {
    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, ModelError> {
        encode(FileKind::CatalogEntry, self)
    }

    /// Reads and checks the file.
    pub fn decode(bytes: &[u8]) -> Result<CatalogEntry, ModelError> {
        let entry: CatalogEntry = decode(FileKind::CatalogEntry, bytes)?;
        check_generation(&entry.generation)?;
        check_generation(&entry.model)?;
        let patched = entry.patches.len() <= MAX_PATCHES
            && entry.patches.windows(2).all(|pair| pair[0].shard < pair[1].shard);
        let cuts = &entry.margin_cuts;
        let rising = cuts.windows(2).all(|pair| pair[0] < pair[1]) && cuts.iter().all(|cut| cut.is_finite());
        let ruled = rising && cuts.len() <= MAX_CUTS && entry.newest.len() <= MAX_NEWEST;
        if patched && ruled && entry.pack <= MAX_PACK && (1..=4096).contains(&entry.cards_per_shard) {
            Ok(entry)
        } else {
            Err(ModelError::Damaged("catalogue entry out of bounds"))
        }
    }

    /// How many card shards there are.
    pub fn shards(&self) -> u32 {
        self.products.div_ceil(self.cards_per_shard)
    }

    /// The shard that holds the card of product `number`.
    pub fn shard_of(&self, number: u32) -> u32 {
        number / self.cards_per_shard
    }

    /// The name of a card shard as it is now.
    pub fn cards(&self, shard: u32) -> Name {
        let at = self.patches.binary_search_by_key(&shard, |patch| patch.shard);
        let version = at.map_or(0, |at| self.patches[at].version);
        Name::Cards(self.generation.clone(), shard, version)
    }

    /// The name of the cards of the most popular products.
    pub fn top(&self) -> Name {
        Name::Top(self.generation.clone(), self.top)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry() -> Entry {
        Entry {
            generation: "0123456789abcdef".into(),
            trained_to: 1_700_000_000_000,
            products: 3,
            places: Places { head_shards: 1, ..Places::default() },
            pack: 0,
            settings: Settings::default(),
            popular: vec![Popular { number: 2, weight: 255 }],
        }
    }

    #[test]
    fn comes_back() {
        assert_eq!(Entry::decode(&entry().encode().unwrap()), Ok(entry()));
    }

    #[test]
    fn places_among_thresholds() {
        let place = |value| position_among(&[0.1, 0.4], value);
        assert_eq!([0.0, 0.1, 0.2, 0.4, 0.9].map(place), [0, 1, 2, 3, 4]);
        assert_eq!(position_among(&[], 1.0), 0);
        let many: Vec<f64> = (0..200).map(f64::from).collect();
        assert_eq!(position_among(&many, 500.0), 200);
    }

    #[test]
    fn nonsense_is_refused() {
        let broken: [fn(&mut Entry); 8] = [
            |e| e.generation = "../../etc".into(),
            |e| e.places.tail_shards = u32::MAX,
            |e| e.popular[0].number = 3,
            |e| e.settings.position_decay = f32::NAN,
            |e| e.settings.window = 0,
            |e| e.settings.frequency_decay = 0.0,
            |e| e.settings.popular_share = f32::INFINITY,
            |e| e.settings.revisit = -1.0,
        ];
        for breaks in broken {
            let mut entry = entry();
            breaks(&mut entry);
            assert!(Entry::decode(&entry.encode().unwrap()).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_value_or_an_error(mut bytes: Vec<u8>, with_header: bool) {
            if with_header {
                let mut headed = entry().encode().unwrap()[..6].to_vec();
                headed.append(&mut bytes);
                bytes = headed;
            }
            let _ = Entry::decode(&bytes);
            let _ = CatalogEntry::decode(&bytes);
        }
    }
}
