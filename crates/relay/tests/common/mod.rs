//! A webhook receiver that remembers, and a relay being served.

#![allow(dead_code, reason = "each test binary uses its own part of this")]
#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use tanish_relay::{Config, Relay, RelayError, Running};
use tokio::net::TcpListener;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

/// A request the receiver saw.
#[derive(Debug, Clone)]
pub struct Seen {
    pub id: String,
    pub signature: Option<String>,
    pub body: Value,
    pub accepted: bool,
}

/// Instead of a status: the request is taken and never answered.
pub const SILENCE: u16 = 0;

type Judge = Box<dyn Fn(usize, &Value) -> (u16, &'static str) + Send + Sync>;

struct Inner {
    judge: Judge,
    seen: Mutex<Vec<Seen>>,
    news: Notify,
}

/// A webhook.
pub struct Receiver {
    pub url: String,
    inner: Arc<Inner>,
}

impl Receiver {
    /// Answers by the number of requests before.
    pub async fn start(answer: impl Fn(usize) -> (u16, &'static str) + Send + Sync + 'static) -> Receiver {
        Receiver::serve(Box::new(move |seen, _| answer(seen))).await
    }

    /// Answers by what was sent.
    pub async fn judging(answer: impl Fn(&Value) -> (u16, &'static str) + Send + Sync + 'static) -> Receiver {
        Receiver::serve(Box::new(move |_, body| answer(body))).await
    }

    async fn serve(judge: Judge) -> Receiver {
        let inner = Arc::new(Inner { judge, seen: Mutex::default(), news: Notify::new() });
        let app = Router::new().route("/hook", routing::post(receive)).with_state(Arc::clone(&inner));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Receiver { url, inner }
    }

    pub fn all(&self) -> Vec<Seen> {
        self.inner.seen.lock().unwrap().clone()
    }

    pub fn accepted(&self) -> Vec<Seen> {
        self.all().into_iter().filter(|seen| seen.accepted).collect()
    }

    /// Ids of the accepted events of a visitor, in the order they came.
    pub fn accepted_of(&self, visitor: &str) -> Vec<String> {
        events(&self.accepted())
            .filter(|event| event["anonymousId"] == visitor)
            .map(|event| event["messageId"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Ids of all accepted events.
    pub fn taken(&self) -> BTreeSet<String> {
        events(&self.accepted()).map(|event| event["messageId"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until so many requests came.
    pub async fn until_seen(&self, count: usize) {
        loop {
            let news = self.inner.news.notified();
            if self.all().len() >= count {
                return;
            }
            news.await;
        }
    }

    /// Waits until so many different events were accepted.
    pub async fn until_taken(&self, count: usize) {
        loop {
            let news = self.inner.news.notified();
            if self.taken().len() >= count {
                return;
            }
            news.await;
        }
    }
}

fn events(seen: &[Seen]) -> impl Iterator<Item = Value> {
    let all: Vec<Value> = seen
        .iter()
        .flat_map(|seen| match &seen.body {
            Value::Array(events) => events.clone(),
            event => vec![event.clone()],
        })
        .collect();
    all.into_iter()
}

async fn receive(
    State(inner): State<Arc<Inner>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> (StatusCode, &'static str) {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let (status, text) = {
        let mut seen = inner.seen.lock().unwrap();
        let (status, text) = (inner.judge)(seen.len(), &body);
        seen.push(Seen {
            id: header("webhook-id").unwrap(),
            signature: header("webhook-signature"),
            accepted: (200..300).contains(&status),
            body,
        });
        (status, text)
    };
    inner.news.notify_one();
    if status == SILENCE {
        return std::future::pending().await;
    }
    (StatusCode::from_u16(status).unwrap(), text)
}

/// Opens a relay whose folder a dropped one may still be leaving.
pub async fn reopen(config: &Config) -> Relay {
    loop {
        match Relay::open(config.clone()) {
            Err(RelayError::InUse { .. }) => tokio::task::yield_now().await,
            opened => return opened.unwrap(),
        }
    }
}

/// A relay behind a real port.
pub struct Served {
    address: String,
    client: reqwest::Client,
    relay: Relay,
    running: Option<Running>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Served {
    pub async fn start(relay: Relay) -> Served {
        Served::without_delivery(relay).await.deliver()
    }

    pub async fn without_delivery(relay: Relay) -> Served {
        // A relay mounted in somebody else's application, as the demo does it.
        let app = Router::new().merge(relay.router());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let stopped = async { stopped.await.unwrap_or(()) };
            axum::serve(listener, app).with_graceful_shutdown(stopped).await.unwrap();
        });
        let client = Served::client();
        Served { address, client, relay, running: None, stop, server }
    }

    /// A client that keeps no connection: a killed relay must not be met again.
    pub fn client() -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder().no_proxy().tls_certs_only([]).pool_max_idle_per_host(0).build().unwrap()
    }

    pub fn deliver(mut self) -> Served {
        self.running = Some(self.relay.start());
        self
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub fn request(&self) -> &reqwest::Client {
        &self.client
    }

    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        self.server.await.unwrap();
        if let Some(running) = self.running {
            running.shutdown().await.unwrap();
        }
        self.relay.shutdown().await.unwrap();
    }

    /// As a panicking host would leave it.
    pub async fn drop_without_shutdown(self) {
        self.server.abort();
        let _ = self.server.await;
        drop((self.running, self.relay));
    }
}

pub async fn post(relay: &Served, path: &str, body: &Value) -> (StatusCode, Value) {
    let answer = relay.request().post(relay.at(path)).json(body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

pub async fn get(relay: &Served, path: &str) -> (StatusCode, String) {
    let answer = relay.request().get(relay.at(path)).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

pub fn event(n: usize, visitor: &str) -> Value {
    json!({"type": "track", "event": "Product Viewed", "messageId": format!("m{n}"), "anonymousId": visitor,
        "timestamp": "2026-11-22T06:37:00Z", "properties": {"product_id": "belt"}})
}

pub fn batch(events: &[Value]) -> Value {
    json!({"batch": events, "sentAt": "2026-11-22T06:37:01Z"})
}

/// The ids in the event log, in its order.
pub fn logged(folder: &tempfile::TempDir) -> Vec<String> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder.path().join("events")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["messageId"].as_str().unwrap().to_owned())
        .collect()
}
