//! From a product's id to the file that holds its row.
//!
//! Nothing is looked up over the network: the entry file's [`Head`] names the row shard of the most
//! visited products, the rest are spread over *tail* shards by a hash of their id. Each shard says which
//! products it holds, so a product is known by the time its row is there.

use super::{Head, ModelError};
use crate::hash::spread;
use serde::{Deserialize, Serialize};

/// Most shards of one family.
const MAX_SHARDS: u32 = 1 << 20;

/// What stands for a product's id in the model.
pub fn key_of(product: &str) -> u64 {
    spread(product)
}

/// What stands for a product's id within one shard.
pub fn fingerprint(key: u64) -> u32 {
    (key >> 32) as u32
}

/// The file a row is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowFile {
    /// A shard of the most visited products, related ones together.
    Head(u32),
    /// A shard of the others, by a hash of their id.
    Tail(u32),
}

/// Where a product stands in a generation of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductRef {
    /// The product's number.
    pub number: u32,
    /// The file its row is in.
    pub file: RowFile,
}

/// Where rows lie.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Places {
    /// How many head shards there are.
    pub head_shards: u32,
    /// How many tail shards there are.
    pub tail_shards: u32,
    /// The head shards of the most visited products.
    pub head: Head,
}

impl Places {
    /// The head shard that may hold a product. One that does not list it sends on to [`Places::tail`].
    pub fn head(&self, key: u64) -> Option<RowFile> {
        self.head.shard(key).filter(|shard| *shard < self.head_shards).map(RowFile::Head)
    }

    /// The tail shard that may hold a product of which the head knows nothing.
    pub fn tail(&self, key: u64) -> Option<RowFile> {
        (self.tail_shards > 0).then(|| RowFile::Tail(key as u32 % self.tail_shards))
    }

    pub(super) fn check(&self) -> Result<(), ModelError> {
        if self.head_shards > MAX_SHARDS || self.tail_shards > MAX_SHARDS {
            return Err(ModelError::Damaged("too many shards"));
        }
        self.head.check()
    }
}
