//! The files of a site folder, as a page fetches them: how many waits, packed ones, and trainings that come
//! and go while a page is open.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use tanish_tests::{Browser, Shop, site};
use tanish_train::Layout;

/// Paths of model and catalogue served so far, in order, with their status.
fn fetched(shop: &Shop) -> Vec<(String, u16)> {
    let served = shop.web.served().into_iter();
    let files = served.filter(|one| one.path.contains("/model/") || one.path.contains("/catalog/"));
    files.map(|one| (one.path.trim_start_matches("/tanish/").to_owned(), one.status)).collect()
}

async fn view(browser: &Browser, id: &str) {
    let track = format!("return tanish.track('Product Viewed', {{ product_id: '{id}' }}).then(() => 1)");
    browser.run(&track).await.unwrap();
}

async fn for_you(browser: &Browser) -> Vec<String> {
    let ask = "return tanish.recommend({ kind: 'for-you', limit: 4 }).then(({ items }) => items.map(item => item.id))";
    let ids = browser.run(ask).await.unwrap();
    ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

async fn opened(shop: &Shop, browser: &Browser) {
    browser.open(&shop.home()).await.unwrap();
    browser.decided("for-you").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn from_product_to_row_is_one_wait_and_none_on_the_next_page() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    opened(&shop, &browser).await;
    shop.web.forget_served();
    view(&browser, "teapot").await;
    assert!(for_you(&browser).await.contains(&"cups".to_owned()));
    let rows: Vec<_> = fetched(&shop).into_iter().filter(|(path, _)| path.starts_with("model/")).collect();
    assert!(matches!(&rows[..], [(path, 200)] if path.ends_with("/r0.bin")), "{rows:?}");

    // The next page has all it needs: the model's entry is asked again, no more.
    shop.web.forget_served();
    opened(&shop, &browser).await;
    assert!(for_you(&browser).await.contains(&"cups".to_owned()));
    let mut again = fetched(&shop);
    again.retain(|(path, _)| path.starts_with("model/"));
    assert_eq!(again, [("model/entry.bin".to_owned(), 304)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_files_serve_with_ranges_and_without() {
    for ranges in [true, false] {
        let shop = Shop::open(json!({})).await.unwrap();
        shop.site.retrain_as(Layout::Packed, &[]).await.unwrap();
        if !ranges {
            shop.web.ignore_ranges();
        }
        let browser = Browser::start().await.unwrap();
        opened(&shop, &browser).await;
        view(&browser, "teapot").await;
        assert!(for_you(&browser).await.contains(&"cups".to_owned()), "ranges: {ranges}");
        let packs: Vec<_> = fetched(&shop).into_iter().filter(|(path, _)| path.ends_with(".pack")).collect();
        assert!(!packs.is_empty());
        let expected = if ranges { 206 } else { 200 };
        assert!(packs.iter().all(|(_, status)| *status == expected), "{packs:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_goes_along_with_new_trainings() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    opened(&shop, &browser).await;
    // Two trainings later, nothing of the first is there any more.
    shop.site.retrain_as(Layout::Packed, &[]).await.unwrap();
    let log = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    std::fs::write(log.path(), "session_id,timestamp,product_id\n1,2026-11-01,rug\n1,2026-11-01,lamp\n")
        .unwrap();
    shop.site.retrain(&[log.path().to_path_buf()]).await.unwrap();
    view(&browser, "teapot").await;
    assert!(for_you(&browser).await.contains(&"cups".to_owned()));
    let files = fetched(&shop);
    assert!(files.iter().any(|(_, status)| *status == 404), "the old file is gone: {files:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_price_shows_on_the_next_page() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    opened(&shop, &browser).await;
    let model = std::fs::read(shop.site.path().join("model/entry.bin")).unwrap();
    shop.site.renew(&site::catalog().replace(",20,9,", ",33,9,")).await.unwrap();
    assert_eq!(std::fs::read(shop.site.path().join("model/entry.bin")).unwrap(), model);
    opened(&shop, &browser).await;
    let price = "return tanish.recommend({ kind: 'popular', limit: 8 }).then(({ items }) => items.find(item => item.id === 'bag').price)";
    assert_eq!(browser.run(price).await.unwrap(), json!(33));
}

/// As an edge worker does it: a compiled module is handed over, no page is near.
const WORKER: &str = "
    const code = `
        import { Engine } from '${location.origin}/tanish/engine.js';
        onmessage = async ({ data: { module, question } }) => {
            const read = async (name) => {
                const response = await fetch('${location.origin}/tanish/' + name);
                return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
            };
            try {
                const engine = await Engine.load(read, { wasm: module });
                postMessage(await engine.recommend(question));
            } catch (error) {
                postMessage({ error: String(error) });
            }
        };`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), { type: 'module' });
    const script = await (await fetch('/tanish/engine.js')).text();
    const [name] = /tanish-full\\.[0-9a-f]+\\.wasm/.exec(script);
    const module = await WebAssembly.compileStreaming(fetch('/tanish/' + name));
    const now = Date.now();
    const question = { kind: 'for-you', limit: 4, now, history: [{ id: 'teapot', at: now - 1000, action: 'view' }] };
    worker.postMessage({ module, question });
    const { data } = await new Promise((resolve) => (worker.onmessage = resolve));
    return data.error ?? data.items.map((item) => item.id);
";

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_answers_in_a_worker_as_the_page_does() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    opened(&shop, &browser).await;
    view(&browser, "teapot").await;
    let page = for_you(&browser).await;
    assert_eq!(browser.run(WORKER).await.unwrap(), json!(page));
}
