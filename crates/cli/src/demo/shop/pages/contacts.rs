//! The toy CRM's page and its webhook.

use super::base::render;
use crate::demo::shop::state::Shop;
use crate::demo::shop::visit::Visit;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;
use serde_json::{Value, json};
use std::sync::Arc;

/// `/crm`
pub async fn contacts(State(shop): State<Arc<Shop>>, visit: Visit) -> Response {
    let version = shop.crm.version();
    let say = |key| shop.strings.label(visit.lang, "crm", key);
    let text = json!({
        "raw": shop.strings.say(visit.lang, "crm_raw"), "training": say("training"), "failed": say("failed"),
    });
    let own = context! { contacts => shop.contacts(visit.lang) };
    render(&shop, &visit, "crm.html", json!({ "crm": version, "text": text }), own)
}

/// `/crm/feed.json`: the timelines and their version.
pub async fn feed(State(shop): State<Arc<Shop>>, visit: Visit) -> Json<Value> {
    let version = shop.crm.version();
    let asked = visit.uri.query().and_then(|query| query.strip_prefix("since="));
    if asked.is_some_and(|since| since == version.to_string()) {
        return Json(json!({ "version": version }));
    }
    Json(json!({ "version": version, "contacts": shop.contacts(visit.lang) }))
}

/// `POST /crm/hook`: where the relay's webhook delivers.
pub async fn hook(State(shop): State<Arc<Shop>>, Json(body): Json<Value>) -> StatusCode {
    shop.crm.receive(body);
    StatusCode::NO_CONTENT
}
