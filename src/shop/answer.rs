//! Questions for products and their answers.

use super::{Effect, Shop};
use crate::event::Ticket;
use crate::recommend::{Item, Kind, Language, MAX_LIMIT, Query, recommend};
use crate::time::Millis;
use crate::value::Value;
use crate::visitor::history::MAX_TEXT;

/// Reads `{kind, limit, product, exclude}`; says what is wrong in words.
pub fn read_query(value: &Value, now: Millis) -> Result<Query, String> {
    let name = value.str("kind").unwrap_or_default();
    let kind = Kind::parse(name).ok_or_else(|| {
        format!("unknown kind \"{name}\": for-you, similar, bought-together, buy-again, popular or recently-viewed")
    })?;
    let limit = value.number("limit").unwrap_or(6.0);
    if !(1.0..=MAX_LIMIT as f64).contains(&limit) {
        // The number itself is not printed: printing fractions costs the module five kilobytes.
        return Err(format!("limit must be within 1 and {MAX_LIMIT}"));
    }
    let product = value.str("product").filter(|id| !id.is_empty() && id.len() <= MAX_TEXT).map(str::to_owned);
    if product.is_none() && matches!(kind, Kind::Similar | Kind::BoughtTogether) {
        return Err(format!("\"{name}\" starts from a product: say which, as in product=\"AT-1042\""));
    }
    let exclude = value.get("exclude").map(Value::items).unwrap_or_default();
    let exclude = exclude.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Query { kind, limit: limit as usize, product, exclude, now })
}

/// `{kind, items: [{id, title, price, url, image, score, because, reason, attributes}]}`.
pub fn items_to_value(kind: Kind, items: &[Item], language: Language, locale: &str) -> Value {
    let item = |item: &Item| {
        let card = item.card;
        let named = item.named.map(|card| card.title_in(locale));
        let mut reason = Value::object([("code", item.because.code().into())]);
        if let Some(product) = item.because.product() {
            reason.set("product", product);
        }
        let attributes = card.attributes.iter().map(|(name, values)| {
            let value = match values.as_slice() {
                [one] => Value::from(one.as_str()),
                many => Value::Array(many.iter().map(|value| value.as_str().into()).collect()),
            };
            (name.clone(), value)
        });
        let mut value =
            Value::object([("id", card.id.as_str().into()), ("title", card.title_in(locale).into())]);
        for (name, text) in [("url", &card.url), ("image", &card.image)] {
            if let Some(text) = text {
                value.set(name, text.as_str());
            }
        }
        if let Some(price) = card.price {
            value.set("price", price);
        }
        value.set("score", item.score);
        value.set("because", item.because.text(language, named));
        value.set("reason", reason);
        value.set("attributes", Value::Object(attributes.collect()));
        value
    };
    Value::object([("kind", kind.name().into()), ("items", Value::Array(items.iter().map(item).collect()))])
}

impl Shop {
    /// Asks for products; the ticket settles with `{kind, items}` once the files it takes are here.
    pub fn recommend(&mut self, ticket: Ticket, query: &Value, now: Millis) {
        match read_query(query, now) {
            Ok(query) => self.answer(ticket, query),
            Err(problem) => self.settle(ticket, Err(problem)),
        }
    }

    fn answer(&mut self, ticket: Ticket, query: Query) {
        let answer = recommend(&query, self.usable_history(), &self.library)
            .map(|items| items_to_value(query.kind, &items, self.language, &self.locale));
        match answer {
            Ok(value) => self.settle(ticket, Ok(value)),
            Err(needs) => {
                self.asked.push((ticket, query));
                let mut new = Vec::new();
                for request in needs {
                    let name = request.name.to_string();
                    if !self.fetching.contains(&name) {
                        self.fetching.push(name);
                        new.push(request.to_string());
                    }
                }
                if !new.is_empty() {
                    self.out.push(Effect::Fetch(new));
                }
            }
        }
    }

    /// A file arrived, or is not there. Questions that waited for it are answered or go on.
    pub fn file(&mut self, name: &str, bytes: Option<Vec<u8>>) {
        self.fetching.retain(|fetching| fetching != name);
        if let Err(error) = self.library.put(name, bytes) {
            self.problem(format!("{name}: {error}"));
        }
        for (ticket, query) in core::mem::take(&mut self.asked) {
            self.answer(ticket, query);
        }
    }
}
