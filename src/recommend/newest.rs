//! What came into the shop last, in the visitor's order.

use super::library::Reading;
use super::rank::Candidate;
use super::sizes::leaf;
use super::{Because, Query};
use crate::model::Card;
use crate::score::{Affinity, affinities};
use crate::visitor::HistoryEntry;

/// What newness counts beside liking; both are 0 to 1.
const NEWNESS: f64 = 0.5;

/// The newest products: newer ones first, and the more so the more the visitor likes their brand,
/// category and colour. Beyond those whose cards lie in one file, newness alone decides.
pub fn newest(query: &Query, history: &[HistoryEntry], reading: &mut Reading) -> Vec<Candidate> {
    reading.top();
    let taste = affinities(history, query.now);
    let newest = reading.newest();
    let rank = |at: usize| 1.0 - at as f64 / newest.len() as f64;
    let candidate = |(at, &number): (usize, &u32)| {
        let liking = reading.top_card(number).map_or(0.0, |card| liking(card, &taste));
        Candidate::new(number, NEWNESS * rank(at) + liking, Because::New)
    };
    newest.iter().enumerate().map(candidate).collect()
}

/// How much a visitor likes what a card shows, 0 to 1: the mean over the attributes of which anything is
/// known.
pub fn liking(card: &Card, taste: &[(&'static str, Vec<Affinity>)]) -> f64 {
    let of = |(name, values): &(&'static str, Vec<Affinity>)| -> f64 {
        let has =
            |value: &str| card.attribute(name).iter().any(|own| leaf(own).eq_ignore_ascii_case(leaf(value)));
        values.iter().filter(|affinity| has(&affinity.value)).map(|affinity| affinity.weight).sum()
    };
    taste.iter().map(of).sum::<f64>() / taste.len().max(1) as f64
}
