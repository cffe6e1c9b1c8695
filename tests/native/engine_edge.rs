//! `tanish/engine` where there is nothing but web standards, and in Node: the same answer.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::io::Write;
use std::process::{Command, Stdio};
use tanish_tests::{Site, repository};

#[tokio::test(flavor = "multi_thread")]
async fn an_edge_worker_answers_as_node_does() {
    let site = Site::sample().await.unwrap();
    let done = Command::new("node")
        .args(["--experimental-vm-modules", "--no-warnings"])
        .arg(repository().join("tests/native/engine_edge.mjs"))
        .args([tanish_tests::package().unwrap().as_path(), site.path()])
        .stderr(Stdio::inherit())
        .output();
    let Ok(done) = done else {
        let required = std::env::var_os("TANISH_REQUIRE_TOOLS").is_some();
        assert!(!required, "node is required here and not installed");
        let _ = writeln!(std::io::stderr(), "tanish/engine at the edge: skipped without node");
        return;
    };
    assert!(done.status.success());
    let answer: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(answer["edge"], answer["node"]);
    assert!(answer["edge"].as_array().unwrap().iter().any(|item| item["id"] == "cups"), "{answer}");
}
