//! Measures of a ranked list, at [`AT`] products.

/// How many products of an answer count.
pub(crate) const AT: usize = 20;

/// Discounted gain of a hit at a rank counted from 0 (Järvelin and Kekäläinen, 2002; binary relevance).
pub(crate) fn gain(rank: usize) -> f64 {
    1.0 / (rank as f64 + 2.0).log2()
}

/// The gain of the best list there is for so many relevant products, cut at [`AT`].
pub(crate) fn ideal(relevant: usize) -> f64 {
    (0..relevant.min(AT)).map(gain).sum()
}

/// What one list is worth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Worth {
    /// 1 where the list holds anything relevant.
    pub hit: f64,
    /// 1 / rank of the first that is.
    pub reciprocal: f64,
    /// Share of the relevant that the list holds.
    pub recall: f64,
    /// Its discounted gain beside the best possible.
    pub ndcg: f64,
}

impl Worth {
    /// Of a list whose relevant products stand at `ranks` (from 0, rising), of `relevant` in all.
    pub fn of(ranks: impl Iterator<Item = usize>, relevant: usize) -> Worth {
        let mut worth = Worth::default();
        for rank in ranks.take_while(|rank| *rank < AT) {
            if worth.hit == 0.0 {
                (worth.hit, worth.reciprocal) = (1.0, 1.0 / (rank as f64 + 1.0));
            }
            worth.recall += 1.0 / relevant.max(1) as f64;
            worth.ndcg += gain(rank) / ideal(relevant.max(1));
        }
        worth
    }

    /// Hit rate, MRR, recall and NDCG, in this order.
    pub fn all(&self) -> [f64; 4] {
        [self.hit, self.reciprocal, self.recall, self.ndcg]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_worth_what_the_books_say() {
        let one = Worth::of([3].into_iter(), 1);
        assert_eq!((one.hit, one.reciprocal, one.recall), (1.0, 0.25, 1.0));
        assert!((one.ndcg - 1.0 / 5f64.log2()).abs() < 1e-12);
        assert_eq!(Worth::of([20].into_iter(), 1), Worth::default());
        let all: Worth = Worth::of(0..30, 30);
        assert!((all.ndcg - 1.0).abs() < 1e-9 && (all.recall - 20.0 / 30.0).abs() < 1e-9);
        let two = Worth::of([0, 2].into_iter(), 4);
        assert!((two.ndcg - 1.5 / ideal(4)).abs() < 1e-12);
        assert_eq!((two.reciprocal, two.recall), (1.0, 0.5));
    }
}
