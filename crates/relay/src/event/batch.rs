//! A request's body to events.

use super::Fault;
use super::check::check;
use crate::queue::{NewEvent, Who};
use serde_json::{Map, Value};
use tanish::time::{Millis, rfc3339};
use uuid::Uuid;

/// Most bytes of a batch, after decompression: Segment's limit.
pub const LARGEST_BATCH: usize = 500 * 1024;
/// Most bytes of an event: Segment's limit.
pub const LARGEST_EVENT: usize = 32 * 1024;
/// Most events of a batch: Segment's limit.
pub const MOST_EVENTS: usize = 2_500;

/// What a request held. Every event is in `events` or has its fault in `faults`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The key the body names.
    pub write_key: Option<String>,
    /// Good events, in order.
    pub events: Vec<NewEvent>,
    /// One for each bad event, in order.
    pub faults: Vec<Fault>,
}

/// Reads the body of `POST /v1/batch`.
///
/// # Errors
/// When the body as a whole is none.
pub fn read_batch(body: &[u8], received: Millis) -> Result<Batch, Fault> {
    let mut body = object(body)?;
    let write_key = take_key(&mut body);
    let sent_at = body.remove("sentAt").filter(Value::is_string);
    let Some(Value::Array(entries)) = body.remove("batch") else {
        return Err(Fault::whole("batch", "must be a list of events"));
    };
    if entries.len() > MOST_EVENTS {
        let message = format!("has {} events; the limit is {MOST_EVENTS}: send them in parts", entries.len());
        return Err(Fault::whole("batch", message));
    }
    let mut batch = Batch { write_key, ..Batch::default() };
    for (index, entry) in entries.into_iter().enumerate() {
        batch.add(index, entry, sent_at.as_ref(), received);
    }
    Ok(batch)
}

/// Reads the body of `POST /v1/<kind>`: one event whose type is the path's.
///
/// # Errors
/// When the body is no object.
pub fn read_single(body: &[u8], kind: &str, received: Millis) -> Result<Batch, Fault> {
    let mut event = object(body)?;
    let mut batch = Batch { write_key: take_key(&mut event), ..Batch::default() };
    event.insert("type".to_owned(), Value::from(kind));
    batch.add(0, Value::Object(event), None, received);
    Ok(batch)
}

impl Batch {
    fn add(&mut self, index: usize, entry: Value, sent_at: Option<&Value>, received: Millis) {
        let message_id =
            entry.get("messageId").and_then(Value::as_str).map(|id| id.chars().take(100).collect());
        match complete(entry, sent_at, received) {
            Ok(event) => self.events.push(event),
            Err((field, message)) => {
                self.faults.push(Fault { index: Some(index), message_id, field, message });
            }
        }
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Fault> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Fault::whole("", "the body must be a JSON object")),
        Err(error) => Err(Fault::whole("", format!("the body is not JSON: {error}"))),
    }
}

/// Keys are for the relay alone: they go no further.
fn take_key(object: &mut Map<String, Value>) -> Option<String> {
    match object.remove("writeKey") {
        Some(Value::String(key)) => Some(key),
        _ => None,
    }
}

/// Checks an event and adds what the relay knows: `receivedAt`, and what was left out of `messageId`,
/// `timestamp` and `sentAt`.
fn complete(
    entry: Value,
    sent_at: Option<&Value>,
    received: Millis,
) -> Result<NewEvent, (&'static str, String)> {
    let Value::Object(mut event) = entry else {
        return Err(("", "must be an object".to_owned()));
    };
    event.remove("writeKey");
    if let Some(sent_at) = sent_at
        && event.get("sentAt").is_none_or(Value::is_null)
    {
        event.insert("sentAt".to_owned(), sent_at.clone());
    }
    check(&event)?;
    let named = |field: &str| event.get(field).and_then(Value::as_str).map(str::to_owned);
    let message_id = named("messageId").unwrap_or_else(|| Uuid::now_v7().to_string());
    // The browser's id first: it stays the same when its visitor signs in, and so does the order.
    let visitor = match (named("anonymousId"), named("userId")) {
        (Some(visitor), _) => format!("a:{visitor}"),
        (None, Some(customer)) => format!("u:{customer}"),
        (None, None) => return Err(("anonymousId", "is missing".to_owned())),
    };
    let received_at = rfc3339(received);
    event.insert("messageId".to_owned(), Value::from(message_id.as_str()));
    if event.get("timestamp").is_none_or(Value::is_null) {
        event.insert("timestamp".to_owned(), Value::from(received_at.as_str()));
    }
    event.insert("receivedAt".to_owned(), Value::from(received_at));
    let who = Who::of(&event);
    let body = Value::Object(event).to_string();
    if body.len() > LARGEST_EVENT {
        return Err(("", format!("has {} bytes; the limit is {LARGEST_EVENT}", body.len())));
    }
    Ok(NewEvent { message_id, visitor, received, body, who })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(body: &Value) -> Result<Batch, Fault> {
        read_batch(body.to_string().as_bytes(), 1_795_329_421_042)
    }

    #[test]
    fn good_events_are_kept_beside_bad_ones() {
        let batch = read(&json!({"writeKey": "k", "sentAt": "2026-11-22T06:37:00Z", "batch": [
            {"type": "track", "event": "A", "anonymousId": "v", "messageId": "m1", "writeKey": "k"},
            {"type": "track", "anonymousId": "v", "messageId": "m2"},
            "nonsense",
            {"type": "page", "userId": "c", "messageId": "m3", "timestamp": "2026-11-22T06:00:00Z"},
        ]}))
        .unwrap();
        assert_eq!(batch.write_key.as_deref(), Some("k"));
        let first: Value = serde_json::from_str(&batch.events[0].body).unwrap();
        assert_eq!(
            first,
            json!({"type": "track", "event": "A", "anonymousId": "v", "messageId": "m1",
                "sentAt": "2026-11-22T06:37:00Z", "timestamp": "2026-11-22T06:37:01.042Z",
                "receivedAt": "2026-11-22T06:37:01.042Z"})
        );
        assert_eq!((batch.events[0].visitor.as_str(), batch.events[1].visitor.as_str()), ("a:v", "u:c"));
        assert!(batch.events[1].body.contains(r#""timestamp":"2026-11-22T06:00:00Z""#));
        let faults: Vec<_> = batch
            .faults
            .iter()
            .map(|fault| (fault.index, fault.message_id.as_deref(), fault.field))
            .collect();
        assert_eq!(faults, [(Some(1), Some("m2"), "event"), (Some(2), None, "")]);
    }

    #[test]
    fn ids_left_out_are_made() {
        let event = json!({"type": "page", "anonymousId": "v"});
        let batch = read(&json!({"batch": [event, event]})).unwrap();
        assert_ne!(batch.events[0].message_id, batch.events[1].message_id);
        assert!(batch.events[0].body.contains(&batch.events[0].message_id));
    }

    #[test]
    fn limits_hold() {
        let event = |filler: usize| json!({"type": "page", "anonymousId": "v", "x": "y".repeat(filler)});
        let batch = read(&json!({"batch": [event(LARGEST_EVENT), event(1000)]})).unwrap();
        assert_eq!((batch.events.len(), batch.faults.len()), (1, 1));
        assert!(batch.faults[0].message.contains("32768"));
        let many = vec![json!(0); MOST_EVENTS + 1];
        assert!(read(&json!({"batch": many})).unwrap_err().message.contains("2501"));
        let deep = "[".repeat(10_000);
        assert!(read_batch(deep.as_bytes(), 0).unwrap_err().message.contains("recursion limit"));
    }

    #[test]
    fn single_events_take_the_type_of_their_path() {
        let batch =
            read_single(br#"{"type":"page","event":"A","userId":"c","writeKey":"k"}"#, "track", 0).unwrap();
        assert_eq!(batch.write_key.as_deref(), Some("k"));
        assert!(batch.events[0].body.contains(r#""type":"track""#));
        assert!(!batch.events[0].body.contains("writeKey"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_batch_or_a_fault(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_batch(&bytes, 0);
        }

        #[test]
        fn every_event_is_kept_or_named(kinds in proptest::collection::vec(0..6u8, 0..20)) {
            let entries: Vec<Value> = kinds.iter().map(|kind| match kind {
                0 => json!({"type": "track", "event": "A", "anonymousId": "v"}),
                1 => json!({"type": "identify", "userId": "c"}),
                2 => json!({"type": "track", "anonymousId": "v"}),
                3 => json!({"type": "page", "anonymousId": 7}),
                4 => json!(null),
                _ => json!({"type": "page", "anonymousId": "v", "context": "no"}),
            }).collect();
            let batch = read(&json!({"batch": entries})).unwrap();
            prop_assert_eq!(batch.events.len(), kinds.iter().filter(|kind| **kind < 2).count());
            prop_assert_eq!(batch.events.len() + batch.faults.len(), kinds.len());
        }
    }
}
