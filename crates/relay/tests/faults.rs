//! Every preset against a server that fails first: a refused key, too many requests, an outage, a cut
//! connection, silence. In the end the event is there, nothing is dead, and the last round is whole.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

mod common;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use common::{Served, batch, post};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tanish_relay::config::{Backoff, Secret};
use tanish_relay::preset::{Credential, DryRun, Settings, Target, Token, Transport, builtin, dry_run, names};
use tanish_relay::queue::{DeadLetter, Durability, Queue, SqliteQueue};
use tanish_relay::{Config, Destination, Relay};
use tokio::net::TcpListener;
use tokio::sync::Notify;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Status(u16),
    Cut,
    Silence,
}

#[derive(Default)]
struct Crm {
    fault: Option<Fault>,
    /// The answers to the requests of a round, in order, by preset.
    answers: HashMap<String, Vec<(u16, String)>>,
    /// The key that does not open, and the one that does: tokens are numbered.
    tokens: Mutex<HashMap<String, usize>>,
    /// Requests that are not logins, by preset: what was asked and whether it was answered well.
    seen: Mutex<HashMap<String, Vec<(String, bool)>>>,
    news: Notify,
}

async fn answer(State(crm): State<Arc<Crm>>, request: Request) -> Response {
    let line = request.uri().path_and_query().unwrap().as_str().to_owned();
    let method = request.method().to_string();
    let (preset, rest) = line[1..].split_at(line[1..].find('/').unwrap_or(line.len() - 1));
    let (preset, rest) = (preset.to_owned(), rest.to_owned());
    let body: Bytes = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    let is_login = ["/token", "auth/login", "access_token", "oauth2"].iter().any(|part| rest.contains(part))
        || String::from_utf8_lossy(&body).contains("GetAuthTokenRequest");
    if is_login {
        *crm.tokens.lock().unwrap().entry(preset.clone()).or_default() += 1;
        let text = if preset == "greenrope" {
            "<GetAuthTokenResponse><Result>Success</Result><AuthToken>t</AuthToken></GetAuthTokenResponse>"
                .to_owned()
        } else {
            json!({"access_token": "t", "expires_in": 3600, "data": {"access_token": "t"}}).to_string()
        };
        return respond(200, text);
    }
    let (fault, known) = {
        let mut seen = crm.seen.lock().unwrap();
        let requests = seen.entry(preset.clone()).or_default();
        let fault = crm.fault.filter(|_| requests.is_empty());
        // Only the first request fails, so the good ones are a round from its start.
        let good = requests.iter().filter(|(_, good)| *good).count();
        requests.push((format!("{method} {rest}"), fault.is_none()));
        (fault, crm.answers.get(&preset).and_then(|round| round.get(good).cloned()))
    };
    crm.news.notify_one();
    match fault {
        Some(Fault::Status(status)) => respond(status, String::new()),
        Some(Fault::Silence) => std::future::pending().await,
        // The answer promises more than comes, and the connection ends.
        Some(Fault::Cut) => {
            let broken = futures_cut();
            Response::builder().status(200).header(header::CONTENT_LENGTH, 1000).body(broken).unwrap()
        }
        None => {
            let (status, text) = known.unwrap_or((404, String::new()));
            respond(status, text)
        }
    }
}

/// A body that breaks off after its first bytes.
fn futures_cut() -> Body {
    struct Broken(bool);
    impl hyper::body::Body for Broken {
        type Data = Bytes;
        type Error = std::io::Error;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, std::io::Error>>> {
            let first = !std::mem::replace(&mut self.0, true);
            std::task::Poll::Ready(Some(if first {
                Ok(hyper::body::Frame::data(Bytes::from_static(b"{\"sta")))
            } else {
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
            }))
        }
    }
    Body::new(Broken(false))
}

fn respond(status: u16, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    if status == 429 {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("0"));
    }
    response
}

fn target(name: &str, base: &str) -> Option<Target> {
    let preset = builtin(name).unwrap().unwrap();
    if preset.transport != Transport::Http {
        return None;
    }
    let mut settings = Settings { url: Some(format!("{base}/{name}/api")), ..Settings::default() };
    for (key, setting) in &preset.settings {
        let value = setting.example.clone().or_else(|| setting.default.clone()).unwrap_or_default();
        // Tokens come from the same server.
        let value = if key.ends_with("_url") { format!("{base}/{name}") } else { value };
        settings.config.insert(key.clone(), value);
    }
    for secret in &preset.secrets {
        settings.secrets.insert(secret.name.clone(), format!("the-{}", secret.name));
    }
    settings.signing = Some(Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap());
    Some(Target::new(preset, settings).unwrap())
}

fn identify() -> Value {
    json!({"type": "identify", "messageId": "m1", "anonymousId": "v", "userId": "c-1", "timestamp": "2026-11-22T06:37:00Z",
        "traits": {"email": "a@b.uz", "phone": "+998901234567", "name": "Ann Lee"}})
}

/// The requests a preset makes of the event, with the example answers.
fn rounds(target: &Target) -> Vec<(String, u16, String)> {
    let credential = target.credential().unwrap().unwrap_or_else(|| {
        target
            .with_token(&Token { value: "t".into(), expires_in: None, instance: None })
            .unwrap_or(Credential::None)
    });
    let DryRun::Requests(requests) = dry_run(target, "m1", &identify().to_string(), None, &credential, 0)
    else {
        return Vec::new();
    };
    let line = |url: &str| {
        tanish_relay::Url::parse(url).map(|url| {
            let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{}{query}", url.path())
        })
    };
    requests
        .into_iter()
        .map(|one| {
            (format!("{} {}", one.request.method, line(&one.request.url).unwrap()), one.status, one.answer)
        })
        .collect()
}

async fn survives(fault: Fault) {
    let folder = tempfile::tempdir().unwrap();
    // The port is known only once the server runs, and the answers only once the addresses are known.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut crm = Crm { fault: Some(fault), ..Crm::default() };
    let mut config = Config::new(folder.path());
    let mut expected: HashMap<String, Vec<String>> = HashMap::new();
    for name in names() {
        let Some(target) = target(name, &base) else { continue };
        let requests = rounds(&target);
        assert!(!requests.is_empty(), "{name} sends nothing for an identify");
        let mut lines = Vec::new();
        for (line, status, text) in requests {
            let line = line.replacen(&format!("/{name}"), "", 1);
            crm.answers.entry(name.to_owned()).or_default().push((status, text));
            lines.push(line);
        }
        expected.insert(name.to_owned(), lines);
        let mut destination = Destination::webhook(name, &base).unwrap();
        destination.target = target;
        destination.timeout = Duration::from_millis(if fault == Fault::Silence { 300 } else { 10_000 });
        destination.backoff = Backoff { base: Duration::from_millis(1), longest: Duration::from_millis(5) };
        destination.rate = std::num::NonZeroU32::new(1000);
        config.destinations.push(destination);
    }
    let crm = Arc::new(crm);
    let app = Router::new().fallback(answer).with_state(Arc::clone(&crm));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let served = Served::start(Relay::open(config).unwrap()).await;
    post(&served, "/v1/batch", &batch(&[identify()])).await;
    loop {
        let news = crm.news.notified();
        let done = {
            let seen = crm.seen.lock().unwrap();
            expected.iter().all(|(name, lines)| {
                let good = seen.get(name).map_or(0, |all| all.iter().filter(|(_, good)| *good).count());
                good >= lines.len()
            })
        };
        if done {
            break;
        }
        news.await;
    }
    served.stop().await;
    let letters = DeadLetter::list(&Relay::database(folder.path()), 100).unwrap();
    assert!(letters.is_empty(), "{letters:#?}");
    let queue = SqliteQueue::open(&Relay::database(folder.path()), Durability::ProcessDeath).unwrap();
    for depth in queue.depths().unwrap() {
        assert_eq!(depth.pending, 0, "{}", depth.destination);
    }
    for (name, lines) in &expected {
        let seen = &crm.seen.lock().unwrap()[name];
        let good: Vec<&str> = seen.iter().filter(|(_, good)| *good).map(|(line, _)| line.as_str()).collect();
        assert_eq!(&good[good.len() - lines.len()..], lines, "{name}: the last round is whole");
    }
    if fault == Fault::Status(401) {
        let tokens = crm.tokens.lock().unwrap();
        assert_eq!(tokens["zoho"], 2, "a refused token is renewed once");
        assert_eq!(tokens["sugarcrm"], 2);
        assert_eq!(tokens["billz"], 2);
    }
}

#[tokio::test]
async fn a_refused_key_is_renewed_or_waited_for() {
    survives(Fault::Status(401)).await;
}

#[tokio::test]
async fn too_many_requests_are_slowed() {
    survives(Fault::Status(429)).await;
}

#[tokio::test]
async fn an_outage_passes() {
    survives(Fault::Status(503)).await;
}

#[tokio::test]
async fn a_cut_answer_is_no_answer() {
    survives(Fault::Cut).await;
}

#[tokio::test]
async fn silence_ends() {
    survives(Fault::Silence).await;
}

/// Events of several people in one request, some of which the vendor refuses inside a 200 or 207.
async fn partly(name: &str, status: u16, body: Value) -> (usize, Vec<(String, String)>) {
    let folder = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    let text = body.to_string();
    let app = Router::new().fallback(move |request: Request| {
        let (counted, text) = (Arc::clone(&counted), text.clone());
        async move {
            if request.uri().path().contains("token") {
                return respond(200, json!({"access_token": "t"}).to_string());
            }
            *counted.lock().unwrap() += 1;
            respond(status, text)
        }
    });
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let mut destination = Destination::webhook("crm", &base).unwrap();
    destination.target = target(name, &base).unwrap();
    destination.rate = std::num::NonZeroU32::new(1000);
    let mut config = Config::new(folder.path());
    config.destinations.push(destination);
    let served = Served::without_delivery(Relay::open(config).unwrap()).await;
    let events: Vec<Value> = (1..=3)
        .map(|n| {
            let mut event = identify();
            event["messageId"] = json!(format!("019ab000-0000-7000-8000-00000000000{n}"));
            event["anonymousId"] = json!(format!("v{n}"));
            event["userId"] = json!(format!("c{n}"));
            event["traits"] = json!({"email": format!("p{n}@b.uz"), "name": "Ann"});
            event
        })
        .collect();
    post(&served, "/v1/batch", &batch(&events)).await;
    let served = served.deliver();
    loop {
        let metrics = common::get(&served, "/metrics").await.1;
        if metrics.lines().any(|line| line == "tanish_relay_queue_depth{destination=\"crm\"} 0") {
            break;
        }
        tokio::task::yield_now().await;
    }
    served.stop().await;
    let letters = DeadLetter::list(&Relay::database(folder.path()), 100).unwrap();
    let dead = letters.into_iter().map(|letter| (letter.message_id, letter.failure.reason)).collect();
    let requests = *count.lock().unwrap();
    (requests, dead)
}

#[tokio::test]
async fn one_of_many_is_refused_and_named() {
    let second = "019ab000-0000-7000-8000-000000000002";
    let hubspot = json!({"status": "COMPLETE", "results": [], "errors": [
        {"message": "bad phone", "context": {"objectWriteTraceId": [second]}}]});
    let (requests, dead) = partly("hubspot", 207, hubspot).await;
    assert_eq!((requests, dead), (1, vec![(second.to_owned(), "upsert: bad phone".to_owned())]));
    let zoho = json!({"data": [{"status": "success", "details": {}}, {"status": "error", "code": "INVALID_DATA",
        "message": "no", "details": {}}, {"status": "success", "details": {}}]});
    let (requests, dead) = partly("zoho", 207, zoho).await;
    assert_eq!((requests, dead[0].0.as_str(), dead.len()), (1, second, 1));
    let salesforce = json!([{"success": true, "errors": []}, {"success": false, "errors": [{"statusCode": "REQUIRED_FIELD_MISSING",
        "message": "LastName"}]}, {"success": true, "errors": []}]);
    let (requests, dead) = partly("salesforce", 200, salesforce).await;
    assert_eq!(
        (requests, dead),
        (1, vec![(second.to_owned(), "upsert: REQUIRED_FIELD_MISSING: LastName".to_owned())])
    );
    let emarsys = json!({"replyCode": 0, "data": {"errors": {"p2@b.uz": {"2005": "no"}}}});
    let (requests, dead) = partly("emarsys", 200, emarsys).await;
    assert_eq!((requests, dead[0].0.as_str(), dead.len()), (1, second, 1));
}

#[tokio::test]
async fn a_fault_nobody_names_is_found_one_by_one() {
    let hubspot = json!({"status": "COMPLETE", "results": [], "errors": [{"message": "something is wrong"}]});
    let (requests, dead) = partly("hubspot", 207, hubspot).await;
    assert_eq!((requests, dead.len()), (4, 3), "all together, then each alone");
}

#[tokio::test]
async fn an_answer_that_breaks_the_contract_is_no_delivery() {
    let (_, dead) = partly("zoho", 200, json!({"data": [{"status": "success"}]})).await;
    assert_eq!(dead.len(), 3, "three were sent, one was answered for: {dead:?}");
}
