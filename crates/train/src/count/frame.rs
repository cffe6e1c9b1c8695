//! History as counting needs it: baskets, who bought one after the other, visits.

use super::fixed::Lists;
use crate::history::{History, Line, NONE, Touch};
use crate::input::catalog::Catalog;
use crate::input::events::{Action, SILENCE};
use crate::input::orders::Trade;
use std::borrow::Cow;
use std::collections::HashMap;

/// Most products of an order or of a visit that are paired with each other.
const MAX_TOGETHER: usize = 50;

/// A step of a visit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub product: u32,
    pub action: Action,
    /// Where in the visit; what was bought at one instant stands at one place.
    pub place: u32,
}

impl Default for Step {
    fn default() -> Step {
        Step { product: 0, action: Action::View, place: 0 }
    }
}

/// History by catalogue number. Products that are not in the catalogue are left out.
pub(crate) struct Frame {
    /// How many products the catalogue has.
    pub products: usize,
    /// Newest instant of all.
    pub newest: i64,
    /// Distinct products of each order, without returns, by rising number.
    pub baskets: Lists<u32>,
    /// When each basket was bought.
    pub bought: Vec<i64>,
    /// Baskets of known people, by person, then time.
    pub chain: Vec<u32>,
    /// Where each basket stands in the chain; [`NONE`] for nobody's.
    pub link: Vec<u32>,
    /// Whose each basket is.
    pub buyer: Vec<u32>,
    /// Visits in which something was looked at, each with its last [`MAX_TOGETHER`] steps.
    pub visits: Lists<Step>,
    /// How many visits there are, those included in which things were only bought.
    pub seen_visits: u64,
    /// When each of [`Frame::visits`] ended.
    pub visited: Vec<i64>,
    /// Lines in history's order, their products by catalogue number.
    pub lines: Vec<Line>,
    /// Touches in history's order, their products by catalogue number.
    pub touches: Vec<Touch>,
    /// What lines say of their customers' groups.
    pub scopes: Vec<String>,
    /// Lines and touches of products that are not in the catalogue.
    pub strangers: u64,
}

impl Frame {
    /// Takes the history over: its lines are renumbered in place, for they are most of the memory.
    pub fn new(mut history: History, catalog: &Catalog) -> Frame {
        let newest = history.newest().unwrap_or_default();
        let read = history.lines.len() + history.touches.len();
        let known = known(&history, catalog);
        let (mut lines, mut touches) =
            (std::mem::take(&mut history.lines), std::mem::take(&mut history.touches));
        let scopes = history.scopes.all().map(str::to_owned).collect();
        drop(history);
        let renumber = |product: &mut u32| {
            *product = known[*product as usize];
            *product != NONE
        };
        lines.retain_mut(|line| renumber(&mut line.product));
        touches.retain_mut(|touch| renumber(&mut touch.product));
        let mut frame = Frame {
            products: catalog.products.len(),
            newest,
            baskets: Lists::new(),
            bought: Vec::new(),
            chain: Vec::new(),
            link: Vec::new(),
            buyer: Vec::new(),
            visits: Lists::new(),
            seen_visits: 0,
            visited: Vec::new(),
            strangers: (read - lines.len() - touches.len()) as u64,
            lines,
            touches,
            scopes,
        };
        frame.fill_baskets();
        frame.fill_visits();
        frame
    }

    fn fill_baskets(&mut self) {
        for order in self.lines.chunk_by(|a, b| a.order == b.order) {
            let sold = order.iter().filter(|line| line.trade == Trade::Sold);
            let mut products: Vec<u32> = sold.clone().map(|line| line.product).collect();
            products.sort_unstable();
            products.dedup();
            if products.is_empty() {
                continue;
            }
            let at = sold.clone().map(|line| line.at).max().unwrap_or_default();
            let buyer = sold.map(|line| line.person).min().unwrap_or(NONE);
            self.baskets.push(products);
            self.bought.push(at);
            self.buyer.push(buyer);
        }
        let mut chain: Vec<u32> =
            (0..self.baskets.len()).filter(|&b| self.buyer[b as usize] != NONE).collect();
        chain.sort_unstable_by_key(|&b| (self.buyer[b as usize], self.bought[b as usize], b));
        self.link = vec![NONE; self.bought.len()];
        for (place, &basket) in (0..).zip(&chain) {
            self.link[basket as usize] = place;
        }
        self.chain = chain;
    }

    fn fill_visits(&mut self) {
        let same = |a: &Touch, b: &Touch| {
            a.person == b.person && a.session == b.session && (a.session != NONE || b.at - a.at <= SILENCE)
        };
        for visit in self.touches.chunk_by(same) {
            self.seen_visits += 1;
            // What was only bought stands among the baskets.
            if visit.iter().all(|touch| touch.action == Action::Purchase) {
                continue;
            }
            let mut steps: Vec<Step> = Vec::with_capacity(visit.len());
            let mut before: Option<&Touch> = None;
            let mut place = 0;
            for touch in visit {
                let at_once = before.is_some_and(|before| {
                    before.at == touch.at
                        && before.action == Action::Purchase
                        && touch.action == Action::Purchase
                });
                before = Some(touch);
                match steps.last_mut() {
                    // Looking, then buying: one step. Looking again is another.
                    Some(last) if last.product == touch.product && last.action < touch.action => {
                        last.action = touch.action;
                    }
                    last => {
                        place += u32::from(last.is_some() && !at_once);
                        steps.push(Step { product: touch.product, action: touch.action, place });
                    }
                }
            }
            let from = steps.len().saturating_sub(MAX_TOGETHER);
            self.visits.push(steps.drain(from..));
            self.visited.push(visit.last().map_or(0, |touch| touch.at));
        }
    }

    /// The baskets the same person bought after `basket`, nearest first.
    pub fn later(&self, basket: u32) -> impl Iterator<Item = u32> + '_ {
        let buyer = self.buyer[basket as usize];
        let link = self.link[basket as usize];
        let rest = if link == NONE { &[] } else { &self.chain[link as usize + 1..] };
        rest.iter().copied().take_while(move |&later| self.buyer[later as usize] == buyer)
    }

    /// At most [`MAX_TOGETHER`] products of a basket, to be paired with each other: of more, a fixed sample
    /// that favours no part of the alphabet.
    pub fn paired(&self, basket: u32) -> Cow<'_, [u32]> {
        let products = self.baskets.get(basket);
        if products.len() <= MAX_TOGETHER {
            return Cow::Borrowed(products);
        }
        let mixed = |product: u32| {
            (u64::from(product) << 32 | u64::from(basket)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
        };
        let mut products = products.to_vec();
        products.sort_unstable_by_key(|&product| (mixed(product), product));
        products.truncate(MAX_TOGETHER);
        products.sort_unstable();
        Cow::Owned(products)
    }
}

/// By history's product number: the catalogue's, which is the rank of the id.
fn known(history: &History, catalog: &Catalog) -> Vec<u32> {
    let ranks: HashMap<&str, u32> = catalog.products.keys().map(String::as_str).zip(0..).collect();
    let names = catalog.names();
    let number = |product| {
        let id = names.get(history.products.name(product))?;
        ranks.get(id).copied()
    };
    (0..history.products.len() as u32).map(|product| number(product).unwrap_or(NONE)).collect()
}
