//! What the model learns, and that it always learns the same.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, files, run};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use std::fmt::Write;
use std::path::Path;
use tanish::model::Relation;

/// A log of visitors who look at A among other things and then buy B.
fn log(visitors: u32, second: &str) -> String {
    let mut log = String::new();
    for n in 0..visitors {
        let mut step = 0;
        let mut event = |name: &str, properties: String| {
            step += 1;
            let head =
                format!(r#""type":"track","event":"{name}","messageId":"{n}-{step}","anonymousId":"v{n}""#);
            let time = format!(
                r#""timestamp":"2026-03-{:02}T10:{step:02}:00Z","context":{{"sessionId":"s{n}"}}"#,
                1 + n % 28
            );
            writeln!(log, r#"{{{head},{time},"properties":{properties}}}"#).unwrap();
        };
        event("Product Viewed", format!(r#"{{"product_id":"N{}"}}"#, n % 7));
        event("Product Viewed", r#"{"product_id":"A"}"#.into());
        event("Product Viewed", format!(r#"{{"product_id":"N{}"}}"#, (n + 3) % 7));
        event(
            "Order Completed",
            format!(r#"{{"order_id":"o{n}","products":[{{"product_id":"{second}"}}]}}"#),
        );
    }
    log
}

#[test]
fn what_visitors_always_buy_after_a_product_becomes_its_next() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("events.jsonl"), folder.path().join("site"));
    for second in ["B", "C"] {
        std::fs::write(&file, log(40, second)).unwrap();
        let summary = run(&out, |options| options.events = vec![file.clone()]);
        assert_eq!((summary.visits, summary.orders), (40, 40));
        assert_eq!(Published::open(&out).neighbours("A", Relation::Next)[0], second);
    }
}

#[test]
fn a_later_order_is_next_too() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("orders.csv"), folder.path().join("site"));
    let mut text = String::from("order_id,product_id,customer_id,timestamp\n");
    for n in 0..20 {
        writeln!(
            text,
            "a{n},A,c{n},2026-01-{:02}\na{n},X{},c{n},2026-01-{:02}\nb{n},B,c{n},2026-02-01",
            1 + n,
            n % 9,
            1 + n
        )
        .unwrap();
    }
    std::fs::write(&file, text).unwrap();
    run(&out, |options| options.orders = vec![file]);
    let site = Published::open(&out);
    assert_eq!(site.neighbours("A", Relation::Next)[0], "B");
    assert!(!site.neighbours("A", Relation::Together).contains(&"B".to_owned()));
    assert!(!site.neighbours("B", Relation::Next).contains(&"A".to_owned()), "A never follows B");
}

#[test]
fn new_products_are_found_by_their_attributes() {
    let folder = tempfile::tempdir().unwrap();
    let (orders, catalog) = (folder.path().join("orders.csv"), folder.path().join("catalog.csv"));
    std::fs::write(&orders, "order_id,product_id,timestamp\n1,OLD,2026-01-01\n1,ODD,2026-01-01\n").unwrap();
    let rows = "id,title,brand,category,color,group
OLD,Linen shirt white,Loom,Shirts,White,
NEW,Linen shirt blue,Loom,Shirts,Blue,G
NEW2,Linen shirt blue,Loom,Shirts,Blue,G
ODD,Oak table,Wood,Tables,Brown,
";
    std::fs::write(&catalog, rows).unwrap();
    let out = folder.path().join("site");
    run(&out, |options| {
        options.orders = vec![orders];
        options.catalog = vec![catalog];
    });
    let site = Published::open(&out);
    assert_eq!(site.neighbours("OLD", Relation::Similar), ["NEW", "NEW2"]);
    assert_eq!(
        site.neighbours("NEW", Relation::Similar),
        ["OLD"],
        "a variant of the same thing is not alike, it is the same"
    );
    assert!(site.neighbours("NEW", Relation::Next).is_empty());
}

#[test]
fn repeat_purchases_give_their_median_days() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("orders.csv"), folder.path().join("site"));
    let mut text = String::from("order_id,product_id,customer_id,timestamp\n");
    for (n, day) in [1, 8, 15, 22, 28].into_iter().enumerate() {
        writeln!(text, "t{n},TEA,anna,2026-01-{day:02}\nu{n},TEA,bek,2026-03-{day:02}").unwrap();
    }
    writeln!(text, "m,MUG,anna,2026-01-01\nm2,MUG,anna,2026-02-01").unwrap();
    std::fs::write(&file, text).unwrap();
    run(&out, |options| options.orders = vec![file]);
    let site = Published::open(&out);
    let days = |id: &str| site.row(id).1.repeat_days;
    assert_eq!((days("TEA"), days("MUG")), (7, 0), "one repeat is no habit");
}

/// Orders as rows, in one file or two, in any order.
fn orders(lines: &[(u16, u8, u8, u8)]) -> Vec<String> {
    lines
        .iter()
        .map(|(order, product, customer, day)| {
            format!(
                "{order},P{product},c{customer},2026-{:02}-{:02},1,{product}.5,Thing {}\n",
                1 + day % 12,
                1 + order % 28,
                product % 5
            )
        })
        .collect()
}

fn site_of(out: &Path, parts: &[&[String]], threads: usize) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = Vec::new();
    for (n, rows) in parts.iter().enumerate() {
        let file = folder.path().join(format!("{n}.csv"));
        std::fs::write(
            &file,
            format!("order_id,product_id,customer_id,timestamp,quantity,price,title\n{}", rows.concat()),
        )
        .unwrap();
        inputs.push(file);
    }
    run(out, |options| {
        options.orders = inputs;
        options.threads = threads;
    });
    files(out)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn neither_row_order_nor_files_nor_threads_change_a_byte(
        lines in proptest::collection::vec((0u16..60, 0u8..40, 0u8..20, 0u8..12), 1..300),
        seed: u64,
        cut in 0.0..1.0,
    ) {
        let mut rows = orders(&lines);
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let one = site_of(first.path(), &[&rows], 1);
        rows.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
        let (left, right) = rows.split_at((rows.len() as f64 * cut) as usize);
        let parts: Vec<&[String]> = [left, right].into_iter().filter(|part| !part.is_empty()).collect();
        let two = site_of(second.path(), &parts, 2);
        prop_assert_eq!(one, two);
    }

    #[test]
    fn nor_does_the_order_of_events(seed: u64, visitors in 1u32..30) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events.jsonl");
        let mut rows: Vec<String> = log(visitors, "B").lines().map(|line| format!("{line}\n")).collect();
        let train = |name: &str, rows: &[String]| {
            std::fs::write(&file, rows.concat()).unwrap();
            run(&folder.path().join(name), |options| options.events = vec![file.clone()]);
            files(&folder.path().join(name))
        };
        let one = train("one", &rows);
        rows.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
        // The last event again: a message counts once.
        rows.extend(rows.last().cloned());
        prop_assert_eq!(one, train("two", &rows));
    }
}
