//! What the conformance suite leaves open: hostile payloads, and what is told of broken ones.

use super::{Address, Campaigns, Evaluation, Host, holds, problems, reduce};
use crate::value::Value;
use proptest::prelude::*;

/// Texts without JavaScript: enough for payloads that do not lean on it.
struct PlainHost;

impl Host for PlainHost {
    fn matches(&self, pattern: &str, _insensitive: bool, text: &str) -> bool {
        text.contains(pattern)
    }

    fn lower(&self, text: &str) -> String {
        text.to_lowercase()
    }

    fn number(&self, number: f64) -> String {
        number.to_string()
    }

    fn address(&self, _text: &str, _base: &str) -> Option<Address> {
        None
    }

    fn carry_query(&self, _from: &str, to: &str) -> String {
        to.to_owned()
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_broken_rule_is_named_and_the_default_counts() {
    let payload = json(
        r#"{"features":{"hero":{"defaultValue":"plain","rules":[
            {"condition":{"country":{"$equals":"UZ"}},"force":"a"},
            {"condition":{"$savedGroup":{"id":"nobody"}},"force":"b"},
            {"condition":"country","force":"c"},
            {"variations":["d"],"weights":[1]},
            {"variations":["e","f"],"weights":[0.9,0.9],"coverage":2,"hashVersion":7},
            {"parentConditions":[{"id":"absent","condition":{"value":true}}],"force":"g"},
            {"contextualVariations":["h","i"],"contextualBanditRef":"absent","hashVersion":9},
            "rule",
            {"id":"nothing"}
        ]},"bar":7}}"#,
    );
    let found: Vec<String> = problems(&payload).into_iter().map(|problem| problem.path).collect();
    let expected = [
        "features.hero.rules[0].condition.country.$equals",
        "features.hero.rules[1].condition.$savedGroup",
        "features.hero.rules[2].condition",
        "features.hero.rules[3].variations",
        "features.hero.rules[4].weights",
        "features.hero.rules[4].coverage",
        "features.hero.rules[4].hashVersion",
        "features.hero.rules[5].parentConditions",
        "features.hero.rules[6].hashVersion",
        "features.hero.rules[6].contextualBanditRef",
        "features.hero.rules[7]",
        "features.hero.rules[8]",
        "features.bar",
    ];
    assert_eq!(found, expected);
    let campaigns = Campaigns::new(payload);
    let attributes = json(r#"{"id":"1","country":"UZ"}"#);
    let result = Evaluation::new(&campaigns, &PlainHost, &attributes).feature("hero");
    assert_eq!((result.value, result.source), (&Value::from("plain"), "defaultValue"));
}

#[test]
fn a_long_chain_of_prerequisites_ends() {
    let mut features = Value::Object(Vec::new());
    for place in 0..5000 {
        let rule = format!(r#"{{"rules":[{{"parentConditions":[{{"id":"f{}"}}],"force":1}}]}}"#, place + 1);
        if let Value::Object(members) = &mut features {
            members.push((format!("f{place}"), json(&rule)));
        }
    }
    let campaigns = Campaigns::new(Value::object([("features", features)]));
    let result = Evaluation::new(&campaigns, &PlainHost, &Value::Null).feature("f0");
    assert_eq!(result.source, "cyclicPrerequisite");
}

#[test]
fn groups_that_multiply_end_and_hold_for_nobody() {
    let mut groups = Value::Object(Vec::new());
    for place in 0..40 {
        let next = format!(r#"{{"$savedGroup":{{"id":"g{}"}}}}"#, place + 1);
        let group = format!(r#"{{"type":"condition","condition":{{"$or":[{next},{next}]}}}}"#);
        groups.set(&format!("g{place}"), json(&group));
    }
    for condition in [r#"{"$savedGroup":{"id":"g0"}}"#, r#"{"$not":{"$savedGroup":{"id":"g0"}}}"#] {
        assert!(!holds(&json(condition), &Value::Null, &groups, &PlainHost), "{condition}");
    }
}

/// Values that look like payloads more often than not.
fn any_value() -> impl Strategy<Value = Value> {
    let names = "features|rules|condition|\\$and|\\$or|\\$not|\\$savedGroup|\\$in|\\$elemMatch|\\$size|id|type|values|force|variations|weights|ranges|parentConditions|a|f";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(Value::Number),
        (-2..3i8).prop_map(|number| Value::Number(f64::from(number))),
        "[af]|list|condition".prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((names, inner), 0..5).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #[test]
    fn any_payload_gives_an_answer(payload in any_value(), attributes in any_value(), options in any_value()) {
        let _ = problems(&payload);
        let _ = reduce(&payload, &attributes, &options, &PlainHost);
        let _ = holds(&payload, &attributes, &options, &PlainHost);
        let campaigns = Campaigns::new(Value::object([("features", Value::object([("f", payload.clone())])), ("savedGroups", options)]));
        let mut evaluation = Evaluation::new(&campaigns, &PlainHost, &attributes);
        let _ = evaluation.feature("f");
        let _ = evaluation.run(super::Experiment::of(&payload));
    }

    #[test]
    fn negation_turns_whatever_is_certain(value in any_value(), operator in "eq|gt|lte|in|size|exists|type|veq") {
        let condition = Value::object([("a", Value::object([(&*format!("${operator}"), value.clone())]))]);
        let turned = Value::object([("$not", condition.clone())]);
        let attributes = Value::object([("a", value)]);
        let ask = |condition| holds(condition, &attributes, &Value::Null, &PlainHost);
        // An operator unknown to the engine within makes neither hold.
        prop_assert!(!(ask(&condition) && ask(&turned)));
    }
}
