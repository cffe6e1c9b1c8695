//! Who may ask: requests that name this machine, and posts of our own pages.
//!
//! A page of another site may point its own name at this machine (DNS rebinding); its requests then carry
//! that name as their Host. A name that is an address cannot be rebound.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use std::net::IpAddr;

/// Lets through only what asks for this machine, and posts of none but our own pages.
pub fn keep(app: Router, listened: IpAddr) -> Router {
    app.layer(from_fn(move |request: Request, next: Next| async move {
        match refusal(&request, listened) {
            Some(status) => status.into_response(),
            None => next.run(request).await,
        }
    }))
}

/// What to say when the demo can be reached from elsewhere.
pub fn warning(listened: IpAddr) -> Option<String> {
    (!listened.is_loopback()).then(|| {
        format!(
            "Warning: {listened} can be reached from the network, and so can /crm and /metrics: everybody \
             there may read what the shop's visitors did."
        )
    })
}

fn refusal(request: &Request, listened: IpAddr) -> Option<StatusCode> {
    let headers = request.headers();
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let asked = [host.as_ref(), request.uri().authority()];
    if host.is_none() || !asked.into_iter().flatten().all(|name| ours(name.host(), listened)) {
        return Some(StatusCode::MISDIRECTED_REQUEST);
    }
    let foreign = !request.method().is_safe() && host.is_some_and(|host| foreign(headers, &host));
    foreign.then_some(StatusCode::FORBIDDEN)
}

/// Whether a host name means this machine. Any port will do: it may be forwarded.
fn ours(host: &str, listened: IpAddr) -> bool {
    let plain = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match plain.parse::<IpAddr>() {
        Ok(address) => address.is_loopback() || address == listened || listened.is_unspecified(),
        Err(_) => host.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether another site's page sends this. What is no browser says neither where it comes from.
fn foreign(headers: &HeaderMap, host: &Authority) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        return !matches!(site, b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else { return false };
    let own = |scheme: &str| {
        let origin = origin.to_str().ok()?.strip_prefix(scheme)?;
        Some(origin.eq_ignore_ascii_case(host.as_str()))
    };
    !["http://", "https://"].into_iter().any(|scheme| own(scheme) == Some(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Method;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const EVERYWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED);

    fn asked(method: Method, headers: &[(&str, &str)], listened: IpAddr) -> Option<u16> {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        refusal(&request.body(Body::empty()).unwrap(), listened).map(|status| status.as_u16())
    }

    #[test]
    fn a_rebound_name_is_refused() {
        for host in ["localhost:8080", "LOCALHOST", "127.0.0.1:9000", "[::1]:8080", "127.0.0.1"] {
            assert_eq!(asked(Method::GET, &[("host", host)], HERE), None, "{host}");
        }
        for host in ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.168.1.5", "u@", ""] {
            assert_eq!(asked(Method::GET, &[("host", host)], HERE), Some(421), "{host}");
        }
        assert_eq!(asked(Method::GET, &[], HERE), Some(421));
        let lan = [("host", "192.168.1.5:8080")];
        assert_eq!(asked(Method::GET, &lan, EVERYWHERE), None);
        assert_eq!(asked(Method::GET, &lan, "192.168.1.5".parse().unwrap()), None);
        assert_eq!(asked(Method::GET, &[("host", "evil.example")], EVERYWHERE), Some(421));
    }

    #[test]
    fn only_our_own_pages_post() {
        let post = |header: (&str, &str)| asked(Method::POST, &[("host", "localhost:8080"), header], HERE);
        for own in [
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "none"),
            ("origin", "http://localhost:8080"),
            ("accept", "*/*"),
        ] {
            assert_eq!(post(own), None, "{own:?}");
        }
        for foreign in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "http://evil.example"),
            ("origin", "http://localhost:3000"),
            ("origin", "null"),
        ] {
            assert_eq!(post(foreign), Some(403), "{foreign:?}");
            assert_eq!(asked(Method::GET, &[("host", "localhost"), foreign], HERE), None, "{foreign:?}");
        }
    }

    #[test]
    fn an_open_demo_says_so() {
        assert_eq!(warning(HERE), None);
        assert!(warning(EVERYWHERE).is_some_and(|text| text.contains("/crm") && text.contains("/metrics")));
    }
}
