//! `tanish/engine` in a process that lives long: packed files, new prices, new trainings.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use tanish_tests::{Site, repository, site};
use tanish_train::Layout;

/// An engine in Node.
struct Engine {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Engine {
    /// `None` where there is no Node; `cargo xtask test` in CI makes that an error.
    fn start(site: &Site, reads: &str) -> Option<Engine> {
        let started = Command::new("node")
            .arg(repository().join("tests/native/engine_node.mjs"))
            .arg(tanish_tests::package().unwrap().join("engine.js"))
            .args([site.path().as_os_str(), reads.as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut process) = started else {
            let required = std::env::var_os("TANISH_REQUIRE_TOOLS").is_some();
            assert!(!required, "node is required here and not installed");
            let _ = writeln!(std::io::stderr(), "tanish/engine: skipped without node");
            return None;
        };
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut output = BufReader::new(output);
        let mut ready = String::new();
        output.read_line(&mut ready).unwrap();
        assert_eq!(ready, "ready\n");
        Some(Engine { process, input, output })
    }

    fn tell(&mut self, command: &str) -> Value {
        writeln!(self.input, "{command}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        assert_eq!(answer["same"], json!(1), "three at once have one answer");
        answer
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn asked(answer: &Value) -> Vec<String> {
    let names = answer["asked"].as_array().unwrap().iter();
    names.map(|name| name.as_str().unwrap().to_owned()).collect()
}

fn price(answer: &Value, id: &str) -> Value {
    let items = answer["items"].as_array().unwrap();
    items.iter().find(|item| item["id"] == id).unwrap_or_else(|| panic!("no {id}: {answer}"))["price"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_prices_and_trainings() {
    let site = Site::sample().await.unwrap();
    let Some(mut engine) = Engine::start(&site, "whole") else { return };
    let first = engine.tell("ask");
    assert_eq!(price(&first, "cups"), json!(80));
    let names = asked(&first);
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len(), "each file once: {names:?}");
    assert_eq!(engine.tell("ask")["asked"], json!([]), "nothing is asked for twice");

    site.renew(&site::catalog().replace(",80,9,", ",88,9,")).await.unwrap();
    assert_eq!(price(&engine.tell("ask"), "cups"), json!(80), "not asked to look");
    let renewed = engine.tell("refresh");
    assert_eq!(price(&renewed, "cups"), json!(88));
    assert!(asked(&renewed).iter().all(|name| !name.contains("/r")), "the model stays: {renewed}");

    // Two trainings later the folder it reads from is gone; it finds the new one by itself.
    let old = names.iter().find(|name| name.contains("/r0")).unwrap();
    site.retrain_as(Layout::Packed, &[]).await.unwrap();
    let log = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    std::fs::write(log.path(), "session_id,timestamp,product_id\n1,2026-11-01,rug\n1,2026-11-01,lamp\n")
        .unwrap();
    site.retrain(&[log.path().to_path_buf()]).await.unwrap();
    assert!(!site.path().join(old).exists());
    let followed = engine.tell("refresh");
    assert_eq!(price(&followed, "cups"), json!(80), "the first catalogue again");
    assert!(!asked(&followed).contains(old), "{followed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_gone_is_noticed() {
    let site = Site::sample().await.unwrap();
    let Some(mut engine) = Engine::start(&site, "whole") else { return };
    // The entries are read; then all they name goes away, before anything else was.
    site.retrain_as(Layout::Packed, &[]).await.unwrap();
    let log = tempfile::NamedTempFile::with_suffix(".csv").unwrap();
    std::fs::write(log.path(), "session_id,timestamp,product_id\n1,2026-11-01,rug\n1,2026-11-01,lamp\n")
        .unwrap();
    site.retrain(&[log.path().to_path_buf()]).await.unwrap();
    assert_eq!(price(&engine.tell("ask"), "cups"), json!(80));
}

#[tokio::test(flavor = "multi_thread")]
async fn packed_files_are_read_in_parts_or_whole() {
    let site = Site::sample().await.unwrap();
    let Some(mut plain) = Engine::start(&site, "whole") else { return };
    let expected = plain.tell("ask");
    site.retrain_as(Layout::Packed, &[]).await.unwrap();
    for reads in ["ranges", "whole"] {
        let Some(mut engine) = Engine::start(&site, reads) else { return };
        let answer = engine.tell("ask");
        assert_eq!(answer["items"], expected["items"], "{reads}");
        let names = asked(&answer);
        assert!(names.iter().any(|name| name.contains(".pack#")), "{names:?}");
    }
}
