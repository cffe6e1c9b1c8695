//! `/v1/customers/{id}`: what the shop knows of one customer, told, exported and erased.

use super::App;
use super::answer::{later, refused};
use crate::event::Fault;
use crate::history::{Whose, timeline};
use crate::queue::Known;
use crate::queue::people::phone;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// Events of a timeline, unless asked for another number.
const EVENTS: usize = 500;
/// Most events of a timeline; an export has no end.
const MOST_EVENTS: usize = 10_000;

/// What may stand in the query.
#[derive(Debug, Default, Deserialize)]
pub struct Wish {
    /// The last so many events.
    limit: Option<usize>,
    /// Everything, as a file.
    export: Option<String>,
}

/// The answer to whoever does not show the key.
pub fn refusal(app: &App, headers: &HeaderMap) -> Option<Response> {
    let Some(key) = &app.config.api_key else {
        let message = "is closed: set `api_key_env` in relay.toml to the name of a variable that holds a key";
        return Some(refused(StatusCode::FORBIDDEN, Fault::whole("", message)));
    };
    let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or("");
    let bearer = shown.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    if bearer.is_some_and(|(_, token)| key.opens(token.trim())) {
        return None;
    }
    app.metrics.rejected.add(1);
    let message = "the header `Authorization: Bearer …` must hold the key of `api_key_env`";
    Some(refused(StatusCode::UNAUTHORIZED, Fault::whole("", message)))
}

/// The names an id in the address may be: the shop's, an address, a phone, a browser's.
fn keys(id: &str) -> Vec<String> {
    let mut keys = vec![format!("u:{id}")];
    if id.contains('@') {
        keys.push(format!("e:{}", id.trim().to_lowercase()));
    }
    keys.extend(phone(id).map(|phone| format!("p:{phone}")));
    keys.push(format!("a:{id}"));
    keys
}

/// `GET`: the customer and their timeline; with `?export` all of it, as a file.
pub async fn tell(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = refusal(&app, &headers) {
        return refusal;
    }
    let known = match app.store.find(keys(&id)).await {
        Ok(known) => known,
        Err(error) => return later(&error.to_string()),
    };
    let whose = whose(known.as_ref(), &id);
    let is_export = wish.export.is_some();
    let limit = if is_export { usize::MAX } else { wish.limit.unwrap_or(EVENTS).clamp(1, MOST_EVENTS) };
    let folder = app.config.data.join("events");
    let read = tokio::task::spawn_blocking(move || timeline(&folder, &whose, limit)).await;
    let (events, more) = match read {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tracing::error!(%error, "the event log could not be read");
            return later("the event log could not be read");
        }
        Err(_) => return later("the event log could not be read"),
    };
    if known.is_none() && events.is_empty() {
        return unknown();
    }
    let body = json!({
        "customer": known.as_ref().map(customer),
        "events": events,
        "more": more,
    });
    if !is_export {
        return Json(body).into_response();
    }
    let headers =
        [(CONTENT_TYPE, "application/json"), (CONTENT_DISPOSITION, "attachment; filename=\"customer.json\"")];
    (headers, format!("{body:#}\n")).into_response()
}

/// `DELETE`: forgotten in the queue, among the dead letters, in the log and in the index of people.
pub async fn erase(State(app): State<Arc<App>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&app, &headers) {
        return refusal;
    }
    let known = match app.store.find(keys(&id)).await {
        Ok(Some(known)) => known,
        // A browser nobody signed in to is no person, and is forgotten all the same.
        Ok(None) => Known { person: crate::queue::Person::default(), names: vec![format!("a:{id}")] },
        Err(error) => return later(&error.to_string()),
    };
    match app.store.erase(known).await {
        Ok(events) => Json(json!({"erased": true, "events": events})).into_response(),
        Err(error) => later(&error.to_string()),
    }
}

fn unknown() -> Response {
    refused(StatusCode::NOT_FOUND, Fault::whole("id", "nobody is known by this id, address or phone"))
}

fn whose(known: Option<&Known>, id: &str) -> Whose {
    match known {
        Some(known) => Whose {
            visitors: known.visitors().map(str::to_owned).collect(),
            customers: known.customers().map(str::to_owned).collect(),
        },
        None => Whose { visitors: [id.to_owned()].into(), ..Whose::default() },
    }
}

fn customer(known: &Known) -> Value {
    let mut value = known.person.to_json();
    value["visitors"] = known.visitors().collect();
    value
}
