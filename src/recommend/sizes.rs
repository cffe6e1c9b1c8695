//! The visitor's sizes: what they said, else what they keep choosing.

use crate::model::Card;
use crate::time::{DAY, Millis};
use crate::value::Value;
use crate::visitor::{Action, HistoryEntry};

/// Share of the deeds with one size from which it is the visitor's.
const SURE: f64 = 0.6;
/// Least weight of deeds that say anything of a size: two views, or one purchase.
const ENOUGH: f64 = 1.5;
/// After so many days a deed says 1/e of a size.
const FADE_DAYS: f64 = 300.0;

/// Sizes the visitor stated: category (`""` for all), size.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stated(Vec<(String, String)>);

impl Stated {
    /// Reads a size, a list of sizes, or `{"Shoes": "42", "Shirts": ["L", "XL"]}`.
    pub fn add(&mut self, value: &Value) {
        for (category, sizes) in value.members() {
            self.put(category, sizes);
        }
        self.put("", value);
    }

    fn put(&mut self, category: &str, sizes: &Value) {
        for size in core::iter::once(sizes).chain(sizes.items()) {
            let size = match size {
                Value::String(size) => size.clone(),
                Value::Number(size) if size.fract() == 0.0 => (*size as i64).to_string(),
                _ => continue,
            };
            self.0.push((category.to_owned(), size));
        }
    }
}

/// How a size is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// `42`, `32/34`
    Figures,
    /// `S`, `XXL`, `3XL`
    Letters,
    /// `One size`
    Words,
}

fn writing(size: &str) -> Writing {
    let letters = |byte: u8| matches!(byte, b'X' | b'S' | b'M' | b'L' | b'x' | b's' | b'm' | b'l');
    let figures = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'/' | b'-' | b'.' | b',' | b' ');
    if size.bytes().all(figures) {
        Writing::Figures
    } else if size.bytes().all(|byte| letters(byte) || byte.is_ascii_digit()) {
        Writing::Letters
    } else {
        Writing::Words
    }
}

/// The most special category of a product, or of a deed that has it as a path (`Clothing/Shirts`).
pub fn leaf(path: &str) -> &str {
    path.rsplit(['/', '>']).next().unwrap_or(path).trim()
}

/// Whether a product can be had in the visitor's size. Where nothing is known of either, it can.
pub fn fits(card: &Card, stated: &Stated, history: &[HistoryEntry], now: Millis) -> bool {
    let sizes = card.attribute("size");
    let Some(first) = sizes.first() else { return true };
    let categories = card.attribute("category");
    let in_stock = |wanted: &str| {
        let same = |size: &&String| size.eq_ignore_ascii_case(wanted);
        sizes.iter().any(|size| same(&size)) && !card.sold_out.iter().any(|size| same(&size))
    };
    let way = writing(first);
    if way == Writing::Words {
        return true;
    }
    let of_category = |category: &str| categories.iter().any(|known| known.eq_ignore_ascii_case(category));
    let general = |category: &str| category.is_empty();
    let said = |of: &dyn Fn(&str) -> bool| {
        let fitting = stated.0.iter().filter(|(category, size)| of(category) && writing(size) == way);
        fitting.map(|(_, size)| in_stock(size)).reduce(|one, other| one | other)
    };
    // What was said for a category holds before what was said for all.
    if let Some(fits) = said(&of_category).or_else(|| said(&general)) {
        return fits;
    }
    let category = categories.last().map_or("", |category| category);
    match usual(history, category, way, now) {
        Some(size) => in_stock(size),
        None => true,
    }
}

/// The size that most deeds with products of a category have.
fn usual<'a>(history: &'a [HistoryEntry], category: &str, way: Writing, now: Millis) -> Option<&'a str> {
    let mut sums: Vec<(&str, f64)> = Vec::new();
    for entry in history {
        let attribute = |name: &str| {
            entry.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
        };
        let Some(size) = attribute("size").filter(|size| writing(size) == way) else { continue };
        if !leaf(attribute("category").unwrap_or_default()).eq_ignore_ascii_case(category) {
            continue;
        }
        let age = now.saturating_sub(entry.at) as f64 / DAY as f64;
        let strength = if entry.action == Action::Purchase { 2.0 } else { 1.0 };
        let weight = strength * (-age / FADE_DAYS).exp();
        match sums.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(size)) {
            Some((_, sum)) => *sum += weight,
            None => sums.push((size, weight)),
        }
    }
    let all: f64 = sums.iter().map(|(_, sum)| sum).sum();
    sums.into_iter().find(|(_, sum)| *sum >= SURE * all && *sum >= ENOUGH).map(|(size, _)| size)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_329_421_042;

    fn shirt(sizes: &[&str], sold_out: &[&str]) -> Card {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Card {
            attributes: vec![
                ("category".into(), texts(&["Clothing", "Shirts"])),
                ("size".into(), texts(sizes)),
            ],
            sold_out: texts(sold_out),
            ..Card::default()
        }
    }

    fn deed(action: Action, category: &str, size: &str) -> HistoryEntry {
        HistoryEntry {
            attributes: vec![("category".into(), category.into()), ("size".into(), size.into())],
            ..HistoryEntry::new("x", NOW, action)
        }
    }

    fn said(json: &str) -> Stated {
        let mut stated = Stated::default();
        stated.add(&serde_json::from_str(json).unwrap());
        stated
    }

    #[test]
    fn a_stated_size_decides() {
        let has = |sizes: &[&str], out: &[&str], json: &str| fits(&shirt(sizes, out), &said(json), &[], NOW);
        assert!(has(&["S", "L"], &[], r#""L""#));
        assert!(has(&["S", "L"], &[], r#""l""#));
        assert!(!has(&["S", "L"], &["L"], r#""L""#), "sold out in it");
        assert!(!has(&["S", "M"], &[], r#""L""#), "not made in it");
        assert!(has(&["S", "M"], &[], r#"["L","M"]"#));
        assert!(has(&["39", "40"], &[], r#""L""#), "another way of counting");
        assert!(!has(&["39", "40"], &[], "42"));
        assert!(!has(&["39", "40"], &[], r#"{"Shirts":42}"#));
        assert!(has(&["39", "40"], &[], r#"{"Shoes":42}"#));
        assert!(has(&["39", "40"], &["39"], r#"{"shirts":["39","40"]}"#));
        assert!(has(&[], &[], r#""L""#));
        assert!(has(&["One size"], &[], r#""L""#));
    }

    #[test]
    fn else_what_was_chosen_again_and_again() {
        let has = |history: &[HistoryEntry]| {
            fits(&shirt(&["S", "M", "L"], &["L"]), &Stated::default(), history, NOW)
        };
        assert!(has(&[]));
        assert!(!has(&[deed(Action::Purchase, "Clothing/Shirts", "L")]));
        assert!(has(&[deed(Action::View, "Clothing/Shirts", "L")]), "one look says nothing");
        assert!(has(&[deed(Action::Purchase, "Clothing/Trousers", "L")]));
        let torn = [deed(Action::Purchase, "Shirts", "L"), deed(Action::Purchase, "Shirts", "M")];
        assert!(has(&torn), "for whom were they?");
    }
}
