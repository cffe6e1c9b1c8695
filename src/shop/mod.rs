//! The session: one state machine that ties the rooms together.
//!
//! Commands and news go in, each with the present time; [`Effect`]s come out and are the driver's to
//! carry out, in order. The page's driver is [`crate::page`]; the native one is in the tests.

mod answer;
mod boot;
mod config;
mod effect;
mod learn;
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

/// An event that waits for the visitor's choice.
#[derive(Debug)]
struct Held {
    ticket: Option<Ticket>,
    at: Millis,
    what: What,
}

/// What a held event will become.
#[derive(Debug)]
enum What {
    Track { name: String, properties: Value },
    Identify { customer: Option<String>, traits: Value },
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
    out: Vec<Effect>,
}

impl Shop {
    /// What the driver has to do now, in order. Call after every other call.
    pub fn effects(&mut self) -> Vec<Effect> {
        core::mem::take(&mut self.out)
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

    /// Signs a customer in, or out with `None`; traits are added to those known.
    pub fn identify(&mut self, ticket: Ticket, customer: Option<String>, traits: Value, now: Millis) {
        if self.consent.pending() {
            self.hold(Some(ticket), now, What::Identify { customer, traits });
            return;
        }
        self.apply_identify(customer, traits, now);
        self.settle(ticket, Ok(Value::Null));
    }

    fn apply_identify(&mut self, customer: Option<String>, traits: Value, now: Millis) {
        if self.forgotten || !self.consent.stores() {
            return;
        }
        match customer.filter(|customer| !customer.is_empty()) {
            Some(customer) => {
                let known = self.profile.customer.as_deref() == Some(&customer);
                let before = self.profile.traits.clone();
                self.profile.sign_in(&customer);
                self.profile.add_traits(&traits);
                // A page that repeats itself on every view makes one event, not many.
                if !known || self.profile.traits != before {
                    self.emit_identify(now);
                }
            }
            None => self.profile.sign_out(),
        }
        self.profile.seen(now);
        self.save();
        self.out.push(Effect::Changed);
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
        if self.allows(Purpose::Personalization) && self.profile.history.add(read, now) {
            self.save();
            self.out.push(Effect::Changed);
        }
    }

    /// The visitor chose. What was held is replayed or dropped; what a refused purpose kept is erased.
    pub fn consent(&mut self, ticket: Ticket, answer: &Value, now: Millis) {
        self.consent.choose(answer);
        self.profile.choice = self.consent.choice;
        self.forgotten = false;
        if self.consent.stores() {
            self.start_visit(now);
            self.join(Vec::new());
        } else {
            self.erase();
        }
        if !self.consent.allows(Purpose::Personalization) {
            let choice = self.profile.choice;
            self.profile = Profile { id: self.profile.id, choice, ..Profile::default() };
        }
        if !self.consent.allows(Purpose::Analytics) {
            self.clear_outbox();
        }
        for held in core::mem::take(&mut self.held) {
            match held.what {
                What::Track { name, properties } => self.track_now(held.ticket, &name, properties, held.at),
                What::Identify { customer, traits } => {
                    self.apply_identify(customer, traits, held.at);
                    if let Some(ticket) = held.ticket {
                        self.settle(ticket, Ok(Value::Null));
                    }
                }
            }
        }
        // A refusal is remembered, or the visitor would be asked again on every page.
        self.out.push(Effect::Save(self.profile.to_value()));
        self.out.push(Effect::Changed);
        self.settle(ticket, Ok(Value::Null));
    }

    /// Leaves nothing of the visitor in this browser.
    pub fn forget(&mut self, ticket: Ticket) {
        self.erase();
        self.consent.choice = None;
        self.forgotten = true;
        for held in core::mem::take(&mut self.held) {
            if let Some(ticket) = held.ticket {
                self.settle(ticket, Ok(Value::Null));
            }
        }
        self.out.push(Effect::Changed);
        self.settle(ticket, Ok(Value::Null));
    }

    fn erase(&mut self) {
        self.cookies.clear();
        self.profile = Profile { choice: self.profile.choice, ..Profile::default() };
        self.clear_outbox();
        self.out.push(Effect::SetCookie(cookie::clear(
            cookie::NAME,
            self.config.domain.as_deref(),
            self.secure,
        )));
        self.out.push(Effect::Erase);
    }

    /// Another tab wrote the profile, or erased it.
    pub fn storage(&mut self, stored: &Value, now: Millis) {
        if self.forgotten || !self.consent.stores() {
            return;
        }
        if *stored == Value::Null {
            self.profile = Profile::default();
            self.forgotten = true;
            self.clear_outbox();
            self.out.push(Effect::Changed);
            return;
        }
        let theirs = Profile::from_value(stored, now);
        if theirs.choice != self.profile.choice && theirs.choice.is_some() {
            self.consent.choice = theirs.choice;
        }
        let (learned, knows_more) = self.profile.merge(theirs, now);
        if learned {
            self.out.push(Effect::Changed);
        }
        if knows_more {
            self.save();
        }
    }
}

#[cfg(test)]
mod tests;
