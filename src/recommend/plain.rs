//! From candidates to the list that is shown, where the shop has set no rules: all that the small module knows.

use super::library::{Reading, Request, card_of};
use super::rank::rank;
use super::{Item, Query};
use crate::visitor::HistoryEntry;

/// Answers a query, or names the files it takes to go on: as [`super::select::select`] without any rule.
pub fn select<'a>(
    query: &Query,
    history: &[HistoryEntry],
    mut reading: Reading<'a>,
) -> Result<Vec<Item<'a>>, Vec<Request>> {
    let mut candidates = rank(query, history, &mut reading);
    if !reading.needs.is_empty() {
        return Err(reading.needs);
    }
    let mut items: Vec<Item> = Vec::new();
    let mut wanted = 0;
    while items.len() + wanted < query.limit {
        let Some(candidate) = candidates.pop() else { break };
        let Some(card) = reading.card(candidate.number) else {
            wanted += usize::from(reading.missing(candidate.number));
            continue;
        };
        let excluded = query.exclude.contains(&card.id) || query.product.as_deref() == Some(&card.id);
        if card.available() && !excluded && !candidate.spent {
            // The product whose page it is goes without saying.
            let other = candidate.because.product().filter(|id| query.product.as_deref() != Some(*id));
            let named = other.and_then(|id| card_of(id, reading.library()));
            items.push(Item { card, score: candidate.score, because: candidate.because, named });
        }
    }
    if reading.needs.is_empty() { Ok(items) } else { Err(reading.needs) }
}
