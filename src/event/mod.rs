//! What happened: the event in Segment's shape, and the outbox that delivers it.

pub mod envelope;
pub mod outbox;
pub mod retry;
pub mod stamp;

pub use envelope::{Envelope, EventError};
pub use outbox::{Effect, Outbox, Outcome, Ticket};
pub use stamp::Stamper;
