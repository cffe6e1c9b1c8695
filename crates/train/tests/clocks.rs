//! Wrong clocks must not make all true history look old.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, run};
use std::fmt::Write;
use tanish_train::input::Problem;

/// 2026-03-01T10:00:00Z.
const TEN: u64 = 1_772_359_200_000;

#[test]
fn an_event_of_the_future_gets_the_time_of_its_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.jsonl");
    let event = |n: u32, said: &str| {
        format!(
            r#"{{"type":"track","event":"Product Viewed","messageId":"m{n}","anonymousId":"v{n}","timestamp":"{said}","receivedAt":"2026-03-01T10:00:00Z","properties":{{"product_id":"A"}}}}"#
        )
    };
    let rows = [event(1, "2026-03-01T09:00:00Z"), event(2, "2026-03-01T10:04:00Z"), event(3, "2027-01-01")];
    std::fs::write(&file, format!("{}\n{}\n", rows[..1].join("\n"), rows[2])).unwrap();
    let out = folder.path().join("site");
    let summary = run(&out, |options| options.events = vec![file.clone()]);
    let mended = &summary.events_read.mended[&Problem::ClockAhead];
    assert_eq!((mended.count, mended.examples[0].line), (1, 2));
    assert_eq!(Published::open(&out).entry.trained_to, TEN);
    // A few minutes are no wrong clock.
    std::fs::write(&file, rows[1].clone() + "\n").unwrap();
    let summary = run(&out, |options| options.events = vec![file]);
    assert!(summary.events_read.mended.is_empty());
    assert_eq!(Published::open(&out).entry.trained_to, TEN + 4 * 60_000);
}

#[test]
fn a_few_rows_of_the_future_do_not_set_the_end_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    let (orders, sessions) = (folder.path().join("orders.csv"), folder.path().join("sessions.csv"));
    let mut text = String::from("order_id,product_id,customer_id,timestamp\n");
    for n in 0..40 {
        writeln!(text, "{n},A,c{n},2026-01-{:02}", 1 + n % 28).unwrap();
    }
    let ahead = "late,B,c0,2098-01-01\n";
    std::fs::write(&orders, format!("{text}{ahead}")).unwrap();
    let mut text = String::from("session_id,timestamp,product_id,visitor_id\n");
    for n in 0..2000 {
        writeln!(text, "s{n},2026-01-{:02} 10:00,A,v{n}", 1 + n % 28).unwrap();
    }
    std::fs::write(&sessions, format!("{text}x,2026-06-01,B,v1\n")).unwrap();
    let newest = 1_769_594_400_000; // 2026-01-28 10:00
    let out = folder.path().join("site");
    let summary = run(&out, |options| options.orders = vec![orders.clone()]);
    assert_eq!(Published::open(&out).entry.trained_to, newest - 10 * 3_600_000);
    let bad = &summary.orders_read.bad[&Problem::FarFuture];
    assert_eq!((bad.count, summary.orders_read.kept), (1, 40));
    assert!(bad.examples[0].to_string().contains("orders.csv:42: 2098-01-01T00:00:00Z is long after"));
    let summary = run(&out, |options| {
        options.orders = vec![orders];
        options.events = vec![sessions];
    });
    assert_eq!(Published::open(&out).entry.trained_to, newest);
    assert_eq!(summary.events_read.bad[&Problem::FarFuture].examples[0].line, 2002);
    assert_eq!((summary.events_read.kept, summary.orders_read.kept), (2000, 40));
}

#[test]
fn few_orders_are_all_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("orders.csv"), folder.path().join("site"));
    std::fs::write(&file, "order_id,product_id,timestamp\n1,A,2020-01-01\n2,A,2026-01-01\n").unwrap();
    let summary = run(&out, |options| options.orders = vec![file]);
    assert_eq!((summary.orders_read.kept, summary.orders_read.bad_rows()), (2, 0));
}
