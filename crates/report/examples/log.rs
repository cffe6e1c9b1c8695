//! Writes an event log as Parquet for measuring: `cargo run -p tanish-report --example log -- 10000000 log.parquet`.
//!
//! A tenth as many visitors as events, five experiments, 20,000 products, orders from one event in 25. Members
//! of an event are columns, `properties` and `context` are JSON text: what reading costs most on.

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::error::Error;
use std::fs::File;

const GROUP: u64 = 500_000;
const SCHEMA: &str = "message log {
    required binary type (UTF8); required binary event (UTF8); required binary messageId (UTF8);
    required binary anonymousId (UTF8); optional binary userId (UTF8);
    required int64 timestamp (TIMESTAMP(MILLIS,true)); required binary properties (UTF8); required binary context (UTF8); }";

/// A fixed stream of numbers that look random: splitmix64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % end
    }
}

struct Row {
    event: &'static str,
    visitor: u64,
    at: i64,
    properties: String,
    context: String,
}

fn row(number: u64, visitors: u64, random: &mut Random) -> Row {
    let (visitor, product) = (random.below(visitors), random.below(20_000));
    let (event, properties) = match random.below(100) {
        0..50 => ("Product Viewed", format!(r#"{{"product_id":"P{product}","price":12.5,"name":"Thing"}}"#)),
        50..65 => {
            let products: Vec<String> = (0..6)
                .map(|place| {
                    format!(
                        r#"{{"product_id":"P{}","position":{}}}"#,
                        (product * 7 + place) % 20_000,
                        place + 1
                    )
                })
                .collect();
            (
                "Product List Viewed",
                format!(r#"{{"list_id":"tanish:for-you","products":[{}]}}"#, products.join(",")),
            )
        }
        65..73 => (
            "Product Clicked",
            format!(
                r#"{{"list_id":"tanish:for-you","product_id":"P{product}","position":{}}}"#,
                product % 6 + 1
            ),
        ),
        73..85 => {
            let (test, arm) = (product % 5, visitor % 2);
            (
                "Experiment Viewed",
                format!(r#"{{"experiment_id":"e{test}","variation_id":"{arm}","offer":"hero"}}"#),
            )
        }
        85..89 => {
            let worth = product as f64 / 100.0;
            (
                "Order Completed",
                format!(
                    r#"{{"order_id":"o{number}","revenue":{worth},"products":[{{"product_id":"P{product}","price":12.5,"quantity":2}}]}}"#
                ),
            )
        }
        _ => ("Product Added", format!(r#"{{"product_id":"P{product}","quantity":1}}"#)),
    };
    let context = format!(
        r#"{{"sessionId":"s{}","locale":"uz","page":{{"url":"https://shop.uz/p?utm_source=mail","referrer":"https://google.com/"}}}}"#,
        visitor * 3 + random.below(3)
    );
    Row { event, visitor, at: 1_767_225_600_000 + number as i64 * 600, properties, context }
}

fn texts<'a>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    texts: impl Iterator<Item = String> + 'a,
    defined: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = texts.map(|text| ByteArray::from(text.into_bytes())).collect();
    let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("no column left".into()))?;
    column.typed::<ByteArrayType>().write_batch(&values, defined, None)?;
    column.close()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(events), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("give the number of events and the file to write".into());
    };
    let events: u64 = events.parse()?;
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = SerializedFileWriter::new(
        File::create(path)?,
        parse_message_type(SCHEMA)?.into(),
        properties.into(),
    )?;
    let (mut random, visitors) = (Random(7), (events / 10).max(1));
    for start in (0..events).step_by(GROUP as usize) {
        let numbers = start..(start + GROUP).min(events);
        let rows: Vec<Row> = numbers.clone().map(|number| row(number, visitors, &mut random)).collect();
        let mut group = writer.next_row_group()?;
        texts(&mut group, rows.iter().map(|_| "track".into()), None)?;
        texts(&mut group, rows.iter().map(|row| row.event.into()), None)?;
        texts(&mut group, numbers.map(|number| format!("019a{number:032x}")), None)?;
        texts(&mut group, rows.iter().map(|row| format!("019b{:032x}", row.visitor)), None)?;
        // One visitor in five has signed in.
        let signed_in: Vec<i16> = rows.iter().map(|row| i16::from(row.visitor % 5 == 0)).collect();
        let customers = rows.iter().filter(|row| row.visitor % 5 == 0).map(|row| format!("c{}", row.visitor));
        texts(&mut group, customers, Some(&signed_in))?;
        let times: Vec<i64> = rows.iter().map(|row| row.at).collect();
        let mut column = group.next_column()?.ok_or("no column left")?;
        column.typed::<Int64Type>().write_batch(&times, None, None)?;
        column.close()?;
        texts(&mut group, rows.iter().map(|row| row.properties.clone()), None)?;
        texts(&mut group, rows.iter().map(|row| row.context.clone()), None)?;
        group.close()?;
    }
    writer.close()?;
    Ok(())
}
