//! What visits say of pairs of products, after SLIST (Choi et al., "Session-aware linear item-item models
//! for session-based recommendation", WWW 2021), and the rows made of it.

use super::fixed::{Lists, Scored, Sums, best, fixed, float};
use super::frame::{Frame, Step};
use crate::input::events::Action;
use crate::options::VisitBlend;
use rayon::prelude::*;

/// Farthest step that counts as following.
const MAX_GAP: usize = 12;

/// What an action says of the product it is done to.
pub(crate) fn strength(action: Action) -> f64 {
    match action {
        Action::View => 1.0,
        Action::Cart => 2.0,
        Action::Purchase => 4.0,
    }
}

/// What visits say of one product after, with or before another; sums in fixed point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The other product, which may be the product itself.
    pub other: u32,
    /// In one visit: 1 a visit, shared among its products.
    pub together: u64,
    /// In a later step: `exp(1 − gap)`.
    pub after: u64,
    /// In an earlier step, likewise.
    pub before: u64,
}

/// Which steps of a visit, at most 64, are the first of their products.
fn firsts(visit: &[Step]) -> u64 {
    let first = |at: &usize| !visit[..*at].iter().any(|step| step.product == visit[*at].product);
    (0..visit.len()).filter(first).fold(0, |bits, at| bits | 1 << at)
}

/// Evidence of visits.
pub(crate) struct VisitPairs<'a> {
    frame: &'a Frame,
    /// By visit: its weight; 0 = it does not count.
    weights: Vec<f64>,
    /// By visit: bit `n` is set where step `n` is the first of its product.
    firsts: Vec<u64>,
    /// By product: the visits it stands in, each once.
    with: Lists<u32>,
    /// By product: the weight of these visits.
    seen: Vec<u64>,
    /// The same over all products.
    total: f64,
    /// By gap − 1.
    decay: [f64; MAX_GAP],
}

impl<'a> VisitPairs<'a> {
    /// Of visits with these weights.
    pub fn new(frame: &'a Frame, weights: Vec<f64>) -> VisitPairs<'a> {
        let firsts: Vec<u64> = frame.visits.iter().map(|(_, visit)| firsts(visit)).collect();
        let (counted, first) = (&weights, &firsts);
        let in_visits = frame.visits.iter().filter(|(number, _)| counted[*number as usize] > 0.0).flat_map(
            move |(number, visit)| {
                let first = first[number as usize];
                let steps = (0..visit.len()).filter(move |at| first >> at & 1 == 1);
                steps.map(move |at| (visit[at].product, number))
            },
        );
        let with = Lists::group(frame.products, in_visits);
        let sum = |visits: &[u32]| visits.iter().map(|&visit| fixed(counted[visit as usize])).sum();
        let seen: Vec<u64> = with.iter().map(|(_, visits)| sum(visits)).collect();
        let total = float(seen.iter().sum());
        let decay = std::array::from_fn(|gap| (-(gap as f64)).exp());
        VisitPairs { frame, weights, firsts, with, seen, total, decay }
    }

    /// The weight of the visits with a product.
    pub fn seen(&self, product: u32) -> f64 {
        float(self.seen[product as usize])
    }

    /// All pairs of one product, by rising number of the other.
    pub fn pairs(&self, product: u32, sums: &mut Sums<3>) -> Vec<Pair> {
        for &number in self.with.get(product) {
            self.add(product, number, sums);
        }
        let pair = |(other, [together, after, before], _): (u32, [u64; 3], u32)| Pair {
            other,
            together,
            after,
            before,
        };
        let mut pairs: Vec<Pair> = sums.drain_all().map(pair).collect();
        pairs.sort_unstable_by_key(|pair| pair.other);
        pairs
    }

    fn add(&self, product: u32, number: u32, sums: &mut Sums<3>) {
        let (visit, weight) = (self.frame.visits.get(number), self.weights[number as usize]);
        let firsts = self.firsts[number as usize];
        let distinct = f64::from(firsts.count_ones());
        for (at, step) in visit.iter().enumerate() {
            if firsts >> at & 1 == 1 {
                sums.add_to(0, step.product, fixed(weight / distinct * strength(step.action)));
            }
            if step.product != product {
                continue;
            }
            for later in &visit[at + 1..] {
                match (later.place - step.place) as usize {
                    0 => {}
                    gap if gap > MAX_GAP => break,
                    gap => sums.add_to(1, later.product, self.followed(gap, later, weight)),
                }
            }
            for earlier in visit[..at].iter().rev() {
                match (step.place - earlier.place) as usize {
                    0 => {}
                    gap if gap > MAX_GAP => break,
                    gap => sums.add_to(2, earlier.product, self.followed(gap, earlier, weight)),
                }
            }
        }
    }

    fn followed(&self, gap: usize, step: &Step, weight: f64) -> u64 {
        fixed(self.decay[gap - 1] * strength(step.action) * weight)
    }

    /// One product's row: `C_ij / (G_i + λ)`, the best `most`, best first.
    ///
    /// `C = α · together + (1 − α) · (after + β · before)`; `G_i` is the weight of the visits with `i`. Besides,
    /// a product everybody meets is damped (`(G_j + 1)^−δ`), a product's weight for itself has a factor of its
    /// own, and rows of rarely seen products, of which less is known, speak more softly.
    ///
    /// `damp` is what [`VisitPairs::damp`] says of the blend.
    pub fn row(
        &self,
        product: u32,
        pairs: &[Pair],
        blend: &VisitBlend,
        damp: &[f64],
        most: usize,
    ) -> Vec<Scored> {
        let seen = self.seen(product);
        let rarity = (self.total / (seen + 1.0)).ln().max(0.1);
        let scale = rarity.powf(-blend.common) / (seen + blend.shrink);
        let score = |pair: &Pair| {
            let steps = float(pair.after) + blend.before * float(pair.before);
            let evidence = blend.together * float(pair.together) + (1.0 - blend.together) * steps;
            let own = if pair.other == product { blend.own } else { 1.0 };
            (pair.other, evidence * own * damp[pair.other as usize] * scale)
        };
        let scored = pairs.iter().map(score).filter(|(_, score)| *score > 0.0);
        best(scored.collect(), most)
    }

    /// By product: how much it is damped.
    pub fn damp(&self, blend: &VisitBlend) -> Vec<f64> {
        self.seen.iter().map(|&seen| (float(seen) + 1.0).powf(-blend.damp)).collect()
    }

    /// The rows of all products.
    pub fn rows(&self, blend: &VisitBlend, most: usize) -> Vec<Vec<Scored>> {
        let damp = self.damp(blend);
        let row =
            |sums: &mut Sums<3>, product| self.row(product, &self.pairs(product, sums), blend, &damp, most);
        let products = self.frame.products;
        (0..products as u32).into_par_iter().map_init(|| Sums::new(products), row).collect()
    }
}
