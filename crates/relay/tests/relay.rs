//! The relay from outside: real HTTP on loopback, a real webhook receiver, a real database.

#![allow(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod common;

use common::{Receiver, SILENCE, Served, batch, event, get, post, reopen};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;
use tanish_relay::config::{Backoff, Origin};
use tanish_relay::queue::{DeadLetter, replay};
use tanish_relay::{Config, Destination, Relay};

/// A relay for this receiver, impatient so that retries take milliseconds.
fn config(folder: &tempfile::TempDir, receiver: &Receiver) -> Config {
    let mut destination = Destination::webhook("crm", &receiver.url).unwrap();
    destination.backoff = Backoff { base: Duration::from_millis(2), longest: Duration::from_millis(10) };
    let mut config = Config::new(folder.path());
    config.destinations.push(destination);
    config
}

fn ids(range: std::ops::Range<usize>) -> BTreeSet<String> {
    range.map(|n| format!("m{n}")).collect()
}

#[tokio::test]
async fn a_503_is_tried_again_and_delivered_once() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|seen| match seen {
        0 => (503, "busy"),
        1 => (500, "worse"),
        _ => (200, ""),
    })
    .await;
    let relay = Served::start(Relay::open(config(&folder, &receiver)).unwrap()).await;
    let answer = post(&relay, "/v1/batch", &batch(&[event(0, "v"), event(1, "v"), event(2, "w")])).await;
    assert_eq!(
        answer,
        (StatusCode::ACCEPTED, json!({"success": true, "accepted": 3, "duplicates": 0, "errors": []}))
    );
    receiver.until_taken(3).await;
    // The same again, as a page does that lost the answer: nothing new goes out.
    let answer = post(&relay, "/v1/batch", &batch(&[event(0, "v"), event(3, "v")])).await;
    assert_eq!((answer.1["accepted"].clone(), answer.1["duplicates"].clone()), (json!(1), json!(1)));
    receiver.until_taken(4).await;
    relay.stop().await;
    assert_eq!(receiver.taken(), ids(0..4));
    assert_eq!(receiver.accepted().len(), 4, "each once");
    assert_eq!(receiver.all().len(), 6, "two tries failed");
    let order: Vec<String> = receiver.accepted_of("v");
    assert_eq!(order, ["m0", "m1", "m3"], "a visitor's events keep their order");
    let first = &receiver.accepted()[0];
    assert_eq!(first.id, first.body["messageId"].as_str().unwrap());
    assert!(first.body["receivedAt"].is_string() && first.signature.is_none());
}

#[tokio::test]
async fn what_is_committed_outlives_the_relay() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|_| (200, "")).await;
    // Committed, but delivery never ran.
    let relay = Relay::open(config(&folder, &receiver)).unwrap();
    let served = Served::without_delivery(relay).await;
    post(&served, "/v1/batch", &batch(&[event(0, "v"), event(1, "w")])).await;
    served.drop_without_shutdown().await;
    assert!(receiver.all().is_empty());
    let relay = Served::start(reopen(&config(&folder, &receiver)).await).await;
    receiver.until_taken(2).await;
    relay.stop().await;
    assert_eq!(receiver.taken(), ids(0..2));
    assert_eq!(common::logged(&folder), ["m0", "m1"]);
    let relay = Served::start(Relay::open(config(&folder, &receiver)).unwrap()).await;
    relay.stop().await;
    assert_eq!(receiver.accepted().len(), 2);
    assert_eq!(common::logged(&folder), ["m0", "m1"], "opening again writes nothing twice");
}

#[tokio::test]
async fn only_requests_under_way_are_repeated_after_a_death() {
    let folder = tempfile::tempdir().unwrap();
    // Two visitors' events lie in one lease; the relay dies while it waits for the answer to the fourth.
    let receiver = Receiver::start(|seen| if seen == 3 { (SILENCE, "") } else { (200, "") }).await;
    let served = Served::without_delivery(Relay::open(config(&folder, &receiver)).unwrap()).await;
    let events = [event(0, "v"), event(1, "v"), event(2, "w"), event(3, "w"), event(4, "w")];
    post(&served, "/v1/batch", &batch(&events)).await;
    let served = served.deliver();
    receiver.until_seen(4).await;
    served.drop_without_shutdown().await;
    let relay = Served::start(reopen(&config(&folder, &receiver)).await).await;
    receiver.until_taken(5).await;
    relay.stop().await;
    let sent: Vec<String> = receiver.all().into_iter().map(|seen| seen.id).collect();
    assert_eq!(sent, ["m0", "m1", "m2", "m3", "m3", "m4"], "what was answered is not sent again");
}

#[tokio::test]
async fn a_wrong_setting_costs_no_event() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|seen| match seen {
        0 => (401, "key rotated"),
        1 => (308, ""),
        2 => (401, ""),
        _ => (200, ""),
    })
    .await;
    let served = Served::without_delivery(Relay::open(config(&folder, &receiver)).unwrap()).await;
    post(&served, "/v1/batch", &batch(&[event(0, "v"), event(1, "v")])).await;
    let served = served.deliver();
    receiver.until_seen(5).await;
    receiver.until_taken(2).await;
    served.stop().await;
    assert_eq!(receiver.accepted_of("v"), ["m0", "m1"]);
    assert!(DeadLetter::list(&Relay::database(folder.path()), 10).unwrap().is_empty());
}

#[tokio::test]
async fn one_forbidden_event_dies_alone() {
    let folder = tempfile::tempdir().unwrap();
    let receiver =
        Receiver::judging(|body| if body["messageId"] == "m1" { (403, "not yours") } else { (200, "") })
            .await;
    let served = Served::without_delivery(Relay::open(config(&folder, &receiver)).unwrap()).await;
    post(&served, "/v1/batch", &batch(&[event(0, "v"), event(1, "v"), event(2, "v"), event(3, "w")])).await;
    let served = served.deliver();
    receiver.until_taken(3).await;
    served.stop().await;
    assert_eq!(receiver.accepted_of("v"), ["m0", "m2"]);
    let letters = DeadLetter::list(&Relay::database(folder.path()), 10).unwrap();
    assert_eq!((letters.len(), letters[0].message_id.as_str()), (1, "m1"));
    assert_eq!((letters[0].failure.status, letters[0].failure.response.as_str()), (Some(403), "not yours"));
}

#[tokio::test]
async fn a_key_that_opens_nothing_stops_the_destination() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|seen| if seen < 5 { (403, "") } else { (200, "") }).await;
    let mut config = config(&folder, &receiver);
    // One at a time: how many are under way when the third refusal comes is then known.
    config.destinations[0].concurrency = Some(1);
    let served = Served::without_delivery(Relay::open(config).unwrap()).await;
    let events: Vec<Value> = (0..10).map(|n| event(n, &format!("v{n}"))).collect();
    post(&served, "/v1/batch", &batch(&events)).await;
    let served = served.deliver();
    receiver.until_taken(8).await;
    served.stop().await;
    let letters = DeadLetter::list(&Relay::database(folder.path()), 10).unwrap();
    assert_eq!(letters.len(), 2, "two refusals may be two bad events; from the third on all others wait");
    assert_eq!(receiver.accepted().len(), 8);
}

#[tokio::test]
async fn a_folder_has_one_relay() {
    let folder = tempfile::tempdir().unwrap();
    let first = Relay::open(Config::new(folder.path())).unwrap();
    let error = Relay::open(Config::new(folder.path())).unwrap_err().to_string();
    assert!(error.contains("in use by another relay"), "{error}");
    // A router that still takes events holds the folder, though its relay is gone.
    let router = first.router();
    drop(first);
    assert!(Relay::open(Config::new(folder.path())).is_err());
    drop(router);
    let second = Relay::open(Config::new(folder.path())).unwrap();
    second.shutdown().await.unwrap();
    Relay::open(Config::new(folder.path())).unwrap();
}

#[tokio::test]
async fn bad_events_are_named_and_good_ones_kept() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Served::start(Relay::open(Config::new(folder.path())).unwrap()).await;
    let bad = json!({"type": "track", "messageId": "bad", "anonymousId": "v", "event": ""});
    let (status, answer) =
        post(&relay, "/v1/batch", &batch(&[event(0, "v"), bad.clone(), event(1, "v")])).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(
        answer,
        json!({"success": false, "accepted": 2, "duplicates": 0,
            "errors": [{"index": 1, "messageId": "bad", "field": "event", "message": "is empty"}]})
    );
    let (status, answer) = post(&relay, "/v1/batch", &batch(&[bad])).await;
    assert_eq!((status, answer["accepted"].clone()), (StatusCode::BAD_REQUEST, json!(0)));
    for (body, field) in [("[]", ""), ("{", ""), ("{\"batch\": 1}", "batch")] {
        let answer = relay.request().post(relay.at("/v1/batch")).body(body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(
            (answer["success"].clone(), answer["errors"][0]["field"].clone()),
            (json!(false), json!(field))
        );
    }
    let (status, _) =
        post(&relay, "/v1/track", &json!({"event": "A", "userId": "c", "messageId": "m9"})).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let metrics = get(&relay, "/metrics").await.1;
    for line in ["tanish_relay_events_accepted_total 3", "tanish_relay_events_rejected_total 5"] {
        assert!(metrics.lines().any(|have| have == line), "{line} in\n{metrics}");
    }
    relay.stop().await;
    assert_eq!(common::logged(&folder), ["m0", "m1", "m9"]);
}

#[tokio::test]
async fn bodies_are_bounded_and_may_be_packed_or_plain() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Served::start(Relay::open(Config::new(folder.path())).unwrap()).await;
    let pack = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let send = async |headers: &[(&str, &str)], body: Vec<u8>| {
        let mut request = relay.request().post(relay.at("/v1/batch")).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap().status().as_u16()
    };
    let good = |n| batch(&[event(n, "v")]).to_string().into_bytes();
    assert_eq!(send(&[("content-encoding", "gzip")], pack(&good(0))).await, 202);
    assert_eq!(send(&[("content-type", "text/plain;charset=UTF-8")], good(1)).await, 202);
    assert_eq!(send(&[("content-type", "application/xml")], good(2)).await, 415);
    assert_eq!(send(&[("content-encoding", "br")], good(2)).await, 415);
    assert_eq!(send(&[("content-encoding", "gzip")], good(2)).await, 400);
    assert_eq!(send(&[("content-encoding", "gzip")], pack(&vec![b' '; 40_000_000])).await, 413);
    assert_eq!(send(&[], vec![b' '; 500 * 1024 + 1]).await, 413);
    relay.stop().await;
    assert_eq!(common::logged(&folder), ["m0", "m1"]);
}

#[tokio::test]
async fn only_listed_origins_write_and_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.origins.push(Origin::parse("https://shop.uz").unwrap());
    let relay = Served::start(Relay::open(config).unwrap()).await;
    let preflight = async |origin: &str| {
        let request = relay.request().request(reqwest::Method::OPTIONS, relay.at("/v1/batch"));
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        request.send().await.unwrap().headers().clone()
    };
    let allowed = preflight("https://shop.uz").await;
    assert_eq!(allowed["access-control-allow-origin"], "https://shop.uz");
    assert_eq!(allowed["access-control-allow-credentials"], "true");
    assert!(!preflight("https://evil.uz").await.contains_key("access-control-allow-origin"));
    let send = async |origin: &str| {
        let request = relay.request().post(relay.at("/v1/batch")).header("origin", origin);
        request.body(batch(&[event(0, "v")]).to_string()).send().await.unwrap()
    };
    for origin in ["https://evil.uz", "null", "https://shop.uz.evil.uz"] {
        let answer = send(origin).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{origin}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
    }
    let answer = send("https://shop.uz").await;
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    assert_eq!(answer.headers()["access-control-allow-origin"], "https://shop.uz");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(send(&relay.at("")).await.status(), StatusCode::ACCEPTED, "its own page needs no listing");
    let rebound = relay.request().post(relay.at("/v1/batch")).header("origin", "http://evil.uz");
    let rebound = rebound.header("host", "evil.uz").body(batch(&[event(1, "v")]).to_string());
    assert_eq!(rebound.send().await.unwrap().status(), StatusCode::FORBIDDEN, "a name pointed here");
    relay.stop().await;
}

#[tokio::test]
async fn write_keys_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.write_keys.push("shop-1".to_owned());
    let relay = Served::start(Relay::open(config).unwrap()).await;
    let (status, answer) = post(&relay, "/v1/batch", &batch(&[event(0, "v")])).await;
    assert_eq!((status, answer["errors"][0]["field"].clone()), (StatusCode::UNAUTHORIZED, json!("writeKey")));
    let mut with_key = batch(&[event(0, "v")]);
    with_key["writeKey"] = json!("shop-1");
    assert_eq!(post(&relay, "/v1/batch", &with_key).await.0, StatusCode::ACCEPTED);
    let request = relay.request().post(relay.at("/v1/batch")).basic_auth("shop-1", Some(""));
    let answer = request.body(batch(&[event(1, "v")]).to_string()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    relay.stop().await;
}

#[tokio::test]
async fn the_visitor_keeps_one_id() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Served::start(Relay::open(Config::new(folder.path())).unwrap()).await;
    let ask = async |cookie: Option<String>| {
        let mut request = relay.request().get(relay.at("/v1/visitor"));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await.unwrap();
        let set = answer.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
        let body: Value = answer.json().await.unwrap();
        (body["id"].as_str().unwrap().to_owned(), set)
    };
    let (id, set) = ask(None).await;
    let set = set.unwrap();
    assert!(set.starts_with(&format!("tanish_s=1.{id}; ")), "{set}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(set.contains(attribute), "{attribute} in {set}");
    }
    assert_eq!(ask(Some(format!("tanish_s=1.{id}"))).await, (id.clone(), None), "never set again");
    let (other, _) = ask(None).await;
    assert_ne!(id, other);
    assert_eq!(
        ask(Some(format!("tanish=1.{other}; tanish_s=1.{id}"))).await,
        (id, None),
        "the server's wins"
    );

    // A page of another host says its own id; a link that says one is not believed.
    let address = relay.at(&format!("/v1/visitor?id={other}"));
    let told = async |request: reqwest::RequestBuilder| -> Value {
        request.send().await.unwrap().json().await.unwrap()
    };
    assert_ne!(told(relay.request().get(&address)).await["id"], other);
    let own = relay.at("");
    let page = relay.request().get(&address).header("origin", own.trim_end_matches('/'));
    assert_eq!(told(page).await["id"], other);

    let gone = relay.request().delete(relay.at("/v1/visitor")).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    let set = gone.headers()["set-cookie"].to_str().unwrap();
    assert!(set.starts_with("tanish_s=; Max-Age=0; Path=/") && set.contains("HttpOnly"), "{set}");
    let foreign = relay.request().delete(relay.at("/v1/visitor")).header("origin", "https://evil.uz");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let (adopted, set) = ask(Some(format!("tanish=1.{other}"))).await;
    assert_eq!(adopted, other);
    assert!(set.unwrap().starts_with(&format!("tanish_s=1.{other}; ")));
    relay.stop().await;
}

#[tokio::test]
async fn refused_events_are_dead_letters_until_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::start(|seen| if seen == 0 { (422, "no such field") } else { (204, "") }).await;
    let served = Served::start(Relay::open(config(&folder, &receiver)).unwrap()).await;
    post(&served, "/v1/batch", &batch(&[event(0, "v"), event(1, "v")])).await;
    receiver.until_taken(1).await;
    served.stop().await;
    assert_eq!(receiver.taken(), BTreeSet::from(["m1".to_owned()]), "the lane goes on");
    let database = Relay::database(folder.path());
    let letters = DeadLetter::list(&database, 10).unwrap();
    assert_eq!((letters.len(), letters[0].message_id.as_str(), letters[0].attempts), (1, "m0", 1));
    assert_eq!(
        (letters[0].failure.status, letters[0].failure.response.as_str()),
        (Some(422), "no such field")
    );
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    assert_eq!(replay(&database, now as u64).unwrap(), 1);
    let served = Served::start(Relay::open(config(&folder, &receiver)).unwrap()).await;
    receiver.until_taken(2).await;
    served.stop().await;
    assert_eq!(receiver.taken(), ids(0..2));
    assert!(DeadLetter::list(&database, 10).unwrap().is_empty());
}

#[tokio::test]
async fn batches_are_signed_arrays_and_one_bad_event_dies_alone() {
    let folder = tempfile::tempdir().unwrap();
    let receiver = Receiver::judging(|body| {
        let text = body.to_string();
        if text.contains("\"m2\"") { (400, "m2 is bad") } else { (200, "") }
    })
    .await;
    let mut config = config(&folder, &receiver);
    let key = tanish_relay::config::Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    config.destinations[0].target =
        Destination::signed_webhook("crm", &receiver.url, Some(key)).unwrap().target;
    config.destinations[0].batch = 10;
    let served = Served::without_delivery(Relay::open(config).unwrap()).await;
    let events: Vec<Value> = (0..5).map(|n| event(n, "v")).collect();
    post(&served, "/v1/batch", &batch(&events)).await;
    let served = served.deliver();
    receiver.until_taken(4).await;
    served.stop().await;
    let all = receiver.all();
    assert_eq!(all[0].body.as_array().unwrap().len(), 5, "first all together");
    assert_eq!(all.len(), 6, "then each alone");
    assert!(all.iter().all(|one| one.signature.as_deref().is_some_and(|text| text.starts_with("v1,"))));
    assert_eq!(receiver.accepted_of("v"), ["m0", "m1", "m3", "m4"]);
    let letters = DeadLetter::list(&Relay::database(folder.path()), 10).unwrap();
    assert_eq!((letters.len(), letters[0].message_id.as_str()), (1, "m2"));
}
