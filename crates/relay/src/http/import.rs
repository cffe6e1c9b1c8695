//! `POST /v1/import`: orders, tickets and contacts from elsewhere, as events of the people they are about.
//!
//! A record names its person by `customer_id`, `email` or `phone`, and itself by its id: the same record again is the
//! same event again. What is joined how, `crate::queue::people` says.

use super::answer::{later, refused, stored};
use super::customers::refusal;
use super::{App, body};
use crate::clock;
use crate::event::{Fault, LARGEST_EVENT};
use crate::queue::people::phone;
use crate::queue::{NewEvent, Pushed, Who};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tanish::time::{Millis, rfc3339};

/// Most bytes of an import.
pub const LARGEST_IMPORT: usize = 8 * 1024 * 1024;
/// Most records of an import.
const MOST_RECORDS: usize = 10_000;

/// What kind of record a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Order,
    Ticket,
    Contact,
}

const LISTS: [(&str, Kind); 3] =
    [("orders", Kind::Order), ("tickets", Kind::Ticket), ("contacts", Kind::Contact)];

/// Takes `{"orders": […], "tickets": […], "contacts": […]}`.
pub async fn import(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    if let Some(refusal) = refusal(&app, &headers) {
        return refusal;
    }
    let cost = u32::try_from(body::cost(&headers, LARGEST_IMPORT)).unwrap_or(u32::MAX);
    let (Ok(_bytes), Ok(_in_hand)) = (app.body_bytes.try_acquire_many(cost), app.in_hand.try_acquire())
    else {
        return later("the relay has its hands full");
    };
    let bytes = match body::read(&headers, body, LARGEST_IMPORT).await {
        Ok(bytes) => bytes,
        Err((status, fault)) => return refused(status, fault),
    };
    let (events, faults) = match read(&bytes, clock::now()) {
        Ok(read) => read,
        Err(fault) => return refused(StatusCode::BAD_REQUEST, fault),
    };
    app.metrics.rejected.add(faults.len() as u64);
    if events.is_empty() {
        return stored(0, 0, &faults);
    }
    match app.store.push(events).await {
        Ok(pushed) => {
            let accepted = pushed.iter().filter(|one| **one == Pushed::Accepted).count();
            app.metrics.accepted.add(accepted as u64);
            app.metrics.duplicates.add((pushed.len() - accepted) as u64);
            stored(accepted, pushed.len() - accepted, &faults)
        }
        Err(error) => later(&error.to_string()),
    }
}

/// Good records become events; each bad one has its fault, counted over all lists in the order above.
fn read(bytes: &[u8], now: Millis) -> Result<(Vec<NewEvent>, Vec<Fault>), Fault> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Fault::whole("", format!("the body is not JSON: {error}")))?;
    let Value::Object(mut lists) = value else {
        return Err(Fault::whole("", "the body must be an object with `orders`, `tickets` or `contacts`"));
    };
    let (mut events, mut faults, mut index) = (Vec::new(), Vec::new(), 0);
    for (name, kind) in LISTS {
        let records = match lists.remove(name) {
            None | Some(Value::Null) => continue,
            Some(Value::Array(records)) => records,
            Some(_) => return Err(Fault::whole("", format!("`{name}` must be a list"))),
        };
        if index + records.len() > MOST_RECORDS {
            return Err(Fault::whole("", format!("more than {MOST_RECORDS} records: send them in parts")));
        }
        for record in records {
            match event(kind, record, now) {
                Ok(event) => events.push(event),
                Err((field, message)) => {
                    faults.push(Fault { index: Some(index), message_id: None, field, message });
                }
            }
            index += 1;
        }
    }
    if let Some(name) = lists.keys().next() {
        let name: String = name.chars().take(40).collect();
        return Err(Fault::whole("", format!("{name:?} is unknown; use `orders`, `tickets` and `contacts`")));
    }
    Ok((events, faults))
}

type Problem = (&'static str, String);

fn event(kind: Kind, record: Value, now: Millis) -> Result<NewEvent, Problem> {
    let Value::Object(mut record) = record else { return Err(("", "must be an object".to_owned())) };
    let customer = text(&record, "customer_id")?;
    let email = text(&record, "email")?.map(|email| email.to_lowercase());
    if email.as_ref().is_some_and(|email| !email.contains('@')) {
        return Err(("email", "is no address".to_owned()));
    }
    let written = text(&record, "phone")?;
    let number = written
        .as_deref()
        .map(|text| phone(text).ok_or(("phone", "is no phone number".to_owned())))
        .transpose()?;
    let at = match text(&record, "timestamp")? {
        Some(text) => {
            time(&text).ok_or(("timestamp", "is no time; write RFC 3339 or YYYY-MM-DD".to_owned()))?
        }
        None if kind == Kind::Contact => rfc3339(now),
        None => return Err(("timestamp", "is missing".to_owned())),
    };
    let Some(name) = customer.as_ref().or(email.as_ref()).or(number.as_ref()).cloned() else {
        return Err(("customer_id", "is missing: give `customer_id`, `email` or `phone`".to_owned()));
    };
    for field in ["customer_id", "email", "phone", "timestamp"] {
        record.remove(field);
    }
    let (id, mut event) = shape(kind, record, &name)?;
    // Without the shop's id the person is named by what is known: the same words, the same lane.
    let visitor = customer.is_none().then(|| format!("import-{}", fingerprint(&name)));
    if let Some(customer) = &customer {
        event.insert("userId".to_owned(), json!(customer));
    }
    if let Some(visitor) = &visitor {
        event.insert("anonymousId".to_owned(), json!(visitor));
    }
    for (field, value) in [("email", &email), ("phone", &number)] {
        if let (Some(value), Some(Value::Object(traits))) = (value, event.get_mut("traits")) {
            traits.insert(field.to_owned(), json!(value));
        }
    }
    event.insert("messageId".to_owned(), json!(id));
    event.insert("timestamp".to_owned(), json!(at));
    event.insert("receivedAt".to_owned(), json!(rfc3339(now)));
    event.insert(
        "context".to_owned(),
        json!({"channel": "import", "traits": {"email": email, "phone": number}}),
    );
    let traits = event.get("traits").map(Value::to_string);
    let lane = visitor.as_ref().map_or_else(|| format!("u:{name}"), |visitor| format!("a:{visitor}"));
    let who = Who { visitor, customer, email, phone: number, traits };
    let body = Value::Object(event).to_string();
    if body.len() > LARGEST_EVENT {
        return Err(("", format!("has {} bytes; the limit is {LARGEST_EVENT}", body.len())));
    }
    Ok(NewEvent { message_id: id, visitor: lane, received: now, body, who })
}

/// The event's own id, and what it says.
fn shape(
    kind: Kind,
    mut record: Map<String, Value>,
    name: &str,
) -> Result<(String, Map<String, Value>), Problem> {
    let mut event = Map::new();
    let id = match kind {
        Kind::Order => {
            let order = need(&record, "order_id")?;
            if !record.contains_key("total")
                && let Some(amount) = record.remove("amount")
            {
                record.insert("total".to_owned(), amount);
            }
            let refunded = record.get("returned").is_some_and(|value| *value == json!(true));
            event.insert(
                "event".to_owned(),
                json!(if refunded { "Order Refunded" } else { "Order Completed" }),
            );
            format!("import-{}-{}", if refunded { "refund" } else { "order" }, fingerprint(&order))
        }
        Kind::Ticket => {
            let ticket = need(&record, "ticket_id")?;
            let status = text(&record, "status")?.unwrap_or_default();
            event.insert("event".to_owned(), json!("Ticket Updated"));
            format!("import-ticket-{}", fingerprint(&format!("{ticket}\n{status}")))
        }
        Kind::Contact => {
            // Another word about the same person is another event.
            let words = Value::Object(record.clone()).to_string();
            format!("import-contact-{}", fingerprint(&format!("{name}\n{words}")))
        }
    };
    let (kind, field) = if kind == Kind::Contact { ("identify", "traits") } else { ("track", "properties") };
    event.insert("type".to_owned(), json!(kind));
    event.insert(field.to_owned(), Value::Object(record));
    Ok((id, event))
}

fn need(record: &Map<String, Value>, field: &'static str) -> Result<String, Problem> {
    text(record, field)?.ok_or((field, "is missing".to_owned()))
}

/// Text, or a number as text: shops number their orders.
fn text(record: &Map<String, Value>, field: &'static str) -> Result<Option<String>, Problem> {
    let text = match record.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(_) => return Err((field, "must be text".to_owned())),
    };
    match text.len() {
        0 => Ok(None),
        length if length > 320 => Err((field, format!("has {length} bytes; the limit is 320"))),
        _ if text.chars().any(char::is_control) => Err((field, "holds control characters".to_owned())),
        _ => Ok(Some(text)),
    }
}

fn time(text: &str) -> Option<String> {
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Some(text.to_owned());
    }
    text.parse::<jiff::civil::Date>().ok().map(|day| format!("{day}T00:00:00.000Z"))
}

fn fingerprint(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..18])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn records_become_events_of_their_people() {
        let body = json!({
            "orders": [{"order_id": 7, "email": "Ann@B.uz", "timestamp": "2026-11-01", "amount": 12.5, "currency": "UZS"},
                {"order_id": "8", "timestamp": "2026-11-01"}, {"email": "a@b.uz", "timestamp": "2026-11-01"}],
            "tickets": [{"ticket_id": "t1", "customer_id": "c1", "timestamp": "2026-11-01T10:00:00Z", "status": "open"}],
            "contacts": [{"phone": "+998 90 123 45 67", "name": "Bob"}, {"phone": "1"}],
        });
        let (events, faults) = read(body.to_string().as_bytes(), 0).unwrap();
        let values: Vec<Value> =
            events.iter().map(|event| serde_json::from_str(&event.body).unwrap()).collect();
        assert_eq!(
            (values[0]["event"].as_str(), values[0]["properties"]["total"].as_f64()),
            (Some("Order Completed"), Some(12.5))
        );
        assert_eq!(values[0]["context"]["traits"]["email"], "ann@b.uz");
        assert_eq!(events[0].who.email.as_deref(), Some("ann@b.uz"));
        assert_eq!(
            (events[1].visitor.as_str(), values[1]["event"].as_str()),
            ("u:c1", Some("Ticket Updated"))
        );
        assert_eq!(values[2]["traits"], json!({"name": "Bob", "phone": "+998901234567"}));
        let named: Vec<_> = faults.iter().map(|fault| (fault.index, fault.field)).collect();
        assert_eq!(named, [(Some(1), "customer_id"), (Some(2), "order_id"), (Some(5), "phone")]);
        let again = read(body.to_string().as_bytes(), 99).unwrap().0;
        assert!(events.iter().zip(&again).all(|(one, other)| one.message_id == other.message_id));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_import_or_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, 0);
        }
    }
}
