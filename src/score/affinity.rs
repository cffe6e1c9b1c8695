//! What the visitor likes, by attribute: deeds weighted by strength and decayed by age.

use crate::time::{DAY, Millis};
use crate::visitor::history::ATTRIBUTES;
use crate::visitor::{Action, HistoryEntry};

/// Days after which a deed counts half.
pub const HALF_LIFE_DAYS: f64 = 60.0;

/// How much a value of an attribute is liked.
#[derive(Debug, Clone, PartialEq)]
pub struct Affinity {
    /// The value, as the shop writes it.
    pub value: String,
    /// Its share of all weight of the attribute, 0 to 1.
    pub weight: f64,
}

/// Affinities by attribute, strongest first; attributes without a deed are left out.
///
/// `W = Σ w(action) · 2^(−age / half-life)`, as shares of the sum.
pub fn affinities(history: &[HistoryEntry], now: Millis) -> Vec<(&'static str, Vec<Affinity>)> {
    let of = |name: &'static str| {
        let mut values: Vec<Affinity> = Vec::new();
        for entry in history {
            let Some((_, value)) = entry.attributes.iter().find(|(key, _)| key == name) else { continue };
            let age = now.saturating_sub(entry.at) as f64 / DAY as f64;
            let weight = strength(entry.action) * (-age / HALF_LIFE_DAYS * core::f64::consts::LN_2).exp();
            match values.iter_mut().find(|affinity| affinity.value == *value) {
                Some(affinity) => affinity.weight += weight,
                None => values.push(Affinity { value: value.clone(), weight }),
            }
        }
        let sum: f64 = values.iter().map(|affinity| affinity.weight).sum();
        // Few values: putting each in its place costs the module less than another sort.
        let mut sorted: Vec<Affinity> = Vec::new();
        for affinity in values {
            let stronger =
                |other: &Affinity| (other.weight, &affinity.value) >= (affinity.weight, &other.value);
            let place = sorted.partition_point(stronger);
            sorted.insert(place, affinity);
        }
        sorted.iter_mut().for_each(|affinity| affinity.weight /= sum);
        (name, sorted)
    };
    ATTRIBUTES.into_iter().map(of).filter(|(_, values)| !values.is_empty()).collect()
}

fn strength(action: Action) -> f64 {
    match action {
        Action::View => 1.0,
        Action::Wish | Action::Cart => 2.0,
        Action::Purchase => 4.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_329_421_042;

    fn did(days: u64, action: Action, color: &str) -> HistoryEntry {
        HistoryEntry {
            attributes: vec![("color".into(), color.into())],
            ..HistoryEntry::new("x", NOW - days * DAY, action)
        }
    }

    #[test]
    fn purchases_outweigh_views_and_age_halves() {
        let history =
            [did(0, Action::View, "red"), did(60, Action::Purchase, "navy"), did(0, Action::View, "red")];
        let found = affinities(&history, NOW);
        assert_eq!(found.len(), 1);
        let (name, values) = &found[0];
        assert_eq!(*name, "color");
        assert_eq!(values.iter().map(|a| a.value.as_str()).collect::<Vec<_>>(), ["navy", "red"]);
        assert!(values.iter().all(|affinity| (affinity.weight - 0.5).abs() < 1e-9));
    }
}
