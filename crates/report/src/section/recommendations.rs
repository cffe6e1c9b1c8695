//! What recommendations did.

use super::experiments::Experiment;
use crate::facts::{Click, DAY, Facts, NONE, Trade};
use crate::fixed::Money;
use crate::ledger::Ledger;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is bought so many days after a click is taken to follow from it.
pub(crate) const WINDOW_DAYS: i64 = 30;
/// Lists of ours begin so.
const OURS: &str = "tanish:";

/// What recommendations did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recommendations {
    /// By kind of list.
    pub lists: Vec<List>,
    /// Different products shown.
    pub products_shown: u64,
    /// Of all products known to the report.
    pub coverage: f64,
    /// Revenue of lines whose product was clicked in a list at most 30 days before.
    pub assisted_revenue: f64,
    /// As a share of all revenue.
    pub assisted_share: f64,
    /// Revenue per visitor against visitors who are shown none of the programme.
    pub against_holdout: Option<AgainstHoldout>,
}

/// The programme against its holdout.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgainstHoldout {
    /// The experiment.
    pub experiment: String,
    /// Difference as a share of the holdout.
    pub uplift: f64,
    /// Its 95 % interval.
    pub ci: [f64; 2],
    /// Welch's t-test.
    pub p_value: f64,
}

/// One kind of list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct List {
    /// Its kind: `for-you`.
    pub list: String,
    /// How often it was shown.
    pub shown: u64,
    /// How many products it showed, each time counted.
    pub products: u64,
    /// Different ones among them.
    pub distinct_products: u64,
    /// Clicks.
    pub clicked: u64,
    /// Clicks a showing.
    pub click_rate: f64,
    /// Lines bought after a click.
    pub bought_after: u64,
    /// Of the clicks.
    pub bought_rate: f64,
    /// Of those lines.
    pub revenue_after: f64,
    /// e to the entropy of what was shown: as many products, shown equally often, would be as varied.
    pub diversity: f64,
    /// By place in the list, from 1.
    pub positions: Vec<Position>,
}

/// One place of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Position {
    /// From 1.
    pub position: u16,
    /// Products shown there.
    pub shown: u64,
    /// Clicks there.
    pub clicked: u64,
    /// Clicks a showing.
    pub click_rate: f64,
}

/// Sold lines of products by people, to be found by person and product.
struct Sold(Vec<(u32, u32, i64, Money)>);

impl Sold {
    fn new(ledger: &Ledger) -> Sold {
        let mut sold = Vec::new();
        for (person, purchases) in ledger.people() {
            for purchase in purchases {
                let lines = ledger.lines_of(purchase).iter().filter(|line| line.trade == Trade::Sold);
                sold.extend(lines.map(|line| (person, line.product, purchase.at, line.amount)));
            }
        }
        sold.sort_unstable();
        Sold(sold)
    }

    /// Numbers of the lines that follow from a click.
    fn after(&self, click: &Click) -> impl Iterator<Item = usize> + use<> {
        let from = (click.person, click.what, click.at, Money(i64::MIN));
        let until = (click.person, click.what, click.at + WINDOW_DAYS * DAY, Money(i64::MAX));
        let start = self.0.partition_point(|line| *line < from);
        let end = self.0.partition_point(|line| *line <= until);
        start..end.max(start)
    }
}

/// Works out the section.
pub(crate) fn recommendations(facts: &Facts, ledger: &Ledger, experiments: &[Experiment]) -> Recommendations {
    let sold = Sold::new(ledger);
    let mut by_list: BTreeMap<String, (u32, Vec<Click>)> = BTreeMap::new();
    let ours = |list: u32| facts.words.name(list).strip_prefix(OURS).map(str::to_owned);
    for &list in facts.shown.keys() {
        if let Some(kind) = ours(list) {
            by_list.entry(kind).or_insert((list, Vec::new()));
        }
    }
    for click in facts.clicks.iter().filter(|click| click.list != NONE) {
        if let Some(kind) = ours(click.list) {
            let click = Click { person: facts.owner(click.person), ..*click };
            by_list.entry(kind).or_insert((click.list, Vec::new())).1.push(click);
        }
    }
    let mut assisted: HashSet<usize> = HashSet::new();
    let mut shown: HashSet<u32> = HashSet::new();
    let lists = by_list.into_iter().map(|(kind, (number, clicks))| {
        let lines: HashSet<usize> =
            clicks.iter().filter(|click| click.person != NONE).flat_map(|click| sold.after(click)).collect();
        assisted.extend(&lines);
        if let Some(of_list) = facts.shown.get(&number) {
            shown.extend(of_list.products.keys());
        }
        list(facts, kind, number, &clicks, lines.iter().map(|line| sold.0[*line].3))
    });
    let lists: Vec<List> = lists.collect();
    let known: HashSet<u32> = products(facts);
    let revenue: Money = ledger.purchases.iter().map(|purchase| purchase.sold).sum();
    let assisted_revenue: Money = assisted.iter().map(|line| sold.0[*line].3).sum();
    let holdout = experiments.iter().find(|test| test.holdout && test.metric == "revenue_per_visitor");
    let against_holdout = holdout.and_then(|test| {
        let found = test.comparisons.first()?;
        let (uplift, ci, p_value) = (found.uplift, found.ci, found.p_value);
        Some(AgainstHoldout { experiment: test.key.clone(), uplift, ci, p_value })
    });
    Recommendations {
        lists,
        products_shown: shown.len() as u64,
        coverage: ratio(shown.len() as f64, known.len() as f64),
        assisted_revenue: assisted_revenue.value(),
        assisted_share: ratio(assisted_revenue.value(), revenue.value()),
        against_holdout,
    }
}

fn list(
    facts: &Facts,
    kind: String,
    number: u32,
    clicks: &[Click],
    bought: impl Iterator<Item = Money> + Clone,
) -> List {
    let nothing = crate::facts::Shown::default();
    let shown = facts.shown.get(&number).unwrap_or(&nothing);
    let mut clicked_at: HashMap<u16, u64> = HashMap::new();
    clicks.iter().for_each(|click| *clicked_at.entry(click.position).or_default() += 1);
    let products: u64 = shown.products.values().sum();
    let mut counts: Vec<u64> = shown.products.values().copied().collect();
    counts.sort_unstable();
    let parts = counts.iter().map(|&count| count as f64 / products as f64);
    let entropy: f64 = parts.map(|share| -share * share.ln()).sum();
    let positions = shown.positions.iter().map(|(&position, &shown)| {
        let clicked = clicked_at.get(&position).copied().unwrap_or(0);
        Position { position, shown, clicked, click_rate: ratio(clicked as f64, shown as f64) }
    });
    let (bought_after, revenue): (u64, Money) = (bought.clone().count() as u64, bought.sum());
    List {
        list: kind,
        shown: shown.views,
        products,
        distinct_products: shown.products.len() as u64,
        clicked: clicks.len() as u64,
        click_rate: ratio(clicks.len() as f64, shown.views as f64),
        bought_after,
        bought_rate: ratio(bought_after as f64, clicks.len() as f64),
        revenue_after: revenue.value(),
        diversity: if products > 0 { entropy.exp() } else { 0.0 },
        positions: positions.collect(),
    }
}

/// All products that anything was said of.
pub(super) fn products(facts: &Facts) -> HashSet<u32> {
    let shown = facts.shown.values().flat_map(|shown| shown.products.keys().copied());
    let lines = facts.lines.iter().map(|line| line.product);
    shown.chain(lines).chain(facts.product_views.keys().copied()).filter(|product| *product != NONE).collect()
}

/// 0 of nothing.
pub(super) fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
