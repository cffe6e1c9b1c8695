//! Fits against published ones; data and results: `tests/fixtures/btyd.json`.

use super::{Misfit, Sample, Spenders};
use serde_json::Value;
use tanish::score::{Buying, Model};

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../../../../tests/fixtures/btyd.json")).unwrap()
}

/// The CDNOW tenth, 2357 customers, in weeks with two digits as the literature has them.
fn cdnow() -> Vec<Buying> {
    let number = |row: &Value, column: usize| row[column].as_f64().unwrap();
    let rows = fixture()["cdnow_sample_rows"].as_array().unwrap().clone();
    let read = |row: &Value| Buying {
        frequency: number(row, 0) as u32,
        recency: number(row, 1),
        t: number(row, 2),
        monetary: 0.0,
    };
    rows.iter().map(read).collect()
}

fn near(found: &[f64], wanted: &Value, names: &[&str], relative: f64) {
    for (found, name) in found.iter().zip(names) {
        let wanted = wanted["params"][name].as_f64().unwrap();
        assert!((found / wanted - 1.0).abs() < relative, "{name}: {found}, published {wanted}");
    }
}

#[test]
fn both_models_of_buying_are_fitted_as_published() {
    let (customers, published) = (cdnow(), fixture());
    assert_eq!(customers.len(), 2357);
    let sample = Sample::of(customers.iter());
    for (model, name) in [(Model::BgNbd, "bgnbd"), (Model::MbgNbd, "mbgnbd")] {
        let found = sample.fit(model).unwrap();
        let published = &published[name];
        near(&found.params, published, &["r", "alpha", "a", "b"], 2e-5);
        let likelihood = published["log_likelihood"].as_f64().unwrap();
        assert!(found.log_likelihood >= likelihood - 1e-6, "{name}: {}", found.log_likelihood);
        assert!((found.log_likelihood - likelihood).abs() < 1e-3 && !found.at_bound);
    }
}

#[test]
fn too_little_is_told_from_nothing_at_all() {
    let once = Buying { frequency: 0, recency: 0.0, t: 5.0, monetary: 0.0 };
    let fit = |customers: &[Buying]| Sample::of(customers.iter()).fit(Model::MbgNbd);
    assert_eq!(fit(&[]), Err(Misfit::FewCustomers { found: 0, needed: 10 }));
    assert_eq!(fit(&[once; 20]), Err(Misfit::FewRepeaters { found: 0, needed: 3 }));
    let spenders = Spenders::of([once; 20].iter());
    assert_eq!(spenders.fit(), Err(Misfit::FewSpenders { found: 0, needed: 10 }));
    assert_eq!(spenders.correlation(), None);
}

#[test]
fn spend_is_fitted_in_any_currency() {
    // Gamma-distributed means around a customer's own level, from a fixed sequence.
    let mut state = 7u64;
    let mut unit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let customers: Vec<Buying> = (0..400)
        .map(|n| Buying {
            frequency: 1 + n % 7,
            recency: 1.0,
            t: 2.0,
            monetary: 20.0 * (0.3 + unit()) * (0.5 + unit()),
        })
        .collect();
    let soums: Vec<Buying> =
        customers.iter().map(|one| Buying { monetary: one.monetary * 12_000.0, ..*one }).collect();
    let (dollars, soums) =
        (Spenders::of(customers.iter()).fit().unwrap(), Spenders::of(soums.iter()).fit().unwrap());
    assert!((dollars.params[0] / soums.params[0] - 1.0).abs() < 1e-6);
    assert!((dollars.params[1] / soums.params[1] - 1.0).abs() < 1e-6);
    assert!((dollars.params[2] * 12_000.0 / soums.params[2] - 1.0).abs() < 1e-6);
}
