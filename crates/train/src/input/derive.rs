//! A catalogue for shops that give none: what their orders say of the products.

use super::catalog::{Catalog, Product};
use super::cell::clip;
use super::orders::Trade;
use super::report::{Problem, ReadReport};
use crate::history::{History, Line};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tanish::model::safe_url;

/// Prices count when they were paid so many milliseconds before the end of the data: 90 days.
const RECENT: i64 = 90 * 86_400_000;

/// Gives every product sold (or only touched) its most frequent title and attributes, and the median of
/// its recent prices.
pub(super) fn catalog(history: &History, catalog: &mut Catalog, report: &mut ReadReport) {
    let prices = prices(history);
    let said = history.said();
    let mut traits: HashMap<u32, BTreeMap<&str, &str>> = HashMap::new();
    for ((product, field), texts) in &said {
        if let Some(text) = most_frequent(texts) {
            traits.entry(*product).or_default().insert(History::said_field(*field), text);
        }
    }
    for number in 0..history.products.len() as u32 {
        let id = history.products.name(number).to_owned();
        let mut traits = traits.remove(&number).unwrap_or_default();
        let mut address = |name| {
            let url = traits.remove(name)?;
            if safe_url(url) {
                return Some(url.to_owned());
            }
            let reason = || format!("{:?} of {id} is neither http(s) nor relative", clip(url));
            report.mended.entry(Problem::BadAddress).or_default().add("orders", 0, reason);
            None
        };
        let (url, image) = (address("url"), address("image"));
        let title = traits.remove("title").map_or_else(|| id.clone(), super::catalog::clipped);
        let attributes =
            traits.iter().map(|(name, text)| ((*name).to_owned(), super::catalog::values(name, text)));
        let product = Product {
            price: prices.get(&number).copied(),
            attributes: attributes.filter(|(_, values)| !values.is_empty()).collect(),
            title,
            url,
            image,
            ..Product::default()
        };
        catalog.products.insert(id.clone(), Product { id, ..product });
    }
    report.notes.push("no catalogue given: titles and prices are taken from the orders".into());
}

/// The most frequent text; of several the first in alphabetical order.
fn most_frequent(texts: &BTreeMap<Arc<str>, u32>) -> Option<&str> {
    let best = texts.values().max()?;
    texts.iter().find(|(_, count)| *count == best).map(|(text, _)| &**text)
}

/// By product: the median of its prices in the last 90 days it was sold for money in, else of all.
fn prices(history: &History) -> HashMap<u32, f64> {
    let newest = history.lines.iter().map(|line| line.at).max().unwrap_or_default();
    let mut paid: HashMap<u32, Vec<(bool, f64)>> = HashMap::new();
    let priced = |line: &&Line| line.trade == Trade::Sold && line.price > 0.0;
    for line in history.lines.iter().filter(priced) {
        paid.entry(line.product).or_default().push((line.at > newest - RECENT, line.price));
    }
    let median = |prices: Vec<(bool, f64)>| {
        let recent = prices.iter().any(|(recent, _)| *recent);
        let mut prices: Vec<f64> =
            prices.into_iter().filter(|(is, _)| *is || !recent).map(|(_, price)| price).collect();
        prices.sort_unstable_by(f64::total_cmp);
        // The lower of the two in the middle: a price that was really asked.
        prices[(prices.len() - 1) / 2]
    };
    paid.into_iter().map(|(product, prices)| (product, median(prices))).collect()
}
