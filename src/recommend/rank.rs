//! Candidates in order, with their reasons, before cards are looked at.

use super::library::Reading;
use super::{Because, Kind, Query};
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

/// How loud an action speaks: a purchase says more than a view.
fn action_weight(action: Action) -> f64 {
    match action {
        Action::View => 1.0,
        Action::Wish | Action::Cart => 2.0,
        Action::Purchase => 3.0,
    }
}

/// Share of popularity in `for-you`: enough to order what nothing else speaks for.
const POPULAR_SHARE: f64 = 1e-3;
/// How due a product is of which no rhythm is known.
const UNKNOWN_DUE: f64 = 0.1;
/// Most purchased products whose rows `buy-again` reads.
const MAX_REBUYS: usize = 20;

/// All candidates of a query, the best on top: only those shown are ever sorted. Where files are missing, `reading.needs` says so and the
/// answer is not yet to be used.
pub fn rank(query: &Query, history: &[HistoryEntry], reading: &mut Reading) -> BinaryHeap<Candidate> {
    let Some(entry) = reading.entry() else { return BinaryHeap::new() };
    let mut candidates = match query.kind {
        Kind::ForYou => for_you(entry, history, reading),
        Kind::Similar => related(query, Relation::Similar, reading),
        Kind::BoughtTogether => related(query, Relation::Together, reading),
        Kind::BuyAgain => buy_again(query.now, history, reading),
        Kind::Popular => popular(entry, reading),
        Kind::RecentlyViewed => recently_viewed(query, history, reading),
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
    let candidate = |popular: &crate::model::Popular| Candidate {
        number: popular.number,
        score: f64::from(popular.weight) / 255.0,
        because: Because::Popular,
    };
    entry.popular.iter().map(candidate).collect()
}

fn related(query: &Query, relation: Relation, reading: &mut Reading) -> Vec<Candidate> {
    let Some(product) = &query.product else { return Vec::new() };
    let Some(row) = reading.place(product).and_then(|place| reading.row(place)) else { return Vec::new() };
    let because = if relation == Relation::Similar { Because::Like } else { Because::With };
    row.list(relation)
        .iter()
        .map(|neighbour| Candidate {
            number: neighbour.number,
            score: f64::from(neighbour.weight),
            because: because(product.clone()),
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
            Some(Candidate { number, score: 1.0 / (step + 1) as f64, because: Because::Seen })
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

/// Sums by number: a list while few, found by binary search.
#[derive(Default)]
struct Scores(Vec<Sum>);

struct Sum {
    number: u32,
    score: f64,
    /// The loudest single voice and its reason.
    loudest: f64,
    because: Because,
}

impl Scores {
    fn add(&mut self, number: u32, score: f64, because: impl FnOnce() -> Because) {
        match self.0.binary_search_by_key(&number, |sum| sum.number) {
            Ok(at) => {
                let sum = &mut self.0[at];
                sum.score += score;
                if score > sum.loudest {
                    (sum.loudest, sum.because) = (score, because());
                }
            }
            Err(at) => self.0.insert(at, Sum { number, score, loudest: score, because: because() }),
        }
    }

    fn largest(&self) -> f64 {
        self.0.iter().map(|sum| sum.score).fold(0.0, f64::max)
    }
}

/// The model's rows of the last history items, the nearest loudest, blended with how often the
/// visitor bought a product; popularity orders the rest. What was bought once, and what people do not
/// buy again, is not shown again.
fn for_you(entry: &Entry, history: &[HistoryEntry], reading: &mut Reading) -> Vec<Candidate> {
    let settings = entry.settings;
    let mut model = Scores::default();
    let mut rebought: Vec<u32> = Vec::new();
    for (step, id) in distinct(history, |_| true).into_iter().take(settings.window as usize).enumerate() {
        let Some(place) = reading.place(id) else { continue };
        let Some(row) = reading.row(place) else { continue };
        if row.repeat_days > 0 {
            rebought.push(place.number);
        }
        let action = history.iter().filter(|entry| entry.id == id).map(|entry| entry.action).max();
        let action = action.unwrap_or(Action::View);
        let voice = (-(step as f64) / f64::from(settings.position_decay)).exp() * action_weight(action);
        for neighbour in row.list(Relation::Next) {
            model.add(neighbour.number, voice * f64::from(neighbour.weight), || spoken(action, id));
        }
    }
    let (again, once): (Vec<_>, Vec<_>) =
        purchases(history, reading).into_iter().partition(|(number, times)| {
            settings.frequency_weight > 0.0 && (*times > 1.0 || rebought.contains(number))
        });
    let mut blend = Scores::default();
    let largest = model.largest();
    // Hostile weights can be so small that their sums vanish.
    for sum in model.0.into_iter().filter(|_| largest > 0.0) {
        blend.add(sum.number, sum.score / largest, || sum.because);
    }
    let most = again.iter().map(|(_, times)| *times).fold(0.0, f64::max);
    for (number, times) in again {
        let because = if times > 1.0 { Because::BuysOften } else { Because::BoughtBefore };
        blend.add(number, f64::from(settings.frequency_weight) * times / most, || because);
    }
    if blend.0.is_empty() {
        reading.top();
    }
    for popular in &entry.popular {
        blend.add(popular.number, POPULAR_SHARE * f64::from(popular.weight) / 255.0, || Because::Popular);
    }
    blend.0.retain(|sum| once.iter().all(|(number, _)| *number != sum.number));
    let candidate = |sum: Sum| Candidate { number: sum.number, score: sum.score, because: sum.because };
    blend.0.into_iter().map(candidate).collect()
}

fn spoken(action: Action, id: &str) -> Because {
    match action {
        Action::View => Because::Viewed(id.to_owned()),
        Action::Cart => Because::InCart(id.to_owned()),
        Action::Purchase => Because::Bought(id.to_owned()),
        Action::Wish => Because::Wished(id.to_owned()),
    }
}

/// Numbers of the products bought last, with how many times each was bought.
fn purchases(history: &[HistoryEntry], reading: &mut Reading) -> Vec<(u32, f64)> {
    distinct(history, |entry| entry.action == Action::Purchase)
        .into_iter()
        .take(100)
        .filter_map(|id| Some((reading.place(id)?.number, times_bought(history, id).len() as f64)))
        .collect()
}

/// When a product was bought, oldest first.
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
        let own = (times.len() > 1).then(|| (last - first) as f64 / (times.len() - 1) as f64);
        let all = (row.repeat_days > 0).then(|| f64::from(row.repeat_days) * DAY as f64);
        let (due, because) = match own.filter(|gap| *gap > 0.0).or(all) {
            Some(usual) => due(now.saturating_sub(*last) as f64 / usual, times.len()),
            None => (UNKNOWN_DUE, Because::BoughtBefore),
        };
        candidates.push(Candidate { number: place.number, score: times.len() as f64 * due, because });
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
