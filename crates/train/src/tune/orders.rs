//! Settings by which the held orders are predicted best: each known customer's first held order from the
//! orders before it.

use super::climb::{Knob, climb};
use super::{Expected, MIN_CASES};
use crate::Counting;
use crate::count::Scored;
use crate::count::age::Ages;
use crate::count::fixed::{best, fixed};
use crate::count::frame::Frame;
use crate::count::orders::OrderPairs;
use crate::count::popular::{again, rebuy_shares};
use crate::measure::{AT, Worth};
use crate::options::{OrderBlend, Trend};
use rayon::prelude::*;
use std::collections::BTreeMap;
use tanish::model::Settings;

/// Most cases; more would only cost time.
const MAX_CASES: usize = 3000;
/// Cases that one thread takes at a time.
const CHUNK: usize = 32;
/// Popular products the page knows of.
const POPULAR: usize = 200;
/// Deeds the page remembers.
const REMEMBERED: usize = tanish::visitor::history::MAX_ENTRIES;
/// Beyond so many lines of orders, rows are made for a few blends only.
const MANY_LINES: usize = 2_000_000;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Trial {
    blend: OrderBlend,
    trend: Trend,
    settings: Settings,
}

macro_rules! knob {
    ($($path:ident).+, $kind:ty, $values:expr) => {
        Knob { values: &$values, get: |trial: &Trial| f64::from(trial.$($path).+), set: |trial, to| trial.$($path).+ = to as $kind }
    };
}

/// What costs no more than ranking again.
const QUICK: [Knob<Trial>; 9] = [
    knob!(settings.frequency_weight, f32, [0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0]),
    knob!(settings.frequency_decay, f32, [3.0, 6.0, 10.0, 15.0, 25.0, 50.0, 1e6]),
    knob!(trend.strength, f64, [0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0]),
    knob!(trend.fade, f64, [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, f64::INFINITY]),
    knob!(trend.least_rebuys, f64, [0.0, 0.03, 0.1]),
    knob!(settings.order_decay, f32, [0.3, 1.0, 2.0, 3.0, 6.0, 12.0]),
    knob!(settings.popular_share, f32, [0.001, 0.01, 0.05, 0.1, 0.2, 0.4]),
    knob!(settings.window, u8, [20.0, 30.0, 40.0, 60.0]),
    knob!(settings.frequency_weight, f32, [0.3, 0.6, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0]),
];

/// What makes the rows anew.
const SLOW: [Knob<Trial>; 3] = [
    knob!(blend.shrink, f64, [10.0, 50.0, 200.0]),
    knob!(blend.together, f64, [0.0, 0.1, 0.3]),
    knob!(blend.fade, f64, [0.3, 1.0, f64::INFINITY]),
];

/// Chooses `counting.orders`, `counting.trend` and the page's settings for purchases; `None` where there is
/// too little to tell.
pub(super) fn tune(
    frame: &Frame,
    ages: &mut Ages,
    counting: &mut Counting,
    step: &mut dyn FnMut(u64),
) -> Option<Expected> {
    if cases(frame, ages).len() < MIN_CASES {
        // Clocks that say little across customers, or a long silence at the end: each customer's own last order.
        ages.hold_last_baskets(frame);
    }
    let mut bench = Bench::new(frame, ages, counting)?;
    let start = Trial { blend: counting.orders, trend: counting.trend, settings: counting.settings };
    let mut tried = 0;
    let mut score = |trial: &Trial| {
        tried += 1;
        step(u64::from(tried));
        let [_, _, recall, ndcg] = bench.measure(trial);
        recall + ndcg
    };
    let (mut chosen, _) = climb(start, &QUICK, 1, &mut score);
    if frame.lines.len() <= MANY_LINES {
        (chosen, _) = climb(chosen, &SLOW, 1, &mut score);
    }
    let mut alone = chosen;
    alone.blend = OrderBlend { solve: false, shrink: 10.0, together: 1.0, ..chosen.blend };
    if score(&alone) > score(&chosen) {
        chosen = alone;
    }
    let (mut chosen, mut reached) = climb(chosen, &QUICK, 2, &mut score);
    // What the visitor bought most often, or everybody did, is not to be beaten by noise.
    let [frequent, popular] = baselines(&chosen);
    for simple in [frequent, popular] {
        let simple_reached = score(&simple);
        if simple_reached > reached {
            (chosen, reached) = (simple, simple_reached);
        }
    }
    let baselines = [("personal-frequency", frequent), ("popularity", popular)];
    let baselines = baselines.map(|(name, trial)| (name, named(bench.measure(&trial))));
    let measures = named(bench.measure(&chosen));
    (counting.orders, counting.trend, counting.settings) = (chosen.blend, chosen.trend, chosen.settings);
    Some(Expected { cases: bench.cases.len() as u64, tried, measures, baselines: baselines.into() })
}

/// The settings that come down to personal frequency, and to popularity.
fn baselines(chosen: &Trial) -> [Trial; 2] {
    let forever = Settings { frequency_decay: 1e6, frequency_weight: 1000.0, ..chosen.settings };
    let still = Trend { strength: 0.0, least_rebuys: 0.0, ..chosen.trend };
    let frequent = Trial { trend: still, settings: forever, ..*chosen };
    let popular = Settings { popular_share: 1000.0, ..chosen.settings };
    [frequent, Trial { settings: popular, ..*chosen }]
}

fn named(measures: [f64; 4]) -> BTreeMap<&'static str, f64> {
    ["hr@20", "mrr@20", "recall@20", "ndcg@20"].into_iter().zip(measures).collect()
}

/// One customer: the orders before, newest first, as lists of products; and the order to be predicted.
struct Case {
    before: Vec<Vec<u32>>,
    target: u32,
}

/// The cases, and what is counted from the orders before them.
struct Bench<'a> {
    frame: &'a Frame,
    ages: &'a Ages,
    cases: Vec<Case>,
    rebuys: Vec<f64>,
    evidence: OrderPairs<'a>,
    /// The blend of the rows at hand.
    blend: OrderBlend,
    rows: Vec<Vec<Scored>>,
    /// The trend of what follows.
    trend: Trend,
    again: Vec<u8>,
    popular: Vec<Scored>,
    most: usize,
}

impl<'a> Bench<'a> {
    fn new(frame: &'a Frame, ages: &'a Ages, counting: &Counting) -> Option<Bench<'a>> {
        let cases = cases(frame, ages);
        if cases.len() < MIN_CASES {
            return None;
        }
        let rebuys = rebuy_shares(frame, |basket| !ages.is_held_basket(basket));
        let (blend, trend, most) = (counting.orders, counting.trend, counting.next);
        let (rows, again, popular) = (Vec::new(), Vec::new(), Vec::new());
        let evidence = OrderPairs::new(frame, ages.baskets(frame, blend.fade), blend.together);
        let mut bench =
            Bench { frame, ages, cases, rebuys, evidence, blend, rows, trend, again, popular, most };
        bench.rows = bench.evidence.rows(&blend, most);
        bench.look_around();
        Some(bench)
    }

    fn look_around(&mut self) {
        let sold = sold(self.frame, &self.ages.baskets(self.frame, self.trend.fade));
        self.again = again(&sold, &self.rebuys, &self.trend);
        let most = sold.iter().copied().max().unwrap_or(0).max(1) as f64;
        let sold = (0..).zip(&sold).map(|(product, &sum)| (product, sum as f64 / most));
        self.popular = best(sold.filter(|(_, share)| *share > 0.0).collect(), POPULAR);
    }

    /// Hit rate, MRR, recall and NDCG.
    fn measure(&mut self, trial: &Trial) -> [f64; 4] {
        if trial.blend != self.blend {
            let counted = |blend: &OrderBlend| (blend.fade, blend.together);
            if counted(&trial.blend) != counted(&self.blend) {
                let weights = self.ages.baskets(self.frame, trial.blend.fade);
                self.evidence = OrderPairs::new(self.frame, weights, trial.blend.together);
            }
            self.blend = trial.blend;
            self.rows = self.evidence.rows(&self.blend, self.most);
        }
        if trial.trend != self.trend {
            self.trend = trial.trend;
            self.look_around();
        }
        let chunks = self.cases.par_chunks(CHUNK).map(|cases| {
            let mut desk = Desk::new(self.frame.products);
            let mut sums = [0.0; 4];
            for case in cases {
                let worth = desk.worth(case, self, &trial.settings);
                sums.iter_mut().zip(worth.all()).for_each(|(sum, part)| *sum += part);
            }
            sums
        });
        let chunks: Vec<[f64; 4]> = chunks.collect();
        std::array::from_fn(|at| chunks.iter().map(|sums| sums[at]).sum::<f64>() / self.cases.len() as f64)
    }
}

/// By product: what the orders that count bought of it.
fn sold(frame: &Frame, weights: &[f64]) -> Vec<u64> {
    let mut sums = vec![0; frame.products];
    for ((_, products), &weight) in frame.baskets.iter().zip(weights) {
        products.iter().for_each(|&product| sums[product as usize] += fixed(weight));
    }
    sums
}

/// Each customer's first held order that has orders before it which are not held.
fn cases(frame: &Frame, ages: &Ages) -> Vec<Case> {
    let of_one = frame.chain.chunk_by(|&a, &b| frame.buyer[a as usize] == frame.buyer[b as usize]);
    let case = |orders: &[u32]| {
        let first = orders.iter().position(|&basket| ages.is_held_basket(basket))?;
        let mut room = REMEMBERED;
        let mut before = Vec::new();
        for &basket in orders[..first].iter().rev() {
            let products = frame.baskets.get(basket);
            before.push(products[..products.len().min(room)].to_vec());
            room = room.saturating_sub(products.len());
            if room == 0 {
                break;
            }
        }
        (!before.is_empty()).then_some(Case { before, target: orders[first] })
    };
    let all: Vec<Case> = of_one.filter_map(case).collect();
    let stride = all.len().div_ceil(MAX_CASES).max(1);
    all.into_iter().step_by(stride).collect()
}

/// What the orders before say of one product.
struct Told {
    product: u32,
    order: u32,
    times: u32,
    frequency: f64,
}

/// Room to rank one case after the other.
struct Desk {
    model: Vec<f64>,
    own: Vec<f64>,
    touched: Vec<u32>,
    /// By product: its place among what was told, plus one.
    places: Vec<u32>,
}

impl Desk {
    fn new(products: usize) -> Desk {
        let (model, own) = (vec![0.0; products], vec![0.0; products]);
        Desk { model, own, touched: Vec::new(), places: vec![0; products] }
    }

    fn touch(&mut self, product: u32) {
        let at = product as usize;
        if self.model[at] == 0.0 && self.own[at] == 0.0 {
            self.touched.push(product);
        }
    }

    /// Each product bought, the newest first.
    fn told(&mut self, case: &Case, settings: &Settings) -> Vec<Told> {
        let mut told: Vec<Told> = Vec::new();
        for (order, products) in (0u32..).zip(&case.before) {
            let weight = (-f64::from(order) / f64::from(settings.frequency_decay)).exp();
            for &product in products {
                let place = &mut self.places[product as usize];
                if *place == 0 {
                    told.push(Told { product, order, times: 0, frequency: 0.0 });
                    *place = told.len() as u32;
                }
                let told = &mut told[*place as usize - 1];
                told.times += 1;
                told.frequency += weight;
            }
        }
        told.iter().for_each(|told| self.places[told.product as usize] = 0);
        told
    }

    /// What the page's list is worth (`tanish::recommend`, kind `for-you`).
    fn worth(&mut self, case: &Case, bench: &Bench<'_>, settings: &Settings) -> Worth {
        let told = self.told(case, settings);
        let mut sizes = vec![0u32; case.before.len()];
        told.iter().for_each(|told| sizes[told.order as usize] += 1);
        for told in told.iter().take(usize::from(settings.window)) {
            let voice = (-f64::from(told.order) / f64::from(settings.order_decay)).exp();
            let voice = voice / f64::from(sizes[told.order as usize]);
            for &(other, weight) in &bench.rows[told.product as usize] {
                self.touch(other);
                self.model[other as usize] += voice * weight;
            }
        }
        let mut once = Vec::new();
        for told in told.iter().take(tanish::recommend::MAX_BOUGHT) {
            let again = bench.again[told.product as usize];
            if told.times > 1 || again > 0 {
                self.touch(told.product);
                self.own[told.product as usize] += told.frequency * f64::from(again.max(1)) / 255.0;
            } else {
                once.push(told.product);
            }
        }
        let most = |scores: &[f64]| self.touched.iter().map(|&p| scores[p as usize]).fold(0.0, f64::max);
        let scale = |most: f64, top: f64| if most > 0.0 { top / most } else { 0.0 };
        let model = scale(most(&self.model), 1.0);
        let own = scale(most(&self.own), f64::from(settings.frequency_weight));
        for product in self.touched.iter().map(|&product| product as usize) {
            self.model[product] = self.model[product] * model + self.own[product] * own;
            self.own[product] = 0.0;
        }
        for &(product, popular) in &bench.popular {
            if self.model[product as usize] == 0.0 {
                self.touched.push(product);
            }
            self.model[product as usize] += f64::from(settings.popular_share) * popular;
        }
        once.iter().for_each(|&product| self.model[product as usize] = 0.0);
        self.touched.sort_unstable();
        self.touched.dedup();
        let scored = self.touched.iter().map(|&product| (product, self.model[product as usize]));
        let list = best(scored.filter(|(_, score)| *score > 0.0).collect(), AT);
        for product in self.touched.drain(..) {
            self.model[product as usize] = 0.0;
        }
        let wanted = bench.frame.baskets.get(case.target);
        let hits = (0..).zip(&list).filter(|(_, (product, _))| wanted.binary_search(product).is_ok());
        Worth::of(hits.map(|(rank, _)| rank), wanted.len())
    }
}
