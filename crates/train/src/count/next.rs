//! Wanted after another product: in a later step of a visit, or in a later order of the same person.

use super::fixed::{Lists, Scored, Sums, best, fixed, float};
use super::frame::{Frame, Step};
use crate::Counting;
use crate::input::events::Action;
use rayon::prelude::*;

/// Farthest step or order that counts as following.
const MAX_GAP: usize = 12;

/// What an action says of the product it is done to.
pub(super) fn strength(action: Action) -> f64 {
    match action {
        Action::View => 1.0,
        Action::Cart => 2.0,
        Action::Purchase => 4.0,
    }
}

/// Rows by product, after SLIST (Choi et al., WWW 2021) without its inverse: `C_ij / (G_i + λ)`, where C
/// sums `α · co-occurrence, scaled to 1 a unit + (1 − α) · exp(1 − gap)` over visits and over each
/// person's orders, `G_i` counts the units `i` stands in, and all evidence fades by `exp(−age / τ)`.
pub(super) fn rows(frame: &Frame, counting: &Counting) -> Vec<Vec<Scored>> {
    let evidence = Evidence::new(frame, counting);
    let row = |sums: &mut Sums, product: u32| {
        let seen = evidence.add_visits(product, sums) + evidence.add_orders(product, sums);
        let total = float(seen) + counting.shrink;
        let scored = sums.drain().filter(|(_, sum, _)| *sum > 0);
        best(scored.map(|(other, sum, _)| (other, float(sum) / total)).collect(), counting.next)
    };
    (0..frame.products as u32).into_par_iter().map_init(|| Sums::new(frame.products), row).collect()
}

struct Evidence<'a> {
    frame: &'a Frame,
    blend: f64,
    /// By gap − 1: weight of what follows.
    decay: [f64; MAX_GAP],
    /// By visit, by basket: what its age leaves of it.
    visit_fade: Vec<f64>,
    order_fade: Vec<f64>,
    /// By product: the visits (each once) and baskets it stands in.
    visits_with: Lists<u32>,
    baskets_with: Lists<u32>,
}

impl<'a> Evidence<'a> {
    fn new(frame: &'a Frame, counting: &Counting) -> Evidence<'a> {
        let fade = |at: &i64| (-frame.age_days(*at) / counting.fade_days).exp();
        let first =
            |visit: &'a [Step], at: usize| !visit[..at].iter().any(|step| step.product == visit[at].product);
        let in_visits = frame.visits.iter().flat_map(move |(number, visit)| {
            (0..visit.len()).filter(move |&at| first(visit, at)).map(move |at| (visit[at].product, number))
        });
        let in_baskets =
            frame.baskets.iter().flat_map(|(basket, products)| products.iter().map(move |&p| (p, basket)));
        Evidence {
            frame,
            blend: counting.blend,
            decay: std::array::from_fn(|gap| (-(gap as f64)).exp()),
            visit_fade: frame.visited.iter().map(fade).collect(),
            order_fade: frame.bought.iter().map(fade).collect(),
            visits_with: Lists::group(frame.products, in_visits),
            baskets_with: Lists::group(frame.products, in_baskets),
        }
    }

    /// Adds what visits say; the result is the weight of the visits with `product`.
    fn add_visits(&self, product: u32, sums: &mut Sums) -> u64 {
        let mut seen = 0;
        for &number in self.visits_with.get(product) {
            let (visit, fade) = (self.frame.visits.get(number), self.visit_fade[number as usize]);
            seen += fixed(fade);
            let others = visit.iter().filter(|step| step.product != product).count();
            for (at, step) in visit.iter().enumerate() {
                if step.product != product {
                    let together = self.blend / others as f64 * strength(step.action) * fade;
                    sums.add(step.product, fixed(together));
                    continue;
                }
                for later in &visit[at + 1..] {
                    let gap = (later.place - step.place) as usize;
                    if gap > MAX_GAP {
                        break;
                    }
                    if later.product != product && gap > 0 {
                        let follows =
                            (1.0 - self.blend) * self.decay[gap - 1] * strength(later.action) * fade;
                        sums.add(later.product, fixed(follows));
                    }
                }
            }
        }
        seen
    }

    /// Adds what orders say; the result is the weight of the orders with `product`.
    fn add_orders(&self, product: u32, sums: &mut Sums) -> u64 {
        let mut seen = 0;
        for &basket in self.baskets_with.get(product) {
            let fade = self.order_fade[basket as usize];
            seen += fixed(fade);
            self.share(product, basket, self.blend * fade, sums);
            for (gap, later) in self.frame.later(basket).take(MAX_GAP).enumerate() {
                let follows = (1.0 - self.blend) * self.decay[gap] * self.order_fade[later as usize];
                self.share(product, later, follows, sums);
            }
        }
        seen
    }

    /// Shares a weight among the other products of a basket.
    fn share(&self, product: u32, basket: u32, weight: f64, sums: &mut Sums) {
        let products = self.frame.baskets.get(basket);
        let others = products.iter().filter(|&&other| other != product).count();
        if others > 0 {
            let each = fixed(weight / others as f64 * strength(Action::Purchase));
            products.iter().filter(|&&other| other != product).for_each(|&other| sums.add(other, each));
        }
    }
}
