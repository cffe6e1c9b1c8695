//! Random numbers from a seed the caller gives: the same seed, the same run.

/// xoshiro256** (Blackman & Vigna, 2018). Not for secrets.
#[derive(Debug, Clone)]
pub struct Random([u64; 4]);

impl Random {
    /// A generator from 32 bytes of entropy.
    pub fn new(seed: [u64; 4]) -> Random {
        // The all-zero state is the one fixed point: step off it.
        Random(if seed == [0; 4] { [0x9e37_79b9_7f4a_7c15, 1, 2, 3] } else { seed })
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let state = &mut self.0;
        let out = state[1].wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let carried = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= carried;
        state[3] = state[3].rotate_left(45);
        out
    }

    /// A number in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unit_is_even() {
        let mut random = Random::new([1, 2, 3, 4]);
        let mean = (0..10_000).map(|_| random.unit()).sum::<f64>() / 10_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
    }

    #[test]
    fn zero_seed_still_moves() {
        let mut random = Random::new([0; 4]);
        assert_ne!(random.bits(), random.bits());
    }
}
