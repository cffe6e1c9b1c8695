//! Wanted after another product: what visits and orders say together.

use super::fixed::{Scored, best};
use super::orders::OrderPairs;
use super::visits::VisitPairs;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Blends the rows of visits and of orders, each by its share of what is known of the product.
pub(super) fn rows(
    visits: (&VisitPairs<'_>, Vec<Vec<Scored>>),
    orders: (&OrderPairs<'_>, Vec<Vec<Scored>>),
    most: usize,
) -> Vec<Vec<Scored>> {
    let (visit_pairs, visits) = visits;
    let (order_pairs, orders) = orders;
    let both = visits.into_par_iter().zip(orders).enumerate();
    let row = |(product, (visits, orders)): (usize, (Vec<Scored>, Vec<Scored>))| {
        let product = product as u32;
        if orders.is_empty() || visits.is_empty() {
            return if orders.is_empty() { visits } else { orders };
        }
        let (seen, bought) = (visit_pairs.seen(product), order_pairs.orders(product) as f64);
        let share = seen / (seen + bought);
        let mut sums: BTreeMap<u32, f64> = BTreeMap::new();
        for (list, share) in [(visits, share), (orders, 1.0 - share)] {
            let total = list.iter().map(|(_, score)| score).sum::<f64>();
            list.iter().for_each(|&(other, score)| *sums.entry(other).or_default() += share * score / total);
        }
        best(sums.into_iter().collect(), most)
    };
    both.map(row).collect()
}
