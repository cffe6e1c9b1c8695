//! Against programs of others, from npm: Prism checks requests against contracts of our own, and Segment's library
//! for Node sends to the relay.
//!
//! Slow (npm packages under `target/npm-test`, installed once): part of `cargo xtask test-full`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

mod common;

use common::Served;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tanish_relay::preset::{Credential, DryRun, Sealed, Settings, Target, Token, builtin, dry_run};
use tanish_relay::{Config, Relay};

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The packages, installed once; `None` where there is no npm.
fn packages() -> Option<PathBuf> {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _held = ONE_AT_A_TIME.lock().unwrap();
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/npm-test");
    std::fs::create_dir_all(&home).unwrap();
    let home = home.canonicalize().unwrap();
    if home.join("ready").exists() {
        return Some(home);
    }
    std::fs::write(home.join("package.json"), "{\"private\": true, \"type\": \"module\"}").unwrap();
    let install = [
        "install",
        "--no-audit",
        "--no-fund",
        "--silent",
        "@stoplight/prism-cli@5",
        "@segment/analytics-node@3",
    ];
    let ended = Command::new("npm").args(install).current_dir(&home).status();
    match ended {
        Ok(status) => assert!(status.success(), "npm install"),
        Err(_) => return None,
    }
    std::fs::write(home.join("ready"), "").unwrap();
    Some(home)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn send(client: &reqwest::Client, request: &Sealed) -> (u16, String) {
    let method = request.method.parse::<reqwest::Method>().unwrap();
    let mut sending = client.request(method, &request.url);
    for (name, value) in &request.headers {
        sending = sending.header(name, value);
    }
    let answer = sending.body(request.body.clone().unwrap_or_default()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// The preset's requests for the golden events, at this address.
fn requests(preset: &str, url: String) -> Vec<Sealed> {
    let preset = builtin(preset).unwrap().unwrap();
    let mut settings = Settings { url: Some(url), ..Settings::default() };
    for (name, setting) in &preset.settings {
        let value = setting.example.clone().or_else(|| setting.default.clone()).unwrap_or_default();
        settings.config.insert(name.clone(), value);
    }
    for secret in &preset.secrets {
        settings.secrets.insert(secret.name.clone(), "secret".to_owned());
    }
    let target = Target::new(preset, settings).unwrap();
    let token = Token { value: "token".into(), expires_in: None, instance: None };
    let credential: Credential =
        target.credential().unwrap().unwrap_or_else(|| target.with_token(&token).unwrap());
    let events: Vec<Value> = serde_json::from_str(include_str!("golden/events.json")).unwrap();
    let customer = json!({"id": "c-17", "email": "nodira@example.uz", "traits": {"name": "Nodira Karimova"}})
        .to_string();
    let mut all = Vec::new();
    for event in events {
        let event = &event["event"];
        let id = event["messageId"].as_str().unwrap();
        match dry_run(&target, id, &event.to_string(), Some(&customer), &credential, 1_795_330_800_000) {
            DryRun::Requests(requests) => all.extend(requests.into_iter().map(|one| one.request)),
            other => panic!("{other:?}"),
        }
    }
    all
}

/// Every request with one part of its body taken out or of another type.
fn mutants(request: &Sealed) -> Vec<Sealed> {
    let body: Value = serde_json::from_str(request.body.as_deref().unwrap()).unwrap();
    let (list, names): (&str, Vec<String>) = {
        let (list, items) = body.as_object().unwrap().iter().find(|(_, value)| value.is_array()).unwrap();
        (list, items[0].as_object().unwrap().keys().cloned().collect())
    };
    let of = |body: Value| Sealed { body: Some(body.to_string()), ..request.clone() };
    let mut without = body.clone();
    without.as_object_mut().unwrap().remove(list);
    let mut empty = body.clone();
    empty[list] = json!([]);
    let mut number = body.clone();
    for name in names {
        number[list][0][name] = json!(7);
    }
    let mut nobody = of(body.clone());
    nobody.headers.retain(|(name, _)| name != "Authorization");
    vec![of(without), of(empty), of(number), nobody]
}

#[tokio::test]
#[ignore = "slow: installs and starts Prism"]
async fn requests_keep_their_contracts_and_mutants_break_them() {
    let Some(home) = packages() else {
        println!("skipped: there is no npm");
        return;
    };
    let client = Served::client();
    for preset in ["hubspot", "zoho"] {
        let port = free_port();
        let contract = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/contract/{preset}.yaml"));
        let prism = Command::new("node")
            .arg(home.join("node_modules/@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "--port", &port.to_string()])
            .arg(contract)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let _prism = Killed(prism);
        let url = format!("http://127.0.0.1:{port}");
        while client.get(&url).send().await.is_err() {
            tokio::task::yield_now().await;
        }
        let requests = requests(preset, url);
        assert!(requests.len() >= 7);
        for request in &requests {
            let (status, answer) = send(&client, request).await;
            assert!((200..300).contains(&status), "{preset}: {status} {answer}\n{request:?}");
            for mutant in mutants(request) {
                let (status, _) = send(&client, &mutant).await;
                assert!(matches!(status, 401 | 422), "{preset}: {status} for {mutant:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: installs Segment's library"]
async fn segments_library_for_node_works_unchanged() {
    let Some(home) = packages() else {
        println!("skipped: there is no npm");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path());
    config.write_keys.push("shop-1".to_owned());
    let relay = Served::start(Relay::open(config).unwrap()).await;
    let script = home.join(format!("segment-{}.mjs", std::process::id()));
    let code = format!(
        "import {{ Analytics }} from '@segment/analytics-node';\n\
         const analytics = new Analytics({{ writeKey: 'shop-1', host: '{}', path: '/v1/batch', flushAt: 7 }});\n\
         analytics.on('error', error => {{ console.error(error); process.exitCode = 1; }});\n\
         analytics.identify({{ userId: 'c1', traits: {{ email: 'ann@shop.uz' }} }});\n\
         for (let n = 0; n < 20; n++) analytics.track({{ userId: 'c1', event: 'Product Viewed', properties: {{ n }} }});\n\
         analytics.page({{ userId: 'c1', name: 'Home' }});\n\
         await analytics.closeAndFlush();\n",
        relay.at("")
    );
    std::fs::write(&script, code).unwrap();
    let run = script.clone();
    let output =
        tokio::task::spawn_blocking(move || Command::new("node").arg(run).output()).await.unwrap().unwrap();
    std::fs::remove_file(&script).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    relay.stop().await;
    let text: String = std::fs::read_dir(folder.path().join("events"))
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 22);
    let order: Vec<i64> = events.iter().filter_map(|event| event["properties"]["n"].as_i64()).collect();
    assert_eq!(order.len(), 20);
    assert!(!text.contains("shop-1"), "the write key goes no further");
}
