//! A real shop's year of orders, from the file to the cards.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use tanish_tests::{Browser, Mount, SiteServer, data, package, repository};

#[tokio::test(flavor = "multi_thread")]
async fn a_gift_shop_of_four_thousand_products_serves() {
    let Some(orders) = data::find("online_retail.csv.gz") else { return data::report("real_shop", 0, 1) };
    let folder = tempfile::tempdir().unwrap();
    let mut options = tanish_train::Options::new(folder.path());
    options.orders = vec![orders];
    options.preset = Some(tanish_train::input::Preset::UciOnlineRetail);
    options.widget = Some(package().unwrap());
    let trained =
        tokio::task::spawn_blocking(move || tanish_train::train(&options, &mut ())).await.unwrap().unwrap();
    assert!(trained.products > 3000 && trained.customers > 4000, "{trained:?}");

    let pages = repository().join("examples/script-tag");
    let mounts = vec![Mount::new("/", pages), Mount::new("/tanish/", folder.path())];
    let web = SiteServer::start(mounts).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&web.url("/")).await.unwrap();
    assert_eq!(browser.decided("popular").await.unwrap().len(), 4);
    // A red retrospot lunch bag goes with the other lunch bags.
    browser.buy("o-1", &["20725"]).await.unwrap();
    let query = serde_json::json!({ "kind": "bought-together", "product": "20725", "limit": 6 });
    let titles = "items.filter(item => item.title.toUpperCase().includes('LUNCH BAG')).length";
    let found = browser
        .run(&format!("const {{ items }} = await tanish.recommend({query}); return {titles}"))
        .await
        .unwrap();
    assert!(found.as_u64().unwrap() >= 4, "{found} of 6 are lunch bags");
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
    data::report("real_shop", 1, 0);
}
