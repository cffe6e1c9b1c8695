//! The durable queue: its contract, and SQLite as its first form.
//!
//! Each accepted event is one row, and one row more for each destination it must still reach. Rows of
//! one visitor for one destination form a *lane*: they are handed out in order, to one worker at a time.
//! Time is an argument everywhere. An event that is logged and settled everywhere leaves its id behind,
//! and no more.

mod dead;
mod erase;
mod journal;
#[cfg(test)]
mod model_test;
pub mod people;
mod retention;
mod spent;
mod sqlite;

pub use dead::{DeadLetter, Which, drop_letters, replay, replay_of};
pub use erase::{Known, People};
pub use journal::{Journal, LogFile, LoggedEvent};
pub use people::{Person, Who, each_person};
pub use retention::Aging;
pub use sqlite::{Durability, SqliteQueue};

use tanish::time::Millis;

/// A destination, as the queue knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DestinationId(pub(crate) i64);

/// An event to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Unique for ever: the same id again is the same event again.
    pub message_id: String,
    /// Whose event: decides the lane.
    pub visitor: String,
    /// When the relay received it.
    pub received: Millis,
    /// The event as one JSON object, on one line.
    pub body: String,
    /// What it says of the person behind it.
    pub who: Who,
}

/// What became of a pushed event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// New, and now durable.
    Accepted,
    /// Its `message_id` was here before; nothing was stored.
    Duplicate,
}

/// The right to say what became of a leased event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Receipt {
    pub(crate) destination: DestinationId,
    pub(crate) lane: i64,
    pub(crate) seq: i64,
    pub(crate) token: i64,
}

/// An event handed out for delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// For `ack`, `nack` or `dead`.
    pub receipt: Receipt,
    /// The event's id.
    pub message_id: String,
    /// The event's lane.
    pub visitor: String,
    /// The event as JSON.
    pub body: String,
    /// Failed tries so far.
    pub attempts: u32,
    /// When its wait for this destination began: receipt, or the last replay.
    pub since: Millis,
    /// What is known of the person behind it, as a JSON object: `id`, `email`, `phone`, `traits`.
    pub customer: Option<String>,
}

/// The answer to a request for work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leases {
    /// In the order to send: events of one visitor follow each other in the order of receipt.
    pub events: Vec<Leased>,
    /// When the next lane falls due, if any waits.
    pub next_due: Option<Millis>,
}

/// Why a delivery failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// In words.
    pub reason: String,
    /// The start of the answer's body.
    pub response: String,
}

/// How much waits, and how much failed for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// The destination's name.
    pub destination: String,
    /// Events not yet delivered.
    pub pending: u64,
    /// Dead letters.
    pub dead: u64,
}

/// Why the queue failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// SQLite refused.
    #[error("the database failed: {0}; is the disk full, or the file damaged?")]
    Database(#[from] rusqlite::Error),
    /// The file was written by a later version.
    #[error(
        "the database has format {found}, this relay knows {known}: use a relay at least as new as the data"
    )]
    Format {
        /// Of the file.
        found: i64,
        /// Of this program.
        known: i64,
    },
}

/// A queue that outlives the process. Each method is one transaction: all of it, or nothing.
pub trait Queue: Send {
    /// Makes the destinations known: events pushed from now on go to exactly these.
    ///
    /// # Errors
    /// When the storage fails.
    fn route(&mut self, names: &[String]) -> Result<Vec<DestinationId>, QueueError>;

    /// Stores the new ones among the events, with a row for every destination. They survive a power
    /// cut once this returns. One answer an event, in order.
    ///
    /// # Errors
    /// When the storage fails; then nothing was stored.
    fn push_batch(&mut self, events: &[NewEvent], now: Millis) -> Result<Vec<Pushed>, QueueError>;

    /// Hands out at most `n` due events of a destination. Their lanes are closed to others until every
    /// one is settled, or until `now + ttl`.
    ///
    /// # Errors
    /// When the storage fails.
    fn lease(
        &mut self,
        destination: DestinationId,
        n: usize,
        ttl: Millis,
        now: Millis,
    ) -> Result<Leases, QueueError>;

    /// Delivered: the events leave the queue. An expired receipt counts as long as its lane stands: to
    /// hand the event out again would double it.
    ///
    /// # Errors
    /// When the storage fails.
    fn ack(&mut self, receipts: &[Receipt], now: Millis) -> Result<(), QueueError>;

    /// Not delivered, try again: counts a try for each and closes their lanes until `until`. The other
    /// receipts of these lanes, and expired ones, no longer count.
    ///
    /// # Errors
    /// When the storage fails.
    fn nack(&mut self, receipts: &[Receipt], until: Millis) -> Result<(), QueueError>;

    /// Not tried after all: as `nack`, but counts no try.
    ///
    /// # Errors
    /// When the storage fails.
    fn release(&mut self, receipts: &[Receipt], until: Millis) -> Result<(), QueueError>;

    /// Not deliverable: the events become dead letters and their lanes go on. Expired receipts do nothing.
    ///
    /// # Errors
    /// When the storage fails.
    fn dead(&mut self, receipts: &[Receipt], failure: &Failure, now: Millis) -> Result<(), QueueError>;

    /// How much waits for each destination, also for those no longer configured.
    ///
    /// # Errors
    /// When the storage fails.
    fn depths(&self) -> Result<Vec<Depth>, QueueError>;
}
