//! The command as a shell sees it: exit status, what goes where.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};

const ORDERS: &str = "order_id,customer_id,product_id,timestamp,quantity,price\n\
    1,ann,tea,2026-01-02,1,5\n1,ann,pot,2026-01-02,1,20\n2,bob,tea,2026-01-03,2,5\n2,bob,pot,2026-01-03,1,20\n";

fn tanish(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tanish")).current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn training_writes_a_site_and_tells_machines_what_it_did() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("orders.csv"), ORDERS).unwrap();
    let done = tanish(folder.path(), &["train", "--orders", "orders.csv", "--out", "site", "--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let summary: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(summary["products"], 2, "{summary}");
    for file in ["site.json", "campaigns.json", "model/entry.bin", "catalog/entry.bin"] {
        assert!(folder.path().join("site").join(file).is_file(), "{file}");
    }
}

#[test]
fn bad_input_is_status_1_and_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let done = tanish(folder.path(), &["train", "--orders", "no-such.csv", "--out", "site"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("no-such.csv"), "{}", text(&done.stderr));
    std::fs::write(folder.path().join("orders.csv"), "a,b\n1,2\n").unwrap();
    let done = tanish(folder.path(), &["train", "--orders", "orders.csv", "--out", "site"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("--columns"), "{}", text(&done.stderr));
    assert!(!folder.path().join("site/model").exists());
}

#[test]
fn wrong_usage_is_status_2() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in
        [&["teach"][..], &["train"], &["train", "--orders", "x", "--out", "y", "--preset", "amazon"]]
    {
        assert_eq!(tanish(folder.path(), arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn the_calculator_answers_in_order_and_names_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let ask = |questions: &str, arguments: &[&str]| {
        std::fs::write(folder.path().join("q.json"), questions).unwrap();
        tanish(folder.path(), &[&["stats", "q.json"], arguments].concat())
    };
    let group = |sum: u32| format!(r#"{{"type": "proportion", "n": 10000, "sum": {sum}}}"#);
    let two = format!(r#"{{"a": {}, "b": {}}}"#, group(367), group(688));
    let questions =
        format!(r#"[{two}, {{"users": [1000, 1100], "weights": [0.5, 0.5]}}, {{"p": [0.01, 0.04]}}]"#);
    let done = ask(&questions, &["--json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let answers: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let uplift = answers[0]["expected"].as_f64().unwrap();
    assert!((uplift - (6.88 / 3.67 - 1.0)).abs() < 1e-12, "{answers}");
    assert!((answers[1]["p"].as_f64().unwrap() - 0.029_096_331_741).abs() < 1e-9);
    assert_eq!(answers[2]["holm"], serde_json::json!([0.02, 0.04]));
    let done = ask(&questions, &[]);
    assert!(text(&done.stdout).starts_with("difference +0.8746"), "{}", text(&done.stdout));
    let done = ask(r#"[{"p": [0.5]}, {"p": [2]}]"#, &["--json"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(
        text(&done.stderr).contains("q.json: entry 2: p: 2 must be from 0 to 1"),
        "{}",
        text(&done.stderr)
    );
    assert!(done.stdout.is_empty());
}
