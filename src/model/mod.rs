//! The files a page downloads: one definition of each format, writer and reader side by side.
//!
//! A site folder holds two families of files, each with one small *entry* that is revalidated and any
//! number of immutable *shards* below a folder named by the hash of their content (the *generation*):
//!
//! ```text
//! model/entry.bin          Entry         settings, counts, popular products, which file a row is in
//! model/<gen>/r<k>.bin     RowShard      product → number, neighbours by relation: the most visited ones
//! model/<gen>/t<k>.bin     RowShard      the same of the others, by a hash of their id
//! catalog/entry.bin        CatalogEntry  counts
//! catalog/<gen>/c<k>.bin   CardShard     number → what a card shows; replaced later: c<k>-<hash>.bin
//! catalog/<gen>/top-<hash>.bin TopCards  the cards of the most popular products
//! …/<letter><k>.pack       Pack          where a host caps the number of files: many shards in one
//! ```
//!
//! `docs/format.md` tells every field.
//!
//! Products have *numbers*, given by the trainer so that related products are neighbours: what a
//! visitor needs together lies together. Every reader takes hostile bytes: a value or an error,
//! never a panic, never more memory than a small multiple of the file.

mod cards;
mod entry;
mod file;
mod group;
mod head;
mod pack;
mod place;
mod rows;
mod wire;

pub use cards::{Card, CardShard, TopCards, safe_url};
pub use entry::{
    CatalogEntry, Entry, MAX_CUTS, MAX_NEWEST, MAX_PATCHES, Patch, Popular, Settings, position_among,
};
pub use file::{ENTRIES, FileKind, ModelError, Name, decode, encode};
pub use group::{GROUP_KINDS, group_id};
pub use head::Head;
pub use pack::{Pack, Packed};
pub use place::{Places, ProductRef, RowFile, fingerprint, key_of};
pub use rows::{Neighbour, PlacedRow, Relation, Row, RowShard};
