//! Settings by which the held visits are predicted best: every prefix of a visit asks for its next product.

use super::climb::{Knob, climb};
use super::{Expected, MIN_CASES};
use crate::Counting;
use crate::count::Scored;
use crate::count::age::Ages;
use crate::count::fixed::{Sums, best, fixed};
use crate::count::frame::{Frame, Step};
use crate::count::visits::{Pair, VisitPairs, strength};
use crate::input::events::Action;
use crate::measure::Worth;
use crate::options::VisitBlend;
use rayon::prelude::*;
use std::collections::BTreeMap;
use tanish::model::Settings;

/// Most cases; more would only cost time.
const MAX_CASES: usize = 12_000;
/// Cases that one thread takes at a time.
const CHUNK: usize = 128;
/// Popular products the page knows of.
const POPULAR: usize = 200;

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Trial {
    blend: VisitBlend,
    settings: Settings,
}

macro_rules! knob {
    ($($path:ident).+, $kind:ty, $values:expr) => {
        Knob { values: &$values, get: |trial: &Trial| f64::from(trial.$($path).+), set: |trial, to| trial.$($path).+ = to as $kind }
    };
}

const KNOBS: [Knob<Trial>; 12] = [
    knob!(blend.own, f64, [0.0, 0.25, 0.5, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5]),
    knob!(blend.together, f64, [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]),
    knob!(settings.position_decay, f32, [0.35, 0.5, 0.7, 0.85, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0]),
    knob!(blend.fade, f64, [0.1, 0.2, 0.35, 0.6, 1.0, 2.0, f64::INFINITY]),
    knob!(blend.before, f64, [0.0, 0.1, 0.2, 0.3, 0.45, 0.7, 1.0]),
    knob!(blend.shrink, f64, [0.3, 1.0, 3.0, 10.0, 30.0]),
    knob!(blend.common, f64, [-1.0, -0.5, 0.0, 0.5, 1.0, 1.5]),
    knob!(blend.damp, f64, [0.0, 0.05, 0.1, 0.15, 0.2, 0.3]),
    knob!(settings.newest, f32, [0.8, 1.0, 1.2, 1.5, 2.0]),
    knob!(settings.revisit, f32, [0.0, 0.005, 0.01, 0.02, 0.04, 0.08]),
    knob!(settings.cart_weight, f32, [1.0, 1.5, 2.0, 3.0, 5.0]),
    knob!(settings.popular_share, f32, [0.001, 0.004, 0.016]),
];

/// Chooses `counting.visits` and the page's settings for visits; `None` where there is too little to tell.
/// `with_orders`: the share of popularity was chosen by orders and stays.
pub(super) fn tune(
    frame: &Frame,
    ages: &Ages,
    counting: &mut Counting,
    with_orders: bool,
    step: &mut dyn FnMut(u64),
) -> Option<Expected> {
    let mut bench = Bench::new(frame, ages, counting)?;
    let start = Trial { blend: counting.visits, settings: counting.settings };
    let knobs = if with_orders { &KNOBS[..KNOBS.len() - 1] } else { &KNOBS[..] };
    let mut tried = 0;
    let mut score = |trial: &Trial| {
        tried += 1;
        step(u64::from(tried));
        bench.measure(trial).iter().sum()
    };
    let (mut chosen, reached) = climb(start, knobs, 2, &mut score);
    // Where nothing is to be learned from visits, popularity alone is not to be beaten.
    let popular = Trial { settings: Settings { popular_share: 1000.0, ..chosen.settings }, ..chosen };
    if score(&popular) > reached {
        chosen = popular;
    }
    let popular = bench.measure(&popular);
    let measures = bench.measure(&chosen);
    (counting.visits, counting.settings) = (chosen.blend, chosen.settings);
    Some(Expected {
        cases: bench.cases.len() as u64,
        tried,
        measures: named(measures),
        baselines: BTreeMap::from([("popularity", named(popular))]),
    })
}

fn named(measures: [f64; 4]) -> BTreeMap<&'static str, f64> {
    ["hr@20", "mrr@20", "hr@20 exclude", "mrr@20 exclude"].into_iter().zip(measures).collect()
}

/// By product: what the visits that count did with it.
fn seen(frame: &Frame, weights: &[f64]) -> Vec<u64> {
    let mut sums = vec![0; frame.products];
    for ((_, steps), &weight) in frame.visits.iter().zip(weights) {
        steps.iter().for_each(|step| sums[step.product as usize] += fixed(weight * strength(step.action)));
    }
    sums
}

/// The cases, and what is counted from the visits before them.
struct Bench<'a> {
    frame: &'a Frame,
    ages: &'a Ages,
    /// Visit, and how many of its steps are known.
    cases: Vec<(u32, u32)>,
    /// Products whose rows the cases ask for.
    needed: Vec<u32>,
    evidence: VisitPairs<'a>,
    /// By product; empty where not needed.
    pairs: Vec<Vec<Pair>>,
    /// The blend of the rows at hand.
    blend: VisitBlend,
    rows: Vec<Vec<Scored>>,
    popular: Vec<Scored>,
    most: usize,
}

impl<'a> Bench<'a> {
    fn new(frame: &'a Frame, ages: &'a Ages, counting: &Counting) -> Option<Bench<'a>> {
        let held = frame.visits.iter().filter(|(visit, _)| ages.is_held_visit(*visit));
        let all = held.flat_map(|(visit, steps)| (1..steps.len() as u32).map(move |known| (visit, known)));
        let count = all.clone().count();
        if count < MIN_CASES {
            return None;
        }
        let cases: Vec<(u32, u32)> = all.step_by(count.div_ceil(MAX_CASES)).collect();
        let known = |&(visit, known): &(u32, u32)| &frame.visits.get(visit)[..known as usize];
        let mut needed: Vec<u32> = cases.iter().flat_map(known).map(|step| step.product).collect();
        needed.sort_unstable();
        needed.dedup();
        let blend = counting.visits;
        let evidence = VisitPairs::new(frame, ages.visits(frame, blend.fade));
        let sold = seen(frame, &ages.visits(frame, counting.trend.fade));
        let most_sold = sold.iter().copied().max().unwrap_or(0).max(1) as f64;
        let sold = (0..).zip(&sold).map(|(product, &sum)| (product, sum as f64 / most_sold));
        let popular = best(sold.filter(|(_, share)| *share > 0.0).collect(), POPULAR);
        let (pairs, rows) = (Vec::new(), Vec::new());
        let mut bench =
            Bench { frame, ages, cases, needed, evidence, pairs, blend, rows, popular, most: counting.next };
        bench.count();
        bench.fill();
        Some(bench)
    }

    /// Counts pairs anew.
    fn count(&mut self) {
        let products = self.frame.products;
        let of = |sums: &mut Sums<3>, product: &u32| self.evidence.pairs(*product, sums);
        let counted: Vec<Vec<Pair>> = self.needed.par_iter().map_init(|| Sums::new(products), of).collect();
        self.pairs = vec![Vec::new(); products];
        for (&product, pairs) in self.needed.iter().zip(counted) {
            self.pairs[product as usize] = pairs;
        }
    }

    /// Makes the rows anew.
    fn fill(&mut self) {
        let damp = self.evidence.damp(&self.blend);
        let row = |(product, pairs): (u32, &Vec<Pair>)| {
            let mut row = self.evidence.row(product, pairs, &self.blend, &damp, self.most);
            row.sort_unstable_by_key(|neighbour| neighbour.0);
            row
        };
        let pairs: Vec<_> = (0..).zip(&self.pairs).collect();
        self.rows = pairs.into_par_iter().map(row).collect();
    }

    /// Hit rate and MRR, with all products allowed and without the one just viewed.
    fn measure(&mut self, trial: &Trial) -> [f64; 4] {
        if trial.blend.fade != self.blend.fade {
            self.evidence = VisitPairs::new(self.frame, self.ages.visits(self.frame, trial.blend.fade));
            self.count();
        }
        if trial.blend != self.blend {
            self.blend = trial.blend;
            self.fill();
        }
        let chunks = self.cases.par_chunks(CHUNK).map(|cases| {
            let mut desk = Desk::new(self.frame.products);
            let mut sums = [0.0; 4];
            for &(visit, known) in cases {
                let steps = self.frame.visits.get(visit);
                let ranks = desk.rank(&steps[..known as usize], steps[known as usize].product, self, trial);
                for (rule, rank) in ranks.into_iter().enumerate() {
                    let worth = Worth::of(rank.into_iter(), 1);
                    sums[2 * rule] += worth.hit;
                    sums[2 * rule + 1] += worth.reciprocal;
                }
            }
            sums
        });
        let chunks: Vec<[f64; 4]> = chunks.collect();
        std::array::from_fn(|at| chunks.iter().map(|sums| sums[at]).sum::<f64>() / self.cases.len() as f64)
    }
}

/// Room to rank one case after the other.
struct Desk {
    scores: Vec<f64>,
    touched: Vec<u32>,
}

impl Desk {
    fn new(products: usize) -> Desk {
        Desk { scores: vec![0.0; products], touched: Vec::new() }
    }

    fn add(&mut self, product: u32, score: f64) {
        let sum = &mut self.scores[product as usize];
        if *sum == 0.0 {
            self.touched.push(product);
        }
        *sum += score;
    }

    /// The rank of the target from 0, with all products allowed and without the one just viewed; as the page
    /// ranks (`tanish::recommend`, kind `for-you`).
    fn rank(&mut self, known: &[Step], target: u32, bench: &Bench<'_>, trial: &Trial) -> [Option<usize>; 2] {
        let settings = &trial.settings;
        for (place, (product, action, looks)) in told(known).into_iter().enumerate() {
            if place >= usize::from(settings.window) {
                break;
            }
            let newest = if place == 0 { f64::from(settings.newest) } else { 1.0 };
            let loud = if action == Action::View { 1.0 } else { f64::from(settings.cart_weight) };
            let voice = newest * loud * (-(place as f64) / f64::from(settings.position_decay)).exp();
            for &(other, weight) in &bench.rows[product as usize] {
                self.add(other, voice * weight);
            }
            if looks > 1 && settings.revisit > 0.0 {
                self.add(product, f64::from(settings.revisit) * f64::from((looks - 1).min(5)));
            }
        }
        let most = self.touched.iter().map(|&product| self.scores[product as usize]).fold(0.0, f64::max);
        let share = f64::from(settings.popular_share) * if most > 0.0 { most } else { 1.0 };
        for &(product, popular) in &bench.popular {
            self.add(product, share * popular);
        }
        let last = known.last().map(|step| step.product);
        let reached = self.scores[target as usize];
        let better = |product: &&u32| {
            let score = self.scores[**product as usize];
            score > reached || (score == reached && **product < target)
        };
        let ahead = self.touched.iter().filter(better).count();
        let last_ahead = last.is_some_and(|last| {
            let score = self.scores[last as usize];
            score > 0.0 && (score > reached || (score == reached && last < target))
        });
        let ranked = reached > 0.0;
        let ranks = [
            ranked.then_some(ahead),
            (ranked && last != Some(target)).then(|| ahead - usize::from(last_ahead)),
        ];
        for product in self.touched.drain(..) {
            self.scores[product as usize] = 0.0;
        }
        ranks
    }
}

/// Each product of a visit once, the newest first, with the strongest action and the number of looks.
fn told(known: &[Step]) -> Vec<(u32, Action, u32)> {
    let mut told: Vec<(u32, Action, u32)> = Vec::new();
    for step in known.iter().rev() {
        match told.iter_mut().find(|told| told.0 == step.product) {
            Some(told) => {
                told.1 = told.1.max(step.action);
                told.2 += 1;
            }
            None => told.push((step.product, step.action, 1)),
        }
    }
    told
}
