//! One customer: told, exported, joined with what is imported, and erased everywhere.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod common;

use common::{Receiver, Served, batch, event, get, post};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use tanish_relay::config::ApiKey;
use tanish_relay::queue::DeadLetter;
use tanish_relay::{Config, Destination, Relay};

const KEY: &str = "an-api-key-of-the-shop";

async fn ask(relay: &Served, method: Method, path: &str, body: Option<&Value>) -> (StatusCode, Value) {
    let mut request = relay.request().request(method, relay.at(path)).bearer_auth(KEY);
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

fn config(folder: &tempfile::TempDir) -> Config {
    let mut config = Config::new(folder.path());
    config.api_key = Some(ApiKey::parse(KEY).unwrap());
    config
}

fn sign_in(n: usize, visitor: &str, customer: &str, email: &str) -> Value {
    json!({"type": "identify", "messageId": format!("i{n}"), "anonymousId": visitor, "userId": customer,
        "timestamp": "2026-11-22T06:37:00Z", "traits": {"email": email, "phone": "+998 90 123 45 67"}})
}

#[tokio::test]
async fn a_timeline_joins_browsers_and_imports() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Served::start(Relay::open(config(&folder)).unwrap()).await;
    let events = [
        event(0, "phone"),
        sign_in(1, "phone", "c1", "Ann@Shop.uz"),
        event(2, "laptop"),
        event(3, "stranger"),
    ];
    post(&relay, "/v1/batch", &batch(&events)).await;
    post(&relay, "/v1/batch", &batch(&[sign_in(4, "laptop", "c1", "ann@shop.uz")])).await;
    let import = json!({
        "orders": [{"order_id": "77", "email": "ANN@shop.uz", "timestamp": "2026-11-01", "amount": 12.5}],
        "tickets": [{"ticket_id": "t1", "customer_id": "c1", "timestamp": "2026-11-02T10:00:00Z", "status": "open"}],
        "contacts": [{"phone": "+998901234567", "city": "Toshkent"}, {"name": "nobody"}],
    });
    let (status, answer) = ask(&relay, Method::POST, "/v1/import", Some(&import)).await;
    assert_eq!(
        (status, &answer["accepted"], &answer["errors"][0]["index"]),
        (StatusCode::ACCEPTED, &json!(3), &json!(3))
    );
    let (_, again) = ask(&relay, Method::POST, "/v1/import", Some(&import)).await;
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(3)),
        "the same records are the same events"
    );

    for name in ["c1", "ann@shop.uz", "ANN@shop.uz", "+998%2090%20123-45-67", "laptop"] {
        let (status, told) = ask(&relay, Method::GET, &format!("/v1/customers/{name}"), None).await;
        assert_eq!(status, StatusCode::OK, "{name}");
        assert_eq!(told["customer"]["traits"]["city"], "Toshkent", "{name}");
        let what: Vec<&str> = told["events"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| event["event"].as_str().or(event["type"].as_str()).unwrap())
            .collect();
        let expected = [
            "Product Viewed",
            "identify",
            "Product Viewed",
            "identify",
            "Order Completed",
            "Ticket Updated",
            "identify",
        ];
        assert_eq!(what, expected, "{name}");
    }
    let (_, last) = ask(&relay, Method::GET, "/v1/customers/c1?limit=2", None).await;
    assert_eq!((last["events"].as_array().unwrap().len(), &last["more"]), (2, &json!(true)));
    let export =
        relay.request().get(relay.at("/v1/customers/c1?export")).bearer_auth(KEY).send().await.unwrap();
    assert!(export.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert_eq!(export.json::<Value>().await.unwrap()["events"].as_array().unwrap().len(), 7);
    assert_eq!(ask(&relay, Method::GET, "/v1/customers/nobody", None).await.0, StatusCode::NOT_FOUND);
    relay.stop().await;
}

#[tokio::test]
async fn an_erased_customer_is_gone_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| (422, "no")).await;
    let mut config = config(&folder);
    config.destinations.push(Destination::webhook("crm", &receiver.url).unwrap());
    config.destinations.push(Destination::webhook("later", "http://127.0.0.1:9/").unwrap());
    let relay = Served::start(Relay::open(config.clone()).unwrap()).await;
    let events = [sign_in(1, "v", "c1", "ann@shop.uz"), event(2, "v"), event(3, "other")];
    post(&relay, "/v1/batch", &batch(&events)).await;
    let database = Relay::database(folder.path());
    while DeadLetter::list(&database, 10).unwrap().len() < 3 {
        tokio::task::yield_now().await;
    }
    let (status, answer) = ask(&relay, Method::DELETE, "/v1/customers/ann@shop.uz", None).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"erased": true, "events": 2})));
    assert_eq!(ask(&relay, Method::GET, "/v1/customers/c1", None).await.0, StatusCode::NOT_FOUND);
    let letters: Vec<String> =
        DeadLetter::list(&database, 10).unwrap().into_iter().map(|one| one.message_id).collect();
    assert_eq!(letters, ["m3"]);
    let metrics = get(&relay, "/metrics").await.1;
    assert!(metrics.contains("tanish_relay_dead_letters{destination=\"crm\"} 1"), "{metrics}");
    assert!(metrics.contains("tanish_relay_queue_depth{destination=\"later\"} 1"), "{metrics}");
    // A page that lost the answer sends again: nothing comes back.
    let (_, answer) = post(&relay, "/v1/batch", &batch(&events)).await;
    assert_eq!(answer["duplicates"], 3);
    relay.stop().await;
    assert_eq!(common::logged(&folder), ["m3"]);
    let connection = rusqlite::Connection::open(&database).unwrap();
    for (table, column) in [("event", "body"), ("event", "visitor"), ("person", "traits"), ("alias", "key")] {
        let count: i64 = connection
            .query_row(
                &format!("SELECT count(*) FROM {table} WHERE {column} LIKE '%ann@%' OR {column} = 'a:v'"),
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(count, 0, "{table}.{column}");
    }
    // The log goes on where the cut left it.
    let relay = Served::start(Relay::open(config).unwrap()).await;
    post(&relay, "/v1/batch", &batch(&[event(9, "other")])).await;
    relay.stop().await;
    assert_eq!(common::logged(&folder), ["m3", "m9"]);
}

#[tokio::test]
async fn only_the_key_opens() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Served::start(Relay::open(Config::new(folder.path())).unwrap()).await;
    let (status, _) = get(&relay, "/v1/customers/c1").await;
    assert_eq!(status, StatusCode::FORBIDDEN, "no key is configured: nobody may");
    relay.stop().await;
    let relay = Served::start(Relay::open(config(&folder)).unwrap()).await;
    for key in ["", "an-api-key-of-the-shoq", KEY.to_uppercase().as_str()] {
        let request = relay.request().get(relay.at("/v1/customers/c1")).bearer_auth(key);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{key:?}");
        let request = relay.request().post(relay.at("/v1/import")).bearer_auth(key).body("{}");
        assert_eq!(request.send().await.unwrap().status(), StatusCode::UNAUTHORIZED, "{key:?}");
    }
    relay.stop().await;
}

#[tokio::test]
async fn a_client_that_asks_too_much_is_told_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.requests_per_second = NonZeroU32::new(1);
    config.behind_proxy = true;
    let relay = Served::start(Relay::open(config).unwrap()).await;
    let send = async |client: &str, n: usize| {
        let request = relay.request().post(relay.at("/v1/batch")).header("x-forwarded-for", client);
        request.json(&batch(&[event(n, "v")])).send().await.unwrap()
    };
    let mut refused = None;
    for n in 0..20 {
        let answer = send("1.2.3.4", n).await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    assert_eq!(refused.unwrap().headers()["retry-after"], "1");
    assert_eq!(send("5.6.7.8", 99).await.status(), StatusCode::ACCEPTED);
    relay.stop().await;
}
