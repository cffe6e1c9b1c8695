//! `cargo xtask bench bytes`: what a visitor who was never here downloads for one `for-you` answer, after
//! script, module and entry files. Rows and catalogue stand on lines of their own.
//!
//! YooChoose 1/64: trained on the training sessions; every prefix of every test session is a visitor, whose
//! last clicks are the history. Online Retail: trained on the invoices before the last 28 days; every known
//! customer with an invoice in them is a visitor, whose invoices before are the history.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench tells its numbers, and ends where it cannot go on"
)]

use flate2::read::GzDecoder;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use tanish::recommend::{Kind, Library, Query, recommend};
use tanish::time::{DAY, Millis};
use tanish::visitor::{Action, HistoryEntry};
use tanish_train::input::Preset;
use tanish_train::{Layout, Options, train};

/// Where days of histories begin; no clock matters here.
const NOW: Millis = 1_795_329_421_042;
/// Products in an answer.
const LIMIT: usize = 20;

fn main() {
    // Cargo adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let data = PathBuf::from(arguments.next().expect("the folder of the data"));
    let layout = if arguments.next().as_deref() == Some("packed") { Layout::Packed } else { Layout::Files };
    println!("{:<34} {:>9} {:>9} {:>9} {:>9}", "", "KB mean", "KB p95", "requests", "p95");
    yoochoose(&data, layout);
    online_retail(&data, layout);
    println!("(cold; without script, module, entry files and site.json; as files, without HTTP compression)");
}

fn lines(file: &Path) -> impl Iterator<Item = String> {
    let file = File::open(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    BufReader::new(GzDecoder::new(file)).lines().map(|line| line.expect("text"))
}

fn yoochoose(data: &Path, layout: Layout) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let events = folder.path().join("sessions.csv");
    let mut text = String::from("session_id,timestamp,product_id\n");
    for (session, line) in lines(&data.join("yoochoose1_64_srgnn.train.txt.gz")).enumerate() {
        for (step, product) in line.split_whitespace().enumerate() {
            let _ = writeln!(text, "{session},{},{product}", (NOW - 2 * DAY) / 1000 + step as u64);
        }
    }
    std::fs::write(&events, text).expect("the training sessions");
    let out = folder.path().join("site");
    let options = Options { events: vec![events], layout, ..Options::new(&out) };
    train(&options, &mut ()).expect("training");
    // The last of a line is what is to be predicted.
    let prefixes: Vec<Vec<HistoryEntry>> = lines(&data.join("yoochoose1_64_srgnn.test.txt.gz"))
        .map(|line| {
            let mut products: Vec<&str> = line.split_whitespace().collect();
            products.pop();
            let at = |step: usize| NOW - (products.len() - step) as u64 * 1000;
            let view = |(step, id): (usize, &&str)| HistoryEntry::new(id, at(step), Action::View);
            products.iter().enumerate().map(view).collect()
        })
        .collect();
    report("YooChoose 1/64, every prefix", &out, prefixes.iter());
    // Prefixes of one session stand in a row, the longest first.
    let longest = prefixes.iter().zip(std::iter::once(None).chain(prefixes.iter().map(Some)));
    let longest = longest.filter(|(here, before)| {
        before.is_none_or(|before| {
            !before
                .iter()
                .map(|e| &e.id)
                .collect::<Vec<_>>()
                .starts_with(&here.iter().map(|e| &e.id).collect::<Vec<_>>())
        })
    });
    report("YooChoose 1/64, whole sessions", &out, longest.map(|(here, _)| here));
}

fn online_retail(data: &Path, layout: Layout) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = File::open(data.join("online_retail.csv.gz")).expect("online_retail.csv.gz");
    let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
    let header = reader.headers().expect("a header").clone();
    let column = |name: &str| header.iter().position(|column| column == name).expect("a column");
    let [invoice, product, quantity, date, customer] =
        ["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "CustomerID"].map(column);
    let orders = folder.path().join("orders.csv");
    let mut writer = csv::Writer::from_path(&orders).expect("a file");
    writer.write_record(&header).expect("a header");
    let mut history: HashMap<String, Vec<HistoryEntry>> = HashMap::new();
    let mut later: HashSet<String> = HashSet::new();
    for record in reader.records() {
        let record = record.expect("a row");
        let is_product =
            record[product].len() >= 5 && record[product].bytes().take(5).all(|b| b.is_ascii_digit());
        let sold = !record[invoice].starts_with('C') && !record[quantity].starts_with('-');
        if record[customer].is_empty() || !is_product || !sold {
            continue;
        }
        let (day, customer) = (day(&record[date]), record[customer].to_owned());
        if day >= (2011, 11, 11) {
            later.insert(customer);
            continue;
        }
        writer.write_record(&record).expect("a row");
        let days = (2011 - u64::from(day.0)) * 372 + (12 - u64::from(day.1)) * 31 + (31 - u64::from(day.2));
        let entry = HistoryEntry::new(&record[product], NOW - days * DAY, Action::Purchase);
        history.entry(customer).or_default().push(entry);
    }
    writer.flush().expect("the orders");
    let out = folder.path().join("site");
    let preset = Some(Preset::UciOnlineRetail);
    let options = Options { orders: vec![orders], preset, layout, ..Options::new(&out) };
    train(&options, &mut ()).expect("training");
    let mut visitors: Vec<_> = history.into_iter().filter(|(customer, _)| later.contains(customer)).collect();
    visitors.sort_by(|a, b| a.0.cmp(&b.0));
    visitors.iter_mut().for_each(|(_, history)| history.sort_by_key(|entry| entry.at));
    report("Online Retail, returning customers", &out, visitors.iter().map(|(_, history)| history));
}

/// `2010-12-01 08:26:00` or `12/1/2010 8:26`.
fn day(date: &str) -> (u32, u32, u32) {
    let numbers: Vec<u32> =
        date.split(|c: char| !c.is_ascii_digit()).take(3).map(|part| part.parse().expect("a date")).collect();
    match numbers[..] {
        [year, month, day] if year > 1000 => (year, month, day),
        [month, day, year] => (year, month, day),
        _ => panic!("no date: {date}"),
    }
}

/// What one visitor downloaded: bytes and requests of the model and of the catalogue, and how many waits
/// in a row there were before the rows and before the cards were there.
#[derive(Default)]
struct Visit {
    model: (usize, usize),
    catalog: (usize, usize),
    waits: (usize, usize),
}

fn report<'a>(name: &str, out: &Path, histories: impl Iterator<Item = &'a Vec<HistoryEntry>>) {
    let mut files: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    let mut read = |name: &str| {
        files.entry(name.to_owned()).or_insert_with(|| std::fs::read(out.join(name)).ok()).clone()
    };
    let visits: Vec<Visit> = histories.map(|history| visit(history, &mut read)).collect();
    let line = |name: &str, of: fn(&Visit) -> (usize, usize)| {
        let (bytes, bytes_95) = mean_and_p95(visits.iter().map(|visit| of(visit).0));
        let (requests, requests_95) = mean_and_p95(visits.iter().map(|visit| of(visit).1));
        println!(
            "  {name:<32} {:>9.1} {:>9.1} {requests:>9.2} {requests_95:>9}",
            bytes / 1024.0,
            bytes_95 as f64 / 1024.0
        );
    };
    println!("{name}: {} visitors", visits.len());
    line("products and rows", |visit| visit.model);
    line("catalogue", |visit| visit.catalog);
    let mean = |of: fn(&Visit) -> usize| mean_and_p95(visits.iter().map(of));
    let (rows, cards) = (mean(|visit| visit.waits.0), mean(|visit| visit.waits.1));
    println!(
        "  waits in a row: rows {:.2} (p95 {}), then cards {:.2} (p95 {})",
        rows.0, rows.1, cards.0, cards.1
    );
    let entry =
        ["model/entry.bin", "catalog/entry.bin"].map(|name| read(name).map_or(0, |bytes| bytes.len()));
    let site = tanish_train::site::Folder::new(out);
    let places = site.entry().expect("an entry").places;
    println!(
        "  entry files {} + {} bytes; {} head shards, {} tail shards; table {} bytes",
        entry[0],
        entry[1],
        places.head_shards,
        places.tail_shards,
        places.head.bytes()
    );
}

/// One answer of a library that has nothing but the entries.
fn visit(history: &[HistoryEntry], read: &mut impl FnMut(&str) -> Option<Vec<u8>>) -> Visit {
    let mut library = Library::default();
    for name in ["model/entry.bin", "catalog/entry.bin"] {
        library.put(name, read(name)).expect("a sound entry");
    }
    let query = Query { limit: LIMIT, ..Query::new(Kind::ForYou, NOW) };
    let mut visit = Visit::default();
    loop {
        let Err(needs) = recommend(&query, history, &library) else { return visit };
        let of_model = needs.iter().any(|need| need.to_string().starts_with("model/"));
        *(if of_model { &mut visit.waits.0 } else { &mut visit.waits.1 }) += 1;
        for request in needs {
            let text = request.to_string();
            let bytes = match &request.place {
                None => read(&text),
                Some((pack, start, end)) => read(&pack.to_string())
                    .and_then(|bytes| bytes.get(*start as usize..*end as usize).map(<[u8]>::to_vec)),
            };
            let sum = if text.starts_with("model/") { &mut visit.model } else { &mut visit.catalog };
            *sum = (sum.0 + bytes.as_ref().map_or(0, Vec::len), sum.1 + 1);
            library.put(&request.name.to_string(), bytes).expect("a sound file");
        }
    }
}

fn mean_and_p95(values: impl Iterator<Item = usize>) -> (f64, usize) {
    let mut values: Vec<usize> = values.collect();
    values.sort_unstable();
    let mean = values.iter().sum::<usize>() as f64 / values.len().max(1) as f64;
    (mean, values.get(values.len() * 95 / 100).copied().unwrap_or(0))
}
