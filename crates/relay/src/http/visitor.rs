//! `GET /v1/visitor`: who is this, with a cookie that lasts.

use super::App;
use crate::{clock, cookie};
use axum::Json;
use axum::extract::State;
use axum::http::header::{COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Answers `{"id": "…"}` and sets the cookie where there is none.
pub async fn visitor(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let sent: Vec<&str> = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    let found = cookie::visitor(&sent.join("; "), &app.config.cookie, is_https(&headers), clock::now());
    let Ok(found) = found else {
        tracing::error!("the system gives no random numbers");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let mut response = Json(serde_json::json!({ "id": found.id.to_string() })).into_response();
    if let Some(value) = found.set_cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().insert(SET_COOKIE, value);
    }
    response
}

/// The relay itself speaks http: a proxy before it, or the page that asks, tells what the browser sees.
/// Whoever lies here only makes their own cookie stricter.
fn is_https(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    text("x-forwarded-proto").split(',').next().unwrap_or("").trim().eq_ignore_ascii_case("https")
        || text(ORIGIN.as_str()).starts_with("https://")
}
