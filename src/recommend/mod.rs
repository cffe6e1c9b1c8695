//! What to show: from a history and the files at hand to products, each with its reason.

pub mod because;
mod for_you;
pub mod kind;
pub mod library;
mod rank;
mod scores;

pub use because::{Because, Language};
pub use kind::Kind;
pub use library::{FileState, Library, Request};

use crate::model::Card;
use crate::time::Millis;
use crate::visitor::HistoryEntry;
use library::Reading;

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
    let mut reading = Reading::new(library);
    let mut candidates = rank::rank(query, history, &mut reading);
    if !reading.needs.is_empty() {
        return Err(reading.needs);
    }
    let mut items: Vec<Item> = Vec::new();
    let mut wanted = 0;
    while items.len() + wanted < query.limit {
        let Some(candidate) = candidates.pop() else { break };
        match reading.card(candidate.number) {
            None if reading.missing(candidate.number) => wanted += 1,
            None => {}
            Some(card) => {
                let excluded = query.exclude.contains(&card.id) || query.product.as_deref() == Some(&card.id);
                if card.available() && !excluded {
                    // The product whose page it is goes without saying.
                    let other =
                        candidate.because.product().filter(|id| query.product.as_deref() != Some(*id));
                    let named = other.and_then(|id| card_of(id, library));
                    items.push(Item { card, score: candidate.score, because: candidate.because, named });
                }
            }
        }
    }
    if reading.needs.is_empty() {
        library.answered();
        Ok(items)
    } else {
        Err(reading.needs)
    }
}

/// The card of a product by its id, if all it takes is at hand.
pub fn card_of<'a>(product: &str, library: &'a Library) -> Option<&'a Card> {
    let mut reading = Reading::new(library);
    let place = reading.place(product)?;
    reading.card(place.number)
}

#[cfg(test)]
mod tests;
