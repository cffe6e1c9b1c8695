//! What happened, reduced to what a report is made of: rows of numbers, and names for them.
//!
//! Facts of parts of a log add up: [`Facts::merge`] gives what reading the whole would have given, and all
//! that is worked out of them is sums of integers over sorted rows, equal to the last digit.

use crate::fixed::Money;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Stands for "unknown" in place of a number.
pub(crate) const NONE: u32 = u32::MAX;
/// A day, in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;

/// Names and their numbers.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names {
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let (name, number): (Arc<str>, u32) = (name.into(), self.names.len() as u32);
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }

    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", |name| name)
    }

    /// Takes over the names of another; by their numbers, the numbers here.
    fn adopt(&mut self, other: &Names) -> Vec<u32> {
        other.names.iter().map(|name| self.number(name)).collect()
    }
}

/// An exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exposure {
    pub at: i64,
    pub person: u32,
    pub experiment: u32,
    pub variation: u32,
    pub offer: u32,
    pub locale: u32,
}

/// A click: on an offer (`list` is [`NONE`]) or on a product of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Click {
    pub at: i64,
    pub person: u32,
    /// The offer or the product.
    pub what: u32,
    pub list: u32,
    pub position: u16,
}

/// An order as an event told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub at: i64,
    pub order: u32,
    pub person: u32,
    /// What the event says it came to; nothing: the sum of its lines.
    pub amount: Option<Money>,
    pub coupon: u32,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trade {
    Sold,
    Returned,
}

/// A line of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line {
    pub at: i64,
    pub order: u32,
    /// [`NONE`] where rows have no products.
    pub product: u32,
    pub person: u32,
    pub amount: Money,
    /// Thousandths of a piece.
    pub pieces: i64,
    pub country: u32,
    pub channel: u32,
    pub coupon: u32,
    pub cost: Option<Money>,
    pub trade: Trade,
    pub of_file: bool,
}

/// Money given back on an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Refund {
    pub order: u32,
    /// Nothing: all of it.
    pub amount: Option<Money>,
    pub at: i64,
}

/// Where a visit came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visit {
    pub at: i64,
    pub source: u32,
    pub campaign: u32,
}

/// An answer to a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub at: i64,
    pub person: u32,
    pub survey: u32,
    pub kind: u32,
    /// Hundredths of a point.
    pub score: i64,
}

/// How often lists were shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shown {
    pub views: u64,
    pub products: HashMap<u32, u64>,
    pub positions: BTreeMap<u16, u64>,
}

/// A step of an e-mail's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mail {
    Sent,
    Delivered,
    Bounced,
    Opened,
    Clicked,
    Spam,
    Unsubscribed,
}

/// Everything read.
#[derive(Debug, Default, Clone)]
pub struct Facts {
    /// Customers as `c` and their id, browsers as `a` and theirs.
    pub(crate) people: Names,
    pub(crate) words: Names,
    /// Browser to customer.
    pub(crate) links: HashMap<u32, u32>,
    pub(crate) seen: HashSet<u64>,
    pub(crate) exposures: Vec<Exposure>,
    pub(crate) clicks: Vec<Click>,
    pub(crate) told: Vec<Told>,
    pub(crate) lines: Vec<Line>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) visits: HashMap<(u32, u64), Visit>,
    pub(crate) answers: Vec<Answer>,
    /// By list.
    pub(crate) shown: HashMap<u32, Shown>,
    /// Offers shown.
    pub(crate) offers_shown: HashMap<u32, u64>,
    pub(crate) product_views: HashMap<u32, u64>,
    pub(crate) titles: HashMap<u32, u32>,
    /// By permission: granted, withdrawn.
    pub(crate) permissions: HashMap<u32, [u64; 2]>,
    pub(crate) mails: BTreeMap<Mail, u64>,
    pub(crate) wishes: HashMap<u32, u64>,
    /// By case: opened, answered.
    pub(crate) cases: HashMap<u32, [Option<i64>; 2]>,
    pub(crate) events: u64,
    /// First and last time.
    pub(crate) span: Option<(i64, i64)>,
}

impl Facts {
    /// Takes over the facts of another part. The parts must not share events; orders they may share.
    pub fn merge(&mut self, other: Facts) {
        let words = self.words.adopt(&other.words);
        let people = self.people.adopt(&other.people);
        let word = |number: u32| words.get(number as usize).copied().unwrap_or(NONE);
        let person = |number: u32| people.get(number as usize).copied().unwrap_or(NONE);
        for (browser, customer) in other.links {
            self.link(person(browser), person(customer));
        }
        self.seen.extend(other.seen);
        self.exposures.extend(other.exposures.into_iter().map(|exposure| Exposure {
            person: person(exposure.person),
            experiment: word(exposure.experiment),
            variation: word(exposure.variation),
            offer: word(exposure.offer),
            locale: word(exposure.locale),
            ..exposure
        }));
        self.clicks.extend(other.clicks.into_iter().map(|click| Click {
            person: person(click.person),
            what: word(click.what),
            list: word(click.list),
            ..click
        }));
        self.told.extend(other.told.into_iter().map(|told| Told {
            order: word(told.order),
            person: person(told.person),
            coupon: word(told.coupon),
            ..told
        }));
        self.lines.extend(other.lines.into_iter().map(|line| Line {
            order: word(line.order),
            product: word(line.product),
            person: person(line.person),
            country: word(line.country),
            channel: word(line.channel),
            coupon: word(line.coupon),
            ..line
        }));
        self.refunds
            .extend(other.refunds.into_iter().map(|refund| Refund { order: word(refund.order), ..refund }));
        for ((of, session), visit) in other.visits {
            let visit = Visit { source: word(visit.source), campaign: word(visit.campaign), ..visit };
            self.visit((person(of), session), visit);
        }
        self.answers.extend(other.answers.into_iter().map(|answer| Answer {
            person: person(answer.person),
            survey: word(answer.survey),
            kind: word(answer.kind),
            ..answer
        }));
        for (list, shown) in other.shown {
            let here = self.shown.entry(word(list)).or_default();
            here.views += shown.views;
            shown
                .products
                .into_iter()
                .for_each(|(product, count)| *here.products.entry(word(product)).or_default() += count);
            shown
                .positions
                .into_iter()
                .for_each(|(position, count)| *here.positions.entry(position).or_default() += count);
        }
        for (here, there) in [
            (&mut self.offers_shown, other.offers_shown),
            (&mut self.product_views, other.product_views),
            (&mut self.wishes, other.wishes),
        ] {
            there.into_iter().for_each(|(what, count)| *here.entry(word(what)).or_default() += count);
        }
        for (product, title) in other.titles {
            self.title(word(product), word(title));
        }
        for (permission, [granted, withdrawn]) in other.permissions {
            let here = self.permissions.entry(word(permission)).or_default();
            *here = [here[0] + granted, here[1] + withdrawn];
        }
        other.mails.into_iter().for_each(|(mail, count)| *self.mails.entry(mail).or_default() += count);
        for (case, [opened, answered]) in other.cases {
            let case = word(case);
            self.case(case, 0, opened);
            self.case(case, 1, answered);
        }
        self.events += other.events;
        for at in other.span.into_iter().flat_map(|(first, last)| [first, last]) {
            self.note(at);
        }
    }

    /// A time at which something happened.
    pub(crate) fn note(&mut self, at: i64) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    /// The browser is the customer's; one of several customers goes to the one whose name comes first.
    pub(crate) fn link(&mut self, browser: u32, customer: u32) {
        let known = self.links.get(&browser).copied();
        if known.is_none_or(|known| self.people.name(customer) < self.people.name(known)) {
            self.links.insert(browser, customer);
        }
    }

    /// Keeps the first moment of a visit.
    pub(crate) fn visit(&mut self, key: (u32, u64), visit: Visit) {
        let Some(known) = self.visits.get(&key) else {
            self.visits.insert(key, visit);
            return;
        };
        let order =
            |visit: &Visit| (visit.at, self.words.name(visit.source), self.words.name(visit.campaign));
        if order(&visit) < order(known) {
            self.visits.insert(key, visit);
        }
    }

    /// A product's title: of several the one that comes first.
    pub(crate) fn title(&mut self, product: u32, title: u32) {
        let known = self.titles.get(&product).copied();
        if known.is_none_or(|known| self.words.name(title) < self.words.name(known)) {
            self.titles.insert(product, title);
        }
    }

    /// The first time a case was opened (`step` 0) or answered (1).
    pub(crate) fn case(&mut self, case: u32, step: usize, at: Option<i64>) {
        let Some(at) = at else { return };
        let known = &mut self.cases.entry(case).or_default()[step];
        *known = Some(known.map_or(at, |known| known.min(at)));
    }

    /// The person behind a browser, where known.
    pub(crate) fn owner(&self, person: u32) -> u32 {
        self.links.get(&person).copied().unwrap_or(person)
    }

    /// A person's id as the shop or the browser has it.
    pub(crate) fn person(&self, person: u32) -> &str {
        self.people.name(person).get(1..).unwrap_or("")
    }

    /// A product's title, else its id.
    pub(crate) fn product(&self, product: u32) -> &str {
        let title = self.titles.get(&product).map(|title| self.words.name(*title));
        title.unwrap_or_else(|| self.words.name(product))
    }
}
