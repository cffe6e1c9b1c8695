//! `/v1/visitor`: who is this, with a cookie that lasts; `DELETE` takes it back.

use super::App;
use crate::{clock, cookie};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::header::{COOKIE, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tanish::visitor::VisitorId;
use tanish::visitor::cookie::NAME;

/// Answers `{"id": "…"}` and sets the cookie where there is none.
pub async fn visitor(State(app): State<Arc<App>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let mut sent = cookies(&headers);
    // Without `Origin` the request may be a link somewhere, made to give its reader an id of its author's.
    if let Some(own) = own_id(query.as_deref()).filter(|_| headers.contains_key(ORIGIN)) {
        sent = format!("{sent}; {NAME}={}", tanish::visitor::cookie::format(own));
    }
    let found = cookie::visitor(&sent, &app.config.cookie, is_https(&headers), clock::now());
    let Ok(found) = found else {
        tracing::error!("the system gives no random numbers");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let response = Json(serde_json::json!({ "id": found.id.to_string() })).into_response();
    with_cookie(response, found.set_cookie)
}

/// What a page of another host adds as `?id=`: its own id, from a cookie the relay cannot see.
fn own_id(query: Option<&str>) -> Option<VisitorId> {
    query?.split('&').find_map(|pair| VisitorId::parse(pair.strip_prefix("id=")?))
}

/// Takes the cookie back: at a sign-out, a withdrawal and a `forget()`.
pub async fn forget(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let response = StatusCode::NO_CONTENT.into_response();
    with_cookie(response, Some(cookie::clear(&app.config.cookie, is_https(&headers))))
}

fn cookies(headers: &HeaderMap) -> String {
    let sent: Vec<&str> = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    sent.join("; ")
}

fn with_cookie(mut response: Response, cookie: Option<String>) -> Response {
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
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
