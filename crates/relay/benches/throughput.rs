//! `cargo xtask bench relay`: how many events a second the relay takes with full durability, beside a plain
//! SQLite insert loop of the same bytes on the same disk.
//!
//! The relay runs in a process of its own; its processor seconds and memory are that process's.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that fails stops")]

use serde_json::json;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tanish_relay::{Config, Relay};
use tokio::net::TcpListener;

/// Events in a request.
const BATCH: usize = 50;
/// Connections that post at a time.
const CLIENTS: usize = 32;

fn event(n: usize) -> serde_json::Value {
    json!({"type": "track", "event": "Product Viewed", "messageId": format!("019ab000-0000-7000-8000-{n:012x}"),
        "anonymousId": format!("019ab111-0000-7000-8000-{:012x}", n % 5000), "timestamp": "2026-11-22T06:37:00.000Z",
        "context": {"library": {"name": "tanish", "version": "0.1.0"}, "locale": "uz", "sessionId": "7",
            "page": {"path": "/products/85123A", "title": "White hanging lantern"}},
        "properties": {"product_id": "85123A", "name": "White hanging lantern", "price": 12.5, "currency": "UZS"}})
}

fn body(request: usize) -> String {
    let events: Vec<_> = (0..BATCH).map(|n| event(request * BATCH + n)).collect();
    json!({"batch": events}).to_string()
}

/// Plain inserts of the same events: a transaction for each `group`, waiting for the disk each time.
fn plain(folder: &Path, events: usize, group: usize) -> f64 {
    let connection = rusqlite::Connection::open(folder.join(format!("plain-{group}.sqlite"))).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.pragma_update(None, "synchronous", "FULL").unwrap();
    connection.execute_batch("CREATE TABLE event (seq INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL)").unwrap();
    let bodies: Vec<(String, String)> = (0..events)
        .map(|n| {
            let event = event(n);
            (event["messageId"].as_str().unwrap().to_owned(), event.to_string())
        })
        .collect();
    let started = Instant::now();
    for chunk in bodies.chunks(group) {
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut insert =
            connection.prepare_cached("INSERT INTO event (message_id, body) VALUES (?1, ?2)").unwrap();
        for (id, body) in chunk {
            insert.execute([id, body]).unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
    }
    events as f64 / started.elapsed().as_secs_f64()
}

/// Processor seconds so far and resident memory in MiB of a process, from `/proc`.
fn usage(pid: u32) -> (f64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let rss = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix("kB")?.trim().parse::<f64>().ok());
    ((ticks(11) + ticks(12)) / 100.0, rss.unwrap_or(0.0) / 1024.0)
}

fn serve(folder: &Path) {
    let relay = Relay::open(Config::new(folder)).unwrap();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("listening {}", listener.local_addr().unwrap());
        relay.serve(listener, std::future::pending()).await.unwrap();
    });
}

fn spawn(folder: &Path) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("serve")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
    (child, format!("http://{}/v1/batch", address.expect("the relay starts")))
}

/// Posts until the deadline, a request after the other; the latency of each.
async fn client(http: reqwest::Client, url: String, next: Arc<AtomicUsize>, until: usize) -> Vec<Duration> {
    let mut taken = Vec::new();
    loop {
        let request = next.fetch_add(1, Ordering::Relaxed);
        if request >= until {
            return taken;
        }
        let body = body(request);
        let started = Instant::now();
        loop {
            let answer = http.post(&url).body(body.clone()).send().await.unwrap();
            if answer.status() == 202 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        taken.push(started.elapsed());
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [serve_it, folder] = arguments.as_slice()
        && serve_it == "serve"
    {
        return serve(Path::new(folder));
    }
    let events: usize = arguments.first().and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let by_request = plain(folder.path(), events.min(100_000), BATCH);
    let by_group = plain(folder.path(), events.min(400_000), 256);
    println!("plain SQLite, a commit for {BATCH} events: {by_request:.0} events/s");
    println!("plain SQLite, a commit for 256 events: {by_group:.0} events/s");

    let (mut child, url) = spawn(&folder.path().join("relay"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let next = Arc::new(AtomicUsize::new(0));
    let requests = events / BATCH;
    let (mut took, mut memory) = (Vec::new(), Vec::new());
    let started = Instant::now();
    runtime.block_on(async {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        // Memory after each quarter: flat, or it grows with the events.
        for quarter in 1..=4 {
            let tasks: Vec<_> = (0..CLIENTS)
                .map(|_| {
                    tokio::spawn(client(http.clone(), url.clone(), Arc::clone(&next), requests * quarter / 4))
                })
                .collect();
            for task in tasks {
                took.extend(task.await.unwrap());
            }
            next.store(requests * quarter / 4, Ordering::Relaxed);
            memory.push(usage(child.id()).1);
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    let cpu = usage(child.id()).0;
    child.kill().unwrap();
    child.wait().unwrap();
    took.sort();
    let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize].as_secs_f64() * 1000.0;
    let rate = events as f64 / seconds;
    println!("relay, {CLIENTS} connections, {BATCH} events a request: {rate:.0} events/s");
    println!(
        "  {:.0} % of the plain loop of {BATCH}, {:.0} % of that of 256",
        100.0 * rate / by_request,
        100.0 * rate / by_group
    );
    println!(
        "  latency p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
    println!("  processor {cpu:.1} s for {events} events: {:.1} µs an event", 1e6 * cpu / events as f64);
    println!(
        "  memory after each quarter: {}",
        memory.iter().map(|mib| format!("{mib:.0} MiB")).collect::<Vec<_>>().join(", ")
    );
}
