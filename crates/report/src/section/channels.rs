//! Where visits and orders come from, and what they bring for what they cost.

use crate::facts::{DAY, Facts, NONE, Visit};
use crate::fixed::Money;
use crate::ledger::Ledger;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// A visit is the cause of an order for so many days.
pub(crate) const WINDOW_DAYS: i64 = 30;
/// Rows of a table.
const LISTED: usize = 50;

/// Channels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Channels {
    /// Visits.
    pub visits: u64,
    /// Orders with a visit in the 30 days before.
    pub attributed_orders: u64,
    /// By source.
    pub sources: Vec<Channel>,
    /// By campaign.
    pub campaigns: Vec<Channel>,
    /// By the channel that the orders name.
    pub order_channels: Vec<OrderChannel>,
}

/// One source or campaign.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Channel {
    /// Its name.
    pub name: String,
    /// Visits.
    pub visits: u64,
    /// Orders for which it was the first visit in the window.
    pub first_touch_orders: u64,
    /// Their revenue.
    pub first_touch_revenue: f64,
    /// Orders for which it was the last visit.
    pub last_touch_orders: u64,
    /// Their revenue.
    pub last_touch_revenue: f64,
    /// What it cost, where the cost file says.
    pub cost: Option<f64>,
    /// (last-touch revenue − cost) / cost.
    pub return_on_cost: Option<f64>,
}

/// Orders of one channel as the shop's own system names it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OrderChannel {
    /// Its name.
    pub channel: String,
    /// Orders.
    pub orders: u64,
    /// Revenue.
    pub revenue: f64,
}

/// What sources and campaigns cost, in the shop's currency; sums of the file's rows by name, lower case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Costs {
    /// By source.
    pub sources: BTreeMap<String, f64>,
    /// By campaign.
    pub campaigns: BTreeMap<String, f64>,
}

#[derive(Default)]
struct Sums {
    visits: u64,
    first: (u64, Money),
    last: (u64, Money),
}

/// Works out the section.
pub(crate) fn channels(facts: &Facts, ledger: &Ledger, costs: &Costs) -> Channels {
    let mut visits: Vec<(u32, Visit)> =
        facts.visits.iter().map(|((person, _), visit)| (facts.owner(*person), *visit)).collect();
    let name = |number: u32| facts.words.name(number);
    visits.sort_unstable_by(|(a, x), (b, y)| {
        (a, x.at)
            .cmp(&(b, y.at))
            .then_with(|| (name(x.source), name(x.campaign)).cmp(&(name(y.source), name(y.campaign))))
    });
    let mut sources: HashMap<u32, Sums> = HashMap::new();
    let mut campaigns: HashMap<u32, Sums> = HashMap::new();
    for (_, visit) in &visits {
        sources.entry(visit.source).or_default().visits += 1;
        campaigns.entry(visit.campaign).or_default().visits += 1;
    }
    let mut attributed_orders = 0;
    for order in ledger.orders().filter(|order| order.person != NONE) {
        let start = visits.partition_point(|(person, visit)| {
            (*person, visit.at) < (order.person, order.at - WINDOW_DAYS * DAY)
        });
        let end = visits.partition_point(|(person, visit)| (*person, visit.at) <= (order.person, order.at));
        let Some(((_, first), (_, last))) = visits[start..end].first().zip(visits[start..end].last()) else {
            continue;
        };
        attributed_orders += 1;
        for (by_name, first, last) in
            [(&mut sources, first.source, last.source), (&mut campaigns, first.campaign, last.campaign)]
        {
            let of_first = &mut by_name.entry(first).or_default().first;
            of_first.0 += 1;
            of_first.1 += order.net();
            let of_last = &mut by_name.entry(last).or_default().last;
            of_last.0 += 1;
            of_last.1 += order.net();
        }
    }
    campaigns.remove(&NONE);
    Channels {
        visits: visits.len() as u64,
        attributed_orders,
        sources: table(facts, sources, &costs.sources),
        campaigns: table(facts, campaigns, &costs.campaigns),
        order_channels: order_channels(facts, ledger),
    }
}

fn table(facts: &Facts, sums: HashMap<u32, Sums>, costs: &BTreeMap<String, f64>) -> Vec<Channel> {
    let mut rows: BTreeMap<String, Sums> =
        sums.into_iter().map(|(number, sums)| (facts.words.name(number).to_owned(), sums)).collect();
    // What was paid for and brought nobody stands there too.
    for paid in costs.keys() {
        if !rows.keys().any(|name| name.to_lowercase() == *paid) {
            rows.insert(paid.clone(), Sums::default());
        }
    }
    let channel = |(name, sums): (String, Sums)| {
        let cost = costs.get(&name.to_lowercase()).copied();
        let last_touch_revenue = sums.last.1.value();
        Channel {
            name,
            visits: sums.visits,
            first_touch_orders: sums.first.0,
            first_touch_revenue: sums.first.1.value(),
            last_touch_orders: sums.last.0,
            last_touch_revenue,
            cost,
            return_on_cost: cost.filter(|cost| *cost > 0.0).map(|cost| (last_touch_revenue - cost) / cost),
        }
    };
    let mut rows: Vec<Channel> = rows.into_iter().map(channel).collect();
    rows.sort_by(|a, b| {
        b.last_touch_revenue
            .total_cmp(&a.last_touch_revenue)
            .then(b.visits.cmp(&a.visits))
            .then_with(|| a.name.cmp(&b.name))
    });
    rows.truncate(LISTED);
    rows
}

fn order_channels(facts: &Facts, ledger: &Ledger) -> Vec<OrderChannel> {
    let mut sums: HashMap<u32, (u64, Money)> = HashMap::new();
    for order in ledger.orders().filter(|order| order.channel != NONE) {
        let (orders, revenue) = sums.entry(order.channel).or_default();
        *orders += 1;
        *revenue += order.net();
    }
    let row = |(channel, (orders, revenue)): (u32, (u64, Money))| OrderChannel {
        channel: facts.words.name(channel).to_owned(),
        orders,
        revenue: revenue.value(),
    };
    let mut rows: Vec<OrderChannel> = sums.into_iter().map(row).collect();
    rows.sort_by(|a, b| b.revenue.total_cmp(&a.revenue).then_with(|| a.channel.cmp(&b.channel)));
    rows.truncate(LISTED);
    rows
}
