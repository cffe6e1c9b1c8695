//! Events to a webhook's request, signed by the Standard Webhooks specification.

use crate::config::Secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::{digest, hmac};
use tanish::time::Millis;

/// A request, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Header `webhook-id`: the same for every try of the same events.
    pub id: String,
    /// Header `webhook-timestamp`: seconds since 1970, of this try.
    pub timestamp: u64,
    /// Header `webhook-signature`, where there is a secret.
    pub signature: Option<String>,
    /// JSON.
    pub body: String,
}

/// One event as an object. The id is its `messageId`.
pub fn single(message_id: &str, body: &str, secret: Option<&Secret>, now: Millis) -> Request {
    sign(message_id.to_owned(), body.to_owned(), secret, now)
}

/// Events as an array. The id is a digest of their ids: the same events again have the same id.
pub fn batch<'a>(
    events: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    secret: Option<&Secret>,
    now: Millis,
) -> Request {
    let mut ids = digest::Context::new(&digest::SHA256);
    for (message_id, _) in events.clone() {
        ids.update(message_id.as_bytes());
        // No messageId holds a line end, so no two lists of ids run together into one.
        ids.update(b"\n");
    }
    let bodies: Vec<&str> = events.map(|(_, body)| body).collect();
    let id = format!("batch_{}", URL_SAFE_NO_PAD.encode(ids.finish()));
    sign(id, format!("[{}]", bodies.join(",")), secret, now)
}

fn sign(id: String, body: String, secret: Option<&Secret>, now: Millis) -> Request {
    let timestamp = now / 1000;
    let signature = secret.map(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
        let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(tag))
    });
    Request { id, timestamp, signature, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_of_the_specification() {
        // The example values of the Standard Webhooks specification's libraries.
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let request = single(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            r#"{"test": 2432232314}"#,
            Some(&secret),
            1_614_265_330_000,
        );
        assert_eq!(request.signature.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(request.timestamp, 1_614_265_330);
    }

    #[test]
    fn batches_are_arrays_with_a_steady_id() {
        let events = [("a", r#"{"n":1}"#), ("b", r#"{"n":2}"#)];
        let first = batch(events.into_iter(), None, 0);
        assert_eq!(first.body, r#"[{"n":1},{"n":2}]"#);
        assert_eq!(first.id, batch(events.into_iter(), None, 9_000_000).id);
        assert_ne!(first.id, batch(events.into_iter().rev(), None, 0).id);
        assert_eq!(first.signature, None);
    }

    #[test]
    fn secrets_are_checked_and_hidden() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(Secret::parse("whsec_c2hvcnQ=").unwrap_err().contains("24 bytes"));
        assert!(Secret::parse("not base64!").unwrap_err().contains("openssl rand"));
    }
}
