//! A smaller payload for a visitor of whom something is known: fewer features, decided conditions gone.

use super::host::Host;
use super::operator::{same, truthy};
use super::prune::{Pruned, Pruner};
use super::references::keep_groups;
use crate::value::Value;

/// How many prerequisites of prerequisites are followed.
const MAX_DEPTH: usize = 256;

/// The payload for visitors who have these attributes. `options`: `{include, exclude: {projects, tags,
/// customFields}, prerequisites: "keep" | "filter"}`; members this engine does not know are kept.
pub fn reduce(payload: &Value, known: &Value, options: &Value, host: &dyn Host) -> Value {
    let empty = Value::Object(Vec::new());
    let saved = payload.get("savedGroups").unwrap_or(&empty);
    let pruner = Pruner::new(known, saved, host);
    let mut reducer = Reducer {
        features: payload.get("features").unwrap_or(&empty),
        pruner: &pruner,
        filters: Filters { include: options.get("include"), exclude: options.get("exclude") },
        keep_parents: options.str("prerequisites") != Some("filter"),
        kept: Vec::new(),
    };
    for (key, feature) in reducer.features.members() {
        if reducer.filters.fit(feature.get("metadata")) {
            reducer.add(key, 0);
        }
    }
    let all = payload.get("experiments").map(Value::items).unwrap_or_default();
    let fitting = all.iter().filter(|experiment| reducer.filters.fit(experiment.get("metadata")));
    let experiments: Vec<Value> =
        fitting.map(|experiment| without_decided(&pruner, experiment, false)).collect();
    for experiment in &experiments {
        reducer.add_parents(experiment, 0);
    }
    let features = Value::Object(reducer.kept);
    let bandits = bandits_of(payload, &features, &experiments, &pruner);
    let experiments = Value::Array(experiments);
    let groups = keep_groups(&[&features, &experiments, &bandits], saved, &pruner);

    let mut reduced = if matches!(payload, Value::Object(_)) { payload.clone() } else { empty };
    reduced.set("features", features);
    reduced.set("experiments", experiments);
    reduced.set("savedGroups", groups);
    if let Value::Object(members) = &mut reduced {
        members.retain(|(name, value)| name != "contextualBandits" || truthy(value));
    }
    if reduced.get("contextualBandits").is_some() {
        reduced.set("contextualBandits", bandits);
    }
    reduced
}

struct Reducer<'a> {
    features: &'a Value,
    pruner: &'a Pruner<'a>,
    filters: Filters<'a>,
    keep_parents: bool,
    kept: Vec<(String, Value)>,
}

impl Reducer<'_> {
    /// Keeps a feature, and the features its rules ask for.
    fn add(&mut self, key: &str, depth: usize) {
        let Some(feature) = self.features.get(key).filter(|feature| truthy(feature)) else { return };
        if depth > MAX_DEPTH || self.kept.iter().any(|(name, _)| name == key) {
            return;
        }
        // A prerequisite from another project keeps the rules of its own.
        let scoped = self.filters.in_projects(feature.get("metadata"));
        let mut feature = feature.clone();
        let Some(Value::Array(rules)) = feature.get("rules") else {
            self.kept.push((key.to_owned(), feature));
            return;
        };
        let fitting = rules.iter().filter(|rule| !scoped || self.filters.rule_fits(rule.get("metadata")));
        let rules: Vec<Value> = fitting.map(|rule| without_decided(self.pruner, rule, true)).collect();
        feature.set("rules", rules.clone());
        // Before its prerequisites, so that a circle ends.
        self.kept.push((key.to_owned(), feature));
        for rule in &rules {
            self.add_parents(rule, depth + 1);
        }
    }

    fn add_parents(&mut self, item: &Value, depth: usize) {
        for parent in item.get("parentConditions").map(Value::items).unwrap_or_default() {
            let Some(id) = parent.str("id") else { continue };
            // Holdouts are no features of the shop's: no filter is meant for them.
            if self.keep_parents || id.starts_with("$holdout:") {
                self.add(id, depth);
            }
        }
    }
}

/// A rule or an experiment without what is decided.
fn without_decided(pruner: &Pruner, item: &Value, is_rule: bool) -> Value {
    let mut item = item.clone();
    let Some(condition) = item.get("condition").filter(|condition| truthy(condition)) else { return item };
    match pruner.condition(condition) {
        Pruned::Open(open) => item.set("condition", open),
        Pruned::Decided(true) => {
            if let Value::Object(members) = &mut item {
                members.retain(|(name, _)| name != "condition");
            }
        }
        // The rule stays: sticky buckets, forced variations and prerequisites come before a condition.
        Pruned::Decided(false) => {
            item.set("condition", Value::object([("$not", Value::Object(Vec::new()))]));
            if is_rule && item.get("force").is_some() {
                item.set("force", Value::Null);
            }
        }
    }
    item
}

/// The bandits that what is kept refers to, without the contexts that never fit.
fn bandits_of(payload: &Value, features: &Value, experiments: &[Value], pruner: &Pruner) -> Value {
    let mut kept = Value::Object(Vec::new());
    let rules = features.members().iter().flat_map(|(_, feature)| feature.get("rules").map(Value::items));
    for item in rules.flatten().chain(experiments) {
        let Some(id) = item.str("contextualBanditRef") else { continue };
        let Some(bandit) = payload.path(&["contextualBandits", id]) else { continue };
        let mut bandit = bandit.clone();
        if matches!(bandit, Value::Object(_)) {
            let contexts = bandit.get("contexts").map(Value::items).unwrap_or_default();
            let contexts: Vec<Value> =
                contexts.iter().filter_map(|context| open_context(context, pruner)).collect();
            bandit.set("contexts", contexts);
        }
        kept.set(id, bandit);
    }
    kept
}

fn open_context(context: &Value, pruner: &Pruner) -> Option<Value> {
    let empty = Value::Object(Vec::new());
    let condition = context.get("condition").filter(|condition| truthy(condition)).unwrap_or(&empty);
    let left = match pruner.condition(condition) {
        Pruned::Decided(false) => return None,
        Pruned::Decided(true) => empty,
        Pruned::Open(open) => open,
    };
    let mut context = context.clone();
    if matches!(context, Value::Object(_)) {
        context.set("condition", left);
    }
    Some(context)
}

/// Which features and experiments are wanted, by their metadata.
struct Filters<'a> {
    include: Option<&'a Value>,
    exclude: Option<&'a Value>,
}

impl Filters<'_> {
    fn projects(&self) -> Option<&Value> {
        self.include?.get("projects").filter(|projects| **projects != Value::Null)
    }

    /// A rule without projects goes wherever its feature goes.
    fn rule_fits(&self, metadata: Option<&Value>) -> bool {
        let Some(wanted) = self.projects() else { return true };
        let own = metadata.and_then(|metadata| metadata.get("projects")).filter(|own| truthy(own));
        own.is_none_or(|own| shares(own, wanted))
    }

    /// A feature has to be in one of the projects, or in all.
    fn in_projects(&self, metadata: Option<&Value>) -> bool {
        let Some(wanted) = self.projects() else { return true };
        let member = |name| metadata.and_then(|metadata| metadata.get(name));
        member("allProjects").is_some_and(truthy) || member("projects").is_some_and(|own| shares(own, wanted))
    }

    fn fit(&self, metadata: Option<&Value>) -> bool {
        let member = |names: &[&str]| metadata.and_then(|metadata| metadata.path(names));
        let custom = |filters: Option<&Value>| {
            let fields = filters.and_then(|filters| filters.get("customFields"));
            let field = |(name, wanted): &(String, Value)| {
                member(&["customFields", name.as_str()]).is_some_and(|own| shares(own, wanted))
            };
            fields.map(Value::members).unwrap_or_default().iter().map(field).collect::<Vec<bool>>()
        };
        let listed = |filters: Option<&Value>, name: &str| {
            let wanted =
                filters.and_then(|filters| filters.get(name)).filter(|list| **list != Value::Null)?;
            Some(member(&[name]).is_some_and(|own| shares(own, wanted)))
        };
        self.in_projects(metadata)
            && listed(self.include, "tags") != Some(false)
            && custom(self.include).into_iter().all(|fits| fits)
            && listed(self.exclude, "projects") != Some(true)
            && listed(self.exclude, "tags") != Some(true)
            && !custom(self.exclude).into_iter().any(|fits| fits)
    }
}

/// Whether a value, or one of its list, is wanted.
fn shares(own: &Value, wanted: &Value) -> bool {
    let among = |value: &Value| wanted.items().iter().any(|wanted| same(value, wanted));
    if let Value::Array(items) = own { items.iter().any(among) } else { among(own) }
}
