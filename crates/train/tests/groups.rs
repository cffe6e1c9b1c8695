//! What is popular among some of the customers, and what is new.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, run};
use std::fmt::Write;
use std::path::Path;
use tanish::model::{Relation, group_id};

/// Everybody buys tea; in Tashkent (20 people) caps, in Samarkand (12) rugs; in Khiva (4) knives.
fn orders() -> String {
    let mut csv = "order_id,product_id,customer_id,timestamp,city,country\n".to_owned();
    for (city, own, people) in [("Tashkent", "cap", 20), ("Samarkand", "rug", 12), ("Khiva", "knife", 4)] {
        for person in 0..people {
            for product in ["tea", own] {
                writeln!(
                    csv,
                    "{city}{person},{product},{city}{person},2026-{:02}-{:02},{city},Uzbekistan",
                    1 + person % 9,
                    1 + person
                )
                .unwrap();
            }
        }
        // Bought by two people only: nobody else shall learn of it.
        for person in 0..2 {
            writeln!(csv, "s{city}{person},secret,{city}{person},2026-09-20,{city},Uzbekistan").unwrap();
        }
    }
    csv
}

fn trained(folder: &Path, orders: &str) -> Published {
    let (file, out) = (folder.join("orders.csv"), folder.join("site"));
    std::fs::write(&file, orders).unwrap();
    run(&out, |options| options.orders = vec![file]);
    Published::open(&out)
}

#[test]
fn favourites_by_city_and_country_without_small_groups() {
    let folder = tempfile::tempdir().unwrap();
    let site = trained(folder.path(), &orders());
    let of = |kind: &str, name: &str| {
        let mut found = site.neighbours(&group_id(kind, name), Relation::Next);
        found.sort();
        found
    };
    assert_eq!(of("city", "TASHKENT"), ["cap", "tea"]);
    assert_eq!(of("city", "Samarkand"), ["rug", "tea"]);
    assert_eq!(of("country", "uzbekistan"), ["cap", "knife", "rug", "secret", "tea"]);
    assert!(site.place(&group_id("city", "Khiva")).is_none(), "four people are no crowd");
    // Groups have no cards.
    assert_eq!(site.catalog.products, 5);
    assert_eq!(site.entry.products, 5 + 3);
}

#[test]
fn new_is_what_appeared_late() {
    let folder = tempfile::tempdir().unwrap();
    let mut csv = orders();
    csv.push_str("n1,novelty,Tashkent1,2026-09-28,Tashkent,Uzbekistan\nn2,late,Tashkent1,2026-09-29,Tashkent,Uzbekistan\n");
    let site = trained(folder.path(), &csv);
    let newest: Vec<String> = site.catalog.newest.iter().map(|&number| site.card(number).id).collect();
    assert_eq!(newest[..3], ["late", "novelty", "secret"]);
    assert!(!newest.contains(&"tea".to_owned()), "there from the start");
}
