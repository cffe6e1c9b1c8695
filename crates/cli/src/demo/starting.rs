//! From arguments to an open shop: on somebody's data, in a folder that may be in use.

use super::shop::catalog::Product;
use super::tests::www;
use super::{Args, derived, open, run, serve, training};
use clap::Parser;
use std::path::{Path, PathBuf};

#[derive(clap::Parser)]
struct Command {
    #[command(flatten)]
    args: Args,
}

fn args(data: &Path, more: &[&str]) -> Args {
    let widget = data.join("widget");
    std::fs::create_dir_all(&widget).unwrap();
    for file in ["tanish.js", "tanish.0123456789abcdef.wasm"] {
        std::fs::write(widget.join(file), "").unwrap();
    }
    let www = www();
    let mut line: Vec<&std::ffi::OsStr> = vec!["demo".as_ref(), "--port".as_ref(), "0".as_ref()];
    line.extend(["--www".as_ref(), www.as_os_str(), "--widget".as_ref(), widget.as_os_str()]);
    line.extend(["--data".as_ref(), data.as_os_str()]);
    line.extend(more.iter().map(std::ffi::OsStr::new));
    Command::try_parse_from(line).unwrap().args
}

fn fixture(name: &str) -> String {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../train/tests/fixtures"));
    folder.join(name).to_str().unwrap().to_owned()
}

/// The demo on the Shopify exports of the trainer's own tests.
fn shopify(data: &Path) -> Args {
    let (orders, products) = (fixture("shopify_orders.csv"), fixture("shopify_products.json"));
    args(data, &["--orders", &orders, "--preset", "shopify", "--catalog", &products])
}

#[test]
fn a_given_catalogue_is_trained_on_as_it_is_and_shown_as_ours() {
    let data = tempfile::tempdir().unwrap();
    let (shop, trainer) = open(&shopify(data.path())).unwrap();
    // Orders name these by variants' SKUs and titles.
    assert!(trainer.popular().unwrap().contains(&"11".to_owned()), "the orders were not found");
    let shirt = shop.catalog.get("11").unwrap();
    assert_eq!(
        (&*shirt.sizes, &*shirt.colors),
        (&["M".to_owned(), "L".to_owned()][..], &["White".to_owned()][..])
    );
    assert_eq!((shirt.stock, shirt.category.join("/")), (Some(7), "Shirts".to_owned()));
    assert!(shirt.added.is_some() && shirt.image.starts_with("/tile/"), "{shirt:?}");
    assert!(!shop.catalog.get("12").unwrap().in_stock());
    let cards = training::cards(&training::site(data.path())).unwrap();
    let card = cards.iter().find(|card| card.id == "11").unwrap();
    assert_eq!((card.url.as_deref(), card.image.as_ref()), (Some("/product/11"), Some(&shirt.image)));
    assert_eq!(card.attribute("tag"), ["summer", "linen"]);
    // Trained again, the cards still lead to our pages.
    trainer.train().unwrap();
    assert_eq!(training::cards(&training::site(data.path())).unwrap(), cards);
}

#[test]
fn every_colour_and_size_is_kept() {
    let mut cards = [tanish::model::Card {
        id: "1".into(),
        title: "Scarf".into(),
        price: Some(2.0),
        titles: vec![("uz".into(), "Sharf".into())],
        attributes: vec![
            ("color".into(), vec!["Black".into(), "White".into()]),
            ("size".into(), vec!["S".into(), "L".into()]),
        ],
        ..Default::default()
    }];
    derived::dress(&mut cards);
    let Product { colors, sizes, titles, .. } = derived::products(&cards).remove(0);
    assert_eq!(colors, ["Black", "White"]);
    assert_eq!(sizes, ["S", "L"]);
    assert_eq!(titles, ["Scarf", "Sharf", ""]);
}

#[test]
fn a_folder_in_use_is_left_alone() {
    let data = tempfile::tempdir().unwrap();
    let args = shopify(data.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime.block_on(serve::listen(args.host, 0)).unwrap();
    let first = {
        let _inside = runtime.enter();
        serve::open_relay(&listener, data.path()).unwrap()
    };
    let error = run(args).unwrap_err().to_string();
    assert!(error.contains("--data") && error.contains(&*data.path().to_string_lossy()), "{error}");
    let mut left: Vec<_> =
        std::fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["relay", "widget"]);
    runtime.block_on(first.shutdown()).unwrap();
}

#[test]
fn what_happened_in_the_folder_before_is_trained_on() {
    let data = tempfile::tempdir().unwrap();
    let args = shopify(data.path());
    let (_, trainer) = open(&args).unwrap();
    let events = training::relay(data.path()).join("events");
    std::fs::create_dir_all(&events).unwrap();
    std::fs::copy(fixture("events.jsonl"), events.join("2026-11-21.jsonl")).unwrap();
    assert!(trainer.train().unwrap().events_read.rows > 0);
}
