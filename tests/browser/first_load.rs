//! What a first visit downloads and moves; `cargo xtask bench page` shows the times.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;
use tanish_tests::measure::is_code;
use tanish_tests::{Browser, Shop, repository};

fn budget() -> usize {
    let text = std::fs::read_to_string(repository().join("size-budget.toml")).unwrap();
    let table = text.split("[first_load]").nth(1).unwrap();
    let line = table.lines().find_map(|line| line.strip_prefix("brotli = ")).unwrap();
    line.replace('_', "").trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_load_keeps_its_budget_and_moves_nothing() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::chromium().await.unwrap();
    browser.observe().await.unwrap();
    let first = browser.measure(&shop.web, "/").await.unwrap();
    let (requests, bytes) = first.weight(is_code);
    assert_eq!(requests, 2, "one script, one module: {:?}", first.served);
    assert!(bytes <= budget(), "{bytes} bytes of script and module, {} allowed", budget());
    assert!(first.served.iter().all(|one| one.status == 200), "{:?}", first.served);
    assert!(first.layout_shift.abs() < f64::EPSILON, "the page moved by {}", first.layout_shift);

    // The second visit fetches no code and no model anew; what is asked again is small.
    let second = browser.measure(&shop.web, "/").await.unwrap();
    let (_, again) = second.weight(is_code);
    assert_eq!(again, 0, "{:?}", second.served);
    assert!(second.layout_shift.abs() < f64::EPSILON, "the page moved by {}", second.layout_shift);
    let own = shop.web.origin();
    let names = "return performance.getEntriesByType('resource').map(one => one.name)";
    for name in browser.run(names).await.unwrap().as_array().unwrap() {
        assert!(
            name.as_str().unwrap().starts_with(&own) || name.as_str().unwrap().contains("/v1/"),
            "third party: {name}"
        );
    }
}
