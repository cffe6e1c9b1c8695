//! Events in: read, check, commit, and only then answer.

use super::answer::{later, refused, stored};
use super::{App, body};
use crate::clock;
use crate::event::{Batch, Fault, LARGEST_BATCH, LARGEST_EVENT, read_batch, read_single};
use crate::queue::Pushed;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use tanish::time::Millis;

type Shared = State<Arc<App>>;

/// `POST /v1/batch`.
pub async fn batch(State(app): Shared, headers: HeaderMap, body: Body) -> Response {
    accept(&app, &headers, body, LARGEST_BATCH, read_batch).await
}

/// `POST /v1/track`.
pub async fn track(State(app): Shared, headers: HeaderMap, body: Body) -> Response {
    single(&app, &headers, body, "track").await
}

/// `POST /v1/identify`.
pub async fn identify(State(app): Shared, headers: HeaderMap, body: Body) -> Response {
    single(&app, &headers, body, "identify").await
}

/// `POST /v1/page`.
pub async fn page(State(app): Shared, headers: HeaderMap, body: Body) -> Response {
    single(&app, &headers, body, "page").await
}

async fn single(app: &App, headers: &HeaderMap, body: Body, kind: &str) -> Response {
    accept(app, headers, body, LARGEST_EVENT, |body, received| read_single(body, kind, received)).await
}

async fn accept(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    read: impl FnOnce(&[u8], Millis) -> Result<Batch, Fault>,
) -> Response {
    let refuse = |(status, fault): body::Refusal| {
        app.metrics.rejected.add(1);
        refused(status, fault)
    };
    // Bounds memory, and so comes before the body: slow clients hold what they announced.
    let cost = u32::try_from(body::cost(headers, limit)).unwrap_or(u32::MAX);
    let Ok(_bytes_in_hand) = app.body_bytes.try_acquire_many(cost) else {
        return later("the relay has its hands full");
    };
    let bytes = match body::read(headers, body, limit).await {
        Ok(bytes) => Bytes::from(bytes),
        Err(refusal) => return refuse(refusal),
    };
    // Events in memory are larger than the body they came in, and small bodies are many.
    let Ok(_in_hand) = app.in_hand.try_acquire() else {
        return later("the relay has its hands full");
    };
    let batch = match read(&bytes, clock::now()) {
        Ok(batch) => batch,
        Err(fault) => return refuse((StatusCode::BAD_REQUEST, fault)),
    };
    if !has_key(headers, batch.write_key.as_deref(), &app.config.write_keys) {
        let message = "is missing or unknown: send one of `write_keys` in relay.toml";
        return refuse((StatusCode::UNAUTHORIZED, Fault::whole("writeKey", message)));
    }
    commit(app, batch).await
}

async fn commit(app: &App, batch: Batch) -> Response {
    let Batch { events, faults, .. } = batch;
    app.metrics.rejected.add(faults.len() as u64);
    if events.is_empty() {
        return stored(0, 0, &faults);
    }
    match app.store.push(events).await {
        Ok(pushed) => {
            let accepted = pushed.iter().filter(|one| **one == Pushed::Accepted).count();
            let duplicates = pushed.len() - accepted;
            app.metrics.accepted.add(accepted as u64);
            app.metrics.duplicates.add(duplicates as u64);
            stored(accepted, duplicates, &faults)
        }
        Err(error) => later(&error.to_string()),
    }
}

/// Keys stand in public pages, so a comparison that leaks time leaks nothing.
fn has_key(headers: &HeaderMap, in_body: Option<&str>, keys: &[String]) -> bool {
    let known = |key: &str| keys.iter().any(|known| known == key);
    keys.is_empty() || in_body.is_some_and(known) || basic_user(headers).is_some_and(|user| known(&user))
}

/// The user name of HTTP basic authentication, which is where Segment's libraries put the key.
fn basic_user(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(user, _)| user.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::http::BODY_BYTES;
    use crate::lock::FolderLock;
    use crate::log::EventLog;
    use crate::metrics::Metrics;
    use crate::queue::{Durability, SqliteQueue};
    use crate::store::Store;
    use axum::http::header::{CONTENT_LENGTH, RETRY_AFTER};
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    fn app(folder: &tempfile::TempDir) -> Arc<App> {
        let queue = SqliteQueue::open(&folder.path().join("q"), Durability::ProcessDeath).unwrap();
        let log = EventLog::open(folder.path().into(), &queue).unwrap();
        let metrics = Arc::new(Metrics::default());
        let lock = FolderLock::take(folder.path()).unwrap();
        let store = Store::start(queue, log, crate::config::Retention::default(), Arc::clone(&metrics), lock)
            .unwrap();
        Arc::new(App::new(Config::new(folder.path()), store, metrics))
    }

    /// A body of which nothing ever comes.
    struct Silent;

    impl hyper::body::Body for Silent {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test]
    async fn bodies_under_way_are_bounded_in_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, LARGEST_BATCH.to_string().parse().unwrap());
        let mut slow = Vec::new();
        let refusal = loop {
            assert!(
                slow.len() * LARGEST_BATCH <= BODY_BYTES,
                "{} bodies of {LARGEST_BATCH} bytes",
                slow.len()
            );
            let mut one = Box::pin(batch(State(Arc::clone(&app)), headers.clone(), Body::new(Silent)));
            tokio::select! {
                biased;
                refusal = &mut one => break refusal,
                () = std::future::ready(()) => slow.push(one),
            }
        };
        assert_eq!(refusal.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refusal.headers().contains_key(RETRY_AFTER));
        assert_eq!(slow.len(), BODY_BYTES / LARGEST_BATCH, "no sooner than needed");
        drop(slow);
        let good = r#"{"event": "A", "anonymousId": "v"}"#;
        let answer = track(State(app), HeaderMap::new(), Body::from(good)).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "what slow clients held is free again");
    }

    #[test]
    fn keys_come_in_the_body_or_as_basic_user() {
        let keys = ["shop-1".to_owned()];
        let mut headers = HeaderMap::new();
        assert!(has_key(&headers, None, &[]));
        assert!(has_key(&headers, Some("shop-1"), &keys));
        assert!(!has_key(&headers, Some("shop-2"), &keys));
        assert!(!has_key(&headers, None, &keys));
        headers.insert(AUTHORIZATION, format!("Basic {}", STANDARD.encode("shop-1:")).parse().unwrap());
        assert!(has_key(&headers, None, &keys));
        for bad in ["Basic", "Basic !", "Bearer c2hvcC0xOg==", "Basic c2hvcC0x"] {
            headers.insert(AUTHORIZATION, bad.parse().unwrap());
            assert!(!has_key(&headers, None, &keys), "{bad}");
        }
    }
}
