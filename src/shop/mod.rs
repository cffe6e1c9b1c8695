//! The session: one state machine that ties the rooms together.
//!
//! Commands and news go in, each with the present time; [`Effect`]s come out and are the driver's to
//! carry out, in order. The page's driver is [`crate::page`]; the native one is in the tests.

mod answer;
mod boot;
mod config;
mod effect;
mod learn;
mod person;
mod traffic;
mod view;

pub use answer::{items_to_value, read_query};
pub use boot::Boot;
pub use config::Config;
pub use effect::Effect;

use crate::event::{Outbox, Stamper, Ticket};
use crate::random::Random;
use crate::recommend::{Language, Library, Query};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::{Consent, HistoryEntry, Profile, Purpose, cookie};

/// Most events kept in memory while the visitor has not chosen; past it new ones are dropped.
const MAX_HELD: usize = 200;
/// Most problems remembered for `diagnostics()`.
const MAX_PROBLEMS: usize = 20;

/// What waits for the visitor's choice.
#[derive(Debug)]
struct Held {
    ticket: Option<Ticket>,
    at: Millis,
    page: Value,
    what: What,
}

/// What it will become.
#[derive(Debug)]
enum What {
    Track { name: String, properties: Value },
    Identify { customer: Option<String>, traits: Value },
    History(Vec<HistoryEntry>),
}

/// The shop, as one page sees it.
#[derive(Debug)]
pub struct Shop {
    config: Config,
    language: Language,
    locale: String,
    page: Value,
    secure: bool,
    /// `document.cookie` at the start.
    cookies: String,
    profile: Profile,
    consent: Consent,
    library: Library,
    outbox: Outbox,
    stamper: Stamper,
    random: Random,
    held: Vec<Held>,
    /// Questions that wait for files.
    asked: Vec<(Ticket, Query)>,
    /// Files under way.
    fetching: Vec<String>,
    problems: Vec<String>,
    /// Set by `forget`: until the next page nothing is kept.
    forgotten: bool,
    /// There is a relay to ask for its lasting cookie.
    has_twin: bool,
    /// Calls of `forget` that wait for the relay.
    clearing: Vec<person::Clearing>,
    out: Vec<Effect>,
}

impl Shop {
    /// What the driver has to do now, in order. Call after every other call.
    pub fn effects(&mut self) -> Vec<Effect> {
        core::mem::take(&mut self.out)
    }

    /// `document.cookie` as it is now: another subdomain may have written it.
    pub fn cookies(&mut self, cookies: String) {
        self.cookies = cookies;
    }

    fn allows(&self, purpose: Purpose) -> bool {
        !self.forgotten && self.consent.allows(purpose)
    }

    /// The history a decision may use.
    fn usable_history(&self) -> &[HistoryEntry] {
        if self.allows(Purpose::Personalization) { self.profile.history.entries() } else { &[] }
    }

    fn settle(&mut self, ticket: Ticket, result: Result<Value, String>) {
        self.out.push(Effect::Settle(ticket, result));
    }

    fn save(&mut self) {
        if !self.forgotten && self.consent.stores() {
            self.out.push(Effect::Save(self.profile.to_value()));
        }
    }

    /// Notes a problem for developers, once.
    fn problem(&mut self, text: String) {
        if self.problems.len() < MAX_PROBLEMS && !self.problems.contains(&text) {
            self.out.push(Effect::Warn(text.clone()));
            self.problems.push(text);
        }
    }

    fn changed(&mut self, anew: bool) {
        self.out.push(Effect::Changed { anew });
    }

    /// Signs a customer in, or out with `None`; traits are added to those known.
    pub fn identify(&mut self, ticket: Ticket, customer: Option<String>, traits: Value, now: Millis) {
        let what = What::Identify { customer, traits };
        self.act(Held { ticket: Some(ticket), at: now, page: self.page.clone(), what });
    }

    /// Adds orders and wishes the shop already knows.
    pub fn history(&mut self, entries: &[Value], now: Millis) {
        let read: Vec<HistoryEntry> = entries.iter().filter_map(HistoryEntry::from_value).collect();
        let refused = entries.len() - read.len();
        if refused > 0 {
            self.problem(format!(
                "history: {refused} of {} entries need an id (or a wish's query) and a time `at`",
                entries.len()
            ));
        }
        self.act(Held { ticket: None, at: now, page: Value::Null, what: What::History(read) });
    }

    /// Does it now, or holds it until the visitor has chosen.
    fn act(&mut self, held: Held) {
        if self.forgotten || !self.consent.pending() {
            self.act_now(held);
        } else if self.held.len() < MAX_HELD {
            self.held.push(held);
        } else {
            self.problem(format!(
                "more than {MAX_HELD} calls before the visitor's choice: the rest is dropped"
            ));
            if let Some(ticket) = held.ticket {
                self.settle(ticket, Ok(Value::Null));
            }
        }
    }

    fn act_now(&mut self, Held { ticket, at, page, what }: Held) {
        match what {
            What::Track { name, properties } => return self.track_now(ticket, &name, properties, page, at),
            What::Identify { customer, traits } => self.identify_now(customer, &traits, page, at),
            What::History(entries) => {
                if self.allows(Purpose::Personalization) && self.profile.history.add(entries, at) {
                    self.save();
                    self.changed(true);
                }
            }
        }
        if let Some(ticket) = ticket {
            self.settle(ticket, Ok(Value::Null));
        }
    }

    /// The visitor chose. What was held is replayed or dropped; what a refused purpose kept is erased.
    pub fn consent(&mut self, ticket: Ticket, answer: &Value, now: Millis) {
        let recorded = self.records();
        self.consent.choose(answer);
        self.profile.choice = self.consent.choice;
        self.forgotten = false;
        self.follow_choice(recorded, now);
        // A refusal is remembered, or the visitor would be asked again on every page.
        self.out.push(Effect::Save(self.profile.to_value()));
        self.settle(ticket, Ok(Value::Null));
    }

    /// Brings everything in line with the choice, made here or in another tab. `recorded`: events were
    /// kept and sent until now.
    fn follow_choice(&mut self, recorded: bool, now: Millis) {
        if !self.consent.stores() {
            self.erase(None);
            self.clear_twin(None);
        } else {
            if !self.consent.allows(Purpose::Personalization) {
                self.profile.history = Default::default();
                self.profile.traits = Value::Null;
            }
            self.start_visit(now);
            match (recorded, self.records()) {
                (false, true) => self.join(Vec::new()),
                (true, false) => {
                    self.clear_outbox();
                    self.out.push(Effect::EraseEvents);
                }
                _ => {}
            }
        }
        for held in core::mem::take(&mut self.held) {
            self.act_now(held);
        }
        self.changed(true);
    }

    /// Leaves nothing of the visitor in this browser; the ticket settles when it is gone.
    pub fn forget(&mut self, ticket: Ticket) {
        self.consent.choice = None;
        self.profile.choice = None;
        self.erase((!self.has_twin).then_some(ticket));
        self.clear_twin(Some(ticket));
        self.forgotten = true;
        for held in core::mem::take(&mut self.held) {
            if let Some(ticket) = held.ticket {
                self.settle(ticket, Ok(Value::Null));
            }
        }
        self.changed(true);
    }

    fn erase(&mut self, ticket: Option<Ticket>) {
        self.cookies.clear();
        self.profile.next_person();
        self.profile.turn = 0;
        self.clear_outbox();
        // A cookie from before `cookie.domain` was set, or after it was taken out, goes as well.
        for domain in [None, self.config.domain.as_deref()] {
            self.out.push(Effect::SetCookie(cookie::clear(cookie::NAME, domain, self.secure)));
        }
        self.out.push(Effect::Erase(ticket));
    }

    /// Another tab wrote the profile, or erased it (`Null`).
    pub fn storage(&mut self, stored: &Value, now: Millis) {
        if self.forgotten {
            return;
        }
        if *stored == Value::Null {
            if self.consent.stores() {
                self.consent.choice = None;
                self.profile.choice = None;
                self.erase(None);
                self.forgotten = true;
                self.changed(true);
            }
            return;
        }
        let theirs = Profile::from_value(stored, now);
        let recorded = self.records();
        let chosen = theirs.choice.is_some() && theirs.choice != self.consent.choice;
        if chosen {
            self.consent.choice = theirs.choice;
            self.profile.choice = theirs.choice;
        }
        let customer = self.profile.customer.clone();
        if self.consent.stores() {
            let (learned, knows_more) = self.profile.merge(theirs, now);
            if learned && !chosen {
                self.changed(self.profile.customer != customer);
            }
            if knows_more {
                self.save();
            }
        }
        if chosen {
            self.follow_choice(recorded, now);
        }
    }
}

#[cfg(test)]
mod tests;
