//! Counting what goes with what. All sums are of integers, so neither threads nor the order of the
//! input change a bit of the result.

mod fixed;
mod frame;
mod next;
mod popular;
mod returns;
mod similar;
mod together;

pub(crate) use fixed::Scored;

use crate::Counting;
use crate::history::{History, NONE};
use crate::input::catalog::Catalog;
use frame::Frame;

/// What goes with what. Products are numbered by the rank of their ids in the catalogue.
pub(crate) struct Counts {
    /// By product, best first.
    pub next: Vec<Vec<Scored>>,
    /// By product, best first.
    pub together: Vec<Vec<Scored>>,
    /// By product, best first.
    pub similar: Vec<Vec<Scored>>,
    /// By product: faded purchases and views.
    pub popularity: Vec<u64>,
    /// By product: median days between repeat purchases; 0 = unknown.
    pub repeat_days: Vec<u32>,
    /// Newest instant of the data, milliseconds since 1970.
    pub newest: i64,
    /// Orders with products of the catalogue.
    pub orders: u64,
    /// People with such orders.
    pub customers: u64,
    /// Visits with products of the catalogue.
    pub visits: u64,
    /// Lines and touches of products that are not in the catalogue.
    pub strangers: u64,
}

/// Counts everything, with as many threads as the current rayon pool has.
pub(crate) fn count(history: History, catalog: &Catalog, counting: &Counting) -> Counts {
    let frame = Frame::new(history, catalog);
    let popularity = popular::popularity(&frame);
    let buyers = frame.chain.chunk_by(|&a, &b| frame.buyer[a as usize] == frame.buyer[b as usize]);
    debug_assert!(frame.chain.iter().all(|&basket| frame.buyer[basket as usize] != NONE));
    Counts {
        next: next::rows(&frame, counting),
        together: together::rows(&frame, counting),
        similar: similar::rows(&frame, catalog, &popularity, counting),
        repeat_days: popular::repeat_days(&frame),
        popularity,
        newest: frame.newest,
        orders: u64::from(frame.baskets.len()),
        customers: buyers.count() as u64,
        visits: u64::from(frame.visits.len()),
        strangers: frame.strangers,
    }
}
