//! The relay's log: events in Segment's shape, one JSON object a line.

use super::cell::{self, Fault};
use super::events::{Action, Person, TakeEvents, Touched, order_line};
use super::jsonl::Object;
use super::orders::OrderLine;
use super::report::{Problem, ReadReport};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Most products taken from one event.
const MAX_PRODUCTS: usize = 1000;

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
    Order { returned: bool },
}

impl Kind {
    fn of(name: &str) -> Option<Kind> {
        match name {
            "Product Viewed" | "Product Clicked" => Some(Kind::Touch(Action::View)),
            "Product Added" => Some(Kind::Touch(Action::Cart)),
            "Order Completed" => Some(Kind::Order { returned: false }),
            "Order Refunded" | "Order Cancelled" => Some(Kind::Order { returned: true }),
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
        let at = time(event)?;
        let message = event.get("messageId").and_then(Value::as_str);
        if message.is_some_and(|message| !self.seen.insert(fingerprint(message))) {
            self.report.rows += 1;
            self.report.duplicates.add(self.file, line, || "its messageId came before".into());
            return Ok(());
        }
        let properties = event.get("properties").and_then(Value::as_object);
        let session = id(event.get("context").and_then(|context| context.get("sessionId")))?;
        let order = id(properties.and_then(|properties| properties.get("order_id")))?;
        let head =
            Head { person, session: session.as_deref(), at, kind, order: order.as_deref().or(message) };
        if person == Person::default() && session.is_none() {
            return Err((Problem::NoOrder, "neither userId, anonymousId nor context.sessionId".into()));
        }
        if matches!(kind, Kind::Order { .. }) && head.order.is_none() {
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
        let listed = listed.map_or(&[] as &[Value], Vec::as_slice).iter().filter_map(Value::as_object);
        let mut products: Vec<&Object> = listed.take(MAX_PRODUCTS).collect();
        if products.is_empty() {
            products.extend(properties.filter(|properties| properties.contains_key("product_id")));
        }
        if products.is_empty() {
            return Err((Problem::NoProduct, format!("{name:?} without product_id or products")));
        }
        let known = matches!(head.kind, Kind::Order { returned: false })
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
            (Kind::Order { returned }, Some(order)) => {
                if known {
                    self.report.known += 1;
                } else {
                    let line_of = order_line(Cow::Borrowed(order), &id, at);
                    let bought = OrderLine { quantity: quantity.abs(), price, returned, ..line_of };
                    self.take.bought(line, person, bought);
                }
                // The purchase ends the visit's path even where the order itself is known already.
                if !returned {
                    self.take.touched(line, touched(Action::Purchase));
                }
            }
            (Kind::Touch(action), _) => self.take.touched(line, touched(action)),
            (Kind::Order { .. }, None) => {}
        }
        Ok(())
    }
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

/// When it happened, by the clock that is nearest to it.
fn time(event: &Object) -> Result<i64, Fault> {
    let said =
        ["timestamp", "originalTimestamp", "sentAt", "receivedAt"].iter().find_map(|name| event.get(*name));
    match said {
        Some(Value::String(text)) => cell::timestamp(text.trim()),
        Some(Value::Number(number)) => cell::timestamp(&number.to_string()),
        _ => Err((Problem::BadTimestamp, "no timestamp".into())),
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
