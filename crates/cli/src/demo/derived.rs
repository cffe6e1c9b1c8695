//! A shop over somebody's real orders: addresses, drawn tiles and shelves for products that have none.

use super::Args;
use super::error::DemoError;
use super::shop::catalog::{Catalog, Product, address};
use super::shop::money::Currency;
use super::shop::tile;
use super::training;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use tanish::model::Card;

/// Shelves made of title words.
const SHELVES: usize = 12;
/// A word of fewer letters names no shelf.
const SHORTEST: usize = 3;
/// Words that say how a thing is, not what it is.
const QUALITIES: [&str; 34] = [
    "red",
    "white",
    "blue",
    "pink",
    "green",
    "black",
    "ivory",
    "cream",
    "gold",
    "silver",
    "large",
    "small",
    "medium",
    "mini",
    "set",
    "pack",
    "box",
    "assorted",
    "design",
    "the",
    "and",
    "with",
    "for",
    "retrospot",
    "retro",
    "vintage",
    "polkadot",
    "spotty",
    "paisley",
    "regency",
    "romantic",
    "amber",
    "clear",
    "skull",
];

/// A line of the catalogue the demo writes.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    category: String,
    brand: String,
    color: String,
    size: String,
    price: f64,
    image: &'a str,
    url: String,
}

/// Trains once to learn what the orders say of their products, gives every product an address, a picture
/// and a shelf, and writes that down. Orders say no more of a product than a [`Row`] holds.
pub fn catalog(args: &Args, currency: &Currency) -> Result<(PathBuf, Catalog), Box<dyn Error>> {
    let mut options = tanish_train::Options::new(args.data.join("draft"));
    options.orders.clone_from(&args.orders);
    options.preset = args.preset;
    options.currency = Some(currency.code().to_owned());
    if let Some(columns) = &args.columns {
        options.columns = tanish_train::input::ColumnNames::parse(columns)?;
    }
    tanish_train::train(&options, &mut ())?;
    let mut cards = training::cards(&options.out)?;
    dress(&mut cards);
    let path = args.data.join("catalog.csv");
    let products = products(&cards);
    if products.is_empty() {
        return Err(DemoError::Empty(path).into());
    }
    write(&path, &products)?;
    Ok((path, Catalog::new(products)))
}

fn write(path: &Path, products: &[Product]) -> Result<(), DemoError> {
    let failed =
        |source: csv::Error| DemoError::File { path: path.into(), verb: "written", source: source.into() };
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    for product in products {
        let row = Row {
            id: &product.id,
            title: &product.titles[0],
            category: product.category.join(" > "),
            brand: product.brand.clone(),
            color: product.colors.join("|"),
            size: product.sizes.join("|"),
            price: product.price,
            image: &product.image,
            url: product.url(),
        };
        writer.serialize(row).map_err(failed)?;
    }
    writer.flush().map_err(|source| failed(source.into()))
}

/// Makes cards of another shop ours to show: an address here, a picture this shop may load, a shelf, a
/// title that does not shout. What has no price has no page here, so it counts as sold out.
pub fn dress(cards: &mut [Card]) {
    let nouns = Nouns::of(cards.iter().map(|card| card.title.as_str()));
    for card in cards {
        if card.attribute("category").is_empty()
            && let Some(shelf) = nouns.shelf(&card.title)
        {
            card.attributes.retain(|(name, _)| name != "category");
            card.attributes.push(("category".to_owned(), vec![shelf]));
            card.attributes.sort();
        }
        card.title = tidy(&card.title);
        // Pictures of other hosts are not shown: the page loads nothing from elsewhere.
        let own = |image: &String| image.starts_with('/') && !image.starts_with("//");
        card.image = card.image.take().filter(own).or_else(|| Some(tile::address(&card.title)));
        card.url = Some(address(&card.id));
        if card.price.is_none() {
            card.stock = Some(0);
        }
    }
}

/// What the shop sells of [dressed](dress) cards: whatever has a price.
pub fn products(cards: &[Card]) -> Vec<Product> {
    cards.iter().filter_map(|card| Some(product(card, card.price?))).collect()
}

fn product(card: &Card, price: f64) -> Product {
    let titled = |language: &str| {
        let own = card.titles.iter().find(|(tag, _)| tag.split('-').next() == Some(language));
        own.map(|(_, title)| title.clone()).unwrap_or_default()
    };
    Product {
        id: card.id.clone(),
        image: card.image.clone().unwrap_or_default(),
        titles: [card.title_in("en").to_owned(), titled("uz"), titled("ru")],
        category: card.attribute("category").to_vec(),
        brand: card.attribute("brand").first().cloned().unwrap_or_default(),
        colors: card.attribute("color").to_vec(),
        sizes: card.attribute("size").to_vec(),
        price,
        stock: card.stock,
        added: card.added.and_then(day),
    }
}

/// The day of a moment in milliseconds since 1970, in UTC.
fn day(at: u64) -> Option<Date> {
    let at = jiff::Timestamp::from_millisecond(i64::try_from(at).ok()?).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date())
}

/// Shouted titles spoken: `WHITE HANGING HEART` becomes `White hanging heart`.
fn tidy(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.chars().any(char::is_lowercase) {
        return title;
    }
    let mut letters = title.chars();
    letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_lowercase())
}

/// Words that name shelves.
#[derive(Debug, Default)]
struct Nouns {
    /// Every word of every title.
    known: HashSet<String>,
    shelves: Vec<String>,
}

impl Nouns {
    /// The words most titles have in common that can name a shelf.
    fn of<'a>(titles: impl Iterator<Item = &'a str> + Clone) -> Nouns {
        let mut nouns = Nouns { known: titles.clone().flat_map(words).collect(), shelves: Vec::new() };
        let mut counts: HashMap<String, usize> = HashMap::new();
        for title in titles {
            for word in nouns.candidates(title).collect::<HashSet<_>>() {
                *counts.entry(word).or_default() += 1;
            }
        }
        let mut counts: Vec<(String, usize)> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
        counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        nouns.shelves = counts.into_iter().take(SHELVES).map(|(word, _)| word).collect();
        nouns
    }

    /// The shelf of a title: its last word that names one.
    fn shelf(&self, title: &str) -> Option<String> {
        let found = self.candidates(title).filter(|word| self.shelves.contains(word)).last()?;
        let mut letters = found.chars();
        Some(letters.next()?.to_uppercase().chain(letters).collect())
    }

    /// A title's words that say what it is; a plural whose singular stands in some title becomes it.
    fn candidates<'a>(&'a self, title: &'a str) -> impl Iterator<Item = String> + 'a {
        let single = |word: String| match word.strip_suffix('s') {
            Some(stem) if self.known.contains(stem) => stem.to_owned(),
            _ => word,
        };
        let names = |word: &String| word.chars().count() >= SHORTEST && !QUALITIES.contains(&word.as_str());
        words(title).map(single).filter(names)
    }
}

fn words(title: &str) -> impl Iterator<Item = String> + '_ {
    title.split(|letter: char| !letter.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(id: &str, title: &str, price: Option<f64>) -> Card {
        Card { id: id.into(), title: title.into(), price, ..Card::default() }
    }

    #[test]
    fn products_without_anything_get_a_shelf_a_tile_and_an_address() {
        let mut cards = [
            card("1", "RED LUNCH BAG", Some(1.5)),
            card("2", "JUMBO BAGS  PINK", Some(2.0)),
            card("3", "CHRISTMAS HEART", Some(3.0)),
            card("BANK CHARGES", "fees", None),
        ];
        dress(&mut cards);
        assert_eq!(cards[3].stock, Some(0), "nothing leads to a product without a page");
        let products = products(&cards);
        assert_eq!(products.len(), 3, "what has no price is not sold");
        assert_eq!(products[0].titles[0], "Red lunch bag");
        assert_eq!(products[1].titles[0], "Jumbo bags pink");
        assert_eq!(
            (&products[0].category, &products[1].category),
            (&vec!["Bag".to_owned()], &vec!["Bag".to_owned()])
        );
        assert!(products[2].category.is_empty(), "{:?}", products[2].category);
        assert!(products.iter().all(|product| product.image.starts_with("/tile/")));
    }

    #[test]
    fn pictures_of_other_hosts_are_not_loaded() {
        let of = |image: &str| {
            let mut cards = [Card { image: Some(image.into()), ..card("1", "A b", Some(1.0)) }];
            dress(&mut cards);
            products(&cards)[0].image.clone()
        };
        assert_eq!(of("https://elsewhere.example/a.jpg"), tile::address("A b"));
        assert_eq!(of("//elsewhere.example/a.jpg"), tile::address("A b"));
        assert_eq!(of("/images/a.svg"), "/images/a.svg");
    }
}
