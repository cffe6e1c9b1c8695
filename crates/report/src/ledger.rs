//! What was bought, order by order: files and events brought together.

use crate::facts::{Facts, Line, NONE, Names, Told, Trade};
use crate::fixed::Money;
use std::collections::HashMap;
use std::ops::Range;

/// An order, or goods that came back on a paper of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Purchase {
    pub at: i64,
    /// [`NONE`]: nobody known.
    pub person: u32,
    pub order: u32,
    pub sold: Money,
    pub returned: Money,
    /// Whether anything was sold: returns alone are no order.
    pub is_order: bool,
    pub coupon: u32,
    pub channel: u32,
    pub country: u32,
    /// What the goods cost the shop, where every line says so.
    pub cost: Option<Money>,
    /// Among [`Ledger::lines`].
    pub lines: (u32, u32),
}

impl Purchase {
    /// Sold less what came back.
    pub fn net(&self) -> Money {
        self.sold - self.returned
    }
}

/// All purchases.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Sorted by person, time and the order's name.
    pub purchases: Vec<Purchase>,
    /// Sorted by order.
    pub lines: Vec<Line>,
}

impl Ledger {
    /// Brings together what files and events say of each order. Where a file has it, its lines count; the
    /// event's time and buyer stand, for they are the more exact.
    pub fn new(facts: &Facts) -> Ledger {
        let mut lines = facts.lines.clone();
        lines.sort_unstable_by_key(|line| {
            (line.order, !line.of_file, line.at, line.product, line.amount, line.pieces)
        });
        let mut told: HashMap<u32, Told> = HashMap::new();
        for tale in &facts.told {
            let first = told.entry(tale.order).or_insert(*tale);
            // By names where times and amounts are the same: numbers depend on the order of reading.
            let order = |tale: &Told| {
                (tale.at, tale.amount, facts.people.name(tale.person), facts.words.name(tale.coupon))
            };
            if order(tale) < order(first) {
                *first = *tale;
            }
        }
        let refunds = refunds(facts);
        let mut ledger = Ledger::default();
        for lines in lines.chunk_by(|a, b| a.order == b.order) {
            let tale = lines.first().and_then(|line| told.remove(&line.order));
            ledger.add(facts, lines, tale, &refunds);
        }
        let mut rest: Vec<Told> = told.into_values().collect();
        rest.sort_unstable_by_key(|tale| tale.order);
        for tale in rest {
            ledger.add(facts, &[], Some(tale), &refunds);
        }
        let name = |purchase: &Purchase| facts.words.name(purchase.order);
        ledger.purchases.sort_unstable_by(|a, b| {
            (a.person, a.at).cmp(&(b.person, b.at)).then_with(|| name(a).cmp(name(b)))
        });
        ledger
    }

    fn add(&mut self, facts: &Facts, lines: &[Line], tale: Option<Told>, refunds: &HashMap<u32, Refunded>) {
        let Some(order) = lines.first().map(|line| line.order).or(tale.map(|tale| tale.order)) else {
            return;
        };
        let of_file = lines.first().is_some_and(|line| line.of_file);
        // Orders of session rows, which begin so, are told line by line; others, told twice, count once.
        let in_parts = facts.words.name(order).starts_with('\u{2}');
        let counts = |line: &&Line| {
            line.of_file == of_file && (of_file || in_parts || tale.is_none_or(|tale| tale.at == line.at))
        };
        let start = self.lines.len() as u32;
        self.lines.extend(lines.iter().filter(counts));
        let kept = &mut self.lines[start as usize..];
        let named = |of: fn(&Line) -> u32, names: &Names| {
            let known = kept.iter().map(of).filter(|number| *number != NONE);
            known.min_by(|a, b| names.name(*a).cmp(names.name(*b)))
        };
        let word = |of: fn(&Line) -> u32| named(of, &facts.words).unwrap_or(NONE);
        let (coupon, channel, country) =
            (word(|line| line.coupon), word(|line| line.channel), word(|line| line.country));
        let of_lines = named(|line| line.person, &facts.people);
        let of_event = tale.map(|tale| tale.person).filter(|person| *person != NONE);
        let person = if of_file { of_lines.or(of_event) } else { of_event.or(of_lines) };
        let person = person.map_or(NONE, |person| facts.owner(person));
        kept.iter_mut().for_each(|line| line.person = person);
        let of = |trade| kept.iter().filter(move |line| line.trade == trade);
        let stated = tale.and_then(|tale| tale.amount).filter(|_| !of_file && !in_parts);
        let sold = stated.unwrap_or_else(|| of(Trade::Sold).map(|line| line.amount).sum());
        let mut returned: Money = of(Trade::Returned).map(|line| line.amount).sum();
        if let (Money(0), Some(refund)) = (returned, refunds.get(&order)) {
            returned = if refund.whole { sold } else { refund.amount.min(sold) };
        }
        let first = kept.first();
        let cost = kept.iter().map(|line| line.cost).collect::<Option<Vec<_>>>();
        self.purchases.push(Purchase {
            at: tale.map(|tale| tale.at).or(first.map(|line| line.at)).unwrap_or(0),
            person,
            order,
            sold,
            returned,
            is_order: of(Trade::Sold).next().is_some() || (first.is_none() && tale.is_some()),
            coupon: tale.map(|tale| tale.coupon).filter(|coupon| *coupon != NONE).unwrap_or(coupon),
            channel,
            country,
            cost: cost.filter(|costs| !costs.is_empty()).map(|costs| costs.into_iter().sum()),
            lines: (start, self.lines.len() as u32),
        });
    }

    /// The purchases of a person.
    pub fn of(&self, person: u32) -> &[Purchase] {
        let start = self.purchases.partition_point(|purchase| purchase.person < person);
        let end = start + self.purchases[start..].partition_point(|purchase| purchase.person == person);
        &self.purchases[start..end]
    }

    /// People with their purchases, oldest first.
    pub fn people(&self) -> impl Iterator<Item = (u32, &[Purchase])> {
        let known = self.purchases.partition_point(|purchase| purchase.person < NONE);
        self.purchases[..known].chunk_by(|a, b| a.person == b.person).map(|of| (of[0].person, of))
    }

    /// Purchases that are orders.
    pub fn orders(&self) -> impl Iterator<Item = &Purchase> {
        self.purchases.iter().filter(|purchase| purchase.is_order)
    }

    /// The lines of a purchase.
    pub fn lines_of(&self, purchase: &Purchase) -> &[Line] {
        &self.lines[Range { start: purchase.lines.0 as usize, end: purchase.lines.1 as usize }]
    }
}

#[derive(Default)]
struct Refunded {
    whole: bool,
    amount: Money,
}

/// By order; a refund told twice counts once.
fn refunds(facts: &Facts) -> HashMap<u32, Refunded> {
    let mut all = facts.refunds.clone();
    all.sort_unstable();
    all.dedup();
    let mut by_order: HashMap<u32, Refunded> = HashMap::new();
    for refund in all {
        let entry = by_order.entry(refund.order).or_default();
        match refund.amount {
            None => entry.whole = true,
            Some(amount) => entry.amount += amount,
        }
    }
    by_order
}
