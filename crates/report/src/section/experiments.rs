//! Experiments and offers.

use super::sums::{Arm, Metric, Unit};
use super::verdict::{self, Verdict};
use crate::facts::{Click, DAY, Exposure, Facts, NONE};
use crate::ledger::Ledger;
use crate::stats::{Comparison, Config, Kind, Statistic, benjamini_hochberg, compare, holm, power, srm};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Error allowed in intervals and alarms.
pub(crate) const ALPHA: f64 = 0.05;

/// One metric of one experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Experiment {
    /// The experiment's key.
    pub key: String,
    /// `click_rate`, `conversion`, `revenue_per_visitor` or `average_order`.
    pub metric: &'static str,
    /// Whether it holds an arm back from the whole programme.
    pub holdout: bool,
    /// First and last exposure, in milliseconds since 1970.
    pub span: [i64; 2],
    /// Visitors seen in more than one arm; they count in none.
    pub crossed: u64,
    /// The arms; the first one is the control.
    pub variations: Vec<Variation>,
    /// Each other arm against the control.
    pub comparisons: Vec<Compared>,
    /// The same for parts of the visitors.
    pub segments: Vec<Segment>,
}

/// One arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variation {
    /// Its id.
    pub id: String,
    /// Visitors.
    pub n: u64,
    /// The metric.
    pub value: f64,
}

/// One arm against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// The arm.
    pub variation: String,
    /// The control.
    pub control: String,
    /// Difference as a share of the control: 0.1 is +10 %.
    pub uplift: f64,
    /// Its 95 % interval.
    pub ci: [f64; 2],
    /// Welch's t-test.
    pub p_value: f64,
    /// Posterior without a prior.
    pub chance_to_win: f64,
    /// Lost on average by keeping the control, or taking the arm, as a share of the control.
    pub risk: [f64; 2],
    /// Valid however often the report is read.
    pub sequential: Reading,
    /// With revenue before the exposure taken off; of `revenue_per_visitor`, where there was any.
    pub cuped: Option<Adjusted>,
    /// Of the split over all arms, taking them to be meant as equal.
    pub srm_p: f64,
    /// `p_value` adjusted over all comparisons of the report.
    pub p_holm: f64,
    /// The same after Benjamini and Hochberg.
    pub p_bh: f64,
    /// Smallest uplift that so many visitors show four times in five.
    pub detectable: f64,
    /// Days until the uplift seen would be shown so, at this traffic; absent where it is shown already or
    /// there is none.
    pub days_left: Option<f64>,
    /// Why nothing is said.
    pub error_message: Option<crate::stats::Undecided>,
    /// In a sentence.
    pub verdict: Verdict,
}

/// A difference by another test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reading {
    /// Its interval.
    pub ci: [f64; 2],
    /// Its p-value.
    pub p_value: f64,
}

/// A difference with what was before taken off.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Adjusted {
    /// Difference as a share of the control.
    pub uplift: f64,
    /// Its interval.
    pub ci: [f64; 2],
    /// Its p-value.
    pub p_value: f64,
    /// Share of the variance that was explained by what was before.
    pub variance_explained: f64,
}

/// A part of the visitors.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// By what they are told apart: `customer` or `locale`.
    pub dimension: &'static str,
    /// Which part.
    pub value: String,
    /// The arms, control first.
    pub variations: Vec<Variation>,
    /// Uplift, its interval and p-value for each other arm.
    pub comparisons: Vec<SegmentCompared>,
}

/// One arm of a part against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentCompared {
    /// The arm.
    pub variation: String,
    /// Difference as a share of the control.
    pub uplift: f64,
    /// Its interval.
    pub ci: [f64; 2],
    /// Its p-value.
    pub p_value: f64,
}

/// Works out all experiments.
pub(crate) fn experiments(facts: &Facts, ledger: &Ledger) -> Vec<Experiment> {
    let mut exposures: Vec<Exposure> = facts.exposures.clone();
    exposures.iter_mut().for_each(|exposure| exposure.person = facts.owner(exposure.person));
    let name = |number: u32| facts.words.name(number);
    exposures.sort_unstable_by(|a, b| {
        let names = |of: &Exposure| [of.variation, of.offer, of.locale].map(name);
        (a.experiment, a.person, a.at)
            .cmp(&(b.experiment, b.person, b.at))
            .then_with(|| names(a).cmp(&names(b)))
    });
    let clicks = Clicks::new(facts);
    let mut tests = Vec::new();
    for of_test in exposures.chunk_by(|a, b| a.experiment == b.experiment) {
        tests.push(Test::sum(facts, ledger, &clicks, of_test));
    }
    tests.sort_by(|a, b| a.key.cmp(&b.key));
    let mut all: Vec<Experiment> = tests.iter().flat_map(Test::experiments).collect();
    adjust(&mut all);
    for experiment in &mut all {
        let control = experiment.variations[0].value;
        let rate = Metric::ALL.iter().any(|metric| metric.key() == experiment.metric && metric.is_rate());
        for compared in &mut experiment.comparisons {
            let treated = experiment.variations.iter().find(|arm| arm.id == compared.variation);
            compared.verdict = verdict::verdict(
                compared,
                experiment.metric,
                rate,
                control,
                treated.map_or(0.0, |arm| arm.value),
            );
        }
    }
    all
}

/// Adjusts p-values over everything that is compared.
fn adjust(all: &mut [Experiment]) {
    let p: Vec<f64> = all.iter().flat_map(|e| &e.comparisons).map(|compared| compared.p_value).collect();
    let (holm, bh) = (holm(&p), benjamini_hochberg(&p));
    let every = all.iter_mut().flat_map(|experiment| &mut experiment.comparisons);
    for ((compared, holm), bh) in every.zip(holm).zip(bh) {
        (compared.p_holm, compared.p_bh) = (holm, bh);
    }
}

/// Clicks on offers, by person.
struct Clicks(Vec<Click>);

impl Clicks {
    fn new(facts: &Facts) -> Clicks {
        let mut clicks: Vec<Click> =
            facts.clicks.iter().filter(|click| click.list == NONE).copied().collect();
        clicks.iter_mut().for_each(|click| click.person = facts.owner(click.person));
        clicks.sort_unstable_by_key(|click| (click.person, click.at, click.what));
        Clicks(clicks)
    }

    /// Whether a person clicked one of these since then.
    fn since(&self, person: u32, at: i64, what: [u32; 2]) -> bool {
        let start = self.0.partition_point(|click| (click.person, click.at) < (person, at));
        let of_person = self.0[start..].iter().take_while(|click| click.person == person);
        of_person.into_iter().any(|click| what.contains(&click.what))
    }
}

type Arms = BTreeMap<String, Arm>;

/// One experiment's sums.
struct Test {
    key: String,
    span: [i64; 2],
    crossed: u64,
    has_offers: bool,
    arms: Arms,
    parts: BTreeMap<(&'static str, String), Arms>,
}

impl Test {
    fn sum(facts: &Facts, ledger: &Ledger, clicks: &Clicks, exposures: &[Exposure]) -> Test {
        let key = facts.words.name(exposures[0].experiment).to_owned();
        let times = || exposures.iter().map(|exposure| exposure.at);
        let span = [times().min().unwrap_or(0), times().max().unwrap_or(0)];
        let has_offers = exposures.iter().any(|exposure| exposure.offer != NONE);
        let mut test = Test { key, span, crossed: 0, has_offers, arms: Arms::new(), parts: BTreeMap::new() };
        let mut sums: HashMap<u32, Arm> = HashMap::new();
        let mut parts: HashMap<(&'static str, u32), HashMap<u32, Arm>> = HashMap::new();
        for seen in exposures.chunk_by(|a, b| a.person == b.person) {
            let first = &seen[0];
            if seen.iter().any(|exposure| exposure.variation != first.variation) {
                test.crossed += 1;
                // The arm stands, if only with nobody in it.
                for exposure in seen {
                    sums.entry(exposure.variation).or_default();
                }
                continue;
            }
            let (unit, bought_before) = unit(ledger, clicks, first);
            sums.entry(first.variation).or_default().add(&unit);
            let status = u32::from(bought_before);
            for part in [("customer", status), ("locale", first.locale)] {
                parts.entry(part).or_default().entry(first.variation).or_default().add(&unit);
            }
        }
        let named = |sums: HashMap<u32, Arm>| -> Arms {
            sums.into_iter().map(|(variation, arm)| (facts.words.name(variation).to_owned(), arm)).collect()
        };
        test.arms = named(sums);
        for ((dimension, value), sums) in parts {
            let value = match (dimension, value) {
                ("customer", 0) => "no order before".to_owned(),
                ("customer", _) => "bought before".to_owned(),
                (_, NONE) => continue,
                (_, locale) => facts.words.name(locale).to_owned(),
            };
            let of_part = test.parts.entry((dimension, value)).or_default();
            for (variation, arm) in named(sums) {
                of_part.entry(variation).or_default().merge(&arm);
            }
        }
        // One part is the whole once more.
        for dimension in ["customer", "locale"] {
            if test.parts.keys().filter(|part| part.0 == dimension).count() < 2 {
                test.parts.retain(|part, _| part.0 != dimension);
            }
        }
        test
    }

    /// Ids of the arms: `0`, `control` or `off` first where there is one, the rest by name.
    fn ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.arms.keys().map(String::as_str).collect();
        ids.sort_by_key(|id| (!matches!(*id, "0" | "control" | "off" | "holdout"), id.len(), id.to_string()));
        ids
    }

    fn experiments(&self) -> Vec<Experiment> {
        let metrics = Metric::ALL.into_iter().filter(|metric| match metric {
            Metric::Click => self.has_offers || self.arms.values().any(|arm| arm.clickers > 0),
            _ => true,
        });
        metrics.map(|metric| self.experiment(metric)).collect()
    }

    fn experiment(&self, metric: Metric) -> Experiment {
        let ids = self.ids();
        let control = ids[0];
        let users: Vec<f64> = ids.iter().map(|id| self.arms[*id].n as f64).collect();
        let srm_p = srm(&users, &vec![1.0; users.len()]);
        let days = (self.span[1] - self.span[0]) as f64 / DAY as f64;
        let comparisons = ids[1..]
            .iter()
            .map(|id| compared(metric, (control, &self.arms[control]), (id, &self.arms[*id]), srm_p, days));
        let is_holdout = self.key.to_lowercase().contains("holdout");
        Experiment {
            key: self.key.clone(),
            metric: metric.key(),
            holdout: is_holdout,
            span: self.span,
            crossed: self.crossed,
            variations: variations(metric, &ids, &self.arms),
            comparisons: comparisons.collect(),
            segments: self.parts.iter().filter_map(|part| segment(metric, &ids, part)).collect(),
        }
    }
}

fn variations(metric: Metric, ids: &[&str], arms: &Arms) -> Vec<Variation> {
    let of = |id: &&str| {
        let arm = arms.get(*id).copied().unwrap_or_default();
        Variation { id: (*id).to_owned(), n: arm.n, value: arm.statistic(metric).mean() }
    };
    ids.iter().map(of).collect()
}

/// What a visitor did from the first exposure on, and whether there was an order before.
fn unit(ledger: &Ledger, clicks: &Clicks, first: &Exposure) -> (Unit, bool) {
    let mut unit = Unit::default();
    let mut before = false;
    for purchase in ledger.of(first.person) {
        // A day without an hour says no more than the day.
        let day_only = purchase.at.rem_euclid(DAY) == 0;
        let exposed = if day_only { first.at.div_euclid(DAY) * DAY } else { first.at };
        if purchase.at < exposed {
            unit.before += purchase.net();
            before |= purchase.is_order;
        } else {
            unit.revenue += purchase.net();
            unit.orders += i64::from(purchase.is_order);
        }
    }
    unit.clicked = clicks.since(first.person, first.at, [first.offer, first.experiment]);
    (unit, before)
}

/// Groups of one type always compare; the answer for those that do not says nothing.
fn test(a: &Statistic, b: &Statistic, kind: Kind) -> Option<Comparison> {
    compare(a, b, kind, &Config { alpha: ALPHA, ..Config::default() }).ok()
}

fn compared(metric: Metric, control: (&str, &Arm), arm: (&str, &Arm), srm_p: f64, days: f64) -> Compared {
    let (a, b) = (control.1.statistic(metric), arm.1.statistic(metric));
    let [fixed, sequential, bayesian] =
        [Kind::TwoSided, Kind::Sequential, Kind::Bayesian].map(|kind| test(&a, &b, kind));
    let uplift = fixed.as_ref().map_or(0.0, |fixed| fixed.expected);
    let error = fixed.as_ref().map_or(0.0, |fixed| fixed.uplift.stddev);
    let growth = power::growth(uplift, error, ALPHA).filter(|growth| *growth > 1.0 && days > 0.0);
    let reading = |of: &Option<Comparison>| Reading {
        ci: of.as_ref().map_or([0.0; 2], |of| of.ci),
        p_value: of.as_ref().and_then(|of| of.p_value).unwrap_or(1.0),
    };
    let Reading { ci, p_value } = reading(&fixed);
    Compared {
        variation: arm.0.to_owned(),
        control: control.0.to_owned(),
        uplift,
        ci,
        p_value,
        chance_to_win: bayesian.as_ref().and_then(|of| of.chance_to_win).unwrap_or(0.5),
        risk: bayesian.as_ref().and_then(|of| of.risk).unwrap_or_default(),
        sequential: reading(&sequential),
        cuped: (metric == Metric::Revenue).then(|| adjusted(control.1, arm.1, &a, &b)).flatten(),
        srm_p,
        p_holm: p_value,
        p_bh: p_value,
        detectable: power::detectable(error, ALPHA),
        days_left: growth.map(|growth| (growth - 1.0) * days),
        error_message: fixed.and_then(|fixed| fixed.error_message),
        verdict: Verdict::default(),
    }
}

fn adjusted(control: &Arm, arm: &Arm, a: &Statistic, b: &Statistic) -> Option<Adjusted> {
    let (pre_a, pre_b) = Statistic::adjusted(&control.adjusted(), &arm.adjusted()).ok()?;
    if !matches!(pre_a, Statistic::Cuped { .. }) {
        return None;
    }
    let found = test(&pre_a, &pre_b, Kind::TwoSided).filter(|found| found.error_message.is_none())?;
    let (left, all) = (pre_a.variance() + pre_b.variance(), a.variance() + b.variance());
    Some(Adjusted {
        uplift: found.expected,
        ci: found.ci,
        p_value: found.p_value.unwrap_or(1.0),
        variance_explained: if all > 0.0 { (1.0 - left / all).max(0.0) } else { 0.0 },
    })
}

fn segment(metric: Metric, ids: &[&str], part: (&(&'static str, String), &Arms)) -> Option<Segment> {
    let (&(dimension, ref value), arms) = part;
    let control = arms.get(ids[0])?;
    let comparisons = ids[1..].iter().filter_map(|id| {
        let found = test(&control.statistic(metric), &arms.get(*id)?.statistic(metric), Kind::TwoSided)?;
        let p_value = found.p_value.unwrap_or(1.0);
        Some(SegmentCompared { variation: (*id).to_owned(), uplift: found.expected, ci: found.ci, p_value })
    });
    let comparisons = comparisons.collect();
    Some(Segment { dimension, value: value.clone(), variations: variations(metric, ids, arms), comparisons })
}
