//! The relay's log: events in Segment's shape, one JSON object a line.

use super::cell::{self, Fault};
use super::events::{Action, Person, TakeEvents, Touched, order_line};
use super::jsonl::Object;
use super::orders::{OrderLine, Trade};
use super::report::{Problem, ReadReport};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most products taken from one event.
const MAX_PRODUCTS: usize = 1000;
/// How far a visitor's clock may run ahead of the server's, in milliseconds: 5 minutes.
const AHEAD: i64 = 5 * 60_000;

/// Reads the events of one log file. A row of the report is one product of an event.
pub(crate) struct Log<'a> {
    pub exclude: &'a HashSet<String>,
    pub file: &'a str,
    pub report: &'a mut ReadReport,
    /// Fingerprints of the message ids so far, over all files.
    pub seen: &'a mut HashSet<[u64; 2]>,
    pub take: &'a mut dyn TakeEvents,
}

/// The events that teach something.
#[derive(Clone, Copy)]
enum Kind {
    Touch(Action),
    Order(Trade),
}

impl Kind {
    fn of(name: &str) -> Option<Kind> {
        match name {
            "Product Viewed" | "Product Clicked" => Some(Kind::Touch(Action::View)),
            "Product Added" => Some(Kind::Touch(Action::Cart)),
            "Order Completed" => Some(Kind::Order(Trade::Sold)),
            "Order Refunded" | "Order Cancelled" => Some(Kind::Order(Trade::Returned)),
            _ => None,
        }
    }
}

/// What all products of an event share.
struct Head<'a> {
    person: Person<'a>,
    session: Option<&'a str>,
    at: i64,
    kind: Kind,
    order: Option<&'a str>,
}

impl Log<'_> {
    /// Takes one event.
    pub fn event(&mut self, line: u64, event: &Object) {
        if let Err((problem, reason)) = self.read(line, event) {
            self.fault(line, problem, reason);
        }
    }

    /// Counts a line that is no event.
    pub fn fault(&mut self, line: u64, problem: Problem, reason: String) {
        self.report.rows += 1;
        self.report.bad.entry(problem).or_default().add(self.file, line, || reason);
    }

    fn read(&mut self, line: u64, event: &Object) -> Result<(), Fault> {
        let customer = id(event.get("userId"))?;
        let anonymous = id(event.get("anonymousId"))?;
        let person = Person { customer: customer.as_deref(), anonymous: anonymous.as_deref() };
        if person.customer.is_some() && person.anonymous.is_some() {
            self.take.met(person);
        }
        let name = event.get("event").and_then(Value::as_str).unwrap_or_default();
        let Some(kind) = Kind::of(name) else {
            (self.report.rows, self.report.other) = (self.report.rows + 1, self.report.other + 1);
            return Ok(());
        };
        let (at, ahead) = time(event)?;
        let message = event.get("messageId").and_then(Value::as_str);
        if message.is_some_and(|message| !self.seen.insert(fingerprint(message))) {
            self.report.rows += 1;
            self.report.duplicates.add(self.file, line, || "its messageId came before".into());
            return Ok(());
        }
        if ahead {
            let reason = || "its time is after its receivedAt".to_owned();
            self.report.mended.entry(Problem::ClockAhead).or_default().add(self.file, line, reason);
        }
        let properties = event.get("properties").and_then(Value::as_object);
        let session = id(event.get("context").and_then(|context| context.get("sessionId")))?;
        let order = id(properties.and_then(|properties| properties.get("order_id")))?;
        let head =
            Head { person, session: session.as_deref(), at, kind, order: order.as_deref().or(message) };
        if person == Person::default() && session.is_none() {
            return Err((Problem::NoOrder, "neither userId, anonymousId nor context.sessionId".into()));
        }
        if matches!(kind, Kind::Order(_)) && head.order.is_none() {
            return Err((Problem::NoOrder, format!("{name:?} without order_id or messageId")));
        }
        self.products(line, name, properties, &head)
    }

    fn products(
        &mut self,
        line: u64,
        name: &str,
        properties: Option<&Object>,
        head: &Head,
    ) -> Result<(), Fault> {
        let listed = properties.and_then(|properties| properties.get("products")).and_then(Value::as_array);
        let listed = listed.map_or(&[] as &[Value], Vec::as_slice);
        let mut products: Vec<&Object> = Vec::new();
        for listed in listed {
            match listed.as_object() {
                Some(product) if products.len() < MAX_PRODUCTS => products.push(product),
                Some(_) => {
                    let reason = format!("{name:?} with more than {MAX_PRODUCTS} products");
                    self.fault(line, Problem::Overlong, reason);
                }
                None => self.fault(line, Problem::BrokenRow, "a product that is no object".into()),
            }
        }
        let none_listed = listed.is_empty();
        if none_listed {
            products.extend(properties.filter(|properties| properties.contains_key("product_id")));
        }
        if products.is_empty() && none_listed {
            return Err((Problem::NoProduct, format!("{name:?} without product_id or products")));
        }
        let known = matches!(head.kind, Kind::Order(Trade::Sold))
            && head.order.is_some_and(|order| self.take.knows_order(order));
        for product in products {
            if let Err((problem, reason)) = self.product(line, product, head, known) {
                self.fault(line, problem, reason);
            }
        }
        Ok(())
    }

    fn product(&mut self, line: u64, product: &Object, head: &Head, known: bool) -> Result<(), Fault> {
        let id = id(product.get("product_id"))?.ok_or((Problem::NoProduct, "no product_id".to_owned()))?;
        let price = number(product, "price", cell::money)?.filter(|price| *price >= 0.0);
        let quantity = number(product, "quantity", cell::quantity)?.unwrap_or(1.0);
        if self.exclude.contains(&*id) {
            self.report.rows += 1;
            self.report
                .not_products
                .add(self.file, line, || format!("{:?} is not a product", cell::clip(&id)));
            return Ok(());
        }
        self.report.rows += 1;
        let Head { person, session, at, kind, order } = *head;
        let touched = |action| Touched { person, session, product: &id, at, action };
        match (kind, order) {
            (Kind::Order(trade), Some(order)) => {
                let known = known || (trade == Trade::Returned && self.take.knows_return(order, &id));
                if known {
                    self.report.known += 1;
                } else {
                    let line_of = order_line(Cow::Borrowed(order), &id, at);
                    let bought = OrderLine {
                        quantity: quantity.abs(),
                        price,
                        trade,
                        rest: variant(product),
                        ..line_of
                    };
                    self.take.bought(line, person, bought);
                }
                // The purchase ends the visit's path even where the order itself is known already.
                if trade == Trade::Sold {
                    self.take.touched(line, touched(Action::Purchase));
                }
            }
            (Kind::Touch(action), _) => self.take.touched(line, touched(action)),
            (Kind::Order(_), None) => {}
        }
        Ok(())
    }
}

/// Fingerprint of what tells two lines of one product apart.
fn variant(product: &Object) -> u32 {
    let mut hasher = DefaultHasher::new();
    for name in ["variant", "size"] {
        let value = product.get(name).filter(|value| value.is_string() || value.is_number());
        value
            .map(|value| value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned()))
            .hash(&mut hasher);
    }
    hasher.finish() as u32
}

/// An id member: text or a number; nothing where it is absent, null or empty.
fn id(value: Option<&Value>) -> Result<Option<Cow<'_, str>>, Fault> {
    match value {
        Some(Value::String(text)) if !text.trim().is_empty() => {
            cell::id(text.trim()).map(Cow::Borrowed).map(Some)
        }
        Some(Value::Number(number)) => {
            let text = number.to_string();
            cell::id(&text).map(|id| Some(Cow::Owned(id.to_owned())))
        }
        _ => Ok(None),
    }
}

/// A number member, which may be text as well.
fn number(object: &Object, name: &str, check: fn(&str) -> Result<f64, Fault>) -> Result<Option<f64>, Fault> {
    match object.get(name) {
        Some(Value::Number(number)) => check(&number.to_string()).map(Some),
        Some(Value::String(text)) if !text.trim().is_empty() => check(text.trim()).map(Some),
        _ => Ok(None),
    }
}

/// When it happened, by the clock that is nearest to it, and whether that clock ran ahead. Nothing happens
/// after it was received: a clock more than [`AHEAD`] beyond the server's gives way to the server's.
fn time(event: &Object) -> Result<(i64, bool), Fault> {
    let instant = |value: &Value| match value {
        Value::String(text) => cell::timestamp(text.trim()),
        Value::Number(number) => cell::timestamp(&number.to_string()),
        _ => Err((Problem::BadTimestamp, "no timestamp".into())),
    };
    let said =
        ["timestamp", "originalTimestamp", "sentAt", "receivedAt"].iter().find_map(|name| event.get(*name));
    let said = instant(said.unwrap_or(&Value::Null));
    match (said, event.get("receivedAt").and_then(|received| instant(received).ok())) {
        (Ok(said), Some(received)) if said > received.saturating_add(AHEAD) => Ok((received, true)),
        (Err((Problem::Absurd, _)), Some(received)) => Ok((received, true)),
        (said, _) => said.map(|at| (at, false)),
    }
}

/// 128 bits of a message id: enough to never take two for one.
fn fingerprint(message: &str) -> [u64; 2] {
    [0u8, 1].map(|salt| {
        let mut hasher = DefaultHasher::new();
        (salt, message).hash(&mut hasher);
        hasher.finish()
    })
}
