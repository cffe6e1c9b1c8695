//! The session: one state machine that ties the rooms together.
//!
//! Commands and news go in, each with the present time; [`Effect`]s come out and are the driver's to
//! carry out, in order. The page's driver is [`crate::page`]; the native one is in the tests.

mod answer;
mod boot;
mod choice;
mod config;
mod effect;
mod learn;
mod person;
mod stated;
mod traffic;
mod view;

pub use answer::{items_to_value, places, read_query};
pub use boot::Boot;
pub use config::Config;
pub use effect::Effect;

use crate::event::{Outbox, Stamper, Ticket};
use crate::random::Random;
use crate::recommend::{Language, Library, Query};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::permission::Answer;
use crate::visitor::{Consent, HistoryEntry, Profile, Purpose};

/// Most events kept in memory while the visitor has not chosen; past it new ones are dropped.
const MAX_HELD: usize = 200;
/// Most problems remembered for `diagnostics()`.
const MAX_PROBLEMS: usize = 20;

/// Most files that lists to be ordered make a page fetch.
const MAX_RANK_FILES: usize = 16;

/// A question that waits for files.
#[derive(Debug)]
enum Question {
    /// For products.
    Products(Query),
    /// For the order of a list at a time.
    Order(Vec<Value>, Millis),
}

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
    Track {
        name: String,
        properties: Value,
    },
    Identify {
        customer: Option<String>,
        traits: Value,
    },
    History(Vec<HistoryEntry>),
    Preferences(Value),
    /// A step of permission was put off.
    Later(String),
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
    /// What the page knows of place and time; kept for this page only.
    context: Value,
    /// Questions that wait for files.
    asked: Vec<(Ticket, Question)>,
    /// How many files lists to be ordered may still ask for.
    rank_files: usize,
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

    /// What the page knows of where the visitor is: `{places, city, region, country, segment, circle, …}`.
    pub fn set_context(&mut self, context: Value) {
        if self.context != context {
            self.context = context;
            self.changed(true);
        }
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
            What::Preferences(answers) if crate::FULL => self.prefer_now(answers, page, at),
            What::Preferences(_) => {}
            What::Later(channel) => self.permit(&channel, Answer::Later, at),
        }
        if let Some(ticket) = ticket {
            self.settle(ticket, Ok(Value::Null));
        }
    }
}

#[cfg(test)]
mod tests;
