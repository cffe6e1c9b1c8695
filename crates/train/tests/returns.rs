//! What came back takes back what its sale gave, and no more.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, run};
use tanish_train::input::Preset;

/// Popular products of some order files and event logs, with their weights.
fn popular(orders: &str, events: &str, preset: Option<Preset>) -> Vec<(String, u8)> {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("orders.csv"), folder.path().join("events.jsonl"));
    std::fs::write(&file, orders).unwrap();
    std::fs::write(&log, events).unwrap();
    let out = folder.path().join("site");
    run(&out, |options| {
        options.orders = vec![file];
        if !events.is_empty() {
            options.events = vec![log];
        }
        options.preset = preset;
    });
    let site = Published::open(&out);
    site.entry.popular.iter().map(|popular| (site.card(popular.number).id, popular.weight)).collect()
}

const UCI: &str = "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n";

#[test]
fn an_undone_sale_counts_for_nothing_rather_than_against_others() {
    let head = "Order Number,Order Status,Order Date,Customer User ID,SKU,Quantity (- Refund)\n";
    let sold = format!("{head}1,completed,2026-02-01,17,A,1\n2,completed,2026-02-01,18,B,1\n");
    let undone = format!(
        "{sold}3,refunded,2026-02-01,17,A,1\n4,cancelled,2026-02-01,17,A,1\n5,completed,2026-02-01,17,A,0\n"
    );
    let preset = Some(Preset::WooCommerce);
    let expected = popular(&sold, "", preset);
    assert_eq!(expected.len(), 2);
    assert_eq!(popular(&undone, "", preset), expected);
}

#[test]
fn a_return_takes_back_the_latest_earlier_sale() {
    let preset = Some(Preset::UciOnlineRetail);
    // Two sales by 1, the later one came back; what 2 and nobody returned was never sold to them.
    let rest = "9,20000,1,2026-03-01,1,7\n";
    let sold = format!("{UCI}1,10001,1,2026-01-01,1,1\n{rest}");
    let returned = format!(
        "{UCI}1,10001,1,2026-01-01,1,1\n2,10001,1,2026-02-01,1,1\n{rest}C3,10001,-1,2026-02-10,1,1\nC4,10001,-1,2026-02-11,1,2\nC5,10001,-1,2026-02-12,1,\n"
    );
    assert_eq!(popular(&returned, "", preset), popular(&sold, "", preset));
    // A return before every sale is of a sale that the data do not hold.
    let before = format!("{sold}C0,10001,-1,2025-12-01,1,1\n");
    assert_eq!(popular(&before, "", preset), popular(&sold, "", preset));
}
