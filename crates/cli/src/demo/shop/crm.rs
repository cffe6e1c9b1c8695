//! A toy CRM: it keeps what the relay's webhook delivers and tells it as contact timelines.

use super::lang::Lang;
use super::state::{Shop, lock};
use super::strings::fill;
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Mutex;

/// Events kept; the oldest go first.
const KEPT: usize = 5_000;
/// Contacts shown, and events of each.
const CONTACTS: usize = 60;
const EVENTS: usize = 80;

/// What was received since the demo was started.
#[derive(Debug, Default)]
pub struct Crm {
    received: Mutex<Received>,
}

#[derive(Debug, Default)]
struct Received {
    events: VecDeque<(u64, Value)>,
    seen: HashSet<String>,
    count: u64,
}

/// One contact's story.
#[derive(Clone, Debug, Serialize)]
pub struct Contact {
    id: String,
    name: String,
    events: Vec<Told>,
}

/// One event in plain words, and as it came.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    key: u64,
    at: String,
    words: String,
    /// What the shop did rather than the visitor.
    faint: bool,
    raw: String,
}

impl Crm {
    /// Takes what a webhook sent: an event, a list of them, or an object with a `batch`. An event
    /// delivered twice is kept once. Returns how many were new.
    pub fn receive(&self, body: Value) -> usize {
        let events = match body {
            Value::Array(events) => events,
            Value::Object(mut map) => match map.remove("batch") {
                Some(Value::Array(events)) => events,
                Some(other) => {
                    map.insert("batch".into(), other);
                    vec![Value::Object(map)]
                }
                None => vec![Value::Object(map)],
            },
            _ => return 0,
        };
        let mut received = lock(&self.received);
        let mut new = 0;
        for event in events.into_iter().filter(Value::is_object) {
            if text(&event, "messageId").is_some_and(|id| !received.seen.insert(id.to_owned())) {
                continue;
            }
            if received.events.len() >= KEPT
                && let Some((_, oldest)) = received.events.pop_front()
                && let Some(id) = text(&oldest, "messageId")
            {
                received.seen.remove(id);
            }
            let key = received.count;
            received.events.push_back((key, event));
            received.count += 1;
            new += 1;
        }
        new
    }

    /// Rises with every event.
    pub fn version(&self) -> u64 {
        lock(&self.received).count
    }
}

impl Shop {
    /// Contact timelines, the busiest now first, each newest first.
    pub fn contacts(&self, lang: Lang) -> Vec<Contact> {
        let received = lock(&self.crm.received);
        // A visitor who signs in keeps the story from before.
        let mut known: HashMap<&str, &str> = HashMap::new();
        for (_, event) in &received.events {
            if let (Some(visitor), Some(user)) = (text(event, "anonymousId"), text(event, "userId")) {
                known.insert(visitor, user);
            }
        }
        let mut order: Vec<&str> = Vec::new();
        let mut stories: HashMap<&str, Vec<Told>> = HashMap::new();
        for (key, event) in received.events.iter().rev() {
            let visitor = text(event, "anonymousId").unwrap_or("?");
            let who = text(event, "userId").or_else(|| known.get(visitor).copied()).unwrap_or(visitor);
            let story = stories.entry(who).or_insert_with(|| {
                order.push(who);
                Vec::new()
            });
            if story.len() < EVENTS {
                story.push(Told {
                    key: *key,
                    at: clock(text(event, "timestamp").unwrap_or("")),
                    words: self.words(event, lang),
                    faint: text(event, "event") == Some("Product List Viewed"),
                    raw: serde_json::to_string_pretty(event).unwrap_or_default(),
                });
            }
        }
        let contact = |who: &str| {
            let short: String = who.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
            let visitor = || fill(self.strings.label(lang, "crm", "visitor"), &[("id", &short)]);
            let name = self.customer(who).map_or_else(visitor, |customer| customer.first_name.clone());
            Contact { id: who.to_owned(), name, events: stories.remove(who).unwrap_or_default() }
        };
        order.into_iter().take(CONTACTS).map(contact).collect()
    }

    /// An event in plain words.
    fn words(&self, event: &Value, lang: Lang) -> String {
        let nothing = Value::Null;
        let properties = event.get("properties").unwrap_or(&nothing);
        let name = text(event, "event").unwrap_or_default();
        let product = || self.product_name(properties, lang);
        let query = || text(properties, "query").unwrap_or("?").to_owned();
        let (key, what) = match (text(event, "type").unwrap_or("track"), name) {
            ("identify", _) => ("identified", text(event, "userId").unwrap_or("?").to_owned()),
            ("page", _) => ("paged", String::new()),
            (_, "Product Viewed") => ("viewed", product()),
            (_, "Product List Viewed") => ("list", self.list_name(properties, lang)),
            (_, "Product Clicked") => ("clicked", product()),
            (_, "Product Added") => ("added", product()),
            (_, "Product Removed") => ("removed", product()),
            (_, "Product Added to Wishlist") => ("saved", product()),
            (_, "Cart Viewed") => ("cart", String::new()),
            (_, "Checkout Started") => ("checkout", String::new()),
            (_, "Order Completed") => ("ordered", self.product_names(properties, lang)),
            (_, "Products Searched") => ("searched", query()),
            (_, "Wish Recorded") => ("wished", query()),
            (kind, name) => ("other", if name.is_empty() { kind.to_owned() } else { name.to_owned() }),
        };
        let products = properties.get("products").and_then(Value::as_array).map_or(0, Vec::len);
        let revenue = ["revenue", "total"].iter().find_map(|key| properties.get(key)?.as_f64());
        let money = revenue.map_or_else(String::new, |amount| self.currency.format(amount, lang));
        let count = products.to_string();
        fill(self.strings.label(lang, "crm", key), &[("what", &what), ("n", &count), ("money", &money)])
    }

    /// `tanish:for-you` in words.
    fn list_name(&self, properties: &Value, lang: Lang) -> String {
        let list = text(properties, "list_id").unwrap_or("?");
        self.strings.label(lang, "crm", list.strip_prefix("tanish:").unwrap_or(list)).to_owned()
    }

    fn product_name(&self, properties: &Value, lang: Lang) -> String {
        let id = text(properties, "product_id").unwrap_or("?");
        let named = || text(properties, "name").unwrap_or(id);
        self.catalog.get(id).map_or_else(named, |product| product.title(lang)).to_owned()
    }

    fn product_names(&self, properties: &Value, lang: Lang) -> String {
        let products = properties.get("products").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        products.iter().take(5).map(|product| self.product_name(product, lang)).collect::<Vec<_>>().join(", ")
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str().filter(|text| !text.is_empty())
}

/// Hours, minutes and seconds of an RFC 3339 time; the text itself when it is none.
fn clock(timestamp: &str) -> String {
    match timestamp.parse::<jiff::Timestamp>() {
        Ok(time) => time.strftime("%H:%M:%S").to_string(),
        Err(_) => timestamp.chars().take(24).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::tests::shop;
    use serde_json::json;

    fn event(id: &str, visitor: &str, user: Option<&str>, name: &str, properties: Value) -> Value {
        json!({ "type": "track", "messageId": id, "anonymousId": visitor, "userId": user, "event": name,
                "timestamp": "2026-11-22T10:11:12.345Z", "properties": properties })
    }

    #[test]
    fn a_visitor_who_signs_in_keeps_the_story_from_before() {
        let shop = shop();
        let viewed = event("1", "v-1", None, "Product Viewed", json!({ "product_id": "AT-1042" }));
        assert_eq!(shop.crm.receive(viewed.clone()), 1);
        assert_eq!(shop.crm.receive(json!([viewed])), 0, "delivered twice, kept once");
        let signed_in =
            json!({ "type": "identify", "messageId": "2", "anonymousId": "v-1", "userId": "oybek" });
        let wish = event("3", "v-1", Some("oybek"), "Wish Recorded", json!({ "query": "<b>belt</b>" }));
        assert_eq!(shop.crm.receive(json!({ "batch": [signed_in, wish, 7] })), 2);
        let contacts = shop.contacts(Lang::En);
        assert_eq!(contacts.len(), 1);
        assert_eq!((contacts[0].name.as_str(), contacts[0].id.as_str()), ("Oybek", "oybek"));
        let words: Vec<&str> = contacts[0].events.iter().map(|event| event.words.as_str()).collect();
        assert_eq!(words, ["wishes for “<b>belt</b>”", "signed in as oybek", "looked at Brown leather belt"]);
        assert_eq!(contacts[0].events[0].at, "10:11:12");
        assert_eq!(shop.contacts(Lang::Ru)[0].events[2].words, "смотрит: Коричневый кожаный ремень");
    }

    #[test]
    fn an_order_names_its_products_and_its_price() {
        let shop = shop();
        let products = json!([{ "product_id": "AT-1042" }, { "product_id": "gone", "name": "Old hat" }]);
        let order = json!({ "revenue": 249_000, "products": products });
        shop.crm.receive(event("1", "v", None, "Order Completed", order));
        let words = shop.contacts(Lang::En)[0].events[0].words.replace('\u{a0}', " ");
        assert_eq!(words, "ordered Brown leather belt, Old hat for 249 000 soʻm");
    }

    #[test]
    fn anything_may_come_and_no_more_is_kept_than_there_is_room() {
        let shop = shop();
        for odd in [json!(null), json!("x"), json!([[1], null]), json!({ "batch": 3 }), json!({ "event": 5 })]
        {
            shop.crm.receive(odd);
        }
        for number in 0..KEPT + 10 {
            shop.crm.receive(event(&number.to_string(), "v", None, "Cart Viewed", json!(null)));
        }
        let received = lock(&shop.crm.received);
        assert_eq!(received.events.len(), KEPT);
        assert!(received.seen.len() <= KEPT);
    }
}
