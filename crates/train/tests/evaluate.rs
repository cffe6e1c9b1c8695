//! Evaluation: what counts as a case, what rules mean, and that the measures are the page's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

use proptest::prelude::*;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tanish_train::{Evaluation, Exam, Options, Protocol, Repeat, TrainError, evaluate};

const HEAD: &str = "session_id,timestamp,product_id\n";

fn exam(folder: &Path, train: &str, test: &str) -> Exam {
    let file = |name: &str, text: &str| -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    Exam {
        train: vec![file("train.csv", train)],
        test: vec![file("test.csv", test)],
        protocol: Protocol::NextItem,
        repeat: Repeat::Keep,
        options: Options::new(""),
    }
}

fn run(train: &str, test: &str, set: impl FnOnce(&mut Exam)) -> Result<Evaluation, TrainError> {
    let folder = tempfile::tempdir().unwrap();
    let mut exam = exam(folder.path(), train, test);
    set(&mut exam);
    evaluate(&exam, &mut ())
}

/// Visits that always go a → b → c, with `clock` seconds between their steps.
fn visits(count: u32, clock: u32) -> String {
    let mut rows = HEAD.to_owned();
    for n in 0..count {
        for (step, product) in ["a", "b", "c"].iter().enumerate() {
            let time = 1_700_000_000 + n * 100 + step as u32 * clock;
            writeln!(rows, "s{n},{time},{product}").unwrap();
        }
        writeln!(rows, "t{n},{},{}", 1_700_000_000 + n * 100, ["d", "e"][n as usize % 2]).unwrap();
    }
    rows
}

#[test]
fn every_prefix_is_a_case_also_of_what_nobody_knows() {
    let test = format!(
        "{HEAD}x,1800000000,a\nx,1800000001,b\nx,1800000002,c\ny,1800000000,new\ny,1800000001,a\nz,1800000000,a\nz,1800000003,never\nalone,1800000000,a\n"
    );
    let kept = run(&visits(60, 5), &test, |_| {}).unwrap();
    // b after a, c after b; what is popular where nothing is known; "never" is never found.
    assert_eq!((kept.measures.cases, kept.sessions), (4, 3));
    assert!((kept.measures.hit_rate - 0.75).abs() < 1e-9, "{:?}", kept.measures);
    assert!(kept.measures.mrr > 0.5, "the sure ones come first: {:?}", kept.measures);
    assert_eq!(kept.baselines.len(), 4);
    assert!(kept.baselines.values().all(|rule| rule.cases == 4));
    let [low, high] = kept.intervals["hr@20"];
    assert!(low <= 0.75 && high >= 0.75 && low < high);
}

#[test]
fn a_session_without_a_clock_is_in_the_order_of_its_rows() {
    // c, then b, then a: against the alphabet.
    let train = visits(60, 0).replace(",a\n", ",x\n").replace(",c\n", ",a\n").replace(",x\n", ",c\n");
    let asked = |rows: [&str; 2]| {
        let test = rows.map(|product| format!("x,1800000000,{product}\n")).concat();
        run(&train, &format!("{HEAD}{test}"), |_| {}).unwrap().measures
    };
    assert_eq!(asked(["b", "a"]).mrr, 1.0, "a follows b");
    assert_eq!(asked(["b", "c"]).mrr, 0.5, "c comes before b");
    assert_eq!(asked(["zz", "a"]).hit_rate, 1.0, "the unknown first, then what is popular");
    // A product twice in a row is two steps, not a row told twice.
    let twice = format!("{HEAD}x,1800000000,b\nx,1800000000,b\nx,1800000000,c\n");
    assert_eq!(run(&visits(60, 0), &twice, |_| {}).unwrap().measures.cases, 2);
}

#[test]
fn excluded_repeats_stay_cases_and_are_misses() {
    let mut train = HEAD.to_owned();
    for n in 0..900 {
        let time = 1_700_000_000 + n * 100;
        writeln!(train, "s{n},{time},a\ns{n},{},a\ns{n},{},b", time + 1, time + 2).unwrap();
    }
    let test = format!("{HEAD}x,1800000000,a\nx,1800000001,a\nx,1800000002,b\n");
    let kept = run(&train, &test, |_| {}).unwrap();
    let excluded = run(&train, &test, |exam| exam.repeat = Repeat::Exclude).unwrap();
    assert_eq!((kept.measures.cases, excluded.measures.cases), (2, 2));
    assert_eq!((kept.measures.hit_rate, excluded.measures.hit_rate), (1.0, 0.5));
    let chosen = kept.tuning.unwrap().visits.unwrap();
    assert!(chosen.measures["hr@20"] > 0.9, "what repeats is expected to repeat: {chosen:?}");
}

#[test]
fn baskets_are_predicted_from_the_visitors_earlier_ones() {
    let mut train = String::from("session_id,timestamp,product_id,visitor_id\n");
    let mut test = train.clone();
    for person in 0..40 {
        for order in 0..4 {
            let time = 1_700_000_000 + order * 86_400 * 7 + person;
            for product in [person % 10, 10 + (person + order) % 7] {
                writeln!(train, "{person}-{order},{time},p{product},v{person}").unwrap();
            }
        }
        writeln!(test, "t{person},1800000000,p{},v{person}", person % 10).unwrap();
    }
    writeln!(test, "stranger,1800000000,p3,nobody\nstranger,1800000000,unheard,nobody").unwrap();
    let basket = |exam: &mut Exam| exam.protocol = Protocol::Basket;
    let kept = run(&train, &test, basket).unwrap();
    assert_eq!(kept.measures.cases, 41);
    assert!(kept.measures.recall > 0.95, "{:?}", kept.measures);
    assert!((kept.measures.ndcg - kept.baselines["personal-frequency"].ndcg).abs() < 0.1);
    let excluded = run(&train, &test, |exam| {
        basket(exam);
        exam.repeat = Repeat::Exclude;
    });
    let excluded = excluded.unwrap().measures;
    assert_eq!(excluded.cases, 41);
    assert!(excluded.recall < 0.02, "what was bought before is not to be shown: {excluded:?}");
}

#[test]
fn a_test_without_cases_says_what_it_lacks() {
    let nothing = run(&visits(10, 5), &format!("{HEAD}x,1800000000,a\n"), |_| {}).unwrap_err();
    assert!(nothing.to_string().contains("no session of two products"), "{nothing}");
    let views = "session_id,timestamp,product_id,action\nx,1800000000,a,view\n";
    let bought = visits(10, 5);
    let nothing = run(&bought, views, |exam| exam.protocol = Protocol::Basket).unwrap_err();
    assert!(nothing.to_string().contains("no purchases"), "{nothing}");
    assert!(matches!(run(&visits(9, 5), "a,b\n1,2\n", |_| {}), Err(TrainError::MissingColumn { .. })));
}

#[test]
fn the_object_has_the_keys_that_are_promised() {
    let test = format!("{HEAD}x,1800000000,a\nx,1800000001,b\n");
    let told = serde_json::to_value(run(&visits(60, 5), &test, |_| {}).unwrap()).unwrap();
    for object in std::iter::once(&told).chain(told["baselines"].as_object().unwrap().values()) {
        for key in ["hr@20", "mrr@20", "recall@20", "ndcg@20", "coverage@20"] {
            assert!(
                object[key].as_f64().is_some_and(|value| (0.0..=1.0).contains(&value)),
                "{key} of {object}"
            );
        }
        assert_eq!(object["cases"], 1);
    }
    for name in ["popularity", "item-knn", "personal-frequency"] {
        assert!(told["baselines"][name].is_object(), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_a_test_holds_it_is_measured_or_refused(
        rows in proptest::collection::vec(("[a-c]{0,2}", any::<i64>(), "[a-e\u{0}ü\"]{0,3}"), 0..40),
        basket: bool,
    ) {
        let mut test = HEAD.to_owned();
        for (session, time, product) in rows {
            writeln!(test, "{session},{time},{product}").unwrap();
        }
        let done = run(&visits(20, 5), &test, |exam| {
            exam.protocol = if basket { Protocol::Basket } else { Protocol::NextItem };
        });
        if let Ok(told) = done {
            prop_assert!(told.measures.cases > 0 && told.measures.hit_rate <= 1.0);
        }
    }
}
