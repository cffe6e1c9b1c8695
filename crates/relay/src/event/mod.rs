//! Bytes to events: bounded, checked, each fault named.

mod batch;
mod check;

pub use batch::{Batch, LARGEST_BATCH, LARGEST_EVENT, MOST_EVENTS, read_batch, read_single};

/// What is wrong with an event, or with a request as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Position in the batch, from 0; `None` is about the whole request.
    pub index: Option<usize>,
    /// The event's id, where it could be read.
    pub message_id: Option<String>,
    /// The field, as in `properties`; empty is about the whole event.
    pub field: &'static str,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl Fault {
    /// A fault of the whole request.
    pub(crate) fn whole(field: &'static str, message: impl Into<String>) -> Fault {
        Fault { index: None, message_id: None, field, message: message.into() }
    }
}
