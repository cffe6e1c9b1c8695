//! What to show: from a history and the files at hand to products, each with its reason.

mod band;
pub mod because;
mod complement;
mod condition;
mod diversity;
mod for_you;
mod groups;
pub mod kind;
pub mod library;
mod newest;
mod placement;
mod plain;
mod rank;
mod reorder;
mod scores;
mod select;
mod sizes;

pub use because::{Because, Language};
pub use condition::Condition;
pub use groups::Groups;
pub use kind::Kind;
pub use library::{FileState, Library, Request, card_of};
pub use placement::{Placements, Problems, Rules};
pub use reorder::{Order, reorder};
pub use sizes::Stated;

use crate::model::Card;
use crate::time::Millis;
use crate::visitor::HistoryEntry;
use library::Reading;
use std::sync::Arc;

/// Most products in one answer.
pub const MAX_LIMIT: usize = 100;

/// Most purchased products whose repeat purchase is weighed.
pub const MAX_BOUGHT: usize = 100;

/// A question for products.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What kind of list.
    pub kind: Kind,
    /// How many, 1 to [`MAX_LIMIT`].
    pub limit: usize,
    /// The product on the page.
    pub product: Option<String>,
    /// Products never to show.
    pub exclude: Vec<String>,
    /// The present.
    pub now: Millis,
    /// The rules that hold there.
    pub rules: Arc<Rules>,
    /// Products in the visitor's cart.
    pub cart: Vec<String>,
    /// Sizes the visitor stated.
    pub sizes: Stated,
    /// Where the visitor is and where they belong, for `popular-nearby`.
    pub near: Groups,
    /// Whether `popular` is asked for in these groups, too.
    pub within: bool,
}

impl Query {
    /// The best six of a kind at a time, without rules and with an empty cart.
    pub fn new(kind: Kind, now: Millis) -> Query {
        Query {
            kind,
            limit: 6,
            product: None,
            exclude: Vec::new(),
            now,
            rules: Arc::default(),
            cart: Vec::new(),
            sizes: Stated::default(),
            near: Groups::default(),
            within: false,
        }
    }
}

/// One recommended product.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a> {
    /// What a card shows.
    pub card: &'a Card,
    /// Higher is better, within one answer.
    pub score: f64,
    /// Why.
    pub because: Because,
    /// The title of the product that [`Because`] names, where its card is at hand.
    pub named: Option<&'a Card>,
}

/// Answers a query from the files at hand, or names the files it needs to go on. A file that is known
/// to be absent is done without.
pub fn recommend<'a>(
    query: &Query,
    history: &[HistoryEntry],
    library: &'a Library,
) -> Result<Vec<Item<'a>>, Vec<Request>> {
    let reading = Reading::new(library);
    let answer = if crate::FULL {
        select::select(query, history, reading)
    } else {
        plain::select(query, history, reading)
    };
    if answer.is_ok() {
        library.answered();
    }
    answer
}

#[cfg(test)]
mod rules_tests;
#[cfg(test)]
mod tests;
