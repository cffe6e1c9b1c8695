//! Many shards in one file, for hosts that cap the number of files.
//!
//! After the header a *directory*: one more little-endian u32 than there are shards, where each begins
//! and where the last ends, counted from the start of the file. Then the shards, each as it would be as
//! a file. How many shards a pack has follows from the entry, so the directory can be asked for by
//! itself, with an HTTP range; a host that sends the whole file instead does no harm.

use super::file::{body, header};
use super::{FileKind, ModelError};

/// Most shards in a pack.
pub(super) const MAX_PACK: u32 = 4096;

/// What is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Packed {
    /// Row shards of the most visited products.
    Head,
    /// Row shards of the others.
    Tail,
    /// Card shards.
    Cards,
}

impl Packed {
    /// All kinds.
    pub const ALL: [Packed; 3] = [Packed::Head, Packed::Tail, Packed::Cards];

    /// The family and letter of its files' names.
    pub(super) fn family(self) -> (&'static str, &'static str) {
        match self {
            Packed::Head => ("model", "r"),
            Packed::Tail => ("model", "t"),
            Packed::Cards => ("catalog", "c"),
        }
    }
}

/// The directory of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    starts: Vec<u32>,
}

impl Pack {
    /// The file with these shards; 4 GB at most.
    pub fn encode(shards: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = header(FileKind::Pack);
        let mut start = Pack::directory(shards.len() as u32);
        bytes.extend(start.to_le_bytes());
        for shard in shards {
            start += shard.len() as u32;
            bytes.extend(start.to_le_bytes());
        }
        shards.iter().for_each(|shard| bytes.extend(shard));
        bytes
    }

    /// Bytes of header and directory of a pack of so many shards.
    pub fn directory(shards: u32) -> u32 {
        header(FileKind::Pack).len() as u32 + 4 * (shards + 1)
    }

    /// Reads the directory, which is all of `bytes`.
    pub fn decode(bytes: &[u8]) -> Result<Pack, ModelError> {
        let body = body(FileKind::Pack, bytes)?;
        let starts: Vec<u32> = body
            .chunks_exact(4)
            .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        let whole = body.len() % 4 == 0 && starts.first() == Some(&(bytes.len() as u32));
        if whole && starts.is_sorted() { Ok(Pack { starts }) } else { Err(ModelError::Damaged("directory")) }
    }

    /// First byte of a shard of this pack and the byte after its last.
    pub fn range(&self, shard: u32) -> Option<(u32, u32)> {
        let shard = shard as usize;
        let (start, end) = (*self.starts.get(shard)?, *self.starts.get(shard + 1)?);
        (start < end).then_some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_shard_comes_back(shards in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..40), 0..20)) {
            let bytes = Pack::encode(&shards);
            let directory = &bytes[..Pack::directory(shards.len() as u32) as usize];
            let pack = Pack::decode(directory).unwrap();
            for (number, shard) in (0..).zip(&shards) {
                let (start, end) = pack.range(number).unwrap();
                prop_assert_eq!(&bytes[start as usize..end as usize], &shard[..]);
            }
            prop_assert_eq!(pack.range(shards.len() as u32), None);
        }

        #[test]
        fn any_bytes_are_a_value_or_an_error(body: Vec<u8>, shard: u32) {
            let mut bytes = header(FileKind::Pack);
            bytes.extend(body);
            if let Ok(pack) = Pack::decode(&bytes) {
                let _ = pack.range(shard % 64);
            }
        }
    }
}
