//! What an event says about the visitor's wishes: from Segment's e-commerce events to the history.

use crate::time::Millis;
use crate::value::Value;
use crate::visitor::history::{MAX_TEXT, attributes_of};
use crate::visitor::{Action, Cart, HistoryEntry};

/// The history entries an event makes; none for events about something else.
pub fn learn(name: &str, properties: &Value, at: Millis) -> Vec<HistoryEntry> {
    match name {
        "Product Viewed" => one(properties, at, Action::View),
        "Product Added" => one(properties, at, Action::Cart),
        "Product Added to Wishlist" | "Wish Recorded" => wish(properties, at),
        "Products Searched" => search(properties, at),
        "Order Completed" => order(properties, at),
        _ => Vec::new(),
    }
}

/// Changes the cart as an event tells; says whether it did.
pub fn fill_cart(cart: &mut Cart, name: &str, properties: &Value, at: Millis) -> bool {
    // Only kinds and rules of the full module ask for the cart.
    if !crate::FULL {
        return false;
    }
    let before = cart.products(at);
    let pieces = |object: &Value| object.number("quantity").unwrap_or(1.0).clamp(0.0, 1e6);
    let put = |cart: &mut Cart, object: &Value, sign: f64| {
        if let Some(id) = product_id(object) {
            cart.add(&id, sign * pieces(object), at);
        }
    };
    match name {
        "Product Added" => put(cart, properties, 1.0),
        "Product Removed" => put(cart, properties, -1.0),
        "Order Completed" => cart.clear(at),
        "Cart Viewed" | "Checkout Started" => {
            let Some(products) = properties.get("products") else { return false };
            cart.clear(at);
            products.items().iter().for_each(|product| put(cart, product, 1.0));
        }
        _ => return false,
    }
    cart.products(at) != before
}

/// The product an object names: `product_id`, else `sku`; a number counts as its digits.
pub fn product_id(object: &Value) -> Option<String> {
    ["product_id", "sku"].into_iter().find_map(|name| {
        let id = match object.get(name)? {
            Value::String(id) => id.clone(),
            Value::Number(id) if id.fract() == 0.0 && id.abs() < 9e15 => (*id as i64).to_string(),
            _ => return None,
        };
        (!id.is_empty() && id.len() <= MAX_TEXT).then_some(id)
    })
}

fn one(object: &Value, at: Millis, action: Action) -> Vec<HistoryEntry> {
    let Some(id) = product_id(object) else { return Vec::new() };
    let mut entry = HistoryEntry::new(&id, at, action);
    entry.quantity =
        object.number("quantity").filter(|quantity| (0.0..=1e6).contains(quantity)).unwrap_or(1.0);
    entry.price = object.number("price").filter(|price| (0.0..=1e12).contains(price));
    entry.attributes = attributes_of(object);
    vec![entry]
}

fn wish(object: &Value, at: Millis) -> Vec<HistoryEntry> {
    let query = object.str("query").filter(|query| !query.is_empty() && query.len() <= MAX_TEXT);
    let mut entries = one(object, at, Action::Wish);
    if entries.is_empty() && query.is_some() {
        entries.push(HistoryEntry {
            attributes: attributes_of(object),
            ..HistoryEntry::new("", at, Action::Wish)
        });
    }
    entries.iter_mut().for_each(|entry| entry.query = query.map(str::to_owned));
    entries
}

/// Words that were searched for; with `results: 0` they were looked for and not found, which is a wish.
fn search(object: &Value, at: Millis) -> Vec<HistoryEntry> {
    let Some(query) = object.str("query").filter(|query| !query.is_empty() && query.len() <= MAX_TEXT) else {
        return Vec::new();
    };
    let action = if object.number("results") == Some(0.0) { Action::Wish } else { Action::View };
    vec![HistoryEntry { query: Some(query.to_owned()), ..HistoryEntry::new("", at, action) }]
}

fn order(object: &Value, at: Millis) -> Vec<HistoryEntry> {
    let order = object.str("order_id").filter(|order| !order.is_empty() && order.len() <= MAX_TEXT);
    let products = object.get("products").map(Value::items).unwrap_or_default();
    let mut entries: Vec<HistoryEntry> = Vec::new();
    for mut line in products.iter().flat_map(|product| one(product, at, Action::Purchase)) {
        line.order = order.map(str::to_owned);
        // Two lines of the same are one purchase of more pieces.
        match entries.iter_mut().find(|other| other.id == line.id && other.attributes == line.attributes) {
            Some(other) => other.quantity += line.quantity,
            None => entries.push(line),
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(name: &str, json: &str) -> Vec<HistoryEntry> {
        learn(name, &serde_json::from_str(json).unwrap(), 5)
    }

    #[test]
    fn what_is_searched_in_vain_is_a_wish() {
        let found = learned("Products Searched", r#"{"query":"suzani","results":3}"#);
        assert!(found[0].is_search() && found[0].query.as_deref() == Some("suzani"));
        assert_eq!(learned("Products Searched", r#"{"query":"suzani","results":0}"#)[0].action, Action::Wish);
        assert!(learned("Products Searched", r#"{"query":""}"#).is_empty());
    }

    #[test]
    fn an_order_is_its_lines() {
        let entries = learned(
            "Order Completed",
            r#"{"order_id":"o1","products":[{"product_id":"a","quantity":2,"price":3.5,"size":"L"},{"sku":7},{"name":"no id"}]}"#,
        );
        assert_eq!(
            entries.iter().map(|e| (e.id.as_str(), e.quantity, e.price)).collect::<Vec<_>>(),
            [("a", 2.0, Some(3.5)), ("7", 1.0, None)]
        );
        assert!(entries.iter().all(|e| e.order.as_deref() == Some("o1") && e.action == Action::Purchase));
        assert_eq!(entries[0].attributes, [("size".into(), "L".into())]);
    }

    #[test]
    fn two_sizes_are_two_lines_and_two_lines_of_one_size_are_one() {
        let entries = learned(
            "Order Completed",
            r#"{"order_id":"o1","products":[{"product_id":"a","size":"M"},{"product_id":"a","size":"L","quantity":2},{"product_id":"a","size":"L"}]}"#,
        );
        assert_eq!(entries.iter().map(|e| e.quantity).collect::<Vec<_>>(), [1.0, 3.0]);
        let mut history = crate::visitor::history::History::default();
        history.add(entries, 5);
        assert_eq!(history.entries().len(), 2);
    }

    #[test]
    fn a_wish_needs_words_or_a_product() {
        assert_eq!(
            learned("Wish Recorded", r#"{"query":"brown belt"}"#)[0].query.as_deref(),
            Some("brown belt")
        );
        assert_eq!(learned("Product Added to Wishlist", r#"{"product_id":"a"}"#)[0].id, "a");
        assert!(learned("Wish Recorded", "{}").is_empty());
    }

    #[test]
    fn the_cart_follows_the_events() {
        let mut cart = Cart::default();
        let mut tell = |name: &str, json: &str| {
            let changed = fill_cart(&mut cart, name, &serde_json::from_str(json).unwrap(), 5);
            (changed, cart.products(5).join(" "))
        };
        assert_eq!(tell("Product Added", r#"{"product_id":"a","quantity":2}"#), (true, "a".into()));
        assert_eq!(tell("Product Added", r#"{"product_id":"b"}"#).1, "a b");
        assert_eq!(tell("Product Removed", r#"{"product_id":"a","quantity":1}"#), (false, "a b".into()));
        assert_eq!(tell("Product Removed", r#"{"product_id":"a"}"#).1, "b");
        assert_eq!(tell("Cart Viewed", r#"{"products":[{"product_id":"c"},{"sku":7}]}"#).1, "c 7");
        assert_eq!(tell("Cart Viewed", "{}"), (false, "c 7".into()));
        assert_eq!(tell("Product Viewed", r#"{"product_id":"d"}"#), (false, "c 7".into()));
        assert_eq!(tell("Order Completed", r#"{"products":[]}"#), (true, String::new()));
    }

    #[test]
    fn other_events_teach_nothing() {
        assert!(learned("Checkout Started", r#"{"product_id":"a"}"#).is_empty());
        assert!(learned("Product Viewed", r#"{"product_id":{}}"#).is_empty());
    }
}
