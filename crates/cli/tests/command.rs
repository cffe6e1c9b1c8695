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

const CUSTOMERS: &str = "customer_id,timestamp,amount\n\
    ann,2026-01-05,10\nann,2026-01-05,20\nann,2026-02-02,30\nbob,2026-01-12,5\nbob,2026-01-26,-5\n\
    =cmd,2026-01-19,7\nann,2026-03-01,99\n,2026-01-05,3\nbad,yesterday,3\n";

const PARAMS: &str = r#"{"models":{"mbgnbd":{"params":{"r":0.5248377255676965,"alpha":6.182988479134161,
    "a":0.8913562809310621,"b":1.6140000256718565},"log_likelihood":-1},
    "gammagamma":{"params":{"p":6.25,"q":3.74,"v":15.44}}}}"#;

fn scored(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let done = tanish(folder, &[&["score", "--orders", "c.csv", "--json"], arguments].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn customers_are_scored_to_a_day_by_given_models() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.csv"), CUSTOMERS).unwrap();
    std::fs::write(folder.path().join("p.json"), PARAMS).unwrap();
    let scores = scored(folder.path(), &["--at", "2026-02-02", "--params", "p.json", "--horizon", "39"]);
    let customers = scores["customers"].as_array().unwrap();
    let ids: Vec<_> = customers.iter().map(|row| row["customer_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["=cmd", "ann"], "bob gave everything back");
    let ann = &customers[1];
    let told = ["frequency", "recency", "t", "monetary"].map(|name| ann[name].as_f64().unwrap());
    assert_eq!(told, [1.0, 4.0, 4.0, 30.0]);
    assert!(ann["p_alive"].as_f64().unwrap() > 0.5 && ann["clv"].as_f64() < ann["expected_value"].as_f64());
    for name in ["r", "f", "m"] {
        assert!((1..=5).contains(&ann[name].as_u64().unwrap()), "{name}");
    }
    assert_eq!(scores["models"]["mbgnbd"]["params"]["r"], 0.5248377255676965);
    assert!(scores["models"]["mbgnbd"]["log_likelihood"].as_f64().unwrap() < 0.0);
    assert!(scores["models"]["bgnbd"]["params"].is_null());
    assert!(scores["models"]["bgnbd"]["reason"].as_str().unwrap().contains("at least 10"));
    let later = scored(folder.path(), &["--params", "p.json", "--period", "day"]);
    assert_eq!(later["customers"][1]["frequency"], 2);
    assert_eq!(later["customers"][1]["recency"], 55.0);
    assert_eq!(later["about"]["at"], "2026-03-01");
}

#[test]
fn scores_are_a_table_for_the_crm() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.csv"), CUSTOMERS).unwrap();
    let done = tanish(folder.path(), &["score", "--orders", "c.csv", "--csv"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let table = text(&done.stdout);
    let mut lines = table.lines();
    assert_eq!(
        lines.next(),
        Some(
            "customer_id,frequency,recency,t,monetary,r,f,m,p_alive,expected_purchases,expected_value,clv,segments"
        )
    );
    assert!(lines.next().unwrap().starts_with("=cmd,0,0.0,"), "{table}");
    assert!(!table.contains("NaN"));
    assert!(text(&done.stderr).contains("at least 10"), "says why there are no models");
}

#[test]
fn wrong_usage_of_score_is_status_2_and_a_wrong_params_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("c.csv"), CUSTOMERS).unwrap();
    let whole = ["score", "--orders", "c.csv", "--json"];
    for wrong in [
        &["--csv"][..],
        &["--horizon", "0"],
        &["--discount", "1"],
        &["--at", "soon"],
        &["--period", "year"],
        &["--model", "x"],
    ] {
        let done = tanish(folder.path(), &[&whole[..], wrong].concat());
        assert_eq!(done.status.code(), Some(2), "{wrong:?}");
    }
    for (content, word) in
        [("{}", "names no model"), (r#"{"bgnbd":{"params":{"r":-1,"alpha":1,"a":1,"b":1}}}"#, "positive")]
    {
        std::fs::write(folder.path().join("p.json"), content).unwrap();
        let done = tanish(folder.path(), &[&whole[..], &["--params", "p.json"]].concat());
        assert_eq!(done.status.code(), Some(1));
        assert!(text(&done.stderr).contains(word), "{}", text(&done.stderr));
    }
}

#[test]
fn a_preset_is_listed_written_shown_and_dry_run() {
    let folder = tempfile::tempdir().unwrap();
    let listed = text(&tanish(folder.path(), &["relay", "presets"]).stdout);
    let hubspot = listed.lines().find(|line| line.starts_with("hubspot ")).unwrap();
    assert!(hubspot.contains("once") && hubspot.contains("HubSpot"), "{hubspot}");
    assert!(
        listed.lines().any(|line| line.starts_with("ga4 ") && line.contains("at least once")),
        "{listed}"
    );
    for name in listed.lines().map(|line| line.split_whitespace().next().unwrap()) {
        let config = format!("{name}.relay.toml");
        let done = tanish(folder.path(), &["relay", "init", name, "--config", &config]);
        assert!(done.status.success(), "{name}: {}", text(&done.stderr));
        let done = tanish(folder.path(), &["relay", "dry-run", name, "--config", &config]);
        assert!(done.status.success(), "{name}: {}", text(&done.stderr));
        assert!(text(&done.stdout).contains("### \"sample-order\""), "{name}");
    }
    let again = tanish(folder.path(), &["relay", "init", "hubspot", "--config", "hubspot.relay.toml"]);
    assert_eq!(again.status.code(), Some(1), "a configuration is never written over");
    let shown = tanish(folder.path(), &["relay", "presets", "--show", "hubspot"]);
    assert!(text(&shown.stdout).starts_with("title = \"HubSpot\""));
}

#[test]
fn a_test_contact_says_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let config = "data = \"d\"\n[[destination]]\nname = \"crm\"\npreset = \"hubspot\"\nurl = \"http://127.0.0.1:9\"\n\
                  secret_file = \"token\"\n";
    std::fs::write(folder.path().join("relay.toml"), config).unwrap();
    let done = tanish(folder.path(), &["relay", "test", "hubspot"]);
    assert!(text(&done.stderr).contains("secret_file: cannot read"), "{}", text(&done.stderr));
    std::fs::write(folder.path().join("token"), "very-secret\n").unwrap();
    let done = tanish(folder.path(), &["relay", "test", "hubspot"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("nobody answers"), "{}", text(&done.stderr));
    let all = text(&done.stdout) + &text(&done.stderr);
    assert!(!all.contains("very-secret"), "{all}");
    let none = tanish(folder.path(), &["relay", "dead", "list"]);
    assert!(text(&none.stderr).contains("has a relay run"), "{}", text(&none.stderr));
}

#[test]
fn a_report_is_a_page_for_people_and_an_object_for_machines() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("orders.csv"), ORDERS).unwrap();
    let exposure = |number: u32, arm: &str| {
        format!(
            r#"{{"type":"track","event":"Experiment Viewed","messageId":"m{number}","anonymousId":"v{number}","timestamp":"2026-01-02T10:00:00.000Z","properties":{{"experiment_id":"hero","variation_id":"{arm}"}}}}"#
        )
    };
    let log: String =
        (0..40).map(|number| exposure(number, ["0", "1"][number as usize % 2]) + "\n").collect();
    std::fs::create_dir(folder.path().join("events")).unwrap();
    std::fs::write(folder.path().join("events/2026-01-02.jsonl"), log).unwrap();
    let done = tanish(
        folder.path(),
        &["report", "--events", "events", "--orders", "orders.csv", "--out", "report.html", "--json"],
    );
    assert!(done.status.success(), "{}", text(&done.stderr));
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["experiments"][0]["key"], "hero");
    assert_eq!(report["experiments"][0]["variations"][1]["n"], 20);
    assert_eq!(report["customers"]["revenue"], 55.0);
    let page = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("Nothing can be said yet"), "{page}");
    let done = tanish(folder.path(), &["report", "--orders", "orders.csv", "--csv"]);
    assert!(text(&done.stdout).contains("\ncustomers,,,Customers,2\n"), "{}", text(&done.stdout));
    let done = tanish(folder.path(), &["report", "--events", "no-such", "--json"]);
    assert_eq!(done.status.code(), Some(1));
    assert_eq!(
        tanish(folder.path(), &["report", "--orders", "orders.csv"]).status.code(),
        Some(2),
        "no --out"
    );
}
