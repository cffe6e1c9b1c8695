//! What a Segment-shaped event must look like. Fields unknown here are kept as they are.

use serde_json::{Map, Value};

/// Longest `messageId`, in bytes: Segment's limit.
const LONGEST_MESSAGE_ID: usize = 100;
/// Longest other name or id, in bytes.
const LONGEST_NAME: usize = 512;

/// A fault in a field.
pub type Problem = (&'static str, String);

/// Checks an event.
pub fn check(event: &Map<String, Value>) -> Result<(), Problem> {
    let kind = text(event, "type")?
        .ok_or_else(|| missing("type", "one of track, identify, page, screen, group, alias"))?;
    text_of(event, "messageId", LONGEST_MESSAGE_ID)?;
    let visitor = text(event, "anonymousId")?;
    let customer = text(event, "userId")?;
    if visitor.is_none() && customer.is_none() {
        return Err(missing("anonymousId", "the visitor's id; a `userId` alone will do too"));
    }
    match kind {
        "track" => needs(event, "event", "what happened, as in \"Product Viewed\"")?,
        "group" => needs(event, "groupId", "the group's id")?,
        "alias" => needs(event, "previousId", "the id before")?,
        "identify" | "page" | "screen" => {}
        other => {
            let message =
                format!("{:?} is no type; use track, identify, page, screen, group or alias", cut(other));
            return Err(("type", message));
        }
    }
    if matches!(kind, "page" | "screen") {
        text(event, "name")?;
    }
    for field in ["properties", "traits", "context", "integrations"] {
        object(event, field)?;
    }
    for field in ["timestamp", "originalTimestamp", "sentAt"] {
        time(event, field)?;
    }
    Ok(())
}

fn missing(field: &'static str, what: &str) -> Problem {
    (field, format!("is missing: {what}"))
}

fn needs(event: &Map<String, Value>, field: &'static str, what: &str) -> Result<(), Problem> {
    text(event, field)?.map(|_| ()).ok_or_else(|| missing(field, what))
}

/// A value that is there: SDKs write `null` for absent.
fn present<'a>(event: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    event.get(field).filter(|value| !value.is_null())
}

fn text<'a>(event: &'a Map<String, Value>, field: &'static str) -> Result<Option<&'a str>, Problem> {
    text_of(event, field, LONGEST_NAME)
}

fn text_of<'a>(
    event: &'a Map<String, Value>,
    field: &'static str,
    longest: usize,
) -> Result<Option<&'a str>, Problem> {
    let Some(value) = present(event, field) else { return Ok(None) };
    let Some(text) = value.as_str() else {
        return Err((field, format!("is {}; it must be text", kind_of(value))));
    };
    match text.len() {
        0 => Err((field, "is empty".to_owned())),
        length if length > longest => Err((field, format!("has {length} bytes; the limit is {longest}"))),
        _ if text.chars().any(char::is_control) => Err((field, "holds control characters".to_owned())),
        _ => Ok(Some(text)),
    }
}

fn object(event: &Map<String, Value>, field: &'static str) -> Result<(), Problem> {
    match present(event, field) {
        None | Some(Value::Object(_)) => Ok(()),
        Some(other) => Err((field, format!("is {}; it must be an object", kind_of(other)))),
    }
}

fn time(event: &Map<String, Value>, field: &'static str) -> Result<(), Problem> {
    let Some(value) = text(event, field)? else { return Ok(()) };
    match value.parse::<jiff::Timestamp>() {
        Ok(_) => Ok(()),
        Err(_) => {
            let message =
                format!("{:?} is no time; write RFC 3339, as in \"2026-11-22T06:37:00.000Z\"", cut(value));
            Err((field, message))
        }
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Enough of a value to recognise it.
fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn field_of(event: Value) -> &'static str {
        check(event.as_object().unwrap()).unwrap_err().0
    }

    #[test]
    fn each_type_passes() {
        for event in [
            json!({"type": "track", "event": "Product Viewed", "anonymousId": "v", "messageId": "m"}),
            json!({"type": "identify", "userId": "c", "anonymousId": null, "traits": {"email": "a@b"}}),
            json!({"type": "page", "anonymousId": "v", "name": "Home", "properties": {}, "more": [1]}),
            json!({"type": "screen", "anonymousId": "v", "timestamp": "2026-11-22T06:37:00+05:00"}),
            json!({"type": "group", "anonymousId": "v", "groupId": "g"}),
            json!({"type": "alias", "userId": "c", "previousId": "v"}),
        ] {
            assert_eq!(check(event.as_object().unwrap()), Ok(()), "{event}");
        }
    }

    #[test]
    fn faults_are_named() {
        let track = |field: &str, value: Value| {
            let mut event = json!({"type": "track", "event": "e", "anonymousId": "v", "messageId": "m"});
            event[field] = value;
            field_of(event)
        };
        assert_eq!(field_of(json!({})), "type");
        assert_eq!(track("type", json!("purchase")), "type");
        assert_eq!(track("event", json!(7)), "event");
        assert_eq!(track("event", Value::Null), "event");
        assert_eq!(track("anonymousId", Value::Null), "anonymousId");
        assert_eq!(track("userId", json!({"a": 1})), "userId");
        assert_eq!(track("messageId", json!("")), "messageId");
        assert_eq!(track("messageId", json!("x".repeat(101))), "messageId");
        assert_eq!(track("messageId", json!("a\r\nb")), "messageId");
        assert_eq!(track("properties", json!([])), "properties");
        assert_eq!(track("timestamp", json!("yesterday")), "timestamp");
        assert_eq!(track("timestamp", json!(1_700_000_000)), "timestamp");
        assert_eq!(field_of(json!({"type": "group", "anonymousId": "v"})), "groupId");
        assert_eq!(field_of(json!({"type": "alias", "userId": "v"})), "previousId");
    }
}
