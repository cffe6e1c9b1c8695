//! Numbers for products, so that related ones lie in one file.

use crate::count::{Counts, Scored};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Size a row shard should have, in bytes.
pub(super) const SHARD: usize = 16 * 1024;
/// About what a neighbour takes in a row: the step to its number and its weight.
const NEIGHBOUR: usize = 3;
/// About what a row takes before its neighbours.
const ROW: usize = 16;

/// Products in the order of their numbers: shard by shard, each grown from the most popular product left
/// along the strongest relations of what the shard holds.
pub(super) fn order(counts: &Counts) -> Vec<u32> {
    let products = counts.popularity.len() as u32;
    let mut seeds: Vec<u32> = (0..products).collect();
    seeds.sort_unstable_by_key(|&product| (Reverse(counts.popularity[product as usize]), product));
    let mut placed = vec![false; products as usize];
    let mut order = Vec::with_capacity(products as usize);
    let mut frontier = BinaryHeap::new();
    let mut filled = 0;
    for seed in seeds {
        let mut next = Some(seed);
        while let Some(product) = next {
            if !std::mem::replace(&mut placed[product as usize], true) {
                order.push(product);
                filled += size(counts, product);
                if filled >= SHARD {
                    // The next shard starts afresh from the most popular product left.
                    frontier.clear();
                    filled = 0;
                }
                reach(counts, product, &placed, &mut frontier);
            }
            if filled == 0 {
                break;
            }
            next = frontier.pop().map(|(_, Reverse(product))| product);
        }
    }
    order
}

fn lists(counts: &Counts, product: u32) -> [&[Scored]; 3] {
    [&counts.next, &counts.together, &counts.similar].map(|rows| rows[product as usize].as_slice())
}

fn size(counts: &Counts, product: u32) -> usize {
    ROW + lists(counts, product).iter().map(|list| list.len() * NEIGHBOUR).sum::<usize>()
}

/// Puts the neighbours of a product on the frontier, by their weight beside the best of their list.
fn reach(counts: &Counts, product: u32, placed: &[bool], frontier: &mut BinaryHeap<(u32, Reverse<u32>)>) {
    for list in lists(counts, product) {
        let Some(&(_, best)) = list.first() else { continue };
        for &(other, score) in list.iter().filter(|(other, _)| !placed[*other as usize]) {
            frontier.push(((score / best * f64::from(1 << 20)) as u32, Reverse(other)));
        }
    }
}
