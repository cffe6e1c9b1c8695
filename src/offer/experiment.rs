//! Experiments as they stand in the payload, and how their members are meant.

use super::bucket::{Range, read_range};
use super::operator::truthy;
use crate::value::Value;

/// A test of variations, or a rule of a feature that is one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experiment<'a> {
    /// Its name in reports, and in the query string that forces a variation.
    pub key: &'a str,
    /// What it hands out.
    pub variations: &'a [Value],
    pub(super) raw: &'a Value,
    pub(super) is_rule: bool,
}

/// A member that is text and not empty.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.str(name).filter(|text| !text.is_empty())
}

/// A member that JavaScript takes for true.
pub(super) fn given<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|value| truthy(value))
}

/// Members of a feature's rule that its experiment shows.
const TOLD: [&str; 16] = [
    "weights",
    "hashAttribute",
    "fallbackAttribute",
    "disableStickyBucketing",
    "namespace",
    "meta",
    "ranges",
    "name",
    "phase",
    "seed",
    "hashVersion",
    "filters",
    "condition",
    "coverage",
    "bucketVersion",
    "minBucketVersion",
];

/// How many of them, from the end, are shown even where they are nought.
const TOLD_EXACTLY: usize = 3;

impl<'a> Experiment<'a> {
    /// An experiment given by itself.
    pub fn of(raw: &'a Value) -> Experiment<'a> {
        Experiment::with_key(raw, raw.str("key").unwrap_or_default(), false)
    }

    /// The experiment of a feature's rule; `None` where the rule is none.
    pub(super) fn of_rule(raw: &'a Value, feature: &'a str) -> Option<Experiment<'a>> {
        let experiment = Experiment::with_key(raw, text(raw, "key").unwrap_or(feature), true);
        (!experiment.variations.is_empty()).then_some(experiment)
    }

    fn with_key(raw: &'a Value, key: &'a str, is_rule: bool) -> Experiment<'a> {
        // A bandit's rule hides its variations from engines that know no bandits.
        let variations = raw.get("contextualVariations").filter(|list| **list != Value::Null);
        let variations = variations.or(raw.get("variations")).map(Value::items).unwrap_or_default();
        Experiment { key, variations, raw, is_rule }
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        self.raw.number(name).unwrap_or(0.0)
    }

    pub(super) fn list(&self, name: &str) -> &'a [Value] {
        self.raw.get(name).map(Value::items).unwrap_or_default()
    }

    /// Whether sticky buckets are allowed.
    pub(super) fn is_sticky(&self) -> bool {
        given(self.raw, "disableStickyBucketing").is_none()
    }

    /// The ranges it names; `None` where it names none that can be read.
    pub(super) fn ranges(&self) -> Option<Vec<Range>> {
        match self.raw.get("ranges") {
            Some(Value::Array(items)) => items.iter().map(read_range).collect(),
            _ => None,
        }
    }

    /// The experiment as results show it.
    pub(super) fn told(&self) -> Value {
        let shown = |(name, value): &&(String, Value)| {
            let place = TOLD.iter().position(|told| told == name);
            !self.is_rule || place.is_some_and(|place| place + TOLD_EXACTLY >= TOLD.len() || truthy(value))
        };
        let mut told = Value::Object(self.raw.members().iter().filter(shown).cloned().collect());
        told.set("key", self.key);
        told.set("variations", self.variations.to_vec());
        told
    }
}
