//! Closed forms against published values; data and results: `tests/fixtures/btyd.json`.

use super::{BetaGeo, Buying, GammaGamma, Lifetime, Model, Outlook, Period};
use serde_json::Value;

/// What the fixture is met to, relative to values above 1.
const NEAR: f64 = 1e-9;

fn fixture() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/btyd.json")).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn params<const N: usize>(model: &Value, names: [&str; N]) -> [f64; N] {
    names.map(|name| number(&model["params"][name]))
}

fn model(fixture: &Value, model: Model) -> BetaGeo {
    BetaGeo::new(model, params(&fixture[model.name()], ["r", "alpha", "a", "b"])).unwrap()
}

fn customer(row: &Value) -> Buying {
    let text = |name: &str| row.get(name).map_or(0.0, number);
    Buying { frequency: text("x") as u32, recency: text("t_x"), t: text("T"), monetary: text("m") }
}

fn meets(found: f64, published: &Value, what: &Value) {
    let published = number(published);
    let off = (found - published).abs() / published.abs().max(1.0);
    assert!(off < NEAR, "{what}: {found}, published {published}");
}

#[test]
fn bg_nbd_is_as_published_up_to_300_purchases() {
    let fixture = fixture();
    let fitted = model(&fixture, Model::BgNbd);
    let customers = fixture["bgnbd"]["customers"].as_array().unwrap();
    assert!(customers.iter().any(|row| number(&row["x"]) == 300.0));
    for row in customers {
        let buying = customer(row);
        meets(fitted.p_alive(&buying), &row["mp_exact_p_alive"], row);
        for (ahead, expected) in row["mp_exact_exp"].as_object().unwrap() {
            let found = fitted.expected(&buying, ahead.parse().unwrap()).unwrap();
            meets(found, expected, row);
            // Frequent buyers' small numbers too.
            assert!((found / number(expected) - 1.0).abs() < 1e-8, "{row}");
        }
    }
    for (ahead, expected) in fixture["bgnbd"]["expected_purchases_new_customer"].as_object().unwrap() {
        meets(fitted.expected_of_new(ahead.parse().unwrap()).unwrap(), expected, expected);
    }
}

#[test]
fn mbg_nbd_is_as_published() {
    let fixture = fixture();
    let fitted = model(&fixture, Model::MbgNbd);
    for row in fixture["mbgnbd"]["customers"].as_array().unwrap() {
        let buying = customer(row);
        meets(fitted.p_alive(&buying), &row["p_alive"], row);
        meets(fitted.expected(&buying, 39.0).unwrap(), &row["exp39"], row);
    }
}

#[test]
fn every_customer_of_the_cdnow_tenth_is_as_published() {
    let fixture = fixture();
    let fitted = model(&fixture, Model::BgNbd);
    let rows = fixture["cdnow_sample_rows"].as_array().unwrap();
    let answered = rows.iter().filter(|row| !row[3].is_null());
    let mut met = 0;
    for row in answered {
        let buying = Buying {
            frequency: number(&row[0]) as u32,
            recency: number(&row[1]),
            t: number(&row[2]),
            monetary: 0.0,
        };
        meets(fitted.p_alive(&buying), &row[3], row);
        meets(fitted.expected(&buying, 39.0).unwrap(), &row[4], row);
        met += 1;
    }
    assert!(met > 1000, "{met}");
}

#[test]
fn spend_and_lifetime_value_are_as_published() {
    let fixture = fixture();
    let spend = GammaGamma::new(params(&fixture["gammagamma"], ["p", "q", "v"])).unwrap();
    for row in fixture["gammagamma"]["customers"].as_array().unwrap() {
        meets(spend.mean(&customer(row)).unwrap(), &row["exp_avg"], row);
    }
    let fitted = model(&fixture, Model::BgNbd);
    for horizon in [52.0, 12.0 * 4.345] {
        let outlook = Outlook { horizon, ..Outlook::year(Period::Week) };
        for row in fixture["clv_12_months_1pct_monthly_freqW"].as_array().unwrap() {
            let lifetime = Lifetime::of(&customer(row), Some(&fitted), Some(&spend), &outlook);
            meets(lifetime.clv.unwrap(), &row["clv"], row);
        }
    }
}
