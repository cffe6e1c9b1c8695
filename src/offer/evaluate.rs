//! One visitor's answers: features and experiments for given attributes.

use super::bucket::{Namespace, choose, place, query_override, ranges, read_range, within};
use super::campaigns::Campaigns;
use super::condition::holds;
use super::experiment::{Experiment, given, text};
use super::host::{Host, number_text};
use super::result::{CYCLE, ExperimentResult, FeatureResult};
use super::sticky::{Remembered, StickyBuckets};
use super::target::is_targeted;
use super::told::Told;
use crate::value::Value;
use std::borrow::Cow;

/// Prerequisites deeper than this count as a cycle.
const MAX_PREREQUISITES: u8 = 64;

/// Everything but the campaigns that an answer depends on.
pub struct Evaluation<'a> {
    /// The campaigns.
    pub campaigns: &'a Campaigns,
    /// JavaScript's ways.
    pub host: &'a dyn Host,
    /// Who and where the visitor is.
    pub attributes: &'a Value,
    /// The page's address; empty for none.
    pub url: &'a str,
    /// Whether experiments run at all.
    pub enabled: bool,
    /// Whether only forced variations count.
    pub qa_mode: bool,
    /// Variations by experiment, set from outside.
    pub forced: &'a Value,
    /// Values by feature, set from outside.
    pub forced_values: &'a Value,
    /// What was assigned before; `None` where nothing is to be kept.
    pub sticky: Option<StickyBuckets>,
}

/// By which attribute a visitor is hashed, and its value.
struct Hashed<'a> {
    attribute: &'a str,
    value: &'a Value,
    text: Cow<'a, str>,
}

/// The features on the way to this one.
#[derive(Clone, Copy)]
struct Way<'w> {
    key: &'w str,
    depth: u8,
    before: Option<&'w Way<'w>>,
}

/// Whether prerequisites are met: yes, no, or why the feature is closed.
type Met = Result<bool, &'static str>;

/// How a variation was come to.
#[derive(Clone, Copy)]
struct Assigned {
    variation: Option<usize>,
    /// The visitor's place on the line, where that decided and no force.
    bucket: Option<f64>,
    sticky: bool,
}

const NOT_ASSIGNED: Assigned = Assigned { variation: None, bucket: None, sticky: false };

impl<'a> Evaluation<'a> {
    /// A visitor with these attributes, everything else as usual.
    pub fn new(campaigns: &'a Campaigns, host: &'a dyn Host, attributes: &'a Value) -> Evaluation<'a> {
        Evaluation {
            campaigns,
            host,
            attributes,
            url: "",
            enabled: true,
            qa_mode: false,
            forced: &Value::Null,
            forced_values: &Value::Null,
            sticky: None,
        }
    }

    /// The value of a feature, and why.
    pub fn feature(&mut self, key: &'a str) -> FeatureResult<'a> {
        self.evaluate(key, None)
    }

    /// Runs an experiment that belongs to no feature.
    pub fn run(&mut self, experiment: Experiment<'a>) -> ExperimentResult<'a> {
        self.run_within(experiment, None, None)
    }

    /// Whether a condition holds.
    pub fn holds(&self, condition: &Value) -> bool {
        holds(condition, self.attributes, self.campaigns.part("savedGroups"), self.host)
    }

    fn evaluate(&mut self, key: &'a str, before: Option<&Way>) -> FeatureResult<'a> {
        let mut on_the_way = before;
        while let Some(way) = on_the_way {
            if way.key == key || way.depth >= MAX_PREREQUISITES {
                return FeatureResult::of(&Value::Null, CYCLE);
            }
            on_the_way = way.before;
        }
        if let Some(value) = self.forced_values.get(key) {
            return FeatureResult::of(value, "override");
        }
        let Some(feature) = self.campaigns.part("features").get(key) else {
            return FeatureResult::of(&Value::Null, "unknownFeature");
        };
        let way = Way { key, depth: before.map_or(0, |way| way.depth + 1), before };
        for rule in feature.get("rules").map(Value::items).unwrap_or_default() {
            match self.prerequisites(rule, &way) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(closed) => return FeatureResult::of(&Value::Null, closed),
            }
            if let Some(mut result) = self.by_rule(rule, &way, key) {
                result.rule = rule.str("id").unwrap_or_default();
                return result;
            }
        }
        FeatureResult::of(feature.get("defaultValue").unwrap_or(&Value::Null), "defaultValue")
    }

    fn by_rule(&mut self, rule: &'a Value, way: &Way, key: &'a str) -> Option<FeatureResult<'a>> {
        if self.is_filtered_out(rule) == Some(true) {
            return None;
        }
        if let Some(value) = rule.get("force") {
            let fits = self.is_in_condition(rule) && self.is_in_rollout(rule, key);
            return fits.then(|| FeatureResult::of(value, "force"));
        }
        let experiment = Experiment::of_rule(rule, key)?;
        let bandit = self.bandit(experiment);
        let mut told = experiment.told();
        let weights = bandit.as_ref().and_then(|bandit| bandit.1);
        if let Some(weights) = weights {
            told.set("weights", weights.clone());
        }
        let mut result = self.run_within(experiment, Some(way), weights);
        if !result.in_experiment || result.passthrough {
            return None;
        }
        if let (true, Some((bandit, _))) = (result.hash_used, bandit) {
            for (name, value) in bandit.members() {
                result.told.set(name, value.clone());
            }
            told.set("contextualBandit", bandit);
        }
        let value = result.value;
        Some(FeatureResult { experiment: Some((told, result)), ..FeatureResult::of(value, "experiment") })
    }

    fn prerequisites(&mut self, of: &'a Value, way: &Way) -> Met {
        for parent in of.get("parentConditions").map(Value::items).unwrap_or_default() {
            let result = self.evaluate(parent.str("id").unwrap_or_default(), Some(way));
            if result.source == CYCLE {
                return Err(CYCLE);
            }
            let subject = Value::object([("value", result.value.clone())]);
            let condition = given(parent, "condition");
            let groups = self.campaigns.part("savedGroups");
            if condition.is_some_and(|condition| !holds(condition, &subject, groups, self.host)) {
                return if given(parent, "gate").is_some() { Err("prerequisite") } else { Ok(false) };
            }
        }
        Ok(true)
    }

    fn is_in_condition(&self, of: &Value) -> bool {
        given(of, "condition").is_none_or(|condition| self.holds(condition))
    }

    /// Whether one of its filters leaves the visitor out; `None` where there are no filters.
    fn is_filtered_out(&self, of: &Value) -> Option<bool> {
        let Some(Value::Array(filters)) = of.get("filters") else { return None };
        Some(filters.iter().any(|filter| {
            let by = self.hashed(text(filter, "attribute").unwrap_or("id"));
            let seed = filter.str("seed").unwrap_or_default();
            let at = by.and_then(|by| place(seed, &by.text, version(filter, 2.0)));
            let ranges = filter.get("ranges").map(Value::items).unwrap_or_default();
            !at.is_some_and(|at| ranges.iter().filter_map(read_range).any(|range| within(at, range)))
        }))
    }

    fn is_in_rollout(&self, rule: &Value, key: &str) -> bool {
        let (range, coverage) = (given(rule, "range"), rule.number("coverage"));
        if range.is_none() && coverage.is_none() {
            return true;
        }
        let Some(by) = self.hashed_by(rule) else { return false };
        let at = place(text(rule, "seed").unwrap_or(key), &by.text, version(rule, 1.0));
        let range = range.map(|range| read_range(range).unwrap_or_default());
        let range = range.unwrap_or((0.0, coverage.unwrap_or_default()));
        at.is_some_and(|at| within(at, range))
    }

    /// An attribute to hash by: text that is not empty, or a number that is not nought.
    fn hashed<'b>(&self, attribute: &'b str) -> Option<Hashed<'b>>
    where
        'a: 'b,
    {
        let value = self.attributes.get(attribute)?;
        let text = match value {
            Value::String(text) if !text.is_empty() => Cow::Borrowed(text.as_str()),
            Value::Number(number) if *number != 0.0 && number.is_finite() => {
                Cow::Owned(number_text(*number, self.host))
            }
            _ => return None,
        };
        Some(Hashed { attribute, value, text })
    }

    /// By its attribute, or, where sticky buckets are kept, by the one it falls back to.
    fn hashed_by<'b>(&self, of: &'b Value) -> Option<Hashed<'b>>
    where
        'a: 'b,
    {
        let falls_back = self.sticky.is_some() && given(of, "disableStickyBucketing").is_none();
        let fallback = || self.hashed(text(of, "fallbackAttribute").filter(|_| falls_back)?);
        self.hashed(hash_attribute(of)).or_else(fallback)
    }

    /// What the experiment's bandit tells of this visitor, and the weights of the leaf that fits.
    fn bandit(&self, experiment: Experiment<'a>) -> Option<(Value, Option<&'a Value>)> {
        let bandit =
            self.campaigns.part("contextualBandits").get(text(experiment.raw, "contextualBanditRef")?)?;
        let leaves = bandit.get("contexts").map(Value::items).unwrap_or_default();
        let leaf = leaves.iter().find(|leaf| self.is_in_condition(leaf));
        let weights = leaf.map(|leaf| leaf.get("weights").unwrap_or(&Value::Null));
        let mut told = Told::default();
        told.put(
            "leafId",
            leaf.map_or(Value::Number(-1.0), |leaf| leaf.get("leafId").cloned().unwrap_or_default()),
        );
        match weights.or(experiment.raw.get("weights")) {
            Some(weights) => told.copy("variationWeights", weights),
            None => {
                let count = experiment.variations.len();
                told.put("variationWeights", Value::Array(vec![Value::Number(1.0 / count as f64); count]));
            }
        }
        told.copy_any("banditVersion", bandit.get("banditVersion"));
        Some((told.done(), weights))
    }

    fn run_within(
        &mut self,
        experiment: Experiment<'a>,
        way: Option<&Way>,
        weights: Option<&Value>,
    ) -> ExperimentResult<'a> {
        let assigned = self.assign(experiment, way, weights);
        let by = self.hashed_by(experiment.raw);
        let variation = assigned.variation.unwrap_or(0);
        let meta = experiment.list("meta").get(variation).unwrap_or(&Value::Null);
        let key = text(meta, "key").map_or_else(|| variation.to_string(), str::to_owned);
        let value = experiment.variations.get(variation).unwrap_or(&Value::Null);
        let attribute = hash_attribute(experiment.raw);
        let (attribute, hash_value) =
            by.as_ref().map_or((attribute, "".into()), |by| (by.attribute, by.value.clone()));
        let in_experiment = assigned.variation.is_some();
        let hash_used = in_experiment && assigned.bucket.is_some();
        if let (true, Some(by), Some(buckets)) = (hash_used && experiment.is_sticky(), &by, &mut self.sticky)
        {
            buckets.remember(experiment, (by.attribute, &by.text), &key);
        }
        let mut told = Told::default();
        told.text("key", &key);
        told.put("featureId", way.map(|way| way.key).into());
        told.truth("inExperiment", in_experiment);
        told.truth("hashUsed", hash_used);
        told.number("variationId", variation as f64);
        told.copy("value", value);
        told.text("hashAttribute", attribute);
        told.put("hashValue", hash_value);
        told.truth("stickyBucketUsed", assigned.sticky);
        told.copy_any("name", given(meta, "name"));
        let passthrough = given(meta, "passthrough");
        told.copy_any("passthrough", passthrough);
        if let Some(bucket) = assigned.bucket {
            told.number("bucket", bucket);
        }
        if in_experiment {
            self.tell_redirect(experiment, value, &mut told);
        }
        ExperimentResult {
            value,
            variation,
            in_experiment,
            hash_used,
            passthrough: passthrough.is_some(),
            told: told.done(),
        }
    }

    /// Where the variation leads, unless the test runs there too, which would lead in a circle.
    fn tell_redirect(&self, experiment: Experiment, value: &Value, told: &mut Told) {
        let Some(to) = text(value, "urlRedirect") else { return };
        let keeps = given(experiment.raw, "persistQueryString").is_some();
        let whole = if keeps { self.host.carry_query(self.url, to) } else { to.to_owned() };
        if !is_targeted(&whole, experiment.list("urlPatterns"), self.host) {
            told.text("urlRedirect", to);
            told.text("urlWithParams", &whole);
        }
    }

    /// The way to a variation, in the order the specification gives.
    fn assign(&mut self, experiment: Experiment<'a>, way: Option<&Way>, weights: Option<&Value>) -> Assigned {
        let (raw, count) = (experiment.raw, experiment.variations.len());
        let outside = match raw.get("urlPatterns") {
            Some(Value::Array(targets)) if !experiment.is_rule => !is_targeted(self.url, targets, self.host),
            _ => false,
        };
        if count < 2 || !self.enabled || outside {
            return NOT_ASSIGNED;
        }
        let forced = query_override(experiment.key, self.url, count).map(|chosen| Some(chosen as f64));
        let forced = forced.or_else(|| self.forced.get(experiment.key).map(Value::as_f64));
        if let Some(forced) = forced {
            return force(forced, count);
        }
        let status = if experiment.is_rule { None } else { raw.str("status") };
        if !experiment.is_rule && (status == Some("draft") || raw.get("active") == Some(&Value::Bool(false)))
        {
            return NOT_ASSIGNED;
        }
        let Some(by) = self.hashed_by(raw) else { return NOT_ASSIGNED };
        let remembered = self.recall(experiment);
        if !matches!(remembered, Remembered::Variation(_)) && !self.is_for(experiment, &by.text, way) {
            return NOT_ASSIGNED;
        }
        let seed = text(raw, "seed").unwrap_or(experiment.key);
        let Some(at) = place(seed, &by.text, version(raw, 1.0)) else { return NOT_ASSIGNED };
        let variation = match remembered {
            Remembered::Blocked => return Assigned { sticky: true, ..NOT_ASSIGNED },
            Remembered::Variation(variation) => Some(variation),
            Remembered::Nothing => {
                let ranges = experiment.ranges().unwrap_or_else(|| {
                    let weights = weights.or(raw.get("weights")).map(numbers);
                    ranges(count, raw.number("coverage").unwrap_or(1.0), weights.as_deref())
                });
                choose(at, &ranges)
            }
        };
        let own_force = raw.get("force").filter(|_| !experiment.is_rule);
        match (variation.filter(|variation| *variation < count), own_force) {
            (Some(_), Some(forced)) => force(forced.as_f64(), count),
            (Some(variation), None) if !self.qa_mode && status != Some("stopped") => Assigned {
                variation: Some(variation),
                bucket: Some(at),
                sticky: matches!(remembered, Remembered::Variation(_)),
            },
            _ => NOT_ASSIGNED,
        }
    }

    fn recall(&self, experiment: Experiment) -> Remembered {
        let Some(buckets) = self.sticky.as_ref().filter(|_| experiment.is_sticky()) else {
            return Remembered::Nothing;
        };
        let first = self.hashed(hash_attribute(experiment.raw));
        let second = self.hashed(text(experiment.raw, "fallbackAttribute").unwrap_or("id"));
        let owners = [first, second];
        let owners: Vec<(&str, &str)> = owners.iter().flatten().map(|by| (by.attribute, &*by.text)).collect();
        buckets.recall(experiment, &owners)
    }

    /// What is asked only of those who were not assigned before.
    fn is_for(&mut self, experiment: Experiment<'a>, hash_value: &str, way: Option<&Way>) -> bool {
        let outside = self.is_filtered_out(experiment.raw).unwrap_or_else(|| {
            let namespace = given(experiment.raw, "namespace").and_then(Namespace::read);
            namespace.is_some_and(|namespace| !namespace.holds(hash_value))
        });
        let own = Way { key: "", depth: 0, before: None };
        // A rule's prerequisites were asked before.
        !outside
            && self.is_in_condition(experiment.raw)
            && (experiment.is_rule || self.prerequisites(experiment.raw, way.unwrap_or(&own)) == Ok(true))
    }
}

fn force(chosen: Option<f64>, count: usize) -> Assigned {
    let fits = |chosen: &f64| chosen.trunc() == *chosen && (0.0..count as f64).contains(chosen);
    Assigned { variation: chosen.filter(fits).map(|chosen| chosen as usize), ..NOT_ASSIGNED }
}

fn hash_attribute(of: &Value) -> &str {
    text(of, "hashAttribute").unwrap_or("id")
}

fn version(of: &Value, usual: f64) -> f64 {
    of.number("hashVersion").filter(|version| *version != 0.0).unwrap_or(usual)
}

fn numbers(list: &Value) -> Vec<f64> {
    list.items().iter().filter_map(Value::as_f64).collect()
}
