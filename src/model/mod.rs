//! The files a page downloads: one definition of each format, writer and reader side by side.
//!
//! A site folder holds two families of files, each with one small *entry* that is revalidated and any
//! number of immutable *shards* below a folder named by the hash of their content (the *generation*):
//!
//! ```text
//! model/entry.bin          Entry         settings, counts, the most popular products
//! model/<gen>/i<k>.bin     IndexShard    product id → number, row shard
//! model/<gen>/r<k>.bin     RowShard      number → neighbours, by relation
//! catalog/entry.bin        CatalogEntry  counts
//! catalog/<gen>/c<k>.bin   CardShard     number → what a card shows
//! catalog/<gen>/top.bin    TopCards      the cards of the most popular products
//! ```
//!
//! Products have *numbers*, given by the trainer so that related products are neighbours: what a
//! visitor needs together lies together. Every reader takes hostile bytes: a value or an error,
//! never a panic, never more memory than a small multiple of the file.

mod cards;
mod entry;
mod file;
mod index;
mod rows;
mod wire;

pub use cards::{Card, CardShard, TopCards, safe_url};
pub use entry::{CatalogEntry, Entry, Popular, Settings};
pub use file::{FileKind, ModelError, Name, decode, encode};
pub use index::{IndexShard, ProductRef, index_shard_of};
pub use rows::{Neighbour, Relation, Row, RowShard};
