//! A seeded, clearly synthetic order history of the sample shop: the same every time for one day.
//!
//! Its customers are numbers with tastes. What a recommender should find is in it on purpose: sizes and
//! colours people stay with, things that go together, things that run out.

mod taste;

use super::opening::Bundle;
use super::shop::catalog::{Catalog, Product};
use super::shop::customers::{Customer, back, order_id};
use jiff::civil::{Date, DateTime};
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use taste::Taste;

/// How much history, and of how many people.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Customers beside the named ones.
    pub customers: u32,
    /// Days of history before `until`.
    pub days: u16,
    /// Another seed, another history.
    pub seed: u64,
}

impl Default for Scale {
    fn default() -> Scale {
        Scale { customers: 1_500, days: 548, seed: 20_261_122 }
    }
}

/// One line of `orders.csv`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Unique to an order.
    pub order_id: String,
    /// Who bought.
    pub customer_id: String,
    /// When, local time.
    pub timestamp: String,
    /// What.
    pub product_id: String,
    /// Pieces.
    pub quantity: u32,
    /// Of one piece.
    pub price: f64,
    /// The size bought; empty where there is one.
    pub size: String,
}

/// One thing in a basket.
struct Pick<'a> {
    product: &'a Product,
    size: String,
    quantity: u32,
}

/// One basket before it has a number.
struct Basket<'a> {
    at: DateTime,
    customer: String,
    picks: Vec<Pick<'a>>,
}

/// The orders of the sample shop up to a day, oldest first. `named` customers bought exactly what their
/// records say.
pub fn orders(
    catalog: &Catalog,
    bundles: &[Bundle],
    named: &[Customer],
    until: Date,
    scale: Scale,
) -> Vec<Row> {
    let maker = Maker::new(catalog, bundles, until, scale);
    let mut baskets = Vec::new();
    for number in 1..=scale.customers {
        // A generator of its own for each customer: one more customer changes no other.
        let mut rng = ChaCha8Rng::seed_from_u64(scale.seed ^ (u64::from(number) << 32));
        maker.life(&format!("C-{number:04}"), &mut rng, &mut baskets);
    }
    baskets.sort_by(|one, other| (one.at, &one.customer).cmp(&(other.at, &other.customer)));
    let mut rows = Vec::new();
    for (number, basket) in baskets.iter().enumerate() {
        let order = format!("O-{:05}", number + 1);
        let timestamp = basket.at.strftime("%Y-%m-%d %H:%M:%S").to_string();
        rows.extend(basket.picks.iter().map(|pick| Row {
            order_id: order.clone(),
            customer_id: basket.customer.clone(),
            timestamp: timestamp.clone(),
            product_id: pick.product.id.clone(),
            quantity: pick.quantity,
            price: pick.product.price,
            size: pick.size.clone(),
        }));
    }
    rows.extend(known(catalog, named, until));
    rows.sort_by(|one, other| one.timestamp.cmp(&other.timestamp));
    rows
}

/// What the shop's records say of its named customers.
fn known<'a>(catalog: &'a Catalog, named: &'a [Customer], until: Date) -> impl Iterator<Item = Row> + 'a {
    named.iter().flat_map(move |customer| {
        customer.orders.iter().enumerate().flat_map(move |(number, order)| {
            let day = back(until, order.days_ago);
            order.lines.iter().map(move |line| Row {
                order_id: order_id(&customer.id, number),
                customer_id: customer.id.clone(),
                timestamp: format!("{day} 12:00:00"),
                product_id: line.product.clone(),
                quantity: line.quantity,
                price: line.price.or_else(|| Some(catalog.get(&line.product)?.price)).unwrap_or(0.0),
                size: line.size.clone(),
            })
        })
    })
}

/// What is the same for every customer.
struct Maker<'a> {
    catalog: &'a Catalog,
    with: HashMap<&'a str, Vec<(&'a Product, f64)>>,
    /// How much each product draws, whoever looks.
    draw: Vec<f64>,
    until: Date,
    days: u16,
}

impl<'a> Maker<'a> {
    fn new(catalog: &'a Catalog, bundles: &'a [Bundle], until: Date, scale: Scale) -> Maker<'a> {
        let mut with: HashMap<&str, Vec<(&Product, f64)>> = HashMap::new();
        for bundle in bundles {
            if let Some(other) = catalog.get(&bundle.with) {
                with.entry(&bundle.product).or_default().push((other, bundle.chance));
            }
        }
        let mut rng = ChaCha8Rng::seed_from_u64(scale.seed);
        let draw = catalog.products().iter().map(|_| 0.25 + rng.random::<f64>().powi(3) * 3.0).collect();
        Maker { catalog, with, draw, until, days: scale.days }
    }

    /// Everything one customer ever bought.
    fn life(&self, customer: &str, rng: &mut ChaCha8Rng, baskets: &mut Vec<Basket<'a>>) {
        let taste = Taste::of(rng);
        let mut days: Vec<u16> = (0..taste.orders).map(|_| rng.random_range(0..self.days)).collect();
        days.sort_unstable_by(|one, other| other.cmp(one));
        let mut owned = HashSet::new();
        for ago in days {
            let at = self.moment(ago, rng);
            let picks = self.basket(&taste, at.date(), &mut owned, rng);
            if !picks.is_empty() {
                baskets.push(Basket { at, customer: customer.to_owned(), picks });
            }
        }
        for need in &taste.needs {
            self.refill(customer, need, rng, baskets);
        }
    }

    /// A moment of that day, in opening hours.
    fn moment(&self, ago: u16, rng: &mut ChaCha8Rng) -> DateTime {
        back(self.until, ago).at(rng.random_range(9..21), rng.random_range(0..60), rng.random_range(0..60), 0)
    }

    /// One to three things, and what goes with them.
    fn basket(
        &self,
        taste: &Taste,
        day: Date,
        owned: &mut HashSet<&'a str>,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Pick<'a>> {
        let weights = self.catalog.products().iter().zip(&self.draw).map(|(product, draw)| {
            let sold = product.added.is_none_or(|added| added <= day);
            let again = if owned.contains(product.id.as_str()) { 0.1 } else { 1.0 };
            if sold { draw * again * taste.weight(product) } else { 0.0 }
        });
        let Ok(choice) = WeightedIndex::new(weights) else { return Vec::new() };
        let wanted = if rng.random_bool(0.6) { 1 } else { rng.random_range(2..4) };
        let mut picks: Vec<Pick<'_>> = Vec::new();
        for _ in 0..wanted {
            let product = &self.catalog.products()[choice.sample(rng)];
            self.take(product, taste, day, owned, rng, &mut picks);
            for (other, chance) in self.with.get(product.id.as_str()).into_iter().flatten() {
                if rng.random_bool(*chance) && !owned.contains(other.id.as_str()) {
                    self.take(other, taste, day, owned, rng, &mut picks);
                }
            }
        }
        picks
    }

    fn take(
        &self,
        product: &'a Product,
        taste: &Taste,
        day: Date,
        owned: &mut HashSet<&'a str>,
        rng: &mut ChaCha8Rng,
        picks: &mut Vec<Pick<'a>>,
    ) {
        let there = picks.iter().any(|pick| pick.product.id == product.id);
        let sold = product.added.is_none_or(|added| added <= day);
        let Some(size) = taste.size(product).filter(|_| sold && !there) else { return };
        owned.insert(&product.id);
        let several = taste::pieces(product);
        let quantity = if rng.random_bool(0.2) { rng.random_range(1..=several) } else { 1 };
        picks.push(Pick { product, size, quantity });
    }

    /// What runs out is bought again, about as often.
    fn refill(
        &self,
        customer: &str,
        need: &taste::Need,
        rng: &mut ChaCha8Rng,
        baskets: &mut Vec<Basket<'a>>,
    ) {
        let choice: Vec<&Product> = self
            .catalog
            .products()
            .iter()
            .filter(|product| product.category.last() == Some(&need.shelf))
            .collect();
        if choice.is_empty() {
            return;
        }
        let product = choice[rng.random_range(0..choice.len())];
        let mut ago = rng.random_range(0..self.days);
        loop {
            let at = self.moment(ago, rng);
            if product.added.is_none_or(|added| added <= at.date()) && product.sizes.is_empty() {
                let picks = vec![Pick { product, size: String::new(), quantity: 1 }];
                baskets.push(Basket { at, customer: customer.to_owned(), picks });
            }
            let wait = need.days.saturating_add_signed(rng.random_range(-6..=6));
            match ago.checked_sub(wait.max(7)) {
                Some(next) => ago = next,
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::opening;
    use crate::demo::tests::{TODAY, catalog, www};

    const SMALL: Scale = Scale { customers: 300, days: 548, seed: 7 };

    fn small() -> (Catalog, Vec<Row>) {
        let catalog = catalog();
        let bundles = opening::bundles(&www()).unwrap();
        let named = opening::sample_customers(&www()).unwrap();
        let rows = orders(&catalog, &bundles, &named, TODAY, SMALL);
        (catalog, rows)
    }

    #[test]
    fn the_same_seed_gives_the_same_history() {
        let (one, other) = (small().1, small().1);
        assert_eq!(one, other);
        let catalog = catalog();
        let changed = orders(&catalog, &[], &[], TODAY, Scale { seed: 8, ..SMALL });
        assert_ne!(one, changed);
    }

    #[test]
    fn nothing_is_sold_before_it_was_there_or_in_a_size_it_has_not() {
        let (catalog, rows) = small();
        assert!(rows.len() > 1_000, "{}", rows.len());
        for row in rows.iter().filter(|row| row.customer_id.starts_with("C-")) {
            let product = catalog.get(&row.product_id).unwrap();
            let day: Date = row.timestamp[..10].parse().unwrap();
            assert!(day <= TODAY && day >= back(TODAY, SMALL.days), "{row:?}");
            assert!(product.added.unwrap() <= day, "{row:?} before {:?}", product.added);
            let fits = product.sizes.contains(&row.size) || product.sizes.is_empty() && row.size.is_empty();
            assert!(fits && row.quantity >= 1, "{row:?}");
        }
        assert!(rows.is_sorted_by_key(|row| row.timestamp.clone()));
    }

    #[test]
    fn people_stay_with_their_sizes_and_colours() {
        let (catalog, rows) = small();
        let mut shirts: HashMap<&str, HashSet<&str>> = HashMap::new();
        let mut colors: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in rows.iter().filter(|row| row.customer_id.starts_with("C-")) {
            let product = catalog.get(&row.product_id).unwrap();
            if product.category.last().is_some_and(|shelf| shelf == "Shirts") {
                shirts.entry(&row.customer_id).or_default().insert(&row.size);
            }
            colors.entry(&row.customer_id).or_default().push(product.color());
        }
        assert!(shirts.values().all(|sizes| sizes.len() == 1));
        let most = |colors: &Vec<&str>| {
            let count = |color: &&str| colors.iter().filter(|other| *other == color).count();
            colors.iter().map(count).max().unwrap_or(0)
        };
        let many: Vec<_> = colors.values().filter(|colors| colors.len() >= 10).collect();
        let share = many.iter().map(|colors| most(colors) as f64 / colors.len() as f64).sum::<f64>()
            / many.len() as f64;
        assert!(share > 0.25, "the favourite colour of {} people has {share:.2} of their things", many.len());
    }

    #[test]
    fn bundles_are_bought_together_and_what_runs_out_again() {
        let (catalog, rows) = small();
        let bundle = opening::bundles(&www()).unwrap().remove(0);
        let mut orders: HashMap<&str, HashSet<&str>> = HashMap::new();
        for row in &rows {
            orders.entry(&row.order_id).or_default().insert(&row.product_id);
        }
        let pots: Vec<_> = orders.values().filter(|order| order.contains(bundle.product.as_str())).collect();
        let both = pots.iter().filter(|order| order.contains(bundle.with.as_str())).count();
        assert!(pots.len() >= 10 && both * 3 > pots.len(), "{both} of {}", pots.len());
        let mut tea: HashMap<(&str, &str), usize> = HashMap::new();
        for row in &rows {
            if catalog.get(&row.product_id).unwrap().category.last().is_some_and(|shelf| shelf == "Tea") {
                *tea.entry((&row.customer_id, &row.product_id)).or_default() += 1;
            }
        }
        assert!(tea.values().filter(|count| **count >= 4).count() >= 8);
    }

    #[test]
    fn oybek_bought_what_his_records_say() {
        let (_, rows) = small();
        let named = opening::sample_customers(&www()).unwrap();
        let lines: usize = named[0].orders.iter().map(|order| order.lines.len()).sum();
        let his: Vec<_> = rows.iter().filter(|row| row.customer_id == "oybek").collect();
        assert_eq!(his.len(), lines);
        assert!(his.iter().any(|row| row.product_id == "AT-1001" && row.size == "L"));
    }
}
