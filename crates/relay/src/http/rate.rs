//! How much one client may ask.

use super::App;
use super::answer::refused;
use crate::event::Fault;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

/// Clients remembered before those long quiet are forgotten.
const REMEMBERED: usize = 10_000;

/// Where a request came from, as the server put it into its extensions.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// One count a client.
#[derive(Debug)]
pub struct Rates(DefaultKeyedRateLimiter<IpAddr>);

impl Rates {
    /// So many requests a second, and as many again in a burst.
    pub fn new(per_second: NonZeroU32) -> Rates {
        Rates(RateLimiter::keyed(Quota::per_second(per_second).allow_burst(per_second.saturating_mul(TWO))))
    }

    fn allows(&self, client: IpAddr) -> bool {
        if self.0.len() > REMEMBERED {
            self.0.retain_recent();
        }
        self.0.check_key(&client).is_ok()
    }
}

const TWO: NonZeroU32 = NonZeroU32::new(2).unwrap();

/// Tells clients that ask too much to come back. A request whose sender is unknown counts for nobody.
pub async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
    if let Some(rates) = &app.rates
        && let Some(client) = client(request.headers(), peer, app.config.behind_proxy)
        && !rates.allows(client)
    {
        app.metrics.throttled.add(1);
        let fault = Fault::whole("", "too many requests: come back in a second");
        let mut response = refused(StatusCode::TOO_MANY_REQUESTS, fault);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    }
    next.run(request).await
}

/// Behind a proxy the last entry of `X-Forwarded-For` is the one the proxy itself wrote: those before it are what
/// the client claims. IPv6 clients own a /64, so that is what counts.
fn client(headers: &HeaderMap, peer: Option<IpAddr>, behind_proxy: bool) -> Option<IpAddr> {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    let address = if behind_proxy { forwarded.or(peer) } else { peer };
    Some(match address?.to_canonical() {
        IpAddr::V6(address) => {
            let mut parts = address.segments();
            parts[4..].fill(0);
            IpAddr::V6(Ipv6Addr::from(parts))
        }
        address => address,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(forwarded: &str, peer: &str, behind_proxy: bool) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        client(&headers, peer.parse().ok(), behind_proxy).map(|address| address.to_string())
    }

    #[test]
    fn what_a_client_claims_does_not_count() {
        assert_eq!(of("9.9.9.9", "1.2.3.4", false).as_deref(), Some("1.2.3.4"));
        assert_eq!(of("9.9.9.9, 5.6.7.8", "127.0.0.1", true).as_deref(), Some("5.6.7.8"));
        assert_eq!(of("nonsense", "1.2.3.4", true).as_deref(), Some("1.2.3.4"));
        assert_eq!(of("", "::ffff:1.2.3.4", false).as_deref(), Some("1.2.3.4"));
        assert_eq!(of("", "2001:db8:1:2:3:4:5:6", false).as_deref(), Some("2001:db8:1:2::"));
    }

    #[test]
    fn one_client_does_not_use_up_anothers_share() {
        let rates = Rates::new(NonZeroU32::new(1).unwrap());
        let (one, other): (IpAddr, IpAddr) = ("1.1.1.1".parse().unwrap(), "2.2.2.2".parse().unwrap());
        assert!(rates.allows(one) && rates.allows(one));
        assert!(!rates.allows(one));
        assert!(rates.allows(other));
    }
}
