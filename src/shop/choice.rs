//! The visitor's choice and what follows from it: kept, replayed, dropped or erased.

use super::{Effect, Shop};
use crate::event::Ticket;
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::consent::{Source, answers};
use crate::visitor::{Profile, Purpose, cookie};

impl Shop {
    /// The visitor chose. What was held is replayed or dropped; what a refused purpose kept is erased.
    pub fn consent(&mut self, ticket: Ticket, answer: &Value, now: Millis) {
        let recorded = self.records();
        self.consent.choose(answer);
        self.chosen(recorded, now);
        self.settle(ticket, Ok(Value::Null));
    }

    /// A consent platform says what the visitor chose, now or on an earlier page.
    pub fn signal(&mut self, source: &str, answer: &Value, now: Millis) {
        let recorded = self.records();
        let Some(source) = Source::parse(source).filter(|_| !self.forgotten) else { return };
        if self.consent.hear(source, answers(answer)) {
            self.chosen(recorded, now);
        }
    }

    fn chosen(&mut self, recorded: bool, now: Millis) {
        self.profile.choice = self.consent.choice;
        self.forgotten = false;
        self.follow_choice(recorded, now);
        // A refusal is remembered, or the visitor would be asked again on every page.
        self.out.push(Effect::Save(self.profile.to_value()));
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
                self.profile.cart = Default::default();
                self.profile.traits = Value::Null;
                self.profile.preferences = Default::default();
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
        self.consent.follow(None);
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
                self.consent.follow(None);
                self.profile.choice = None;
                self.erase(None);
                self.forgotten = true;
                self.changed(true);
            }
            return;
        }
        let theirs = Profile::from_value(stored, now);
        let recorded = self.records();
        let chosen = self.consent.is_older_than(theirs.choice);
        if chosen {
            self.consent.follow(theirs.choice);
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
