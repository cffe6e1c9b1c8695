//! A smoke journey in each engine: shelves, reasons, the cookie, an event to the CRM, a choice withheld.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use std::io::Write as _;
use tanish_tests::browser::Engine;
use tanish_tests::{Browser, Shop, Site};

/// Whether the engine can be driven here. Where everything is required, one that is missing fails the test.
fn is_here(engine: Engine) -> bool {
    if engine.is_installed() {
        return true;
    }
    let required = std::env::var_os("TANISH_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "{engine} is not installed: run `cargo xtask test`, which installs it");
    let _ = writeln!(std::io::stderr(), "engines: skipped without {engine}");
    false
}

async fn shopper(engine: Engine) {
    if !is_here(engine) {
        return;
    }
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start_in(engine).await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let popular = browser.decided("popular").await.unwrap();
    assert_eq!((popular.len(), popular[0].title.as_str()), (4, Site::title("bag")));
    assert!(popular.iter().all(|card| !card.because.is_empty()), "{popular:?}");
    let cookie = browser.until("the cookie", "return document.cookie").await.unwrap();
    assert!(cookie.as_str().unwrap().contains("tanish=1."), "{cookie}");

    browser.track("Product Viewed", &json!({ "product_id": "boots" })).await.unwrap();
    browser.buy("o-1", &["teapot"]).await.unwrap();
    shop.crm.until("the order", 1, |event| event["event"] == "Order Completed").await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let cups = Site::title("cups");
    let mine =
        browser.cards_until("for-you", |cards| cards.iter().any(|card| card.title == cups)).await.unwrap();
    let card = mine.iter().find(|card| card.title == cups).unwrap();
    assert!(card.because.contains(Site::title("teapot")), "{card:?}");
    assert_eq!(browser.run("return document.cookie").await.unwrap(), cookie, "one visitor, one id");
    let diagnostics = browser.run("await tanish.flush(); return tanish.diagnostics()").await.unwrap();
    assert_eq!(diagnostics["queued"], 0, "{diagnostics}");
    assert_eq!(diagnostics["store"], "indexeddb", "{diagnostics}");
}

/// Leaves each page in the middle of what it writes: WebKit puts such a page to sleep with the store in its hands.
async fn hasty(engine: Engine) {
    if !is_here(engine) {
        return;
    }
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start_in(engine).await.unwrap();
    for number in 0..6 {
        browser.visit(&shop.home()).await.unwrap();
        let leave = format!("tanish.track('Left', {{ number: {number} }}); location.href = '/?{number}'");
        browser.run(&leave).await.unwrap();
        let there = format!("return location.search === '?{number}' && window.tanish?.flush && 1");
        browser.until("the next page", &there).await.unwrap();
    }
    browser.run("await tanish.flush()").await.unwrap();
    shop.crm.until("every event", 6, |event| event["event"] == "Left").await.unwrap();
}

async fn asked(engine: Engine) {
    if !is_here(engine) {
        return;
    }
    let shop = Shop::open(json!({ "consent": { "mode": "ask" } })).await.unwrap();
    let browser = Browser::start_in(engine).await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.decided("popular").await.unwrap();
    browser.run("tanish.track('Product Viewed', { product_id: 'boots' })").await.unwrap();
    let traces = "return document.cookie + localStorage.length + (await indexedDB.databases()).length";
    assert_eq!(browser.run(traces).await.unwrap(), "00");
    assert!(shop.crm.events().is_empty());
    browser.run("await tanish.consent({ analytics: true, personalization: true })").await.unwrap();
    shop.crm.until("what was held back", 1, |event| event["event"] == "Product Viewed").await.unwrap();
    browser.run("await tanish.forget()").await.unwrap();
    assert_eq!(browser.run("return document.cookie + localStorage.length").await.unwrap(), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_in_chromium() {
    shopper(Engine::Chromium).await;
    hasty(Engine::Chromium).await;
    asked(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_in_firefox() {
    shopper(Engine::Firefox).await;
    hasty(Engine::Firefox).await;
    asked(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopper_in_webkit() {
    shopper(Engine::WebKit).await;
    hasty(Engine::WebKit).await;
    asked(Engine::WebKit).await;
}
