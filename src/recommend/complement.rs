//! What goes with the cart as a whole.

use super::library::Reading;
use super::rank::Candidate;
use super::{Because, Query};
use crate::model::Relation;

/// Most products of the cart that speak: the last ones put in.
const MAX_CART: usize = 20;
/// What a product bought next, in another order, counts beside one bought in the same.
const NEXT_SHARE: f64 = 0.1;

/// What one product of the catalogue has from the cart.
struct Sum {
    number: u32,
    score: f64,
    /// How many products of the cart speak for it.
    voices: usize,
    loudest: f64,
    /// The place in the cart of the loudest.
    by: usize,
}

/// Products that go with those in the cart: `Σ wᵢ · √(voices / products)`, so that what goes with all
/// comes before what goes with one alone. Nothing that is in the cart.
pub fn complement(query: &Query, reading: &mut Reading) -> Vec<Candidate> {
    let mut sums: Vec<Sum> = Vec::new();
    let cart = &query.cart[query.cart.len().saturating_sub(MAX_CART)..];
    let places: Vec<_> = cart.iter().map(|id| reading.place(id)).collect();
    for (by, place) in places.iter().enumerate() {
        let Some(row) = place.and_then(|place| reading.row(place)) else { continue };
        let mut heard: Vec<u32> = Vec::new();
        for (relation, share) in [(Relation::Together, 1.0), (Relation::Next, NEXT_SHARE)] {
            for neighbour in row.list(relation) {
                let number = neighbour.number;
                if heard.contains(&number) || places.iter().flatten().any(|place| place.number == number) {
                    continue;
                }
                heard.push(number);
                let score = share * f64::from(neighbour.weight);
                match sums.iter_mut().find(|sum| sum.number == number) {
                    None => sums.push(Sum { number, score, voices: 1, loudest: score, by }),
                    Some(sum) => {
                        sum.score += score;
                        sum.voices += 1;
                        if score > sum.loudest {
                            (sum.loudest, sum.by) = (score, by);
                        }
                    }
                }
            }
        }
    }
    let candidate = |sum: Sum| {
        let because = match (sum.voices, cart.len()) {
            (1, 2..) | (_, 1) => Because::InCart(cart[sum.by].clone()),
            _ => Because::WithCart,
        };
        Candidate::new(sum.number, sum.score * (sum.voices as f64 / cart.len() as f64).sqrt(), because)
    };
    sums.into_iter().map(candidate).collect()
}
