//! `cargo xtask bench speed`: how long one `recommend` takes in Chromium, over a large catalogue, with a long
//! history, once its files are there.
//!
//! The page is cross-origin isolated, so that its clock steps by 5 µs; calls are timed in batches of 100. One
//! argument may say how many products.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench ends where it cannot go on")]

use std::fmt::Write as _;
use tanish_tests::{Browser, Mount, SiteServer};
use tanish_train::Options;

/// Products in the visitor's history.
const HISTORY: usize = 50;

/// Asks in batches of 100; per kind the median and the 99th percentile of a call's milliseconds.
const MEASURE: &str = "
    const { start } = await import('/tanish/tanish.js');
    const shop = await start({ site: '/tanish/site.json' });
    shop.history(HISTORY.map((id, step) => ({ id, at: Date.now() - (step + 1) * 60000, action: 'view' })));
    if (!crossOriginIsolated) throw new Error('the page is not isolated');
    const found = {};
    for (const kind of ['for-you', 'similar', 'popular', 'recently-viewed']) {
        const query = { kind, limit: 8, product: HISTORY[0] };
        const { items } = await shop.recommend(query);
        for (let warm = 0; warm < 300; warm++) await shop.recommend(query);
        const batches = [];
        for (let batch = 0; batch < 200; batch++) {
            const started = performance.now();
            for (let call = 0; call < 100; call++) await shop.recommend(query);
            batches.push((performance.now() - started) / 100);
        }
        batches.sort((a, b) => a - b);
        const single = [];
        for (let call = 0; call < 2000; call++) {
            const started = performance.now();
            await shop.recommend(query);
            single.push(performance.now() - started);
        }
        single.sort((a, b) => a - b);
        found[kind] = [items.length, batches[100], batches[197], single[1980]];
    }
    return found;
";

#[tokio::main]
async fn main() {
    // Cargo adds `--bench`.
    let products = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let products: u32 = products.map_or(100_000, |number| number.parse().expect("a number of products"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = folder.path().join("site");
    let options = options(products, folder.path(), &site);
    tokio::task::spawn_blocking(move || tanish_train::train(&options, &mut ()))
        .await
        .unwrap()
        .expect("training");
    let pages = folder.path().join("pages");
    std::fs::create_dir(&pages).expect("a folder");
    std::fs::write(pages.join("index.html"), "<!doctype html><title>Speed</title>").expect("a page");
    let web = SiteServer::start(vec![Mount::new("/", &pages), Mount::new("/tanish/", &site)]).await;
    let web = web.expect("a free port");
    web.header("cross-origin-opener-policy", "same-origin");
    web.header("cross-origin-embedder-policy", "require-corp");

    let browser = Browser::start().await.expect("Chromium");
    browser.open(&web.url("/")).await.expect("the page");
    let mut random = Random(7);
    let mut ids: Vec<String> = Vec::new();
    while ids.len() < HISTORY {
        // Half of them are among the most visited, half anywhere.
        let among = if ids.len().is_multiple_of(2) { products / 100 } else { products };
        let id = format!("P{}", random.below(among.max(1)));
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let script = MEASURE.replace("HISTORY", &serde_json::to_string(&ids).expect("a list"));
    let found = browser.run(&script).await.expect("recommendations");
    println!("{products} products, {HISTORY} in the history; ms a call, in batches of 100, in Chromium");
    println!("{:<18} {:>8} {:>10} {:>10} {:>16}", "kind", "items", "p50", "p99", "p99, one by one");
    for (kind, told) in found.as_object().expect("kinds") {
        let number = |at: usize| told[at].as_f64().unwrap_or(f64::NAN);
        println!("{kind:<18} {:>8} {:>10.3} {:>10.3} {:>16.3}", number(0), number(1), number(2), number(3));
    }
}

/// A shop of a hundred departments in which people look at neighbours, the first products most of all.
fn options(products: u32, folder: &std::path::Path, out: &std::path::Path) -> Options {
    let mut random = Random(1);
    let mut sessions = String::from("session_id,timestamp,product_id\n");
    for session in 0..2 * products {
        let start =
            if random.below(2) == 0 { random.below(products / 100 + 1) } else { random.below(products) };
        for step in 0..3 + random.below(6) {
            let product = (start + random.below(60)) % products;
            let _ = writeln!(sessions, "{session},{},P{product}", 1_790_000_000 + u64::from(step) * 30);
        }
    }
    let mut catalog = String::from("id,title,price,brand,category,url,image\n");
    for n in 0..products {
        let _ = writeln!(
            catalog,
            "P{n},Thing {n} of a kind,{},Brand {},Department {},/p/{n},/i/{n}.webp",
            n % 500 + 1,
            n % 40,
            n / 1000
        );
    }
    let (events, catalog_file) = (folder.join("sessions.csv"), folder.join("catalog.csv"));
    std::fs::write(&events, sessions).expect("the sessions");
    std::fs::write(&catalog_file, catalog).expect("the catalogue");
    let widget = Some(tanish_tests::package().expect("the widget: cargo xtask build"));
    Options { events: vec![events], catalog: vec![catalog_file], widget, ..Options::new(out) }
}

/// Xorshift: the same shop every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % u64::from(bound)) as u32
    }
}
