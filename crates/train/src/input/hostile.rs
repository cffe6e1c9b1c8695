//! Whatever bytes come: a value or an error, never a panic, and every row in the report.

use super::catalog::{self, Catalog, ProductRows};
use super::events::SessionRows;
use super::orders::{LISTS, OrderRows, OrderRules};
use super::segment::Log;
use super::source::{Body, Format, Source};
use super::{ColumnNames, Preset, ReadReport, jsonl, table};
use crate::Options;
use crate::history::{History, Input};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::collections::HashSet;
use std::io::Write;

/// Runs bytes through every reader; the rows must add up.
fn survive(bytes: &[u8]) {
    for preset in [None, Some(Preset::Shopify), Some(Preset::Ga4)] {
        survive_as_orders(bytes, preset);
    }
    survive_as_events(bytes);
    survive_as_catalog(bytes);
}

fn survive_as_orders(bytes: &[u8], preset: Option<Preset>) {
    let Ok(source) = Source::of("orders", bytes) else { return };
    let (mut history, mut report, mut events) =
        (History::default(), ReadReport::default(), ReadReport::default());
    history.listen = true;
    history.begin_file("orders", Input::Orders);
    let rules = OrderRules { preset, ..OrderRules::default() };
    let mut rows = OrderRows::new(&rules, "orders", &mut report, &mut history);
    let _ = table::read(source, &LISTS, &mut rows).and_then(|()| rows.check_columns());
    let taken = history.lines.len() as u64;
    history.settle(&mut report, &mut events);
    assert_eq!(report.kept, history.lines.len() as u64);
    assert_eq!(taken, report.kept + report.duplicates.count);
}

fn survive_as_events(bytes: &[u8]) {
    let exclude = HashSet::new();
    let (mut history, mut report) = (History::default(), ReadReport::default());
    history.begin_file("events", Input::Events);
    if let Ok(Source { format: Format::Json, body: Body::Stream(input), .. }) = Source::of("events", bytes) {
        let mut seen = HashSet::new();
        let mut log = Log {
            exclude: &exclude,
            file: "events",
            report: &mut report,
            seen: &mut seen,
            take: &mut history,
        };
        jsonl::read_objects(input, &mut |line, object| match object {
            Ok(event) => log.event(line, &event),
            Err((problem, reason)) => log.fault(line, problem, reason),
        });
    }
    if let Ok(source) = Source::of("events", bytes) {
        let options = Options::new("");
        let mut rows = SessionRows::new(&options, &exclude, "events", &mut report, &mut history);
        let _ = table::read(source, &LISTS, &mut rows).and_then(|()| rows.check_columns());
    }
    history.settle(&mut ReadReport::default(), &mut report);
}

fn survive_as_catalog(bytes: &[u8]) {
    let Ok(source) = Source::of("catalog", bytes) else { return };
    let (mut catalog, mut report) = (Catalog::default(), ReadReport::default());
    let columns = ColumnNames::default();
    let mut rows = ProductRows::new(&columns, "catalog", &mut report, &mut catalog);
    let _ = catalog::read(source, &mut rows);
    report.settle();
    assert_eq!(report.kept, catalog.products.len() as u64);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A well-formed file of every format, to be damaged.
fn samples() -> Vec<Vec<u8>> {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let mut files: Vec<_> = std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut samples: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    samples.push(gzip(&samples[0]));
    samples.push(parquet());
    samples
}

fn parquet() -> Vec<u8> {
    use parquet::data_type::{ByteArray, ByteArrayType};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    let schema = parse_message_type(
        "message orders { required binary order_id (UTF8); required binary product_id (UTF8); required binary timestamp (UTF8); }",
    );
    let mut bytes = Vec::new();
    let properties = WriterProperties::builder().build();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, schema.unwrap().into(), properties.into()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for column in [["1", "2"], ["A", "B"], ["2026-01-01", "2026-01-02"]] {
        let mut writer = group.next_column().unwrap().unwrap();
        writer.typed::<ByteArrayType>().write_batch(&column.map(ByteArray::from), None, None).unwrap();
        writer.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn samples_are_survived_whole() {
    samples().iter().for_each(|sample| survive(sample));
    let mut report = ReadReport::default();
    let mut history = History::default();
    history.begin_file("orders", Input::Orders);
    let rules = OrderRules::default();
    let mut rows = OrderRows::new(&rules, "orders", &mut report, &mut history);
    table::read(Source::of("orders", &parquet()).unwrap(), &LISTS, &mut rows).unwrap();
    assert_eq!(history.lines.len(), 2);
}

#[test]
fn nesting_and_entities_stay_bounded() {
    let deep_json = format!("{}{}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let deep_xml = "<a>".repeat(10_000);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><rss><item><id>&b;&b;</id></item></rss>";
    let long_text = format!("<rss><item><id>{}</id></item></rss>", "x".repeat(3 << 20));
    let many_cells = format!("order_id,product_id\n{}\n", ",".repeat(100_000));
    let many_names: String = (0..5000).map(|n| format!("\"n{n}\":1,")).collect();
    let many_names = format!("{{{many_names}\"z\":1}}");
    for bytes in [deep_json, deep_xml, bomb.to_owned(), long_text, many_cells, many_names] {
        survive(bytes.as_bytes());
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes: Vec<u8>) {
        survive(&bytes);
    }

    #[test]
    fn any_bytes_after_a_beginning(start in 0usize..7, bytes: Vec<u8>) {
        let starts: [&[u8]; 7] = [
            b"order_id,product_id,timestamp\n", b"{\"order_id\":", b"<rss><item><g:id>", b"PAR1", b"\x1f\x8b\x08\0\0\0\0\0\0\xff",
            b"{\"products\":[{\"id\":1,", b"id\ttitle\n",
        ];
        survive(&[starts[start], &bytes].concat());
    }

    #[test]
    fn damaged_samples(sample in 0usize..16, at: prop::sample::Index, byte: u8, cut: prop::sample::Index, cuts: bool) {
        let samples = samples();
        let mut bytes = samples[sample % samples.len()].clone();
        let place = at.index(bytes.len());
        bytes[place] = byte;
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        survive(&bytes);
    }
}
