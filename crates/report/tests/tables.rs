//! The same events as JSON lines, as Parquet and as CSV give the same report.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use std::path::Path;
use tanish_report::{Costs, Inputs, Report, read};

/// 2026-03-01T00:00:00Z, in milliseconds.
const SPRING: i64 = 1_772_323_200_000;

fn report(folder: &Path, name: &str, content: &[u8]) -> Value {
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    let (facts, told) = read(&Inputs { events: vec![path], ..Inputs::default() }).unwrap();
    assert_eq!(told.events.bad_rows(), 0, "{name}: {:?}", told.events);
    serde_json::to_value(Report::new(&facts, &Costs::default())).unwrap()
}

fn parquet(schema: &str, fill: impl FnOnce(&mut SerializedRowGroupWriter<'_, &mut Vec<u8>>)) -> Vec<u8> {
    let (schema, mut bytes) = (parse_message_type(schema).unwrap(), Vec::new());
    let properties = WriterProperties::builder().build();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema.into(), properties.into()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    fill(&mut group);
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

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

/// Two showings of a list, a click, an exposure, an order of two lines.
fn events() -> Vec<Value> {
    let event = |number: i64, name: &str, properties: Value| {
        json!({"type": "track", "event": name, "messageId": format!("m{number}"), "anonymousId": "v",
            "timestamp": tanish::time::rfc3339((SPRING + number * 60_000).unsigned_abs()),
            "properties": properties, "context": {"sessionId": "s", "page": {"url": "https://x/?utm_source=mail"}}})
    };
    let list = json!({"list_id": "tanish:new", "products": [{"product_id": "A"}, {"product_id": "B"}]});
    vec![
        event(0, "Product List Viewed", list.clone()),
        event(1, "Product List Viewed", list),
        event(2, "Product Clicked", json!({"list_id": "tanish:new", "product_id": "A", "position": 1})),
        event(3, "Experiment Viewed", json!({"experiment_id": "e", "variation_id": "1"})),
        event(
            4,
            "Order Completed",
            json!({"order_id": "o", "products": [
            {"product_id": "A", "price": 4.5, "quantity": 2}, {"product_id": "C", "price": 10}]}),
        ),
    ]
}

#[test]
fn members_as_json_text() {
    let (folder, events) = (tempfile::tempdir().unwrap(), events());
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    let whole = report(folder.path(), "log.jsonl", lines.as_bytes());
    assert_eq!(whole["recommendations"]["lists"][0]["bought_after"], 1, "{whole}");
    assert_eq!(whole["customers"]["revenue"], 19.0);
    let schema = "message log { required binary event (UTF8); required binary messageId (UTF8); required binary anonymousId (UTF8);
        required int64 timestamp (TIMESTAMP(MICROS,true)); required binary properties (JSON); required binary context (UTF8); }";
    let bytes = parquet(schema, |group| {
        let text = |key: &str| {
            events.iter().map(|event| event[key].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        for key in ["event", "messageId", "anonymousId"] {
            let owned = text(key);
            texts(group, &owned.iter().map(String::as_str).collect::<Vec<_>>(), None);
        }
        let times: Vec<i64> =
            (0..events.len() as i64).map(|number| (SPRING + number * 60_000) * 1000).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&times, None, None).unwrap();
        column.close().unwrap();
        for key in ["properties", "context"] {
            let owned: Vec<String> = events.iter().map(|event| event[key].to_string()).collect();
            texts(group, &owned.iter().map(String::as_str).collect::<Vec<_>>(), None);
        }
    });
    assert_eq!(report(folder.path(), "log.parquet", &bytes), whole);
    let mut csv = String::from("event,messageId,anonymousId,timestamp,properties,context\n");
    for event in &events {
        let quoted = |key: &str| format!("\"{}\"", event[key].to_string().replace('"', "\"\""));
        let plain =
            ["event", "messageId", "anonymousId", "timestamp"].map(|key| event[key].as_str().unwrap());
        csv.push_str(&format!("{},{},{}\n", plain.join(","), quoted("properties"), quoted("context")));
    }
    assert_eq!(report(folder.path(), "log.csv", csv.as_bytes()), whole);
}

#[test]
fn members_as_groups_and_products_as_a_list() {
    let folder = tempfile::tempdir().unwrap();
    let schema = "message log { required binary event (UTF8); required binary anonymous_id (UTF8);
        required int64 timestamp (TIMESTAMP(MILLIS,true));
        optional group properties { optional binary list_id (UTF8); optional binary order_id (UTF8);
          optional group products (LIST) { repeated group list { optional group element {
            required binary product_id (UTF8); optional double price; } } } } }";
    let bytes = parquet(schema, |group| {
        texts(group, &["Product List Viewed", "Order Completed", "Product Viewed"], None);
        texts(group, &["v", "v", "v"], None);
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&[SPRING, SPRING + 1, SPRING + 2], None, None).unwrap();
        column.close().unwrap();
        texts(group, &["tanish:new"], Some((&[2, 1, 0], &[0, 0, 0])));
        texts(group, &["o"], Some((&[1, 2, 0], &[0, 0, 0])));
        // Two products shown, two bought, no properties at all.
        texts(group, &["A", "B", "A", "C"], Some((&[4, 4, 4, 4, 0], &[0, 1, 0, 1, 0])));
        let mut column = group.next_column().unwrap().unwrap();
        column
            .typed::<DoubleType>()
            .write_batch(&[4.5, 10.0], Some(&[4, 4, 5, 5, 0]), Some(&[0, 1, 0, 1, 0]))
            .unwrap();
        column.close().unwrap();
    });
    let found = report(folder.path(), "log.parquet", &bytes);
    let list = &found["recommendations"]["lists"][0];
    assert_eq!(
        (&list["shown"], &list["products"], &list["distinct_products"]),
        (&json!(1), &json!(2), &json!(2))
    );
    assert_eq!(
        (&found["events"], &found["customers"]["revenue"], &found["products"]["sold"]),
        (&json!(3), &json!(14.5), &json!(2))
    );
}

#[test]
fn session_rows_are_events_too() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "session_id,timestamp,product_id,visitor_id,action\ns,2026-03-01 10:00:00,A,v,view\n\
        s,2026-03-01 10:01:00,A,v,purchase\ns,2026-03-01 10:01:05,B,v,purchase\n";
    let found = report(folder.path(), "rows.csv", rows.as_bytes());
    assert_eq!(
        (&found["customers"]["orders"], &found["products"]["sold"], &found["channels"]["visits"]),
        (&json!(1), &json!(2), &json!(1))
    );
}
