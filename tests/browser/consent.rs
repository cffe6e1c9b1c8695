//! Consent, from whoever may say: nothing before a choice, all after a yes, nothing left after a no.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use tanish_tests::browser::Traces;
use tanish_tests::{Answer, Browser, Shop, wait};

/// A page with a consent platform of which only the interface is real.
fn page(head: &str) -> Answer {
    let page = format!(
        "<!doctype html><html lang=en><title>Shop</title><script>{head}</script>
         <script type=module src=/tanish/tanish.js data-site=/tanish/site.json></script>
         <h1>Shop</h1><button id=settings data-tanish-consent>Cookie settings</button>
         <tanish-recommendations kind=popular limit=2><p>Default</p></tanish-recommendations>"
    );
    Answer::Text("text/html", page)
}

const TCF: &str = "let ear;
    window.__tcfapi = (command, version, callback) => { if (command === 'addEventListener') ear = callback;
        callback({ eventStatus: 'cmpuishown', gdprApplies: true, purpose: { consents: {} } }, true); };
    window.choose = yes => ear({ eventStatus: 'useractioncomplete', gdprApplies: true,
        purpose: { consents: Object.fromEntries([1,2,3,4,5,6,7,8,9,10].map(n => [n, yes])) } }, true);";

const GPP: &str = "let ear;
    window.__gpp = (command, callback) => { if (command === 'addEventListener') ear = callback;
        callback({ eventName: 'listenerRegistered', data: true, pingData: { signalStatus: 'not ready' } }, true); };
    window.choose = yes => ear({ eventName: 'signalStatus', data: 'ready', pingData: { signalStatus: 'ready',
        applicableSections: [2], parsedSections: { tcfeuv2: [{ PurposeConsents: Array(24).fill(yes) }] } } }, true);
    window.optOut = () => ear({ eventName: 'sectionChange', data: 'usnat', pingData: { signalStatus: 'ready',
        applicableSections: [7], parsedSections: { usnat: [{ SaleOptOut: 1, SharingOptOut: 2 }, { Gpc: false }] } } }, true);";

const CONSENT_MODE: &str = "window.dataLayer = []; function gtag() { dataLayer.push(arguments); }
    const all = value => Object.fromEntries(['ad_storage', 'ad_user_data', 'ad_personalization',
        'analytics_storage', 'personalization_storage'].map(name => [name, value]));
    gtag('consent', 'default', { ...all('denied'), wait_for_update: 500 });
    window.choose = yes => gtag('consent', 'update', all(yes ? 'granted' : 'denied'));";

const STARTED: &str = "return typeof window.tanish?.recommend === 'function'";

/// Nothing before the choice; all after a yes, with its true time; nothing left after a no.
async fn follows(platform: &str) {
    let shop = Shop::open(json!({ "consent": { "mode": "ask" } })).await.unwrap();
    shop.web.answer("/cmp.html", page(platform));
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.web.url("/cmp.html")).await.unwrap();
    browser.decided("popular").await.unwrap();
    browser.run("tanish.track('Product Viewed', { product_id: 'boots' })").await.unwrap();
    browser
        .until(
            "the platform to be heard",
            "return performance.getEntriesByType('resource')
        .some(one => one.name.endsWith('/consent.js'))",
        )
        .await
        .unwrap();
    let before = browser.run("return new Date().toISOString()").await.unwrap();
    assert_eq!(browser.traces().await.unwrap(), Traces::default());
    assert_eq!(browser.run("return tanish.visitor().id").await.unwrap(), json!(null));

    browser
        .until("the yes to be taken", "choose(true); return tanish.visitor().consent.analytics")
        .await
        .unwrap();
    let consent = browser.run("return tanish.visitor().consent").await.unwrap();
    assert_eq!(
        consent,
        json!({ "asked": true, "analytics": true, "personalization": true, "marketing": true })
    );
    let viewed = |event: &Value| event["properties"]["product_id"] == "boots";
    let event = shop.crm.until("what was held", 1, viewed).await.unwrap().remove(0);
    assert!(event["timestamp"].as_str() < before.as_str(), "{event} after {before}");
    let full = || async { browser.traces().await };
    wait::until("both cookies", full, |traces| traces.cookies == ["tanish", "tanish_s"]).await.unwrap();

    // The next page does not wait for the platform, which is still silent.
    browser.reload().await.unwrap();
    browser.until("tanish to start", STARTED).await.unwrap();
    assert_eq!(browser.run("return tanish.visitor().viewed").await.unwrap(), json!(["boots"]));

    browser
        .until("the no to be taken", "choose(false); return !tanish.visitor().consent.analytics")
        .await
        .unwrap();
    let left = || async { browser.traces().await };
    let refused = |traces: &Traces| {
        let Traces { cookies, local, session, databases, caches, .. } = traces;
        let none = cookies.is_empty() && session.is_empty() && databases.is_empty() && caches.is_empty();
        none && *local == ["tanish"]
    };
    wait::until("all to go but the refusal", left, refused).await.unwrap();
    let kept = browser.run("return localStorage.tanish").await.unwrap();
    assert!(
        !kept.as_str().unwrap().contains("boots") && kept.as_str().unwrap().contains(r#""id":null"#),
        "{kept}"
    );
    let sent = shop.crm.events().len();
    browser.run("await tanish.track('Product Viewed', { product_id: 'rug' })").await.unwrap();
    browser.reload().await.unwrap();
    browser.decided("popular").await.unwrap();
    let after = browser.traces().await.unwrap();
    assert_eq!(after, Traces { local: vec!["tanish".to_owned()], ..Traces::default() });
    assert_eq!(shop.crm.events().len(), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_transparency_and_consent_framework_is_followed() {
    follows(TCF).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_global_privacy_platform_is_followed() {
    follows(GPP).await;
    let shop = Shop::open(json!({})).await.unwrap();
    shop.web.answer("/cmp.html", page(GPP));
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.web.url("/cmp.html")).await.unwrap();
    browser.run("await tanish.consent({ marketing: true })").await.unwrap();
    browser.until("the opt-out", "optOut(); return !tanish.visitor().consent.marketing").await.unwrap();
    assert_eq!(browser.run("return tanish.visitor().consent.analytics").await.unwrap(), true);
}

#[tokio::test(flavor = "multi_thread")]
async fn googles_consent_mode_is_followed() {
    follows(CONSENT_MODE).await;
}

const BANNER: &str = "return document.querySelector('tanish-consent')?.shadowRoot";

async fn press(browser: &Browser, part: &str, place: usize) {
    let script =
        format!("{BANNER}.querySelectorAll('[part={part}]')[{place}].click()").replace("return ", "");
    browser.run(&script).await.unwrap();
}

async fn banner_shop() -> Shop {
    let shop = Shop::open(json!({ "consent": { "mode": "ask", "banner": { "policy": "/privacy" } } }))
        .await
        .unwrap();
    shop.web.answer("/shop.html", page(""));
    shop.web.header(
        "content-security-policy",
        "default-src 'self'; connect-src *; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
    );
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banner_asks_and_is_answered_by_keyboard() {
    let shop = banner_shop().await;
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.web.url("/shop.html")).await.unwrap();
    browser.until("the banner", BANNER).await.unwrap();
    assert_eq!(browser.traces().await.unwrap(), Traces::default());
    // It is the first thing in the page, and does not take the focus from it.
    assert_eq!(browser.run("return document.activeElement === document.body").await.unwrap(), true);
    let styled = "const [no, yes] = document.querySelector('tanish-consent').shadowRoot.querySelectorAll('.answer');
        const look = element => { const { width, height } = element.getBoundingClientRect(), style = getComputedStyle(element);
            return [Math.round(width), Math.round(height), style.color, style.backgroundColor, style.fontSize, style.fontWeight].join() };
        return [look(no) === look(yes), getComputedStyle(no).backgroundColor !== 'rgba(0, 0, 0, 0)',
            [...document.querySelector('tanish-consent').shadowRoot.querySelectorAll('input')].some(box => box.checked)]";
    assert_eq!(
        browser.run(styled).await.unwrap(),
        json!([true, true, false]),
        "yes and no look alike, nothing is ticked"
    );

    let inside = "return document.querySelector('tanish-consent')?.shadowRoot.activeElement?.textContent";
    let mut reached = Vec::new();
    for _ in 0..4 {
        browser.press("Tab", 9).await.unwrap();
        reached.push(browser.run(inside).await.unwrap());
    }
    assert_eq!(reached, ["Privacy policy", "No, nothing", "Yes, all of it", "Choose"]);
    browser.press("Enter", 13).await.unwrap();
    browser.press(" ", 32).await.unwrap();
    press(&browser, "save", 0).await;
    browser.until("the answer", "return tanish.visitor().consent.asked").await.unwrap();
    let consent = browser.run("return tanish.visitor().consent").await.unwrap();
    assert_eq!(
        consent,
        json!({ "asked": true, "analytics": true, "personalization": false, "marketing": false })
    );
    assert_eq!(browser.run("return document.querySelector('tanish-consent')").await.unwrap(), json!(null));

    // Asked once; opened again by the shop's control, and closed without an answer.
    browser.reload().await.unwrap();
    browser.decided("popular").await.unwrap();
    assert_eq!(browser.run("return document.querySelector('tanish-consent')").await.unwrap(), json!(null));
    browser.run("settings.focus(); settings.click()").await.unwrap();
    browser.until("the banner", BANNER).await.unwrap();
    let boxes = "return [...document.querySelector('tanish-consent').shadowRoot.querySelectorAll('input')].map(box => box.checked)";
    assert_eq!(browser.run(boxes).await.unwrap(), json!([true, false, false]), "as chosen");
    browser.press("Escape", 27).await.unwrap();
    browser.until("the focus to return", "return document.activeElement?.id === 'settings'").await.unwrap();
    assert_eq!(browser.run("return tanish.visitor().consent.analytics").await.unwrap(), true);
    browser.run("settings.click()").await.unwrap();
    browser.until("the banner", BANNER).await.unwrap();
    press(&browser, "answer", 0).await;
    browser.until("the refusal", "return !tanish.visitor().consent.analytics").await.unwrap();
    let complaints = browser.complaints().await.unwrap();
    assert!(!format!("{complaints:?}").contains("Content Security Policy"), "{complaints:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banner_fits_small_and_right_to_left_screens() {
    let shop = banner_shop().await;
    let texts = json!({ "ar": { "title": "هل نتذكرك؟", "about": "إذا وافقت، يحتفظ المتجر بما تشاهده في متصفحك.", "yes": "نعم", "no": "لا", "more": "اختيار" } });
    shop.site.configure(json!({ "consent": { "mode": "ask", "banner": { "texts": texts } } })).unwrap();
    let browser = Browser::start().await.unwrap();
    for (lang, title, width, scheme) in [
        ("uz", "Sizni eslab qolsak maylimi?", 320, "light"),
        ("ru", "Можно вас запомнить?", 390, "dark"),
        ("ar", "هل نتذكرك؟", 390, "light"),
        ("en", "May we remember you?", 1280, "light"),
        ("en", "May we remember you?", 1280, "dark"),
    ] {
        let screen = json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
        browser.devtools("Emulation.setDeviceMetricsOverride", screen).await.unwrap();
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }, { "name": "prefers-reduced-motion", "value": "reduce" }] });
        browser.devtools("Emulation.setEmulatedMedia", media).await.unwrap();
        let Answer::Text(kind, text) = page("") else { continue };
        let dir = if lang == "ar" { "rtl" } else { "ltr" };
        shop.web.answer(
            "/shop.html",
            Answer::Text(kind, text.replace("lang=en", &format!("lang={lang} dir={dir}"))),
        );
        browser.visit(&shop.web.url("/shop.html")).await.unwrap();
        browser.until("the banner", BANNER).await.unwrap();
        let look = "const root = document.querySelector('tanish-consent').shadowRoot;
            root.querySelector('[part=more]').click();
            const inside = [...root.querySelectorAll('button, label, p')].every(one => {
                const { left, right } = one.getBoundingClientRect();
                return left >= 0 && right <= innerWidth;
            });
            return { title: root.querySelector('h2').textContent, inside, wide: document.documentElement.scrollWidth <= innerWidth,
                direction: getComputedStyle(root.querySelector('section')).direction, animation: getComputedStyle(root.querySelector('section')).animationName }";
        let seen = browser.run(look).await.unwrap();
        assert_eq!(
            seen,
            json!({ "title": title, "inside": true, "wide": true, "direction": dir, "animation": "none" }),
            "{lang}"
        );
        keep_picture(&browser, &format!("{lang}-{width}-{scheme}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn permission_is_asked_one_step_at_a_time() {
    let steps = json!([{ "channel": "newsletter", "benefit": { "en": "New patterns first.", "uz": "Yangi naqshlar." } },
        { "channel": "sms", "benefit": "We tell you when it is here." }]);
    let shop = Shop::open(json!({ "permissions": steps })).await.unwrap();
    let Answer::Text(kind, text) = page("") else { unreachable!("a text is written above") };
    shop.web.answer("/shop.html", Answer::Text(kind, text + "<tanish-permission></tanish-permission>"));
    let browser = Browser::start().await.unwrap();
    browser.visit(&shop.web.url("/shop.html")).await.unwrap();
    let benefit =
        "return document.querySelector('tanish-permission').shadowRoot?.querySelector('p')?.textContent";
    let press = |part: &str| {
        format!(
            "document.querySelector('tanish-permission').shadowRoot.querySelector('[part={part}]').click()"
        )
    };
    browser.until("the first step", &format!("{benefit} === 'New patterns first.'")).await.unwrap();
    browser.run(&press("yes")).await.unwrap();
    let granted = |event: &Value| event["event"] == "Permission Granted";
    let events = shop.crm.until("the opt-in", 1, granted).await.unwrap();
    assert_eq!(events[0]["properties"]["channel"], "newsletter");
    browser.until("the second step", &format!("{benefit} === 'We tell you when it is here.'")).await.unwrap();
    browser.run(&press("later")).await.unwrap();
    browser.until("it to rest", "return document.querySelector('tanish-permission').hidden").await.unwrap();

    browser.run("await tanish.preferences({ brands: ['Atlas'] })").await.unwrap();
    browser.reload().await.unwrap();
    browser.until("tanish to start", STARTED).await.unwrap();
    let brand = browser.run("return tanish.visitor().affinities.brand[0].value").await.unwrap();
    assert_eq!(brand, "Atlas");
    assert_eq!(browser.run("return tanish.visitor().permissions.sms.answer").await.unwrap(), "later");
    browser.run("await tanish.forget()").await.unwrap();
    assert_eq!(browser.run("return tanish.visitor().permissions").await.unwrap(), json!({}));
}

/// Where `TANISH_PICTURES` names a folder, what is seen is kept there to be looked at.
async fn keep_picture(browser: &Browser, name: &str) {
    let Ok(folder) = std::env::var("TANISH_PICTURES") else { return };
    let shot = browser.devtools("Page.captureScreenshot", json!({ "format": "png" })).await.unwrap();
    std::fs::write(std::path::Path::new(&folder).join(format!("{name}.b64")), shot["data"].as_str().unwrap())
        .unwrap();
}
