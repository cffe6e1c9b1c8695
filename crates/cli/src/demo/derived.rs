//! A shop over somebody's real orders: addresses, drawn tiles and shelves for products that have none.

use super::Args;
use super::error::DemoError;
use super::shop::catalog::{Catalog, Product, encode};
use super::shop::money::Currency;
use super::shop::tile;
use super::training;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::path::PathBuf;
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
    sizes: String,
    price: f64,
    image: &'a str,
    url: String,
}

/// Trains once to learn what the orders (and the catalogue, if there is one) say of their products,
/// gives every product an address, a picture and a shelf, and writes that down.
pub fn catalog(args: &Args, currency: &Currency) -> Result<(PathBuf, Catalog), Box<dyn Error>> {
    let mut options = tanish_train::Options::new(args.data.join("draft"));
    options.orders.clone_from(&args.orders);
    options.catalog.extend(args.catalog.clone());
    options.preset = args.preset;
    options.currency = Some(currency.code().to_owned());
    if let Some(columns) = &args.columns {
        options.columns = tanish_train::input::ColumnNames::parse(columns)?;
    }
    tanish_train::train(&options, &mut ())?;
    let products = products(&training::cards(&options.out)?);
    let path = args.data.join("catalog.csv");
    if products.is_empty() {
        return Err(DemoError::Empty(path).into());
    }
    write(&path, &products)?;
    Ok((path, Catalog::new(products)))
}

fn write(path: &std::path::Path, products: &[Product]) -> Result<(), DemoError> {
    let failed =
        |source: csv::Error| DemoError::File { path: path.into(), verb: "written", source: source.into() };
    let mut writer = csv::Writer::from_path(path).map_err(failed)?;
    for product in products {
        let row = Row {
            id: &product.id,
            title: &product.titles[0],
            category: product.category.join(" > "),
            brand: product.brand.clone(),
            color: product.color.clone(),
            sizes: product.sizes.join("|"),
            price: product.price,
            image: &product.image,
            url: format!("/product/{}", encode(&product.id)),
        };
        writer.serialize(row).map_err(failed)?;
    }
    writer.flush().map_err(|source| failed(source.into()))
}

/// Products with an address of ours, a picture and a shelf.
fn products(cards: &[Card]) -> Vec<Product> {
    let nouns = Nouns::of(cards.iter().map(|card| card.title.as_str()));
    cards.iter().filter(|card| card.price.is_some()).map(|card| product(card, &nouns)).collect()
}

fn product(card: &Card, nouns: &Nouns) -> Product {
    let first = |name| card.attribute(name).first().cloned().unwrap_or_default();
    let title = tidy(&card.title);
    let given = card.attribute("category");
    let category =
        if given.is_empty() { nouns.shelf(&card.title).into_iter().collect() } else { given.to_vec() };
    // Pictures of other hosts are not shown: the page loads nothing from elsewhere.
    let image = card.image.clone().filter(|image| image.starts_with('/') && !image.starts_with("//"));
    Product {
        id: card.id.clone(),
        image: image.unwrap_or_else(|| tile::address(&title)),
        titles: [title, String::new(), String::new()],
        category,
        brand: first("brand"),
        color: first("color"),
        sizes: card.attribute("sizes").to_vec(),
        price: card.price.unwrap_or(0.0),
        stock: card.stock,
        added: None,
    }
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
        let cards = [
            card("1", "RED LUNCH BAG", Some(1.5)),
            card("2", "JUMBO BAGS  PINK", Some(2.0)),
            card("3", "CHRISTMAS HEART", Some(3.0)),
            card("BANK CHARGES", "fees", None),
        ];
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
            product(&Card { image: Some(image.into()), ..card("1", "A b", Some(1.0)) }, &Nouns::default())
                .image
        };
        assert_eq!(of("https://elsewhere.example/a.jpg"), tile::address("A b"));
        assert_eq!(of("//elsewhere.example/a.jpg"), tile::address("A b"));
        assert_eq!(of("/images/a.svg"), "/images/a.svg");
    }
}
