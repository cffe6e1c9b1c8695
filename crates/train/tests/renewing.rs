//! A change of prices: the catalogue has its own clock.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, files, run};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tanish_train::{Layout, Options, TrainError, train};

const PRODUCTS: u32 = 4000;

/// A catalogue in which some prices differ from the first.
fn catalog(folder: &Path, products: std::ops::Range<u32>, raised: &[u32]) -> PathBuf {
    let mut text = String::from("id,title,price,stock,url,image,brand,category\n");
    for n in products {
        let price = if raised.contains(&n) { 2 * n + 1 } else { n + 1 };
        text += &format!(
            "SKU-{n},A useful thing of kind {} in colour {},{price},{},/p/SKU-{n},/images/{n}.webp,Brand {},Category {}\n",
            n % 97,
            n % 13,
            n % 50,
            n % 40,
            n % 25
        );
    }
    let file = folder.join("catalog.csv");
    std::fs::write(&file, text).unwrap();
    file
}

fn orders(folder: &Path) -> PathBuf {
    let mut text = String::from("order_id,product_id,timestamp\n");
    for n in 0..2 * PRODUCTS {
        let product = n.wrapping_mul(2_654_435_761) % PRODUCTS;
        text += &format!("{},SKU-{product},2026-01-{:02}\n", n / 4, 1 + n % 28);
    }
    let file = folder.join("orders.csv");
    std::fs::write(&file, text).unwrap();
    file
}

/// Bytes of the files that are new or other than before.
fn changed(before: &[(String, Vec<u8>)], after: &[(String, Vec<u8>)]) -> BTreeMap<String, usize> {
    let before: BTreeMap<_, _> = before.iter().map(|(name, bytes)| (name, bytes)).collect();
    after
        .iter()
        .filter(|(name, bytes)| before.get(name) != Some(&bytes))
        .map(|(name, bytes)| (name.clone(), bytes.len()))
        .collect()
}

fn price(out: &Path, id: &str) -> Option<f64> {
    Published::open(out).cards().into_iter().find(|card| card.id == id).unwrap().price
}

#[test]
fn one_price_republishes_kilobytes_and_no_model() {
    for layout in [Layout::Files, Layout::Packed] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("site");
        let orders = orders(folder.path());
        run(&out, |options| {
            options.orders = vec![orders];
            options.catalog = vec![catalog(folder.path(), 0..PRODUCTS, &[])];
            options.layout = layout;
        });
        let first = files(&out);
        let whole: usize =
            first.iter().filter(|(name, _)| name.starts_with("catalog/")).map(|(_, b)| b.len()).sum();
        let renew = |raised: &[u32]| {
            run(&out, |options| options.catalog = vec![catalog(folder.path(), 0..PRODUCTS, raised)])
        };
        renew(&[1234]);
        let second = files(&out);
        let new = changed(&first, &second);
        let bytes: usize = new.values().sum();
        assert!(bytes < 32 * 1024 && bytes * 10 < whole, "{bytes} bytes of {whole}: {new:?}");
        assert!(new.keys().all(|name| name.starts_with("catalog/")), "{new:?}");
        assert_eq!(price(&out, "SKU-1234"), Some(2469.0));
        assert_eq!(price(&out, "SKU-1235"), Some(1236.0));
        println!(
            "{layout:?}: one price of {PRODUCTS}: {bytes} bytes in {} files of {whole} bytes",
            new.len()
        );

        // The file a page opened before may still ask for stays one run longer, then goes.
        renew(&[1234, 77]);
        let third = files(&out);
        let patch = |files: &[(String, Vec<u8>)]| {
            let late = |name: &str| name.rsplit('/').next().unwrap().starts_with('c') && name.contains('-');
            files.iter().filter(|(name, _)| late(name)).count()
        };
        assert_eq!((patch(&second), patch(&third)), (1, 2));
        renew(&[77]);
        renew(&[77]);
        assert_eq!(patch(&files(&out)), 1);
        assert_eq!((price(&out, "SKU-77"), price(&out, "SKU-1234")), (Some(155.0), Some(1235.0)));

        // A sale changes all: the catalogue is published whole, and nothing of the old is named.
        let all: Vec<u32> = (0..PRODUCTS).collect();
        renew(&all);
        assert!(Published::open(&out).catalog.patches.is_empty());
        assert_eq!(price(&out, "SKU-1234"), Some(2469.0));
        assert_eq!(Published::open(&out).catalog.pack > 0, layout == Layout::Packed, "laid out as it was");
    }
}

#[test]
fn what_left_is_not_shown_and_what_is_new_waits() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    let orders = orders(folder.path());
    run(&out, |options| {
        options.orders = vec![orders];
        options.catalog = vec![catalog(folder.path(), 0..50, &[])];
    });
    let summary = run(&out, |options| options.catalog = vec![catalog(folder.path(), 1..52, &[])]);
    assert_eq!(summary.notes.len(), 2, "{:?}", summary.notes);
    let cards = Published::open(&out).cards();
    assert_eq!(cards.len(), 50);
    assert!(cards.iter().all(|card| (card.id == "SKU-0") <= (card.stock == Some(0))));
}

#[test]
fn a_catalogue_alone_needs_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    let options = Options { catalog: vec![catalog(folder.path(), 0..9, &[])], ..Options::new(&out) };
    let error = train(&options, &mut ()).unwrap_err();
    assert!(matches!(error, TrainError::NoModel { .. }), "{error}");
    assert!(error.to_string().contains("--orders"));
}

#[test]
fn both_layouts_hold_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let train = |layout: Layout| {
        let out = folder.path().join(format!("{layout:?}"));
        let orders = orders(folder.path());
        run(&out, |options| {
            options.orders = vec![orders];
            options.catalog = vec![catalog(folder.path(), 0..PRODUCTS, &[])];
            options.layout = layout;
        });
        (Published::open(&out), files(&out).len())
    };
    let ((single, many), (packed, few)) = (train(Layout::Files), train(Layout::Packed));
    assert!(few < 20 && many > 100, "{few} of {many} files");
    assert_eq!(single.cards(), packed.cards());
    for n in (0..PRODUCTS).step_by(37) {
        let id = format!("SKU-{n}");
        assert_eq!(single.row(&id), packed.row(&id), "{id}");
    }
    assert_ne!(single.entry.generation, packed.entry.generation, "one folder cannot be both");
}
