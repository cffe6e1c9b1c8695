//! The outbox in a simulated world: several tabs, a store, a journal, an endpoint that drops ids it
//! has seen; tabs close, the browser is killed, replies are lost, the endpoint fails.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
enum Step {
    /// A tab tracks an event of about this many bytes.
    Track(usize, usize),
    /// A tab's oldest pending work is done; the number decides how the endpoint behaves.
    Work(usize, u8),
    Open,
    /// A tab closes; whether the endpoint sees its farewell.
    Close(usize, bool),
    /// The browser is killed: the journal may be lost, the store is not.
    Kill(bool),
    Lead(usize),
    /// From now on the store lets go of nothing, or does again.
    Stick(bool),
    Flush(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0usize..4, prop_oneof![Just(10), Just(20_000)]).prop_map(|(tab, size)| Step::Track(tab, size)),
        12 => (0usize..4, any::<u8>()).prop_map(|(tab, luck)| Step::Work(tab, luck)),
        1 => Just(Step::Open),
        1 => (0usize..4, any::<bool>()).prop_map(|(tab, seen)| Step::Close(tab, seen)),
        1 => any::<bool>().prop_map(Step::Kill),
        2 => (0usize..4).prop_map(Step::Lead),
        1 => any::<bool>().prop_map(Step::Stick),
        1 => (0usize..4).prop_map(Step::Flush),
    ]
}

struct Tab {
    outbox: Outbox,
    page: usize,
    /// Asynchronous work, in the order it was asked for.
    work: Vec<Effect>,
}

#[derive(Default)]
struct World {
    tabs: Vec<Tab>,
    store: BTreeMap<String, Value>,
    journal: BTreeMap<String, Value>,
    /// First arrivals at the endpoint.
    received: Vec<String>,
    /// Events whose promise resolved.
    accepted: BTreeSet<String>,
    tickets: BTreeMap<Ticket, String>,
    /// Events the endpoint refused for good.
    refused: BTreeSet<String>,
    pages: usize,
    serial: u32,
    sticks: bool,
}

impl World {
    fn open(&mut self) {
        self.pages += 1;
        let mut tab = Tab { outbox: Outbox::default(), page: self.pages, work: Vec::new() };
        let mut out = Vec::new();
        tab.outbox.recover(self.journal.values().cloned().collect(), &mut out);
        if self.tabs.is_empty() {
            tab.outbox.lead(true, &mut out);
        }
        self.tabs.push(tab);
        let at = self.tabs.len() - 1;
        self.take(at, out);
    }

    /// Does what is synchronous, queues the rest.
    fn take(&mut self, at: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Journal(event) => drop(self.journal.insert(message_id(&event).to_owned(), event)),
                Effect::Unjournal(ids) => ids.iter().for_each(|id| drop(self.journal.remove(id))),
                Effect::Settle(ticket, Ok(())) => self.accepted.extend(self.tickets.remove(&ticket)),
                Effect::Settle(..) => {}
                Effect::Poke => self.tell_others(at, |outbox, out| outbox.poked(out)),
                Effect::Announce(ids) => self.tell_others(at, |outbox, _| outbox.announced(&ids)),
                // A later wish replaces an earlier one.
                Effect::Wake(_) => {
                    self.tabs[at].work.retain(|work| !matches!(work, Effect::Wake(_)));
                    self.tabs[at].work.push(effect);
                }
                work => self.tabs[at].work.push(work),
            }
        }
    }

    fn tell_others(&mut self, at: usize, tell: impl Fn(&mut Outbox, &mut Vec<Effect>)) {
        for other in (0..self.tabs.len()).filter(|other| *other != at) {
            let mut out = Vec::new();
            tell(&mut self.tabs[other].outbox, &mut out);
            self.take(other, out);
        }
    }

    fn track(&mut self, at: usize, size: usize) {
        self.serial += 1;
        let id = format!("{:06}-{}", self.serial, self.tabs[at].page);
        let event = Value::object([("messageId", id.clone().into()), ("pad", "x".repeat(size).into())]);
        self.tickets.insert(self.serial, id);
        let mut out = Vec::new();
        self.tabs[at].outbox.accept(event, Some(self.serial), &mut out);
        self.take(at, out);
    }

    fn receive(&mut self, ids: &[String]) {
        for id in ids {
            if !self.received.contains(id) && !self.refused.contains(id) {
                self.received.push(id.clone());
            }
        }
    }

    /// Does the oldest work of a tab.
    fn work(&mut self, at: usize, luck: u8) -> bool {
        if self.tabs[at].work.is_empty() {
            return false;
        }
        let work = self.tabs[at].work.remove(0);
        let mut out = Vec::new();
        let outbox = &mut self.tabs[at].outbox;
        match work {
            Effect::Store(events) => {
                let ids: Vec<String> = events.iter().map(|event| message_id(event).to_owned()).collect();
                self.store.extend(ids.iter().cloned().zip(events));
                outbox.stored(&ids, &[], &mut out);
            }
            Effect::Load(limit) => {
                outbox.loaded(self.store.values().take(limit).cloned().collect(), &mut out)
            }
            Effect::Remove(ids) if self.sticks => outbox.store_failed(&ids, 0.5, &mut out),
            Effect::Remove(ids) => {
                ids.iter().for_each(|id| drop(self.store.remove(id)));
                outbox.removed(&ids, &mut out);
            }
            Effect::Count => outbox.counted(self.store.len(), &mut out),
            Effect::Trim(count) => {
                for _ in 0..count {
                    self.store.pop_first();
                }
            }
            Effect::Wake(_) => outbox.woken(&mut out),
            Effect::Send { ids, events, farewell } => {
                let bytes: usize = events.iter().map(Value::weight).sum();
                let (received, outcome) = match luck {
                    0..120 if bytes > 50_000 => (vec![], Outcome { status: 413, ..Outcome::default() }),
                    0..120 => (ids.clone(), Outcome { status: 202, ..Outcome::default() }),
                    120..150 => (ids.clone(), Outcome::default()),
                    150..160 => {
                        self.refused.extend(ids.first().filter(|id| !self.received.contains(id)).cloned());
                        let refused = ids.iter().filter(|id| self.refused.contains(*id)).cloned().collect();
                        (ids.clone(), Outcome { status: 200, refused, ..Outcome::default() })
                    }
                    160..200 => (vec![], Outcome::default()),
                    _ => (vec![], Outcome { status: 503, retry_after: Some(10), ..Outcome::default() }),
                };
                let outcome = Outcome { farewell, ..outcome };
                self.receive(&received);
                self.tabs[at].outbox.answered(ids, &outcome, f64::from(luck) / 256.0, &mut out);
            }
            other => panic!("not work: {other:?}"),
        }
        self.take(at, out);
        true
    }

    fn apply(&mut self, step: Step) {
        let tabs = self.tabs.len();
        match step {
            Step::Open if tabs < 4 => self.open(),
            Step::Track(tab, size) if tabs > 0 => self.track(tab % tabs, size),
            Step::Work(tab, luck) if tabs > 0 => drop(self.work(tab % tabs, luck)),
            Step::Lead(tab) if tabs > 0 => {
                for at in 0..tabs {
                    let mut out = Vec::new();
                    self.tabs[at].outbox.lead(at == tab % tabs, &mut out);
                    self.take(at, out);
                }
            }
            Step::Flush(tab) if tabs > 0 => {
                let mut out = Vec::new();
                self.tabs[tab % tabs].outbox.flush(u32::MAX, &mut out);
                self.take(tab % tabs, out);
            }
            Step::Close(tab, seen) if tabs > 0 => {
                let mut out = Vec::new();
                self.tabs[tab % tabs].outbox.hidden(&mut out);
                if let (true, Some(Effect::Send { ids, .. })) = (seen, out.first()) {
                    let ids = ids.clone();
                    self.receive(&ids);
                }
                self.tabs.remove(tab % tabs);
            }
            Step::Stick(sticks) => self.sticks = sticks,
            Step::Kill(journal_lost) => {
                self.tabs.clear();
                if journal_lost {
                    self.journal.clear();
                }
            }
            _ => {}
        }
    }

    /// All goes well from here: one tab (the first still open, else a new one), a good endpoint, until
    /// nothing is left to do.
    fn settle(&mut self) {
        self.sticks = false;
        self.tabs.truncate(1);
        if self.tabs.is_empty() {
            self.open();
        }
        let mut out = Vec::new();
        self.tabs[0].outbox.lead(true, &mut out);
        self.tabs[0].outbox.recover(self.journal.values().cloned().collect(), &mut out);
        self.take(0, out);
        let mut steps = 0;
        while self.work(0, 0) {
            steps += 1;
            assert!(steps < 10_000, "the outbox never comes to rest");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn nothing_accepted_is_lost_and_order_holds(steps in proptest::collection::vec(step(), 0..300)) {
        let mut world = World::default();
        world.open();
        for step in steps {
            world.apply(step);
        }
        world.settle();
        prop_assert!(world.store.is_empty() && world.journal.is_empty());
        for id in &world.accepted {
            prop_assert!(world.received.contains(id) || world.refused.contains(id), "{id} was accepted and is lost");
        }
        for page in 1..=world.pages {
            let suffix = format!("-{page}");
            let of_page: Vec<&String> = world.received.iter().filter(|id| id.ends_with(&suffix)).collect();
            prop_assert!(of_page.is_sorted(), "page {page} out of order: {of_page:?}");
        }
    }
}

#[test]
fn a_closed_tab_loses_nothing_even_before_the_store_has_it() {
    let mut world = World::default();
    world.open();
    (0..200).for_each(|_| world.track(0, 10));
    world.apply(Step::Close(0, false));
    world.settle();
    assert_eq!(world.received.len(), 200);
}

#[test]
fn a_burst_goes_out_in_few_requests() {
    let mut world = World::default();
    world.open();
    while world.work(0, 0) {}
    (0..200).for_each(|_| world.track(0, 10));
    let mut requests = 0;
    loop {
        requests += usize::from(matches!(world.tabs[0].work.first(), Some(Effect::Send { .. })));
        if !world.work(0, 0) {
            break;
        }
    }
    assert_eq!((world.received.len(), requests), (200, 2));
}

#[test]
fn a_full_store_drops_the_oldest_and_counts() {
    let mut world = World::default();
    world.open();
    world.tabs[0].outbox.lead(false, &mut Vec::new());
    (0..MAX_STORED + 7).for_each(|_| world.track(0, 1));
    while world.work(0, 255) {}
    assert_eq!((world.store.len(), world.tabs[0].outbox.dropped()), (MAX_STORED, 7));
    assert!(!world.store.contains_key("000007-1") && world.store.contains_key("000008-1"));
}

#[test]
fn flush_waits_for_the_endpoint_and_says_when_it_fails() {
    let mut world = World::default();
    world.open();
    world.track(0, 10);
    let mut out = Vec::new();
    world.tabs[0].outbox.flush(9, &mut out);
    world.take(0, out);
    let mut settled = Vec::new();
    for luck in [255, 255, 255, 255, 255] {
        if matches!(world.tabs[0].work.first(), Some(Effect::Send { .. })) {
            let mut out = Vec::new();
            let outcome = Outcome { status: 503, ..Outcome::default() };
            world.tabs[0].outbox.answered(vec!["000001-1".into()], &outcome, 0.5, &mut out);
            settled = out;
            break;
        }
        world.work(0, luck);
    }
    assert!(settled.contains(&Effect::Settle(9, Err("the endpoint answered 503".into()))), "{settled:?}");
}
