//! Whose pages may write. CORS keeps a foreign page from reading answers; this keeps it from writing,
//! which a browser would let it do with a simple request.

use super::App;
use super::answer::refused;
use crate::config::Origin;
use crate::event::Fault;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

/// Refuses requests of pages that are not listed. A request without `Origin` comes from no page, or from
/// the relay's own.
pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if is_allowed(request.headers(), &app.config.origins) {
        return next.run(request).await;
    }
    app.metrics.rejected.add(1);
    let message = "this origin may not write here: add it to `origins` in relay.toml";
    refused(StatusCode::FORBIDDEN, Fault::whole("", message))
}

fn is_allowed(headers: &HeaderMap, origins: &[Origin]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if origins.iter().any(|allowed| allowed.as_str() == origin) {
        return true;
    }
    // The same host and port is the relay's own page. The scheme is the proxy's business.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    matches!((host, authority), (Some(host), Some(authority)) if host.eq_ignore_ascii_case(authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(origin: Option<&str>, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        is_allowed(&headers, &[Origin::parse("https://shop.uz").unwrap()])
    }

    #[test]
    fn listed_own_and_absent_origins_pass() {
        assert!(allowed(Some("https://shop.uz"), "events.shop.uz"));
        assert!(allowed(Some("http://127.0.0.1:8080"), "127.0.0.1:8080"));
        assert!(allowed(None, "events.shop.uz"));
    }

    #[test]
    fn others_do_not() {
        for origin in [
            "https://evil.uz",
            "null",
            "http://shop.uz",
            "https://shop.uz.evil.uz",
            "https://shop.uz:8443",
            "",
        ] {
            assert!(!allowed(Some(origin), "events.shop.uz"), "{origin}");
        }
        assert!(!allowed(Some("http://127.0.0.1:8081"), "127.0.0.1:8080"));
    }
}
