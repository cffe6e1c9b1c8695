//! `examples/script-tag`: one script tag, two elements, no code.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use tanish_tests::{Browser, Shop, Site};

#[tokio::test(flavor = "multi_thread")]
async fn cards_appear_for_popular_and_for_you() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&shop.home()).await.unwrap();

    let popular = browser.decided("popular").await.unwrap();
    assert_eq!(popular.len(), 4, "{popular:?}");
    assert_eq!(popular[0].title, Site::title("bag"), "everybody buys a bag");
    let for_you = browser.decided("for-you").await.unwrap();
    assert!(!for_you.is_empty() && for_you.len() <= 4, "{for_you:?}");
    for card in popular.iter().chain(&for_you) {
        assert!(!card.because.is_empty(), "every shown thing says why: {card:?}");
        assert!(card.href.contains("/product/"), "{card:?}");
    }
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_visitor_gets_a_first_party_cookie_that_says_nothing() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.decided("popular").await.unwrap();
    let cookie = browser.until("the cookie", "return document.cookie").await.unwrap();
    let value = cookie
        .as_str()
        .unwrap()
        .split("; ")
        .find_map(|pair| pair.strip_prefix("tanish="))
        .unwrap()
        .to_owned();
    let (version, id) = value.split_once('.').unwrap();
    assert_eq!((version, id.len(), &id[14..15]), ("1", 36, "7"), "{value}");
    browser.reload().await.unwrap();
    browser.decided("popular").await.unwrap();
    assert_eq!(browser.run("return document.cookie").await.unwrap(), cookie, "one visitor, one id");
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_starts_nothing() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), "<tanish-recommendations kind=popular>none").unwrap();
    let web = shop.pages(folder.path()).await.unwrap();
    browser.open(&web.url("/")).await.unwrap();
    let names = browser.run("return Object.keys(await import('/tanish/tanish.js'))").await.unwrap();
    assert!(names.as_array().unwrap().contains(&json!("start")), "{names}");
    assert_eq!(browser.run("return document.cookie + localStorage.length").await.unwrap(), "0");
    let fetched: Vec<String> = web.served().into_iter().map(|one| one.path).collect();
    assert!(
        !fetched.iter().any(|path| path.ends_with(".wasm") || path.ends_with("site.json")),
        "{fetched:?}"
    );
    let same = "const { start } = await import('/tanish/tanish.js');
        const options = { site: '/tanish/site.json' };
        const [one, two] = await Promise.all([start(options), start(options)]);
        return one === two && one === await start()";
    assert_eq!(browser.run(same).await.unwrap(), true, "a second start returns the same shop");
}
