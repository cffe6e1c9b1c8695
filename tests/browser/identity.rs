//! Who is here stays known: over the relay's lasting cookie, over subdomains, over sign-in and sign-out.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use tanish_relay::config::Origin;
use tanish_tests::{Browser, Shop, relay::RelayServer};
use tempfile::TempDir;

const ID: &str = "return tanish.visitor().id";
const ASKED: &str = "return performance.getEntriesByType('resource')
    .filter(one => new URL(one.name).pathname === '/v1/visitor').length";

/// The value of a cookie, a script's or not.
async fn cookie(browser: &Browser, name: &str) -> Option<String> {
    browser.cookie(name).await.unwrap()
}

/// Waits until the cookie holds this id.
async fn until_cookie(browser: &Browser, name: &str, id: &Value) {
    let wanted = format!("1.{}", id.as_str().unwrap());
    let look = || async { Ok(cookie(browser, name).await) };
    tanish_tests::wait::until(&format!("{name} to be {wanted}"), look, |held| held.as_ref() == Some(&wanted))
        .await
        .unwrap();
}

async fn id(browser: &Browser) -> Value {
    browser.run(ID).await.unwrap()
}

/// As Safari does after seven days: all that scripts wrote goes, what a server set stays.
async fn seven_days_pass(browser: &Browser, origin: &str) {
    browser.devtools("Network.deleteCookies", json!({ "name": "tanish", "url": origin })).await.unwrap();
    let types = json!({ "origin": origin, "storageTypes": "local_storage,indexeddb" });
    browser.open(&format!("{origin}/favicon.ico")).await.unwrap();
    browser.devtools("Storage.clearDataForOrigin", types).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_stays_known_when_the_browser_deletes_what_scripts_wrote() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let first = id(&browser).await;
    until_cookie(&browser, "tanish_s", &first).await;
    assert_eq!(browser.run("return document.cookie.includes('tanish_s')").await.unwrap(), false);
    assert_eq!(browser.run(ASKED).await.unwrap(), 1);
    browser.track("Product Viewed", &json!({ "product_id": "boots" })).await.unwrap();

    // The cookie alone: the copy knows.
    browser.devtools("Network.deleteCookies", json!({ "name": "tanish", "url": shop.home() })).await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    assert_eq!(id(&browser).await, first);
    assert_eq!(browser.run("return tanish.visitor().viewed").await.unwrap(), json!(["boots"]));
    assert_eq!(browser.run(ASKED).await.unwrap(), 0, "once a visit");

    seven_days_pass(&browser, &shop.web.origin()).await;
    browser.visit(&shop.home()).await.unwrap();
    browser.decided("popular").await.unwrap();
    browser.until("the id to come back", &format!("{ID} === {first}")).await.unwrap();
    until_cookie(&browser, "tanish", &first).await;
    let joined = |event: &Value| event["type"] == "alias" && event["anonymousId"] == first;
    let alias = shop.crm.until("the two to be joined", 1, joined).await.unwrap();
    assert_ne!(alias[0]["previousId"], first);
    browser.reload().await.unwrap();
    browser.until("tanish to start", "return window.tanish?.visitor?.().id").await.unwrap();
    assert_eq!(id(&browser).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_relay_the_page_keeps_its_own_cookie() {
    let mut shop = Shop::open(json!({})).await.unwrap();
    shop.stop_relay().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    browser.decided("popular").await.unwrap();
    let first = id(&browser).await;
    browser.reload().await.unwrap();
    browser.until("tanish to start", "return window.tanish?.visitor?.().id").await.unwrap();
    assert_eq!(id(&browser).await, first);
    until_cookie(&browser, "tanish", &first).await;
    // Nothing was ever set there, so nothing of it can stay.
    browser.run("await tanish.forget()").await.unwrap();
    assert_eq!(cookie(&browser, "tanish").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_clears_the_twin_and_says_when_it_cannot() {
    let mut shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let first = id(&browser).await;
    until_cookie(&browser, "tanish_s", &first).await;
    browser.until("the answer", "return tanish.export().then(all => all.profile.twin?.known)").await.unwrap();
    shop.stop_relay().await.unwrap();
    let failed = browser.run("await tanish.forget()").await.unwrap_err().to_string();
    assert!(failed.contains("call forget again"), "{failed}");
    shop.start_relay().await.unwrap();
    browser.run("await tanish.forget()").await.unwrap();
    for name in ["tanish", "tanish_s"] {
        assert_eq!(cookie(&browser, name).await, None, "{name}");
    }
    browser.visit(&shop.home()).await.unwrap();
    let next = id(&browser).await;
    assert_ne!(next, first);
    until_cookie(&browser, "tanish_s", &next).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_takes_the_twin_back_even_when_the_relay_was_away() {
    let mut shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    until_cookie(&browser, "tanish_s", &id(&browser).await).await;
    shop.stop_relay().await.unwrap();
    browser.run("await tanish.consent({ analytics: false, personalization: false })").await.unwrap();
    shop.start_relay().await.unwrap();
    browser.reload().await.unwrap();
    let gone = || async { Ok(cookie(&browser, "tanish_s").await) };
    tanish_tests::wait::until("the twin to go", gone, Option::is_none).await.unwrap();
    assert_eq!(cookie(&browser, "tanish").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_keeps_the_id_and_signing_out_ends_it_everywhere() {
    let shop = Shop::open(json!({})).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.home()).await.unwrap();
    let anonymous = id(&browser).await;
    until_cookie(&browser, "tanish_s", &anonymous).await;
    browser.track("Product Viewed", &json!({ "product_id": "gloves" })).await.unwrap();
    browser.run("await tanish.identify('c-1', { firstName: 'Oybek' })").await.unwrap();
    assert_eq!(id(&browser).await, anonymous);
    assert_eq!(browser.run("return tanish.visitor().viewed").await.unwrap(), json!(["gloves"]));

    browser.run("await tanish.identify(null)").await.unwrap();
    let next = id(&browser).await;
    assert_ne!(next, anonymous);
    until_cookie(&browser, "tanish_s", &next).await;
    // Also after seven days the person before does not come back.
    seven_days_pass(&browser, &shop.web.origin()).await;
    browser.visit(&shop.home()).await.unwrap();
    browser.until("the id to come back", &format!("{ID} === {next}")).await.unwrap();
    let told = browser.run("return JSON.stringify([tanish.visitor(), await tanish.export()])").await.unwrap();
    for word in ["gloves", "Oybek", "c-1", anonymous.as_str().unwrap()] {
        assert!(!told.as_str().unwrap().contains(word), "{word} in {told}");
    }
}

/// A shop on `a.shop.localhost` and `b.shop.localhost`, its relay on `events.shop.localhost`.
struct Family {
    shop: Shop,
    _relay: RelayServer,
    _data: TempDir,
}

impl Family {
    async fn open() -> Family {
        let shop = Shop::open(json!({})).await.unwrap();
        let data = TempDir::with_prefix("tanish-relay-").unwrap();
        let origins = ["a", "b"].map(|host| origin(&shop, host));
        let relay = RelayServer::with(data.path(), &shop.crm, None, |config| {
            config.origins.extend(origins.iter().map(|origin| Origin::parse(origin).unwrap()));
            config.cookie.domain = Some("shop.localhost".to_owned());
        })
        .await
        .unwrap();
        let endpoint = relay.endpoint().replace("127.0.0.1", "events.shop.localhost");
        let keys = json!({ "events": { "endpoint": endpoint }, "cookie": { "domain": "shop.localhost" } });
        shop.site.configure(keys).unwrap();
        Family { shop, _relay: relay, _data: data }
    }
}

fn origin(shop: &Shop, host: &str) -> String {
    shop.web.origin().replace("127.0.0.1", &format!("{host}.shop.localhost"))
}

#[tokio::test(flavor = "multi_thread")]
async fn all_subdomains_know_one_visitor() {
    let family = Family::open().await;
    let [first, second] = ["a", "b"].map(|host| origin(&family.shop, host));
    let browser = Browser::start().await.unwrap();
    browser.visit(&first).await.unwrap();
    let known = id(&browser).await;
    until_cookie(&browser, "tanish_s", &known).await;
    browser.visit(&second).await.unwrap();
    assert_eq!(id(&browser).await, known);
    browser.run("await tanish.track('Product Viewed', { product_id: 'boots' })").await.unwrap();
    // A cookie of one host alone, as from before the domain was set, changes nothing.
    browser.run("document.cookie = 'tanish=1.01890000-0000-7000-8000-000000000000; Path=/'").await.unwrap();
    browser.run("document.cookie = 'tanish=damaged; Path=/'").await.unwrap();
    browser.reload().await.unwrap();
    browser.until("tanish to start", "return window.tanish?.visitor?.().id").await.unwrap();
    assert_eq!(id(&browser).await, known);
    assert_eq!(browser.run("return document.cookie.split('tanish=').length").await.unwrap(), 2, "mended");

    // Signed out on one, nobody's history is left on the other: neither in an open tab nor in a new one.
    browser.new_tab().await.unwrap();
    browser.visit(&first).await.unwrap();
    browser.run("await tanish.identify('c-1')").await.unwrap();
    browser.run("await tanish.identify(null)").await.unwrap();
    let next = id(&browser).await;
    assert_ne!(next, known);
    browser.close_tab().await.unwrap();
    browser.until("the open tab to follow", &format!("{ID} === {next}")).await.unwrap();
    browser.visit(&second).await.unwrap();
    assert_eq!(id(&browser).await, next);
    assert_eq!(browser.run("return tanish.visitor().viewed").await.unwrap(), json!([]));
}
