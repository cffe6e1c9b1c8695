//! What the machine asks of its driver.

use crate::event::{self, Ticket};
use crate::value::Value;
use crate::visitor::VisitorId;

/// One thing to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Assign to `document.cookie`.
    SetCookie(String),
    /// Keep the profile in the origin's storage.
    Save(Value),
    /// Take part in the delivery over all tabs: say which tab sends, listen to the others.
    Join,
    /// Stop taking part, and remove journal and store.
    EraseEvents,
    /// Stop taking part, and remove everything kept in this browser: profile, journal, store. Then
    /// resolve the promise, if there is one.
    Erase(Option<Ticket>),
    /// Ask the relay who this is, by its cookie or this id; the answer comes by [`super::Shop::twin`].
    AskTwin(VisitorId),
    /// Have the relay clear its cookie, after whatever is under way; said by [`super::Shop::twin_cleared`].
    ClearTwin,
    /// Fetch these files of the site folder; each comes back by [`super::Shop::file`].
    Fetch(Vec<String>),
    /// Resolve a promise with a value, or reject it with a reason.
    Settle(Ticket, Result<Value, String>),
    /// History, consent or scores changed.
    Changed {
        /// Another person, another choice or another past: what is shown is to be decided anew.
        anew: bool,
    },
    /// Tell the developer, once, on the console.
    Warn(String),
    /// Work of the outbox.
    Outbox(event::Effect),
}
