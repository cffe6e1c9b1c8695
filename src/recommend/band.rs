//! Which prices a visitor is shown.

use super::sizes::leaf;
use crate::model::Card;
use crate::visitor::HistoryEntry;

/// Fewest prices of a category that make a usual one.
const FEWEST: usize = 2;

/// Whether a price is within `[min, max, around]`, see [`super::Rules::price`]. A product without a price is,
/// for nothing speaks against it.
pub fn within(band: &[Option<f64>; 3], card: &Card, history: &[HistoryEntry]) -> bool {
    let [min, max, around] = *band;
    let Some(price) = card.price else { return true };
    let fixed = min.is_none_or(|min| price >= min) && max.is_none_or(|max| price <= max);
    fixed
        && around.is_none_or(|around| {
            let category = card.attribute("category").last().map_or("", |category| category);
            let near = |usual: f64| price * around >= usual && price <= usual * around;
            usual(history, category).is_none_or(near)
        })
}

/// The median of the prices the visitor looked at or paid in a category; `None` below two.
fn usual(history: &[HistoryEntry], category: &str) -> Option<f64> {
    let of = |entry: &&HistoryEntry| {
        let own = entry.attributes.iter().find(|(name, _)| name == "category");
        own.map_or("", |(_, path)| leaf(path)).eq_ignore_ascii_case(category)
    };
    let mut prices: Vec<f64> = Vec::new();
    for price in history.iter().filter(of).filter_map(|entry| entry.price) {
        // Few prices: putting each in its place costs the module less than a sort.
        prices.insert(prices.partition_point(|other| *other <= price), price);
    }
    prices.get(prices.len() / 2).copied().filter(|_| prices.len() >= FEWEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visitor::Action;

    fn seen(category: &str, price: f64) -> HistoryEntry {
        HistoryEntry {
            price: Some(price),
            attributes: vec![("category".into(), category.into())],
            ..HistoryEntry::new("x", 1, Action::View)
        }
    }

    fn card(price: Option<f64>) -> Card {
        Card {
            price,
            attributes: vec![("category".into(), vec!["Home".into(), "Rugs".into()])],
            ..Card::default()
        }
    }

    #[test]
    fn fixed_and_around_the_usual() {
        let fixed =
            |price, history: &[HistoryEntry]| within(&[Some(10.0), Some(20.0), None], &card(price), history);
        assert_eq!([9.0, 10.0, 20.0, 21.0].map(|price| fixed(Some(price), &[])), [false, true, true, false]);
        assert!(fixed(None, &[]));
        let around =
            |price, history: &[HistoryEntry]| within(&[None, None, Some(2.0)], &card(price), history);
        let history =
            [seen("Home/Rugs", 90.0), seen("Home > Rugs", 100.0), seen("Rugs", 400.0), seen("Tea", 1.0)];
        let shown = [49.0, 50.0, 200.0, 201.0].map(|price| around(Some(price), &history));
        assert_eq!(shown, [false, true, true, false]);
        assert!(around(Some(9000.0), &history[..1]), "one price is no habit");
    }
}
