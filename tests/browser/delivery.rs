//! Every event arrives at the CRM exactly once, whatever happens to the tab, the browser or the relay.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::collections::BTreeMap;
use tanish_tests::browser::Engine;
use tanish_tests::{Browser, Shop, Webhook};

const EVENT: &str = "Product Viewed";

/// How often each numbered event arrived.
fn arrivals(crm: &Webhook) -> BTreeMap<i64, usize> {
    let mut count = BTreeMap::new();
    for event in crm.events().iter().filter(|event| event["event"] == EVENT) {
        *count.entry(event["properties"]["number"].as_i64().unwrap()).or_default() += 1;
    }
    count
}

fn numbered(number: i64) -> Value {
    json!({ "product_id": "rug", "number": number })
}

/// Waits until all have arrived, lets page and relay finish what they have in hand, and counts.
async fn exactly_once(mut shop: Shop, browser: Browser, numbers: std::ops::Range<i64>) {
    let count = numbers.clone().count();
    shop.crm.until("every event", count, |event| event["event"] == EVENT).await.unwrap();
    // A shelf may tell that it was seen between the two.
    let empty = "await tanish.flush(); return tanish.diagnostics().queued === 0";
    browser.until("an empty queue", empty).await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
    browser.quit().await.unwrap();
    shop.stop_relay().await.unwrap();
    let once: BTreeMap<i64, usize> = numbers.map(|number| (number, 1)).collect();
    assert_eq!(arrivals(&shop.crm), once);
    let mut ids: Vec<String> = shop.crm.events().iter().map(|event| event["messageId"].to_string()).collect();
    ids.sort();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "no event of any kind came twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_quiet_times() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    for number in 0..20 {
        browser.track(EVENT, &numbered(number)).await.unwrap();
    }
    let events = shop.crm.until("an event", 1, |event| event["event"] == EVENT).await.unwrap();
    assert_eq!(events[0]["type"], "track");
    for field in ["messageId", "anonymousId", "timestamp", "context"] {
        assert!(!events[0][field].is_null(), "{field} in {}", events[0]);
    }
    exactly_once(shop, browser, 0..20).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_crm_refuses_at_first() {
    let shop = Shop::with_crm(json!({}), Webhook::refusing(3).await.unwrap()).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    for number in 0..5 {
        browser.track(EVENT, &numbered(number)).await.unwrap();
    }
    shop.crm.until("every event", 5, |event| event["event"] == EVENT).await.unwrap();
    assert_eq!(shop.crm.refused(), 3);
    exactly_once(shop, browser, 0..5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_tab_closes_at_once_and_the_visitor_comes_back() {
    if !Engine::visitors_return("when_the_tab_closes_at_once_and_the_visitor_comes_back").unwrap() {
        return;
    }
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    for number in 0..5 {
        browser.new_tab().await.unwrap();
        browser.visit(&shop.home()).await.unwrap();
        // Not awaited: the visitor is gone before anything could be.
        browser.run(&format!("tanish.track('{EVENT}', {})", numbered(number))).await.unwrap();
        browser.close_tab().await.unwrap();
    }
    let browser = Browser::with_profile(browser.quit().await.unwrap()).await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    exactly_once(shop, browser, 0..5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_browser_dies() {
    if !Engine::visitors_return("when_the_browser_dies").unwrap() {
        return;
    }
    let mut shop = Shop::open(json!({})).await.unwrap();
    // The relay is away, so that the events can be nowhere but in the browser.
    shop.stop_relay().await.unwrap();
    let mut browser = Browser::start().await.unwrap();
    for number in 0..3 {
        browser.visit(&shop.home()).await.unwrap();
        browser.track(EVENT, &numbered(number)).await.unwrap();
        // What is durable has reached the browser's own process; its write to the disk is the system's to time.
        browser.run("return new Promise(done => setTimeout(done))").await.unwrap();
        browser = Browser::with_profile(browser.quit().await.unwrap()).await.unwrap();
    }
    shop.start_relay().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    exactly_once(shop, browser, 0..3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_browser_is_killed_the_moment_track_resolves() {
    if !Engine::visitors_return("when_the_browser_is_killed_the_moment_track_resolves").unwrap() {
        return;
    }
    let mut shop = Shop::open(json!({})).await.unwrap();
    shop.stop_relay().await.unwrap();
    let mut browser = Browser::start().await.unwrap();
    for number in 0..4 {
        browser.visit(&shop.home()).await.unwrap();
        browser.track(EVENT, &numbered(number)).await.unwrap();
        browser = Browser::with_profile(browser.crash()).await.unwrap();
    }
    shop.start_relay().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    exactly_once(shop, browser, 0..4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_relay_was_down() {
    let mut shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.track(EVENT, &numbered(0)).await.unwrap();
    shop.stop_relay().await.unwrap();
    for number in 1..6 {
        browser.track(EVENT, &numbered(number)).await.unwrap();
    }
    let queued = browser.run("return tanish.diagnostics().queued").await.unwrap();
    assert!(queued.as_u64().unwrap() >= 5, "{queued}");
    shop.start_relay().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    exactly_once(shop, browser, 0..6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_several_tabs_send() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    for number in 0..4 {
        browser.new_tab().await.unwrap();
        browser.visit(&shop.home()).await.unwrap();
        for more in 0..3 {
            browser.track(EVENT, &numbered(number * 3 + more)).await.unwrap();
        }
    }
    exactly_once(shop, browser, 0..12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_store_cannot_let_go() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::chromium().await.unwrap();
    let source =
        "IDBObjectStore.prototype.delete = () => { throw new DOMException('full', 'QuotaExceededError'); }";
    browser.run_first(source).await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    for number in 0..3 {
        browser.track(EVENT, &numbered(number)).await.unwrap();
        shop.crm.until("the event", number as usize + 1, |event| event["event"] == EVENT).await.unwrap();
    }
    let requests = "return performance.getEntriesByType('resource').filter(entry => entry.name.includes('/v1/batch')).length";
    let requests = browser.run(requests).await.unwrap().as_u64().unwrap();
    assert!(requests <= 8, "{requests} requests for three events");
    assert!(arrivals(&shop.crm).values().all(|times| *times == 1));
}
