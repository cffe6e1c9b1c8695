//! What the visitor says of themselves, and the permissions they give.

use super::{Held, Shop, What};
use crate::event::Ticket;
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::Purpose;
use crate::visitor::permission::Answer;

impl Shop {
    /// Takes what the visitor stated; `null` takes an answer back.
    pub fn preferences(&mut self, ticket: Ticket, answers: Value, now: Millis) {
        let what = What::Preferences(answers);
        self.act(Held { ticket: Some(ticket), at: now, page: self.page.clone(), what });
    }

    /// Refuses a call that only the full module knows.
    pub fn leave_to_full(&mut self, ticket: Ticket, call: &str) {
        let mend = " needs the full module: set \"module\": \"full\" in site.json";
        self.settle(ticket, Err([call, mend].concat()));
    }

    pub(super) fn prefer_now(&mut self, answers: Value, page: Value, at: Millis) {
        if !self.allows(Purpose::Personalization) {
            return;
        }
        let before = self.profile.preferences.clone();
        let refused = self.profile.preferences.state(&answers, at);
        if !refused.is_empty() {
            let names = refused.join(", ");
            self.problem(format!("preferences: {names}: unknown, or past 1 KB"));
        }
        if before != self.profile.preferences {
            self.profile.turn = self.profile.turn.saturating_add(1);
            self.track_now(None, "Preferences Stated", answers, page, at);
            self.changed(true);
        }
    }

    /// The visitor put the offered step off.
    pub fn later(&mut self, channel: &str, now: Millis) {
        let what = What::Later(channel.to_owned());
        self.act(Held { ticket: None, at: now, page: Value::Null, what });
    }

    /// Notes an answer about a channel, also one that an event tells of.
    pub(super) fn permit(&mut self, channel: &str, answer: Answer, at: Millis) {
        let keeps = crate::FULL && !self.forgotten && self.consent.stores();
        if keeps && self.profile.permissions.note(channel, answer, at) {
            self.profile.turn = self.profile.turn.saturating_add(1);
            self.save();
            self.changed(false);
        }
    }

    /// The place of the step of permission to offer now, of the channels in the shop's order; nothing while
    /// the visitor may not be remembered.
    pub fn next_permission(&self, channels: &[&str], now: Millis) -> Option<usize> {
        let keeps = !self.forgotten && self.consent.stores();
        self.profile.permissions.next(channels, now).filter(|_| keeps)
    }
}
