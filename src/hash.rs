//! Hashes that the trainer, the page and other languages must agree on.

/// FNV-1a, 64 bits, with a final mix (the finaliser of MurmurHash3) so that low bits spread well.
/// Not for secrets and not against an adversary: it spreads products over files.
pub fn spread(text: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.as_bytes() {
        hash ^= u64::from(*byte);
        hash = hash.wrapping_mul(0x0000_0100_0000_01b3);
    }
    mix(hash)
}

/// Spreads every bit over all: the finaliser of MurmurHash3.
pub fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_even_over_similar_ids() {
        let mut shards = [0u32; 64];
        for number in 0..64_000 {
            shards[(spread(&format!("SKU-{number:06}")) % 64) as usize] += 1;
        }
        assert!(shards.iter().all(|&n| (850..1150).contains(&n)), "{shards:?}");
    }

    #[test]
    fn spread_never_changes() {
        // A published model is read by this function: its values are part of the file format.
        assert_eq!(spread(""), 0xefd0_1f60_ba99_2926);
        assert_eq!(spread("85123A"), spread("85123A"));
    }
}
