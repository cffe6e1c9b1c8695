//! `kill -9` in the middle of work, again and again: what was answered with 202 is kept, logged once and
//! delivered, and each visitor's order holds.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that fails fails its test")]

mod common;

use common::{Receiver, Served, batch, event, logged};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tanish_relay::config::Backoff;
use tanish_relay::{Config, Destination, Relay};
use tokio::net::TcpListener;

const FOLDER: &str = "TANISH_TEST_FOLDER";
const WEBHOOK: &str = "TANISH_TEST_WEBHOOK";
/// Visitors, each posting events in order.
const VISITORS: usize = 4;
/// Relays killed.
const ROUNDS: usize = 5;

fn config(folder: &Path, webhook: &str) -> Config {
    let mut destination = Destination::webhook("crm", webhook).unwrap();
    destination.backoff = Backoff { base: Duration::from_millis(2), longest: Duration::from_millis(10) };
    let mut config = Config::new(folder);
    config.destinations.push(destination);
    config
}

/// The relay to be killed. Run by the test below in a process of its own.
#[tokio::test]
#[ignore = "not a test: the process that is killed"]
async fn victim() {
    let (Ok(folder), Ok(webhook)) = (std::env::var(FOLDER), std::env::var(WEBHOOK)) else { return };
    let relay = Relay::open(config(Path::new(&folder), &webhook)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nlistening {}", listener.local_addr().unwrap());
    relay.serve(listener, std::future::pending()).await.unwrap();
}

/// Starts a victim; its process and its address.
fn spawn(folder: &Path, webhook: &str) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(WEBHOOK, webhook)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
    (child, format!("http://{}/v1/batch", address.expect("the victim starts")))
}

/// Posts a visitor's events from `next` on, two a request, until the relay is gone; the first event that
/// has no answer. A visitor sends what was not answered again, as the page does.
async fn post_until_killed(client: reqwest::Client, url: String, visitor: usize, mut next: usize) -> usize {
    loop {
        let id = |n: usize| event(n * VISITORS + visitor, &format!("v{visitor}"));
        let body = batch(&[id(next), id(next + 1)]).to_string();
        match client.post(&url).body(body).send().await {
            Ok(answer) if answer.status() == 202 => next += 2,
            _ => return next,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_accepted_is_lost_to_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    // One try in five fails, so that retries are under way whenever the relay dies.
    let receiver = Receiver::start(|seen| if seen % 5 == 4 { (503, "") } else { (200, "") }).await;
    let mut next = [0; VISITORS];
    for round in 1..=ROUNDS {
        let (mut child, url) = spawn(folder.path(), &receiver.url);
        let client = Served::client();
        let posts: Vec<_> = (0..VISITORS)
            .map(|visitor| {
                tokio::spawn(post_until_killed(client.clone(), url.clone(), visitor, next[visitor]))
            })
            .collect();
        receiver.until_taken(round * 20).await;
        child.kill().unwrap();
        child.wait().unwrap();
        for (visitor, post) in posts.into_iter().enumerate() {
            next[visitor] = post.await.unwrap();
        }
    }
    let accepted: BTreeSet<String> = (0..VISITORS)
        .flat_map(|visitor| (0..next[visitor]).map(move |n| format!("m{}", n * VISITORS + visitor)))
        .collect();
    // Opening brings the log up to date; delivery then finishes what is left.
    let open = || Relay::open(config(folder.path(), &receiver.url)).unwrap();
    open().shutdown().await.unwrap();
    let log = logged(&folder);
    let relay = Served::start(open()).await;
    receiver.until_taken(log.len()).await;
    relay.stop().await;

    assert_eq!(logged(&folder), log, "delivery adds nothing to the log");
    let logged: BTreeSet<String> = log.iter().cloned().collect();
    assert_eq!(log.len(), logged.len(), "each event once in the log");
    assert!(logged.is_superset(&accepted), "lost: {:?}", accepted.difference(&logged));
    assert_eq!(receiver.taken(), logged, "what is kept is delivered");
    for visitor in 0..VISITORS {
        let mut seen = BTreeSet::new();
        let first_times: Vec<usize> = receiver
            .accepted_of(&format!("v{visitor}"))
            .into_iter()
            .filter(|id| seen.insert(id.clone()))
            .map(|id| id[1..].parse().unwrap())
            .collect();
        assert!(first_times.is_sorted(), "order of visitor {visitor}: {first_times:?}");
    }
}
