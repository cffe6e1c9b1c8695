//! Placements: the places of a shop's pages where products are shown, and the rules that hold there.
//!
//! `site.json`: `{"placements": {"home": {"kind": "for-you", "pin": ["A1"], …}, "*": {…}}}`. What stands
//! under `*` holds in every placement, and for questions that name none.
//!
//! All rules have one shape, and are read by one function: each visitor downloads this code.

use super::condition::Condition;
use super::{Kind, MAX_LIMIT};
use crate::value::Value;
use std::sync::Arc;

/// Keys of a placement: first the lists of rules, in the order of [`List`].
const KEYS: [&str; 14] = [
    "pin",
    "boost",
    "bury",
    "exclude",
    "bought",
    "cart",
    "kind",
    "limit",
    "diversity",
    "maxPerBrand",
    "size",
    "price",
    "outOfStock",
    "fallback",
];
/// Most rules in a list.
const MAX_RULES: usize = 200;
/// How much a boosted product's score is multiplied by where the rule does not say.
const BOOST: f64 = 2.0;
/// Share of unlikeness where `diversity` does not say.
const STRENGTH: f64 = 0.3;
/// Most products of one category and colour where `diversity` is `true`.
const MAX_ALIKE: usize = 2;

/// What is wrong in `site.json`, in words: where, and the mend.
#[derive(Debug, Default)]
pub struct Problems(pub Vec<String>);

impl Problems {
    /// Notes a problem; answers `None`, for what was to be read is not.
    pub fn say<T>(&mut self, path: &str, mend: &str) -> Option<T> {
        self.0.push(["site.json: ", path, mend].concat());
        None
    }
}

/// The lists of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// A product, or the best that meets the condition, at a position; its number, from 0.
    Pin,
    /// Scores multiplied by a number greater than 0.
    Boost,
    /// Shown only where nothing else is left.
    Bury,
    /// Never shown.
    Exclude,
    /// What was bought: not shown for so many days; 0 shows it, infinite never does.
    Bought,
    /// What is in the cart, likewise.
    Cart,
}

/// One rule: of which products it speaks, its number (see [`List`]), and the shop's own reason: a text, or
/// one by language, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which products.
    pub when: Condition,
    /// What [`List`] says it is.
    pub number: f64,
    /// `because`.
    pub because: Value,
}

/// At most so many products with the same values of some attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cap {
    /// The attributes, joined: `category+color`.
    pub by: String,
    /// How many.
    pub most: usize,
}

/// What becomes of products that are sold out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoldOut {
    /// They are not shown.
    #[default]
    Hide,
    /// They are shown where nothing else is left.
    Last,
    /// They are shown as all others are.
    Show,
}

/// The rules of a placement. The default has none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rules {
    /// The kind asked for where the question names none.
    pub kind: Option<Kind>,
    /// How many, where the question does not say.
    pub limit: Option<usize>,
    lists: [Vec<Rule>; 6],
    /// Share of unlikeness to what stands before, 0 to 1.
    pub strength: f64,
    /// At most so many alike.
    pub caps: Vec<Cap>,
    /// Whether a product must be there in the visitor's size.
    pub size: bool,
    /// Which prices: not below, not above, and within the visitor's usual price of the category divided and
    /// multiplied by the third.
    pub price: [Option<f64>; 3],
    /// What becomes of what is sold out.
    pub sold_out: SoldOut,
    /// Kinds to fill the list with where the first has too few, in order.
    pub fallback: Vec<Kind>,
}

/// All placements of a shop.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Placements {
    /// By name; `*` holds everywhere and stands first.
    named: Vec<(String, Arc<Rules>)>,
    none: Arc<Rules>,
}

impl Placements {
    /// Reads `placements` of `site.json`. What is wrong is told and left out.
    pub fn read(placements: Option<&Value>, problems: &mut Problems) -> Placements {
        let mut read = Placements::default();
        let Some(placements) = placements.filter(|_| crate::FULL) else { return read };
        if !matches!(placements, Value::Object(_)) {
            problems
                .say::<()>("placements", " must be an object such as {\"home\": {\"kind\": \"for-you\"}}");
        }
        for star in [true, false] {
            for (name, placement) in placements.members().iter().filter(|(name, _)| (name == "*") == star) {
                let mut rules = Rules::clone(read.all());
                rules.read(placement, &["placements.", name].concat(), problems);
                read.named.push((name.clone(), Arc::new(rules)));
            }
        }
        read
    }

    /// The rules of a placement; `None` where there is none of that name.
    pub fn get(&self, name: &str) -> Option<&Arc<Rules>> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, rules)| rules)
    }

    /// The rules where no placement is named.
    pub fn all(&self) -> &Arc<Rules> {
        self.get("*").unwrap_or(&self.none)
    }

    /// Every number that a rule compares margins with, rising, each once.
    pub fn margins(&self) -> Vec<f64> {
        let rules = self.named.iter().flat_map(|(_, rules)| rules.lists.iter().flatten());
        let mut margins: Vec<f64> = rules.flat_map(|rule| rule.when.margins()).collect();
        margins.sort_by(f64::total_cmp);
        margins.dedup();
        margins
    }
}

impl Rules {
    /// The rules of a list, those of the placement itself first.
    pub fn list(&self, list: List) -> &[Rule] {
        &self.lists[list as usize]
    }

    /// Whether an order made by score alone is changed, so that more cards are to be looked at.
    pub fn reorders(&self) -> bool {
        let best = |pin: &Rule| pin.when.product().is_none();
        self.strength > 0.0
            || !self.caps.is_empty()
            || !self.list(List::Boost).is_empty()
            || self.list(List::Pin).iter().any(best)
    }

    /// Adds what a placement says: its rules stand before those known, its settings replace them.
    fn read(&mut self, placement: &Value, path: &str, problems: &mut Problems) {
        if !matches!(placement, Value::Object(_)) {
            problems.say::<()>(path, " must be an object");
        }
        for (key, value) in placement.members() {
            let path = [path, ".", key].concat();
            match KEYS.iter().position(|known| known == key) {
                None => {
                    let mend = " is unknown: kind, limit, pin, boost, bury, exclude, bought, cart, diversity, \
                        maxPerBrand, size, price, outOfStock or fallback";
                    problems.say::<()>(&path, mend);
                }
                Some(list @ 0..6) => {
                    let own = one_or_many(value, path, problems, &|value, at, path, problems| {
                        read_rule(list, value, at, path, problems)
                    });
                    let rest = core::mem::replace(&mut self.lists[list], own);
                    self.lists[list].extend(rest);
                }
                Some(13) => {
                    self.fallback = one_or_many(value, path, problems, &|value, _, path, problems| {
                        read_kind(value, path, problems)
                    });
                }
                Some(key) => {
                    self.set(key, value, &path, problems);
                }
            }
        }
    }

    /// Replaces one setting; what cannot be read is told.
    fn set(&mut self, key: usize, value: &Value, path: &str, problems: &mut Problems) -> Option<()> {
        match KEYS[key] {
            "kind" => self.kind = Some(read_kind(value, path, problems)?),
            "limit" => self.limit = Some(read_count(value, path, problems)?),
            "maxPerBrand" => {
                let most = read_count(value, path, problems)?;
                self.cap("brand", most);
            }
            "diversity" => self.diversity(value, path, problems)?,
            "size" => match value {
                Value::Bool(size) => self.size = *size,
                _ => return problems.say(path, " must be true or false"),
            },
            "price" => {
                let price = ["min", "max", "around"].map(|name| value.number(name));
                let [min, max, around] = price;
                if price == [None; 3]
                    || around.is_some_and(|around| around < 1.0)
                    || min.zip(max).is_some_and(|(min, max)| min > max)
                {
                    return problems.say(path, " must be {min, max} in the shop's currency, or {around: 2}");
                }
                self.price = price;
            }
            _ => match value.as_str() {
                Some("hide") => self.sold_out = SoldOut::Hide,
                Some("last") => self.sold_out = SoldOut::Last,
                Some("show") => self.sold_out = SoldOut::Show,
                _ => return problems.say(path, " must be hide, last or show"),
            },
        }
        Some(())
    }

    /// `true`, `false`, a strength, or `{strength, maxPer: {"brand": 2, "category+color": 1}}`.
    fn diversity(&mut self, value: &Value, path: &str, problems: &mut Problems) -> Option<()> {
        let strength = match value {
            Value::Bool(false) => 0.0,
            Value::Bool(true) => STRENGTH,
            Value::Object(_) => value.number("strength").unwrap_or(STRENGTH),
            other => other.as_f64().unwrap_or(-1.0),
        };
        if !(0.0..=1.0).contains(&strength) {
            return problems.say(path, " must be true, false, a strength from 0 to 1 or {strength, maxPer}");
        }
        self.strength = strength;
        match value {
            Value::Bool(true) => self.cap("category+color", MAX_ALIKE),
            Value::Bool(false) => self.caps.clear(),
            _ => {}
        }
        for (names, most) in value.get("maxPer").map(Value::members).unwrap_or_default() {
            if let Some(most) = read_count(most, &[path, ".maxPer.", names].concat(), problems) {
                self.cap(names, most);
            }
        }
        Some(())
    }

    fn cap(&mut self, by: &str, most: usize) {
        self.caps.retain(|cap| cap.by != by);
        self.caps.push(Cap { by: by.to_owned(), most });
    }
}

/// Reads an element of a list: value, place, path.
type Read<'a, T> = &'a dyn Fn(&Value, usize, &str, &mut Problems) -> Option<T>;

/// Every element of a list, or the one value. What cannot be read is told and left out.
fn one_or_many<T>(value: &Value, mut path: String, problems: &mut Problems, read: Read<T>) -> Vec<T> {
    let (values, list) = match value {
        Value::Array(values) => (values.as_slice(), true),
        value => (core::slice::from_ref(value), false),
    };
    if values.len() > MAX_RULES {
        problems.say::<()>(&path, " has more than 200 entries: the rest is passed over");
    }
    let length = path.len();
    let mut all = Vec::new();
    for (at, value) in values.iter().take(MAX_RULES).enumerate() {
        if list {
            path.truncate(length);
            path.push('[');
            path.push_str(&at.to_string());
            path.push(']');
        }
        if let Some(one) = read(value, at, &path, problems) {
            all.push(one);
        }
    }
    all
}

fn read_kind(value: &Value, path: &str, problems: &mut Problems) -> Option<Kind> {
    let kind = value.as_str().and_then(Kind::parse);
    if kind.is_none() { problems.say(path, &[" must be a kind: ", Kind::NAMED].concat()) } else { kind }
}

fn read_count(value: &Value, path: &str, problems: &mut Problems) -> Option<usize> {
    match value.as_f64().filter(|count| (1.0..=MAX_LIMIT as f64).contains(count)) {
        Some(count) => Some(count as usize),
        None => problems.say(path, " must be within 1 and 100"),
    }
}

/// A rule of a list: a condition, with the rule's number under `position`, `by` or `hide`. For `bought` and
/// `cart` a number (or `true`, `false`) alone speaks of all products.
fn read_rule(list: usize, value: &Value, at: usize, path: &str, problems: &mut Problems) -> Option<Rule> {
    let owned = list >= List::Bought as usize;
    let (key, default) = match list {
        0 => (".position", at as f64 + 1.0),
        1 => (".by", BOOST),
        _ => (".hide", f64::INFINITY),
    };
    let bare = owned && !matches!(value, Value::Object(_));
    let number = match if bare { Some(value) } else { value.get(&key[1..]) } {
        None | Some(Value::Bool(true)) => default,
        Some(Value::Bool(false)) => 0.0,
        Some(number) => number.as_f64().unwrap_or(-1.0),
    };
    let (sound, mend) = match list {
        0 => ((1.0..=MAX_LIMIT as f64).contains(&number), " must be within 1 and 100"),
        1 => (number > 0.0 && number <= 1e6, " must be a number greater than 0"),
        _ => (number >= 0.0, " must be true, false or days"),
    };
    if !sound {
        return problems.say(&[path, if bare { "" } else { key }].concat(), mend);
    }
    let all = bare || (owned && value.get("field").or(value.get("all")).or(value.get("id")).is_none());
    let when = if all { Condition::default() } else { Condition::read(value, path, problems)? };
    let number = if list == List::Pin as usize { number - 1.0 } else { number };
    Some(Rule { when, number, because: value.get("because").cloned().unwrap_or_default() })
}
