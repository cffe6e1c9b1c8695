//! The arithmetic against GrowthBook's gbstats 0.8.0: `tests/fixtures/gbstats.json`, whose `origin` says
//! how it was made.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use serde_json::{Value, json};
use tanish_report::stats::{Kind, Statistic, benjamini_hochberg, calculations, compare, holm, srm};

const FIXTURE: &str = include_str!("../../../tests/fixtures/gbstats.json");

fn fixture() -> Value {
    serde_json::from_str(FIXTURE).unwrap()
}

/// The calculator's answers to these questions.
fn answers(questions: &Value) -> Vec<Value> {
    let questions = calculations(questions.to_string().as_bytes()).unwrap();
    let answers = questions.into_iter().enumerate().map(|(at, question)| question.outcome(at + 1).unwrap());
    answers.map(|answer| serde_json::to_value(answer).unwrap()).collect()
}

/// Equal in shape and text, and in numbers to a millionth.
fn close(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            found.len() == wanted.len()
                && wanted.iter().all(|(key, value)| found.get(key).is_some_and(|found| close(found, value)))
        }
        (Value::Array(found), Value::Array(wanted)) => {
            found.len() == wanted.len()
                && found.iter().zip(wanted).all(|(found, wanted)| close(found, wanted))
        }
        (Value::Number(found), Value::Number(wanted)) => {
            let (found, wanted) = (found.as_f64().unwrap(), wanted.as_f64().unwrap());
            (found - wanted).abs() <= 1e-6 * wanted.abs()
        }
        (found, wanted) => found == wanted,
    }
}

#[test]
fn every_result_of_the_reference() {
    let fixture = fixture();
    let (mut questions, mut wanted) = (Vec::new(), Vec::new());
    for experiment in fixture["experiments"].as_array().unwrap() {
        for result in experiment["results"].as_array().unwrap() {
            let (test, config) = (&result["test"], &result["config"]);
            questions
                .push(json!({"a": experiment["a"], "b": experiment["b"], "test": test, "config": config}));
            wanted.push((result["out"].clone(), format!("{}: {test} {config}", experiment["name"])));
        }
    }
    assert_eq!(questions.len(), 156);
    for (found, (wanted, name)) in answers(&Value::Array(questions)).iter().zip(wanted) {
        assert!(close(found, &wanted), "{name}\n found {found}\nwanted {wanted}");
    }
}

#[test]
fn every_split_and_every_family_of_tests() {
    let fixture = fixture();
    for wanted in ["srm", "multiple_testing"].map(|name| fixture[name].as_array().unwrap()) {
        let questions = wanted.iter().map(|row| match row.get("users") {
            Some(users) => json!({"users": users, "weights": row["weights"]}),
            None => json!({"p": row["p"]}),
        });
        let found = answers(&questions.collect());
        assert_eq!(found.len(), wanted.len());
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(close(found, wanted), "{found}\n{wanted}");
        }
    }
}

#[test]
fn questions_that_make_no_sense_are_named() {
    let told = |question: Value| match calculations(question.to_string().as_bytes()) {
        Err(error) => error.to_string(),
        Ok(mut all) => all.remove(0).outcome(1).unwrap_err().to_string(),
    };
    let group = json!({"type": "proportion", "n": 10, "sum": 1});
    for (question, wanted) in [
        (json!({}), "entry 1: must be an object"),
        (json!([{"p": [0.1]}, 7]), "entry 2: must be"),
        (json!({"a": group}), "entry 1: b: is missing"),
        (json!({"a": group, "b": {"type": "proportion", "n": -1, "sum": 0}}), "entry 1: b: "),
        (json!({"a": group, "b": {"type": "proportion", "n": 1.5, "sum": 0}}), "whole number"),
        (json!({"a": group, "b": {"type": "median"}}), "unknown variant"),
        (json!({"a": group, "b": group, "test": "ZTest"}), "entry 1: test: "),
        (json!({"a": group, "b": group, "config": {"alpha": 0}}), "alpha is 0; it must be between 0 and 1"),
        (json!({"a": group, "b": group, "config": {"phase_length_days": 0}}), "phase_length_days"),
        (json!({"users": [1, 2], "weights": [1]}), "1 weights for 2 users"),
        (json!({"users": [-1], "weights": [1]}), "a number of users"),
        (json!({"p": [1.5]}), "1.5 must be from 0 to 1"),
    ] {
        let found = told(question.clone());
        assert!(found.contains(wanted), "{question}: {found}");
    }
    let mean = json!({"type": "mean", "n": 9, "sum": 3, "sum_squares": 4});
    let cuped = |pre: &Value| json!({"type": "cuped", "n": 9, "post": mean, "pre": pre, "post_pre_sum_of_products": 1});
    let mixed = json!({"a": cuped(&mean), "b": cuped(&group)});
    assert!(told(mixed).contains("must be of one type"));
}

fn proportion() -> impl Strategy<Value = Statistic> {
    (0u32..100_000)
        .prop_flat_map(|n| (Just(n), 0..=n))
        .prop_map(|(n, sum)| Statistic::Proportion { n: n.into(), sum: sum.into() })
}

proptest! {
    #[test]
    fn any_text_is_questions_or_an_error(text in ".{0,200}") {
        let _ = calculations(text.as_bytes());
    }

    #[test]
    fn answers_stay_in_range(a in proportion(), b in proportion(), alpha in 0.001..0.999) {
        let config = tanish_report::stats::Config { alpha, ..Default::default() };
        for kind in [Kind::TwoSided, Kind::Greater, Kind::Lesser, Kind::Sequential, Kind::Bayesian] {
            let found = compare(&a, &b, kind, &config).unwrap();
            for chance in found.p_value.into_iter().chain(found.chance_to_win) {
                prop_assert!((0.0..=1.0).contains(&chance), "{found:?}");
            }
            prop_assert!(found.risk.into_iter().flatten().all(|risk| risk >= 0.0 && risk.is_finite()));
            prop_assert!(found.ci[0] <= found.ci[1] || kind == Kind::Lesser);
        }
    }

    #[test]
    fn swapping_the_groups_turns_the_difference(a in proportion(), b in proportion()) {
        let config = tanish_report::stats::Config { difference_type: tanish_report::stats::Difference::Absolute, ..Default::default() };
        let there = compare(&a, &b, Kind::TwoSided, &config).unwrap();
        let back = compare(&b, &a, Kind::TwoSided, &config).unwrap();
        if there.error_message.is_none() && back.error_message.is_none() {
            prop_assert!((there.expected + back.expected).abs() < 1e-12);
            prop_assert!((there.p_value.unwrap() - back.p_value.unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn adjusted_values_keep_their_order_and_never_shrink(p in proptest::collection::vec(0.0..=1.0f64, 0..20)) {
        for adjusted in [holm(&p), benjamini_hochberg(&p)] {
            for (i, x) in p.iter().enumerate() {
                prop_assert!((*x..=1.0).contains(&adjusted[i]));
                prop_assert!(p.iter().zip(&adjusted).all(|(y, at)| y <= x || *at >= adjusted[i]));
            }
        }
    }

    #[test]
    fn a_split_as_wanted_is_no_alarm(n in 1u32..1_000_000, groups in 2usize..6) {
        let users = vec![f64::from(n); groups];
        prop_assert_eq!(srm(&users, &vec![0.25; groups]), 1.0);
        let mut skewed = users.clone();
        skewed[0] += 10.0 * f64::from(n).sqrt() + 10.0;
        prop_assert!(srm(&skewed, &vec![0.25; groups]) < 0.001);
    }
}
