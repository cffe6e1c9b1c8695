//! Orders and events of every format, and exact counts of what is refused.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use common::{Published, fixture, run};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::Path;
use tanish::model::Relation;
use tanish_train::input::{ColumnNames, Preset, Problem, ReadReport};
use tanish_train::{Options, Summary, TrainError, train};

const PLAIN: &str = "order_id,product_id,customer_id,timestamp,quantity,price,title
1,A,anna,2026-01-01,1,10,Apple
1,B,anna,2026-01-01,2,20,Banana
2,A,bek,2026-01-02,1,10,Apple
2,B,bek,2026-01-02,1,20,Banana
3,C,bek,2026-01-03,1,30,Cherry
";

fn bad(report: &ReadReport) -> Vec<(Problem, u64)> {
    report.bad.iter().map(|(problem, tally)| (*problem, tally.count)).collect()
}

fn train_on(name: &str, bytes: &[u8], set: impl FnOnce(&mut Options)) -> Result<Summary, TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, bytes).unwrap();
    let mut options = Options::new(folder.path().join("site"));
    options.orders = vec![file];
    set(&mut options);
    train(&options, &mut ())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A Parquet file of text, float and timestamp columns, one row group.
fn parquet() -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    let schema = parse_message_type(
        "message orders { required binary order_id (UTF8); required binary product_id (UTF8);
         required double price; required int64 timestamp (TIMESTAMP(MICROS,true)); }",
    );
    let properties = WriterProperties::builder().build();
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema.unwrap().into(), properties.into()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let texts = |texts: [&str; 3]| texts.map(ByteArray::from);
    for column in [texts(["1", "1", "2"]), texts(["A", "B", "A"])] {
        let mut writer = group.next_column().unwrap().unwrap();
        writer.typed::<ByteArrayType>().write_batch(&column, None, None).unwrap();
        writer.close().unwrap();
    }
    let mut prices = group.next_column().unwrap().unwrap();
    prices.typed::<DoubleType>().write_batch(&[10.0, 20.0, 10.0], None, None).unwrap();
    prices.close().unwrap();
    let mut times = group.next_column().unwrap().unwrap();
    times.typed::<Int64Type>().write_batch(&[1_767_225_600_000_000; 3], None, None).unwrap();
    times.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn every_separator_is_found() {
    for (separator, format) in [(",", "CSV"), (";", "CSV"), ("\t", "TSV"), ("|", "CSV")] {
        let summary = train_on("orders.txt", PLAIN.replace(',', separator).as_bytes(), |_| {}).unwrap();
        assert_eq!((summary.orders_read.kept, summary.products), (5, 3), "{separator:?}");
        assert_eq!(summary.orders_read.files[0].format, format);
    }
}

#[test]
fn gzip_marks_and_line_ends_do_not_matter() {
    let windows = format!("\u{feff}{}", PLAIN.replace('\n', "\r\n"));
    for bytes in [gzip(PLAIN.as_bytes()), windows.clone().into_bytes(), gzip(windows.as_bytes())] {
        let summary = train_on("orders", &bytes, |_| {}).unwrap();
        assert_eq!((summary.orders_read.kept, summary.customers, summary.orders), (5, 2, 3));
    }
}

#[test]
fn content_wins_over_the_name() {
    assert_eq!(train_on("orders.parquet", PLAIN.as_bytes(), |_| {}).unwrap().orders_read.kept, 5);
    assert_eq!(train_on("orders.csv", &parquet(), |_| {}).unwrap().orders_read.kept, 3);
    assert_eq!(train_on("orders.csv", &gzip(&parquet()), |_| {}).unwrap().orders_read.kept, 3);
}

#[test]
fn json_lines_are_read_flat_and_nested() {
    let flat =
        r#"{"order_id": 1, "product_id": "A", "customer_id": 17, "timestamp": "2026-01-01", "price": 10}"#;
    let nested =
        r#"{"order_id": 2, "customer_id": 17, "timestamp": 1767312000, "items": [{"x": 1}, {"x": 2}]}"#;
    let text = format!("{flat}\n\n{nested}\n");
    let summary = train_on("orders.jsonl", text.as_bytes(), |options| {
        options.columns = ColumnNames::parse("product_id=items.x").unwrap();
    });
    let summary = summary.unwrap();
    assert_eq!((summary.orders_read.rows, summary.orders_read.kept), (3, 2));
    assert_eq!(bad(&summary.orders_read), [(Problem::NoProduct, 1)]);
    let summary = train_on("orders.jsonl", gzip(flat.as_bytes()).as_slice(), |_| {}).unwrap();
    assert_eq!(summary.orders_read.kept, 1);
}

#[test]
fn a_file_broken_off_keeps_what_came_before() {
    let rows: String = (0..20_000).map(|n| format!("{n},P{},c{n},2026-01-01,1,{n}\n", n % 977)).collect();
    let whole = gzip(format!("order_id,product_id,customer_id,timestamp,quantity,price\n{rows}").as_bytes());
    let summary = train_on("orders.csv.gz", &whole[..whole.len() / 2], |_| {}).unwrap();
    assert!(summary.orders_read.kept > 1000);
    assert_eq!(bad(&summary.orders_read), [(Problem::BrokenOff, 1)]);
}

#[test]
fn an_open_quote_is_one_overlong_row() {
    let rest: String = (0..80_000).map(|n| format!("{n},B,c,2026-01-01,1,1,x\n")).collect();
    let text = format!("{PLAIN}9,A,anna,2026-01-01,1,10,\"open\n{rest}");
    let summary = train_on("orders.csv", text.as_bytes(), |_| {}).unwrap();
    assert_eq!(summary.orders_read.kept, 5);
    let overlong = &summary.orders_read.bad[&Problem::Overlong];
    assert_eq!((overlong.count, overlong.examples[0].line), (1, 7));
}

#[test]
fn cleaning_counts_are_exact_and_name_file_and_line() {
    let out = tempfile::tempdir().unwrap();
    let summary = run(out.path(), |options| {
        options.orders = vec![fixture("orders.csv")];
        options.exclude_products = vec!["SHIPPING".into()];
    });
    let read = &summary.orders_read;
    assert_eq!((read.rows, read.kept, read.returned, read.without_customer), (17, 7, 2, 2));
    assert_eq!((read.duplicates.count, read.duplicates.examples[0].line), (1, 4));
    assert_eq!((read.not_products.count, read.not_products.examples[0].line), (1, 17));
    let expected = [
        (Problem::BrokenRow, 1),
        (Problem::NotUtf8, 1),
        (Problem::NoProduct, 1),
        (Problem::NoOrder, 1),
        (Problem::BadTimestamp, 1),
        (Problem::BadNumber, 2),
        (Problem::Absurd, 1),
    ];
    assert_eq!(bad(read), expected);
    let example = &read.bad[&Problem::BadTimestamp].examples[0];
    assert!(
        example.to_string().ends_with("orders.csv:11: \"11 January\" is no time: use 2026-11-22 14:30:00"),
        "{example}"
    );
    assert_eq!(read.bad[&Problem::NotUtf8].examples[0].line, 18);

    let text = summary.to_string();
    for words in [
        "kept 7 of 17 rows",
        "1 exact duplicates dropped",
        "2 rows with an unreadable number",
        "orders.csv:13",
    ] {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["orders_read"]["bad"]["bad_number"]["count"], 2);

    // Returned goods are no purchases; the derived title is the most frequent one.
    let site = Published::open(out.path());
    assert_eq!(site.popular(), ["BELT", "SHIRT"], "a shirt came back, and so did the only hat");
    assert_eq!(site.card(site.place("BELT").unwrap().number).title, "Leather belt");
    assert_eq!(site.neighbours("SHIRT", Relation::Together), ["BELT"]);
}

#[test]
fn a_missing_column_is_named_with_its_mend() {
    let text = "Invoice,Code,When\n1,A,2026-01-01\n";
    let error = train_on("orders.csv", text.as_bytes(), |_| {}).unwrap_err().to_string();
    for words in [
        "product_id, timestamp, order_id or customer_id",
        "Invoice, Code, When",
        "--columns product_id=THEIR_NAME",
    ] {
        assert!(error.contains(words), "{words:?} is not in {error}");
    }
    let known = train_on("orders.csv", b"InvoiceNo,StockCode,InvoiceDate\n1,10001,2026-01-01\n", |_| {});
    assert!(known.unwrap_err().to_string().ends_with("it looks like --preset uci-online-retail"));
    let mended = train_on("orders.csv", text.as_bytes(), |options| {
        options.columns = ColumnNames::parse("order_id=Invoice, product_id=Code, timestamp=When").unwrap();
    });
    assert_eq!(mended.unwrap().orders_read.kept, 1);
}

#[test]
fn options_that_make_no_sense_are_refused() {
    assert!(matches!(ColumnNames::parse("product_id"), Err(TrainError::Option { .. })));
    let unknown =
        train_on("o.csv", PLAIN.as_bytes(), |o| o.columns = ColumnNames::parse("produkt=X").unwrap());
    assert!(unknown.unwrap_err().to_string().contains("ours are order_id, product_id"));
    let none = train_on("o.csv", PLAIN.as_bytes(), |options| options.orders.clear());
    assert!(matches!(none, Err(TrainError::Option { option: "--orders", .. })));
    let twice = train_on("o.csv", PLAIN.as_bytes(), |options| options.orders = vec!["-".into(), "-".into()]);
    assert!(matches!(twice, Err(TrainError::Option { option: "-", .. })));
}

#[test]
fn foreign_files_are_refused_with_a_mend() {
    for (bytes, words) in [
        (b"\xff\xfea\0b\0".as_slice(), "UTF-16"),
        (b"PK\x03\x04....", "spreadsheet"),
        (b"<html></html>", "XML"),
        (b"[{\"a\": 1}]", "one object a line"),
    ] {
        let error = train_on("orders.csv", bytes, |_| {}).unwrap_err().to_string();
        assert!(error.contains(words), "{words:?} is not in {error}");
    }
    let gone = Options { orders: vec!["no/such/file.csv".into()], ..Options::new("site") };
    assert!(matches!(train(&gone, &mut ()), Err(TrainError::Read { .. })));
}

#[test]
fn only_an_empty_rest_is_fatal() {
    for text in [
        "",
        "order_id,product_id,customer_id,timestamp\n",
        "order_id,product_id,customer_id,timestamp\n1,A,c,never\n",
    ] {
        assert!(
            matches!(train_on("o.csv", text.as_bytes(), |_| {}), Err(TrainError::NothingLeft { .. })),
            "{text}"
        );
    }
}

fn preset(file: &str, preset: Preset) -> (Summary, Vec<String>) {
    let out = tempfile::tempdir().unwrap();
    let summary = run(out.path(), |options| {
        options.orders = vec![fixture(file)];
        options.preset = Some(preset);
    });
    let popular = Published::open(out.path()).popular();
    (summary, popular)
}

#[test]
fn shopify_orders() {
    let (summary, popular) = preset("shopify_orders.csv", Preset::Shopify);
    let read = &summary.orders_read;
    assert_eq!((read.rows, read.kept, read.returned, read.without_customer), (4, 4, 2, 0));
    assert_eq!(popular, ["Leather belt", "SH-M"], "one belt and the other shirt came back");
}

#[test]
fn shopify_orders_meet_shopify_products() {
    let out = tempfile::tempdir().unwrap();
    let summary = run(out.path(), |options| {
        options.orders = vec![fixture("shopify_orders.csv")];
        options.catalog = vec![fixture("shopify_products.json")];
        options.preset = Some(Preset::Shopify);
    });
    assert_eq!((summary.products, summary.not_in_catalog), (2, 0));
    assert_eq!(Published::open(out.path()).neighbours("11", Relation::Next), ["12"]);
}

#[test]
fn woocommerce_orders() {
    let (summary, popular) = preset("woocommerce.csv", Preset::WooCommerce);
    let read = &summary.orders_read;
    assert_eq!((read.rows, read.kept, read.returned, read.other), (5, 4, 1, 1));
    assert_eq!(summary.customers, 2, "a guest is known by the address alone");
    assert_eq!(popular, ["BELT", "SHIRT"], "a cancelled belt takes nothing from those sold");
}

#[test]
fn ga4_purchases() {
    let (summary, popular) = preset("ga4.jsonl", Preset::Ga4);
    let read = &summary.orders_read;
    assert_eq!((read.rows, read.kept, read.returned, read.other), (4, 3, 1, 1));
    assert_eq!(popular, ["SHIRT"], "the belt was refunded");
}

#[test]
fn the_relays_log() {
    let out = tempfile::tempdir().unwrap();
    let summary = run(out.path(), |options| {
        options.orders = vec![fixture("orders.csv")];
        options.events = vec![fixture("events.jsonl")];
    });
    let read = &summary.events_read;
    assert_eq!((read.rows, read.kept, read.known, read.other, read.duplicates.count), (12, 4, 2, 2, 1));
    assert_eq!(bad(read), [(Problem::BrokenRow, 1), (Problem::NoProduct, 1), (Problem::NoOrder, 1)]);
    // Orders 1, 2 and 3 of the file, 11 (shipping is not excluded here) and 900 of the log; 1 only once.
    assert_eq!((summary.orders, summary.customers), (5, 2));
}

#[test]
fn session_rows() {
    let out = tempfile::tempdir().unwrap();
    let summary = run(out.path(), |options| options.events = vec![fixture("sessions.csv")]);
    let read = &summary.events_read;
    assert_eq!((read.rows, read.kept, read.other, read.duplicates.count), (6, 3, 1, 1));
    assert_eq!(bad(read), [(Problem::BadTimestamp, 1)]);
    assert_eq!((summary.visits, summary.orders), (1, 1));
    let next = Published::open(out.path()).neighbours("SHIRT", Relation::Next);
    assert_eq!(next, ["BELT", "SHIRT"], "what follows, then the product itself");
}

#[test]
fn a_folder_of_logs_is_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let log = std::fs::read_to_string(fixture("events.jsonl")).unwrap();
    std::fs::write(folder.path().join("1.jsonl"), &log).unwrap();
    std::fs::write(folder.path().join("2.jsonl.gz"), gzip(log.as_bytes())).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not read").unwrap();
    let summary = run(&folder.path().join("site"), |options| options.events = vec![folder.path().to_owned()]);
    assert_eq!(summary.events_read.files.len(), 2);
    // Orders 1 and 900 stand in both; every message counts once.
    assert_eq!((summary.orders, summary.events_read.kept), (2, 6));
    assert!(Path::new(&summary.events_read.files[0].name).ends_with("1.jsonl"));
}

#[test]
fn uci_times_with_the_month_first() {
    let text =
        "InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID\n1,10001,1,12/13/2010 8:26,1,1\n";
    let summary = train_on("o.csv", text.as_bytes(), |o| o.preset = Some(Preset::UciOnlineRetail)).unwrap();
    assert_eq!(summary.orders_read.kept, 1);
    let plain = "order_id,product_id,timestamp\n1,A,12/1/2010 8:26\n2,A,2010-12-01\n";
    let summary = train_on("o.csv", plain.as_bytes(), |_| {}).unwrap();
    assert_eq!(bad(&summary.orders_read), [(Problem::BadTimestamp, 1)], "which comes first is not known");
}

#[test]
fn a_header_that_is_not_utf_8_is_named() {
    let text = [b"order_id,product_id,timestamp,pr\xe9nom\n".as_slice(), b"1,A,2026-01-01,x\n"].concat();
    let error = train_on("orders.csv", &text, |_| {}).unwrap_err().to_string();
    assert!(error.contains("orders.csv:1: the header is not UTF-8"), "{error}");
    assert!(error.contains("save the file as UTF-8"), "{error}");
}

#[test]
fn excels_first_line_is_no_header() {
    for (separator, head) in [(";", "sep=;\r\n"), (",", "sep=,\n"), ("\t", "sep=\t\n")] {
        let text = format!("{head}{}", PLAIN.replace(',', separator));
        let summary = train_on("orders.csv", text.as_bytes(), |_| {}).unwrap();
        assert_eq!((summary.orders_read.rows, summary.orders_read.kept), (5, 5), "{head:?}");
    }
}

#[test]
fn a_folder_without_logs_is_told_of() {
    let empty = tempfile::tempdir().unwrap();
    let with = |o: &mut Options| o.events = vec![empty.path().to_owned()];
    let summary = train_on("orders.csv", PLAIN.as_bytes(), with).unwrap();
    assert!(summary.events_read.notes[0].ends_with("has no *.jsonl files: name other files one by one"));
    let options = Options { events: vec![empty.path().to_owned()], ..Options::new("site") };
    assert!(train(&options, &mut ()).unwrap_err().to_string().contains("has no *.jsonl files"));
}

#[test]
fn products_that_are_none_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("events.jsonl");
    let many = vec![r#"{"product_id":"A"}"#; 1003].join(",");
    let event = |id: u32, products: &str| {
        format!(
            r#"{{"event":"Order Completed","messageId":"m{id}","userId":"anna","timestamp":"2026-01-01","properties":{{"products":[{products}]}}}}"#
        )
    };
    std::fs::write(&log, format!("{}\n{}\n", event(1, &many), event(2, r#"7,{"product_id":"B"}"#))).unwrap();
    let summary = run(&folder.path().join("site"), |options| options.events = vec![log]);
    assert_eq!(bad(&summary.events_read), [(Problem::BrokenRow, 1), (Problem::Overlong, 3)]);
    assert_eq!((summary.events_read.rows, summary.events_read.kept), (1005, 2));
}
