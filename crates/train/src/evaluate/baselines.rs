//! Simple rules that any model has to beat, on the same cases.

use super::cases::Case;
use super::deeds::{Deed, Deeds};
use crate::count::Scored;
use crate::count::fixed::{Lists, Sums, best};
use crate::measure::AT;
use rayon::prelude::*;
use std::ops::Range;

/// A simple rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Baseline {
    /// What stands in most training sessions.
    Popularity,
    /// The same of the last tenth of them.
    RecentPopularity,
    /// Cosine of two products over sessions, summed over the last 20 products known.
    ItemKnn,
    /// What stands most often in what is known; of equals the more popular of late.
    PersonalFrequency,
}

impl Baseline {
    /// All, as reported.
    pub const ALL: [Baseline; 4] =
        [Baseline::Popularity, Baseline::RecentPopularity, Baseline::ItemKnn, Baseline::PersonalFrequency];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Baseline::Popularity => "popularity",
            Baseline::RecentPopularity => "recent-popularity",
            Baseline::ItemKnn => "item-knn",
            Baseline::PersonalFrequency => "personal-frequency",
        }
    }
}

/// Neighbours of a product in item-kNN.
const NEIGHBOURS: usize = 100;
/// Products known that speak in item-kNN.
const SPEAKERS: usize = 20;
/// Longest session that is paired; of longer ones the last products.
const MAX_PAIRED: usize = 50;

/// What the rules know.
pub(super) struct Baselines {
    /// By product: training sessions with it.
    pub spread: Vec<u32>,
    /// How many training sessions there are.
    pub sessions: u32,
    /// How many products the training file has.
    pub trained: usize,
    /// By product: rank in the last tenth, as a share below 1.
    recent: Vec<f64>,
    popular: [Vec<Scored>; 2],
    neighbours: Vec<Vec<Scored>>,
}

/// Room to rank one case after the other.
pub(super) struct Desk {
    scores: Vec<f64>,
    touched: Vec<u32>,
}

impl Baselines {
    /// Learns from the training part.
    pub fn new(deeds: &Deeds, trained: Range<usize>) -> Baselines {
        let products = deeds.products.len();
        let sessions: Vec<&[Deed]> = deeds.list[trained].chunk_by(|a, b| a.session == b.session).collect();
        let mut order: Vec<usize> = (0..sessions.len()).collect();
        order.sort_by_key(|&session| sessions[session].last().map(|deed| deed.at));
        let late = &order[sessions.len() - sessions.len().div_ceil(10)..];
        let distinct = |session: &[Deed]| {
            let last = &session[session.len().saturating_sub(10 * MAX_PAIRED)..];
            let mut products: Vec<u32> = last.iter().map(|deed| deed.product).collect();
            products.sort_unstable();
            products.dedup();
            products
        };
        let count = |of: &mut dyn Iterator<Item = usize>| {
            let mut counts = vec![0u32; products];
            for session in of {
                distinct(sessions[session]).into_iter().for_each(|product| counts[product as usize] += 1);
            }
            counts
        };
        let spread = count(&mut (0..sessions.len()));
        let recent = count(&mut late.iter().copied());
        let mut lists = Lists::new();
        for session in &sessions {
            let mut products = distinct(session);
            products.truncate(MAX_PAIRED);
            lists.push(products);
        }
        let most = recent.iter().copied().max().unwrap_or(0).max(1);
        Baselines {
            sessions: sessions.len() as u32,
            trained: spread.iter().filter(|count| **count > 0).count(),
            recent: recent.iter().map(|&count| f64::from(count) / f64::from(most + 1)).collect(),
            popular: [top(&spread), top(&recent)],
            neighbours: neighbours(&lists, products),
            spread,
        }
    }

    /// How many products both files have.
    pub fn products(&self) -> usize {
        self.spread.len()
    }

    pub fn desk(&self) -> Desk {
        Desk { scores: vec![0.0; self.products()], touched: Vec::new() }
    }

    /// A rule's list for a case.
    pub fn rank(&self, baseline: Baseline, case: &Case<'_>, desk: &mut Desk) -> Vec<u32> {
        match baseline {
            Baseline::Popularity => desk.fill(&[], case, &self.popular[0]),
            Baseline::RecentPopularity => desk.fill(&[], case, &self.popular[1]),
            Baseline::ItemKnn => {
                let mut speakers: Vec<u32> = Vec::new();
                for product in case.known.iter().rev().map(|deed| deed.product) {
                    if speakers.len() < SPEAKERS && !speakers.contains(&product) {
                        speakers.push(product);
                    }
                }
                for speaker in speakers {
                    self.neighbours[speaker as usize].iter().for_each(|&(other, near)| desk.add(other, near));
                }
                let list = desk.take(case);
                desk.fill(&list, case, &self.popular[0])
            }
            Baseline::PersonalFrequency => {
                for deed in case.known {
                    let tie = if desk.scores[deed.product as usize] == 0.0 {
                        self.recent[deed.product as usize]
                    } else {
                        0.0
                    };
                    desk.add(deed.product, 1.0 + tie);
                }
                let list = desk.take(case);
                desk.fill(&list, case, &self.popular[1])
            }
        }
    }
}

impl Desk {
    fn add(&mut self, product: u32, score: f64) {
        let sum = &mut self.scores[product as usize];
        if *sum == 0.0 {
            self.touched.push(product);
        }
        *sum += score;
    }

    /// The best products allowed.
    fn take(&mut self, case: &Case<'_>) -> Vec<u32> {
        let allowed = self.touched.iter().filter(|product| case.allows(**product));
        let scored = allowed.map(|&product| (product, self.scores[product as usize])).collect();
        self.touched.drain(..).for_each(|product| self.scores[product as usize] = 0.0);
        best(scored, AT).into_iter().map(|(product, _)| product).collect()
    }

    /// A list filled up with popular products.
    fn fill(&self, list: &[u32], case: &Case<'_>, popular: &[Scored]) -> Vec<u32> {
        let rest = popular.iter().map(|(product, _)| *product);
        let rest = rest.filter(|product| !list.contains(product) && case.allows(*product));
        list.iter().copied().chain(rest).take(AT).collect()
    }
}

/// The most frequent products: so many that a list can always be filled though the visitor knows them.
fn top(counts: &[u32]) -> Vec<Scored> {
    let counted = (0u32..).zip(counts).filter(|(_, count)| **count > 0);
    best(counted.map(|(product, &count)| (product, f64::from(count))).collect(), 20 * AT)
}

fn neighbours(sessions: &Lists<u32>, products: usize) -> Vec<Vec<Scored>> {
    let pairs = sessions.iter().flat_map(|(session, all)| all.iter().map(move |&product| (product, session)));
    let with = Lists::group(products, pairs);
    let row = |sums: &mut Sums, product: u32| {
        for &session in with.get(product) {
            let others = sessions.get(session).iter();
            others.filter(|&&other| other != product).for_each(|&other| sums.add(other, 1));
        }
        let mine = with.get(product).len() as f64;
        let cosine = |(other, both, _): (u32, u64, u32)| {
            (other, both as f64 / (mine * with.get(other).len() as f64).sqrt())
        };
        best(sums.drain().map(cosine).collect(), NEIGHBOURS)
    };
    (0..products as u32).into_par_iter().map_init(|| Sums::new(products), row).collect()
}
