//! Products: what sells, what does not, what goes together, what promotions did.

use super::customers::PERIOD_DAYS;
use super::recommendations::{products as known, ratio};
use crate::facts::{DAY, Facts, NONE, Trade};
use crate::fixed::Money;
use crate::ledger::{Ledger, Purchase};
use serde::Serialize;
use std::collections::HashMap;

/// Rows of a table.
const LISTED: usize = 20;
/// Products whose pairs are counted: those in most orders.
const PAIRED: usize = 2000;
/// Products of one order that are paired.
const LARGEST_BASKET: usize = 100;
/// Orders a pair or a place needs before it is told of.
const FEWEST: u64 = 10;

/// Products.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Products {
    /// Known to the report.
    pub products: u64,
    /// Sold at least once.
    pub sold: u64,
    /// By revenue.
    pub best: Vec<Product>,
    /// Sold before and not in the last 90 days, by pieces.
    pub slow: Vec<Product>,
    /// By how much more often than by chance.
    pub together: Vec<Pair>,
    /// With each coupon, and without (empty).
    pub promotions: Vec<Promotion>,
    /// By country.
    pub places: Vec<Place>,
    /// Revenue by month.
    pub months: Vec<Month>,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Product {
    /// Its id.
    pub product: String,
    /// Its title, else its id.
    pub title: String,
    /// Pieces sold.
    pub pieces: f64,
    /// Sold less returned.
    pub revenue: f64,
    /// Orders with it.
    pub orders: u64,
    /// Pieces returned of those sold.
    pub returned: f64,
    /// Views of its page.
    pub views: u64,
    /// Orders a view; 0 without views.
    pub order_rate: f64,
    /// Last sale, in milliseconds since 1970.
    pub last_sold: i64,
}

/// Two products in one order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pair {
    /// One.
    pub a: String,
    /// The other.
    pub b: String,
    /// Orders with both.
    pub orders: u64,
    /// How many times more often than if they had nothing to do with each other.
    pub lift: f64,
}

/// Orders with one coupon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Promotion {
    /// The coupon; empty: none.
    pub coupon: String,
    /// Orders.
    pub orders: u64,
    /// Revenue.
    pub revenue: f64,
    /// Revenue an order.
    pub mean_order: f64,
    /// Of these orders, first orders of their customers.
    pub first_orders: u64,
    /// (revenue − cost of goods) / revenue, where costs are known.
    pub margin: Option<f64>,
}

/// One country.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// The country.
    pub place: String,
    /// Orders.
    pub orders: u64,
    /// Revenue.
    pub revenue: f64,
    /// What is bought there more than elsewhere.
    pub favourite: Option<String>,
    /// How many times more often.
    pub lift: Option<f64>,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Month {
    /// As in `2026-11`.
    pub month: String,
    /// Orders.
    pub orders: u64,
    /// Revenue.
    pub revenue: f64,
}

#[derive(Default, Clone, Copy)]
struct Sums {
    pieces: i64,
    returned: i64,
    revenue: Money,
    orders: u64,
    last: i64,
}

/// Works out the section.
pub(crate) fn products(facts: &Facts, ledger: &Ledger) -> Products {
    let now = ledger.purchases.iter().map(|purchase| purchase.at).max().unwrap_or(0);
    let mut sums: HashMap<u32, Sums> = HashMap::new();
    let mut baskets = Baskets::default();
    for purchase in &ledger.purchases {
        let mut basket = Vec::new();
        for line in ledger.lines_of(purchase).iter().filter(|line| line.product != NONE) {
            let sum = sums.entry(line.product).or_default();
            match line.trade {
                Trade::Sold => {
                    sum.pieces += line.pieces;
                    sum.revenue += line.amount;
                    sum.last = sum.last.max(purchase.at);
                    basket.push(line.product);
                }
                Trade::Returned => {
                    sum.returned += line.pieces;
                    sum.revenue = sum.revenue - line.amount;
                }
            }
        }
        basket.sort_unstable();
        basket.dedup();
        basket.iter().for_each(|product| sums.entry(*product).or_default().orders += 1);
        if purchase.is_order && !basket.is_empty() {
            baskets.0.push((purchase.country, basket));
        }
    }
    let told = sums.iter().map(|(&product, sum)| told(facts, product, sum));
    let mut told: Vec<Product> = told.collect();
    let sold = told.iter().filter(|product| product.orders > 0).count() as u64;
    told.sort_by(|a, b| b.revenue.total_cmp(&a.revenue).then_with(|| a.product.cmp(&b.product)));
    let best = told.iter().take(LISTED).cloned().collect();
    let stale = now - PERIOD_DAYS * DAY;
    told.retain(|product| product.orders > 0 && product.last_sold < stale);
    told.sort_by(|a, b| b.pieces.total_cmp(&a.pieces).then_with(|| a.product.cmp(&b.product)));
    told.truncate(LISTED);
    Products {
        products: known(facts).len() as u64,
        sold,
        best,
        slow: told,
        together: baskets.pairs(facts, &sums),
        promotions: promotions(facts, ledger),
        places: places(facts, ledger, &baskets, &sums),
        months: months(ledger),
    }
}

fn told(facts: &Facts, product: u32, sum: &Sums) -> Product {
    let views = facts.product_views.get(&product).copied().unwrap_or(0);
    Product {
        product: facts.words.name(product).to_owned(),
        title: facts.product(product).to_owned(),
        pieces: sum.pieces as f64 / 1000.0,
        revenue: sum.revenue.value(),
        orders: sum.orders,
        returned: ratio(sum.returned as f64, sum.pieces as f64),
        views,
        order_rate: ratio(sum.orders as f64, views as f64),
        last_sold: sum.last,
    }
}

/// Orders as the products in them, with the country.
#[derive(Default)]
struct Baskets(Vec<(u32, Vec<u32>)>);

impl Baskets {
    /// Products of any two in an order, by lift.
    fn pairs(&self, facts: &Facts, sums: &HashMap<u32, Sums>) -> Vec<Pair> {
        let mut frequent: Vec<(u64, u32)> =
            sums.iter().map(|(product, sum)| (sum.orders, *product)).collect();
        let name = |product: u32| facts.words.name(product);
        frequent.sort_unstable_by(|a, b| b.0.cmp(&a.0).then_with(|| name(a.1).cmp(name(b.1))));
        frequent.truncate(PAIRED);
        let rank: HashMap<u32, u32> =
            (0..).zip(&frequent).map(|(rank, (_, product))| (*product, rank)).collect();
        let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
        for (_, basket) in &self.0 {
            let mut ranks: Vec<u32> =
                basket.iter().filter_map(|product| rank.get(product).copied()).collect();
            ranks.sort_unstable();
            ranks.truncate(LARGEST_BASKET);
            for (at, &a) in ranks.iter().enumerate() {
                ranks[at + 1..].iter().for_each(|&b| *counts.entry((a, b)).or_default() += 1);
            }
        }
        let orders = self.0.len() as f64;
        let mut pairs: Vec<(f64, u64, u32, u32)> = counts
            .into_iter()
            .filter(|(_, count)| *count >= FEWEST)
            .map(|((a, b), count)| {
                let [(of_a, a), (of_b, b)] = [a, b].map(|rank| frequent[rank as usize]);
                (count as f64 * orders / (of_a as f64 * of_b as f64), count, a, b)
            })
            .collect();
        pairs.sort_unstable_by(|x, y| {
            y.0.total_cmp(&x.0)
                .then_with(|| y.1.cmp(&x.1))
                .then_with(|| (name(x.2), name(x.3)).cmp(&(name(y.2), name(y.3))))
        });
        pairs.truncate(LISTED);
        let title = |product| facts.product(product).to_owned();
        pairs
            .into_iter()
            .map(|(lift, orders, a, b)| Pair { a: title(a), b: title(b), orders, lift })
            .collect()
    }
}

fn promotions(facts: &Facts, ledger: &Ledger) -> Vec<Promotion> {
    let mut by_coupon: HashMap<u32, Vec<(&Purchase, bool)>> = HashMap::new();
    let mut before = None;
    for purchase in ledger.orders() {
        let is_first = purchase.person != NONE && before != Some(purchase.person);
        before = Some(purchase.person);
        by_coupon.entry(purchase.coupon).or_default().push((purchase, is_first));
    }
    if by_coupon.len() < 2 && by_coupon.contains_key(&NONE) {
        return Vec::new();
    }
    let promotion = |(coupon, orders): (u32, Vec<(&Purchase, bool)>)| {
        let revenue: Money = orders.iter().map(|(order, _)| order.net()).sum();
        let cost = orders.iter().map(|(order, _)| order.cost).collect::<Option<Vec<_>>>();
        let cost: Option<Money> = cost.map(|costs| costs.into_iter().sum());
        Promotion {
            coupon: facts.words.name(coupon).to_owned(),
            orders: orders.len() as u64,
            revenue: revenue.value(),
            mean_order: revenue.value() / orders.len() as f64,
            first_orders: orders.iter().filter(|(_, first)| *first).count() as u64,
            margin: cost.map(|cost| ratio((revenue - cost).value(), revenue.value())),
        }
    };
    let mut promotions: Vec<Promotion> = by_coupon.into_iter().map(promotion).collect();
    promotions.sort_by(|a, b| b.revenue.total_cmp(&a.revenue).then_with(|| a.coupon.cmp(&b.coupon)));
    promotions.truncate(LISTED);
    promotions
}

fn places(facts: &Facts, ledger: &Ledger, baskets: &Baskets, sums: &HashMap<u32, Sums>) -> Vec<Place> {
    let mut by_place: HashMap<u32, (u64, Money)> = HashMap::new();
    for order in ledger.orders().filter(|order| order.country != NONE) {
        let (orders, revenue) = by_place.entry(order.country).or_default();
        *orders += 1;
        *revenue += order.net();
    }
    let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
    for (country, basket) in baskets.0.iter().filter(|(country, _)| *country != NONE) {
        basket.iter().for_each(|product| *counts.entry((*country, *product)).or_default() += 1);
    }
    let name = |number: u32| facts.words.name(number);
    let all = baskets.0.len() as f64;
    let mut best: HashMap<u32, (f64, u32)> = HashMap::new();
    for ((place, product), count) in counts.into_iter().filter(|(_, count)| *count >= FEWEST) {
        let (here, of_product) = (by_place.get(&place).map_or(0, |place| place.0), sums[&product].orders);
        let lift = count as f64 * all / (here as f64 * of_product as f64);
        let known = best.get(&place).copied();
        let better =
            known.is_none_or(|(known, of)| lift > known || (lift == known && name(product) < name(of)));
        if better {
            best.insert(place, (lift, product));
        }
    }
    let place = |(place, (orders, revenue)): (u32, (u64, Money))| {
        let favourite = best.get(&place).filter(|(lift, _)| *lift > 1.0);
        Place {
            place: name(place).to_owned(),
            orders,
            revenue: revenue.value(),
            favourite: favourite.map(|(_, product)| facts.product(*product).to_owned()),
            lift: favourite.map(|(lift, _)| *lift),
        }
    };
    let mut places: Vec<Place> = by_place.into_iter().map(place).collect();
    places.sort_by(|a, b| b.revenue.total_cmp(&a.revenue).then_with(|| a.place.cmp(&b.place)));
    places.truncate(LISTED);
    places
}

fn months(ledger: &Ledger) -> Vec<Month> {
    let mut by_month: std::collections::BTreeMap<String, (u64, Money)> = std::collections::BTreeMap::new();
    for purchase in &ledger.purchases {
        let (orders, revenue) = by_month.entry(crate::page::words::month(purchase.at)).or_default();
        *orders += u64::from(purchase.is_order);
        *revenue += purchase.net();
    }
    let month = |(month, (orders, revenue)): (String, (u64, Money))| Month {
        month,
        orders,
        revenue: revenue.value(),
    };
    by_month.into_iter().map(month).collect()
}
