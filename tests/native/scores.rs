//! Scores over real data: fits against published ones. `docs/scores.md` shows the same numbers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use tanish::score::{Model, Outlook, Period};
use tanish_tests::data;
use tanish_train::Options;
use tanish_train::score::{Params, ScoreOptions, Scores, score};

/// 1997-09-30, the end of the calibration period of the literature.
const CALIBRATION: i64 = 875_577_600_000;

fn scored(orders: PathBuf, model: Model) -> Scores {
    let options = ScoreOptions {
        input: Options { orders: vec![orders], ..Options::new("") },
        at: Some(CALIBRATION),
        model,
        outlook: Outlook { horizon: 39.0, ..Outlook::year(Period::Week) },
        params: Params::default(),
        money: None,
    };
    score(&options, &mut ()).unwrap()
}

/// Equal when rounded to as many digits as were published.
fn rounded(found: f64, published: &str) {
    let digits = published.split_once('.').map_or(0, |(_, digits)| digits.len());
    assert_eq!(format!("{found:.digits$}"), published, "{found}");
}

#[test]
fn the_cdnow_tenth_is_fitted_as_published() {
    let Some(orders) = data::find("cdnow_sample.csv.gz") else {
        return data::report("cdnow tenth", 0, 1);
    };
    let Scores { customers, models, .. } = scored(orders, Model::BgNbd);
    assert_eq!(customers.len(), 2357);
    let (bg, mbg) = (models.bgnbd.params.unwrap(), models.mbgnbd.params.unwrap());
    // Fader, Hardie and Lee (2005).
    for (found, published) in [(bg.r, "0.243"), (bg.alpha, "4.414"), (bg.a, "0.793"), (bg.b, "2.426")] {
        rounded(found, published);
    }
    rounded(models.bgnbd.log_likelihood.unwrap(), "-9582.4");
    // `tests/fixtures/btyd.json`.
    for (found, known) in [(mbg.r, "0.525"), (mbg.alpha, "6.183"), (mbg.a, "0.891"), (mbg.b, "1.614")] {
        rounded(found, known);
    }
    // Fader and Hardie (2013): 946 customers with repeat purchases.
    let spend = models.gammagamma.params.unwrap();
    for (found, published) in [(spend.p, "6.25"), (spend.q, "3.74"), (spend.v, "15.44")] {
        rounded(found, published);
    }
    assert_eq!(models.gammagamma.customers, 946);
    // What came true: 1882 purchase days in the 39 weeks after; the literature finds the models low too.
    let expected: f64 = customers.iter().filter_map(|row| row.expected_purchases).sum();
    assert!((1600.0..1900.0).contains(&expected), "{expected}");
    data::report("cdnow tenth", 1, 0);
}

#[test]
fn every_row_of_the_cdnow_customers_is_sane() {
    let Some(orders) = data::find("cdnow_master.csv.gz") else {
        return data::report("cdnow customers", 0, 1);
    };
    let scores = scored(orders, Model::MbgNbd);
    assert_eq!(scores.customers.len(), 23_570);
    for row in &scores.customers {
        let (alive, purchases) = (row.p_alive.unwrap(), row.expected_purchases.unwrap());
        assert!((0.0..=1.0).contains(&alive) && purchases >= 0.0, "{row:?}");
        assert!(row.clv.unwrap() <= row.expected_value.unwrap(), "{row:?}");
        assert!(row.recency <= row.t && [row.r, row.f, row.m].iter().all(|score| (1..=5).contains(score)));
    }
    data::report("cdnow customers", 1, 0);
}
