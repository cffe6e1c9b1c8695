//! `cargo xtask bench page`: what a visit to `examples/script-tag` costs in Chromium on this machine.
//!
//! One argument may name a site folder to visit instead of the sample one.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench ends where it cannot go on")]

use std::path::PathBuf;
use tanish_tests::measure::{Visit, is_code};
use tanish_tests::{Browser, Mount, Site, SiteServer, repository};

const ROUNDS: usize = 7;

/// Times calls in batches: a browser's clock steps by up to 100 µs.
const RECOMMEND: &str = "
    const kinds = ['for-you', 'popular'], times = [];
    for (const kind of kinds) await tanish.recommend({ kind, limit: 8 });
    for (let round = 0; round < 200; round++) {
        const started = performance.now();
        for (let call = 0; call < 10; call++) await tanish.recommend({ kind: kinds[call % 2], limit: 8 });
        times.push((performance.now() - started) / 10);
    }
    times.sort((a, b) => a - b);
    return [times[100], times[198]];
";

#[tokio::main]
async fn main() {
    // Cargo adds `--bench`.
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).map(PathBuf::from);
    let sample = Site::sample().await.expect("the sample site");
    let folder = folder.unwrap_or_else(|| sample.path().to_path_buf());
    let pages = repository().join("examples/script-tag");
    let mounts = vec![Mount::new("/", pages), Mount::new("/tanish/", &folder)];
    let web = SiteServer::start(mounts).await.expect("a free port");

    let (mut first, mut second, mut calls) = (Vec::new(), Vec::new(), serde_json::Value::Null);
    for _ in 0..ROUNDS {
        let browser = Browser::chromium().await.expect("Chromium");
        browser.observe().await.expect("DevTools");
        first.push(browser.measure(&web, "/").await.expect("a first visit"));
        second.push(browser.measure(&web, "/").await.expect("a second visit"));
        calls = browser.run(RECOMMEND).await.expect("recommendations");
    }
    println!("examples/script-tag in Chromium, {ROUNDS} new visitors; bytes as sent, brotli");
    println!("{:<26} {:>14} {:>14}", "", "first visit", "second visit");
    row("requests", &first, &second, |visit| visit.weight(|_| true).0 as f64, 0);
    row("bytes", &first, &second, |visit| visit.weight(|_| true).1 as f64, 0);
    row("bytes of script and module", &first, &second, |visit| visit.weight(is_code).1 as f64, 0);
    row("script to first cards, ms", &first, &second, |visit| visit.first_cards, 1);
    row("longest task, ms", &first, &second, |visit| visit.long_tasks.iter().copied().fold(0.0, f64::max), 0);
    row("layout shift", &first, &second, |visit| visit.layout_shift, 3);
    let call = |index: usize| calls[index].as_f64().unwrap_or_default() * 1000.0;
    println!("{:<26} {:>11.0} µs {:>11.0} µs", "recommend, p50 and p99", call(0), call(1));
    println!("(median of the visits; a task counts from 50 ms)");
}

fn row(name: &str, first: &[Visit], second: &[Visit], value: impl Fn(&Visit) -> f64, digits: usize) {
    let median = |visits: &[Visit]| {
        let mut values: Vec<f64> = visits.iter().map(&value).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!("{name:<26} {:>14.digits$} {:>14.digits$}", median(first), median(second));
}
