//! Events from the rows of a table: Parquet, CSV.
//!
//! Columns may be named as the members of an event (`properties.experiment_id`, `context.page.url`), plainly
//! (`experiment_id`), or hold the JSON of `properties` and `context`. A table without a column for the
//! event's name is one of session rows: `session_id, timestamp, product_id[, visitor_id, action, quantity]`.

use super::event::{Event, Key, Product, Value};
use super::json;
use std::borrow::Cow;
use tanish_train::input::{Record, plain_name};

/// Lists that give a row for each product.
pub(crate) const LISTS: [&str; 2] = ["properties.products", "products"];

/// What a column holds.
enum Holds {
    Value(Key),
    /// A member of the products of an event.
    Product(String),
    PropertyName,
    /// The text of an object.
    Members(&'static str),
    Nothing,
}

impl Holds {
    fn of(column: &str) -> Holds {
        let lower = column.to_ascii_lowercase();
        match lower.as_str() {
            "properties" => return Holds::Members("properties"),
            "context" => return Holds::Members("context"),
            "properties.name" => return Holds::PropertyName,
            "context.campaign.name" => return Holds::Value(Key::Campaign),
            _ => {}
        }
        if let Some(member) = LISTS.iter().find_map(|list| lower.strip_prefix(&format!("{list}."))) {
            return Holds::Product(plain_name(member));
        }
        let last = lower.rsplit('.').next().unwrap_or_default();
        let of_properties = lower.starts_with("properties.");
        match Key::of(&plain_name(last)) {
            Some(Key::Source | Key::Medium | Key::Search | Key::Url | Key::Path | Key::Kind | Key::Name)
                if of_properties =>
            {
                Holds::Nothing
            }
            Some(key) => Holds::Value(key),
            None => Holds::Nothing,
        }
    }
}

/// Whether a column is worth reading.
pub(crate) fn wants(column: &str) -> bool {
    !matches!(Holds::of(column), Holds::Nothing)
}

/// The columns of one file.
#[derive(Default)]
pub(crate) struct Columns {
    holds: Vec<Holds>,
    has_names: bool,
    /// Whether an event may take several rows.
    pub has_products: bool,
}

impl Columns {
    /// Looks at columns that are new since the last call.
    pub fn update(&mut self, columns: &[String]) {
        for column in columns.iter().skip(self.holds.len()) {
            let holds = Holds::of(column);
            self.has_names |= matches!(holds, Holds::Value(Key::Name | Key::Kind));
            self.has_products |= matches!(holds, Holds::Product(_));
            self.holds.push(holds);
        }
    }

    /// Reads a row into an event; `first`: whether it is the first one of its event.
    pub fn read<'a>(&self, record: &'a Record, first: bool, event: &mut Event<'a>) {
        let text = |text: &'a str| Value::Text(Cow::Borrowed(text));
        let mut product = Product::default();
        for (column, holds) in self.holds.iter().enumerate() {
            let Some(cell) = record.get(column) else { continue };
            match holds {
                Holds::Product(member) => product.set(member, text(cell)),
                _ if !first => {}
                Holds::Value(key) => event.set(*key, text(cell)),
                Holds::PropertyName => event.property_name = text(cell),
                Holds::Members(of) => json::members(cell, of, event),
                Holds::Nothing => {}
            }
        }
        if !product.is_empty() && event.products.len() < json::MOST_PRODUCTS {
            event.products.push(product);
        }
        if first && !self.has_names {
            let action = event.text(Key::Action).map(|action| action.to_ascii_lowercase());
            let name = match action.as_deref() {
                None | Some("view") => "Product Viewed",
                Some("click") => "Product Clicked",
                Some("cart" | "addtocart" | "add_to_cart") => "Product Added",
                Some("wish") => "Product Added to Wishlist",
                Some("purchase" | "transaction" | "buy") => "Order Completed",
                Some(_) => return,
            };
            event.set(Key::Name, text(name));
        }
    }
}
