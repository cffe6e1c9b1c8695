//! Sticky buckets: a visitor keeps the variation they first saw, though weights or targeting change.

use super::experiment::Experiment;
use crate::value::Value;

/// The documents that remember assignments, by `attribute||value`, as GrowthBook keeps them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StickyBuckets {
    documents: Value,
    /// Whether an assignment was added.
    pub changed: bool,
}

/// What the documents say about one experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Remembered {
    /// Nothing.
    Nothing,
    /// This variation.
    Variation(usize),
    /// An assignment of a version that no longer takes part.
    Blocked,
}

/// Bounds how many versions are looked for.
const MAX_BLOCKED: f64 = 1000.0;

impl StickyBuckets {
    /// Reads documents by key, or a list of documents.
    pub fn read(value: &Value) -> StickyBuckets {
        let mut documents = Value::Object(Vec::new());
        let mut add = |document: &Value| {
            if let (Some(name), Some(of)) = (document.str("attributeName"), document.str("attributeValue")) {
                documents.set(&key(name, of), document.clone());
            }
        };
        value.items().iter().for_each(&mut add);
        value.members().iter().for_each(|(_, document)| add(document));
        StickyBuckets { documents, changed: false }
    }

    /// The documents, by key.
    pub fn documents(&self) -> &Value {
        &self.documents
    }

    /// What is remembered of an experiment, for the first attribute that remembers anything.
    pub(super) fn recall(&self, experiment: Experiment, owners: &[(&str, &str)]) -> Remembered {
        let find = |version: f64| {
            let name = assignment(experiment.key, version);
            let of = |(attribute, of): &(&str, &str)| {
                self.documents.path(&[&key(attribute, of), "assignments", &name])
            };
            owners.iter().find_map(of)
        };
        let mut blocked = 0.0;
        while blocked < experiment.number("minBucketVersion").min(MAX_BLOCKED) {
            if find(blocked).is_some() {
                return Remembered::Blocked;
            }
            blocked += 1.0;
        }
        let named = find(experiment.number("bucketVersion")).and_then(Value::as_str);
        let place = named
            .and_then(|name| experiment.list("meta").iter().position(|one| one.str("key") == Some(name)));
        place.map_or(Remembered::Nothing, Remembered::Variation)
    }

    /// Remembers a variation.
    pub(super) fn remember(
        &mut self,
        experiment: Experiment,
        (attribute, of): (&str, &str),
        variation: &str,
    ) {
        let name = assignment(experiment.key, experiment.number("bucketVersion"));
        let place = key(attribute, of);
        let mut document = self.documents.get(&place).cloned().unwrap_or_else(|| {
            Value::object([("attributeName", attribute.into()), ("attributeValue", of.into())])
        });
        let mut assignments = document.get("assignments").cloned().unwrap_or_default();
        if assignments.str(&name) != Some(variation) {
            assignments.set(&name, variation);
            document.set("assignments", assignments);
            self.documents.set(&place, document);
            self.changed = true;
        }
    }
}

fn key(attribute: &str, of: &str) -> String {
    [attribute, "||", of].concat()
}

fn assignment(experiment: &str, version: f64) -> String {
    [experiment, "__", &(version as i64).to_string()].concat()
}
