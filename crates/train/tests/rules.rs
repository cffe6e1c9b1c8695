//! What the shop's rules need of the catalogue.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, files, run};
use std::path::Path;

const CATALOG: &str = "id,title,price,sale_price,cost,margin,size_stock\n\
    A,Shirt,100,80,72.468,,S:3|M:0|L:2\n\
    B,Belt,50,,,35%,\n\
    C,Hat,20,,,,\n";

fn trained(folder: &Path, placements: Option<&str>) -> Published {
    let (orders, catalog, out) = (folder.join("orders.csv"), folder.join("catalog.csv"), folder.join("site"));
    std::fs::write(&orders, "order_id,product_id,timestamp\n1,A,2026-01-01\n1,B,2026-01-01\n").unwrap();
    std::fs::write(&catalog, CATALOG).unwrap();
    if let Some(placements) = placements {
        std::fs::create_dir_all(&out).unwrap();
        std::fs::write(out.join("site.json"), format!(r#"{{"placements":{placements}}}"#)).unwrap();
    }
    run(&out, |options| {
        options.orders = vec![orders];
        options.catalog = vec![catalog];
    });
    Published::open(&out)
}

#[test]
fn sizes_and_sales_reach_the_cards() {
    let folder = tempfile::tempdir().unwrap();
    let site = trained(folder.path(), None);
    let card = |id: &str| site.card(site.place(id).unwrap().number);
    let shirt = card("A");
    assert_eq!((shirt.price, shirt.list_price, shirt.stock), (Some(80.0), Some(100.0), Some(5)));
    assert_eq!(
        (shirt.attribute("size"), shirt.sold_out.as_slice()),
        (&["S", "M", "L"].map(String::from)[..], &["M".to_owned()][..])
    );
    assert_eq!((card("B").list_price, card("B").margin), (None, None));
}

#[test]
fn of_margins_only_the_side_of_a_rules_threshold_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let rules = r#"{"home":{"bury":[{"field":"margin","op":"lt","value":0.2}]}}"#;
    let site = trained(folder.path(), Some(rules));
    assert_eq!(site.catalog.margin_cuts, [0.2]);
    let margin = |id: &str| site.card(site.place(id).unwrap().number).margin;
    // 1 − 72.468 / 80 is below 0.2; 35 % is above; of the hat nothing is known.
    assert_eq!((margin("A"), margin("B"), margin("C")), (Some(0), Some(2), None));
    let hidden = [72.468_f64, 0.35].map(f64::to_le_bytes);
    for (name, bytes) in files(&folder.path().join("site")) {
        let holds = |hidden: &[u8]| bytes.windows(hidden.len()).any(|window| window == hidden);
        assert!(!hidden.iter().any(|number| holds(number)) && !holds(b"72.468"), "{name}");
    }
}
