//! What the shop sells.

use super::lang::Lang;
use crate::demo::error::DemoError;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// One product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Product {
    /// Unique in the catalogue.
    pub id: String,
    /// English, Oʻzbekcha, Русский; the first is always there.
    pub titles: [String; 3],
    /// From the broadest to the narrowest: `["Clothing", "Belts"]`; empty when unknown.
    pub category: Vec<String>,
    /// Who makes it; empty when unknown.
    pub brand: String,
    /// Its colours, in English, the main one first; empty when unknown.
    pub colors: Vec<String>,
    /// The sizes it comes in; empty where there is one.
    pub sizes: Vec<String>,
    /// Price of one piece, in the shop's currency.
    pub price: f64,
    /// Pieces left; `None` when the shop does not count.
    pub stock: Option<u32>,
    /// Address of its picture.
    pub image: String,
    /// Since when it is sold.
    pub added: Option<Date>,
}

impl Product {
    /// The title in a language, or in English where it has none.
    pub fn title(&self, lang: Lang) -> &str {
        let wanted = match lang {
            Lang::En => &self.titles[0],
            Lang::Uz => &self.titles[1],
            Lang::Ru => &self.titles[2],
        };
        if wanted.is_empty() { &self.titles[0] } else { wanted }
    }

    /// Its main colour; empty when unknown.
    pub fn color(&self) -> &str {
        self.colors.first().map_or("", String::as_str)
    }

    /// Whether it can be bought now.
    pub fn in_stock(&self) -> bool {
        self.stock.is_none_or(|pieces| pieces > 0)
    }

    /// Address of its page.
    pub fn url(&self) -> String {
        address(&self.id)
    }
}

/// Address of a product's page.
pub fn address(id: &str) -> String {
    format!("/product/{}", encode(id))
}

/// A part of a path, safe in an address.
pub fn encode(part: &str) -> String {
    percent_encoding::utf8_percent_encode(part, percent_encoding::NON_ALPHANUMERIC)
        .to_string()
        .replace("%2D", "-")
}

/// A shelf of the shop: a category or one of its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Shelf {
    /// As in an address: `clothing/belts`.
    pub slug: String,
    /// As the catalogue names it: `Belts`.
    pub name: String,
    /// 0 at the top.
    pub depth: usize,
    /// How many products stand on it.
    pub count: usize,
}

/// All products, by id and by shelf.
#[derive(Debug, Default)]
pub struct Catalog {
    products: Vec<Product>,
    by_id: HashMap<String, usize>,
    shelves: Vec<Shelf>,
    on_shelf: HashMap<String, Vec<usize>>,
}

impl Catalog {
    /// The catalogue of these products, in their order. The first of two products with one id stays.
    pub fn new(products: impl IntoIterator<Item = Product>) -> Catalog {
        let mut catalog = Catalog::default();
        let mut tree: BTreeMap<usize, Shelf> = BTreeMap::new();
        let mut first_seen: HashMap<String, usize> = HashMap::new();
        for product in products {
            if catalog.by_id.contains_key(&product.id) {
                continue;
            }
            let index = catalog.products.len();
            let mut slug = String::new();
            for (depth, name) in product.category.iter().enumerate() {
                if depth > 0 {
                    slug.push('/');
                }
                slug.push_str(&slugify(name));
                let next = first_seen.len();
                let order = *first_seen.entry(slug.clone()).or_insert(next);
                let fresh = || Shelf { slug: slug.clone(), name: name.clone(), depth, count: 0 };
                tree.entry(order).or_insert_with(fresh).count += 1;
                catalog.on_shelf.entry(slug.clone()).or_default().push(index);
            }
            catalog.by_id.insert(product.id.clone(), index);
            catalog.products.push(product);
        }
        catalog.shelves = tree.into_values().collect();
        catalog
    }

    /// Reads `catalog.csv` as the sample shop writes it.
    pub fn read(path: &Path) -> Result<Catalog, DemoError> {
        let mut reader = csv::Reader::from_path(path).map_err(|source| DemoError::csv(path, source))?;
        let header = reader.headers().map_err(|source| DemoError::csv(path, source))?.clone();
        let column = |name: &str| header.iter().position(|title| title == name);
        for needed in ["id", "title", "price"] {
            if column(needed).is_none() {
                return Err(DemoError::Column { path: path.into(), column: needed });
            }
        }
        let mut products = Vec::new();
        for (row, record) in reader.records().enumerate() {
            let record = record.map_err(|source| DemoError::csv(path, source))?;
            let field = |name| column(name).and_then(|at| record.get(at)).unwrap_or("").trim();
            let list = |name, mark| -> Vec<String> {
                let parts = field(name).split(mark).map(str::trim).filter(|part: &&str| !part.is_empty());
                parts.map(str::to_owned).collect()
            };
            let price = field("price").parse().map_err(|_| DemoError::Field {
                path: path.into(),
                line: record.position().map_or(row as u64 + 2, csv::Position::line),
                column: "price",
                value: field("price").into(),
            })?;
            products.push(Product {
                id: field("id").into(),
                titles: [field("title").into(), field("title_uz").into(), field("title_ru").into()],
                category: list("category", '>'),
                brand: field("brand").into(),
                colors: list("color", '|'),
                sizes: list("sizes", '|'),
                price,
                stock: field("stock").parse().ok(),
                image: field("image").into(),
                added: field("added").parse().ok(),
            });
        }
        Ok(Catalog::new(products))
    }

    /// Every product, in the catalogue's order.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product with this id.
    pub fn get(&self, id: &str) -> Option<&Product> {
        self.by_id.get(id).map(|&index| &self.products[index])
    }

    /// Every shelf; a shelf's parts follow it somewhere, in the catalogue's order.
    pub fn shelves(&self) -> &[Shelf] {
        &self.shelves
    }

    /// The shelf at an address.
    pub fn shelf(&self, slug: &str) -> Option<&Shelf> {
        self.shelves.iter().find(|shelf| shelf.slug == slug)
    }

    /// What stands on a shelf.
    pub fn on_shelf(&self, slug: &str) -> impl Iterator<Item = &Product> {
        self.on_shelf.get(slug).into_iter().flatten().map(|&index| &self.products[index])
    }

    /// The address of the narrowest shelf a product stands on.
    pub fn shelf_of(&self, product: &Product) -> Option<String> {
        let parts: Vec<String> = product.category.iter().map(|name| slugify(name)).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }
}

/// A name as it stands in an address: lower-case ASCII letters and digits, joined by `-`.
pub fn slugify(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars() {
        match letter {
            'ʻ' | 'ʼ' | '\'' | '’' => {}
            letter if letter.is_ascii_alphanumeric() => slug.push(letter.to_ascii_lowercase()),
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(id: &str, category: &[&str]) -> Product {
        let category = category.iter().map(|name| (*name).to_owned()).collect();
        Product {
            id: id.into(),
            titles: [id.into(), String::new(), String::new()],
            category,
            ..Product::default()
        }
    }

    #[test]
    fn slugs_are_plain_ascii() {
        assert_eq!(slugify("Doʻppi"), "doppi");
        assert_eq!(slugify("Atlas & adras"), "atlas-adras");
        assert_eq!(slugify(" > "), "");
    }

    #[test]
    fn shelves_count_their_products_at_every_depth() {
        let catalog = Catalog::new([
            product("1", &["Clothing", "Belts"]),
            product("2", &["Home"]),
            product("3", &["Clothing", "Shoes"]),
            product("3", &["Home"]),
        ]);
        let seen: Vec<_> = catalog.shelves().iter().map(|shelf| (shelf.slug.as_str(), shelf.count)).collect();
        assert_eq!(seen, [("clothing", 2), ("clothing/belts", 1), ("home", 1), ("clothing/shoes", 1)]);
        assert_eq!(catalog.products().len(), 3);
        assert_eq!(catalog.on_shelf("clothing").map(|p| p.id.as_str()).collect::<Vec<_>>(), ["1", "3"]);
        assert!(catalog.shelf("clothing/none").is_none());
    }

    #[test]
    fn a_title_falls_back_to_english_and_an_address_is_safe() {
        let odd = product("BANK CHARGES/1", &[]);
        assert_eq!(odd.title(Lang::Ru), "BANK CHARGES/1");
        assert_eq!(odd.url(), "/product/BANK%20CHARGES%2F1");
    }
}
