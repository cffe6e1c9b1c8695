//! The host page never breaks: what fails leaves its default content, and the console stays quiet.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::json;
use tanish_tests::{Answer, Browser, Shop};

/// The default content of both shelves is there, as wide and high as its box.
const DEFAULTS_SHOW: &str = "return [...document.querySelectorAll('tanish-recommendations > p')]
    .map(p => p.checkVisibility() && p.offsetHeight > 0 && p.offsetWidth > 0).join()";

async fn leaves_the_defaults(shop: &Shop, browser: &Browser) {
    shows_the_defaults(shop, browser).await;
    is_quiet(browser).await;
}

async fn shows_the_defaults(shop: &Shop, browser: &Browser) {
    browser.open(&shop.home()).await.unwrap();
    for kind in ["for-you", "popular"] {
        browser.stays_default(kind).await.unwrap();
    }
    assert_eq!(browser.run(DEFAULTS_SHOW).await.unwrap(), "true,true");
}

/// No error, no warning, nothing uncaught.
async fn is_quiet(browser: &Browser) {
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_module() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    shop.web.answer("/tanish/*.wasm", Answer::Status(404));
    leaves_the_defaults(&shop, &browser).await;
    shop.web.answer("/tanish/*.wasm", Answer::Text("application/wasm", "no module".to_owned()));
    leaves_the_defaults(&shop, &browser).await;
    shop.web.answer(
        "/tanish/*.wasm",
        Answer::Text("text/html", "<title>Sign in to the hotel's network".to_owned()),
    );
    leaves_the_defaults(&shop, &browser).await;
    // Mended, the same browser gets its cards.
    shop.web.mend();
    browser.open(&shop.home()).await.unwrap();
    browser.decided("popular").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_policy_forbids_wasm() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    shop.web.header("content-security-policy", "script-src 'self'");
    leaves_the_defaults(&shop, &browser).await;
    shop.web.header("content-security-policy", "script-src 'self' 'wasm-unsafe-eval'");
    browser.open(&shop.home()).await.unwrap();
    browser.decided("popular").await.unwrap();
    is_quiet(&browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_script_is_blocked() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::chromium().await.unwrap();
    browser.open(&shop.web.url("/favicon.ico")).await.unwrap();
    browser.block(&["*tanish.js*"]).await.unwrap();
    browser.open(&shop.home()).await.unwrap();
    assert_eq!(browser.run(DEFAULTS_SHOW).await.unwrap(), "true,true");
    is_quiet(&browser).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_model() {
    let shop = Shop::open(json!({})).await.unwrap();
    for pattern in ["/tanish/model/*", "/tanish/*.json"] {
        for status in [404, 500] {
            let browser = Browser::start().await.unwrap();
            shop.web.answer(pattern, Answer::Status(status));
            leaves_the_defaults(&shop, &browser).await;
            shop.web.mend();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_is_explained_once() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::chromium().await.unwrap();
    shop.web.answer("/tanish/model/*", Answer::Text("application/octet-stream", "no model".to_owned()));
    shows_the_defaults(&shop, &browser).await;
    let complaints = browser.complaints().await.unwrap();
    let [line] = &complaints[..] else { panic!("{complaints:?}") };
    assert!(line.level == "WARNING" && line.message.contains("[tanish] model/entry.bin: "), "{line:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_one_file() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&shop.home()).await.unwrap();
    browser.decided("for-you").await.unwrap();
    let mut files: Vec<String> = shop.web.served().into_iter().map(|one| one.path).collect();
    files.retain(|path| path.starts_with("/tanish/") && !path.ends_with("/tanish.js"));
    files.sort();
    files.dedup();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        let browser = Browser::start().await.unwrap();
        shop.web.answer(&file, Answer::Status(404));
        browser.open(&shop.home()).await.unwrap();
        // Some shelves can do without some files; none may be left between the two.
        let settled = "return [...document.querySelectorAll('tanish-recommendations')]
            .every(shelf => ['decided', 'default'].includes(shelf.dataset.state))";
        browser.until(&format!("the shelves to settle without {file}"), settled).await.unwrap();
        is_quiet(&browser).await;
        shop.web.mend();
    }
}

/// Scripts that take storage away, run before the page's own.
const STORAGE_FAULTS: [(&str, &str); 3] = [
    (
        "full",
        "for (let size = 1 << 22; size > 0; size >>= 1) {
           try { for (let i = 0; ; i++) localStorage.setItem(`fill-${size}-${i}`, 'x'.repeat(size)); } catch {} }",
    ),
    (
        "denied",
        "for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
           Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });",
    ),
    ("absent", "for (const name of ['localStorage', 'indexedDB']) Object.defineProperty(window, name, { value: null });"),
];

#[tokio::test(flavor = "multi_thread")]
async fn where_storage_is_full_denied_or_absent() {
    let shop = Shop::open(json!({})).await.unwrap();
    for (fault, script) in STORAGE_FAULTS {
        let browser = Browser::chromium().await.unwrap();
        browser.run_first(script).await.unwrap();
        browser.visit(&shop.home()).await.unwrap();
        for kind in ["for-you", "popular"] {
            let shown = || browser.shown(kind);
            let settled = |shown: &Option<tanish_tests::browser::Shown>| {
                shown.as_ref().is_some_and(|shown| match shown.state.as_str() {
                    "decided" => !shown.cards.is_empty(),
                    state => state == "default",
                })
            };
            tanish_tests::wait::until(&format!("{kind} with storage {fault}"), shown, settled).await.unwrap();
        }
        // Nothing throws at the page's own code either.
        browser.track("Product Viewed", &json!({ "product_id": "rug" })).await.unwrap();
        let store = browser.run("return tanish.diagnostics().store").await.unwrap();
        assert!(fault == "full" || store == "memory", "storage {fault}: {store}");
        is_quiet(&browser).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_command_in_the_queue_spoils_nothing() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::chromium().await.unwrap();
    let source = "const cycle = {}; cycle.self = cycle;
        window.tanish = [['history', null], null, ['constructor'], ['track', 'x', cycle], ['identify', {}],
            ['track', 'Product Viewed', { product_id: 'rug' }]]";
    browser.run_first(source).await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.until("the good one", "return tanish.visitor().viewed[0] === 'rug'").await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    assert_eq!(complaints.len(), 5, "{complaints:?}");
    assert!(complaints.iter().all(|line| line.level == "WARNING"), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_start_can_be_tried_again() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    shop.web.answer("/tanish/*.wasm", Answer::Status(503));
    leaves_the_defaults(&shop, &browser).await;
    shop.web.mend();
    // By an element: Firefox gives an import of the driver's own a second copy of the module.
    let again = "const script = Object.assign(document.createElement('script'), { type: 'module',
            textContent: 'import { start } from \"/tanish/tanish.js\"; await start()' });
        document.head.append(script)";
    browser.run(again).await.unwrap();
    browser.decided("popular").await.unwrap();
}
