//! What a browser may ask of the relay.

mod answer;
mod body;
mod customers;
mod import;
mod intake;
mod origin;
mod rate;
mod status;
mod visitor;

pub use rate::Peer;

use crate::config::Config;
use crate::metrics::Metrics;
use crate::store::Store;
use axum::Router;
use rate::Rates;

use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method};
use axum::middleware;
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Requests whose events are read or committed at a time; more are told to come back.
const IN_HAND: usize = 256;
/// Bytes of bodies held at a time, packed and unpacked; more are told to come back.
const BODY_BYTES: usize = 64 * 1024 * 1024;
/// How long browsers may remember what a preflight told them.
const PREFLIGHT: Duration = Duration::from_secs(3600);

/// What every handler knows.
#[derive(Debug)]
pub struct App {
    pub config: Config,
    pub store: Store,
    pub metrics: Arc<Metrics>,
    pub in_hand: Semaphore,
    /// A permit a byte, taken before a body is read and held until its events are committed.
    pub body_bytes: Semaphore,
    pub rates: Option<Rates>,
}

impl App {
    fn new(config: Config, store: Store, metrics: Arc<Metrics>) -> App {
        let (in_hand, body_bytes) = (Semaphore::new(IN_HAND), Semaphore::new(BODY_BYTES));
        let rates = config.requests_per_second.map(Rates::new);
        App { config, store, metrics, in_hand, body_bytes, rates }
    }
}

/// The relay's routes.
pub fn router(config: Config, store: Store, metrics: Arc<Metrics>) -> Router {
    let cors = cors(&config);
    let app = Arc::new(App::new(config, store, metrics));
    Router::new()
        .route("/v1/batch", post(intake::batch))
        .route("/v1/track", post(intake::track))
        .route("/v1/identify", post(intake::identify))
        .route("/v1/page", post(intake::page))
        .route("/v1/visitor", get(visitor::visitor).delete(visitor::forget))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&app), rate::check))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&app), origin::check))
        .route_layer(cors)
        .route("/v1/customers/{id}", get(customers::tell).delete(customers::erase))
        .route("/v1/import", post(import::import))
        .route("/healthz", get(status::health))
        .route("/metrics", get(status::metrics))
        .route_layer(middleware::map_response(secure))
        .with_state(app)
}

/// Cross-origin answers, for the listed origins only. The cookie needs credentials, which rule out `*`.
fn cors(config: &Config) -> CorsLayer {
    let origins = config.origins.iter().filter_map(|origin| HeaderValue::from_str(origin.as_str()).ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers([AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE])
        .max_age(PREFLIGHT)
}

/// Answers are data: never cached, never sniffed, never run.
async fn secure(mut response: Response) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 4] = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
