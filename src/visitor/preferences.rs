//! What the visitor said of themselves: sizes, favourite brands, a child's age, a goal. It counts for
//! more than whatever is inferred from deeds.

use crate::time::Millis;
use crate::value::Value;

/// Largest answer to one question, as JSON text.
const MAX_ANSWER: usize = 1024;
/// What can be stated, and the attribute of products it is about; the first [`ATTRIBUTES`] have one.
const NAMES: [(&str, &str); 7] = [
    ("sizes", "size"),
    ("brands", "brand"),
    ("colors", "color"),
    ("categories", "category"),
    ("children", ""),
    ("goal", ""),
    ("birthdays", ""),
];

const ATTRIBUTES: usize = 4;

/// Answers by name: `{name: {said, at}}`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preferences(Value);

impl Preferences {
    /// Takes answers; `null` takes one back. Names those it cannot take: unknown ones, and such past 1 KB.
    pub fn state<'a>(&mut self, answers: &'a Value, now: Millis) -> Vec<&'a str> {
        let mut refused = Vec::new();
        for (name, said) in answers.members() {
            if !NAMES.iter().any(|(known, _)| known == name) || said.weight() > MAX_ANSWER {
                refused.push(name.as_str());
            } else if *said != Value::Null {
                self.0.set(name, Value::object([("said", said.clone()), ("at", now.into())]));
            } else if let Value::Object(answers) = &mut self.0 {
                answers.retain(|(known, _)| known != name);
            }
        }
        refused
    }

    /// The answer of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.path(&[name, "said"])
    }

    /// As kept in the profile; `Null` where nothing was ever said.
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }

    /// Reads what [`Preferences::to_value`] wrote; more than all answers can be is not read.
    pub fn from_value(value: &Value) -> Preferences {
        Preferences(bounded(value, NAMES.len() * (MAX_ANSWER + 64)))
    }

    /// Puts what was stated above what was inferred: `affinities` is `{attribute: [{value, weight, …}]}` with
    /// shares. Each stated value gains one whole share, `w' = (w + 1) / (n + Σw)`, so none that is only
    /// inferred comes before it.
    pub fn lift(&self, affinities: &mut Value) {
        for (name, attribute) in NAMES.into_iter().take(ATTRIBUTES) {
            let mut names = self.get(name).map(texts).unwrap_or_default();
            let stated = names.len();
            if stated == 0 {
                continue;
            }
            let inferred = affinities.get(attribute).map(Value::items).unwrap_or_default().to_vec();
            for text in inferred.iter().filter_map(|affinity| affinity.str("value")) {
                add(&mut names, text);
            }
            let share = |affinity: &Value| affinity.number("weight").unwrap_or(0.0);
            let sum = stated as f64 + inferred.iter().map(share).sum::<f64>();
            let mut lifted = Vec::new();
            for (place, text) in names.into_iter().enumerate() {
                let known = inferred.iter().find(|affinity| affinity.str("value") == Some(text));
                let mut affinity = known.cloned().unwrap_or_default();
                let gain = if place < stated { 1.0 } else { 0.0 };
                affinity.set("value", text);
                affinity.set("weight", (share(&affinity) + gain) / sum);
                affinity.set("stated", place < stated);
                lifted.push(affinity);
            }
            affinities.set(attribute, lifted);
        }
    }
}

/// A kept object of at most so many bytes.
pub(super) fn bounded(value: &Value, most: usize) -> Value {
    if matches!(value, Value::Object(_)) && value.weight() <= most { value.clone() } else { Value::Null }
}

fn add<'a>(names: &mut Vec<&'a str>, text: &'a str) {
    if !text.is_empty() && !names.contains(&text) {
        names.push(text);
    }
}

/// The texts of an answer: one, a list, or an object of these by category. Each once.
fn texts(said: &Value) -> Vec<&str> {
    fn collect<'a>(said: &'a Value, names: &mut Vec<&'a str>) {
        add(names, said.as_str().unwrap_or_default());
        said.items().iter().for_each(|said| collect(said, names));
        said.members().iter().for_each(|(_, said)| collect(said, names));
    }
    let mut names = Vec::new();
    collect(said, &mut names);
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn stated(text: &str) -> Preferences {
        let mut preferences = Preferences::default();
        assert_eq!(preferences.state(&json(text), 5), Vec::<&str>::new());
        preferences
    }

    #[test]
    fn stated_comes_before_inferred() {
        let preferences =
            stated(r#"{"brands":["Silk Road","Atlas"],"sizes":{"Shoes":"42","Shirts":["L","XL"]}}"#);
        let mut affinities =
            json(r#"{"brand":[{"value":"Zar","weight":0.9},{"value":"Atlas","weight":0.1}],"color":[]}"#);
        preferences.lift(&mut affinities);
        let of = |name: &str| -> Vec<(String, f64)> {
            let values = affinities.get(name).unwrap().items().iter();
            values.map(|one| (one.str("value").unwrap().to_owned(), one.number("weight").unwrap())).collect()
        };
        let brands = of("brand");
        assert_eq!(
            brands.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["Silk Road", "Atlas", "Zar"]
        );
        assert!((brands.iter().map(|(_, weight)| weight).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(of("size").len(), 3);
        assert_eq!(affinities.get("color"), Some(&Value::Array(vec![])));
    }

    #[test]
    fn answers_are_taken_back_and_unknown_ones_named() {
        let mut preferences = stated(r#"{"goal":"sleep better","children":[{"age":3,"gender":"girl"}]}"#);
        assert_eq!(preferences.state(&json(r#"{"goal":null,"shoe":"42"}"#), 6), ["shoe"]);
        assert_eq!(preferences.get("goal"), None);
        let long = Value::object([("goal", "x".repeat(MAX_ANSWER).into())]);
        assert_eq!(preferences.state(&long, 7), ["goal"]);
        assert_eq!(Preferences::from_value(&preferences.to_value()), preferences);
        for damaged in [r#""goal""#, "[1]", r#"{"goal":3,"brands":{"said":{"a":[{"b":1}]}}}"#] {
            let read = Preferences::from_value(&json(damaged));
            assert_eq!(read.get("goal"), None);
            read.lift(&mut json("{}"));
        }
        let long = Value::object([("goal", "x".repeat(9000).into())]);
        assert_eq!(Preferences::from_value(&long), Preferences::default());
    }

    proptest! {
        #[test]
        fn nothing_inferred_ever_comes_before_the_stated(weights in prop::collection::vec(0.0f64..1.0, 0..6), said in prop::collection::vec("[a-h]", 1..4)) {
            let sum: f64 = weights.iter().sum::<f64>().max(1e-9);
            let inferred = ["a", "b", "c", "d", "e", "f"].iter().zip(&weights).map(|(name, weight)| {
                Value::object([("value", (*name).into()), ("weight", (weight / sum).into())])
            });
            let mut affinities = Value::object([("brand", Value::Array(inferred.collect()))]);
            let answer = Value::Array(said.iter().map(|one| one.as_str().into()).collect());
            let mut preferences = Preferences::default();
            preferences.state(&Value::object([("brands", answer)]), 0);
            preferences.lift(&mut affinities);
            let lifted = affinities.get("brand").unwrap().items();
            let weight = |one: &Value| one.number("weight").unwrap();
            let least = lifted.iter().filter(|one| one.get("stated") == Some(&Value::Bool(true))).map(weight).fold(1.0, f64::min);
            let most = lifted.iter().filter(|one| one.get("stated") == Some(&Value::Bool(false))).map(weight).fold(0.0, f64::max);
            prop_assert!(least + 1e-12 >= most, "{least} < {most}");
            let total: f64 = lifted.iter().map(weight).sum();
            prop_assert!((total - 1.0).abs() < 1e-6);
        }
    }
}
