//! Events on their way out.

use super::{
    Effect, Held, Shop, What,
    learn::{fill_cart, learn},
};
use crate::event::{self, Envelope, Outbox, Outcome, Ticket};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::Purpose;
use crate::visitor::permission::Answer;

impl Shop {
    /// Records an event. The ticket settles when the event is durable, or when the visitor refused.
    pub fn track(&mut self, ticket: Ticket, name: &str, properties: Value, now: Millis) {
        let what = What::Track { name: name.to_owned(), properties };
        self.act(Held { ticket: Some(ticket), at: now, page: self.page.clone(), what });
    }

    pub(super) fn track_now(
        &mut self,
        ticket: Option<Ticket>,
        name: &str,
        properties: Value,
        page: Value,
        at: Millis,
    ) {
        if !self.forgotten && self.consent.stores() {
            self.profile.seen(at);
            let answer = match name {
                "Permission Granted" => Some(Answer::Granted),
                "Permission Withdrawn" => Some(Answer::Withdrawn),
                _ => None,
            };
            if let Some((answer, channel)) = answer.zip(properties.str("channel")) {
                self.permit(channel, answer, at);
            }
            let personal = self.allows(Purpose::Personalization);
            let learned = personal && self.profile.history.add(learn(name, &properties, at), at);
            let filled = personal && fill_cart(&mut self.profile.cart, name, &properties, at);
            self.save();
            if learned || filled {
                self.changed(false);
            }
        }
        let recorded = if self.records() {
            let id = self.stamper.next(at);
            self.envelope(page, at).track(id, at, name, properties).map(Some)
        } else {
            Ok(None)
        };
        match recorded {
            Ok(Some(event)) => self.with_outbox(|outbox, out| outbox.accept(event, ticket, out)),
            Ok(None) => {
                if let Some(ticket) = ticket {
                    self.settle(ticket, Ok(Value::Null));
                }
            }
            Err(error) => {
                self.problem(error.to_string());
                if let Some(ticket) = ticket {
                    self.settle(ticket, Err(error.to_string()));
                }
            }
        }
    }

    pub(super) fn emit_identify(&mut self, traits: Value, page: Value, at: Millis) {
        if !self.records() {
            return;
        }
        let id = self.stamper.next(at);
        match self.envelope(page, at).identify(id, at, traits) {
            Ok(event) => self.with_outbox(|outbox, out| outbox.accept(event, None, out)),
            Err(error) => self.problem(error.to_string()),
        }
    }

    /// Tells the CRM that the visitor of this id is the one here: their events belong together.
    pub(super) fn emit_alias(&mut self, previous: &str, at: Millis) {
        if self.records() {
            let id = self.stamper.next(at);
            let event = self.envelope(self.page.clone(), at).alias(id, at, previous);
            self.with_outbox(|outbox, out| outbox.accept(event, None, out));
        }
    }

    /// Whether events are kept and sent. Where the shop names no endpoint they would only fill the
    /// visitor's disk.
    pub(super) fn records(&self) -> bool {
        self.config.endpoint.is_some() && self.allows(Purpose::Analytics)
    }

    fn envelope(&self, page: Value, at: Millis) -> Envelope {
        Envelope {
            visitor: self.profile.id.map(|id| id.to_string()),
            customer: self.profile.customer.clone(),
            session: self.profile.visit_start.unwrap_or(at),
            page,
            locale: self.locale.clone(),
        }
    }

    /// The page went to another address without loading anew.
    pub fn page(&mut self, page: Value) {
        self.page = page;
    }

    /// Lets the outbox act, if events are kept at all: news that come after a withdrawal move nothing.
    pub(super) fn with_outbox(&mut self, act: impl FnOnce(&mut Outbox, &mut Vec<event::Effect>)) {
        if self.records() {
            self.outbox_acts(act);
        }
    }

    fn outbox_acts(&mut self, act: impl FnOnce(&mut Outbox, &mut Vec<event::Effect>)) {
        let mut out = Vec::new();
        act(&mut self.outbox, &mut out);
        for effect in out {
            self.out.push(match effect {
                event::Effect::Settle(ticket, done) => Effect::Settle(ticket, done.map(|()| Value::Null)),
                effect => Effect::Outbox(effect),
            });
        }
    }

    pub(super) fn clear_outbox(&mut self) {
        self.outbox_acts(Outbox::clear);
    }

    /// The store has these events; `unsafe_ids` only memory has.
    pub fn stored(&mut self, ids: &[String], unsafe_ids: &[String]) {
        self.with_outbox(|outbox, out| outbox.stored(ids, unsafe_ids, out));
    }

    /// The store could not be read, or could not let go of these.
    pub fn store_failed(&mut self, ids: &[String]) {
        let unit = self.random.unit();
        self.with_outbox(|outbox, out| outbox.store_failed(ids, unit, out));
    }

    /// The first events of the store.
    pub fn loaded(&mut self, events: Vec<Value>) {
        self.with_outbox(|outbox, out| outbox.loaded(events, out));
    }

    /// The store no longer has these events.
    pub fn removed(&mut self, ids: &[String]) {
        self.with_outbox(|outbox, out| outbox.removed(ids, out));
    }

    /// How many events the store has.
    pub fn counted(&mut self, count: usize) {
        self.with_outbox(|outbox, out| outbox.counted(count, out));
    }

    /// The endpoint answered a batch; status 0 when nobody did.
    pub fn answered(&mut self, ids: Vec<String>, outcome: &Outcome) {
        if matches!(outcome.status, 400..=499) && outcome.status != 408 && outcome.status != 429 {
            self.problem(format!(
                "the events endpoint answered {}: check events.endpoint and events.writeKey",
                outcome.status
            ));
        }
        let unit = self.random.unit();
        self.with_outbox(|outbox, out| outbox.answered(ids, outcome, unit, out));
    }

    /// This tab became the sender for all, or stopped being it.
    pub fn lead(&mut self, sender: bool) {
        self.with_outbox(|outbox, out| outbox.lead(sender, out));
    }

    /// Another tab stored events.
    pub fn poked(&mut self) {
        self.with_outbox(Outbox::poked);
    }

    /// Another tab delivered these events.
    pub fn announced(&mut self, ids: &[String]) {
        self.outbox.announced(ids);
    }

    /// The time asked for is over, or the network is back.
    pub fn woken(&mut self) {
        self.with_outbox(Outbox::woken);
    }

    /// The page is hidden and may never come back.
    pub fn hidden(&mut self) {
        self.with_outbox(Outbox::hidden);
    }

    /// Sends what there is; the ticket settles when the endpoint has it all.
    pub fn flush(&mut self, ticket: Ticket) {
        if self.config.endpoint.is_none() {
            self.settle(ticket, Err("no events.endpoint in site.json: events are not sent".to_owned()));
        } else if self.records() {
            self.with_outbox(|outbox, out| outbox.flush(ticket, out));
        } else {
            self.settle(ticket, Ok(Value::Null));
        }
    }
}
