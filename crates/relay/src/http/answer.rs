//! The one form of answer to events, good or bad.

use crate::event::Fault;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// What became of a request's events.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    /// Every event is kept.
    success: bool,
    accepted: usize,
    duplicates: usize,
    errors: Vec<AnswerError<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnswerError<'a> {
    index: Option<usize>,
    message_id: Option<&'a str>,
    field: &'a str,
    message: &'a str,
}

/// The events are on the disk, all but the faulty ones. With nothing good among them the request was a
/// bad one: sending it again would not help.
pub fn stored(accepted: usize, duplicates: usize, faults: &[Fault]) -> Response {
    let is_bad = accepted + duplicates == 0 && !faults.is_empty();
    let status = if is_bad { StatusCode::BAD_REQUEST } else { StatusCode::ACCEPTED };
    answer(status, accepted, duplicates, faults)
}

/// Nothing was kept, for this reason.
pub fn refused(status: StatusCode, fault: Fault) -> Response {
    answer(status, 0, 0, &[fault])
}

/// Nothing was kept; the same request may do better in a second.
pub fn later(message: &str) -> Response {
    let mut response = refused(StatusCode::SERVICE_UNAVAILABLE, Fault::whole("", message));
    response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static("1"));
    response
}

fn answer(status: StatusCode, accepted: usize, duplicates: usize, faults: &[Fault]) -> Response {
    let errors = faults
        .iter()
        .map(|fault| AnswerError {
            index: fault.index,
            message_id: fault.message_id.as_deref(),
            field: fault.field,
            message: &fault.message,
        })
        .collect();
    (status, Json(Answer { success: faults.is_empty(), accepted, duplicates, errors })).into_response()
}
