//! Nothing is stored or sent before the visitor's choice, and `forget()` leaves nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use tanish_tests::{Answer, Browser, Shop};

/// Everything a page of this origin can have left in the browser.
const TRACES: &str = "return {
    cookies: document.cookie,
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(database => database.name),
    caches: await caches.keys(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
}";

fn nothing() -> serde_json::Value {
    json!({ "cookies": "", "local": [], "session": [], "databases": [], "caches": [], "workers": 0 })
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_happens_before_the_choice() {
    let shop = Shop::open(json!({ "consent": { "mode": "ask" } })).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    // What is popular is no secret of the visitor's.
    browser.decided("popular").await.unwrap();
    browser.run("tanish.track('Product Viewed', { product_id: 'boots' }).catch(() => {})").await.unwrap();
    browser.run("tanish.identify('c-1', { email: 'a@example.uz' }).catch(() => {})").await.unwrap();
    browser.run("dispatchEvent(new PageTransitionEvent('pagehide'))").await.unwrap();
    assert_eq!(browser.run(TRACES).await.unwrap(), nothing());
    assert_eq!(browser.run("return tanish.visitor().id").await.unwrap(), json!(null));

    browser.reload().await.unwrap();
    browser.decided("popular").await.unwrap();
    assert_eq!(browser.run(TRACES).await.unwrap(), nothing());
    assert_eq!(shop.crm.events(), Vec::<serde_json::Value>::new());

    browser.until("tanish to start", "return typeof window.tanish?.consent === 'function'").await.unwrap();
    browser.run("await tanish.consent({ analytics: true, personalization: true })").await.unwrap();
    browser.track("Product Viewed", &json!({ "product_id": "lamp" })).await.unwrap();
    browser.until("the cookie", "return document.cookie.startsWith('tanish=')").await.unwrap();
    shop.crm.until("the event", 1, |event| event["properties"]["product_id"] == "lamp").await.unwrap();

    // The choice is remembered.
    browser.reload().await.unwrap();
    browser.until("tanish to start", "return window.tanish?.visitor?.().consent.analytics").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_kept_and_erases() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.track("Product Viewed", &json!({ "product_id": "boots" })).await.unwrap();
    browser.run("await tanish.flush()").await.unwrap();
    shop.crm.until("the event", 1, |event| event["event"] == "Product Viewed").await.unwrap();
    browser
        .run("await tanish.consent({ analytics: false, personalization: false, marketing: false })")
        .await
        .unwrap();
    assert_eq!(browser.run("return tanish.visitor().viewed").await.unwrap(), json!([]));
    browser.run("tanish.track('Product Viewed', { product_id: 'rug' }).catch(() => {})").await.unwrap();
    browser.run("await tanish.flush().catch(() => {})").await.unwrap();
    browser.reload().await.unwrap();
    browser.decided("popular").await.unwrap();
    let sent = shop.crm.events().iter().filter(|event| event["properties"]["product_id"] == "rug").count();
    assert_eq!(sent, 0);
    assert_eq!(browser.run("return document.cookie.includes('tanish=')").await.unwrap(), false);
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_leaves_nothing() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.run("await tanish.identify('c-1', { email: 'a@example.uz' })").await.unwrap();
    browser.buy("o-1", &["boots"]).await.unwrap();
    assert_ne!(browser.run(TRACES).await.unwrap(), nothing());
    let kept = browser.run("return JSON.stringify(await tanish.export())").await.unwrap();
    assert!(kept.as_str().unwrap().contains("boots"), "{kept}");

    browser.run("await tanish.forget()").await.unwrap();
    assert_eq!(browser.run(TRACES).await.unwrap(), nothing());
    let visitor = browser
        .run("const { customer, orders } = tanish.visitor(); return { customer, orders }")
        .await
        .unwrap();
    assert_eq!(visitor, json!({ "customer": null, "orders": 0 }));
    // Leaving the page does not bring anything back.
    shop.web.answer("/blank", Answer::Text("text/html", "<title>Elsewhere".to_owned()));
    browser.open(&shop.web.url("/blank")).await.unwrap();
    browser.reload().await.unwrap();
    assert_eq!(browser.run(TRACES).await.unwrap(), nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_persons_cards_do_not_stay_on_the_screen() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.run("await tanish.identify('c-1')").await.unwrap();
    browser.track("Product Viewed", &json!({ "product_id": "boots" })).await.unwrap();
    let add = "const shelf = document.createElement('tanish-recommendations');
        shelf.setAttribute('kind', 'recently-viewed');
        shelf.textContent = 'nothing yet';
        document.body.append(shelf)";
    browser.run(add).await.unwrap();
    assert_eq!(browser.decided("recently-viewed").await.unwrap().len(), 1);
    browser.run("await tanish.identify(null)").await.unwrap();
    browser.stays_default("recently-viewed").await.unwrap();
    let shown = "return document.querySelector('[kind=recently-viewed]').checkVisibility()";
    assert_eq!(browser.run(shown).await.unwrap(), true);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_not_yet_sent_go_with_the_consent() {
    let mut shop = Shop::open(json!({})).await.unwrap();
    shop.stop_relay().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.track("Product Viewed", &json!({ "product_id": "boots" })).await.unwrap();
    browser.run("await tanish.consent({ analytics: false })").await.unwrap();
    browser.until("the store to go", "return (await indexedDB.databases()).length === 0").await.unwrap();
    shop.start_relay().await.unwrap();
    browser.run("await tanish.flush()").await.unwrap();
    browser.reload().await.unwrap();
    browser.decided("popular").await.unwrap();
    assert_eq!(shop.crm.events(), Vec::<serde_json::Value>::new());
}
