//! The catalogue: what a card shows and what products have in common.

mod feed;
mod guard;
mod rows;
mod shopify;
mod words;

pub(crate) use rows::{COLUMNS, ProductRows, clipped};
pub(crate) use words::values;

use super::report::{Problem, ReadReport};
use super::source::{Body, Format, Source};
use super::{jsonl, table};
use crate::TrainError;
use std::collections::{BTreeMap, HashMap};

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Product {
    pub id: String,
    pub title: String,
    /// By language tag.
    pub titles: BTreeMap<String, String>,
    pub price: Option<f64>,
    pub url: Option<String>,
    pub image: Option<String>,
    /// Pieces; 0 = sold out; `None` = unknown, or known to be there.
    pub stock: Option<u32>,
    /// Milliseconds since 1970.
    pub added: Option<u64>,
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Price before the present sale.
    pub list_price: Option<f64>,
    /// Sizes that are sold out.
    pub sold_out: Vec<String>,
    /// As the catalogue gives it, else the share of the price that is not cost. Never published.
    pub margin: Option<f64>,
    /// Where the margin lies among [`Catalog::margin_cuts`].
    pub margin_place: Option<u8>,
    pub description: String,
    /// Variants of one thing share a group.
    pub group: Option<String>,
    /// Other ids under which orders may name it.
    pub aliases: Vec<String>,
}

/// All products read, by id.
#[derive(Default)]
pub(crate) struct Catalog {
    pub products: BTreeMap<String, Product>,
    /// The margins that rules of `site.json` compare with, rising.
    pub margin_cuts: Vec<f64>,
}

impl Catalog {
    /// Adds a product unless its id is there already.
    pub fn add(&mut self, product: Product, file: &str, line: u64, report: &mut ReadReport) {
        if self.products.contains_key(&product.id) {
            let reason = || format!("the id {:?} came before", product.id);
            report.bad.entry(Problem::RepeatedId).or_default().add(file, line, reason);
        } else {
            self.products.insert(product.id.clone(), product);
        }
    }

    /// From every name orders may use to the product's id. An id wins over other products' aliases;
    /// of several products with one alias the first by id has it.
    pub fn names(&self) -> HashMap<&str, &str> {
        let mut names = HashMap::new();
        for product in self.products.values() {
            for alias in &product.aliases {
                names.entry(alias.as_str()).or_insert(product.id.as_str());
            }
        }
        names.extend(self.products.keys().map(|id| (id.as_str(), id.as_str())));
        names
    }
}

/// Reads a catalogue of any format.
///
/// # Errors
/// The source is no catalogue at all; faults inside it go to the report.
pub(crate) fn read(source: Source, rows: &mut ProductRows<'_>) -> Result<(), TrainError> {
    match (source.format, source.body) {
        (Format::Xml, Body::Stream(input)) => feed::read(input, rows),
        (Format::Json, Body::Stream(mut input)) => {
            if jsonl::first_object(&mut *input).is_some_and(|object| !object.contains_key("products")) {
                jsonl::read(input, &[], rows);
            } else {
                shopify::read(input, rows);
            }
        }
        (format, body) => table::read(Source { name: source.name, format, body }, &[], rows)?,
    }
    rows.check_columns()
}
