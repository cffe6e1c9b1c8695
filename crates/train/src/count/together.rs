//! Bought in the same order.

use super::fixed::{Lists, Scored, Sums, best, fixed, float};
use super::frame::Frame;
use crate::Counting;
use rayon::prelude::*;

/// Rows by product: `C_ij / (G_i + λ)`, where an order of n products gives each pair `1 / (n − 1)` and
/// `G_i` is the number of orders with `i`. A pair needs two orders, or one when chance would bring the
/// two together less than once.
pub(super) fn rows(frame: &Frame, counting: &Counting) -> Vec<Vec<Scored>> {
    let pairs =
        frame.baskets.iter().flat_map(|(basket, products)| products.iter().map(move |&p| (p, basket)));
    let with = Lists::group(frame.products, pairs);
    let orders = f64::from(frame.baskets.len());
    let row = |sums: &mut Sums, product: u32| {
        let mine = with.get(product);
        for &basket in mine {
            let products = frame.paired(basket);
            if products.len() > 1 {
                let weight = fixed(1.0 / (products.len() - 1) as f64);
                products.iter().filter(|&&other| other != product).for_each(|&other| sums.add(other, weight));
            }
        }
        let lift = |other: u32, count: u32| {
            f64::from(count) * orders / (mine.len() as f64 * with.get(other).len() as f64)
        };
        let scored = sums.drain().filter(|&(other, _, count)| count >= 2 || lift(other, count) > 1.0);
        let scored =
            scored.map(|(other, sum, _)| (other, float(sum) / (mine.len() as f64 + counting.shrink)));
        best(scored.collect(), counting.together)
    };
    (0..frame.products as u32).into_par_iter().map_init(|| Sums::new(frame.products), row).collect()
}
