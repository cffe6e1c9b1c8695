//! One event in the shape of Segment's HTTP API (segment.com/docs, "Spec").

use crate::time::{Millis, rfc3339};
use crate::value::Value;
use thiserror::Error;

/// Largest event in bytes of JSON: Segment's limit of 32 KB, less what the endpoint may add.
pub const MAX_EVENT: usize = 31 * 1024;
/// Longest event name, in bytes.
pub const MAX_NAME: usize = 200;

/// Why an event is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EventError {
    /// No name, or one past [`MAX_NAME`].
    #[error("an event needs a name of 1 to {MAX_NAME} characters")]
    Name,
    /// Properties are not an object.
    #[error("properties of \"{0}\" must be an object, as in {{product_id: \"…\"}}")]
    Properties(String),
    /// Past [`MAX_EVENT`].
    #[error("\"{0}\" is larger than 31 KB: send fewer properties")]
    TooLarge(String),
}

/// What every event of a page view carries.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Envelope {
    /// The visitor's id.
    pub visitor: Option<String>,
    /// The customer's id, after sign-in.
    pub customer: Option<String>,
    /// Number of the visit's first millisecond: the session's id.
    pub session: Millis,
    /// `{url, path, referrer, title}`.
    pub page: Value,
    /// BCP 47 tag of the page.
    pub locale: String,
}

impl Envelope {
    /// A `track` event.
    pub fn track(&self, id: String, at: Millis, name: &str, properties: Value) -> Result<Value, EventError> {
        if name.is_empty() || name.len() > MAX_NAME {
            return Err(EventError::Name);
        }
        let properties = match properties {
            Value::Null => Value::Object(Vec::new()),
            object @ Value::Object(_) => object,
            _ => return Err(EventError::Properties(name.to_owned())),
        };
        let mut event = self.message("track", id, at);
        event.set("event", name);
        event.set("properties", properties);
        if event.weight() > MAX_EVENT { Err(EventError::TooLarge(name.to_owned())) } else { Ok(event) }
    }

    /// An `identify` event.
    pub fn identify(&self, id: String, at: Millis, traits: Value) -> Result<Value, EventError> {
        let mut event = self.message("identify", id, at);
        event.set("traits", traits);
        if event.weight() > MAX_EVENT { Err(EventError::TooLarge("identify".to_owned())) } else { Ok(event) }
    }

    /// An `alias` event: who was `previous` until now is the visitor of this envelope.
    pub fn alias(&self, id: String, at: Millis, previous: &str) -> Value {
        let mut event = self.message("alias", id, at);
        event.set("previousId", previous);
        event
    }

    fn message(&self, kind: &str, id: String, at: Millis) -> Value {
        let library =
            Value::object([("name", "tanish".into()), ("version", env!("CARGO_PKG_VERSION").into())]);
        let context = Value::object([
            ("library", library),
            ("page", self.page.clone()),
            ("locale", self.locale.as_str().into()),
            ("sessionId", self.session.to_string().into()),
        ]);
        let mut event = Value::object([
            ("type", kind.into()),
            ("messageId", id.into()),
            ("timestamp", rfc3339(at).into()),
        ]);
        if let Some(visitor) = &self.visitor {
            event.set("anonymousId", visitor.as_str());
        }
        if let Some(customer) = &self.customer {
            event.set("userId", customer.as_str());
        }
        event.set("context", context);
        event
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope() -> Envelope {
        Envelope { visitor: Some("v".into()), session: 5, locale: "uz".into(), ..Envelope::default() }
    }

    #[test]
    fn has_segments_shape() {
        let properties = Value::object([("product_id", "A".into())]);
        let event = envelope().track("m".into(), 0, "Product Viewed", properties).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            format!(
                r#"{{"type":"track","messageId":"m","timestamp":"1970-01-01T00:00:00.000Z","anonymousId":"v","context":{{"library":{{"name":"tanish","version":"{version}"}},"page":null,"locale":"uz","sessionId":"5"}},"event":"Product Viewed","properties":{{"product_id":"A"}}}}"#
            )
        );
    }

    #[test]
    fn what_cannot_be_an_event_is_named() {
        let track = |name: &str, properties| envelope().track("m".into(), 0, name, properties);
        assert_eq!(track("", Value::Null), Err(EventError::Name));
        assert_eq!(track("x", Value::Bool(true)), Err(EventError::Properties("x".into())));
        let large = Value::object([("note", "x".repeat(MAX_EVENT).into())]);
        assert_eq!(track("x", large), Err(EventError::TooLarge("x".into())));
    }
}
