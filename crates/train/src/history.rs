//! Everything read, with numbers in place of names.
//!
//! Numbers are given by rank of the name, so they (and all that is counted with them) do not depend
//! on the order in which files and rows came.

use crate::credible::{instant, latest_credible};
use crate::input::events::{Action, Person, SILENCE, TakeEvents, Touched, VISIT};
use crate::input::orders::{Deal, OrderLine, PRODUCT_FIELDS, TakeLines, Trade};
use crate::input::report::{Problem, ReadReport};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Stands for "unknown" in place of a number.
pub(crate) const NONE: u32 = u32::MAX;

/// Names and their numbers.
#[derive(Default)]
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

    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// All names, by number.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    pub fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }

    /// Renumbers by rank; the result maps old numbers to new.
    fn rank(&mut self) -> Vec<u32> {
        let mut by_name: Vec<u32> = (0..self.names.len() as u32).collect();
        by_name.sort_unstable_by(|&a, &b| self.names[a as usize].cmp(&self.names[b as usize]));
        let mut ranks = vec![0; by_name.len()];
        for (rank, &old) in (0..).zip(&by_name) {
            ranks[old as usize] = rank;
        }
        self.names = by_name.iter().map(|&old| self.names[old as usize].clone()).collect();
        self.numbers.values_mut().for_each(|number| *number = ranks[*number as usize]);
        ranks
    }
}

/// A line of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Line {
    pub at: i64,
    /// Price of one piece; not a number where unknown.
    pub price: f64,
    pub order: u32,
    pub product: u32,
    /// [`NONE`]: nobody known.
    pub person: u32,
    pub country: u32,
    /// The groups its customer belongs to; [`NONE`]: none is named.
    pub scope: u32,
    pub quantity: f64,
    pub trade: Trade,
    rest: u32,
    place: Place,
}

/// A product touched by a visitor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Touch {
    pub at: i64,
    pub person: u32,
    pub session: u32,
    pub product: u32,
    pub action: Action,
    place: Place,
}

/// A line of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
struct Place {
    file: u32,
    line: u32,
}

/// What order rows said of a product: by field, the values with how many rows said so.
pub(crate) type Said = BTreeMap<(u32, u8), BTreeMap<Arc<str>, u32>>;

/// Everything read.
#[derive(Default)]
pub(crate) struct History {
    pub products: Names,
    pub orders: Names,
    pub people: Names,
    pub sessions: Names,
    pub countries: Names,
    pub scopes: Names,
    /// Sorted by order, product, time, person and so on, without exact duplicates.
    pub lines: Vec<Line>,
    /// Sorted by person, session, time, product, action.
    pub touches: Vec<Touch>,
    said: HashMap<(u32, u8, u32), u32>,
    texts: Names,
    files: Vec<(String, Input)>,
    /// Orders below this number came from order files.
    order_files_end: u32,
    /// What order files say came back or was cancelled: order, product.
    returns: HashSet<(u32, u32)>,
    browsers: HashMap<u32, u32>,
    /// Whether what rows say of their products is worth keeping.
    pub listen: bool,
    /// By place and fingerprint: several lines of an order may stand in one row.
    deals: HashMap<(Place, u32), Deal>,
}

/// Which kind of input a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    Orders,
    Events,
    /// Rows of sessions: where their clock stands still, they come in the order they happened in.
    Sessions,
}

impl History {
    /// The next rows come from this file.
    pub fn begin_file(&mut self, name: &str, input: Input) {
        self.files.push((name.to_owned(), input));
    }

    /// The order files are read: from now on their orders are known.
    pub fn end_orders(&mut self) {
        self.order_files_end = self.orders.len() as u32;
    }

    fn place(&self, line: u64) -> Place {
        Place { file: self.files.len() as u32 - 1, line: u32::try_from(line).unwrap_or(u32::MAX) }
    }

    /// The number of a person: the customer where known, else the browser.
    fn person(&mut self, person: Person<'_>) -> u32 {
        match (person.customer, person.anonymous) {
            (Some(customer), _) => self.people.number(customer),
            (None, Some(browser)) => self.people.number(&format!("\u{1}{browser}")),
            (None, None) => NONE,
        }
    }

    fn push(&mut self, line: u64, person: u32, order: &OrderLine<'_>) {
        let product = self.products.number(order.product);
        if self.listen && order.trade == Trade::Sold && order.price != Some(0.0) {
            for (field, text) in (0u8..).zip(order.says) {
                if let Some(text) = text {
                    let text = self.texts.number(text);
                    *self.said.entry((product, field, text)).or_default() += 1;
                }
            }
        }
        let line = Line {
            at: order.at,
            price: order.price.unwrap_or(f64::NAN),
            order: self.orders.number(&order.order),
            product,
            person,
            country: order.country.map_or(NONE, |country| self.countries.number(country)),
            scope: if order.scope.is_empty() { NONE } else { self.scopes.number(&order.scope) },
            quantity: order.quantity,
            trade: order.trade,
            rest: order.rest,
            place: self.place(line),
        };
        if order.deal != Deal::default() {
            self.deals.insert((line.place, line.rest), order.deal);
        }
        let of_orders = self.files.last().is_some_and(|(_, input)| *input == Input::Orders);
        if of_orders && line.trade != Trade::Sold {
            self.returns.insert((line.order, line.product));
        }
        self.lines.push(line);
    }

    /// Ends the reading: gives browsers to the customers they turned out to be, ranks all names, sorts,
    /// drops exact duplicates and settles the reports of the two inputs.
    pub fn settle(&mut self, orders: &mut ReadReport, events: &mut ReadReport) {
        let browsers = std::mem::take(&mut self.browsers);
        let owner = |person: u32| browsers.get(&person).copied().unwrap_or(person);
        self.lines.iter_mut().for_each(|line| line.person = owner(line.person));
        self.touches.iter_mut().for_each(|touch| touch.person = owner(touch.person));
        self.name_visits();
        self.rank();
        self.lines.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then(a.place.cmp(&b.place)));
        let mut repeats = Vec::new();
        self.lines.dedup_by(|later, first| {
            let same = key(later) == key(first);
            if same {
                repeats.push(later.place);
            }
            same
        });
        self.drop_repeated_orders(&mut repeats);
        self.sort_touches(&mut repeats);
        repeats.sort_unstable();
        let future = self.drop_future();
        let files = &self.files;
        for (place, at) in future {
            let (file, input) = &files[place.file as usize];
            let report = if *input == Input::Orders { &mut *orders } else { &mut *events };
            let reason = || format!("{} is long after all other times", instant(at));
            report.bad.entry(Problem::FarFuture).or_default().add(file, u64::from(place.line), reason);
        }
        for place in repeats {
            let (file, input) = &files[place.file as usize];
            let report = if *input == Input::Orders { &mut *orders } else { &mut *events };
            report.duplicates.add(file, u64::from(place.line), || {
                "equal to another row, or a line of an order that came before".into()
            });
        }
        for line in &self.lines {
            let input = files[line.place.file as usize].1;
            let report = if input == Input::Orders { &mut *orders } else { &mut *events };
            report.returned += u64::from(line.trade != Trade::Sold);
            report.without_customer += u64::from(line.person == NONE);
        }
        orders.settle();
        events.settle();
    }

    /// Puts touches in order and drops exact duplicates. Rows of a session that say one instant stand in the
    /// order of their file; a session that knows one instant only has no clock to tell duplicates by.
    fn sort_touches(&mut self, repeats: &mut Vec<Place>) {
        let files = &self.files;
        let in_order =
            |touch: &Touch| touch.session != NONE && files[touch.place.file as usize].1 == Input::Sessions;
        let key = |touch: &Touch| {
            let place = if in_order(touch) { touch.place } else { Place::default() };
            (touch.person, touch.session, touch.at, place, touch.product, touch.action, touch.place)
        };
        self.touches.sort_unstable_by_key(key);
        let same_visit = |a: &Touch, b: &Touch| (a.person, a.session) == (b.person, b.session);
        let mut kept = Vec::with_capacity(self.touches.len());
        let mut seen = HashSet::new();
        for visit in self.touches.chunk_by(same_visit) {
            let clockless = in_order(&visit[0]) && visit[0].at == visit[visit.len() - 1].at;
            for moment in visit.chunk_by(|a, b| a.at == b.at) {
                seen.clear();
                for touch in moment {
                    let first = clockless || moment.len() == 1 || seen.insert((touch.product, touch.action));
                    kept.push(first);
                    // A purchase stands among the lines too and was counted there.
                    if !first && touch.action != Action::Purchase {
                        repeats.push(touch.place);
                    }
                }
            }
        }
        let mut kept = kept.into_iter();
        self.touches.retain(|_| kept.next().unwrap_or(true));
    }

    /// Drops lines of orders that several events tell of (a page loaded again, two tabs, the server): of one
    /// order, product and variant the first stands.
    fn drop_repeated_orders(&mut self, repeats: &mut Vec<Place>) {
        let (files, orders) = (&self.files, &self.orders);
        // The orders of session rows, which begin so, are made of rows that each tell of another purchase.
        let of_events = |line: &Line| {
            files[line.place.file as usize].1 == Input::Events
                && !orders.name(line.order).starts_with(['\u{2}', '\u{3}'])
        };
        let mut seen: HashMap<(u32, Trade), Place> = HashMap::new();
        let mut current = (NONE, NONE);
        let mut dropped = HashSet::new();
        self.lines.retain(|line| {
            if current != (line.order, line.product) {
                current = (line.order, line.product);
                seen.clear();
            }
            if !of_events(line) {
                return true;
            }
            match seen.entry((line.rest, line.trade)) {
                Entry::Vacant(free) => {
                    free.insert(line.place);
                    true
                }
                Entry::Occupied(first) => {
                    if *first.get() != line.place {
                        dropped.insert((line.place, line.product));
                    }
                    repeats.push(line.place);
                    false
                }
            }
        });
        self.touches.retain(|touch| {
            touch.action != Action::Purchase || !dropped.contains(&(touch.place, touch.product))
        });
    }

    /// Gives lines that are bought in a visit without a session's id the order of that visit.
    fn name_visits(&mut self) {
        let Some(unnamed) = self.orders.find(VISIT) else { return };
        let loose = self.touches.iter().filter(|touch| touch.session == NONE);
        let mut touched: Vec<(u32, i64)> = loose.map(|touch| (touch.person, touch.at)).collect();
        touched.sort_unstable();
        touched.dedup();
        let mut began: Vec<i64> = Vec::with_capacity(touched.len());
        for (at, &(person, instant)) in touched.iter().enumerate() {
            let goes_on = at
                .checked_sub(1)
                .is_some_and(|before| touched[before].0 == person && instant - touched[before].1 <= SILENCE);
            began.push(if goes_on { began[at - 1] } else { instant });
        }
        for line in self.lines.iter_mut().filter(|line| line.order == unnamed) {
            // Each of these lines has a touch of its own.
            let began = touched.binary_search(&(line.person, line.at)).map_or(line.at, |at| began[at]);
            let person = if line.person == NONE { "" } else { self.people.name(line.person) };
            line.order = self.orders.number(&format!("{VISIT}{person}\u{1}{began}"));
        }
    }

    /// Drops what happened long after all else; the rows, in the order they were read in.
    fn drop_future(&mut self) -> Vec<(Place, i64)> {
        let of_order = self.lines.chunk_by(|a, b| a.order == b.order);
        let last_lines = of_order.filter_map(|order| order.iter().map(|line| line.at).max());
        let of_session = self.touches.chunk_by(|a, b| a.person == b.person && a.session == b.session);
        let last_touches = of_session.filter_map(|visit| visit.last().map(|touch| touch.at));
        let latest = latest_credible(last_lines.chain(last_touches).collect());
        let mut dropped = Vec::new();
        self.lines.retain(|line| {
            let keep = line.at <= latest;
            if !keep {
                dropped.push((line.place, line.at));
            }
            keep
        });
        self.touches.retain(|touch| {
            let keep = touch.at <= latest;
            // A purchase stands among the lines too, or was known from the order files.
            if !keep && touch.action != Action::Purchase {
                dropped.push((touch.place, touch.at));
            }
            keep
        });
        dropped.sort_unstable();
        dropped
    }

    fn rank(&mut self) {
        let map = |ranks: &[u32], number: &mut u32| {
            if let Some(&rank) = ranks.get(*number as usize) {
                *number = rank;
            }
        };
        let (products, orders) = (self.products.rank(), self.orders.rank());
        let (people, sessions) = (self.people.rank(), self.sessions.rank());
        let (countries, scopes) = (self.countries.rank(), self.scopes.rank());
        for line in &mut self.lines {
            map(&products, &mut line.product);
            map(&orders, &mut line.order);
            map(&people, &mut line.person);
            map(&countries, &mut line.country);
            map(&scopes, &mut line.scope);
        }
        for touch in &mut self.touches {
            map(&products, &mut touch.product);
            map(&people, &mut touch.person);
            map(&sessions, &mut touch.session);
        }
        let said = std::mem::take(&mut self.said);
        self.said = said
            .into_iter()
            .map(|((product, field, text), count)| ((products[product as usize], field, text), count))
            .collect();
    }

    /// What order rows said of the products.
    pub fn said(&self) -> Said {
        let mut said = Said::new();
        for (&(product, field, text), &count) in &self.said {
            let texts = said.entry((product, field)).or_default();
            texts.insert(self.texts.names[text as usize].clone(), count);
        }
        said
    }

    /// What a line gained, where its row said so.
    pub fn deal(&self, line: &Line) -> Deal {
        self.deals.get(&(line.place, line.rest)).copied().unwrap_or_default()
    }

    /// The name of one of [`PRODUCT_FIELDS`] in [`Said`].
    pub fn said_field(field: u8) -> &'static str {
        PRODUCT_FIELDS[field as usize].name()
    }

    /// Time of the newest line or touch, in milliseconds since 1970.
    pub fn newest(&self) -> Option<i64> {
        let lines = self.lines.iter().map(|line| line.at);
        lines.chain(self.touches.iter().map(|touch| touch.at)).max()
    }
}

/// Equal for exact duplicates only; the rest puts lines in an order that no file order changes.
fn key(line: &Line) -> (u32, u32, i64, u32, Trade, u64, u64, [u32; 3]) {
    let Line { order, product, at, person, trade, quantity, price, country, scope, rest, .. } = *line;
    (order, product, at, person, trade, quantity.to_bits(), price.to_bits(), [country, scope, rest])
}

impl TakeLines for History {
    fn line(&mut self, line: u64, order: OrderLine<'_>) {
        let person = self.person(Person { customer: order.customer, anonymous: None });
        self.push(line, person, &order);
    }
}

impl TakeEvents for History {
    fn touched(&mut self, line: u64, touched: Touched<'_>) {
        let person = self.person(touched.person);
        let session = touched.session.map_or(NONE, |session| self.sessions.number(session));
        let product = self.products.number(touched.product);
        let place = self.place(line);
        self.touches.push(Touch { at: touched.at, person, session, product, action: touched.action, place });
    }

    fn met(&mut self, person: Person<'_>) {
        let browser = self.person(Person { customer: None, ..person });
        let customer = self.person(Person { anonymous: None, ..person });
        // A browser of several customers goes to the one whose name comes first: any fixed rule does.
        let known = self.browsers.get(&browser).copied();
        if known.is_none_or(|known| self.people.name(customer) < self.people.name(known)) {
            self.browsers.insert(browser, customer);
        }
    }

    fn knows_order(&self, order: &str) -> bool {
        self.orders.find(order).is_some_and(|number| number < self.order_files_end)
    }

    fn knows_return(&self, order: &str, product: &str) -> bool {
        let known = self.orders.find(order).zip(self.products.find(product));
        known.is_some_and(|known| self.returns.contains(&known))
    }

    fn bought(&mut self, line: u64, person: Person<'_>, order: OrderLine<'_>) {
        let person = self.person(person);
        self.push(line, person, &order);
    }
}
