//! A real CRM: Tryton from PyPI on SQLite, over its REST interface. The relay and the CRM are killed on the way;
//! in the end there is one party, and each event is one note of it.
//!
//! Slow (a Python environment under `target/tryton`, made once): part of `cargo xtask test-full`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper that fails fails its test"
)]

mod common;

use common::{Served, batch};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tanish_relay::config::Backoff;
use tanish_relay::preset::{Settings, builtin};
use tanish_relay::{Config, Destination, Relay};
use tokio::net::TcpListener;

const FOLDER: &str = "TANISH_TEST_FOLDER";
const CRM: &str = "TANISH_TEST_CRM";
const KEY: &str = "0123456789abcdef0123456789abcdef";
const EVENTS: usize = 12;

fn config(folder: &Path, crm: &str) -> Config {
    let mut settings = Settings { url: Some(format!("{crm}/crm")), ..Settings::default() };
    settings.secrets.insert("key".to_owned(), KEY.to_owned());
    let mut destination = Destination::new("crm", builtin("tryton").unwrap().unwrap(), settings).unwrap();
    destination.backoff = Backoff { base: Duration::from_millis(20), longest: Duration::from_millis(200) };
    let mut config = Config::new(folder);
    config.destinations.push(destination);
    config
}

/// The relay to be killed. Run by the test below in a process of its own.
#[tokio::test]
#[ignore = "not a test: the process that is killed"]
async fn victim() {
    let (Ok(folder), Ok(crm)) = (std::env::var(FOLDER), std::env::var(CRM)) else { return };
    let relay = Relay::open(config(Path::new(&folder), &crm)).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nlistening {}", listener.local_addr().unwrap());
    relay.serve(listener, std::future::pending()).await.unwrap();
}

/// A process that dies with the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn relay(folder: &Path, crm: &str) -> (Killed, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(CRM, crm)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address =
        lines.map_while(Result::ok).find_map(|line| line.strip_prefix("listening ").map(str::to_owned));
    (Killed(child), format!("http://{}/v1/batch", address.expect("the victim starts")))
}

/// Tryton with the module party, made once; `None` where there is no Python.
fn tryton() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tryton-test");
    std::fs::create_dir_all(home.join("db")).unwrap();
    let home = home.canonicalize().unwrap();
    if home.join("ready").exists() {
        return Some(home);
    }
    let run = |program: &Path, arguments: &[&str]| {
        let ended = Command::new(program)
            .args(arguments)
            .env("TRYTONPASSFILE", home.join("password"))
            .current_dir(&home)
            .stdout(Stdio::null())
            .status();
        ended.is_ok_and(|status| status.success())
    };
    if !run(Path::new("python3"), &["-m", "venv", "venv"]) {
        return None;
    }
    let bin = home.join("venv/bin");
    assert!(
        run(&bin.join("pip"), &["install", "--quiet", "trytond==8.2.*", "trytond_party==8.2.*"]),
        "pip install"
    );
    std::fs::write(home.join("password"), "admin1234").unwrap();
    std::fs::write(home.join("db/crm.sqlite"), "").unwrap();
    configure(&home, &home.join("db"), 0);
    let admin = bin.join("trytond-admin");
    let base = ["-c", "trytond.conf", "-d", "crm"];
    assert!(
        run(&admin, &[&base[..], &["--all", "--email", "admin@example.com", "-p"]].concat()),
        "trytond-admin --all"
    );
    assert!(
        run(&admin, &[&base[..], &["-u", "party", "--activate-dependencies"]].concat()),
        "trytond-admin -u party"
    );
    let connection = rusqlite::Connection::open(home.join("db/crm.sqlite")).unwrap();
    connection
        .execute(
            "INSERT INTO res_user_application (id, application, key, state, user) VALUES (1, 'rest', ?1, 'validated', 1)",
            [KEY],
        )
        .unwrap();
    std::fs::write(home.join("ready"), "").unwrap();
    Some(home)
}

fn configure(home: &Path, db: &Path, port: u16) {
    let mut file = std::fs::File::create(home.join("trytond.conf")).unwrap();
    write!(file, "[database]\nuri = sqlite://\npath = {}\n[web]\nlisten = 127.0.0.1:{port}\n", db.display())
        .unwrap();
}

async fn start(home: &Path, db: &Path, port: u16, client: &reqwest::Client) -> Killed {
    configure(home, db, port);
    let child = Command::new(home.join("venv/bin/trytond"))
        .args(["-c", "trytond.conf", "-d", "crm"])
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let crm = Killed(child);
    while client.get(format!("http://127.0.0.1:{port}/crm/")).send().await.is_err() {
        tokio::task::yield_now().await;
    }
    crm
}

async fn list(client: &reqwest::Client, url: &str, model: &str, field: &str) -> Vec<Value> {
    let request = client.get(format!("{url}/crm/rest/model/{model}?f={field}"));
    let Ok(answer) = request.header("authorization", format!("bearer {KEY}")).send().await else {
        return Vec::new();
    };
    answer.json().await.unwrap_or_default()
}

async fn until_notes(client: &reqwest::Client, url: &str, count: usize) {
    while list(client, url, "ir.note", "message").await.len() < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: installs and starts Tryton"]
async fn one_party_and_each_event_once_though_both_are_killed() {
    let Some(home) = tryton() else {
        println!("skipped: there is no python3 with venv");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("db");
    std::fs::create_dir(&db).unwrap();
    std::fs::copy(home.join("db/crm.sqlite"), db.join("crm.sqlite")).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let client = Served::client();
    let data = folder.path().join("relay");
    let crm = start(&home, &db, port, &client).await;

    let (first, intake) = relay(&data, &url);
    // A visitor looks around before anybody knows them, then signs in: the views wait, and none is lost.
    let event = |n: usize| {
        json!({"type": "track", "event": "Product Viewed", "messageId": format!("m{n:02}"), "anonymousId": "v",
            "timestamp": "2026-11-22T06:37:00Z", "properties": {"product_id": format!("SKU-{n}")}})
    };
    let views: Vec<Value> = (0..EVENTS).map(event).collect();
    let sign_in = json!({"type": "identify", "messageId": "who", "anonymousId": "v", "userId": "customer-17",
        "timestamp": "2026-11-22T06:38:00Z", "traits": {"email": "Nodira@example.uz", "name": "Nodira Karimova"}});
    for events in [&views[..], &[sign_in]] {
        let answer = client.post(&intake).body(batch(events).to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 202);
    }
    until_notes(&client, &url, 2).await;
    drop(first);
    let (second, _) = relay(&data, &url);
    until_notes(&client, &url, 5).await;
    drop(crm);
    let _crm = start(&home, &db, port, &client).await;
    until_notes(&client, &url, 7).await;
    drop(second);
    let (third, intake) = relay(&data, &url);
    let metrics = intake.replace("/v1/batch", "/metrics");
    loop {
        let text = client.get(&metrics).send().await.unwrap().text().await.unwrap();
        if text.lines().any(|line| line == "tanish_relay_queue_depth{destination=\"crm\"} 0") {
            break;
        }
        tokio::task::yield_now().await;
    }
    drop(third);

    let parties = list(&client, &url, "party.party", "code").await;
    let codes: Vec<&str> = parties.iter().filter_map(|party| party["code"].as_str()).collect();
    assert_eq!(codes, ["tanish-customer-17"], "one party");
    let mechanisms = list(&client, &url, "party.contact_mechanism", "value").await;
    assert_eq!(mechanisms.len(), 1);
    assert_eq!(mechanisms[0]["value"], "nodira@example.uz");
    let mut marks: Vec<String> = list(&client, &url, "ir.note", "message")
        .await
        .iter()
        .filter_map(|note| note["message"].as_str()?.lines().last().map(str::to_owned))
        .collect();
    marks.sort();
    let expected: Vec<String> = (0..EVENTS).map(|n| format!("tanish:m{n:02}")).collect();
    assert_eq!(marks, expected, "each event is one note");
}
