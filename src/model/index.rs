//! From a product's id to its number and to the shard its row is in.

use super::{FileKind, ModelError, decode, encode};
use crate::hash::spread;
use serde::{Deserialize, Serialize};

/// Where a product stands in a generation of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductRef {
    /// The product's number.
    pub number: u32,
    /// The row shard that holds its row.
    pub row_shard: u32,
}

/// The index shard of a product, of `shards` in all.
pub fn index_shard_of(product: &str, shards: u32) -> u32 {
    (spread(product) % u64::from(shards.max(1))) as u32
}

/// One index shard: the products whose id hashes to it, sorted by id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IndexShard {
    entries: Vec<(String, ProductRef)>,
}

impl IndexShard {
    /// A shard of these products, in any order.
    pub fn new(mut entries: Vec<(String, ProductRef)>) -> IndexShard {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        IndexShard { entries }
    }

    /// Looks a product up.
    pub fn find(&self, product: &str) -> Option<ProductRef> {
        let at = self.entries.binary_search_by(|(id, _)| id.as_str().cmp(product)).ok()?;
        Some(self.entries[at].1)
    }

    /// The file.
    pub fn encode(&self) -> Result<Vec<u8>, ModelError> {
        encode(FileKind::Index, self)
    }

    /// Reads and checks the file.
    pub fn decode(bytes: &[u8]) -> Result<IndexShard, ModelError> {
        let shard: IndexShard = decode(FileKind::Index, bytes)?;
        if shard.entries.windows(2).all(|pair| pair[0].0 < pair[1].0) {
            Ok(shard)
        } else {
            Err(ModelError::Damaged("index is not sorted"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_product_is_found(ids in proptest::collection::btree_set("[A-Z0-9]{1,8}", 0..50)) {
            let place = |n: usize| ProductRef { number: n as u32, row_shard: n as u32 / 7 };
            let entries = ids.iter().enumerate().map(|(n, id)| (id.clone(), place(n))).rev().collect();
            let shard = IndexShard::decode(&IndexShard::new(entries).encode().unwrap()).unwrap();
            for (n, id) in ids.iter().enumerate() {
                prop_assert_eq!(shard.find(id), Some(place(n)));
            }
            prop_assert_eq!(shard.find("no such product"), None);
        }

        #[test]
        fn any_bytes_are_a_value_or_an_error(body: Vec<u8>) {
            let mut bytes = IndexShard::default().encode().unwrap()[..6].to_vec();
            bytes.extend(body);
            let _ = IndexShard::decode(&bytes);
        }
    }
}
