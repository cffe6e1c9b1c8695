//! What the shop tells about itself and the visitor.

use super::Shop;
use crate::score::affinities;
use crate::time::{Millis, rfc3339};
use crate::value::Value;
use crate::visitor::{Action, Purpose};

/// Most products in `visitor().viewed` and wishes in `visitor().wishes`.
const MAX_SHOWN: usize = 20;

impl Shop {
    /// All that is known of the visitor, from this browser alone.
    pub fn visitor(&self, now: Millis) -> Value {
        let profile = &self.profile;
        let orders = profile.order_times();
        let rfm = self.config.rfm.filter(|_| self.allows(Purpose::Personalization)).and_then(|scale| {
            let rfm = scale.score(&orders, profile.spent(), now)?;
            let score = |score: u8| Value::Number(f64::from(score));
            Some(Value::object([
                ("recency", score(rfm.recency)),
                ("frequency", score(rfm.frequency)),
                ("monetary", score(rfm.monetary)),
            ]))
        });
        let object = |kept: Value| if kept == Value::Null { Value::Object(Vec::new()) } else { kept };
        let time = |at: Option<Millis>| Value::from(at.map(rfc3339));
        Value::object([
            ("id", profile.id.map(|id| id.to_string()).into()),
            ("customer", profile.customer.as_deref().into()),
            ("traits", object(profile.traits.clone())),
            ("consent", self.consent.to_value()),
            ("visits", f64::from(profile.visits).into()),
            ("orders", (orders.len() as f64).into()),
            ("spent", profile.spent().into()),
            ("firstSeen", time(profile.first_seen)),
            ("lastSeen", time(profile.last_seen)),
            ("rfm", rfm.into()),
            ("affinities", self.affinities(now)),
            ("preferences", object(profile.preferences.to_value())),
            ("permissions", object(profile.permissions.to_value())),
            ("searches", self.in_words(true)),
            ("wishes", self.in_words(false)),
            ("viewed", self.viewed()),
        ])
    }

    fn affinities(&self, now: Millis) -> Value {
        let of = |(name, values): (&'static str, Vec<crate::score::Affinity>)| {
            let values = values.into_iter().map(|affinity| {
                Value::object([("value", affinity.value.into()), ("weight", affinity.weight.into())])
            });
            (name.to_owned(), Value::Array(values.collect()))
        };
        let inferred = affinities(self.usable_history(), now).into_iter().map(of);
        let mut affinities = Value::Object(inferred.collect());
        if crate::FULL && self.allows(Purpose::Personalization) {
            self.profile.preferences.lift(&mut affinities);
        }
        affinities
    }

    /// What was searched for, or wished for, newest first.
    fn in_words(&self, searched: bool) -> Value {
        let fits = |entry: &&crate::visitor::HistoryEntry| {
            if searched { entry.is_search() } else { entry.action == Action::Wish }
        };
        let wishes = self.usable_history().iter().rev().filter(fits);
        let wish = |entry: &crate::visitor::HistoryEntry| {
            Value::object([
                ("query", entry.query.as_deref().unwrap_or_default().into()),
                ("product", Some(entry.id.as_str()).filter(|id| !id.is_empty()).into()),
                ("at", rfc3339(entry.at).into()),
            ])
        };
        Value::Array(wishes.take(MAX_SHOWN).map(wish).collect())
    }

    fn viewed(&self) -> Value {
        let mut ids: Vec<&str> = Vec::new();
        for entry in self.usable_history().iter().rev().filter(|entry| entry.action == Action::View) {
            if !entry.is_search() && !ids.contains(&entry.id.as_str()) {
                ids.push(&entry.id);
            }
        }
        Value::Array(ids.into_iter().take(MAX_SHOWN).map(Value::from).collect())
    }

    /// Everything kept about the visitor but the events in the store, which the driver adds.
    pub fn export(&self) -> Value {
        Value::object([("profile", self.profile.to_value())])
    }

    /// What happens inside, for developers.
    pub fn diagnostics(&self) -> Value {
        let number = |number: usize| Value::Number(number as f64);
        let files = self.library.files().iter().map(|file| {
            Value::object([
                ("name", file.name.as_str().into()),
                ("bytes", number(file.bytes)),
                ("state", if file.loaded { "loaded" } else { "absent" }.into()),
            ])
        });
        let pending = self.fetching.iter().map(|name| {
            Value::object([("name", name.as_str().into()), ("bytes", number(0)), ("state", "pending".into())])
        });
        Value::object([
            ("version", env!("CARGO_PKG_VERSION").into()),
            ("queued", number(self.outbox.queued())),
            ("dropped", self.outbox.dropped().into()),
            ("refused", self.outbox.refused().into()),
            ("sender", self.outbox.is_sender().into()),
            ("files", Value::Array(files.chain(pending).collect())),
            ("problems", Value::Array(self.problems.iter().map(|text| text.as_str().into()).collect())),
        ])
    }
}
