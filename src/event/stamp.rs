//! Message ids: UUIDv7 that rise strictly within a tab, so that sorting by id is sorting by time.

use crate::random::Random;
use crate::time::Millis;
use uuid::{Builder, Uuid};

/// Gives out message ids.
#[derive(Debug, Clone)]
pub struct Stamper {
    random: Random,
    last: Millis,
    counter: u16,
}

impl Stamper {
    /// A stamper with its own randomness.
    pub fn new(random: Random) -> Stamper {
        Stamper { random, last: 0, counter: 0 }
    }

    /// The next id. A clock set back does not set the ids back: their time then stands still while
    /// a counter (RFC 9562, 6.2 method 1: 12 bits) runs, and steps by a millisecond when that is full.
    pub fn next(&mut self, now: Millis) -> String {
        if now > self.last {
            self.last = now;
            self.counter = (self.random.bits() & 0x1ff) as u16;
        } else if self.counter == 0xfff {
            self.last += 1;
            self.counter = 0;
        } else {
            self.counter += 1;
        }
        let mut bits = [0; 10];
        bits[..2].copy_from_slice(&self.counter.to_be_bytes());
        bits[2..].copy_from_slice(&self.random.bits().to_le_bytes());
        let id = Builder::from_unix_timestamp_millis(self.last.min((1 << 48) - 1), &bits).into_uuid();
        id.as_hyphenated().encode_lower(&mut Uuid::encode_buffer()).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_rise_whatever_the_clock_does(clock in proptest::collection::vec(0u64..1000, 1..200), seed: u64) {
            let mut stamper = Stamper::new(Random::new([seed, 1, 2, 3]));
            let ids: Vec<String> = clock.iter().map(|at| stamper.next(1_795_329_421_042 + at)).collect();
            prop_assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(ids.iter().all(|id| Uuid::try_parse(id).unwrap().get_version_num() == 7));
        }
    }

    #[test]
    fn ten_thousand_in_one_millisecond() {
        let mut stamper = Stamper::new(Random::new([1; 4]));
        let ids: Vec<String> = (0..10_000).map(|_| stamper.next(5)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
