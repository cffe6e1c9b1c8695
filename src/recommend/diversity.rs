//! No six black T-shirts: unlike products first, and at most so many alike.

use super::placement::Cap;
use crate::model::Card;

/// How much each attribute counts for likeness; the sum is 1.
const LIKENESS: [(&str, f64); 3] = [("category", 0.5), ("color", 0.3), ("brand", 0.2)];

/// The value that stands for a product: of a path of categories the last, else the first.
fn value<'a>(card: &'a Card, name: &str) -> Option<&'a str> {
    let values = card.attribute(name);
    let value = if name == "category" { values.last() } else { values.first() };
    value.map(String::as_str)
}

/// How alike two products are, 0 to 1.
pub fn likeness(one: &Card, other: &Card) -> f64 {
    let same = |name: &str| value(one, name).is_some_and(|own| value(other, name) == Some(own));
    LIKENESS.iter().filter(|(name, _)| same(name)).map(|(_, weight)| weight).sum()
}

impl Cap {
    /// Whether both have all the attributes, with the same values. A product that lacks one is like no
    /// other.
    fn alike(&self, one: &Card, other: &Card) -> bool {
        self.by.split('+').all(|name| value(one, name).is_some_and(|own| value(other, name) == Some(own)))
    }

    /// Whether another product may join those chosen.
    pub fn allows<'a>(&self, card: &Card, chosen: impl Iterator<Item = &'a Card>) -> bool {
        chosen.filter(|other| self.alike(card, other)).count() < self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(category: &[&str], color: &str, brand: &str) -> Card {
        let list = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let mut attributes = vec![("category".to_owned(), list(category))];
        attributes.extend(
            [("color", color), ("brand", brand)].map(|(name, value)| (name.to_owned(), list(&[value]))),
        );
        Card { attributes, ..Card::default() }
    }

    #[test]
    fn likeness_is_by_category_colour_and_brand() {
        let shirt = card(&["Clothing", "Shirts"], "black", "Anhor");
        assert!((likeness(&shirt, &shirt) - 1.0).abs() < 1e-9);
        let trousers = card(&["Clothing", "Trousers"], "black", "Anhor");
        assert!((likeness(&shirt, &trousers) - 0.5).abs() < 1e-9);
        assert!(likeness(&shirt, &Card::default()) < 1e-9);
    }

    #[test]
    fn a_cap_counts_what_is_alike_in_all_it_names() {
        let cap = Cap { by: "category+color".into(), most: 2 };
        let black = card(&["Shirts"], "black", "a");
        let two = [black.clone(), black.clone()];
        assert!(cap.allows(&black, two[..1].iter()));
        assert!(!cap.allows(&black, two.iter()));
        assert!(cap.allows(&card(&["Shirts"], "white", "a"), two.iter()));
        let bare = Card::default();
        assert!(cap.allows(&bare, [bare.clone(), bare.clone()].iter()), "nothing is known of them");
    }
}
