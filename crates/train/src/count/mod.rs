//! Counting what goes with what. All sums are of integers, so neither threads nor the order of the
//! input change a bit of the result.

pub(crate) mod age;
pub(crate) mod fixed;
pub(crate) mod frame;
mod groups;
mod next;
pub(crate) mod orders;
pub(crate) mod popular;
mod returns;
mod similar;
mod together;
pub(crate) mod visits;

pub(crate) use fixed::Scored;
pub(crate) use groups::Group;

use crate::Counting;
use crate::history::NONE;
use crate::input::catalog::Catalog;
use age::Ages;
use frame::Frame;
use orders::OrderPairs;
use tanish::model::Settings;
use visits::VisitPairs;

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
    /// By product: how readily those who bought it buy it again now, 0 to 255.
    pub again: Vec<u8>,
    /// By product: median days between repeat purchases; 0 = unknown.
    pub repeat_days: Vec<u32>,
    /// How the page blends.
    pub settings: Settings,
    /// By product: when it first appeared, milliseconds since 1970, where that is known.
    pub first_seen: Vec<Option<i64>>,
    /// What is popular among some of the customers.
    pub groups: Vec<Group>,
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
pub(crate) fn count(frame: &Frame, catalog: &Catalog, counting: &Counting) -> Counts {
    let ages = Ages::new(frame, [0.0, 0.0]);
    let popularity = popular::popularity(frame, &ages, counting.trend.fade);
    let rebuys = popular::rebuy_shares(frame, |_| true);
    let buyers = frame.chain.chunk_by(|&a, &b| frame.buyer[a as usize] == frame.buyer[b as usize]);
    debug_assert!(frame.chain.iter().all(|&basket| frame.buyer[basket as usize] != NONE));
    Counts {
        next: wanted_next(frame, &ages, counting),
        together: together::rows(frame, counting),
        similar: similar::rows(frame, &ages, catalog, &popularity, counting),
        again: popular::again(&popularity, &rebuys, &counting.trend),
        repeat_days: popular::repeat_days(frame),
        first_seen: popular::first_seen(frame),
        groups: groups::groups(frame, &ages, counting.trend.fade),
        popularity,
        settings: counting.settings,
        newest: frame.newest,
        orders: u64::from(frame.baskets.len()),
        customers: buyers.count() as u64,
        visits: frame.seen_visits,
        strangers: frame.strangers,
    }
}

fn wanted_next(frame: &Frame, ages: &Ages, counting: &Counting) -> Vec<Vec<Scored>> {
    let visits = VisitPairs::new(frame, ages.visits(frame, counting.visits.fade));
    let of_visits = visits.rows(&counting.visits, counting.next);
    let weights = ages.baskets(frame, counting.orders.fade);
    let mut orders = OrderPairs::new(frame, weights, counting.orders.together);
    let of_orders = orders.rows(&counting.orders, counting.next);
    next::rows((&visits, of_visits), (&orders, of_orders), counting.next)
}
