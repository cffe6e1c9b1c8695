//! The outbox: how an event gets from `track` to the endpoint, exactly once and in order.
//!
//! An event first goes into the *journal* (synchronous, small: survives a closed tab), then into the
//! *store* (shared by all tabs of the origin: survives a killed browser); then its promise resolves
//! and it leaves the journal. One tab, the *sender*, reads the store in the order of the ids, sends
//! batch after batch and removes what the endpoint has. Whatever dies on the way, the event is still
//! in one of the two; what is sent twice carries the same id, by which the endpoint drops it.
//!
//! This is the machine only: it is told what happened and says what to do. No time is kept here:
//! waits are durations, so a jumping clock cannot stop it.

use super::retry::{Verdict, delay, verdict};
use crate::time::Millis;
use crate::value::Value;

/// Most events in a batch.
const MAX_BATCH: usize = 100;
/// Most events kept; past it the oldest are dropped and counted.
pub const MAX_STORED: usize = 5_000;
/// What one page may hand over while it closes, of the browser's 64 KiB for all such requests.
const MAX_FAREWELL: usize = 56 * 1024;
/// How long the first event of a quiet time waits for company.
const GATHER: Millis = 1_000;
/// How often a tab that is not the sender looks whether the store is empty, and how many times.
const FLUSH_LOOK: Millis = 250;
/// How often a single event may be turned away without a reason before it counts as refused.
const MAX_TURNS: u32 = 8;
const FLUSH_LOOKS: u32 = 80;

/// Names the promise of a call, for the one who drives the machine.
pub type Ticket = u32;

/// What the driver has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Write the event to the journal before anything else.
    Journal(Value),
    /// Put the events into the store, then say [`Outbox::stored`].
    Store(Vec<Value>),
    /// Take these ids out of the journal.
    Unjournal(Vec<String>),
    /// Read the first events of the store, in the order of their ids, then say [`Outbox::loaded`].
    Load(usize),
    /// Send the events, then say [`Outbox::answered`] with the same ids.
    Send {
        /// Ids of the events.
        ids: Vec<String>,
        /// The events.
        events: Vec<Value>,
        /// The page is closing: the request must outlive it.
        farewell: bool,
    },
    /// Take these ids out of the store, then say [`Outbox::removed`].
    Remove(Vec<String>),
    /// Count the store, then say [`Outbox::counted`].
    Count,
    /// Take this many of the oldest events out of the store.
    Trim(usize),
    /// Tell the other tabs that there are new events in the store.
    Poke,
    /// Tell the other tabs that the endpoint has these.
    Announce(Vec<String>),
    /// Say [`Outbox::woken`] after this long; replaces an earlier wish.
    Wake(Millis),
    /// Resolve a promise, or reject it with a reason.
    Settle(Ticket, Result<(), String>),
}

/// How the endpoint answered a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outcome {
    /// HTTP status, 0 for no answer.
    pub status: u16,
    /// What the server asked to wait.
    pub retry_after: Option<Millis>,
    /// Ids in the batch that the endpoint refused for good.
    pub refused: Vec<String>,
    /// The batch was a farewell.
    pub farewell: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing to do, or not the sender.
    Idle,
    /// Waiting for company.
    Gathering,
    Loading,
    Sending,
    Removing,
    /// Waiting after a failure.
    BackingOff,
}

/// The machine of one tab.
#[derive(Debug)]
pub struct Outbox {
    state: State,
    sender: bool,
    /// Accepted, not yet safe: neither stored nor delivered.
    unstored: Vec<(String, Option<Ticket>)>,
    /// Delivered, but the store could not let go of them.
    delivered: Vec<String>,
    /// Under way in a farewell.
    farewell: Vec<String>,
    /// Tracked in this tab, not known to be delivered, in order.
    unsent: Vec<(String, Value)>,
    /// Events in the store, as far as this tab knows.
    stored: usize,
    /// The store was counted once, so older events of earlier pages are known of.
    counted: bool,
    /// New events came while busy.
    more: bool,
    attempt: u32,
    limit: usize,
    flushes: Vec<(Ticket, u32)>,
    dropped: u64,
    refused: u64,
}

impl Default for Outbox {
    fn default() -> Outbox {
        Outbox {
            state: State::Idle,
            sender: false,
            unstored: Vec::new(),
            delivered: Vec::new(),
            farewell: Vec::new(),
            unsent: Vec::new(),
            stored: 0,
            counted: false,
            more: false,
            attempt: 0,
            limit: MAX_BATCH,
            flushes: Vec::new(),
            dropped: 0,
            refused: 0,
        }
    }
}

/// The id of an event.
pub fn message_id(event: &Value) -> &str {
    event.str("messageId").unwrap_or_default()
}

impl Outbox {
    /// Events waiting, as far as this tab knows.
    pub fn queued(&self) -> usize {
        self.stored.max(self.unsent.len())
    }

    /// Events a full store had to drop.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Events the endpoint refused.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Whether this tab sends for all.
    pub fn is_sender(&self) -> bool {
        self.sender
    }

    /// Takes an event; the ticket settles when the store has it.
    pub fn accept(&mut self, event: Value, ticket: Option<Ticket>, out: &mut Vec<Effect>) {
        let id = message_id(&event).to_owned();
        self.unstored.push((id.clone(), ticket));
        self.unsent.push((id, event.clone()));
        if self.unsent.len() > MAX_STORED {
            self.unsent.remove(0);
        }
        out.push(Effect::Journal(event.clone()));
        out.push(Effect::Store(vec![event]));
    }

    /// Moves what an earlier page left in the journal into the store.
    pub fn recover(&mut self, events: Vec<Value>, out: &mut Vec<Effect>) {
        if !events.is_empty() {
            self.unstored.extend(events.iter().map(|event| (message_id(event).to_owned(), None)));
            out.push(Effect::Store(events));
        }
        out.push(Effect::Count);
    }

    /// The store has these. Of those that only memory has (`unsafe_ids`) the tickets settle when they
    /// are delivered.
    pub fn stored(&mut self, ids: &[String], unsafe_ids: &[String], out: &mut Vec<Effect>) {
        out.push(Effect::Unjournal(ids.to_vec()));
        self.stored += ids.len() + unsafe_ids.len();
        self.safe(ids, out);
        self.trim(out);
        if self.sender {
            self.arrived(out);
        } else {
            out.push(Effect::Poke);
        }
    }

    /// Settles the tickets of these events.
    fn safe(&mut self, ids: &[String], out: &mut Vec<Effect>) {
        let (done, waiting) = self.unstored.drain(..).partition(|(id, _)| ids.contains(id));
        self.unstored = waiting;
        for (_, ticket) in done {
            out.extend(ticket.map(|ticket| Effect::Settle(ticket, Ok(()))));
        }
    }

    fn trim(&mut self, out: &mut Vec<Effect>) {
        if let Some(excess) = self.stored.checked_sub(MAX_STORED + 1) {
            out.push(Effect::Trim(excess + 1));
            self.stored = MAX_STORED;
            self.dropped += excess as u64 + 1;
        }
    }

    /// Another tab stored events.
    pub fn poked(&mut self, out: &mut Vec<Effect>) {
        if self.sender {
            self.arrived(out);
        }
    }

    /// Another tab delivered these.
    pub fn announced(&mut self, ids: &[String]) {
        self.unsent.retain(|(id, _)| !ids.contains(id));
        self.stored = self.stored.saturating_sub(ids.len());
    }

    /// This tab became the sender, or stopped being it.
    pub fn lead(&mut self, sender: bool, out: &mut Vec<Effect>) {
        self.sender = sender;
        if matches!(self.state, State::Idle | State::Gathering | State::BackingOff) {
            self.state = State::Idle;
            if sender {
                self.load(out);
            }
        }
    }

    fn arrived(&mut self, out: &mut Vec<Effect>) {
        match self.state {
            State::Idle if self.flushes.is_empty() => {
                self.state = State::Gathering;
                out.push(Effect::Wake(GATHER));
            }
            State::Idle | State::Gathering if !self.flushes.is_empty() => self.load(out),
            State::Gathering | State::BackingOff => {}
            _ => self.more = true,
        }
    }

    fn load(&mut self, out: &mut Vec<Effect>) {
        self.state = State::Loading;
        self.more = false;
        out.push(Effect::Load(self.limit));
    }

    /// The first events of the store.
    pub fn loaded(&mut self, events: Vec<Value>, out: &mut Vec<Effect>) {
        if self.state != State::Loading {
            return;
        }
        let (stuck, events): (Vec<Value>, Vec<Value>) =
            events.into_iter().partition(|event| self.delivered.iter().any(|id| id == message_id(event)));
        if !self.sender {
            self.state = State::Idle;
        } else if events.is_empty() && !stuck.is_empty() {
            self.state = State::Removing;
            out.push(Effect::Remove(stuck.iter().map(|event| message_id(event).to_owned()).collect()));
        } else if events.is_empty() {
            self.state = State::Idle;
            self.stored = 0;
            // What is still on its way into the store comes back through `stored`.
            if self.unstored.is_empty() {
                self.unsent.clear();
                self.settle_flushes(Ok(()), out);
            }
            if self.more {
                self.load(out);
            }
        } else {
            self.state = State::Sending;
            let ids = events.iter().map(|event| message_id(event).to_owned()).collect();
            out.push(Effect::Send { ids, events, farewell: false });
        }
    }

    /// The endpoint answered a batch, or nobody did. `unit` is random in `0.0..1.0`.
    pub fn answered(&mut self, ids: Vec<String>, outcome: &Outcome, unit: f64, out: &mut Vec<Effect>) {
        if outcome.farewell {
            self.farewell.retain(|id| !ids.contains(id));
        } else if self.state != State::Sending {
            return; // Everything was cleared meanwhile.
        }
        let refused = outcome.refused.iter().filter(|id| ids.contains(id)).count();
        match verdict(outcome.status) {
            Verdict::Delivered => self.done(ids, refused, outcome.farewell, out),
            // A farewell is tried once; its events are still in the store.
            _ if outcome.farewell => {}
            Verdict::TooMuch if refused == ids.len() => self.done(ids, refused, false, out),
            Verdict::TooMuch if ids.len() > 1 => {
                self.limit = ids.len() / 2;
                self.load(out);
            }
            Verdict::TooMuch if self.attempt >= MAX_TURNS => self.done(ids, 1, false, out),
            Verdict::TooMuch | Verdict::Later => {
                self.settle_flushes(Err(format!("the endpoint answered {}", outcome.status)), out);
                self.back_off(unit, outcome.retry_after, out);
            }
        }
    }

    fn back_off(&mut self, unit: f64, retry_after: Option<Millis>, out: &mut Vec<Effect>) {
        self.attempt = self.attempt.saturating_add(1);
        self.state = State::BackingOff;
        out.push(Effect::Wake(delay(self.attempt, unit, retry_after)));
    }

    fn done(&mut self, ids: Vec<String>, refused: usize, farewell: bool, out: &mut Vec<Effect>) {
        self.refused += refused as u64;
        self.unsent.retain(|(id, _)| !ids.contains(id));
        self.safe(&ids, out);
        out.push(Effect::Announce(ids.clone()));
        out.push(Effect::Remove(ids));
        if !farewell {
            self.state = State::Removing;
            self.limit = (self.limit * 2).min(MAX_BATCH);
        }
    }

    /// The store no longer has them.
    pub fn removed(&mut self, ids: &[String], out: &mut Vec<Effect>) {
        self.stored = self.stored.saturating_sub(ids.len());
        self.delivered.retain(|id| !ids.contains(id));
        if self.state == State::Removing {
            self.attempt = 0;
            self.load(out);
        }
    }

    /// The store failed: it could not be read, or (`ids`) could not let go. Tried again after a while;
    /// what was delivered is not sent again from this page.
    pub fn store_failed(&mut self, ids: &[String], unit: f64, out: &mut Vec<Effect>) {
        self.delivered.extend(ids.iter().cloned());
        if matches!(self.state, State::Loading | State::Removing) {
            self.settle_flushes(Err("the browser's store failed".to_owned()), out);
            self.back_off(unit, None, out);
        }
    }

    /// The time of the last [`Effect::Wake`] is over, or the network is back.
    pub fn woken(&mut self, out: &mut Vec<Effect>) {
        if self.sender {
            if matches!(self.state, State::Gathering | State::BackingOff) {
                self.load(out);
            }
        } else if !self.flushes.is_empty() {
            out.push(Effect::Count);
        }
    }

    /// The page is hidden and may never come back: what this tab tracked goes out now, in a request
    /// that outlives it. Not while older events of other pages wait: they go first, on the next visit.
    pub fn hidden(&mut self, out: &mut Vec<Effect>) {
        let older = !self.counted || self.stored > self.unsent.len();
        if older || matches!(self.state, State::Sending | State::BackingOff) {
            return;
        }
        if !self.farewell.is_empty() {
            return;
        }
        let mut room = MAX_FAREWELL;
        let fits = |(_, event): &&(String, Value)| match room.checked_sub(event.weight() + 1) {
            Some(left) => {
                room = left;
                true
            }
            None => false,
        };
        let (ids, events): (Vec<_>, Vec<_>) = self.unsent.iter().take_while(fits).cloned().unzip();
        if !ids.is_empty() {
            self.farewell.clone_from(&ids);
            out.push(Effect::Send { ids, events, farewell: true });
        }
    }

    /// Sends what there is now; the ticket settles when the store is empty.
    pub fn flush(&mut self, ticket: Ticket, out: &mut Vec<Effect>) {
        self.flushes.push((ticket, FLUSH_LOOKS));
        if !self.sender {
            out.push(Effect::Poke);
            out.push(Effect::Count);
        } else if matches!(self.state, State::Idle | State::Gathering | State::BackingOff) {
            self.load(out);
        }
    }

    /// How many events are in the store.
    pub fn counted(&mut self, count: usize, out: &mut Vec<Effect>) {
        self.stored = count;
        self.counted = true;
        self.trim(out);
        if self.sender || self.flushes.is_empty() {
            return;
        }
        if count == 0 && self.unstored.is_empty() {
            self.settle_flushes(Ok(()), out);
            return;
        }
        self.flushes.retain_mut(|(ticket, looks)| {
            *looks -= 1;
            if *looks == 0 {
                out.push(Effect::Settle(*ticket, Err("the sending tab did not get through".to_owned())));
            }
            *looks > 0
        });
        if !self.flushes.is_empty() {
            out.push(Effect::Wake(FLUSH_LOOK));
        }
    }

    fn settle_flushes(&mut self, result: Result<(), String>, out: &mut Vec<Effect>) {
        for (ticket, _) in self.flushes.drain(..) {
            out.push(Effect::Settle(ticket, result.clone()));
        }
    }

    /// Forgets everything; open promises resolve.
    pub fn clear(&mut self, out: &mut Vec<Effect>) {
        let sender = self.sender;
        for (_, ticket) in self.unstored.drain(..) {
            out.extend(ticket.map(|ticket| Effect::Settle(ticket, Ok(()))));
        }
        self.settle_flushes(Ok(()), out);
        *self = Outbox {
            sender,
            counted: true,
            dropped: self.dropped,
            refused: self.refused,
            ..Outbox::default()
        };
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
