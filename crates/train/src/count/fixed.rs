//! Sums that do not depend on the order of their parts, and the best of many.

/// One, in the fixed point in which all evidence is summed: 2²⁰ units.
const ONE: f64 = (1u64 << 20) as f64;

/// Evidence in fixed point. Sums of integers are the same in every order, so neither threads nor the
/// order of the input can change a model by a bit.
pub(crate) fn fixed(weight: f64) -> u64 {
    (weight * ONE).round() as u64
}

/// Evidence as a number again.
pub(crate) fn float(sum: u64) -> f64 {
    sum as f64 / ONE
}

/// Lists by number, back to back.
#[derive(Debug, Default)]
pub(crate) struct Lists<T> {
    starts: Vec<usize>,
    items: Vec<T>,
}

impl<T: Copy + Default> Lists<T> {
    /// Groups `pairs` of number and item; items of one number keep their order.
    pub fn group(numbers: usize, pairs: impl Iterator<Item = (u32, T)> + Clone) -> Lists<T> {
        let mut starts = vec![0usize; numbers + 1];
        for (number, _) in pairs.clone() {
            starts[number as usize + 1] += 1;
        }
        for number in 0..numbers {
            starts[number + 1] += starts[number];
        }
        let mut next = starts.clone();
        let mut items = vec![T::default(); starts[numbers]];
        for (number, item) in pairs {
            let at = &mut next[number as usize];
            items[*at] = item;
            *at += 1;
        }
        Lists { starts, items }
    }

    /// An empty collection to be filled by [`Lists::push`].
    pub fn new() -> Lists<T> {
        Lists { starts: vec![0], items: Vec::new() }
    }

    /// Appends a list; its number is that of lists before.
    pub fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.starts.push(self.items.len());
    }

    /// The list of a number.
    pub fn get(&self, number: u32) -> &[T] {
        &self.items[self.starts[number as usize]..self.starts[number as usize + 1]]
    }

    /// How many lists there are.
    pub fn len(&self) -> u32 {
        (self.starts.len() - 1) as u32
    }

    /// All lists with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[T])> + Clone {
        (0..self.len()).map(|number| (number, self.get(number)))
    }
}

/// Sums by product for one row at a time, `N` of each; as wide as the catalogue, emptied in the time it
/// was filled.
pub(crate) struct Sums<const N: usize = 1> {
    sums: Vec<[u64; N]>,
    counts: Vec<u32>,
    touched: Vec<u32>,
}

impl<const N: usize> Sums<N> {
    pub fn new(products: usize) -> Sums<N> {
        Sums { sums: vec![[0; N]; products], counts: vec![0; products], touched: Vec::new() }
    }

    /// Adds evidence for a product to one of its sums.
    pub fn add_to(&mut self, sum: usize, product: u32, weight: u64) {
        let at = product as usize;
        if self.counts[at] == 0 {
            self.touched.push(product);
        }
        self.counts[at] = self.counts[at].saturating_add(1);
        self.sums[at][sum] = self.sums[at][sum].saturating_add(weight);
    }

    /// Empties itself into product, sums, number of parts; in no order that matters.
    pub fn drain_all(&mut self) -> impl Iterator<Item = (u32, [u64; N], u32)> + '_ {
        let (sums, counts) = (&mut self.sums, &mut self.counts);
        self.touched.drain(..).map(|product| {
            let at = product as usize;
            (product, std::mem::replace(&mut sums[at], [0; N]), std::mem::take(&mut counts[at]))
        })
    }
}

impl Sums {
    /// Adds evidence for a product.
    pub fn add(&mut self, product: u32, weight: u64) {
        self.add_to(0, product, weight);
    }

    /// Empties itself into product, sum, number of parts; in no order that matters.
    pub fn drain(&mut self) -> impl Iterator<Item = (u32, u64, u32)> + '_ {
        self.drain_all().map(|(product, [sum], count)| (product, sum, count))
    }
}

/// A product and its score.
pub(crate) type Scored = (u32, f64);

/// The `most` best, best first; of equals the lower number first.
pub(crate) fn best(mut scored: Vec<Scored>, most: usize) -> Vec<Scored> {
    let order = |a: &Scored, b: &Scored| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if scored.len() > most {
        if most == 0 {
            return Vec::new();
        }
        scored.select_nth_unstable_by(most - 1, order);
        scored.truncate(most);
    }
    scored.sort_unstable_by(order);
    // Kept for every row: the room of the candidates must not be kept with them.
    scored.shrink_to_fit();
    scored
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn best_is_the_head_of_the_sorted_list(scores in proptest::collection::vec(0u8..20, 0..60), most in 0usize..70) {
            let scored: Vec<Scored> = (0..).zip(scores.iter().map(|&score| f64::from(score))).collect();
            let mut sorted = scored.clone();
            sorted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            sorted.truncate(most);
            prop_assert_eq!(best(scored, most), sorted);
        }

        #[test]
        fn sums_add_up_and_empty_themselves(parts in proptest::collection::vec((0u32..9, 0u64..100), 0..50)) {
            let mut sums = Sums::new(9);
            for _ in 0..2 {
                parts.iter().for_each(|&(product, weight)| sums.add(product, weight));
                let mut drained: Vec<_> = sums.drain().collect();
                drained.sort_unstable();
                for (product, sum, count) in drained {
                    let of: Vec<u64> = parts.iter().filter(|part| part.0 == product).map(|part| part.1).collect();
                    prop_assert_eq!((sum, count as usize), (of.iter().sum::<u64>(), of.len()));
                }
            }
        }
    }
}
