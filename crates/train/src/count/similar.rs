//! Alike: by words and attributes, and by being looked at in one visit.

use super::age::Ages;
use super::fixed::{Lists, Scored, Sums, best, fixed, float};
use super::frame::{Frame, Step};
use crate::Counting;
use crate::input::catalog::{Catalog, Product};
use crate::input::events::Action;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Most products that one word leads to: common words say little.
const MAX_POSTINGS: usize = 500;
/// Most products looked at for one product, its rarest words first. With [`MAX_POSTINGS`] it keeps the
/// work in proportion to the catalogue.
const MAX_LOOKS: usize = 2000;
/// Candidates whose likeness is worked out exactly, for each one kept.
const CANDIDATES: usize = 5;
/// Least likeness worth showing.
const LEAST: f64 = 0.1;
/// Most that co-views can count beside attributes.
const VIEWS_SHARE: f64 = 0.5;
/// How much each attribute says, beside a word of the title.
const ATTRIBUTES: [(&str, f64); 3] = [("category", 1.5), ("brand", 1.0), ("color", 0.7)];

/// A product as weighted terms, of length 1, by rising term.
type Terms = Vec<(u32, f32)>;

/// Rows by product: the cosine of TF-IDF weighted words and attributes; where visits were seen, blended
/// with how often the two were looked at together, the more the more was seen. Variants of one group are
/// not each other's likes. `popularity` decides whom common words lead to.
pub(super) fn rows(
    frame: &Frame,
    ages: &Ages,
    catalog: &Catalog,
    popularity: &[u64],
    counting: &Counting,
) -> Vec<Vec<Scored>> {
    let products: Vec<&Product> = catalog.products.values().collect();
    let terms = terms(&products);
    let postings = postings(&terms, popularity);
    let views = Views::new(frame, ages, counting);
    let row = |sums: &mut Sums, product: u32| {
        let mine = &terms[product as usize];
        for &(term, weight) in rarest(mine, &postings) {
            for &(other, theirs) in postings.get(term) {
                sums.add(other, fixed(f64::from(weight * theirs)));
            }
        }
        let candidates = sums.drain().map(|(other, sum, _)| (other, float(sum))).collect();
        let candidates = best(candidates, counting.similar * CANDIDATES + 1);
        let mut scored: BTreeMap<u32, f64> = candidates
            .into_iter()
            .map(|(other, _)| (other, cosine(mine, &terms[other as usize])))
            .filter(|(_, likeness)| *likeness >= LEAST)
            .collect();
        views.blend(product, &mut scored, sums);
        let group = products[product as usize].group.as_deref();
        let foreign = |other: u32| group.is_none() || products[other as usize].group.as_deref() != group;
        let scored =
            scored.into_iter().filter(|&(other, score)| other != product && score > 0.0 && foreign(other));
        best(scored.collect(), counting.similar)
    };
    (0..frame.products as u32).into_par_iter().map_init(|| Sums::new(frame.products), row).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.filter(|word| word.chars().count() > 1).map(str::to_lowercase)
}

/// By product: its terms with weights.
fn terms(products: &[&Product]) -> Vec<Terms> {
    let said: Vec<BTreeMap<String, f64>> = products.par_iter().map(|product| said(product)).collect();
    let mut spread: BTreeMap<&str, u32> = BTreeMap::new();
    for term in said.iter().flat_map(BTreeMap::keys) {
        *spread.entry(term).or_default() += 1;
    }
    let numbers: HashMap<&str, (u32, u32)> =
        (0..).zip(&spread).map(|(number, (term, count))| (*term, (number, *count))).collect();
    let weigh = |said: &BTreeMap<String, f64>| {
        // A term that only one product has leads nowhere, but makes its product less like all others.
        let weighed = said.iter().filter_map(|(term, weight)| {
            let &(number, count) = numbers.get(term.as_str())?;
            Some((number, (weight * (1.0 + products.len() as f64 / f64::from(count)).ln()) as f32))
        });
        let mut terms: Terms = weighed.collect();
        terms.sort_unstable_by_key(|term| term.0);
        let length = terms.iter().map(|term| term.1 * term.1).sum::<f32>().sqrt();
        terms.iter_mut().for_each(|term| term.1 /= length.max(f32::MIN_POSITIVE));
        terms
    };
    said.par_iter().map(weigh).collect()
}

/// The words and attribute values of a product. Letters in front keep attributes and words apart.
fn said(product: &Product) -> BTreeMap<String, f64> {
    let mut said: BTreeMap<String, f64> =
        words(&product.title).map(|word| (format!("w{word}"), 1.0)).collect();
    for (name, weight) in ATTRIBUTES {
        for value in product.attributes.get(name).into_iter().flatten() {
            said.insert(format!("{name}={}", value.to_lowercase()), weight);
        }
    }
    said
}

/// By term: the products it leads to with their weights, of many the most popular.
fn postings(terms: &[Terms], popularity: &[u64]) -> Lists<(u32, f32)> {
    let count = terms.iter().filter_map(|terms| terms.last()).map(|term| term.0 + 1).max().unwrap_or(0);
    let pairs = (0u32..)
        .zip(terms)
        .flat_map(|(product, terms)| terms.iter().map(move |&(term, weight)| (term, (product, weight))));
    let all = Lists::group(count as usize, pairs);
    let mut short = Lists::new();
    for (_, products) in all.iter() {
        let mut products = products.to_vec();
        if products.len() > MAX_POSTINGS {
            products.sort_unstable_by_key(|&(p, _)| (std::cmp::Reverse(popularity[p as usize]), p));
            products.truncate(MAX_POSTINGS);
        }
        short.push(products);
    }
    short
}

/// The terms that lead to the fewest products, as many as [`MAX_LOOKS`] allows; always one.
fn rarest<'a>(terms: &'a Terms, postings: &Lists<(u32, f32)>) -> impl Iterator<Item = &'a (u32, f32)> {
    let mut terms: Vec<(usize, &(u32, f32))> =
        terms.iter().map(|term| (postings.get(term.0).len(), term)).collect();
    terms.sort_unstable_by_key(|(length, term)| (*length, term.0));
    let mut looks = 0;
    let within = move |&(length, _): &(usize, &(u32, f32))| {
        let first = looks == 0;
        looks += length;
        first || looks <= MAX_LOOKS
    };
    terms.into_iter().take_while(within).map(|(_, term)| term)
}

fn cosine(a: &Terms, b: &Terms) -> f64 {
    let (mut a, mut b) = (a.as_slice(), b.as_slice());
    let mut sum = 0.0;
    while let (Some(&(term_a, weight_a)), Some(&(term_b, weight_b))) = (a.first(), b.first()) {
        if term_a == term_b {
            sum += f64::from(weight_a * weight_b);
        }
        if term_a <= term_b {
            a = &a[1..];
        }
        if term_b <= term_a {
            b = &b[1..];
        }
    }
    sum
}

/// What was looked at in one visit.
struct Views<'a> {
    frame: &'a Frame,
    with: Lists<u32>,
    shrink: f64,
    /// By visit: its weight.
    weights: Vec<f64>,
}

impl<'a> Views<'a> {
    fn new(frame: &'a Frame, ages: &Ages, counting: &Counting) -> Views<'a> {
        let viewed = |step: &&Step| step.action != Action::Purchase;
        let pairs = frame.visits.iter().flat_map(move |(number, visit)| {
            visit.iter().filter(viewed).map(move |step| (step.product, number))
        });
        let with = Lists::group(frame.products, pairs);
        Views { frame, with, shrink: counting.shrink, weights: ages.visits(frame, counting.visits.fade) }
    }

    /// Blends co-views into the likeness of others to `product`: the share grows with what was seen.
    fn blend(&self, product: u32, scored: &mut BTreeMap<u32, f64>, sums: &mut Sums<1>) {
        let mut visits = self.with.get(product).to_vec();
        visits.dedup();
        let mut seen = 0;
        for number in visits {
            let visit = self.frame.visits.get(number);
            let fade = self.weights[number as usize];
            let others =
                visit.iter().filter(|step| step.product != product && step.action != Action::Purchase);
            let count = others.clone().count();
            if count > 0 {
                seen += fixed(fade);
                others.for_each(|step| sums.add(step.product, fixed(fade / count as f64)));
            }
        }
        let views: Vec<(u32, u64)> = sums.drain().map(|(other, sum, _)| (other, sum)).collect();
        let Some(most) = views.iter().map(|view| view.1).max().filter(|&most| most > 0) else { return };
        let share = VIEWS_SHARE * float(seen) / (float(seen) + self.shrink);
        scored.values_mut().for_each(|likeness| *likeness *= 1.0 - share);
        for (other, sum) in views {
            *scored.entry(other).or_default() += share * sum as f64 / most as f64;
        }
    }
}
