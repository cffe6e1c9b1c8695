//! Parquet as its writers really write it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, run};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use tanish_train::Summary;
use tanish_train::input::Preset;

/// 2026-01-01T00:00:00Z, in seconds.
const NEW_YEAR: i64 = 1_767_225_600;

fn texts(
    group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>,
    texts: &[&str],
    levels: Option<(&[i16], &[i16])>,
) {
    let values: Vec<ByteArray> = texts.iter().map(|text| ByteArray::from(*text)).collect();
    let mut column = group.next_column().unwrap().unwrap();
    let (defined, repeated) = levels.unzip();
    column.typed::<ByteArrayType>().write_batch(&values, defined, repeated).unwrap();
    column.close().unwrap();
}

fn numbers(group: &mut SerializedRowGroupWriter<'_, &mut Vec<u8>>, numbers: &[i64]) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(numbers, None, None).unwrap();
    column.close().unwrap();
}

fn file(schema: &str, fill: impl FnOnce(&mut SerializedRowGroupWriter<'_, &mut Vec<u8>>)) -> Vec<u8> {
    let schema = parse_message_type(schema).unwrap();
    let properties = WriterProperties::builder().build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema.into(), properties.into()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    fill(&mut group);
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

fn train_on(bytes: &[u8], preset: Option<Preset>) -> (Summary, u64, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let (orders, out) = (folder.path().join("orders.parquet"), folder.path().join("site"));
    std::fs::write(&orders, bytes).unwrap();
    let summary = run(&out, |options| {
        options.orders = vec![orders];
        options.preset = preset;
    });
    let site = Published::open(&out);
    (summary, site.entry.trained_to, site.popular())
}

#[test]
fn instants_of_every_unit_with_and_without_a_zone() {
    for (unit, factor) in [("MILLIS", 1_000), ("MICROS", 1_000_000), ("NANOS", 1_000_000_000)] {
        for zone in ["true", "false"] {
            let schema = format!(
                "message orders {{ required binary order_id (UTF8); required binary product_id (UTF8);
                 required int64 timestamp (TIMESTAMP({unit},{zone})); }}"
            );
            let bytes = file(&schema, |group| {
                texts(group, &["1", "2"], None);
                texts(group, &["A", "B"], None);
                // So long after 1970 that no other unit could be meant, and so soon after it that digits
                // alone would not tell.
                numbers(group, &[NEW_YEAR * factor, (NEW_YEAR - 1_100_000_000) * factor]);
            });
            let (summary, trained_to, _) = train_on(&bytes, None);
            assert_eq!((summary.orders_read.kept, trained_to), (2, NEW_YEAR as u64 * 1000), "{unit} {zone}");
        }
    }
}

#[test]
fn a_list_of_groups_gives_a_row_each() {
    // Google Analytics in BigQuery, with and without the group that writers put between list and element.
    for items in [
        "optional group items (LIST) { repeated group list { optional group element {
            optional binary item_id (UTF8); optional binary item_name (UTF8); } } }",
        "repeated group items { optional binary item_id (UTF8); optional binary item_name (UTF8); }",
    ] {
        let schema = format!(
            "message events {{ required binary event_name (UTF8); required int64 event_timestamp;
             required binary user_pseudo_id (UTF8); required group ecommerce {{ required binary transaction_id (UTF8); }}
             {items} }}"
        );
        let most = if items.starts_with("optional") { 4 } else { 2 };
        let bytes = file(&schema, |group| {
            texts(group, &["purchase", "purchase"], None);
            numbers(group, &[NEW_YEAR * 1_000_000; 2]);
            texts(group, &["v1", "v2"], None);
            texts(group, &["T1", "T2"], None);
            let defined = [most; 3];
            let levels = (defined.as_slice(), [0, 1, 0].as_slice());
            texts(group, &["SHIRT", "BELT", "BELT"], Some(levels));
            texts(group, &["Linen shirt", "Leather belt", "Leather belt"], Some(levels));
        });
        let (summary, _, popular) = train_on(&bytes, Some(Preset::Ga4));
        assert_eq!(
            (summary.orders_read.rows, summary.orders_read.kept, summary.orders),
            (3, 3, 2),
            "{items}"
        );
        assert_eq!(popular, ["BELT", "SHIRT"]);
    }
}
