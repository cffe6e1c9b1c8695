//! From candidates to the list that is shown: the shop's rules, in every kind alike.
//!
//! In this order: what must not be shown goes; pins take their positions; of the rest the best take the
//! free positions, boosted, unlike each other as far as the rules ask; kinds to fall back on fill what is
//! left; at last what is buried, or sold out and shown last.

use super::condition::Facts;
use super::diversity::likeness;
use super::library::{Reading, Request, card_of};
use super::placement::{List as Rulebook, Rule, Rules, SoldOut};
use super::rank::{Candidate, rank};
use super::{Because, Item, Kind, Query, band, sizes};
use crate::model::Card;
use crate::time::DAY;
use crate::value::Value;
use crate::visitor::{Action, HistoryEntry};
use std::collections::BinaryHeap;

/// Most candidates of a kind whose cards are looked at.
const MAX_LOOKED: usize = 256;

/// A product on its way into the list.
struct Chosen<'a> {
    number: u32,
    card: &'a Card,
    score: f64,
    because: Because,
}

/// What becomes of a candidate.
enum Verdict {
    Keep,
    Late,
    Drop,
}

/// Answers a query, or names the files it takes to go on.
pub fn select<'a>(
    query: &Query,
    history: &[HistoryEntry],
    mut reading: Reading<'a>,
) -> Result<Vec<Item<'a>>, Vec<Request>> {
    let rules = &*query.rules;
    let mut list = List { slots: Vec::new(), free: query.limit };
    list.slots.resize_with(query.limit, || None);
    let judge = Judge { query, history, facts: Facts { now: query.now, margin_cuts: reading.margin_cuts() } };
    let pins = pinned(query, &judge, &mut reading);
    let mut candidates = rank(query, history, &mut reading);
    if !reading.needs.is_empty() {
        return Err(reading.needs);
    }
    for (at, chosen) in pins {
        list.put(at, chosen);
    }
    let mut late = Vec::new();
    let mut kinds = vec![query.kind];
    loop {
        let kind = kinds[kinds.len() - 1];
        let mut looked = 0;
        while list.free > 0 && looked < MAX_LOOKED && !candidates.is_empty() {
            let mut pool = Vec::new();
            looked += gather(&mut candidates, kind, &judge, &list, &mut reading, &mut pool, &mut late);
            if !reading.needs.is_empty() {
                return Err(reading.needs);
            }
            list.pin_best(&mut pool, &judge);
            list.fill(pool, rules);
        }
        let next = rules.fallback.iter().find(|kind| !kinds.contains(kind));
        let Some(next) = next.filter(|_| list.free > 0) else { break };
        kinds.push(*next);
        candidates = rank(&Query { kind: *next, ..query.clone() }, history, &mut reading);
        if !reading.needs.is_empty() {
            return Err(reading.needs);
        }
    }
    late.retain(|chosen: &Chosen| !list.has(chosen.number));
    list.fill(late, rules);
    Ok(list.items(query, reading.library()))
}

/// The pinned products that may be shown, with their positions.
fn pinned<'a>(query: &Query, judge: &Judge, reading: &mut Reading<'a>) -> Vec<(usize, Chosen<'a>)> {
    let mut pins = Vec::new();
    for pin in query.rules.list(Rulebook::Pin) {
        let Some(id) = pin.when.product() else { continue };
        let Some(place) = reading.place(id) else { continue };
        let number = place.number;
        // A place may be found for an id that is no product's: the card tells.
        let card = reading.card(number).filter(|card| card.id == id && judge.may_pin(card));
        let Some(card) = card else { continue };
        let because = reason(pin, Because::Pinned);
        pins.push((pin.number as usize, Chosen { number, card, score: 0.0, because }));
    }
    pins
}

/// Takes candidates, best first, until enough may be shown; says how many were looked at. Cards that are
/// to be fetched are asked for together.
fn gather<'a>(
    candidates: &mut BinaryHeap<Candidate>,
    kind: Kind,
    judge: &Judge,
    list: &List,
    reading: &mut Reading<'a>,
    pool: &mut Vec<Chosen<'a>>,
    late: &mut Vec<Chosen<'a>>,
) -> usize {
    let enough = if judge.query.rules.reorders() { 3 * list.free + 12 } else { list.free };
    let (mut looked, mut wanted) = (0, 0);
    // Where rules drop much, much is asked for: rounds grow with the logarithm of what is dropped.
    while pool.len() < enough && (wanted == 0 || wanted < (enough - pool.len()).max(looked - wanted)) {
        let Some(candidate) = candidates.pop().filter(|_| looked < MAX_LOOKED) else { break };
        if list.has(candidate.number) || late.iter().any(|known| known.number == candidate.number) {
            continue;
        }
        looked += 1;
        let Some(card) = reading.card(candidate.number) else {
            wanted += usize::from(reading.missing(candidate.number));
            continue;
        };
        let verdict = judge.verdict(kind, card, candidate.spent);
        let Candidate { number, score, because, .. } = candidate;
        let mut chosen = Chosen { number, card, score, because };
        judge.boost(&mut chosen);
        match verdict {
            Verdict::Keep => pool.push(chosen),
            Verdict::Late => late.push(chosen),
            Verdict::Drop => {}
        }
    }
    looked.max(1)
}

/// The shop's own reason, if the rule has one.
fn reason(rule: &Rule, otherwise: Because) -> Because {
    if rule.because == Value::Null { otherwise } else { Because::Rule(rule.because.clone()) }
}

/// Says what the rules make of a product.
struct Judge<'a> {
    query: &'a Query,
    history: &'a [HistoryEntry],
    facts: Facts<'a>,
}

impl Judge<'_> {
    /// Neither shop, page nor stock forbids it.
    fn allowed(&self, kind: Kind, card: &Card) -> bool {
        let query = self.query;
        !query.exclude.contains(&card.id)
            && query.product.as_deref() != Some(&card.id)
            && (kind != Kind::Complement || !query.cart.contains(&card.id))
            && self.speaking(Rulebook::Exclude, card).is_none()
    }

    /// The first rule of a list that speaks of a product.
    fn speaking(&self, list: Rulebook, card: &Card) -> Option<&Rule> {
        self.query.rules.list(list).iter().find(|rule| rule.when.holds(card, self.facts))
    }

    fn may_pin(&self, card: &Card) -> bool {
        self.allowed(self.query.kind, card)
            && (card.available() || self.query.rules.sold_out == SoldOut::Show)
    }

    /// `spent`: bought once, and nobody buys it twice.
    fn verdict(&self, kind: Kind, card: &Card, spent: bool) -> Verdict {
        let rules = &*self.query.rules;
        let gone = !card.available() && rules.sold_out == SoldOut::Hide;
        let fits = !rules.size || sizes::fits(card, &self.query.sizes, self.history, self.query.now);
        let hidden =
            gone || !fits || !band::within(&rules.price, card, self.history) || self.owned(kind, card, spent);
        if hidden || !self.allowed(kind, card) {
            Verdict::Drop
        } else if (!card.available() && rules.sold_out == SoldOut::Last)
            || self.speaking(Rulebook::Bury, card).is_some()
        {
            Verdict::Late
        } else {
            Verdict::Keep
        }
    }

    /// Whether it is hidden because the visitor has it, or has it in the cart.
    fn owned(&self, kind: Kind, card: &Card, spent: bool) -> bool {
        let hide = |list: Rulebook| self.speaking(list, card).map(|rule| rule.number);
        if self.query.cart.contains(&card.id) && hide(Rulebook::Cart).is_some_and(|hide| hide > 0.0) {
            return true;
        }
        // What was bought is all that `buy-again` has: it is not hidden for that alone.
        if kind == Kind::BuyAgain || self.query.rules.list(Rulebook::Bought).is_empty() {
            return spent;
        }
        let bought = |entry: &&HistoryEntry| entry.action == Action::Purchase && entry.id == card.id;
        let Some(last) = self.history.iter().rev().find(bought) else { return spent };
        let days = self.query.now.saturating_sub(last.at) as f64 / DAY as f64;
        hide(Rulebook::Bought).map_or(spent, |hide| days < hide)
    }

    fn boost(&self, chosen: &mut Chosen) {
        for rule in self.query.rules.list(Rulebook::Boost) {
            if rule.when.holds(chosen.card, self.facts) {
                chosen.score *= rule.number;
                let because = core::mem::replace(&mut chosen.because, Because::Pinned);
                chosen.because = reason(rule, because);
            }
        }
    }
}

/// The list as it is being filled.
struct List<'a> {
    slots: Vec<Option<Chosen<'a>>>,
    free: usize,
}

impl<'a> List<'a> {
    fn has(&self, number: u32) -> bool {
        self.chosen().any(|chosen| chosen.number == number)
    }

    fn chosen(&self) -> impl Iterator<Item = &Chosen<'a>> {
        self.slots.iter().flatten()
    }

    /// Puts a product at a position, or at the next one that is free. Nothing is shown twice.
    fn put(&mut self, at: usize, chosen: Chosen<'a>) {
        if self.has(chosen.number) {
            return;
        }
        if let Some(slot) = self.slots.iter_mut().skip(at).find(|slot| slot.is_none()) {
            *slot = Some(chosen);
            self.free -= 1;
        }
    }

    /// Gives the positions pinned for the best of their kind to the best in the pool.
    fn pin_best(&mut self, pool: &mut Vec<Chosen<'a>>, judge: &Judge) {
        for pin in judge.query.rules.list(Rulebook::Pin).iter().filter(|pin| pin.when.product().is_none()) {
            let at = pin.number as usize;
            let meets = |chosen: &Chosen| pin.when.holds(chosen.card, judge.facts).then_some(chosen.score);
            if let (Some(None), Some(best)) = (self.slots.get(at), best(pool, meets)) {
                let mut chosen = pool.remove(best);
                chosen.because = reason(pin, chosen.because);
                self.put(at, chosen);
            }
        }
    }

    /// Fills the free positions with the best of the pool: of equal worth the one less like those chosen
    /// (maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998), none beyond its cap.
    fn fill(&mut self, mut pool: Vec<Chosen<'a>>, rules: &Rules) {
        let most = pool.iter().map(|chosen| chosen.score).fold(f64::MIN_POSITIVE, f64::max);
        // By product: how like it is to the one chosen that it is most like.
        let like = |chosen: &Chosen, list: &List| {
            let cards = list.chosen().map(|other| likeness(chosen.card, other.card));
            if rules.strength > 0.0 { cards.fold(0.0, f64::max) } else { 0.0 }
        };
        let mut alike: Vec<f64> = pool.iter().map(|chosen| like(chosen, self)).collect();
        while self.free > 0 {
            let mut at = 0..pool.len();
            let worth = |chosen: &Chosen| {
                let like = at.next().map_or(0.0, |at| alike[at]);
                Some((1.0 - rules.strength) * chosen.score / most - rules.strength * like)
            };
            let Some(best) = best(&pool, worth) else { break };
            let chosen = pool.remove(best);
            alike.remove(best);
            let allowed =
                |cap: &super::placement::Cap| cap.allows(chosen.card, self.chosen().map(|other| other.card));
            if !rules.caps.iter().all(allowed) {
                continue;
            }
            if rules.strength > 0.0 {
                for (like, other) in alike.iter_mut().zip(&pool) {
                    *like = like.max(likeness(chosen.card, other.card));
                }
            }
            self.put(0, chosen);
        }
    }

    fn items(self, query: &Query, library: &'a super::Library) -> Vec<Item<'a>> {
        let item = |chosen: Chosen<'a>| {
            // The product whose page it is goes without saying.
            let other = chosen.because.product().filter(|id| query.product.as_deref() != Some(*id));
            let named = other.and_then(|id| card_of(id, library));
            Item { card: chosen.card, score: chosen.score, because: chosen.because, named }
        };
        self.slots.into_iter().flatten().map(item).collect()
    }
}

/// Where the pool's best stands by a measure; of equals the smallest number.
fn best(pool: &[Chosen], mut worth: impl FnMut(&Chosen) -> Option<f64>) -> Option<usize> {
    let mut best: Option<(usize, f64, u32)> = None;
    for (at, chosen) in pool.iter().enumerate() {
        let Some(worth) = worth(chosen) else { continue };
        if best.is_none_or(|(_, most, number)| worth > most || (worth == most && chosen.number < number)) {
            best = Some((at, worth, chosen.number));
        }
    }
    best.map(|(at, ..)| at)
}
