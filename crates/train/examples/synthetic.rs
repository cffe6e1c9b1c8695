//! Visits of a shop that does not exist, as session rows on standard output: for measuring how training
//! grows. `cargo run -p tanish-train --example synthetic -- PRODUCTS EVENTS > sessions.csv`
//!
//! Products belong to families of 50; popularity falls as 1/rank within a family and among families
//! (Zipf). A visit stays in one family, now and then it strays; one look in six is a look again, one in
//! twenty becomes a purchase. The same numbers give the same rows.

use std::io::{self, BufWriter, Write};
use tanish::random::Random;

/// Products of a family.
const FAMILY: usize = 50;
/// Mean length of a visit.
const LENGTH: f64 = 4.5;
/// Seconds between two looks.
const PAUSE: u64 = 20;

fn main() -> io::Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let (Some(Ok(products)), Some(Ok(events))) = (numbers.next(), numbers.next()) else {
        return Err(io::Error::other("give the numbers of products and of events"));
    };
    write(products.max(1), events, &mut BufWriter::new(io::stdout().lock()))
}

fn write(products: usize, events: usize, out: &mut impl Write) -> io::Result<()> {
    let mut random = Random::new([11, 22, 33, products as u64]);
    let families = products.div_ceil(FAMILY);
    writeln!(out, "session_id,timestamp,product_id,visitor_id,action")?;
    let (mut written, mut session) = (0, 0u64);
    while written < events {
        session += 1;
        let visitor = session * 7 % (1 + events as u64 / 12);
        let length = (1.0 + -(1.0 - random.unit()).ln() * (LENGTH - 1.0)).min(60.0) as usize;
        let mut family = zipf(&mut random, families);
        let mut last = None;
        let mut time = 1_700_000_000 + session * 3;
        for _ in 0..length.min(events - written) {
            if random.unit() < 0.1 {
                family = zipf(&mut random, families);
            }
            let members = FAMILY.min(products - family * FAMILY);
            let fresh = family * FAMILY + zipf(&mut random, members);
            let product = last.filter(|_| random.unit() < 1.0 / 6.0).unwrap_or(fresh);
            let action = if random.unit() < 0.05 { "purchase" } else { "view" };
            writeln!(out, "s{session},{time},P{product:07},v{visitor},{action}")?;
            (last, time, written) = (Some(product), time + PAUSE, written + 1);
        }
    }
    out.flush()
}

/// A rank below `count`, rank `n` about `1 / (n + 1)` as often as the first.
fn zipf(random: &mut Random, count: usize) -> usize {
    let rank = ((count as f64 + 1.0).ln() * random.unit()).exp() - 1.0;
    (rank as usize).min(count - 1)
}
