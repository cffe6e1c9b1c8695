//! GrowthBook's conformance suite over the engine: natively, in the module, and through the public `Engine`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value as Json;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use tanish::offer::cases;
use tanish::value::Value;
use tanish_tests::host::{NativeHost, decrypt};
use tanish_tests::{Browser, Mount, SiteServer, conformance, data, repository};

fn is_right(section: &str, case: &Json, host: &NativeHost) -> Result<(), String> {
    if section == "decrypt" {
        let text = |place: usize| case[place].as_str().unwrap();
        let got = decrypt(text(1), text(2));
        let wanted = case[3].as_str().map(str::to_owned);
        return if got == wanted { Ok(()) } else { Err(format!("{got:?}")) };
    }
    let value: Value = serde_json::from_value(case.clone()).unwrap();
    cases::run(section, &value, host).map_err(|got| serde_json::to_string(&got).unwrap())
}

#[test]
fn every_section_passes_natively() {
    let Some(suite) = conformance::suite() else {
        data::report("GrowthBook conformance, native", 0, 1);
        return;
    };
    let host = NativeHost::default();
    let (mut ran, mut wrong) = (0, Vec::new());
    for (section, cases) in conformance::sections(&suite) {
        for case in cases {
            ran += 1;
            if let Err(got) = is_right(&section, case, &host) {
                wrong.push(format!("{section}: {case}\n    got {got}"));
            }
        }
    }
    data::report("GrowthBook conformance, native", ran, 0);
    assert!(wrong.is_empty(), "{} of {ran} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// Runs `tests/conformance/node.mjs`; `None` without the suite or without Node.
fn in_node(name: &str, more: &[PathBuf]) -> Option<Json> {
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|done| done.status.success());
    let required = std::env::var_os("TANISH_REQUIRE_TOOLS").is_some();
    assert!(has_node || !required, "node is required here and not installed");
    let (Some(suite), true) = (conformance::path(), has_node) else {
        let _ = writeln!(std::io::stderr(), "{name}: skipped without the suite and node");
        data::report(name, 0, usize::from(has_node));
        return None;
    };
    let script = repository().join("tests/conformance/node.mjs");
    let mut command = Command::new("node");
    command.arg(script).arg(suite).arg(tanish_tests::package().unwrap()).args(more);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

fn assert_all_right(name: &str, told: &Json, at_least: usize) {
    let ran = told["ran"].as_u64().unwrap() as usize;
    let wrong = told["wrong"].as_array().unwrap();
    data::report(name, ran, 0);
    let lines: Vec<String> = wrong.iter().map(Json::to_string).collect();
    assert!(wrong.is_empty(), "{} of {ran} cases:\n{}", wrong.len(), lines.join("\n"));
    assert!(ran >= at_least, "{ran} cases only");
}

#[test]
fn every_section_passes_in_the_module() {
    let module = repository().join("target/conformance");
    assert!(module.join("module.wasm").is_file(), "run `cargo xtask build --conformance` first");
    let name = "GrowthBook conformance, module";
    if let Some(told) = in_node(name, &[module]) {
        assert_all_right(name, &told, 700);
    }
}

#[test]
fn the_engine_passes_what_it_can_express_in_node() {
    let name = "GrowthBook conformance, Engine in Node";
    if let Some(told) = in_node(name, &[]) {
        assert_all_right(name, &told, 600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_passes_what_it_can_express_in_chromium() {
    let name = "GrowthBook conformance, Engine in Chromium";
    let Some(suite) = conformance::path() else { return data::report(name, 0, 1) };
    let mounts = vec![
        Mount::new("/", repository().join("examples/script-tag")),
        Mount::new("/pkg/", tanish_tests::package().unwrap()),
        Mount::new("/cases/", repository().join("tests/conformance")),
        Mount::new("/suite/", suite.parent().unwrap()),
    ];
    let web = SiteServer::start(mounts).await.unwrap();
    let browser = Browser::start().await.unwrap();
    browser.open(&web.url("/")).await.unwrap();
    let script = "
        const { Engine } = await import('/pkg/engine.js');
        const { conformance } = await import('/cases/engine.js');
        const suite = await (await fetch('/suite/growthbook-cases.json')).json();
        return await conformance(await Engine.load(() => null), suite);";
    let told = browser.run(script).await.unwrap();
    assert_all_right(name, &told, 600);
}
