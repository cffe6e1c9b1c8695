//! Customers: how many stay, what they are worth, what they say.

use super::recommendations::ratio;
use crate::facts::{DAY, Facts};
use crate::fixed::Money;
use crate::ledger::{Ledger, Purchase};
use crate::page::words::month;
use serde::Serialize;
use std::collections::BTreeMap;
use tanish::score::rfm::RfmScale;

/// Who bought within so many days is a customer; also the length of the period compared.
pub(crate) const PERIOD_DAYS: i64 = 90;
/// Longest list of people in a report.
const LISTED: usize = 50;
/// Months shown of a cohort.
const COHORT_MONTHS: usize = 13;
const YEAR: f64 = 365.25;

/// Customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Customers {
    /// People who ever ordered.
    pub customers: u64,
    /// Their orders.
    pub orders: u64,
    /// Sold less returned.
    pub revenue: f64,
    /// Orders of nobody known.
    pub guest_orders: u64,
    /// (end − new) / start over the last 90 days; absent where the data does not reach back far enough.
    pub retention: Option<Retention>,
    /// Lifetime value; absent where the data spans less than half a year.
    pub lifetime: Option<Lifetime>,
    /// Net promoter score of answers from 0 to 10.
    pub nps: Option<Nps>,
    /// Share of 4 and 5 among answers from 1 to 5.
    pub csat: Option<Csat>,
    /// Customers by recency (row 5 to 1) and frequency (column 1 to 5).
    pub rfm: [[u64; 5]; 5],
    /// How many are in each segment now, and were one period ago.
    pub segments: Vec<SegmentSize>,
    /// Moves between segments over the period, most frequent first.
    pub movement: Vec<Move>,
    /// By month of the first order.
    pub cohorts: Vec<Cohort>,
    /// The most valuable tenth.
    pub most_valuable: Share,
    /// Recent customers with large but rare orders.
    pub most_growable: Share,
    /// Customers who cost more than they brought.
    pub below_zero: Share,
    /// Regular customers who are overdue by their own rhythm, by revenue.
    pub at_risk: Vec<AtRisk>,
    /// What was looked for and not found.
    pub wishes: Vec<Wish>,
}

/// How many stayed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Retention {
    /// Customers at the start: who bought in the 90 days before it.
    pub start: u64,
    /// Who bought in the period.
    pub end: u64,
    /// Of these, who were none at the start.
    pub new: u64,
    /// (end − new) / start.
    pub rate: f64,
    /// 1 − rate.
    pub churn: f64,
}

/// Lifetime value, the plain way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Lifetime {
    /// Revenue an order.
    pub mean_order: f64,
    /// Orders a customer a year.
    pub frequency: f64,
    /// Years from first to last order of those who came back.
    pub lifespan: f64,
    /// Their product.
    pub value: f64,
}

/// Net promoter score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nps {
    /// Answers.
    pub answers: u64,
    /// Share of 9 and 10.
    pub promoters: f64,
    /// Share of 0 to 6.
    pub detractors: f64,
    /// 100 · (promoters − detractors).
    pub score: f64,
}

/// Satisfaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Csat {
    /// Answers.
    pub answers: u64,
    /// Share of 4 and 5.
    pub score: f64,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentSize {
    /// Its name.
    pub segment: &'static str,
    /// Customers now.
    pub now: u64,
    /// One period ago.
    pub before: u64,
    /// Revenue of those who are in it now.
    pub revenue: f64,
}

/// Customers who went from one segment to another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Move {
    /// Segment one period ago.
    pub from: &'static str,
    /// Segment now.
    pub to: &'static str,
    /// How many.
    pub customers: u64,
}

/// Customers by the month of their first order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cohort {
    /// The month.
    pub month: String,
    /// How many.
    pub customers: u64,
    /// Share that ordered in that month and each following one, as far as the data goes.
    pub active: Vec<f64>,
}

/// A group of customers and its share.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Share {
    /// How many.
    pub customers: u64,
    /// Their revenue.
    pub revenue: f64,
    /// As a share of all.
    pub share: f64,
}

/// A customer who may be lost.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtRisk {
    /// The shop's id.
    pub customer: String,
    /// Orders.
    pub orders: u64,
    /// Revenue.
    pub revenue: f64,
    /// Mean days between orders.
    pub rhythm: f64,
    /// Days since the last one.
    pub silent: f64,
}

/// Something looked for and not found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Wish {
    /// The words.
    pub wish: String,
    /// How often.
    pub count: u64,
}

/// One customer's orders in short.
struct Customer {
    person: u32,
    /// Times of the orders, oldest first.
    times: Vec<i64>,
    net: Money,
    cost: Option<Money>,
}

impl Customer {
    fn of(person: u32, purchases: &[Purchase]) -> Option<Customer> {
        let orders = || purchases.iter().filter(|purchase| purchase.is_order);
        let times: Vec<i64> = orders().map(|order| order.at).collect();
        let cost = orders().map(|order| order.cost).collect::<Option<Vec<_>>>();
        let cost = cost.map(|costs| costs.into_iter().sum());
        let net = purchases.iter().map(Purchase::net).sum();
        (!times.is_empty()).then_some(Customer { person, times, net, cost })
    }

    fn first(&self) -> i64 {
        self.times[0]
    }

    fn last(&self) -> i64 {
        self.times[self.times.len() - 1]
    }

    fn bought_in(&self, from: i64, to: i64) -> bool {
        self.times.iter().any(|at| *at > from && *at <= to)
    }

    /// Recency and frequency, 1 to 5, as of an instant; nothing before the first order.
    fn rf(&self, at: i64) -> Option<(u8, u8)> {
        let until = self.times.partition_point(|time| *time <= at);
        let millis = |at: i64| u64::try_from(at).unwrap_or(0);
        let times: Vec<u64> = self.times[..until].iter().map(|at| millis(*at)).collect();
        RfmScale::default().score(&times, 0.0, millis(at)).map(|rfm| (rfm.recency, rfm.frequency))
    }
}

/// Segments by recency and frequency, best first.
const SEGMENTS: [&str; 7] =
    ["champions", "loyal", "new and promising", "cooling", "at risk", "lost", "not yet a customer"];

fn segment(customer: &Customer, at: i64) -> usize {
    match customer.rf(at) {
        None => 6,
        Some((4..=5, 4..=5)) => 0,
        Some((3..=5, 3..=5)) => 1,
        Some((4..=5, _)) => 2,
        Some((3, _)) => 3,
        Some((_, 3..=5)) => 4,
        // Who bought in a steady rhythm of half a year is not lost after half a year.
        Some((2, 2)) => 4,
        Some(_) => 5,
    }
}

/// Works out the section.
pub(crate) fn customers(facts: &Facts, ledger: &Ledger) -> Customers {
    let people: Vec<Customer> =
        ledger.people().filter_map(|(person, purchases)| Customer::of(person, purchases)).collect();
    let now = ledger.purchases.iter().map(|purchase| purchase.at).max().unwrap_or(0);
    let revenue: Money = ledger.purchases.iter().map(Purchase::net).sum();
    let orders = ledger.orders().count() as u64;
    let of_people: u64 = people.iter().map(|customer| customer.times.len() as u64).sum();
    let mut rfm = [[0; 5]; 5];
    for (recency, frequency) in people.iter().filter_map(|customer| customer.rf(now)) {
        rfm[usize::from(5 - recency)][usize::from(frequency - 1)] += 1;
    }
    let (segments, movement) = segments(&people, now);
    Customers {
        customers: people.len() as u64,
        orders,
        revenue: revenue.value(),
        guest_orders: orders - of_people,
        retention: retention(&people, now),
        lifetime: lifetime(&people),
        nps: nps(facts),
        csat: csat(facts),
        rfm,
        segments,
        movement,
        cohorts: cohorts(&people, now),
        most_valuable: most_valuable(&people),
        most_growable: most_growable(&people, now),
        below_zero: share(&people, |customer| {
            customer.net.0 < 0 || customer.cost.is_some_and(|cost| customer.net < cost)
        }),
        at_risk: at_risk(facts, &people, now),
        wishes: wishes(facts),
    }
}

fn retention(people: &[Customer], now: i64) -> Option<Retention> {
    let period = PERIOD_DAYS * DAY;
    let first = people.iter().map(Customer::first).min()?;
    if now - first < 2 * period {
        return None;
    }
    let (mut start, mut end, mut new) = (0, 0, 0);
    for customer in people {
        let before = customer.bought_in(now - 2 * period, now - period);
        let after = customer.bought_in(now - period, now);
        start += u64::from(before);
        end += u64::from(after);
        new += u64::from(after && !before);
    }
    let rate = ratio((end - new) as f64, start as f64);
    (start > 0).then_some(Retention { start, end, new, rate, churn: 1.0 - rate })
}

fn lifetime(people: &[Customer]) -> Option<Lifetime> {
    let spans: Vec<i64> = people
        .iter()
        .filter(|c| c.times.len() > 1)
        .map(|c| c.last() - c.first())
        .filter(|span| *span > 0)
        .collect();
    let first = people.iter().map(Customer::first).min()?;
    let last = people.iter().map(Customer::last).max()?;
    let years = (last - first) as f64 / DAY as f64 / YEAR;
    // A season's rhythm is no year's, and nobody's lifetime.
    if spans.is_empty() || years < 0.5 {
        return None;
    }
    let orders: usize = people.iter().map(|customer| customer.times.len()).sum();
    let revenue: Money = people.iter().map(|customer| customer.net).sum();
    let mean_order = ratio(revenue.value(), orders as f64);
    let frequency = orders as f64 / people.len() as f64 / years;
    let millis: i128 = spans.iter().map(|span| i128::from(*span)).sum();
    let lifespan = millis as f64 / spans.len() as f64 / DAY as f64 / YEAR;
    Some(Lifetime { mean_order, frequency, lifespan, value: mean_order * frequency * lifespan })
}

/// Scores of a kind of survey, in hundredths: its kind or, where it has none, its name says which it is.
fn scores<'a>(facts: &'a Facts, kind: &'a str) -> impl Iterator<Item = i64> + 'a {
    let says = move |word: u32| facts.words.name(word).to_lowercase().contains(kind);
    facts
        .answers
        .iter()
        .filter(move |answer| says(answer.kind) || says(answer.survey))
        .map(|answer| answer.score)
}

fn nps(facts: &Facts) -> Option<Nps> {
    let scores: Vec<i64> = scores(facts, "nps").filter(|score| (0..=1000).contains(score)).collect();
    let share = |fits: fn(i64) -> bool| {
        ratio(scores.iter().filter(|score| fits(**score)).count() as f64, scores.len() as f64)
    };
    let (promoters, detractors) = (share(|score| score >= 900), share(|score| score < 700));
    let score = 100.0 * (promoters - detractors);
    (!scores.is_empty()).then_some(Nps { answers: scores.len() as u64, promoters, detractors, score })
}

fn csat(facts: &Facts) -> Option<Csat> {
    let scores: Vec<i64> = scores(facts, "csat").filter(|score| (100..=500).contains(score)).collect();
    let content = scores.iter().filter(|score| **score >= 400).count();
    let score = ratio(content as f64, scores.len() as f64);
    (!scores.is_empty()).then_some(Csat { answers: scores.len() as u64, score })
}

fn segments(people: &[Customer], now: i64) -> (Vec<SegmentSize>, Vec<Move>) {
    let ago = now - PERIOD_DAYS * DAY;
    let mut sizes = [[0u64; 2]; SEGMENTS.len()];
    let mut revenue = [Money(0); SEGMENTS.len()];
    let mut moves: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    for customer in people {
        let (to, from) = (segment(customer, now), segment(customer, ago));
        sizes[to][0] += 1;
        sizes[from][1] += 1;
        revenue[to] += customer.net;
        *moves.entry((from, to)).or_default() += 1;
    }
    let sizes = SEGMENTS.iter().zip(sizes).zip(revenue).map(|((segment, [now, before]), revenue)| {
        SegmentSize { segment, now, before, revenue: revenue.value() }
    });
    let mut moves: Vec<Move> = moves
        .into_iter()
        .filter(|((from, to), _)| from != to)
        .map(|((from, to), customers)| Move { from: SEGMENTS[from], to: SEGMENTS[to], customers })
        .collect();
    moves.sort_by_key(|a| std::cmp::Reverse(a.customers));
    // Where the data begins within the period everybody came from nowhere.
    if people.iter().all(|customer| customer.first() > ago) {
        moves.clear();
    }
    (sizes.filter(|size| size.now + size.before > 0).collect(), moves)
}

fn cohorts(people: &[Customer], now: i64) -> Vec<Cohort> {
    let index = |at: i64| -> Option<usize> {
        let text = month(at);
        let (year, month) = text.split_once('-')?;
        Some(year.parse::<usize>().ok()? * 12 + month.parse::<usize>().ok()?)
    };
    let Some(last) = index(now) else { return Vec::new() };
    let mut cohorts: BTreeMap<String, (usize, Vec<u64>)> = BTreeMap::new();
    for customer in people {
        let Some(first) = index(customer.first()) else { continue };
        let months = (last + 1).saturating_sub(first).clamp(1, COHORT_MONTHS);
        let (size, active) = cohorts.entry(month(customer.first())).or_insert_with(|| (0, vec![0; months]));
        *size += 1;
        let mut seen: Vec<usize> =
            customer.times.iter().filter_map(|at| index(*at)).map(|at| at - first).collect();
        seen.dedup();
        for at in seen {
            if let Some(count) = active.get_mut(at) {
                *count += 1;
            }
        }
    }
    let share = |(month, (size, active)): (String, (usize, Vec<u64>))| Cohort {
        month,
        customers: size as u64,
        active: active.iter().map(|count| *count as f64 / size as f64).collect(),
    };
    cohorts.into_iter().map(share).collect()
}

fn share(people: &[Customer], fits: impl Fn(&Customer) -> bool) -> Share {
    let all: Money = people.iter().map(|customer| customer.net).sum();
    let of = || people.iter().filter(|customer| fits(customer));
    let revenue: Money = of().map(|customer| customer.net).sum();
    let share = ratio(revenue.value(), all.value());
    Share { customers: of().count() as u64, revenue: revenue.value(), share }
}

fn most_valuable(people: &[Customer]) -> Share {
    let mut nets: Vec<Money> = people.iter().map(|customer| customer.net).collect();
    nets.sort_unstable_by(|a, b| b.cmp(a));
    let count = nets.len().div_ceil(10);
    let all: Money = nets.iter().copied().sum();
    let revenue: Money = nets.iter().take(count).copied().sum();
    Share { customers: count as u64, revenue: revenue.value(), share: ratio(revenue.value(), all.value()) }
}

fn most_growable(people: &[Customer], now: i64) -> Share {
    let mean = |customer: &Customer| customer.net.0 / customer.times.len() as i64;
    let mut means: Vec<i64> = people.iter().map(mean).collect();
    means.sort_unstable();
    let middle = means.get(means.len() / 2).copied().unwrap_or(0);
    share(people, |customer| {
        let fits = customer.rf(now).is_some_and(|(recency, frequency)| recency >= 4 && frequency <= 3);
        fits && mean(customer) > middle
    })
}

fn at_risk(facts: &Facts, people: &[Customer], now: i64) -> Vec<AtRisk> {
    let days = |millis: i64| millis as f64 / DAY as f64;
    let mut found: Vec<AtRisk> = Vec::new();
    for customer in people.iter().filter(|customer| customer.times.len() >= 3) {
        let rhythm = days(customer.last() - customer.first()) / (customer.times.len() - 1) as f64;
        let silent = days(now - customer.last());
        if rhythm >= 1.0 && silent > 2.0 * rhythm && silent >= 30.0 {
            found.push(AtRisk {
                customer: facts.person(customer.person).to_owned(),
                orders: customer.times.len() as u64,
                revenue: customer.net.value(),
                rhythm,
                silent,
            });
        }
    }
    found.sort_by(|a, b| b.revenue.total_cmp(&a.revenue).then_with(|| a.customer.cmp(&b.customer)));
    found.truncate(LISTED);
    found
}

fn wishes(facts: &Facts) -> Vec<Wish> {
    let named = facts
        .wishes
        .iter()
        .map(|(wish, count)| Wish { wish: facts.words.name(*wish).to_owned(), count: *count });
    let mut wishes: Vec<Wish> = named.collect();
    wishes.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.wish.cmp(&b.wish)));
    wishes.truncate(LISTED);
    wishes
}
