//! A list the page already shows, in the visitor's order: category pages, search results.

use super::library::Reading;
use super::newest::liking;
use super::rank::rank;
use super::{Because, Kind, Library, Query, Request};
use crate::model::Card;
use crate::score::affinities;
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::HistoryEntry;
use crate::visitor::history::attributes_of;

/// How far the model's best may rise: past the top of the list from its end.
const MODEL: f64 = 1.2;
/// How far liking alone may lift, in lengths of the list.
const LIKING: f64 = 0.6;

/// A list in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// Places in the given list, in the new order: each product once.
    pub places: Vec<usize>,
    /// Files with which the order would be better.
    pub needs: Vec<Request>,
}

/// Orders a list of products (ids, or objects with `id` and attributes as the page knows them) by the
/// place they have, what the model expects of the visitor, and the attributes the visitor likes:
/// `1 − place/length + 1.2 · score + 0.6 · liking`, scores relative to the list's best. What nothing is
/// known of keeps its place among its like; without a history the list stays as it is.
pub fn reorder(products: &[Value], history: &[HistoryEntry], now: Millis, library: &Library) -> Order {
    let ids: Vec<String> = products.iter().map(id).collect();
    let first = |place: &usize| !ids[..*place].contains(&ids[*place]);
    let places: Vec<usize> = (0..ids.len()).filter(first).collect();
    if history.is_empty() || !crate::FULL {
        return Order { places, needs: Vec::new() };
    }
    let mut reading = Reading::new(library);
    let expected = rank(&Query::new(Kind::ForYou, now), history, &mut reading);
    let taste = affinities(history, now);
    let mut scores = Vec::new();
    for &place in &places {
        let number = reading.place(&ids[place]).map(|place| place.number);
        let said = expected.iter().find(|candidate| Some(candidate.number) == number);
        let score = said
            .filter(|said| !said.spent && said.because != Because::Popular)
            .map_or(0.0, |said| said.score);
        let attributes = attributes_of(&products[place]).into_iter().map(|(name, value)| (name, vec![value]));
        let given = Card { attributes: attributes.collect(), ..Card::default() };
        // A card is used where it is at hand; for this alone none is fetched.
        let card = number.and_then(|number| Reading::new(library).card(number));
        scores.push((score, liking(card.filter(|_| given.attributes.is_empty()).unwrap_or(&given), &taste)));
    }
    let best = scores.iter().map(|(score, _)| *score).fold(f64::MIN_POSITIVE, f64::max);
    let mut order: Vec<(f64, usize)> = Vec::new();
    for (&place, (score, liking)) in places.iter().zip(scores) {
        let worth = 1.0 - place as f64 / ids.len() as f64 + MODEL * score / best + LIKING * liking;
        // Few products: putting each in its place costs the module less than a sort.
        order.insert(order.partition_point(|(other, _)| *other >= worth), (worth, place));
    }
    Order { places: order.into_iter().map(|(_, place)| place).collect(), needs: reading.needs }
}

/// The id of an element; a number counts as its digits.
fn id(product: &Value) -> String {
    let id = ["id", "product_id"].into_iter().find_map(|name| product.get(name)).unwrap_or(product);
    match id {
        Value::Number(id) => (*id as i64).to_string(),
        id => id.as_str().unwrap_or_default().to_owned(),
    }
}
