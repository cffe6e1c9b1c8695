//! The exact requests of every preset: identify, view, cart, order, offer, survey and opt-in.
//!
//! `TANISH_BLESS=1 cargo test -p tanish-relay --test golden` writes the files anew; look at what changed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tanish_relay::config::Secret;
use tanish_relay::preset::{
    Credential, DryRun, Preset, Sealed, Settings, Target, Token, builtin, dry_run, names,
};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// 2026-11-22T07:00:00Z.
const NOW: u64 = 1_795_330_800_000;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn events() -> Vec<(String, Value)> {
    let text = std::fs::read_to_string(folder().join("events.json")).unwrap();
    let list: Vec<Value> = serde_json::from_str(&text).unwrap();
    list.into_iter()
        .map(|entry| (entry["name"].as_str().unwrap().to_owned(), entry["event"].clone()))
        .collect()
}

/// A preset with the values its own configuration would show.
fn target(preset: std::sync::Arc<Preset>) -> Target {
    let mut settings = Settings {
        url: preset.url().is_none().then(|| "https://crm.example.uz/api".to_owned()),
        ..Settings::default()
    };
    if preset.transport == tanish_relay::preset::Transport::Smtp {
        settings.url = Some("smtps://mail.example.uz".to_owned());
    }
    for (name, setting) in &preset.settings {
        let value = setting.example.clone().or_else(|| setting.default.clone()).unwrap_or_default();
        settings.config.insert(name.clone(), value);
    }
    if preset.name == "billz" {
        settings.config.insert("shop_id".to_owned(), "shop-1".to_owned());
        settings.config.insert("cashbox_id".to_owned(), "box-1".to_owned());
    }
    for secret in &preset.secrets {
        settings.secrets.insert(secret.name.clone(), format!("the-{}", secret.name));
    }
    settings.signing = Some(Secret::parse(KEY).unwrap());
    if let Some(action) = preset.action_names().find(|name| *name == "contact") {
        let field = BTreeMap::from([("tier__c".to_owned(), ".event.traits.tier".to_owned())]);
        settings.fields.insert(action.to_owned(), field);
    }
    Target::new(preset, settings).unwrap_or_else(|(field, message)| panic!("{field}: {message}"))
}

fn credential(target: &Target) -> Credential {
    match target.credential().unwrap() {
        Some(credential) => credential,
        None => {
            let token = Token { value: "the-token".to_owned(), expires_in: None, instance: None };
            target.with_token(&token).unwrap()
        }
    }
}

fn write(out: &mut String, request: &Sealed) {
    writeln!(out, "{} {}", request.method, request.url).unwrap();
    for (name, value) in &request.headers {
        writeln!(out, "{name}: {value}").unwrap();
    }
    let body = request.body.as_deref().unwrap_or("");
    match serde_json::from_str::<Value>(body) {
        Ok(value) => writeln!(out, "\n{}\n", serde_json::to_string_pretty(&value).unwrap()).unwrap(),
        Err(_) => writeln!(out, "\n{body}\n").unwrap(),
    }
}

fn render(target: &Target) -> String {
    let mut out = String::new();
    if let Some(login) = target.login().unwrap() {
        writeln!(
            out,
            "### token\n\nPOST {}\nContent-Type: {}\n\n{}\n",
            login.url, login.content_type, login.body
        )
        .unwrap();
    }
    for (name, event) in events() {
        writeln!(out, "### {name}\n").unwrap();
        // Only the sign-in tells who it is; of the rest the relay knows it from there.
        let traits = &events()[0].1["traits"];
        let customer = serde_json::json!({"id": "c-17", "email": "nodira@example.uz", "phone": "+998901234567", "traits": traits});
        let id = event["messageId"].as_str().unwrap();
        let known = Some(customer.to_string());
        match dry_run(target, id, &event.to_string(), known.as_deref(), &credential(target), NOW) {
            DryRun::Requests(requests) => requests.iter().for_each(|one| write(&mut out, &one.request)),
            DryRun::Nothing(reason) => writeln!(out, "nothing: {reason}\n").unwrap(),
            DryRun::Hold => panic!("{name} is held"),
            DryRun::Bad(message) => panic!("{}: {name}: {message}", target.preset().name),
        }
    }
    out
}

#[test]
fn every_preset_sends_exactly_this() {
    let bless = std::env::var_os("TANISH_BLESS").is_some();
    let mut wrong = Vec::new();
    for name in names() {
        let target = target(builtin(name).unwrap().unwrap());
        let made = render(&target);
        let file = folder().join(format!("{name}.http"));
        if bless {
            std::fs::write(&file, &made).unwrap();
        }
        if std::fs::read_to_string(&file).unwrap_or_default() != made {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "requests changed: {wrong:?}; see the head of this file");
}

#[test]
fn nobody_unknown_reaches_a_crm() {
    for name in names() {
        let preset = builtin(name).unwrap().unwrap();
        if preset.requires == tanish_relay::preset::Requires::Nothing {
            continue;
        }
        let target = target(preset);
        let event = serde_json::json!({"type": "track", "event": "Order Completed", "messageId": "m", "anonymousId": "v",
            "timestamp": "2026-11-22T06:37:00Z", "properties": {"order_id": "1"}});
        let made = dry_run(&target, "m", &event.to_string(), None, &credential(&target), NOW);
        assert!(matches!(made, DryRun::Hold | DryRun::Nothing(_)), "{name}: {made:?}");
    }
}

#[test]
fn a_refused_purpose_is_respected() {
    for name in names() {
        let preset = builtin(name).unwrap().unwrap();
        let Some(purpose) = preset.consent else { continue };
        let target = target(preset);
        for (_, mut event) in events() {
            event["context"]["consent"] = serde_json::json!({(purpose.field()): false});
            let made = dry_run(&target, "m", &event.to_string(), None, &credential(&target), NOW);
            assert!(matches!(made, DryRun::Nothing(_)), "{name}: {made:?}");
        }
    }
}
