//! The site folder: whole or not at all.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, files, run};
use std::path::{Path, PathBuf};
use tanish::model::ProductRef;
use tanish_train::{Options, TrainError, train};

fn orders(folder: &Path, product: &str) -> PathBuf {
    let file = folder.join(format!("{product}.csv"));
    std::fs::write(&file, format!("order_id,product_id,timestamp\n1,A,2026-01-01\n1,{product},2026-01-01\n"))
        .unwrap();
    file
}

fn generations(out: &Path, family: &str) -> Vec<String> {
    let names = std::fs::read_dir(out.join(family)).unwrap().map(|entry| entry.unwrap().path());
    let mut names: Vec<String> = names
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_last_generation_stays_older_ones_go() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    let mut seen = Vec::new();
    for product in ["B", "C", "D"] {
        run(&out, |options| options.orders = vec![orders(folder.path(), product)]);
        seen.push(Published::open(&out).entry.generation);
    }
    let mut last_two = seen[1..].to_vec();
    last_two.sort();
    assert_eq!(generations(&out, "model"), last_two);
    assert_eq!(generations(&out, "catalog").len(), 2);
    // The same again: nothing new, so both stay current and the others go.
    run(&out, |options| options.orders = vec![orders(folder.path(), "D")]);
    assert_eq!(generations(&out, "model"), seen[2..]);
}

#[test]
fn the_shops_own_files_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    let train = || {
        run(&out, |options| {
            options.orders = vec![orders(folder.path(), "B")];
            options.currency = Some("UZS".into());
        })
    };
    train();
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    let site: serde_json::Value = serde_json::from_str(&read("site.json")).unwrap();
    assert_eq!(site, serde_json::json!({ "version": 1, "currency": "UZS" }));
    assert!(read("campaigns.json").contains("\"features\""));
    std::fs::write(out.join("site.json"), "mine").unwrap();
    std::fs::write(out.join("campaigns.json"), "mine").unwrap();
    train();
    assert_eq!((read("site.json"), read("campaigns.json")), ("mine".into(), "mine".into()));
}

#[test]
fn a_failed_run_leaves_the_old_site() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    run(&out, |options| options.orders = vec![orders(folder.path(), "B")]);
    let before = files(&out);
    let empty = folder.path().join("empty.csv");
    std::fs::write(&empty, "order_id,product_id,timestamp\n").unwrap();
    let options = Options { orders: vec![empty], ..Options::new(&out) };
    assert!(train(&options, &mut ()).is_err());
    // A file stands where a folder must be made: writing fails before the entries.
    let blocked = Published::open(&out).entry.generation;
    let options = Options { orders: vec![orders(folder.path(), "C")], ..Options::new(&out) };
    let elsewhere = folder.path().join("elsewhere");
    train(&Options { out: elsewhere.clone(), ..options.clone() }, &mut ()).unwrap();
    let coming = Published::open(&elsewhere).entry.generation;
    assert_ne!(blocked, coming);
    std::fs::write(out.join("model").join(&coming), "in the way").unwrap();
    assert!(train(&options, &mut ()).is_err());
    std::fs::remove_file(out.join("model").join(&coming)).unwrap();
    let entry =
        |files: &[(String, Vec<u8>)]| files.iter().find(|(name, _)| name == "model/entry.bin").cloned();
    assert_eq!(entry(&files(&out)), entry(&before));
    assert_eq!(Published::open(&out).popular().len(), 2);
    // And the next run that can write does, leaving no staging behind.
    train(&options, &mut ()).unwrap();
    let hidden = |name: &str| name.contains("/.") || name.starts_with('.') && name != ".lock";
    assert!(files(&out).iter().all(|(name, _)| !hidden(name)));
    assert_eq!(Published::open(&out).entry.generation, coming);
}

#[test]
fn the_widget_is_copied_and_old_modules_go_a_run_later() {
    let folder = tempfile::tempdir().unwrap();
    let (out, widget) = (folder.path().join("site"), folder.path().join("pkg"));
    std::fs::create_dir(&widget).unwrap();
    let set = |options: &mut Options| {
        options.orders = vec![orders(folder.path(), "B")];
        options.widget = Some(widget.clone());
    };
    let summary = run(&out, set);
    assert!(summary.widget.is_empty() && summary.notes[0].contains("no tanish.js"));
    for (n, kept) in [(1, vec![1]), (2, vec![1, 2]), (3, vec![2, 3])] {
        for old in 1..n {
            let _ = std::fs::remove_file(widget.join(format!("tanish.{old}.wasm")));
        }
        std::fs::write(widget.join("tanish.js"), format!("load('tanish.{n}.wasm')")).unwrap();
        std::fs::write(widget.join("engine.js"), "engine").unwrap();
        std::fs::write(widget.join(format!("tanish.{n}.wasm")), "module").unwrap();
        std::fs::write(widget.join("package.json"), "{}").unwrap();
        let summary = run(&out, set);
        assert_eq!(summary.widget, [format!("tanish.{n}.wasm"), "engine.js".into(), "tanish.js".into()]);
        let modules: Vec<String> =
            files(&out).into_iter().map(|file| file.0).filter(|name| name.ends_with(".wasm")).collect();
        assert_eq!(modules, kept.iter().map(|n| format!("tanish.{n}.wasm")).collect::<Vec<_>>());
    }
    assert!(!out.join("package.json").exists());
}

#[test]
fn every_product_has_its_place_its_row_and_its_card() {
    let folder = tempfile::tempdir().unwrap();
    let (file, out) = (folder.path().join("orders.csv"), folder.path().join("site"));
    let mut text = String::from("order_id,product_id,customer_id,timestamp,title,price\n");
    for n in 0..6000u32 {
        let product = n.wrapping_mul(2_654_435_761) % 1500;
        text += &format!(
            "{},P{product},c{},2026-01-{:02},A thing of kind {},{}\n",
            n / 4,
            n % 200,
            1 + n % 28,
            product % 50,
            1 + product
        );
    }
    std::fs::write(&file, text).unwrap();
    let summary = run(&out, |options| options.orders = vec![file]);
    let site = Published::open(&out);
    assert_eq!(site.entry.products, site.catalog.products);
    assert_eq!(u64::from(site.entry.products), summary.products);
    assert_eq!(site.catalog.model, site.entry.generation);
    let (cards, mut shards) = (site.cards(), std::collections::BTreeSet::new());
    for product in 0..1500 {
        let id = format!("P{product}");
        let Some(ProductRef { number, file }) = site.place(&id) else { continue };
        assert_eq!(cards[number as usize].id, id);
        shards.insert(file);
        let row = site.row(&id).1;
        let neighbours = row.lists.iter().flatten();
        assert!(
            neighbours.clone().count() > 0 && neighbours.clone().all(|other| other.number != number),
            "{id}"
        );
        assert!(neighbours.clone().all(|other| other.number < site.entry.products), "{id}");
    }
    assert!(shards.len() > 1);
    for (name, content) in files(&out).iter().filter(|(name, _)| name.contains("/r")) {
        assert!(content.len() < 18 * 1024, "{name} has {} bytes", content.len());
    }
}

#[test]
fn a_damaged_generation_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    let train = || run(&out, |options| options.orders = vec![orders(folder.path(), "B")]);
    train();
    let whole = files(&out);
    for family in ["model", "catalog"] {
        let generation = out.join(family).join(&generations(&out, family)[0]);
        let file = std::fs::read_dir(&generation).unwrap().next().unwrap().unwrap().path();
        std::fs::remove_file(&file).unwrap();
        train();
        assert_eq!(files(&out), whole, "{family}: a file was gone");
        std::fs::write(&file, "half").unwrap();
        train();
        assert_eq!(files(&out), whole, "{family}: a file was cut");
    }
}

#[test]
fn two_runs_never_write_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("site");
    run(&out, |options| options.orders = vec![orders(folder.path(), "B")]);
    let before = files(&out);
    let held = std::fs::File::open(out.join(".lock")).unwrap();
    held.try_lock().unwrap();
    let options = Options { orders: vec![orders(folder.path(), "C")], ..Options::new(&out) };
    let error = train(&options, &mut ()).unwrap_err();
    assert!(matches!(error, TrainError::Busy { .. }), "{error}");
    assert_eq!(files(&out), before);
    drop(held);
    train(&options, &mut ()).unwrap();
}
