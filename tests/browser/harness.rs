//! The harness itself, against pages whose behaviour is known: a test that cannot fail proves nothing.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use tanish_tests::browser::{Engine, Profile};
use tanish_tests::{Answer, Browser, Mount, SiteServer};

async fn page(html: &str) -> (tempfile::TempDir, SiteServer) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("index.html"), html).unwrap();
    let server = SiteServer::start(vec![Mount::new("/", folder.path())]).await.unwrap();
    (folder, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_of_a_script_is_heard_and_a_failed_request_is_none() {
    let (_folder, server) = page("<img src=/missing.png><script>console.log('fine')</script>").await;
    let browser = Browser::chromium().await.unwrap();
    browser.open(&server.url("/")).await.unwrap();
    browser.until("the image to fail", "return document.images[0].complete").await.unwrap();
    assert!(browser.complaints().await.unwrap().is_empty());
    browser.run("setTimeout(() => { throw new Error('uncaught') }); console.error('said')").await.unwrap();
    let mut heard = Vec::new();
    while heard.len() < 2 {
        heard.extend(browser.complaints().await.unwrap());
    }
    let text: String = heard.into_iter().map(|line| line.message).collect();
    assert!(text.contains("uncaught") && text.contains("said"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_script_throws_reaches_the_test() {
    let (_folder, server) = page("").await;
    let browser = Browser::chromium().await.unwrap();
    browser.open(&server.url("/")).await.unwrap();
    assert_eq!(browser.run("return await Promise.resolve([1])").await.unwrap()[0], 1);
    let error = browser.run("throw new TypeError('no')").await.unwrap_err().to_string();
    assert!(error.contains("TypeError: no"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_outlives_its_browser() {
    let (_folder, server) = page("").await;
    let browser = Browser::chromium().await.unwrap();
    browser.open(&server.url("/")).await.unwrap();
    browser.run("localStorage.setItem('a', 'kept'); document.cookie = 'c=kept; max-age=999'").await.unwrap();
    let browser = Browser::with_profile(browser.quit().await.unwrap()).await.unwrap();
    browser.open(&server.url("/")).await.unwrap();
    assert_eq!(
        browser.run("return localStorage.getItem('a') + document.cookie").await.unwrap(),
        "keptc=kept"
    );
    let stranger = Browser::with_profile(Profile::new(Engine::Chromium).unwrap()).await.unwrap();
    stranger.open(&server.url("/")).await.unwrap();
    assert_eq!(stranger.run("return localStorage.getItem('a') + document.cookie").await.unwrap(), "null");
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_a_tab_lets_the_page_say_goodbye() {
    let (_folder, server) =
        page("<script>addEventListener('pagehide', () => navigator.sendBeacon('/bye'))</script>").await;
    let browser = Browser::chromium().await.unwrap();
    browser.new_tab().await.unwrap();
    browser.open(&server.url("/")).await.unwrap();
    browser.close_tab().await.unwrap();
    let heard = || async { Ok(server.served()) };
    tanish_tests::wait::until("the beacon", heard, |served| served.iter().any(|one| one.path == "/bye"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_misbehaves_when_told_to_and_records_what_it_sent() {
    let (folder, server) = page("<p>home").await;
    std::fs::write(folder.path().join("a.0123456789abcdef.js"), "const a = 1;".repeat(50)).unwrap();
    let browser = Browser::chromium().await.unwrap();
    browser.open(&server.url("/")).await.unwrap();
    let fetch =
        "const answer = await fetch('/a.0123456789abcdef.js', {cache: 'no-store'}); return answer.status";
    assert_eq!(browser.run(fetch).await.unwrap(), 200);
    let sent = server.served().into_iter().find(|one| one.path.ends_with(".js")).unwrap();
    assert!(sent.bytes > 0 && sent.bytes < 100, "compressed: {sent:?}");
    server.answer("/a.*.js", Answer::Status(404));
    assert_eq!(browser.run(fetch).await.unwrap(), 404);
    server.mend();
    assert_eq!(browser.run(fetch).await.unwrap(), 200);
    browser.block(&["*/a.*"]).await.unwrap();
    assert!(browser.run(fetch).await.is_err());
    assert!(Path::new(folder.path()).exists());
}
