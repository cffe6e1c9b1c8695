//! Which rows lie in one file, and the numbers of products.
//!
//! The most visited products, as many as the entry file can place, are the *head*: their rows are packed so
//! that those of related products share a shard. All others, the *tail*, are spread by a hash of their id.
//! Numbers go along: neighbours in a file have neighbouring numbers, whose distances take few bytes.

use crate::count::{Counts, Scored};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Size a head shard should have, in bytes.
pub(super) const SHARD: usize = 12 * 1024;
/// About what a neighbour takes in a row: the step to its number and its weight.
const NEIGHBOUR: f64 = 2.2;
/// About what a row takes besides: number, length and fingerprint, the largest weight of each list.
const ROW: f64 = 20.0;
/// Rounds in which products may move to the shard they have most to do with.
const ROUNDS: usize = 12;
/// How far a shard may grow past its size while products move.
const SLACK: f64 = 1.04;

/// Products by file and number.
pub(super) struct Packing {
    /// Products of each head shard.
    pub head: Vec<Vec<u32>>,
    /// The others, related ones near each other.
    pub tail: Vec<u32>,
}

impl Packing {
    /// Packs; `head` products at most are placed by the entry file.
    pub fn new(counts: &Counts, head: usize) -> Packing {
        let products = counts.popularity.len() as u32;
        let mut ranked: Vec<u32> = (0..products).collect();
        ranked.sort_unstable_by_key(|&product| (Reverse(counts.popularity[product as usize]), product));
        let (head, tail) = ranked.split_at(head.min(ranked.len()));
        let mut shards = Shards::grow(counts, head);
        for _ in 0..ROUNDS {
            if shards.settle() == 0 {
                break;
            }
        }
        Packing { head: shards.into_groups(), tail: chain(counts, head, tail) }
    }

    /// All products, in the order of their numbers.
    pub fn order(&self) -> impl Iterator<Item = u32> + '_ {
        self.head.iter().flatten().chain(&self.tail).copied()
    }
}

fn lists(counts: &Counts, product: u32) -> [&[Scored]; 3] {
    [&counts.next, &counts.together, &counts.similar].map(|rows| rows[product as usize].as_slice())
}

/// About what a row takes in its shard.
pub(super) fn size(counts: &Counts, product: u32) -> f64 {
    ROW + lists(counts, product).iter().map(|list| list.len() as f64 * NEIGHBOUR).sum::<f64>()
}

/// Head products, by their rank, in shards.
struct Shards {
    /// By rank: product, size of its row.
    products: Vec<(u32, f64)>,
    /// By rank: rank and strength of what it is visited with.
    ties: Vec<Vec<(u32, f64)>>,
    /// By rank.
    shard: Vec<u32>,
    filled: Vec<f64>,
}

impl Shards {
    /// Each shard is grown from the most visited product left, taking in what has most to do with all it
    /// holds already, beside how often that is visited at all.
    fn grow(counts: &Counts, head: &[u32]) -> Shards {
        let ties = ties(counts, head);
        let products: Vec<(u32, f64)> =
            head.iter().map(|&product| (product, size(counts, product))).collect();
        let total: Vec<f64> = ties.iter().map(|ties| ties.iter().map(|tie| tie.1).sum()).collect();
        let mut shards = Shards { shard: vec![u32::MAX; head.len()], filled: Vec::new(), products, ties };
        let mut pull = vec![0.0; head.len()];
        let mut frontier: BinaryHeap<(u64, Reverse<u32>)> = BinaryHeap::new();
        for seed in 0..head.len() as u32 {
            let mut next = (shards.shard[seed as usize] == u32::MAX).then_some(seed);
            if next.is_some() && shards.filled.last().is_none_or(|filled| *filled >= SHARD as f64) {
                shards.filled.push(0.0);
            }
            while let Some(rank) = next {
                let current = shards.filled.len() as u32 - 1;
                if shards.shard[rank as usize] == u32::MAX {
                    shards.shard[rank as usize] = current;
                    shards.filled[current as usize] += shards.products[rank as usize].1;
                    if shards.filled[current as usize] >= SHARD as f64 {
                        frontier.clear();
                        pull.fill(0.0);
                        break;
                    }
                    for &(other, tie) in &shards.ties[rank as usize] {
                        if shards.shard[other as usize] == u32::MAX {
                            pull[other as usize] += tie;
                            let share = pull[other as usize] / total[other as usize].sqrt();
                            frontier.push(((share * 1e9) as u64, Reverse(other)));
                        }
                    }
                }
                next = frontier.pop().map(|(_, Reverse(rank))| rank);
            }
        }
        shards
    }

    /// Moves each product to the shard it has most to do with, where there is room; how many moved.
    fn settle(&mut self) -> usize {
        let mut moved = 0;
        let mut pull = vec![0.0; self.filled.len()];
        for rank in 0..self.products.len() {
            let (home, size) = (self.shard[rank] as usize, self.products[rank].1);
            let mut touched = Vec::new();
            for &(other, tie) in &self.ties[rank] {
                let shard = self.shard[other as usize] as usize;
                if pull[shard] == 0.0 {
                    touched.push(shard);
                }
                pull[shard] += tie;
            }
            let room = |shard: usize| self.filled[shard] + size <= SHARD as f64 * SLACK;
            let best = touched.iter().copied().filter(|&shard| shard == home || room(shard));
            let best = best.max_by(|&a, &b| pull[a].total_cmp(&pull[b]).then(b.cmp(&a)));
            if let Some(best) = best.filter(|&best| pull[best] > pull[home]) {
                self.filled[home] -= size;
                self.filled[best] += size;
                self.shard[rank] = best as u32;
                moved += 1;
            }
            touched.into_iter().for_each(|shard| pull[shard] = 0.0);
        }
        moved
    }

    fn into_groups(self) -> Vec<Vec<u32>> {
        let mut groups = vec![Vec::new(); self.filled.len()];
        for ((product, _), shard) in self.products.into_iter().zip(self.shard) {
            groups[shard as usize].push(product);
        }
        groups.retain(|group| !group.is_empty());
        groups
    }
}

/// By rank: how often other products of the head are met with it. A weight of `next` is a share of the
/// visits with its product; times those, it is a number of visits.
fn ties(counts: &Counts, head: &[u32]) -> Vec<Vec<(u32, f64)>> {
    let rank: HashMap<u32, u32> = head.iter().copied().zip(0..).collect();
    let mut ties: Vec<HashMap<u32, f64>> = vec![HashMap::new(); head.len()];
    for (from, &product) in (0u32..).zip(head) {
        let visits = counts.popularity[product as usize] as f64 / f64::from(1 << 20) + 1e-3;
        for (other, score) in lists(counts, product).into_iter().flatten() {
            let Some(&to) = rank.get(other) else { continue };
            *ties[from as usize].entry(to).or_default() += score * visits;
            *ties[to as usize].entry(from).or_default() += score * visits;
        }
    }
    let sorted = |ties: HashMap<u32, f64>| {
        let mut ties: Vec<(u32, f64)> = ties.into_iter().collect();
        ties.sort_unstable_by_key(|tie| tie.0);
        ties
    };
    ties.into_iter().map(sorted).collect()
}

/// The tail in an order in which related products are near each other: each chain is followed from the
/// most visited product left along the strongest relations, as far as a shard's worth.
fn chain(counts: &Counts, head: &[u32], tail: &[u32]) -> Vec<u32> {
    let mut placed = vec![false; counts.popularity.len()];
    head.iter().for_each(|&product| placed[product as usize] = true);
    let mut order = Vec::with_capacity(tail.len());
    let mut frontier = BinaryHeap::new();
    for &seed in tail {
        let mut filled = 0.0;
        let mut next = Some(seed);
        while let Some(product) = next.filter(|_| filled < SHARD as f64) {
            if !std::mem::replace(&mut placed[product as usize], true) {
                order.push(product);
                filled += size(counts, product);
                reach(counts, product, &placed, &mut frontier);
            }
            next = frontier.pop().map(|(_, Reverse(product))| product);
        }
        frontier.clear();
    }
    order
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
