//! Training on real orders, where the data is at hand: a folder named by `TANISH_DATA`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, data, run};
use tanish::model::Relation;
use tanish_train::input::{Preset, Problem};

#[test]
fn online_retail_is_cleaned_and_served() {
    let Some(orders) = data("online_retail.csv.gz") else { return };
    let out = tempfile::tempdir().unwrap();
    let summary = run(out.path(), |options| {
        options.orders = vec![orders];
        options.preset = Some(Preset::UciOnlineRetail);
    });
    println!("{summary}");
    let read = &summary.orders_read;
    assert_eq!(read.rows, 541_909);
    let lost = read.duplicates.count + read.not_products.count + read.bad_rows();
    assert_eq!(read.kept + lost, read.rows);
    assert_eq!(read.bad.get(&Problem::BadTimestamp), None);
    assert!(read.returned > 5_000 && read.without_customer > 100_000);

    let site = Published::open(out.path());
    let together = |name: &str| site.neighbours(name, Relation::Together);
    // Teacups of one set, in three colours: the strongest pairs of this shop.
    assert!(together("22697").iter().take(3).any(|id| id == "22699"));
    assert!(site.neighbours("22697", Relation::Similar).iter().take(5).any(|id| id == "22699"));
    assert_eq!(site.entry.popular.len(), 200);
    assert_eq!(site.card(site.place("85123A").unwrap().number).title, "WHITE HANGING HEART T-LIGHT HOLDER");
    assert!(site.place("POST").is_none());
}
