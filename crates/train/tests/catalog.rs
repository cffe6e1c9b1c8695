//! Catalogues of every format.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, fixture, run};
use tanish::model::Card;
use tanish_train::Summary;
use tanish_train::input::Problem;

/// Trains on one order line of `product` with a catalogue; its cards.
fn with_catalog(file: &str) -> (Summary, impl Fn(&str) -> Card) {
    let folder = tempfile::tempdir().unwrap();
    let orders = folder.path().join("orders.csv");
    std::fs::write(&orders, "order_id,product_id,timestamp\n1,SHIRT,2026-01-01\n1,GONE,2026-01-01\n")
        .unwrap();
    let out = folder.path().join("site");
    let summary = run(&out, |options| {
        options.orders = vec![orders];
        options.catalog = vec![fixture(file)];
    });
    let site = Published::open(&out);
    let card = move |id: &str| {
        let _alive = &folder;
        site.card(site.place(id).unwrap_or_else(|| panic!("{id} is not in the index")).number)
    };
    (summary, card)
}

fn attribute(card: &Card, name: &str) -> Vec<String> {
    card.attribute(name).to_vec()
}

#[test]
fn csv_with_localised_titles() {
    let (summary, card) = with_catalog("catalog.csv");
    let read = &summary.catalog_read;
    assert_eq!((read.rows, read.kept, summary.products, summary.not_in_catalog), (5, 3, 3, 1));
    assert_eq!(read.bad[&Problem::RepeatedId].count, 1);
    assert_eq!(read.bad[&Problem::NoProduct].count, 1);
    assert_eq!(read.mended[&Problem::BadAddress].count, 2, "javascript: and data:");
    assert_eq!(read.mended[&Problem::BadValue].count, 2, "price and date in words");

    let shirt = card("SHIRT");
    assert_eq!(
        (shirt.title.as_str(), shirt.title_in("uz"), shirt.title_in("ru")),
        ("Linen shirt", "Zigʻir koʻylak", "Льняная рубашка")
    );
    assert_eq!((shirt.price, shirt.stock, shirt.added), (Some(20.5), Some(7), Some(1_746_057_600_000)));
    assert_eq!((shirt.url.as_deref(), shirt.image.as_deref()), (Some("/p/shirt"), Some("img/shirt.svg")));
    assert_eq!(attribute(&shirt, "size"), ["S", "M", "L"]);
    assert_eq!(attribute(&shirt, "color"), ["White", "Blue"]);
    assert_eq!(attribute(&shirt, "category"), ["Clothing", "Shirts"]);
    let belt = card("BELT");
    assert_eq!((belt.price, belt.stock, belt.url), (Some(9.9), None, None));
    let hat = card("HAT");
    assert_eq!((hat.title.as_str(), hat.price, hat.stock, hat.image), ("Straw hat", None, Some(0), None));
}

#[test]
fn merchant_feed_in_tsv() {
    let (summary, card) = with_catalog("feed.tsv");
    assert_eq!((summary.products, summary.catalog_read.bad_rows()), (2, 0));
    let medium = card("SHIRT-M");
    assert_eq!((medium.price, medium.stock), (Some(18.0), None));
    assert_eq!(attribute(&medium, "category"), ["Clothing", "Shirts"]);
    let large = card("SHIRT-L");
    assert_eq!((large.price, large.stock), (Some(20.5), Some(0)));
    assert!(attribute(&large, "category").is_empty(), "212 is Google's number, not a category");
}

#[test]
fn merchant_feed_in_rss() {
    let (summary, card) = with_catalog("feed.xml");
    assert_eq!((summary.catalog_read.rows, summary.products), (2, 1));
    let nameless = &summary.catalog_read.bad[&Problem::NoProduct].examples[0];
    assert_eq!(nameless.line, 18);
    let shirt = card("SHIRT");
    assert_eq!(shirt.title, "Linen <shirt>");
    assert_eq!(shirt.price, Some(20.5), "the price of shipping is not the product's");
    assert_eq!(shirt.url.as_deref(), Some("https://shop.example.com/shirt?a=1&b=2"));
    assert_eq!(attribute(&shirt, "brand"), ["Loom!"], "entities of the document are never resolved");
    assert_eq!(attribute(&shirt, "category"), ["Clothing", "Shirts"]);
}

#[test]
fn merchant_feed_in_atom() {
    let (_, card) = with_catalog("feed_atom.xml");
    let belt = card("BELT");
    assert_eq!((belt.title.as_str(), belt.price), ("Leather belt", Some(9.9)));
    assert_eq!(belt.url.as_deref(), Some("https://shop.example.com/belt?x=1&y=2"));
}

#[test]
fn shopify_products() {
    let (summary, card) = with_catalog("shopify_products.json");
    let read = &summary.catalog_read;
    assert_eq!((read.rows, read.kept), (4, 2));
    assert_eq!(read.mended[&Problem::BadAddress].count, 1);
    let shirt = card("11");
    assert_eq!((shirt.price, shirt.stock), (Some(19.5), Some(7)), "the cheapest variant; all pieces");
    assert_eq!(shirt.url.as_deref(), Some("/products/linen-shirt"));
    assert_eq!(attribute(&shirt, "size"), ["M", "L"]);
    assert_eq!(attribute(&shirt, "color"), ["White"]);
    assert_eq!(attribute(&shirt, "tag"), ["summer", "linen"]);
    let belt = card("12");
    assert_eq!((belt.stock, belt.image.as_deref()), (Some(0), None));
    assert_eq!(attribute(&belt, "tag"), ["leather", "brown"]);
}

#[test]
fn a_mark_at_the_beginning_does_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let orders = folder.path().join("orders.csv");
    std::fs::write(&orders, "order_id,product_id,timestamp\n1,SHIRT,2026-01-01\n").unwrap();
    for file in ["catalog.csv", "feed.tsv", "feed.xml", "shopify_products.json"] {
        let marked = folder.path().join(file);
        let plain = std::fs::read(fixture(file)).unwrap();
        std::fs::write(&marked, [b"\xef\xbb\xbf".as_slice(), &plain].concat()).unwrap();
        let train = |catalog: &std::path::Path| {
            let catalog = catalog.to_owned();
            run(&folder.path().join("site"), |options| {
                options.orders = vec![orders.clone()];
                options.catalog = vec![catalog];
            })
        };
        let (one, two) = (train(&marked), train(&fixture(file)));
        assert_eq!((one.catalog_read.kept, one.products), (two.catalog_read.kept, two.products), "{file}");
    }
}

#[test]
fn json_lines_are_a_catalogue_too() {
    let folder = tempfile::tempdir().unwrap();
    let (orders, catalog) = (folder.path().join("orders.csv"), folder.path().join("catalog.jsonl"));
    std::fs::write(&orders, "order_id,product_id,timestamp\n1,A,2026-01-01\n").unwrap();
    std::fs::write(
        &catalog,
        "{\"id\": \"A\", \"title\": \"Apple\", \"size\": [\"S\", \"M\"]}\n{\"id\": 7}\n",
    )
    .unwrap();
    let out = folder.path().join("site");
    let summary = run(&out, |options| {
        options.orders = vec![orders];
        options.catalog = vec![catalog];
    });
    assert_eq!(summary.products, 2);
    let site = Published::open(&out);
    assert_eq!(attribute(&site.card(site.place("A").unwrap().number), "size"), ["S", "M"]);
}
