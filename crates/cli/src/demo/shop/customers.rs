//! The sample customers: who can sign in, and what the shop's own records say of them.

use super::catalog::{Catalog, Product};
use super::lang::Lang;
use crate::demo::error::DemoError;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A customer as `www/sample/customers.json` describes one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Customer {
    /// Unique; also the `customer_id` of the order history.
    pub id: String,
    /// As the page greets.
    pub first_name: String,
    /// One line about the customer, by language code.
    #[serde(default)]
    pub about: BTreeMap<String, String>,
    /// What the customer told the shop: other traits for `identify`.
    #[serde(default)]
    pub traits: serde_json::Map<String, Value>,
    /// What was looked for and not found.
    #[serde(default)]
    pub wishes: Vec<Wish>,
    /// Past orders.
    #[serde(default)]
    pub orders: Vec<Order>,
}

/// A wish in words.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wish {
    /// What was looked for.
    pub query: String,
    /// When, counted back from today.
    pub days_ago: u16,
}

/// A past order.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    /// When, counted back from today.
    pub days_ago: u16,
    /// What was bought.
    pub lines: Vec<OrderLine>,
}

/// One line of a past order.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderLine {
    /// The product's id.
    pub product: String,
    /// The size bought; empty where there is one.
    #[serde(default)]
    pub size: String,
    /// Pieces.
    #[serde(default = "one")]
    pub quantity: u32,
    /// Price of one piece then; the catalogue's where it is not said.
    pub price: Option<f64>,
}

fn one() -> u32 {
    1
}

impl Customer {
    /// One line about the customer.
    pub fn about(&self, lang: Lang) -> &str {
        self.about.get(lang.code()).map_or("", String::as_str)
    }

    /// What the page gives to `identify`.
    pub fn traits(&self) -> Value {
        let mut traits = self.traits.clone();
        traits.insert("firstName".into(), self.first_name.clone().into());
        Value::Object(traits)
    }

    /// What the page gives to `history`: the orders' lines and the wishes.
    pub fn history(&self, catalog: &Catalog, today: Date) -> Vec<Value> {
        let mut entries = Vec::new();
        for (number, order) in self.orders.iter().enumerate() {
            let at = back(today, order.days_ago);
            for line in &order.lines {
                let price = line.price.or_else(|| catalog.get(&line.product).map(|product| product.price));
                let mut entry = json!({
                    "id": line.product, "at": at.to_string(), "action": "purchase", "quantity": line.quantity,
                    "price": price, "order": order_id(&self.id, number),
                });
                entry["attributes"] = attributes(catalog.get(&line.product), &line.size);
                entries.push(entry);
            }
        }
        for wish in &self.wishes {
            let at = back(today, wish.days_ago).to_string();
            entries.push(json!({ "id": "", "at": at, "action": "wish", "query": wish.query }));
        }
        entries
    }
}

/// What a bought thing says of its buyer's taste.
fn attributes(product: Option<&Product>, size: &str) -> Value {
    let mut attributes = serde_json::Map::new();
    let mut tell = |name: &str, value: &str| {
        if !value.is_empty() {
            attributes.insert(name.into(), value.into());
        }
    };
    tell("size", size);
    if let Some(product) = product {
        tell("color", product.color());
        tell("brand", &product.brand);
        tell("category", &product.category.join("/"));
    }
    Value::Object(attributes)
}

/// The name of a sample customer's order.
pub fn order_id(customer: &str, number: usize) -> String {
    format!("{}-{}", customer.to_uppercase(), number + 1)
}

/// The day so many days before.
pub fn back(today: Date, days: u16) -> Date {
    let span: Span = i64::from(days).days();
    today.saturating_sub(span)
}

/// Reads `customers.json`.
pub fn read(path: &Path) -> Result<Vec<Customer>, DemoError> {
    let text = std::fs::read_to_string(path).map_err(|source| DemoError::File {
        path: path.into(),
        verb: "read",
        source,
    })?;
    serde_json::from_str(&text).map_err(|source| DemoError::Json { path: path.into(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::tests::{TODAY, catalog, www};

    #[test]
    fn what_the_sample_customers_bought_is_sold_in_that_size() {
        let catalog = catalog();
        let customers = read(&www().join("sample/customers.json")).unwrap();
        assert_eq!(
            customers.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
            ["oybek", "malika", "dilshod"]
        );
        for customer in &customers {
            let lines =
                customer.orders.iter().flat_map(|order| order.lines.iter().map(move |line| (order, line)));
            for (order, line) in lines {
                let product =
                    catalog.get(&line.product).unwrap_or_else(|| panic!("{} is not sold", line.product));
                let fits =
                    product.sizes.contains(&line.size) || product.sizes.is_empty() && line.size.is_empty();
                assert!(fits, "{} bought {} in {:?}", customer.id, line.product, line.size);
                let day = back(TODAY, order.days_ago);
                assert!(
                    product.added.is_some_and(|added| added <= day),
                    "{} was not there on {day}",
                    line.product
                );
            }
            for lang in Lang::ALL {
                assert!(!customer.about(lang).is_empty());
            }
        }
    }

    #[test]
    fn the_belt_oybek_missed_is_in_now() {
        let catalog = catalog();
        let customers = read(&www().join("sample/customers.json")).unwrap();
        let wish = &customers[0].wishes[0];
        let found = super::super::search::Index::new(&catalog).find(&catalog, &wish.query)[0].clone();
        assert!(found.in_stock() && found.category.last().is_some_and(|name| name == "Belts"), "{found:?}");
        assert!(found.added.unwrap() > back(TODAY, wish.days_ago), "the belt was there when he looked");
        let history = customers[0].history(&catalog, TODAY);
        assert_eq!(history.last().unwrap()["query"], "brown leather belt");
        assert_eq!(history[0]["id"], customers[0].orders[0].lines[0].product);
        assert_eq!(history[0]["attributes"]["size"], "L");
        assert_eq!(history[0]["attributes"]["color"], "Navy");
    }
}
