//! The headers of the Standard Webhooks specification.

use crate::config::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use tanish::time::Millis;

/// `webhook-id`, the same for every try of the same events; `webhook-timestamp`, of this try; and, where there
/// is a key, `webhook-signature`.
pub fn headers(id: &str, body: &str, secret: Option<&Secret>, now: Millis) -> Vec<(String, String)> {
    let timestamp = now / 1000;
    let mut headers = vec![
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), timestamp.to_string()),
    ];
    if let Some(secret) = secret {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
        let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
        headers.push(("webhook-signature".to_owned(), format!("v1,{}", STANDARD.encode(tag))));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_of_the_specification() {
        // The example values of the Standard Webhooks specification's libraries.
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let made = headers(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            r#"{"test": 2432232314}"#,
            Some(&secret),
            1_614_265_330_000,
        );
        assert_eq!(made[1].1, "1614265330");
        assert_eq!(made[2].1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(headers("m", "{}", None, 0).len(), 2, "nothing to sign with");
    }

    #[test]
    fn secrets_are_checked_and_hidden() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        assert!(Secret::parse("whsec_c2hvcnQ=").unwrap_err().contains("24 bytes"));
        assert!(Secret::parse("not base64!").unwrap_err().contains("openssl rand"));
    }
}
