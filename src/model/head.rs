//! From the most visited products to their row shards, without a look-up over the network.
//!
//! A static function: it answers for any key, rightly for the products it was built from. With each
//! answer stands a fingerprint of the key, so that of other products only one in 2^[`Head::fingerprint_bits`]
//! is sent to a shard that does not hold it. It is a ribbon: every key names 64 neighbouring slots of a
//! table, and its value is the exclusive or of some of them (Dillinger and Walzer, "Ribbon filter:
//! practically smaller than Bloom and Xor", 2021). A product takes about 5% more than the bits of its value.

use super::ModelError;
use crate::hash::mix;
use serde::{Deserialize, Serialize};

/// Slots a key reaches over.
const RIBBON: u32 = 64;
/// Most bits of a slot.
const MAX_BITS: u32 = 24;
/// Most bytes of the table, a few more than the trainer ever uses.
const MAX_BYTES: usize = 16 * 1024;

/// Row shards of the most visited products.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// Chosen by the writer so that the table could be filled.
    seed: u32,
    /// Low bits of a slot: the row shard.
    shard_bits: u8,
    /// The bits above: the fingerprint.
    fingerprint_bits: u8,
    /// The slots, bit after bit, low bits first.
    table: Vec<u8>,
}

/// What a key asks of the table.
struct Probe {
    start: u32,
    /// Bit `n`: slot `start + n` takes part. Bit 0 is always set.
    slots: u64,
    fingerprint: u32,
}

impl Head {
    /// The function of these keys and shards, every key once; `None` where a shard takes more than
    /// `shard_bits`, or where no table of up to 16 KB holds them.
    pub fn build(keys: &[(u64, u32)], shard_bits: u8, fingerprint_bits: u8) -> Option<Head> {
        let bits = u32::from(shard_bits) + u32::from(fingerprint_bits);
        if keys.is_empty() || bits == 0 {
            return Some(Head::default());
        }
        if bits > MAX_BITS || keys.iter().any(|(_, shard)| u64::from(*shard) >> shard_bits != 0) {
            return None;
        }
        // A table that cannot be filled is tried with another seed and a little more room.
        (0..64u32).find_map(|seed| {
            let slots = keys.len() as f64 * (1.03 + f64::from(seed) * 0.004) + f64::from(RIBBON);
            let bytes = (slots as usize * bits as usize).div_ceil(8);
            if bytes > MAX_BYTES {
                return None;
            }
            let mut head = Head { seed, shard_bits, fingerprint_bits, table: vec![0; bytes] };
            head.fill(keys).then_some(head)
        })
    }

    /// Bytes of the table.
    pub fn bytes(&self) -> usize {
        self.table.len()
    }

    /// The shard of a product by its key, [`super::key_of`]; `None` where it is none of the head's.
    pub fn shard(&self, key: u64) -> Option<u32> {
        if self.slots() < RIBBON {
            return None;
        }
        let Probe { start, slots, fingerprint } = self.probe(key);
        let value =
            (0..RIBBON).filter(|at| slots >> at & 1 == 1).fold(0, |sum, at| sum ^ self.slot(start + at));
        (value >> self.shard_bits == fingerprint).then(|| value & ((1 << self.shard_bits) - 1))
    }

    /// Refuses what no writer writes.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        if self.bits() <= MAX_BITS && self.table.len() <= MAX_BYTES {
            Ok(())
        } else {
            Err(ModelError::Damaged("head out of bounds"))
        }
    }

    fn bits(&self) -> u32 {
        u32::from(self.shard_bits) + u32::from(self.fingerprint_bits)
    }

    fn slots(&self) -> u32 {
        (self.table.len() * 8).checked_div(self.bits() as usize).unwrap_or(0) as u32
    }

    fn probe(&self, key: u64) -> Probe {
        let hash = mix(key.wrapping_add(u64::from(self.seed) << 32 | 1));
        let starts = u64::from(self.slots() - RIBBON + 1);
        let fingerprint = u64::from(hash as u32) & ((1 << self.fingerprint_bits) - 1);
        Probe {
            start: (((hash >> 32) * starts) >> 32) as u32,
            slots: mix(hash) | 1,
            fingerprint: fingerprint as u32,
        }
    }

    /// A slot: up to 24 bits lie in four bytes, wherever they begin.
    fn slot(&self, slot: u32) -> u32 {
        let at = slot as usize * self.bits() as usize;
        let byte = |n: usize| u32::from(self.table.get(at / 8 + n).copied().unwrap_or(0)) << (8 * n);
        (byte(0) | byte(1) | byte(2) | byte(3)) >> (at % 8) & ((1 << self.bits()) - 1)
    }

    fn set(&mut self, slot: u32, value: u32) {
        let at = slot as usize * self.bits() as usize;
        for bit in (0..self.bits() as usize).filter(|bit| value >> bit & 1 == 1) {
            self.table[(at + bit) / 8] |= 1 << ((at + bit) % 8);
        }
    }

    /// Solves the table, one equation over two elements a key, by elimination in bands.
    fn fill(&mut self, keys: &[(u64, u32)]) -> bool {
        let mut band: Vec<(u64, u32)> = vec![(0, 0); self.slots() as usize];
        for &(key, shard) in keys {
            let Probe { start, mut slots, fingerprint } = self.probe(key);
            let (mut at, mut value) = (start as usize, fingerprint << self.shard_bits | shard);
            loop {
                let (taken, theirs) = &mut band[at];
                if *taken == 0 {
                    (*taken, *theirs) = (slots, value);
                    break;
                }
                slots ^= *taken;
                value ^= *theirs;
                if slots == 0 {
                    if value == 0 { break } else { return false }
                }
                at += slots.trailing_zeros() as usize;
                slots >>= slots.trailing_zeros();
            }
        }
        for at in (0..band.len()).rev() {
            let (slots, value) = band[at];
            let later = (1..RIBBON).filter(|step| slots >> step & 1 == 1);
            let solved = later.fold(value, |sum, step| sum ^ self.slot(at as u32 + step));
            self.set(at as u32, if slots == 0 { 0 } else { solved });
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::spread;
    use proptest::prelude::*;

    fn keys(count: u32, shards: u32) -> Vec<(u64, u32)> {
        (0..count).map(|n| (spread(&format!("SKU-{n}")), n % shards)).collect()
    }

    #[test]
    fn it_is_right_for_its_own_and_rarely_answers_for_others() {
        let keys = keys(6000, 28);
        let head = Head::build(&keys, 5, 6).unwrap();
        assert!(keys.iter().all(|&(key, shard)| head.shard(key) == Some(shard)));
        let bits = head.bytes() as f64 * 8.0 / 6000.0;
        assert!(bits < 11.0 * 1.09, "{bits} bits a product");
        let fooled = (0..64_000).filter(|n| head.shard(spread(&format!("other {n}"))).is_some()).count();
        assert!((500..1500).contains(&fooled), "one in 64 expected: {fooled} of 64,000");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(Head::build(&keys(3, 3), 1, 4), None, "three shards in one bit");
        assert_eq!(Head::build(&keys(40_000, 8), 3, 8), None, "more than 16 KB");
        assert_eq!(Head::build(&[], 0, 4).unwrap().shard(7), None);
    }

    proptest! {
        #[test]
        fn small_tables_hold_too(count in 1u32..200, shards in 1u32..9, bits in 1u8..12) {
            let keys = keys(count, shards);
            let head = Head::build(&keys, 3, bits).unwrap();
            for (key, shard) in keys {
                prop_assert_eq!(head.shard(key), Some(shard));
            }
        }

        #[test]
        fn any_table_answers_or_not(seed: u32, shard_bits in 0u8..24, fingerprint_bits in 0u8..24, table: Vec<u8>, key: u64) {
            let head = Head { seed, shard_bits, fingerprint_bits, table };
            if head.check().is_ok() && let Some(shard) = head.shard(key) {
                prop_assert!(shard < 1 << shard_bits);
            }
        }
    }
}
