//! A receiver of deliveries, such as a shop's CRM.

use crate::error::Result;
use crate::server::listen;
use crate::wait;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default)]
struct Record {
    events: Vec<Value>,
    refusals_left: usize,
    refused: usize,
}

/// A webhook that remembers what it was sent.
pub struct Webhook {
    record: Arc<Mutex<Record>>,
    server: listen::Server,
}

impl Webhook {
    /// Starts listening on a free port.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn start() -> Result<Self> {
        Self::refusing(0).await
    }

    /// A webhook that first answers `503` so many times.
    ///
    /// # Errors
    /// As [`Webhook::start`].
    pub async fn refusing(times: usize) -> Result<Self> {
        let record = Arc::new(Mutex::new(Record { refusals_left: times, ..Record::default() }));
        let app = Router::new().route("/hook", post(receive)).with_state(Arc::clone(&record));
        Ok(Self { record, server: listen::serve(app, None).await? })
    }

    /// Where to deliver.
    pub fn url(&self) -> String {
        format!("{}/hook", self.server.origin())
    }

    /// Every event accepted so far, in the order received; a batch counts as its events.
    pub fn events(&self) -> Vec<Value> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).events.clone()
    }

    /// How often it answered `503`.
    pub fn refused(&self) -> usize {
        self.record.lock().unwrap_or_else(PoisonError::into_inner).refused
    }

    /// Waits until so many events that `wanted` picks have arrived, and returns those.
    ///
    /// # Errors
    /// When they never do.
    pub async fn until(
        &self,
        what: &str,
        count: usize,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Vec<Value>> {
        let look =
            || async { Ok(self.events().into_iter().filter(|event| wanted(event)).collect::<Vec<_>>()) };
        wait::until(what, look, |events| events.len() >= count).await
    }
}

async fn receive(State(record): State<Arc<Mutex<Record>>>, body: axum::Json<Value>) -> StatusCode {
    let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
    if record.refusals_left > 0 {
        record.refusals_left -= 1;
        record.refused += 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    match body.0 {
        Value::Array(events) => record.events.extend(events),
        event => record.events.push(event),
    }
    StatusCode::OK
}
