//! Candidates in order, with their reasons, before cards are looked at.

use super::complement::complement;
use super::groups::popular_in;
use super::library::Reading;
use super::newest::newest;
use super::{Because, Kind, Query, for_you};
use crate::model::{Entry, Relation};
use crate::time::{DAY, Millis};
use crate::visitor::{Action, HistoryEntry};
use core::cmp::Ordering;
use std::collections::BinaryHeap;

/// A product by its number, with its score and reason.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub number: u32,
    pub score: f64,
    pub because: Because,
    /// Bought once, and nobody buys it twice.
    pub spent: bool,
}

impl Candidate {
    pub fn new(number: u32, score: f64, because: Because) -> Candidate {
        Candidate { number, score, because, spent: false }
    }
}

/// Better is greater; equal scores are ordered by number, so an answer is the same everywhere.
impl Ord for Candidate {
    fn cmp(&self, other: &Candidate) -> Ordering {
        self.score.total_cmp(&other.score).then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Candidate) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Candidate) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// How due a product is of which no rhythm is known.
const UNKNOWN_DUE: f64 = 0.1;
/// Most purchased products whose rows `buy-again` reads.
const MAX_REBUYS: usize = 20;

/// All candidates of a query, the best on top: only those shown are ever sorted. Where files are missing, `reading.needs` says so and the
/// answer is not yet to be used.
pub fn rank(query: &Query, history: &[HistoryEntry], reading: &mut Reading) -> BinaryHeap<Candidate> {
    let Some(entry) = reading.entry() else { return BinaryHeap::new() };
    let mut candidates = match query.kind {
        Kind::ForYou => for_you::candidates(entry, history, reading),
        Kind::Similar => related(query, Relation::Similar, reading),
        Kind::BoughtTogether => related(query, Relation::Together, reading),
        Kind::BuyAgain => buy_again(query.now, history, reading),
        Kind::Popular if crate::FULL && query.within => {
            popular_in(&query.near, popular(entry, reading), reading)
        }
        Kind::Popular => popular(entry, reading),
        Kind::RecentlyViewed => recently_viewed(query, history, reading),
        // The small module refuses these kinds when the question is read.
        Kind::Complement | Kind::New | Kind::PopularNearby if !crate::FULL => Vec::new(),
        Kind::Complement => complement(query, reading),
        Kind::New => newest(query, history, reading),
        Kind::PopularNearby => popular_in(&query.near, popular(entry, reading), reading),
    };
    if !reading.needs.is_empty() {
        return BinaryHeap::new();
    }
    if query.kind == Kind::Similar && candidates.is_empty() {
        candidates = popular(entry, reading);
    }
    BinaryHeap::from(candidates)
}

fn popular(entry: &Entry, reading: &mut Reading) -> Vec<Candidate> {
    reading.top();
    let candidate = |popular: &crate::model::Popular| {
        Candidate::new(popular.number, f64::from(popular.weight) / 255.0, Because::Popular)
    };
    entry.popular.iter().map(candidate).collect()
}

fn related(query: &Query, relation: Relation, reading: &mut Reading) -> Vec<Candidate> {
    let Some(product) = &query.product else { return Vec::new() };
    let Some(row) = reading.place(product).and_then(|place| reading.row(place)) else { return Vec::new() };
    let because = if relation == Relation::Similar { Because::Like } else { Because::With };
    row.list(relation)
        .iter()
        .map(|neighbour| {
            Candidate::new(neighbour.number, f64::from(neighbour.weight), because(product.clone()))
        })
        .collect()
}

fn recently_viewed(query: &Query, history: &[HistoryEntry], reading: &mut Reading) -> Vec<Candidate> {
    let viewed = distinct(history, |entry| entry.action == Action::View);
    let asked = viewed.into_iter().filter(|id| query.product.as_deref() != Some(*id)).take(2 * query.limit);
    asked
        .enumerate()
        .filter_map(|(step, id)| {
            let number = reading.place(id)?.number;
            Some(Candidate::new(number, 1.0 / (step + 1) as f64, Because::Seen))
        })
        .collect()
}

/// Products of the entries that pass, newest first, each once.
fn distinct(history: &[HistoryEntry], pass: impl Fn(&HistoryEntry) -> bool) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    for entry in history.iter().rev().filter(|entry| !entry.id.is_empty() && pass(entry)) {
        if !ids.contains(&entry.id.as_str()) {
            ids.push(&entry.id);
        }
    }
    ids
}

/// When a product was bought, in the order of the history.
fn times_bought(history: &[HistoryEntry], id: &str) -> Vec<Millis> {
    let bought = |entry: &&HistoryEntry| entry.action == Action::Purchase && entry.id == id;
    history.iter().filter(bought).map(|entry| entry.at).collect()
}

/// What was bought before, the most due first: how often it was bought, times how far the time since
/// then has run against the usual time between purchases (the visitor's own where known, else that
/// of all buyers). What nobody buys twice comes last.
fn buy_again(now: Millis, history: &[HistoryEntry], reading: &mut Reading) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for id in distinct(history, |entry| entry.action == Action::Purchase).into_iter().take(MAX_REBUYS) {
        let Some(place) = reading.place(id) else { continue };
        let Some(row) = reading.row(place) else { continue };
        let times = times_bought(history, id);
        let (Some(first), Some(last)) = (times.first(), times.last()) else { continue };
        let own = (times.len() > 1).then(|| last.saturating_sub(*first) as f64 / (times.len() - 1) as f64);
        let all = (row.repeat_days > 0).then(|| f64::from(row.repeat_days) * DAY as f64);
        let (due, because) = match own.filter(|gap| *gap > 0.0).or(all) {
            Some(usual) => due(now.saturating_sub(*last) as f64 / usual, times.len()),
            None => (UNKNOWN_DUE, Because::BoughtBefore),
        };
        candidates.push(Candidate::new(place.number, times.len() as f64 * due, because));
    }
    candidates
}

/// How due a product is, 0 to 1, when `run` usual gaps have passed: rising until then, falling after,
/// for past five gaps the habit is probably over.
fn due(run: f64, times: usize) -> (f64, Because) {
    let due = if run <= 1.0 { run } else { (1.0 - (run - 1.0) / 4.0).max(UNKNOWN_DUE) };
    let because = match (run >= 0.7, times) {
        (true, _) => Because::Due,
        (false, 1) => Because::BoughtBefore,
        (false, _) => Because::BuysOften,
    };
    (due, because)
}
