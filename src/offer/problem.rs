//! What is wrong with campaigns, and where.
//!
//! A broken rule never breaks a page: it takes no part, and the value after it, in the end the default,
//! counts. Here is said which rule that is.

use super::experiment::given;
use crate::value::Value;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, as in `features.hero.rules[2].weights`.
    pub path: String,
    /// What, and the mend.
    pub problem: &'static str,
}

/// Problems past these are not told: the first ones lead to the mend.
const MAX_PROBLEMS: usize = 100;

/// What is wrong with a payload `{features, experiments, savedGroups, contextualBandits}`.
pub fn problems(payload: &Value) -> Vec<Problem> {
    let mut search = Search { payload, found: Vec::new() };
    let empty = Value::Null;
    for (key, feature) in payload.get("features").unwrap_or(&empty).members() {
        let path = ["features.", key].concat();
        search.feature(feature, &path);
    }
    for (place, experiment) in payload.get("experiments").unwrap_or(&empty).items().iter().enumerate() {
        let path = indexed("experiments", place);
        search.rule(experiment, &path, true);
    }
    search.found
}

fn indexed(path: &str, place: usize) -> String {
    [path, "[", &place.to_string(), "]"].concat()
}

struct Search<'a> {
    payload: &'a Value,
    found: Vec<Problem>,
}

impl Search<'_> {
    fn note(&mut self, wrong: bool, path: &[&str], problem: &'static str) {
        if wrong && self.found.len() < MAX_PROBLEMS {
            self.found.push(Problem { path: path.concat(), problem });
        }
    }

    fn feature(&mut self, feature: &Value, path: &str) {
        let is_object = matches!(feature, Value::Object(_));
        self.note(!is_object, &[path], "must be an object with defaultValue and rules");
        match given(feature, "rules") {
            Some(Value::Array(rules)) => {
                for (place, rule) in rules.iter().enumerate() {
                    self.rule(rule, &indexed(&[path, ".rules"].concat(), place), false);
                }
            }
            rules => self.note(rules.is_some(), &[path, ".rules"], "must be a list"),
        }
    }

    fn rule(&mut self, rule: &Value, path: &str, alone: bool) {
        if !matches!(rule, Value::Object(_)) {
            return self.note(true, &[path], "must be an object");
        }
        let member = |names: [&str; 2]| names.iter().find_map(|name| given(rule, name));
        let variations = member(["contextualVariations", "variations"]);
        let parents = rule.get("parentConditions").map(Value::items).unwrap_or_default();
        let does = rule.get("force").is_some() || variations.is_some() || !parents.is_empty();
        self.note(!does, &[path], "does nothing: it has neither force nor variations");
        let few = variations.is_some_and(|list| list.items().len() < 2) || (alone && variations.is_none());
        self.note(few, &[path, ".variations"], "must be a list of two or more");
        let count = variations.map_or(0, |list| list.items().len());
        self.numbers(rule, path, count);
        if let Some(condition) = given(rule, "condition") {
            self.condition(condition, &[path, ".condition"].concat());
        }
        let features = self.payload.get("features").unwrap_or(&Value::Null);
        let stray = parents.iter().any(|parent| parent.str("id").is_none_or(|id| features.get(id).is_none()));
        self.note(stray, &[path, ".parentConditions"], "names a feature that is not there");
        let bandits = self.payload.get("contextualBandits").unwrap_or(&Value::Null);
        let stray = rule.str("contextualBanditRef").is_some_and(|id| bandits.get(id).is_none());
        self.note(stray, &[path, ".contextualBanditRef"], "names a bandit that is not there");
    }

    fn numbers(&mut self, rule: &Value, path: &str, count: usize) {
        let part = |number: f64| (0.0..=1.0).contains(&number);
        if let Some(weights) = given(rule, "weights") {
            let weights: Vec<f64> = weights.items().iter().filter_map(Value::as_f64).collect();
            let right = weights.len() == count && (0.99..=1.01).contains(&weights.iter().sum::<f64>());
            self.note(!right, &[path, ".weights"], "must be a number for each variation, 1 in all");
        }
        let coverage = given(rule, "coverage").is_some_and(|of| !of.as_f64().is_some_and(part));
        self.note(coverage, &[path, ".coverage"], "must be within 0 and 1");
        let version = given(rule, "hashVersion").is_some_and(|of| !matches!(of.as_f64(), Some(1.0 | 2.0)));
        self.note(version, &[path, ".hashVersion"], "must be 1 or 2");
    }

    /// Looks for operators this engine does not know, and for groups that are not there.
    fn condition(&mut self, condition: &Value, path: &str) {
        let Value::Object(members) = condition else {
            return self.note(true, &[path], "must be an object of attributes and what they must be");
        };
        for (name, value) in members {
            let path = [path, ".", name].concat();
            match (name.as_str(), value) {
                ("$and" | "$or" | "$nor", Value::Array(list)) => {
                    for (place, one) in list.iter().enumerate() {
                        self.condition(one, &indexed(&path, place));
                    }
                }
                ("$and" | "$or" | "$nor", _) => self.note(true, &[&path], "must be a list of conditions"),
                ("$not", Value::Object(_)) | ("$elemMatch", Value::Object(_)) => self.condition(value, &path),
                ("$savedGroup", _) => {
                    let id = value.str("id");
                    let groups = self.payload.get("savedGroups").unwrap_or(&Value::Null);
                    let stray = id.is_none_or(|id| groups.get(id).is_none());
                    self.note(stray, &[&path], "names a saved group that is not there");
                }
                (operator, _) if operator.starts_with('$') => {
                    let known = OPERATORS.contains(&operator);
                    self.note(!known, &[&path], "is no operator this version knows: the rule fits nobody");
                }
                (_, Value::Object(_)) => self.condition(value, &path),
                _ => {}
            }
        }
    }
}

/// Operators that stand below an attribute, but for those that hold conditions.
const OPERATORS: [&str; 29] = [
    "$not",
    "$eq",
    "$ne",
    "$gt",
    "$gte",
    "$lt",
    "$lte",
    "$veq",
    "$vne",
    "$vgt",
    "$vgte",
    "$vlt",
    "$vlte",
    "$in",
    "$nin",
    "$ini",
    "$nini",
    "$all",
    "$alli",
    "$regex",
    "$regexi",
    "$notRegex",
    "$notRegexi",
    "$exists",
    "$type",
    "$size",
    "$elemMatch",
    "$inGroup",
    "$notInGroup",
];
