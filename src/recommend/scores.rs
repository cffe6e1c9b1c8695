//! Sums by product number, each with the source that gave most of it.

/// One product's sum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum {
    pub number: u32,
    pub score: f64,
    /// Whatever gave the largest single part.
    pub source: u32,
    loudest: f64,
}

/// Sums by number, found by hashing with linear probing: a history of fifty products brings some
/// thousand numbers together, in no order.
#[derive(Default)]
pub(super) struct Scores {
    sums: Vec<Sum>,
    /// Position in `sums` plus one; 0 is free. A power of two, at least twice as many as there are sums.
    slots: Vec<u32>,
}

/// Slots to begin with.
const FIRST: usize = 256;

impl Scores {
    /// Adds a part.
    pub fn add(&mut self, number: u32, score: f64, source: u32) {
        if self.sums.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let slot = self.slot(number);
        match self.slots[slot] {
            0 => {
                self.sums.push(Sum { number, score, source, loudest: score });
                self.slots[slot] = self.sums.len() as u32;
            }
            at => {
                let sum = &mut self.sums[at as usize - 1];
                sum.score += score;
                if score > sum.loudest {
                    (sum.loudest, sum.source) = (score, source);
                }
            }
        }
    }

    /// All sums, in the order of their first parts.
    pub fn sums(&self) -> &[Sum] {
        &self.sums
    }

    /// Scales all so that the largest is `top`. Hostile weights can be so small that their sums vanish:
    /// those are dropped.
    pub fn scale_to(&mut self, top: f64) {
        let largest = self.sums.iter().map(|sum| sum.score).fold(0.0, f64::max);
        if largest > 0.0 {
            for sum in &mut self.sums {
                sum.score *= top / largest;
                sum.loudest *= top / largest;
            }
        } else {
            *self = Scores::default();
        }
    }

    /// Where a number is, or would be.
    fn slot(&self, number: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = number.wrapping_mul(0x9e37_79b1) as usize & mask;
        loop {
            match self.slots[slot] {
                0 => return slot,
                at if self.sums[at as usize - 1].number == number => return slot,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(FIRST)];
        for at in 0..self.sums.len() {
            let slot = self.slot(self.sums[at].number);
            self.slots[slot] = at as u32 + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn sums_are_those_of_a_map(parts in proptest::collection::vec((0u32..400, 1u32..9, 0u32..5), 0..900)) {
            let mut scores = Scores::default();
            let mut map: BTreeMap<u32, (f64, u32, u32)> = BTreeMap::new();
            for &(number, score, source) in &parts {
                scores.add(number.wrapping_mul(256), f64::from(score), source);
                let sum = map.entry(number.wrapping_mul(256)).or_insert((0.0, source, 0));
                sum.0 += f64::from(score);
                if score > sum.2 {
                    (sum.1, sum.2) = (source, score);
                }
            }
            let summed: BTreeMap<u32, (f64, u32)> =
                scores.sums().iter().map(|sum| (sum.number, (sum.score, sum.source))).collect();
            prop_assert_eq!(summed.len(), scores.sums().len());
            prop_assert_eq!(summed, map.into_iter().map(|(n, (score, source, _))| (n, (score, source))).collect());
        }
    }

    #[test]
    fn what_vanishes_is_dropped() {
        let mut scores = Scores::default();
        scores.add(3, 0.0, 0);
        scores.scale_to(1.0);
        assert!(scores.sums().is_empty());
        scores.add(3, 2.0, 0);
        scores.add(4, 1.0, 0);
        scores.scale_to(4.0);
        assert_eq!(scores.sums().iter().map(|sum| sum.score).collect::<Vec<_>>(), [4.0, 2.0]);
    }
}
