//! Whose pages may write. CORS keeps a foreign page from reading answers; this keeps it from writing,
//! which a browser would let it do with a simple request.

use super::App;
use super::answer::refused;
use crate::config::Config;
use crate::event::Fault;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;
use std::sync::Arc;

/// Refuses requests of pages that are not listed. A request without `Origin` comes from no page, or from
/// the relay's own.
pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if is_allowed(request.headers(), &app.config) {
        return next.run(request).await;
    }
    app.metrics.rejected.add(1);
    let message = "this origin may not write here: add it to `origins` in relay.toml, or to `hosts` if it is the relay's own";
    refused(StatusCode::FORBIDDEN, Fault::whole("", message))
}

fn is_allowed(headers: &HeaderMap, config: &Config) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if config.origins.iter().any(|allowed| allowed.as_str() == origin) {
        return true;
    }
    // The same host and port is the relay's own page. The scheme is the proxy's business.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    match (host, authority) {
        (Some(host), Some(authority)) => host.eq_ignore_ascii_case(authority) && is_own(host, &config.hosts),
        _ => false,
    }
}

/// Whether a `Host` can only be the relay. A name cannot tell: whoever owns `evil.uz` can point it at
/// this address once the page is loaded (DNS rebinding), and then `Origin` and `Host` agree. An address
/// is nobody's to point, and browsers never ask the DNS for `localhost`.
fn is_own(host: &str, names: &[String]) -> bool {
    let Ok(authority) = host.parse::<Authority>() else { return false };
    let name = authority.host();
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    bare.parse::<IpAddr>().is_ok()
        || name.eq_ignore_ascii_case("localhost")
        || names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    fn allowed(origin: Option<&str>, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        let mut config = Config::new("data");
        config.origins.push(Origin::parse("https://shop.uz").unwrap());
        config.hosts.push("events.shop.uz".to_owned());
        is_allowed(&headers, &config)
    }

    #[test]
    fn listed_own_and_absent_origins_pass() {
        assert!(allowed(Some("https://shop.uz"), "events.shop.uz"));
        assert!(allowed(Some("http://127.0.0.1:8080"), "127.0.0.1:8080"));
        assert!(allowed(None, "events.shop.uz"));
        for own in
            ["localhost:8787", "[::1]:8787", "192.168.0.7:8787", "Events.Shop.uz", "events.shop.uz:8443"]
        {
            assert!(allowed(Some(&format!("http://{own}")), own), "{own}");
        }
    }

    #[test]
    fn a_name_pointed_at_the_relay_is_not_its_own() {
        for name in [
            "evil.uz",
            "evil.uz:8787",
            "127.0.0.1.evil.uz",
            "localhost.evil.uz",
            "localhost@evil.uz",
            "shop.uz",
        ] {
            assert!(!allowed(Some(&format!("http://{name}")), name), "{name}");
        }
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
