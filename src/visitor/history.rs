//! What the visitor did with products: bounded, mergeable, oldest first.

use crate::time::{DAY, Millis};
use crate::value::Value;

/// Most entries kept; the oldest go first.
pub const MAX_ENTRIES: usize = 500;
/// Most bytes kept, as JSON text, and about: a quota of 5 MB is the whole shop's.
pub const MAX_BYTES: usize = 96 * 1024;
/// Longest age of an entry: 25 months, as the CNIL allows for audience data, taken as 760 days.
pub const MAX_AGE: Millis = 760 * DAY;
/// Longest id, order or query, in bytes; longer ones are not kept.
pub const MAX_TEXT: usize = 200;
/// Attributes of a product that an entry remembers: what the visitor chose or saw.
pub const ATTRIBUTES: [&str; 4] = ["brand", "category", "color", "size"];

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Viewed the product's page; with a query and no product: searched for it.
    View,
    /// Put it into the cart.
    Cart,
    /// Bought it.
    Purchase,
    /// Wished for it; with a query and no product: looked for it and found nothing.
    Wish,
}

impl Action {
    const NAMES: [(&'static str, Action); 4] = [
        ("view", Action::View),
        ("cart", Action::Cart),
        ("purchase", Action::Purchase),
        ("wish", Action::Wish),
    ];

    /// Reads `view`, `cart`, `purchase` or `wish`; a `search` is a view of words.
    pub fn parse(name: &str) -> Option<Action> {
        let name = if name == "search" { "view" } else { name };
        Action::NAMES.iter().find(|(text, _)| *text == name).map(|(_, action)| *action)
    }

    /// The name [`Action::parse`] reads.
    pub fn name(self) -> &'static str {
        Action::NAMES[self as usize].0
    }
}

/// One thing the visitor did.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The product; empty for a wish in words.
    pub id: String,
    /// When.
    pub at: Millis,
    /// What.
    pub action: Action,
    /// Pieces bought; 1 for all else.
    pub quantity: f64,
    /// Price of a piece in the shop's currency, where known.
    pub price: Option<f64>,
    /// The order it belongs to, where known.
    pub order: Option<String>,
    /// The words of a wish.
    pub query: Option<String>,
    /// Attribute ([`ATTRIBUTES`]) and value, where the page said so.
    pub attributes: Vec<(String, String)>,
}

impl HistoryEntry {
    /// An entry with a product, a time and an action, nothing else.
    pub fn new(id: &str, at: Millis, action: Action) -> HistoryEntry {
        HistoryEntry {
            id: id.to_owned(),
            at,
            action,
            quantity: 1.0,
            price: None,
            order: None,
            query: None,
            attributes: Vec::new(),
        }
    }

    /// Reads `{id, at, action, quantity, price, order, query, attributes}`; `at` in milliseconds.
    /// `None` where it names neither product nor wish, has no time, or a text is too long.
    pub fn from_value(value: &Value) -> Option<HistoryEntry> {
        let text = |name: &str| value.str(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let at = value.number("at").filter(|at| *at >= 0.0)? as Millis;
        let action = match value.get("action") {
            None | Some(Value::Null) => Action::Purchase,
            Some(name) => Action::parse(name.as_str()?)?,
        };
        let mut entry = HistoryEntry::new(value.str("id").unwrap_or_default(), at, action);
        entry.quantity =
            value.number("quantity").filter(|quantity| (0.0..=1e6).contains(quantity)).unwrap_or(1.0);
        entry.price = value.number("price").filter(|price| (0.0..=1e12).contains(price));
        entry.order = text("order");
        entry.query = text("query");
        entry.attributes = attributes_of(value.get("attributes").unwrap_or(&Value::Null));
        let in_words = matches!(entry.action, Action::View | Action::Wish) && entry.query.is_some();
        let named = !entry.id.is_empty() || in_words;
        let short = [Some(&entry.id), entry.order.as_ref(), entry.query.as_ref()]
            .into_iter()
            .flatten()
            .all(|t| t.len() <= MAX_TEXT);
        (named && short).then_some(entry)
    }

    /// The inverse of [`HistoryEntry::from_value`].
    pub fn to_value(&self) -> Value {
        let mut value = Value::object([
            ("id", self.id.as_str().into()),
            ("at", self.at.into()),
            ("action", if self.is_search() { "search" } else { self.action.name() }.into()),
        ]);
        if self.quantity != 1.0 {
            value.set("quantity", self.quantity);
        }
        if let Some(price) = self.price {
            value.set("price", price);
        }
        if let Some(order) = &self.order {
            value.set("order", order.as_str());
        }
        if let Some(query) = &self.query {
            value.set("query", query.as_str());
        }
        if !self.attributes.is_empty() {
            let attributes =
                self.attributes.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
            value.set("attributes", Value::Object(attributes.collect()));
        }
        value
    }

    /// Whether it is a search: words, and no product.
    pub fn is_search(&self) -> bool {
        self.id.is_empty() && self.action == Action::View
    }

    /// About how many bytes it takes as JSON text.
    fn weight(&self) -> usize {
        let texts = [Some(&self.id), self.order.as_ref(), self.query.as_ref()];
        let attributes = self.attributes.iter().map(|(name, value)| name.len() + value.len() + 6);
        64 + texts.into_iter().flatten().map(|text| text.len() + 12).sum::<usize>()
            + attributes.sum::<usize>()
    }

    /// Two entries are the same deed when these agree. The size is part of it: one order may hold a
    /// shirt in two sizes.
    fn key(&self) -> (Millis, &str, Action, [Option<&str>; 3]) {
        let size = self.attributes.iter().find(|(name, _)| name == "size").map(|(_, size)| size.as_str());
        (self.at, &self.id, self.action, [self.order.as_deref(), self.query.as_deref(), size])
    }

    /// Of two tellings of one deed the fuller stands, whichever came first: so all tabs agree.
    fn fuller_than(&self, other: &HistoryEntry) -> bool {
        let price = |entry: &HistoryEntry| entry.price.unwrap_or(-1.0);
        let order = self.quantity.total_cmp(&other.quantity).then(price(self).total_cmp(&price(other)));
        order.then_with(|| self.attributes.cmp(&other.attributes)).is_gt()
    }
}

/// Reads the attributes an entry remembers out of an object: text, or the first of a list.
pub fn attributes_of(object: &Value) -> Vec<(String, String)> {
    ATTRIBUTES
        .iter()
        .filter_map(|name| {
            let value = object.get(name)?;
            let text = value.as_str().or_else(|| value.items().first().and_then(Value::as_str))?;
            (!text.is_empty() && text.len() <= MAX_TEXT).then(|| ((*name).to_owned(), text.to_owned()))
        })
        .collect()
}

/// All a visitor did, oldest first, without repeats, within the bounds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History(pub(super) Vec<HistoryEntry>);

impl History {
    /// The entries, oldest first.
    pub fn entries(&self) -> &[HistoryEntry] {
        &self.0
    }

    /// Adds entries in any order; what is there already, too old, or from the future by more than a
    /// day is passed over. Says whether anything changed.
    pub fn add(&mut self, entries: impl IntoIterator<Item = HistoryEntry>, now: Millis) -> bool {
        let mut changed = false;
        for entry in entries {
            let fits = entry.at.saturating_add(MAX_AGE) >= now && entry.at <= now.saturating_add(DAY);
            let place = self.0.binary_search_by(|other| other.key().cmp(&entry.key()));
            match place {
                _ if !fits => {}
                Err(place) => {
                    self.0.insert(place, entry);
                    changed = true;
                }
                Ok(place) if entry.fuller_than(&self.0[place]) => {
                    self.0[place] = entry;
                    changed = true;
                }
                Ok(_) => {}
            }
        }
        self.trim(now) || changed
    }

    /// Drops what is past its age, its number or its bytes. Purchases and wishes outlive views, searches and
    /// carts: of those the oldest go first.
    fn trim(&mut self, now: Millis) -> bool {
        let before = self.0.len();
        self.0.retain(|entry| entry.at.saturating_add(MAX_AGE) >= now);
        let mut count = self.0.len();
        let mut bytes: usize = self.0.iter().map(HistoryEntry::weight).sum();
        for fleeting in [true, false] {
            self.0.retain(|entry| {
                let goes =
                    (count > MAX_ENTRIES || bytes > MAX_BYTES) && (!fleeting || entry.action <= Action::Cart);
                if goes {
                    count -= 1;
                    bytes -= entry.weight();
                }
                !goes
            });
        }
        self.0.len() != before
    }

    /// As kept in the browser.
    pub fn to_value(&self) -> Value {
        Value::Array(self.0.iter().map(HistoryEntry::to_value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Millis = 1_795_329_421_042;

    fn entry() -> impl Strategy<Value = HistoryEntry> {
        (0u64..40, "[a-c]", 0usize..4)
            .prop_map(|(age, id, action)| HistoryEntry::new(&id, NOW - age * DAY, Action::NAMES[action].1))
    }

    proptest! {
        #[test]
        fn merging_does_not_depend_on_order(mut a in proptest::collection::vec(entry(), 0..40), b in proptest::collection::vec(entry(), 0..40)) {
            let (mut left, mut right) = (History::default(), History::default());
            left.add(a.clone(), NOW);
            left.add(b.clone(), NOW);
            a.reverse();
            right.add(b, NOW);
            right.add(a, NOW);
            prop_assert!(left.entries().windows(2).all(|pair| pair[0].at <= pair[1].at));
            prop_assert_eq!(left, right);
        }

        /// However clocks jump between visits, what is kept is in order, within its bounds, and never older
        /// or newer than allowed at the last look.
        #[test]
        fn random_visits_keep_the_bounds(visits in proptest::collection::vec((0u64..1000, proptest::collection::vec(("[a-z]{1,200}", 0u64..2000, 0usize..4), 0..80)), 1..12)) {
            let mut history = History::default();
            let mut now = NOW;
            for (day, deeds) in visits {
                now = NOW - 500 * DAY + day * DAY;
                history.add(deeds.into_iter().map(|(id, at, action)| HistoryEntry::new(&id, NOW - 1000 * DAY + at * DAY, Action::NAMES[action].1)), now);
                let read = History::default();
                let mut read = read;
                let kept = history.to_value();
                read.add(kept.items().iter().filter_map(HistoryEntry::from_value), now);
                let future = history.entries().iter().any(|entry| entry.at > now + DAY);
                prop_assert!(future || read == history, "it comes back as it was");
            }
            prop_assert!(history.entries().len() <= MAX_ENTRIES);
            prop_assert!(history.entries().iter().all(|entry| entry.at + MAX_AGE >= now));
            prop_assert!(history.entries().windows(2).all(|pair| pair[0].key() < pair[1].key()));
        }

        #[test]
        fn entries_come_back(entry in entry(), quantity in 0.0f64..100.0, price in proptest::option::of(0.0f64..1e9)) {
            let entry = HistoryEntry { quantity, price, order: Some("o".into()), attributes: vec![("color".into(), "navy".into())], ..entry };
            prop_assert_eq!(HistoryEntry::from_value(&entry.to_value()), Some(entry));
        }
    }

    #[test]
    fn bounds_hold_and_purchases_outlive_views() {
        let mut history = History::default();
        let buys = (0..100).map(|n| HistoryEntry::new("b", NOW - 100 * DAY + n, Action::Purchase));
        let views = (0..600).map(|n| HistoryEntry::new("v", NOW - 600 + n, Action::View));
        history.add(buys.chain(views), NOW);
        assert_eq!(history.entries().len(), MAX_ENTRIES);
        assert_eq!(history.entries().iter().filter(|e| e.action == Action::Purchase).count(), 100);
        assert_eq!(history.entries().last().map(|e| e.at), Some(NOW - 1));
        history.add((0..700).map(|n| HistoryEntry::new("p", NOW - 700 + n, Action::Purchase)), NOW);
        assert_eq!(history.entries().len(), MAX_ENTRIES);
        assert!(history.entries().iter().all(|e| e.id == "p"), "newest purchases stay");
    }

    #[test]
    fn bytes_are_bounded_and_purchases_stay() {
        let mut history = History::default();
        let long = |n: u64, action| HistoryEntry {
            query: Some("q".repeat(MAX_TEXT)),
            attributes: ATTRIBUTES.map(|name| (name.to_owned(), "v".repeat(MAX_TEXT))).into(),
            ..HistoryEntry::new(&format!("{n:0>200}"), NOW - 1000 + n, action)
        };
        history.add((0..20).map(|n| long(n, Action::Purchase)), NOW);
        history.add((20..300).map(|n| long(n, Action::View)), NOW);
        let text = serde_json::to_string(&history.to_value()).unwrap();
        assert!(text.len() <= MAX_BYTES + MAX_BYTES / 8, "{}", text.len());
        assert_eq!(history.entries().iter().filter(|e| e.action == Action::Purchase).count(), 20);
        assert_eq!(history.entries().last().map(|e| e.at), Some(NOW - 701), "the newest view stays");
    }

    #[test]
    fn a_search_comes_back() {
        let said =
            Value::object([("action", "search".into()), ("query", "suzani".into()), ("at", NOW.into())]);
        let entry = HistoryEntry::from_value(&said).unwrap();
        assert!(entry.is_search());
        assert_eq!(HistoryEntry::from_value(&entry.to_value()), Some(entry));
    }

    #[test]
    fn too_old_and_future_entries_are_passed_over() {
        let mut history = History::default();
        let ages = [NOW - MAX_AGE - 1, NOW + DAY + 1];
        assert!(!history.add(ages.map(|at| HistoryEntry::new("x", at, Action::View)), NOW));
        assert!(history.add([HistoryEntry::new("x", NOW - MAX_AGE, Action::View)], NOW));
        assert!(history.add([], NOW + 1), "ages out later");
        assert!(history.entries().is_empty());
    }

    #[test]
    fn nonsense_is_refused() {
        let long = "x".repeat(MAX_TEXT + 1);
        for value in [
            Value::Null,
            Value::object([("id", "a".into())]),
            Value::object([("id", "".into()), ("at", 1.0.into())]),
            Value::object([("id", long.into()), ("at", 1.0.into())]),
            Value::object([("id", "a".into()), ("at", 1.0.into()), ("action", "steal".into())]),
            Value::object([("id", "a".into()), ("at", f64::NAN.into())]),
        ] {
            assert_eq!(HistoryEntry::from_value(&value), None, "{value:?}");
        }
    }
}
