//! The demo shop, as a newcomer walks through it: from the first look to the CRM and the next training.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use tanish_tests::{Browser, DemoShop};

#[tokio::test(flavor = "multi_thread")]
async fn oybek_comes_back_and_buys_the_belt() {
    let demo = DemoShop::open().await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&demo.url("/")).await.unwrap();
    browser.decided("popular").await.unwrap();

    browser.open(&demo.url("/account")).await.unwrap();
    let sign_in = "[...document.querySelectorAll('button')].find(button => button.textContent.includes('Oybek')).click()";
    browser.run(sign_in).await.unwrap();
    // The page that answers the sign-in knows him; so does every later one.
    browser
        .until("Oybek to be known", "return window.tanish?.visitor?.().customer === 'oybek'")
        .await
        .unwrap();
    browser.open(&demo.url("/")).await.unwrap();
    let greeting = "const text = document.body.innerText;
        return text.includes('Welcome back, Oybek') && text.includes('brown leather belt')
            && /\\bL\\b/.test(text) && text.includes('Navy')";
    browser.until("his name, his sizes and colours, and the belt he missed", greeting).await.unwrap();

    browser.open(&demo.url("/product/AT-1042")).await.unwrap();
    browser
        .run(
            "document.querySelector('[data-add] button[type=submit], [data-add] button:not([type])').click()",
        )
        .await
        .unwrap();
    let in_cart = "return document.querySelector('[data-pieces]').textContent.trim() === '1'";
    browser.until("the belt to be in the cart", in_cart).await.unwrap();

    browser.open(&demo.url("/checkout")).await.unwrap();
    let order = "for (const field of document.querySelectorAll('main input:not([type=radio])'))
            field.value ||= field.type === 'tel' ? '+998901234567' : 'Amir Temur 1';
        document.querySelector('main form').requestSubmit()";
    browser.run(order).await.unwrap();
    browser.until("the thanks", "return location.pathname.startsWith('/thanks')").await.unwrap();
    browser.until("the shop", "return typeof window.tanish?.flush === 'function'").await.unwrap();
    browser.run("await tanish.flush()").await.unwrap();

    browser.open(&demo.url("/crm")).await.unwrap();
    let received = "return document.body.innerText.includes('ordered Brown leather belt')";
    browser.until("the CRM to have the order", received).await.unwrap();
    let trained = browser
        .run("const answer = await fetch('/crm/train', { method: 'POST', headers: { accept: 'application/json' } });
            return answer.ok && (await answer.json()).message")
        .await
        .unwrap();
    assert!(trained.as_str().is_some_and(|message| message.contains("125")), "{trained}");
    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_language_has_the_whole_shop() {
    let demo = DemoShop::open().await.unwrap();
    let browser = Browser::start().await.unwrap();
    for (language, because) in [("en", "Popular now"), ("uz", "Hozir ommabop"), ("ru", "Сейчас популярно")]
    {
        browser.open(&demo.url(&format!("/?lang={language}"))).await.unwrap();
        let cards = browser.decided("popular").await.unwrap();
        assert!(cards.iter().all(|card| card.because == because), "{language}: {cards:?}");
        let price = browser
            .run("return document.querySelector('tanish-recommendations[kind=popular]').shadowRoot.querySelector('[part=price]').textContent")
            .await
            .unwrap();
        assert!(price.as_str().is_some_and(|price| price.ends_with("000\u{a0}soʻm")), "{price}");
    }
}
