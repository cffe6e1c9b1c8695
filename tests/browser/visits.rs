//! Browse, buy, leave, return: what is shown follows what was done.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use tanish_tests::browser::Engine;
use tanish_tests::{Browser, Shop, Site};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_bought_decides_what_is_shown_next_time() {
    if !Engine::visitors_return("what_was_bought_decides_what_is_shown_next_time").unwrap() {
        return;
    }
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let before = browser.decided("for-you").await.unwrap();

    browser.track("Product Viewed", &json!({ "product_id": "boots" })).await.unwrap();
    browser.track("Product Added", &json!({ "product_id": "boots", "quantity": 1 })).await.unwrap();
    browser.buy("o-1", &["boots"]).await.unwrap();

    let browser = Browser::with_profile(browser.quit().await.unwrap()).await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let socks = Site::title("socks");
    let after =
        browser.cards_until("for-you", |cards| cards.iter().any(|card| card.title == socks)).await.unwrap();
    let card = after.iter().find(|card| card.title == socks).unwrap();
    assert!(card.because.contains(Site::title("boots")), "the reason names what was bought: {card:?}");
    let position =
        |id: &str| after.iter().position(|card| card.title == Site::title(id)).unwrap_or(usize::MAX);
    assert!(position("socks") < position("cups") && position("socks") < position("bulb"), "{after:?}");
    assert_ne!(before, after);
    let seen =
        browser.run("const { orders, spent } = tanish.visitor(); return { orders, spent }").await.unwrap();
    assert_eq!(seen, json!({ "orders": 1, "spent": 400 }));
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_answers_from_the_files_and_the_history() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    for id in ["rug", "lamp", "teapot"] {
        browser.track("Product Viewed", &json!({ "product_id": id })).await.unwrap();
    }
    browser.buy("o-1", &["lamp", "bag"]).await.unwrap();

    let viewed = browser.recommend(json!({ "kind": "recently-viewed", "limit": 3 })).await.unwrap();
    assert_eq!(viewed, ["teapot", "lamp", "rug"], "newest first");
    let together = browser
        .recommend(json!({ "kind": "bought-together", "product": "teapot", "limit": 1 }))
        .await
        .unwrap();
    assert_eq!(together, ["cups"]);
    let for_you = browser.recommend(json!({ "kind": "for-you", "limit": 3 })).await.unwrap();
    assert!(for_you.contains(&"bulb".to_owned()), "the bulb goes with the lamp: {for_you:?}");
    let popular =
        browser.recommend(json!({ "kind": "popular", "limit": 2, "exclude": ["bag"] })).await.unwrap();
    assert!(popular.len() == 2 && !popular.contains(&"bag".to_owned()), "{popular:?}");
    let again = browser.recommend(json!({ "kind": "buy-again", "limit": 5 })).await.unwrap();
    assert!(again.iter().all(|id| id == "lamp" || id == "bag"), "only what was bought: {again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_customer_brings_orders_of_elsewhere() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let script = "await tanish.identify('c-17', { firstName: 'Oybek' });
        tanish.history([{ id: 'teapot', at: '2026-11-01', order: 'shop-9', price: 120 }]);
        const { customer, traits, orders, spent } = tanish.visitor();
        return { customer, name: traits.firstName, orders, spent }";
    let known = browser.run(script).await.unwrap();
    assert_eq!(known, json!({ "customer": "c-17", "name": "Oybek", "orders": 1, "spent": 120 }));
    let cups = Site::title("cups");
    browser.cards_until("for-you", |cards| cards.iter().any(|card| card.title == cups)).await.unwrap();
    let first = browser.recommend(json!({ "kind": "for-you", "limit": 2 })).await.unwrap();
    assert!(first.contains(&"cups".to_owned()), "cups go with the teapot: {first:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tonight_learns_what_was_clicked_today() {
    // Nobody ever bought a rug with a desk lamp.
    let shop = Shop::open(json!({})).await.unwrap();
    let question = json!({ "kind": "bought-together", "product": "rug", "limit": 1 });
    for visitor in 0..6 {
        let browser = Browser::start().await.unwrap();
        browser.visit(&shop.home()).await.unwrap();
        if visitor == 0 {
            assert_ne!(browser.recommend(question.clone()).await.unwrap(), ["lamp"]);
        }
        for (order, ids) in [["rug", "lamp"], ["rug", "lamp"]].iter().enumerate() {
            browser.buy(&format!("v{visitor}-{order}"), ids).await.unwrap();
        }
        browser.run("await tanish.flush()").await.unwrap();
    }
    let bought = |event: &serde_json::Value| event["event"] == "Order Completed";
    shop.crm.until("all orders", 12, bought).await.unwrap();
    shop.site.retrain(&[shop.event_log()]).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    assert_eq!(browser.recommend(question).await.unwrap(), ["lamp"]);
}
