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
